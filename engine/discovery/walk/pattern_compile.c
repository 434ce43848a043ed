/*
 * From the text of a pattern to its components.
 */
#include "engine/base/buf.h"
#include "engine/base/memory.h"
#include "engine/discovery/walk/pattern_form.h"

#include <string.h>

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
        pattern_character(c->dialect == PATTERN_GLOB, c->text + c->at, c->length - c->at, &bytes);
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
