/*
 * Writing outputs so that a reader never sees half a file, and so that a file that holds the same
 * already keeps its times.
 *
 *     output_stage(&a, …)    compares; writes a temporary file beside the output if it differs
 *     output_stage(&b, …)
 *     output_commit(&a, …)   renames it over the output
 *     output_commit(&b, …)   … or output_discard for all, and nothing has happened
 *
 * An output is a regular file: anything else in its place (a link, say) is replaced, a directory is
 * an error. The mode is that of a new file. Thread-safe for different outputs.
 */
#ifndef CODEGEN_OUTPUT_H
#define CODEGEN_OUTPUT_H

#include "jig/error.h"

#include <stdbool.h>
#include <stddef.h>

struct output {
    const char *path; /* the caller's */
    char *temporary;  /* holds the new content until it is committed; NULL: nothing to do */
};

/*
 * Prepares `path` to become bytes[0..length), its folders included. One open, stat and read when
 * the sizes agree. On failure nothing is left to discard.
 */
enum jig_status output_stage(struct output *output, const char *path, const void *bytes,
                             size_t length, struct jig_error *error);
/* Puts it into place; *written says whether it was another content. */
enum jig_status output_commit(struct output *output, bool *written, struct jig_error *error);
/* Forgets it. Allowed after a commit and for a zeroed output. */
void output_discard(struct output *output);

#endif
