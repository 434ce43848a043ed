/*
 * What the watch has to say, from whichever thread, until the thread that prints comes by.
 */
#ifndef JIG_TOOL_WATCH_NOTICES_H
#define JIG_TOOL_WATCH_NOTICES_H

#include "engine/base/memory.h"
#include "jig/error.h"

#include <pthread.h>
#include <stdbool.h>

struct watch_notices {
    pthread_mutex_t lock;
    VEC(struct jig_error) list; /* guarded by the lock */
    int fd;                     /* readable while there are any */
};

enum jig_status watch_notices_init(struct watch_notices *notices, struct jig_error *error);
void watch_notices_free(struct watch_notices *notices);

/* Any thread. `notices` is a struct watch_notices. */
void watch_notices_add(void *notices, const struct jig_error *what);
/* Takes the oldest out. False when there is none. */
bool watch_notices_take(struct watch_notices *notices, struct jig_error *what);

#endif
