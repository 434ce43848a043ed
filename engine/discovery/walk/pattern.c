/*
 * Matching paths with a compiled pattern.
 */
#include "engine/discovery/walk/pattern_form.h"

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

uint32_t pattern_character(bool utf8, const char *text, size_t left, size_t *bytes)
{
    if (utf8)
        return decode_utf8(text, left, bytes);
    *bytes = 1;
    return (unsigned char)*text;
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
            atom_takes(&component->atoms[next],
                       pattern_character(utf8, name + at, length - at, &bytes))) {
            at += bytes;
            next++;
            continue;
        }
        if (after_star == 0 || star_end == length)
            return false;
        pattern_character(utf8, name + star_end, length - star_end, &bytes);
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
