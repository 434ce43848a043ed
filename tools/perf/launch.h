/*
 * One command, run and measured: wall time, processor time and peak memory.
 *
 * The kernel counts as a command's memory what the process had that started it, up to the moment
 * of exec: a large one would be measured in place of a small command. So jig-perf, which keeps
 * lists of all files, runs commands by way of itself afresh (launch_main), which is small.
 */
#ifndef PERF_LAUNCH_H
#define PERF_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

struct launch {
    const char *const *argv; /* argv[0] is looked for in PATH */
    const char *directory;
    int out;            /* standard output; -1: /dev/null. Standard error stays this process' own */
    bool one_processor; /* only the first of those that this process may use */
};

/* What it took. Times are from just before fork until its end was noticed. */
struct usage {
    double wall_ms;
    double user_ms, system_ms; /* of it and all that it waited for */
    uint64_t peak_rss_bytes;   /* of it, or of the largest that it waited for */
    int status;                /* as from wait4 */
};

/* Exit codes of a child that did not get as far as its command. */
enum { LAUNCH_NOT_STARTED = 126, LAUNCH_NOT_FOUND = 127 };

/*
 * Runs it and waits for its end. Returns 0 or an errno value; a command that fails, or is not
 * there, shows in usage->status. Standard input is /dev/null.
 */
int launch_run(const struct launch *launch, struct usage *usage);

/*
 * `PROGRAM --launch FD ONE-PROCESSOR DIRECTORY COMMAND…`: launch_run in a process of its own, which
 * writes the struct usage to FD and exits with 0. Signals are left to the command.
 */
#define LAUNCH_OPTION "--launch"
int launch_main(int argc, char **argv);

#endif
