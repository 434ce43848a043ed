/*
 * What MAKEFLAGS says of a jobserver. GNU make's manual, "Options/Recursion" and "POSIX Jobserver
 * Interaction", says what is in that variable: single-letter flags in the first word, then options,
 * then `--` and variables; a blank in a word has a backslash before it.
 *
 * Only text: whether what is named exists, see jobserver.c.
 */
#ifndef RUN_MAKEFLAGS_H
#define RUN_MAKEFLAGS_H

#include "engine/base/buf.h"

enum makeflags_kind {
    MAKEFLAGS_NONE, /* no jobserver, or a disabled one */
    MAKEFLAGS_FIFO,
    MAKEFLAGS_PIPE,
};

struct makeflags {
    enum makeflags_kind kind;
    struct buf path; /* FIFO: never empty */
    int read_fd;     /* PIPE: not negative, nor is the next */
    int write_fd;
};

/*
 * Reads `text` (NULL: not set). The last option that names a jobserver counts, as it does for make.
 * JIG_ERROR_USAGE when that one is malformed; `out` is NONE then. `out` must be zeroed; free it
 * with makeflags_free. O(length).
 */
enum jig_status makeflags_parse(const char *text, struct makeflags *out, struct jig_error *error);
void makeflags_free(struct makeflags *makeflags);

#endif
