/*
 * Starting one command so that it looks as if `/bin/sh -c` had started it.
 *
 * Three ways, tried in this order: directly, when the command has no shell syntax; by
 * `/bin/sh -c COMMAND`, also when the direct start failed, so that message and exit code are the
 * shell's own; by `/bin/sh FILE`, when the command is longer than one argument may be (the shell's
 * messages then begin with FILE).
 */
#ifndef RUN_LAUNCH_H
#define RUN_LAUNCH_H

#include "engine/run/command_line.h"
#include "engine/run/environment.h"
#include "scheduler/reactor.h"

/* How a command was started. */
struct launch {
    bool direct;  /* without a shell */
    char *script; /* the file that holds the command, or NULL */
};

struct launcher {
    struct reactor *reactor;        /* not owned */
    char *const *variables;         /* the environment as it came, for shells; not owned */
    struct environment environment; /* as a shell passes it on */
    const char *script_dir;         /* not owned */
    size_t longest_argument;        /* bytes the system takes as one argument, with the NUL */
    struct command_line line;       /* scratch */
};

void launcher_init(struct launcher *launcher, struct reactor *reactor, char *const *variables,
                   const char *script_dir);
void launcher_free(struct launcher *launcher);

/*
 * Starts `command` as reactor_start does. On success the caller hands *how to launch_end when the
 * child has ended. A program that is missing or cannot be executed is the shell's to report and no
 * failure here. *errnum is the errno value of a failure, else 0.
 */
enum jig_status launcher_start(struct launcher *launcher, const char *command, bool console,
                               void *user, struct launch *how, int *errnum,
                               struct jig_error *error);
/* Removes what the launch needed. */
void launch_end(struct launch *how);

#endif
