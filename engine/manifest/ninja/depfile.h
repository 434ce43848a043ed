/*
 * Depfiles: the Makefile rules that compilers write with -MD and its like.
 */
#ifndef MANIFEST_NINJA_DEPFILE_H
#define MANIFEST_NINJA_DEPFILE_H

#include "engine/base/buf.h"
#include "engine/base/memory.h"
#include "jig/error.h"

/* Canonical paths, NUL-separated, each once, in order of first mention. */
struct depfile {
    struct buf inputs; /* what the targets depend on */
    uint32_t input_count;
    struct buf targets; /* what stands left of a colon */
    uint32_t target_count;
};

/*
 * Parses `text` (changed in place; must be NUL-terminated at text[length]). Understands what GCC,
 * Clang, MSVC's wrappers and hand-written generators emit: several rules, empty rules of -MP,
 * escaped spaces, `$$`, `\#`, backslash-newlines, CRLF, drive-letter colons. `path` names the file
 * in errors. Fills `out` (zeroed by the caller, freed with depfile_free, also after an error).
 * O(length).
 */
enum jig_status depfile_parse(const char *path, char *text, size_t length, struct depfile *out,
                              struct jig_error *error);
void depfile_free(struct depfile *depfile);

/*
 * Takes the include lines that MSVC's /showIncludes prints out of `output` (changed in place) and
 * appends the included paths to `inputs`, canonical and NUL-terminated each; returns how many.
 * `prefix` NULL means the English "Note: including file:". System headers are left out as ninja
 * leaves them out, and so is the line that echoes the source's name.
 */
uint32_t msvc_filter_includes(struct buf *output, const char *prefix, struct buf *inputs);

#endif
