/*
 * The lock of a state directory: flock on a file in it, which the system drops with the process.
 * The holder writes its process id into the file, for others to show.
 */
#ifndef STATE_LOCK_H
#define STATE_LOCK_H

#include "jig/error.h"

#include <stdbool.h>
#include <stdint.h>

struct lock {
    int fd;                /* -1: not held */
    bool held_by_ancestor; /* set by lock_take instead of taking it */
};

struct lock_request {
    const char *path; /* of the lock file; made when missing, with its directory */
    bool wait;
    bool join_ancestor; /* be content when an ancestor of this process has it */
    void (*waiting)(void *context, int64_t holder); /* before waiting; may be NULL */
    void *context;
};

/*
 * JIG_ERROR_LOCKED when another process has it and `wait` is off; JIG_ERROR_INTERRUPTED when a
 * signal handler ran during the wait (one installed without SA_RESTART); JIG_ERROR_IO.
 */
enum jig_status lock_take(struct lock *lock, const struct lock_request *request,
                          struct jig_error *error);
/* Fine when not held. */
void lock_drop(struct lock *lock);

#endif
