/*
 * What jig-perf is asked for.
 */
#ifndef PERF_OPTIONS_H
#define PERF_OPTIONS_H

#include "tools/perf/side.h"

/* Exit codes. */
enum {
    EXIT_PERF_DONE = 0,
    EXIT_PERF_FAILED = 1, /* the gate failed */
    EXIT_PERF_UNABLE = 2, /* wrong usage, or it could not be measured */
    EXIT_PERF_INTERRUPTED = 130,
};

enum perf_command { PERF_MEASURE, PERF_COMPARE, PERF_GATE };

/* All strings are the command line's. */
struct perf_options {
    enum perf_command command;
    const char *fixture;
    const char *within;
    const char *jig; /* NULL: the one beside this program */
    const char *directory;
    uint32_t iterations; /* 0: not said */
    bool wanted[SCENARIOS];
    bool json;
    const char *baseline;     /* gate: a metrics.json or a commit */
    const char *baseline_jig; /* gate: a program */
    const char *before, *now; /* compare: files */
};

/*
 * Reads the command line. Returns -1 to go on, or the exit code when help was given or the usage is
 * wrong, which has been told.
 */
int perf_options_read(int argc, char **argv, struct perf_options *options);

#endif
