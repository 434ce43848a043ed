/*
 * SIGINT, SIGTERM and SIGHUP as something to poll for, so that a measurement that is broken off
 * still stops what it started and removes what it wrote.
 */
#ifndef PERF_INTERRUPT_H
#define PERF_INTERRUPT_H

#include "jig/error.h"

#include <stdbool.h>

struct interrupt {
    int fd;      /* readable when one has come */
    bool caught; /* one has been taken */
};

/* Blocks the signals in this thread; children unblock them themselves (see launch.c). */
enum jig_status interrupt_open(struct interrupt *interrupt, struct jig_error *error);
void interrupt_close(struct interrupt *interrupt);

/* Takes the signals that have come, without waiting. Returns whether there were any. */
bool interrupt_take(struct interrupt *interrupt);

/* JIG_ERROR_INTERRUPTED if one has come now or earlier. */
enum jig_status interrupt_check(struct interrupt *interrupt, struct jig_error *error);

#endif
