/*
 * The graph run: tasks begin when their last predecessor has finished.
 *
 * Each task has a join counter (join.h). A worker that has finished a task counts down those of
 * its successors; one that is thereby ready it runs next, the others go into its deque, from where
 * it takes them later, newest first, unless thieves take them before, oldest first.
 *
 * The end. The run is over when no worker has anything to do, as the gate finds out. If by then
 * not all tasks have run, the rest cannot: they wait for each other.
 */
#include "scheduler/pool.h"

#include "engine/base/memory.h"

#include <stdlib.h>

#define NO_TASK UINT32_MAX

/* Returns a successor of `task` that has become ready, after putting the others in the deque. */
static inline uint32_t finish(struct jig_pool *pool, struct worker *self, uint32_t task, bool alone)
{
    const struct jig_graph_desc *graph = pool->run.graph;
    join_counter *joins = pool->run.joins;
    uint32_t begin = graph->offsets[task], end = graph->offsets[task + 1];
    uint32_t next = NO_TASK;
    uint32_t staged = 0;
    for (uint32_t i = begin; i < end; i++) {
        uint32_t successor = graph->successors[i];
        join_counter *join = &joins[successor];
        if (!(alone ? join_count_down_alone(join) : join_count_down(join)))
            continue;
        if (next == NO_TASK)
            next = successor;
        else
            deque_stage(&self->deque, staged++, successor);
    }
    if (staged && alone) {
        deque_publish_alone(&self->deque, staged);
    } else if (staged) {
        deque_publish(&self->deque, staged);
        if (pool_has_idle(pool))
            pool_wake_for_run(pool);
    }
    return next;
}

static bool steal(struct jig_pool *pool, struct worker *self, uint32_t *task)
{
    for (uint32_t i = 0; i < pool->threads; i++) {
        uint32_t victim = self->victim;
        if (victim != self->index && deque_steal(&pool->workers[victim].deque, task))
            return true;
        self->victim = victim + 1 < pool->threads ? victim + 1 : 0;
    }
    return false;
}

static void cancel(struct jig_pool *pool, uint32_t task, int value)
{
    uint32_t expected = 0;
    if (at_cas(&pool->cancelled, &expected, 1, relaxed)) {
        pool->failed_task = task;
        pool->failed_value = value;
    }
}

/* Runs `task`, then what it made ready, and so on as long as there is something. */
static inline void run_from(struct jig_pool *pool, struct worker *self, uint32_t task, bool alone)
{
    while (task != NO_TASK && !at_load(&pool->cancelled, relaxed)) {
        self->ran++;
        int value = pool->run.task(pool->run.context, task, self->index);
        if (value) {
            cancel(pool, task, value);
            return;
        }
        task = finish(pool, self, task, alone);
    }
}

/* Once the run is cancelled, this empties the deque without running what is in it. */
static void work_together(struct jig_pool *pool, uint32_t worker)
{
    struct worker *self = &pool->workers[worker];
    bool looking = true;
    for (;;) {
        uint32_t task;
        if (!deque_pop(&self->deque, &task)) {
            if (!steal(pool, self, &task))
                return;
            looking = true;
        }
        if (looking)
            pool_pass_on(pool);
        looking = false;
        run_from(pool, self, task, false);
    }
}

/* The same on a pool of one, where nothing is shared and so no atomic update is needed. */
static void work_alone(struct jig_pool *pool, uint32_t worker)
{
    struct worker *self = &pool->workers[worker];
    uint32_t task;
    while (deque_pop_alone(&self->deque, &task))
        run_from(pool, self, task, true);
}

/* Makes room for the graph and puts the tasks that wait for nothing in the caller's deque. */
static void prepare(struct jig_pool *pool, const struct jig_graph_desc *graph)
{
    struct run *run = &pool->run;
    int64_t slots = 64;
    while (slots < graph->count)
        slots *= 2;
    for (uint32_t i = 0; i < pool->threads; i++) {
        struct worker *worker = &pool->workers[i];
        worker->ran = 0;
        if (worker->deque.mask + 1 < slots) {
            free(worker->deque.slots);
            worker->deque.slots = mem_alloc((size_t)slots * sizeof *worker->deque.slots);
            worker->deque.mask = slots - 1;
        }
    }
    if (run->joins_capacity < graph->count) {
        free(run->joins);
        run->joins = mem_alloc(graph->count * sizeof *run->joins);
        run->joins_capacity = graph->count;
    }
    struct deque *deque = &pool->workers[0].deque;
    uint32_t ready = 0;
    for (uint32_t t = 0; t < graph->count; t++) {
        at_store(&run->joins[t], graph->predecessors[t], relaxed);
        if (graph->predecessors[t] == 0)
            deque_stage(deque, ready++, t);
    }
    deque_publish(deque, ready);
}

enum jig_status jig_graph_run(struct jig_pool *pool, const struct jig_graph_desc *graph,
                              jig_graph_fn task, void *context, struct jig_graph_result *result,
                              struct jig_error *error)
{
    prepare(pool, graph);
    at_store(&pool->cancelled, 0, relaxed);
    pool->run.work = pool->threads == 1 ? work_alone : work_together;
    pool->run.context = context;
    pool->run.graph = graph;
    pool->run.task = task;
    if (pool->threads == 1)
        pool_run_alone(pool);
    else
        pool_run(pool);

    struct jig_graph_result outcome = {.failed = UINT32_MAX};
    for (uint32_t i = 0; i < pool->threads; i++)
        outcome.ran += pool->workers[i].ran;
    bool cancelled = at_load(&pool->cancelled, relaxed);
    if (cancelled) {
        outcome.failed = pool->failed_task;
        outcome.value = pool->failed_value;
    }
    if (result)
        *result = outcome;
    if (cancelled)
        return jig_fail(error, JIG_ERROR_CANCELLED, "task %u stopped the run with %d",
                        outcome.failed, outcome.value);
    if (outcome.ran < graph->count)
        return jig_fail(error, JIG_ERROR_USAGE, "%u of %u tasks wait for each other",
                        graph->count - outcome.ran, graph->count);
    return JIG_OK;
}
