/*
 * Running jobs: a limited number of slots, each with one child process that runs one command as
 * `/bin/sh -c` would.
 *
 *     struct run *run;
 *     const struct run_options options = {.slots = 4};
 *     if (run_create(&run, &options, &error)) …
 *     while (…) {
 *         while (run_has_slot(run) && there is a job)
 *             run_start(run, &job, &slot, &errnum, &error);
 *         run_wait(run, 0, &result, &error);
 *         …
 *         run_result_free(&result);
 *     }
 *     run_destroy(run);
 *
 * It knows nothing of manifests, graphs or plans: a job is a number, a command is a string. It
 * prints nothing; what a job printed is in its result, whole, and when to show it is the caller's
 * business, as is running at most one console job at a time.
 *
 * Commands without shell syntax are executed directly, see command_line.h; to the command, and to
 * whoever reads exit code and output, that looks the same.
 *
 * One thread creates, uses and destroys a run; run_wake may be called from any. While a run
 * exists, INT, TERM and HUP are blocked in that thread and come as results: all other threads
 * have to block them. See scheduler/reactor.h. The current directory must not change.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "engine/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct run;

struct run_options {
    uint32_t slots;           /* jobs at a time; 0: no limit */
    double max_load;          /* start no second job while the load average is this high; 0: off */
    char *const *environment; /* of the jobs; NULL: this process' own. Must outlive the run */
    const char *script_dir; /* for commands too long to be an argument; NULL: /tmp. Must outlive */
    uint32_t grace_ms;      /* between run_interrupt and SIGKILL; 0: five seconds */
    int wake_fd;            /* an eventfd that wakes it like run_wake; 0: none. Must outlive */
    bool leave_signals;     /* do not touch this process' signals: the caller handles them */
};

struct run_job {
    uint32_t job;                /* the caller's number for it; comes back in the result */
    const char *command;         /* as for sh -c */
    bool console;                /* shares the terminal, output is not captured */
    const char *rspfile;         /* a file to write before the start, or NULL */
    const char *rspfile_content; /* what to write */
    size_t rspfile_length;       /* bytes */
    uint32_t timeout_ms;         /* after which it is told to end, and killed a grace_ms later;
                                    0: it may take for ever */
};

enum run_result_kind {
    RUN_FINISHED, /* a job's process has ended */
    RUN_WOKEN,    /* run_wake was called */
    RUN_SIGNAL,   /* INT, TERM or HUP arrived; nothing was done about it */
    RUN_READY,    /* the descriptor of run_await can be read */
    RUN_TIMEOUT,  /* nothing happened in the given time */
};

struct run_result {
    enum run_result_kind kind;
    int signal; /* SIGNAL: which. FINISHED: the one that killed the process, else 0 */
    /* The rest is for FINISHED. */
    uint32_t job;
    uint32_t slot;       /* 0-based; the smallest that was free when the job started */
    int exit_code;       /* of the command, as sh has it: 128 + signal when it was killed */
    bool timed_out;      /* it was told to end because it took too long; exit_code is not 0 */
    bool interrupted;    /* it ended after run_interrupt, or was killed by INT, TERM or HUP */
    struct buf output;   /* all it printed, standard output and error as they came; may hold NUL */
    uint64_t start_ns;   /* monotonic */
    uint64_t end_ns;     /* monotonic */
    uint64_t user_ns;    /* processor time of the process and of what it waited for */
    uint64_t system_ns;  /* the same, in the kernel */
    uint64_t peak_rss;   /* bytes; see process_end */
    uint64_t read_bytes; /* from disk */
    uint64_t written_bytes; /* to disk */
};

/* On failure *run is NULL. */
enum jig_status run_create(struct run **run, const struct run_options *options,
                           struct jig_error *error);
/* Kills what is still running. NULL is allowed. */
void run_destroy(struct run *run);

/* True when a job may be started now: a slot is free, and the load is low or nothing is running. */
bool run_has_slot(const struct run *run);
uint32_t run_running(const struct run *run);

/*
 * Writes the response file, its directory included, and starts the command in the smallest free
 * slot, which must exist (run_has_slot says so; the load may have risen since). What `job` points
 * at is not needed afterwards. A command that cannot be executed is not an error: its result says
 * so, with sh's message and exit code.
 *
 * On failure nothing is running for this job, *errnum (may be NULL) is the errno value, and
 * `error` is filled. For EAGAIN, ENOMEM, EMFILE and ENFILE, a shortage that may pass, it is worth
 * trying again when another job has finished.
 */
enum jig_status run_start(struct run *run, const struct run_job *job, uint32_t *slot, int *errnum,
                          struct jig_error *error);

/* Whether run_start's errnum is such a shortage. */
bool run_is_shortage(int errnum);

/*
 * Waits until something happens, at most `timeout_ms` when that is not 0, and fills `result`, which
 * the caller releases with run_result_free. With nothing running it waits for run_wake or a signal.
 */
enum jig_status run_wait(struct run *run, uint32_t timeout_ms, struct run_result *result,
                         struct jig_error *error);
void run_result_free(struct run_result *result);

/* Makes run_wait return WOKEN, now or when it is called next. Any thread, any time. */
void run_wake(struct run *run);

/*
 * Makes run_wait return READY, once, when `fd` can be read, now or later; see reactor_await. The
 * same descriptor each time, which must outlive the run.
 */
enum jig_status run_await(struct run *run, int fd, struct jig_error *error);

/*
 * Tells all running jobs, and what they started, to end: sends them `sig`, 0 for SIGTERM. The
 * caller then goes on with run_wait until nothing is running. A second call, or the end of
 * grace_ms, ends the patience: whatever is left is killed. A console job is not told again what the
 * terminal has told it.
 */
void run_interrupt(struct run *run, int sig);

#endif
