#include "engine/codegen/finished.h"

void finished_init(struct finished *finished, void (*wake)(void *context), void *context)
{
    *finished = (struct finished){.wake = wake, .context = context};
    pthread_mutex_init(&finished->lock, NULL);
    pthread_cond_init(&finished->nobody, NULL);
}

void finished_destroy(struct finished *finished)
{
    for (uint32_t i = finished->taken; i < finished->results.count; i++)
        buf_free(&finished->results.data[i].output);
    vec_free(&finished->results);
    pthread_cond_destroy(&finished->nobody);
    pthread_mutex_destroy(&finished->lock);
}

void finished_announce(struct finished *finished)
{
    pthread_mutex_lock(&finished->lock);
    finished->pending++;
    pthread_mutex_unlock(&finished->lock);
}

void finished_put(struct finished *finished, const struct codegen_result *result)
{
    pthread_mutex_lock(&finished->lock);
    bool was_empty = finished->taken == finished->results.count;
    if (was_empty)
        finished->taken = finished->results.count = 0;
    vec_push(&finished->results, *result);
    pthread_mutex_unlock(&finished->lock);
    if (was_empty && finished->wake)
        finished->wake(finished->context);
    /* Only now: whoever waits for nothing to be pending is about to free what `wake` uses. */
    pthread_mutex_lock(&finished->lock);
    if (--finished->pending == 0)
        pthread_cond_broadcast(&finished->nobody);
    pthread_mutex_unlock(&finished->lock);
}

bool finished_take(struct finished *finished, struct codegen_result *result)
{
    pthread_mutex_lock(&finished->lock);
    bool any = finished->taken < finished->results.count;
    if (any)
        *result = finished->results.data[finished->taken++];
    pthread_mutex_unlock(&finished->lock);
    return any;
}

void finished_wait(struct finished *finished)
{
    pthread_mutex_lock(&finished->lock);
    while (finished->pending > 0)
        pthread_cond_wait(&finished->nobody, &finished->lock);
    pthread_mutex_unlock(&finished->lock);
}
