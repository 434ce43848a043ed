/*
 * Results on their way from the threads that made them to the one that takes them.
 *
 * Any thread puts, one takes. `wake` is called, outside the lock, when a result arrives in an empty
 * queue; whoever takes must then take until there is none.
 */
#ifndef CODEGEN_FINISHED_H
#define CODEGEN_FINISHED_H

#include "engine/base/memory.h"
#include "engine/codegen/codegen.h"

#include <pthread.h>

/* The exit code of a job that was interrupted, as a shell has it for SIGINT. */
enum { CODEGEN_INTERRUPTED = 130 };

struct finished {
    pthread_mutex_t lock; /* guards all below but the last two */
    pthread_cond_t nobody;
    VEC(struct codegen_result) results;
    uint32_t taken;   /* results before this one are gone */
    uint32_t pending; /* announced, and finished_put has not returned for them */
    void (*wake)(void *context);
    void *context;
};

void finished_init(struct finished *finished, void (*wake)(void *context), void *context);
/* Nothing may be pending. Frees what nobody took. */
void finished_destroy(struct finished *finished);

/* Says that a result will come. */
void finished_announce(struct finished *finished);
/* Hands over an announced result, its output included. Does not touch `finished` afterwards. */
void finished_put(struct finished *finished, const struct codegen_result *result);
bool finished_take(struct finished *finished, struct codegen_result *result);
/* Waits until every announced result has been put and `wake` has returned. */
void finished_wait(struct finished *finished);

#endif
