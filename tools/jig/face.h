/*
 * The two faces of the program: jig's own, and the one it shows under the name ninja.
 *
 * They differ in the name before every message, in what the exit code means, and in that ninja's
 * texts are ninja's to the byte while jig's add where in the line and what to do next.
 *
 * What is said here goes to standard error, after whatever standard output was still to get.
 */
#ifndef JIG_TOOL_FACE_H
#define JIG_TOOL_FACE_H

#include "engine/base/buf.h"
#include "jig/error.h"

#include <stdbool.h>

enum face { FACE_JIG, FACE_NINJA };

/* Exit codes of jig's own face. */
enum {
    EXIT_DONE = 0,
    EXIT_JOB_FAILED = 1,
    EXIT_UNABLE = 2, /* wrong usage, wrong manifest, or the system refused */
    EXIT_INTERRUPTED = 130,
};

const char *face_name(enum face face);

/* Appends an error as this face tells it, after its "NAME: error: ". Ends with a newline. */
void face_error_text(enum face face, const struct jig_error *error, struct buf *out);
/* The same of a notice, without "warning: ". */
void face_notice_text(enum face face, const struct jig_error *what, struct buf *out);

/* Prints an error of the engine, or something it noticed. */
void face_error(enum face face, const struct jig_error *error);
void face_notice(enum face face, const struct jig_error *what);

/*
 * Tells that `word` is no `what` ("question", say), and which of the `known` ones, ended by NULL,
 * may have been meant. Returns the exit code.
 */
int face_unknown_word(enum face face, const char *help, const char *what, const char *word,
                      const char *const *known);

/* Prints "NAME: error: …" and "NAME: warning: …". */
void face_complain(enum face face, const char *format, ...) JIG_PRINTF(2, 3);
void face_warn(enum face face, const char *format, ...) JIG_PRINTF(2, 3);

/*
 * A command line that cannot be obeyed: prints it (ninja calls these fatal; jig adds which help
 * to read: `topic`, e.g. "jig help build") and returns the exit code for it.
 */
int face_wrong_usage(enum face face, const char *topic, const char *format, ...) JIG_PRINTF(3, 4);

/* The exit code when `status` was the outcome and no job failed or all that did are `job_code`. */
int face_exit_code(enum face face, enum jig_status status, int job_code);

#endif
