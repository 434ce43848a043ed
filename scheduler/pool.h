/*
 * The inside of a pool, shared by the files of this folder.
 *
 * A pool has helpers (its own threads, workers 1 and up) and, during a run, the caller (worker 0).
 * A run is either a loop or a graph: it is prepared in `run`, then `gate` is opened, then whoever
 * is inside works by calling run.work until that finds nothing more to take, and at the end the
 * caller shuts the gate. Between runs, helpers serve `inbox` or sleep in `parking`.
 *
 * There is work in the run for the taking while `chunks` is above 0 (a loop) or some worker's
 * deque has an item (a graph). Outside the gate, a helper looks at these and at nothing else.
 */
#ifndef SCHEDULER_POOL_H
#define SCHEDULER_POOL_H

#include "jig/scheduler.h"
#include "scheduler/deque.h"
#include "scheduler/gate.h"
#include "scheduler/inbox.h"
#include "scheduler/join.h"
#include "scheduler/parking.h"

#include <pthread.h>
#include <stdbool.h>

struct worker {
    struct deque deque;
    /* Where it sleeps. Signalled by whoever claimed it. */
    alignas(LINE) struct event_count spot;
    struct jig_pool *pool; /* set once */
    uint32_t index;        /* its number; set once */
    uint32_t ran;          /* tasks begun in this graph run; written by the worker while inside */
    uint32_t victim;       /* whom it robs first next time; the worker's own */
    ATOMIC(bool) started;  /* has a thread; set under pool->start_lock, release */
    pthread_t thread;
};

/* What is being run. Written by the caller before it opens the gate; only read while it is open. */
struct run {
    void (*work)(struct jig_pool *pool, uint32_t worker); /* until there is nothing to take */
    void *context;
    /* a loop */
    jig_range_fn range;
    uint32_t count;
    uint32_t grain;
    /* a graph */
    const struct jig_graph_desc *graph;
    jig_graph_fn task;
    join_counter *joins; /* [task]; owned by the pool */
    uint32_t joins_capacity;
};

struct jig_pool {
    struct parking parking;
    struct gate gate;
    /* Chunks of a loop not yet taken; may sink below 0. Set by the caller; lowered by all. */
    alignas(LINE) ATOMIC(int64_t) chunks;
    /* Not 0: begin no more tasks of this graph. Set by the first that fails; read relaxed. */
    alignas(LINE) ATOMIC(uint32_t) cancelled;
    /* What that first one was and said. Written by it alone, while inside. */
    uint32_t failed_task;
    int failed_value;
    alignas(LINE) struct run run;
    struct inbox inbox;
    /* No more work will come: helpers end once the inbox is empty. Set once, seq_cst. */
    ATOMIC(bool) closing;
    ATOMIC(bool) has_helper; /* some thread was started; set under start_lock, release */
    pthread_mutex_t start_lock;
    bool no_more_threads;    /* guarded by start_lock */
    uint32_t threads;        /* that share a run; set once */
    uint32_t count;          /* workers; set once */
    struct jig_trace *trace; /* set between runs; may be NULL */
    const char *trace_name;
    struct worker workers[];
};

/* How many processors this process may use; at least 1. */
uint32_t pool_processors(void);

/* Opens the gate on the prepared run, works on it as worker 0, and returns when it is over. */
void pool_run(struct jig_pool *pool);

/* The same with the gate shut. */
void pool_run_alone(struct jig_pool *pool);

/* To be called with the run's work visible: gets one more worker to help, if one is idle. */
void pool_wake_for_run(struct jig_pool *pool);

/* Whether there is work in the run for the taking. */
bool pool_run_has_work(struct jig_pool *pool);

/* Whether any worker is idle: one load for each 64 workers. */
static inline bool pool_has_idle(struct jig_pool *pool)
{
    for (uint32_t word = 0; word < pool->parking.words; word++)
        if (at_load(&pool->parking.idle[word], seq_cst))
            return true;
    return false;
}

/* Whoever went from looking for work in the run to working: passes the search on. See parking.h. */
static inline void pool_pass_on(struct jig_pool *pool)
{
    if (pool_has_idle(pool) && pool_run_has_work(pool))
        pool_wake_for_run(pool);
}

#endif
