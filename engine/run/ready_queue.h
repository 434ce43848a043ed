/*
 * Jobs that are ready to run, the heaviest first: a binary max-heap (Williams, 1964) of job ids by
 * weight. Equal weights come out in order of job id, so that the order is the same in every run.
 * Not thread-safe.
 */
#ifndef RUN_READY_QUEUE_H
#define RUN_READY_QUEUE_H

#include "engine/base/memory.h"

#include <stdbool.h>

struct ready_job {
    uint64_t weight; /* e.g. the critical path from here to the end, in ms */
    uint32_t job;
};

/* Zero-initialised is empty. */
struct ready_queue {
    VEC(struct ready_job) heap; /* no element comes before its parent, (i - 1) / 2 */
};

/* O(log n). A job may be in the queue more than once. */
void ready_queue_push(struct ready_queue *queue, uint64_t weight, uint32_t job);
/* The job that pop would take. False when there is none. Either pointer may be NULL. O(1). */
bool ready_queue_peek(const struct ready_queue *queue, uint64_t *weight, uint32_t *job);
/* Takes out the heaviest job. False when there is none. Either pointer may be NULL. O(log n). */
bool ready_queue_pop(struct ready_queue *queue, uint64_t *weight, uint32_t *job);
void ready_queue_free(struct ready_queue *queue);

#endif
