/*
 * Glob patterns over paths, as bash has them with globstar and braces.
 *
 *   *      any run of characters but `/`
 *   ?      one character but `/`
 *   [a-z]  one of a set, `[!a-z]` or `[^a-z]` one not in it, `[[:alpha:]]` a class (of ASCII);
 *          never `/`
 *   **     as a whole component: any number of components, none included; as the last one, all that
 *          lies below its folder, but not the folder
 *   {a,b}  either; may be nested and may hold any pattern, also parts of one; `{a}`, `{}` and
 *          `{1..3}` are literal text
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
 * Compiles a pattern; the caller frees it. `.` and empty components in it are dropped.
 * JIG_ERROR_SYNTAX, with the byte in error->column (1-based), for an empty pattern, an open bracket
 * or brace, an unknown class, a trailing backslash, a pattern that leaves its folder (`..`, leading
 * `/`), one that ends in `/` and so matches no file, or one whose braces make more than 1,000
 * alternatives or 4 MiB of text; *glob is NULL then. O(length of all alternatives).
 */
enum jig_status glob_compile(const char *pattern, struct glob **glob, struct jig_error *error);
void glob_destroy(struct glob *glob);

/*
 * O(length) for each alternative that has one `**` and one `*` a component at most; never worse
 * than the product of the lengths of pattern and path. Most alternatives that do not match are told
 * apart by the path's end.
 */
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
