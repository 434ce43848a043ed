/*
 * What jig-perf says on standard error while it works: errors, warnings, how far it is. On a
 * terminal progress is one line that is written over; elsewhere, a line for each round.
 */
#ifndef PERF_SAY_H
#define PERF_SAY_H

#include "jig/error.h"
#include "tools/jig/terminal.h"

void say_error(const char *format, ...) JIG_PRINTF(1, 2);
void say_warning(const char *format, ...) JIG_PRINTF(1, 2);
/* An error with what to do about it, if that is known. */
void say_failure(const struct jig_error *error);

struct progress {
    struct terminal terminal;
    const char *fixture; /* the caller's */
    uint32_t rounds;
};

struct progress progress_begin(const char *fixture, uint32_t rounds);
/* `scenario` NULL: the preparation. Rounds count from 0. */
void progress_show(const struct progress *progress, uint32_t round, const char *scenario);
/* Takes the line away. */
void progress_end(const struct progress *progress);

#endif
