/*
 * A compiled pattern: what pattern_compile.c makes and pattern.c matches with. Internal to these.
 */
#ifndef WALK_PATTERN_FORM_H
#define WALK_PATTERN_FORM_H

#include "engine/discovery/walk/pattern.h"

struct range {
    uint32_t first, last; /* both included */
};

struct set {
    const struct range *ranges;
    uint32_t count;
    bool negated;
};

enum atom_kind { ATOM_LITERAL, ATOM_ANY, ATOM_RUN, ATOM_SET };

struct atom {
    enum atom_kind kind;
    uint32_t character;    /* LITERAL */
    const struct set *set; /* SET */
};

enum component_kind {
    EXACT,     /* the name `text` */
    ENDING,    /* any name that ends in `text`: `*` and literal characters */
    WILD,      /* what the atoms say; never two RUNs in a row */
    ANY_DEPTH, /* any number of components; never the last in a pattern */
};

struct pattern_component {
    enum component_kind kind;
    const char *text; /* EXACT, ENDING */
    size_t length;
    const struct atom *atoms; /* WILD */
    uint32_t count;
};

/*
 * The character at text[0..left), left > 0, and its length. In UTF-8 a byte that is not part of a
 * valid sequence is a character of its own, beyond all code points; otherwise every byte is one.
 */
uint32_t pattern_character(bool utf8, const char *text, size_t left, size_t *bytes);

#endif
