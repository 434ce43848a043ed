/*
 * Glob patterns over paths, as bash has them with globstar and extglob's braces, and gitignore.
 *
 *   *      any run of characters but `/`
 *   ?      one character but `/`
 *   [a-z]  one of a set, `[!a-z]` or `[^a-z]` one not in it, `[[:alpha:]]` a class; never `/`
 *   **     as a whole component: any number of components, none included
 *   {a,b}  either; may be nested and may hold any pattern; `{a}` and `{}` are literal text
 *   \c     the character c itself
 *
 * Matching is of whole paths, relative to one folder, canonical, bytes as they are (no locale; an
 * invalid UTF-8 name matches like any other, and `?` is one UTF-8 character where it is valid). A
 * leading dot is nothing special here: hidden files are left out by the walk.
 *
 * A compiled glob is immutable: any number of threads may match with it.
 */
#ifndef DISCOVERY_GLOB_H
#define DISCOVERY_GLOB_H

#include "jig/error.h"

#include <stdbool.h>
#include <stddef.h>

struct glob;

/*
 * Compiles a pattern; the caller frees it. JIG_ERROR_SYNTAX, with the byte in error->column, for an
 * open bracket or brace, a trailing backslash, a pattern that leaves its folder (`..`, leading
 * `/`), or one whose braces make more than 1,000 alternatives. O(length of all alternatives).
 */
enum jig_status glob_compile(const char *pattern, struct glob **glob, struct jig_error *error);
void glob_destroy(struct glob *glob);

/* Linear in the path for a pattern without `**` and `*` repetition; never exponential. */
bool glob_match(const struct glob *glob, const char *path, size_t length);

/*
 * Whether some path below the folder `dir` ("" is the root) could match: a walk need not go where
 * none can. May say yes too often, never no too often.
 */
bool glob_may_match_below(const struct glob *glob, const char *dir, size_t length);

/* The longest folder that all matches lie below, without a trailing slash; "" when there is none.
 */
const char *glob_base(const struct glob *glob);

#endif
