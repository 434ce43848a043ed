/*
 * Jobs that may start now, by pool: the heaviest critical path first, as far as each pool's depth
 * allows. One thread.
 */
#ifndef SESSION_JOB_QUEUE_H
#define SESSION_JOB_QUEUE_H

#include "engine/graph/graph.h"

struct job_queue;

struct job_queue *job_queue_create(const struct graph *graph);
void job_queue_destroy(struct job_queue *queue);

void job_queue_push(struct job_queue *queue, job_id job, uint64_t weight);

/* Whether job_queue_take would take one. O(pools). */
bool job_queue_has(const struct job_queue *queue);
/*
 * Takes the heaviest job whose pool has room, and counts it as running in that pool. False when
 * there is none. O(pools + log waiting).
 */
bool job_queue_take(struct job_queue *queue, job_id *job);
/* The weight of the heaviest job that waits, whether its pool has room or not; 0: none. O(pools).
 */
uint64_t job_queue_heaviest(const struct job_queue *queue);
/* A job that was taken has ended (or could not start and will be pushed again). */
void job_queue_release(struct job_queue *queue, job_id job);

#endif
