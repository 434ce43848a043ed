/*
 * A worker's process: started with pipes on all three standard streams, in a process group of its
 * own, never waited on. It knows bytes and lines, not requests.
 *
 * Functions that return int return 0 or an errno value. Not thread-safe. Every descriptor is
 * close-on-exec and non-blocking. SIGPIPE must be blocked or ignored.
 */
#ifndef CODEGEN_WORKER_PROCESS_H
#define CODEGEN_WORKER_PROCESS_H

#include "engine/codegen/worker_protocol.h"

#include <sys/types.h>

/* How much of what it wrote to standard error last is kept for messages. */
#define WORKER_ERRORS_KEPT (8u << 10)

struct worker_process {
    pid_t pid;
    int pidfd;
    int input;                 /* we write; -1: closed */
    int output;                /* we read; -1: it was closed at the other end */
    int errors;                /* likewise */
    struct buf unsent;         /* for its input … */
    size_t sent;               /* … of which so much is gone */
    struct worker_lines lines; /* from its output */
    struct buf said;           /* the end of its standard error */
};

/* Searches PATH like a shell. On failure nothing is left to free. */
int worker_process_start(struct worker_process *process, char *const *argv);

/* Sends what is unsent, as far as the pipe takes it. EPIPE: it does not read any more. */
int worker_process_write(struct worker_process *process);
/*
 * Takes what is in its output or standard error, up to a bound, without waiting. A stream that has
 * ended is closed here.
 */
void worker_process_read_output(struct worker_process *process);
void worker_process_read_errors(struct worker_process *process);
/* Takes all that is there, from both. */
void worker_process_drain(struct worker_process *process);
/* Lets it know that nothing more will come. */
void worker_process_close_input(struct worker_process *process);
/* To its whole group. */
void worker_process_signal(const struct worker_process *process, int sig);

/* The processor time that it has used, in ns, without its children; 0 when that is not known. */
uint64_t worker_process_time(const struct worker_process *process);

/*
 * Waits for its end, which the pidfd has shown or SIGKILL makes soon, and frees all. Returns the
 * status as waitpid has it, or -1 if somebody else took that. `said` and `lines` are gone.
 */
int worker_process_end(struct worker_process *process);

#endif
