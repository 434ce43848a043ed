#include "engine/session/job_queue.h"

#include "engine/run/ready_queue.h"

#include <stdlib.h>

struct pool_line {
    struct ready_queue waiting;
    uint32_t running; /* at most depth */
    uint32_t depth;   /* UINT32_MAX: unlimited */
};

struct job_queue {
    const struct graph *graph;
    struct pool_line *pools; /* as graph.pools */
    uint32_t pool_count;
};

struct job_queue *job_queue_create(const struct graph *graph)
{
    struct job_queue *queue = mem_zalloc(sizeof *queue);
    queue->graph = graph;
    queue->pool_count = graph->pools.count;
    queue->pools = mem_array(queue->pool_count, sizeof *queue->pools);
    for (uint32_t i = 0; i < queue->pool_count; i++) {
        uint32_t depth = graph->pools.data[i].depth;
        queue->pools[i].depth = depth ? depth : UINT32_MAX;
    }
    return queue;
}

void job_queue_destroy(struct job_queue *queue)
{
    if (!queue)
        return;
    for (uint32_t i = 0; i < queue->pool_count; i++)
        ready_queue_free(&queue->pools[i].waiting);
    free(queue->pools);
    free(queue);
}

static struct pool_line *pool_of(struct job_queue *queue, job_id job)
{
    return &queue->pools[queue->graph->jobs.data[job].pool];
}

void job_queue_push(struct job_queue *queue, job_id job, uint64_t weight)
{
    ready_queue_push(&pool_of(queue, job)->waiting, weight, job);
}

/* The pool with room whose first job is the heaviest, or NULL. */
static struct pool_line *best_pool(const struct job_queue *queue)
{
    struct pool_line *best = NULL;
    uint64_t best_weight = 0;
    for (uint32_t i = 0; i < queue->pool_count; i++) {
        struct pool_line *pool = &queue->pools[i];
        uint64_t weight;
        if (pool->running < pool->depth && ready_queue_peek(&pool->waiting, &weight, NULL) &&
            (!best || weight > best_weight)) {
            best = pool;
            best_weight = weight;
        }
    }
    return best;
}

bool job_queue_has(const struct job_queue *queue)
{
    return best_pool(queue) != NULL;
}

bool job_queue_take(struct job_queue *queue, job_id *job)
{
    struct pool_line *best = best_pool(queue);
    if (!best)
        return false;
    best->running++;
    return ready_queue_pop(&best->waiting, NULL, job);
}

uint64_t job_queue_heaviest(const struct job_queue *queue)
{
    uint64_t heaviest = 0;
    for (uint32_t i = 0; i < queue->pool_count; i++) {
        uint64_t weight;
        if (ready_queue_peek(&queue->pools[i].waiting, &weight, NULL) && weight > heaviest)
            heaviest = weight;
    }
    return heaviest;
}

void job_queue_release(struct job_queue *queue, job_id job)
{
    pool_of(queue, job)->running--;
}
