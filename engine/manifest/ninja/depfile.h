/*
 * Depfiles: the Makefile rules that compilers write with -MD and its like.
 *
 * There is no standard. What is read here is what ninja reads: GCC's and Clang's output, that of
 * wrappers around MSVC, and what people's own generators come up with. Paths are separated by
 * blanks; a newline ends a rule unless a backslash precedes it; `\ ` is a space, `\#` and `\:` are
 * `#` and `:`, `$$` is `$`, and any other backslash stands for itself. A path with a colon at its
 * end is the last target of its rule.
 */
#ifndef MANIFEST_NINJA_DEPFILE_H
#define MANIFEST_NINJA_DEPFILE_H

#include "engine/base/buf.h"
#include "engine/base/memory.h"
#include "jig/error.h"

/* Canonical paths, NUL-terminated one after the other, each once, in order of first mention. */
struct depfile {
    struct buf inputs; /* what the targets depend on */
    uint32_t input_count;
    struct buf targets; /* what stands left of a colon, unless it is among the inputs */
    uint32_t target_count;
};

/*
 * Parses `text` (changed in place; must be NUL-terminated at text[length]). A rule without inputs
 * for what was an input before, as -MP adds, is accepted; one with inputs is an error. `path` names
 * the file in errors, which have a line where there is one. Fills `out` (zeroed by the caller,
 * freed with depfile_free, also after an error). O(length).
 */
enum jig_status depfile_parse(const char *path, char *text, size_t length, struct depfile *out,
                              struct jig_error *error);
void depfile_free(struct depfile *depfile);

/*
 * Takes the include lines that MSVC's /showIncludes prints out of `output` (changed in place) and
 * appends the included paths to `inputs`, canonical, NUL-terminated, each once in order of first
 * mention; returns how many. `prefix` NULL or empty means the English "Note: including file: ".
 * System headers are left out as ninja leaves them out, and so is the line that echoes the
 * source's name. Lines that stay end with a newline each, without carriage return. O(length).
 */
uint32_t msvc_filter_includes(struct buf *output, const char *prefix, struct buf *inputs);

#endif
