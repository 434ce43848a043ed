/*
 * Paths as text. Nothing here looks at the disk.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stddef.h>

/*
 * Canonicalises `path` in place, as ninja does: `//`, `/./`, `x/..` and a trailing `/` go; leading
 * `..` stays; symbolic links are not looked at. An empty result becomes ".". Returns the new
 * length, never more than `length` except that an empty path (length 0) stays empty. The buffer
 * must have room for one byte beyond `length`; the result is NUL-terminated. O(length).
 */
size_t path_canonicalize(char *path, size_t length);

/* The length of the directory part of `path`, without its slash: 0 for a bare name, 1 for "/x". */
size_t path_dir_length(const char *path, size_t length);

#endif
