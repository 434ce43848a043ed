/*
 * Commands as jig-perf runs them: in a process group of their own, by way of a small process (see
 * launch.h), and stopped when jig-perf is interrupted.
 */
#ifndef PERF_CHILD_H
#define PERF_CHILD_H

#include "engine/base/buf.h"
#include "tools/perf/interrupt.h"
#include "tools/perf/launch.h"

#include <sys/types.h>

struct child_command {
    const char *const *argv;
    const char *directory;
    const char *log;    /* a file that standard error is written to, over what was there */
    bool one_processor; /* see struct launch */
};

struct child {
    pid_t group; /* the small process, whose group has its own id; 0: none */
    int result;  /* where the small process writes its struct usage */
};

/* Starts it with standard output to `out`, which stays the caller's. */
enum jig_status child_start(const struct child_command *command, int out, struct child *child,
                            struct jig_error *error);
/* SIGINT to all of its group. */
void child_interrupt(const struct child *child);
/*
 * Waits for its end. An interrupt is handed on, a second one kills; JIG_ERROR_INTERRUPTED then. How
 * the command ended is in usage->status and no error here.
 */
enum jig_status child_wait(struct child *child, struct interrupt *interrupt, struct usage *usage,
                           struct jig_error *error);

/*
 * Runs a command, which has to succeed: if it does not, the error says which and what it printed
 * last. `out` (may be NULL) gets what it wrote to standard output.
 */
enum jig_status child_run(const struct child_command *command, struct interrupt *interrupt,
                          struct buf *out, struct usage *usage, struct jig_error *error);

#endif
