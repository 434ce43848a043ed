/*
 * An outline: the definitions of one text, put together while its tokens pass by. Scanners share
 * it; it knows no language.
 *
 *     outline_begin → { outline_token, outline_mention, outline_define … outline_end }…
 *         → outline_finish
 *
 * Tokens come a *statement* at a time. One that defined something becomes definitions, each with
 * the digest of all its tokens; any other is a part of the "" definition, and so is one that acts:
 * what it mentions, and what that mentions in turn, may be changed by it and uses "".
 *  Which of the words it
 * mentioned are uses is known at the end, when all that the text introduces is.
 */
#ifndef DISCOVERY_OUTLINE_H
#define DISCOVERY_OUTLINE_H

#include "engine/base/buf.h"
#include "engine/discovery/scanner/facts.h"
#include "engine/discovery/scanner/symbols.h"

struct outline_definition {
    symbol_id name;
    uint32_t statement; /* that defines it */
    uint32_t before;    /* the one of the same name before it, + 1; 0: none */
    uint32_t ordinal;   /* how many statements before define it too */
};

enum outline_export_way {
    OUTLINE_LIVE,  /* what it is at any time */
    OUTLINE_VALUE, /* what it is where it is exported */
    OUTLINE_TYPE,  /* only its type */
};

struct outline_export {
    symbol_id local;
    symbol_id name;
    enum outline_export_way way;
    uint32_t line;
    uint32_t actions; /* statements that acted before */
};

struct outline {
    struct facts *facts; /* where everything ends up */
    struct symbols symbols;

    VEC(char) tokens;          /* the statement's, each behind its length; the last of them */
    struct digest folded;      /* of those before */
    VEC(symbol_id) mentions;   /* of all statements that defined something; each once a statement */
    uint32_t mentions_begin;   /* where the statement's begin */
    uint32_t statement;        /* number of the statement, from 1 */
    uint32_t first_definition; /* of this text */
    uint32_t statement_defined;                 /* where the statement's definitions begin */
    VEC(struct outline_definition) definitions; /* of the facts' from first_definition on */
    VEC(struct outline_export) exports;
    struct buf key;
    struct digest rest; /* of the statements that defined nothing or acted, in their order */

    bool is_evaluated; /* statements run one after the other: what they do is told */
    bool acts;         /* the statement may change what it mentions, when it is evaluated */
    bool reads;        /* it depends on what acted before */
    uint32_t actions;  /* statements that acted */

    bool declares; /* the statement introduces names, and it is not known which: any it mentions */

    bool uses_all;  /* every word that is mentioned is a use */
    bool uses_rest; /* every definition uses "" */
};

/* An outline that appends to `facts`. */
void outline_begin(struct outline *outline, struct facts *facts);

/* A token of the statement. */
void outline_token(struct outline *outline, const char *text, size_t length);
/* The statement mentions a word. */
void outline_mention(struct outline *outline, symbol_id word);
/* The statement defines `name`. */
void outline_define(struct outline *outline, symbol_id name, enum fact_definition_kind kind,
                    uint32_t line, bool exported);
/* The statement is complete; the next token begins another. */
void outline_end(struct outline *outline);
/*
 * Adds an import of the whole module text[0..length), which the statement uses by its key: the
 * specifier in quotes, or in angle brackets if IMPORT_ANGLED. The same one again is only a use.
 */
void outline_import_all(struct outline *outline, enum fact_import_kind kind, const char *text,
                        size_t length, uint32_t line);
/* Forgets the statement so far: it is told by other facts. */
void outline_drop(struct outline *outline);

/* An import introduces `local`. */
void outline_introduce(struct outline *outline, symbol_id local);
/* export { local as name }: of a definition, or of an import. */
void outline_export(struct outline *outline, symbol_id local, symbol_id name,
                    enum outline_export_way way, uint32_t line);
/* export { … as name } from: a definition that a REEXPORT tells all about. */
void outline_reexport(struct outline *outline, symbol_id name, uint32_t line);

/* The word's offset in the facts' text. */
uint32_t outline_text(struct outline *outline, symbol_id word);

/* Finds the uses, appends the "" definition, and frees everything. O(definitions + mentions). */
void outline_finish(struct outline *outline);

/* ---- between the outline's own files ------------------------------------------------------- */

struct digest outline_chain(struct digest before, const void *bytes, size_t length);
/* A digest that depends on where something stands, unless it comes first. */
struct digest outline_at_place(struct digest digest, uint32_t place);

#endif
