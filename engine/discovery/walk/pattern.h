/*
 * One wildcard pattern over a path: what globs and ignore rules have in common. Internal to
 * engine/discovery/walk.
 *
 * A pattern is a list of components, as a path is. Each matches one component of the path, except
 * ANY_DEPTH (`**`), which matches any number of them. So matching is two simple problems of the
 * same kind, `*` within a component and `**` among components, and in neither does it ever help to
 * give back what an earlier star has settled: the cost is at worst pattern times path.
 *
 * A compiled pattern lives in its arena and is immutable.
 */
#ifndef WALK_PATTERN_H
#define WALK_PATTERN_H

#include "engine/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the two languages do differently. */
enum pattern_dialect {
    PATTERN_GLOB,  /* characters are UTF-8; `.` and empty components are dropped */
    PATTERN_IGNORE /* characters are bytes, as in git; no component is dropped */
};

struct pattern_component;

struct pattern {
    const struct pattern_component *components;
    uint32_t count;
    bool utf8;
};

/* Why a pattern makes no sense; `what` is NULL when it does. */
struct pattern_error {
    const char *what;
    size_t at; /* byte of the pattern */
};

/*
 * Compiles text[0..length), which has no braces left. A final `**` stands for one component or
 * more. False: see `error`. O(length).
 */
bool pattern_compile(struct pattern *pattern, enum pattern_dialect dialect, struct arena *arena,
                     const char *text, size_t length, struct pattern_error *error);

bool pattern_match(const struct pattern *pattern, const char *path, size_t length);

/* Whether some path below the folder `dir` ("" is the top) could match. */
bool pattern_may_match_below(const struct pattern *pattern, const char *dir, size_t length);

/*
 * The text of component `i` when it matches one name only, else NULL. Not for the last component
 * alone: `i` may be any below count.
 */
const char *pattern_literal(const struct pattern *pattern, uint32_t i, size_t *length);

#endif
