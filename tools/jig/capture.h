/*
 * Runs a program and takes what it prints: for the few short ones that jig asks something.
 */
#ifndef JIG_TOOL_CAPTURE_H
#define JIG_TOOL_CAPTURE_H

#include "engine/base/buf.h"

/* Zero-initialised is empty. */
struct capture {
    struct buf out;
    struct buf err;
    int exit_code; /* 128 + n: killed by signal n */
};

/*
 * Runs argv[0], found by PATH, with the arguments that follow, up to a NULL; waits for its end. Its
 * input is empty. What it prints is appended, both streams apart and whole. Returns 0, or an errno
 * when it could not be run. Free with capture_free in every case.
 */
int capture_run(const char *const argv[], struct capture *capture);
void capture_free(struct capture *capture);

#endif
