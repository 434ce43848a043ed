#include "engine/discovery/walk/pattern.h"

#include "engine/base/buf.h"
#include "engine/base/memory.h"

#include <string.h>

/* ---- characters ---------------------------------------------------------------------------- */

/* A byte that is not part of valid UTF-8 is a character of its own, beyond all code points. */
enum { INVALID_BYTE = 0x110000 };

/* The code point at text[0..left), left > 0, and its length in bytes. Only the shortest form. */
static uint32_t decode_utf8(const char *text, size_t left, size_t *bytes)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)*text;
    *bytes = 1;
    if (first < 0x80)
        return first;
    size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc0 || first > 0xf4 || left < size)
        return INVALID_BYTE + first;
    uint32_t point = first & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        unsigned char next = (unsigned char)text[i];
        if ((next & 0xc0) != 0x80)
            return INVALID_BYTE + first;
        point = point << 6 | (next & 0x3f);
    }
    if (point < smallest[size] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        return INVALID_BYTE + first;
    *bytes = size;
    return point;
}

/* The character at text[0..left), left > 0. */
static uint32_t character(bool utf8, const char *text, size_t left, size_t *bytes)
{
    if (utf8)
        return decode_utf8(text, left, bytes);
    *bytes = 1;
    return (unsigned char)*text;
}

/* ---- compiled form ------------------------------------------------------------------------- */

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

/* ---- compiling ----------------------------------------------------------------------------- */

struct compiler {
    struct arena *arena;
    enum pattern_dialect dialect;
    const char *text;
    size_t length;
    size_t at; /* next byte to read */
    VEC(struct pattern_component) components;
    VEC(struct atom) atoms;   /* of the component being read */
    VEC(struct range) ranges; /* of the set being read */
    struct buf literal;       /* the component's characters without its stars */
    bool starred;             /* the component begins with a star ... */
    bool plain;               /* ... and has nothing but literal characters otherwise */
    struct pattern_error *error;
};

static bool refuse(struct compiler *c, size_t at, const char *what)
{
    *c->error = (struct pattern_error){what, at};
    return false;
}

static void *keep(struct compiler *c, const void *data, size_t bytes)
{
    void *copy = arena_alloc(c->arena, bytes);
    if (bytes)
        memcpy(copy, data, bytes);
    return copy;
}

static uint32_t take_character(struct compiler *c)
{
    size_t bytes;
    uint32_t taken =
        character(c->dialect == PATTERN_GLOB, c->text + c->at, c->length - c->at, &bytes);
    c->at += bytes;
    return taken;
}

/* POSIX' classes, in ASCII: no locale has a say. Each is pairs of first and last character. */
static const struct {
    const char *name;
    const char *ranges;
} classes[] = {
    {"alnum", "09AZaz"},   {"alpha", "AZaz"},   {"blank", "\t\t  "}, {"cntrl", "\1\37\177\177"},
    {"digit", "09"},       {"graph", "!~"},     {"lower", "az"},     {"print", " ~"},
    {"punct", "!/:@[`{~"}, {"space", "\t\r  "}, {"upper", "AZ"},     {"xdigit", "09AFaf"},
};

static bool add_class(struct compiler *c, const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strlen(classes[i].name) != length || memcmp(classes[i].name, name, length) != 0)
            continue;
        for (const char *pair = classes[i].ranges; *pair; pair += 2)
            vec_push(&c->ranges, ((struct range){(unsigned char)pair[0], (unsigned char)pair[1]}));
        return true;
    }
    return false;
}

/* At `[:`: reads a class such as [:alpha:]. What does not end in `:]` is ordinary characters. */
static bool take_class(struct compiler *c, bool *is_class)
{
    const char *name = c->text + c->at + 2;
    const char *close = memchr(name, ']', c->length - c->at - 2);
    *is_class = close && close > name && close[-1] == ':';
    if (!*is_class)
        return true;
    if (!add_class(c, name, (size_t)(close - 1 - name)))
        return refuse(c, c->at, "there is no such character class");
    c->at = (size_t)(close + 1 - c->text);
    return true;
}

static const char open_set[] = "a set is not closed: `[` without `]`";

/* A member of a set, after its backslash if it has one. */
static bool take_member(struct compiler *c, size_t open, uint32_t *member)
{
    if (c->text[c->at] == '\\')
        c->at++;
    if (c->at == c->length)
        return refuse(c, open, open_set);
    *member = take_character(c);
    return true;
}

/* After a member: reads `-x` if it begins a range. */
static bool take_range_end(struct compiler *c, size_t open, uint32_t *last)
{
    bool is_range = c->length - c->at >= 2 && c->text[c->at] == '-' && c->text[c->at + 1] != ']';
    if (!is_range)
        return true;
    c->at++;
    return take_member(c, open, last);
}

/* At `[`: reads a whole set. */
static bool take_set(struct compiler *c)
{
    size_t open = c->at++;
    struct set set = {0};
    c->ranges.count = 0;
    if (c->at < c->length && (c->text[c->at] == '!' || c->text[c->at] == '^')) {
        set.negated = true;
        c->at++;
    }
    for (bool first = true;; first = false) { /* a `]` that comes first is a member */
        if (c->at == c->length)
            return refuse(c, open, open_set);
        if (c->text[c->at] == ']' && !first)
            break;
        if (c->text[c->at] == '[' && c->at + 1 < c->length && c->text[c->at + 1] == ':') {
            bool is_class;
            if (!take_class(c, &is_class))
                return false;
            if (is_class)
                continue;
        }
        struct range range;
        if (!take_member(c, open, &range.first))
            return false;
        range.last = range.first;
        if (!take_range_end(c, open, &range.last))
            return false;
        if (c->dialect == PATTERN_IGNORE && range.last < range.first)
            range.last = range.first; /* of a range turned round git takes the first */
        vec_push(&c->ranges, range);
    }
    c->at++;
    set.count = c->ranges.count;
    set.ranges = keep(c, c->ranges.data, set.count * sizeof *set.ranges);
    c->plain = false;
    vec_push(&c->atoms, ((struct atom){ATOM_SET, 0, keep(c, &set, sizeof set)}));
    return true;
}

static void take_literal(struct compiler *c)
{
    size_t begin = c->at;
    uint32_t taken = take_character(c);
    buf_append(&c->literal, c->text + begin, c->at - begin);
    vec_push(&c->atoms, ((struct atom){ATOM_LITERAL, taken, NULL}));
}

static void take_stars(struct compiler *c)
{
    if (c->atoms.count == 0)
        c->starred = true;
    else
        c->plain = false;
    while (c->at < c->length && c->text[c->at] == '*')
        c->at++;
    vec_push(&c->atoms, ((struct atom){ATOM_RUN, 0, NULL}));
}

/* Reads what the next byte begins; at the end of a component sets *ended. */
static bool take_atom(struct compiler *c, bool *ended)
{
    bool escaped = c->text[c->at] == '\\';
    if (escaped && ++c->at == c->length)
        return refuse(c, c->length - 1, "a backslash ends the pattern");
    char next = c->text[c->at];
    if (next == '/') {
        *ended = true;
        return true;
    }
    if (escaped || !strchr("*?[", next) || !next) {
        take_literal(c);
        return true;
    }
    if (next == '[')
        return take_set(c);
    if (next == '*') {
        take_stars(c);
        return true;
    }
    c->plain = false;
    c->at++;
    vec_push(&c->atoms, ((struct atom){ATOM_ANY, 0, NULL}));
    return true;
}

static bool is_depth(const struct compiler *c, size_t begin)
{
    return c->at - begin >= 2 && c->atoms.count == 1 && c->atoms.data[0].kind == ATOM_RUN;
}

static struct pattern_component make_component(struct compiler *c)
{
    struct pattern_component made = {.kind = WILD};
    if (c->plain) {
        made.kind = c->starred ? ENDING : EXACT;
        made.length = c->literal.length;
        made.text = arena_strndup(c->arena, buf_cstr(&c->literal), c->literal.length);
        return made;
    }
    made.count = c->atoms.count;
    made.atoms = keep(c, c->atoms.data, made.count * sizeof *made.atoms);
    return made;
}

/* Whether the dialect drops this component: the glob `a/./b` is the glob `a/b`. */
static bool is_dropped(const struct compiler *c, const struct pattern_component *component)
{
    return c->dialect == PATTERN_GLOB && component->kind == EXACT &&
           (component->length == 0 || strcmp(component->text, ".") == 0);
}

static bool take_component(struct compiler *c)
{
    size_t begin = c->at;
    bool ended = false;
    c->atoms.count = 0;
    buf_clear(&c->literal);
    c->starred = false;
    c->plain = true;
    while (c->at < c->length && !ended) {
        if (!take_atom(c, &ended))
            return false;
    }
    if (is_depth(c, begin)) {
        vec_push(&c->components, ((struct pattern_component){.kind = ANY_DEPTH}));
        return true;
    }
    struct pattern_component made = make_component(c);
    if (c->dialect == PATTERN_GLOB && made.kind == EXACT && strcmp(made.text, "..") == 0)
        return refuse(c, begin, "a pattern cannot lead out of its folder: `..`");
    if (!is_dropped(c, &made))
        vec_push(&c->components, made);
    return true;
}

static bool take_components(struct compiler *c)
{
    for (;;) {
        if (!take_component(c))
            return false;
        if (c->at == c->length)
            break;
        c->at++; /* the slash */
    }
    uint32_t count = c->components.count;
    /* At the end, `**` is everything below: any number of components, and one. */
    if (count && c->components.data[count - 1].kind == ANY_DEPTH)
        vec_push(&c->components, ((struct pattern_component){.kind = ENDING, .text = ""}));
    return true;
}

bool pattern_compile(struct pattern *pattern, enum pattern_dialect dialect, struct arena *arena,
                     const char *text, size_t length, struct pattern_error *error)
{
    struct compiler c = {
        .arena = arena, .dialect = dialect, .text = text, .length = length, .error = error};
    *error = (struct pattern_error){0};
    bool good = take_components(&c);
    if (good) {
        pattern->count = c.components.count;
        pattern->components =
            keep(&c, c.components.data, c.components.count * sizeof *pattern->components);
        pattern->utf8 = dialect == PATTERN_GLOB;
    }
    vec_free(&c.components);
    vec_free(&c.atoms);
    vec_free(&c.ranges);
    buf_free(&c.literal);
    return good;
}

/* ---- matching one component ---------------------------------------------------------------- */

static bool in_set(const struct set *set, uint32_t c)
{
    bool found = false;
    for (uint32_t i = 0; i < set->count && !found; i++)
        found = c >= set->ranges[i].first && c <= set->ranges[i].last;
    return found != set->negated;
}

static bool atom_takes(const struct atom *atom, uint32_t c)
{
    switch (atom->kind) {
    case ATOM_LITERAL:
        return atom->character == c;
    case ATOM_SET:
        return in_set(atom->set, c);
    default:
        return true;
    }
}

/*
 * The usual matcher for `*`: on a mismatch, the last star takes one character more. Stars before
 * the last one need never be reconsidered, since it can take whatever they could.
 */
static bool match_wild(const struct pattern_component *component, bool utf8, const char *name,
                       size_t length)
{
    uint32_t next = 0;           /* atom to match at `at` */
    uint32_t after_star = 0;     /* atom after the last star met; 0: none met */
    size_t at = 0, star_end = 0; /* where that star's run ends for now */
    while (at < length || next < component->count) {
        size_t bytes = 0;
        if (next < component->count && component->atoms[next].kind == ATOM_RUN) {
            after_star = ++next;
            star_end = at;
            continue;
        }
        if (next < component->count && at < length &&
            atom_takes(&component->atoms[next], character(utf8, name + at, length - at, &bytes))) {
            at += bytes;
            next++;
            continue;
        }
        if (after_star == 0 || star_end == length)
            return false;
        character(utf8, name + star_end, length - star_end, &bytes);
        star_end += bytes;
        at = star_end;
        next = after_star;
    }
    return true;
}

/* `name` is not empty. */
static bool match_component(const struct pattern *pattern, uint32_t i, const char *name,
                            size_t length)
{
    const struct pattern_component *component = &pattern->components[i];
    switch (component->kind) {
    case EXACT:
        return component->length == length && memcmp(component->text, name, length) == 0;
    case ENDING:
        return component->length <= length &&
               memcmp(component->text, name + length - component->length, component->length) == 0;
    case WILD:
        return match_wild(component, pattern->utf8, name, length);
    case ANY_DEPTH:
        break;
    }
    return false;
}

/* ---- matching a path ----------------------------------------------------------------------- */

/* What is left of pattern and path to match: components [first, last), bytes [begin, end). */
struct rest {
    const struct pattern *pattern;
    uint32_t first, last;
    const char *begin, *end;
    bool spent; /* nothing of the path is left (an empty component is something) */
};

static bool at_depth(const struct rest *rest, uint32_t i)
{
    return rest->pattern->components[i].kind == ANY_DEPTH;
}

static const char *component_end(const char *begin, const char *end)
{
    const char *slash = memchr(begin, '/', (size_t)(end - begin));
    return slash ? slash : end;
}

/* Matches components from the back, up to the last `**`. */
static bool match_back(struct rest *rest)
{
    while (rest->last > rest->first && !at_depth(rest, rest->last - 1)) {
        if (rest->spent)
            return false;
        const char *slash = memrchr(rest->begin, '/', (size_t)(rest->end - rest->begin));
        const char *name = slash ? slash + 1 : rest->begin;
        if (!match_component(rest->pattern, rest->last - 1, name, (size_t)(rest->end - name)))
            return false;
        rest->last--;
        rest->spent = !slash;
        rest->end = slash ? slash : rest->begin;
    }
    return true;
}

/* Matches components from the front as far as the next `**` or the end of the pattern. */
static bool match_front(struct rest *rest)
{
    while (rest->first < rest->last && !at_depth(rest, rest->first)) {
        if (rest->spent)
            return false;
        const char *end = component_end(rest->begin, rest->end);
        if (!match_component(rest->pattern, rest->first, rest->begin, (size_t)(end - rest->begin)))
            return false;
        rest->first++;
        rest->spent = end == rest->end;
        rest->begin = end + !rest->spent;
    }
    return true;
}

/*
 * What is left begins and ends with `**`. What lies between two of them goes where it fits first:
 * the `**` behind it takes up any slack.
 */
static bool match_middle(struct rest *rest)
{
    while (rest->first < rest->last) {
        if (at_depth(rest, rest->first)) {
            rest->first++;
            continue;
        }
        struct rest attempt = *rest;
        if (match_front(&attempt)) {
            *rest = attempt;
            continue;
        }
        if (rest->spent)
            return false;
        const char *end = component_end(rest->begin, rest->end);
        rest->spent = end == rest->end;
        rest->begin = end + !rest->spent;
    }
    return true;
}

bool pattern_match(const struct pattern *pattern, const char *path, size_t length)
{
    struct rest rest = {pattern, 0, pattern->count, path, path + length, length == 0};
    if (!match_back(&rest))
        return false;
    if (rest.first == rest.last)
        return rest.spent;
    return match_front(&rest) && match_middle(&rest);
}

bool pattern_may_match_below(const struct pattern *pattern, const char *dir, size_t length)
{
    struct rest rest = {pattern, 0, pattern->count, dir, dir + length, length == 0};
    while (rest.first < rest.last && !rest.spent) {
        if (at_depth(&rest, rest.first))
            return true;
        const char *end = component_end(rest.begin, rest.end);
        if (!match_component(pattern, rest.first, rest.begin, (size_t)(end - rest.begin)))
            return false;
        rest.first++;
        rest.spent = end == rest.end;
        rest.begin = end + !rest.spent;
    }
    return rest.first < rest.last;
}

const char *pattern_literal(const struct pattern *pattern, uint32_t i, size_t *length)
{
    const struct pattern_component *component = &pattern->components[i];
    *length = component->length;
    return component->kind == EXACT ? component->text : NULL;
}
