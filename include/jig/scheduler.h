/*
 * The scheduler: a pool of threads, parallel loops, dependency graphs and background tasks.
 * It knows nothing of files, jobs or manifests and can be used alone.
 *
 *     struct jig_pool *pool = jig_pool_create(0);
 *     jig_pool_for(pool, count, 64, hash_some_files, &state);   // returns when all are done
 *     jig_graph_run(pool, &graph, run_one, &state, &result, &error);
 *     jig_pool_submit(pool, &task, &error);                     // returns at once
 *     jig_pool_destroy(pool);
 *
 * Workers. The thread that calls jig_pool_for or jig_graph_run works too, as worker 0; the pool's
 * own threads are workers 1 and up. Every function the pool calls is given the number of the
 * worker it runs on, so that a caller can keep one scratch area a worker and need no locks.
 * Threads are started one by one when there is work for them and not before: a pool whose loops
 * are all tiny never starts one. A thread with nothing to do sleeps and uses no processor time.
 *
 * One thread at a time may be inside jig_pool_for or jig_graph_run of a pool, and the functions
 * these call must not start another run on the same pool. jig_pool_submit may be called from any
 * thread at any time.
 *
 * All that happened before a call is visible to the functions it makes the workers call, and all
 * that these did is visible when the call returns.
 */
#ifndef JIG_SCHEDULER_H
#define JIG_SCHEDULER_H

#include "jig/error.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jig_trace;

/* ---- pool ------------------------------------------------------------------------------- */

struct jig_pool;

/* More threads than this are not started. */
#define JIG_POOL_MAX_THREADS 512

/*
 * Makes a pool in which up to `threads` threads, the caller's included, share a run; 0 means one
 * for each processor this process may use (sched_getaffinity). Starts no thread. The caller owns
 * the pool.
 */
JIG_API struct jig_pool *jig_pool_create(uint32_t threads);

/*
 * Finishes every submitted task, ends the threads and frees the pool. No other thread may use the
 * pool any more. NULL is allowed.
 */
JIG_API void jig_pool_destroy(struct jig_pool *pool);

/*
 * One more than the highest worker number the pool ever passes: the size of a per-worker array.
 * At least 2, since submitted tasks need a thread beside the caller's even when runs do not.
 */
JIG_API uint32_t jig_pool_threads(const struct jig_pool *pool);

/*
 * From now on, each stretch of time a worker spends in a run becomes a slice called `name` in the
 * worker's ring of `trace`, which needs jig_pool_threads of them. A NULL trace turns this off. Both
 * must outlive their use. Not during a run.
 */
JIG_API void jig_pool_set_trace(struct jig_pool *pool, struct jig_trace *trace, const char *name);

/* ---- parallel loop ---------------------------------------------------------------------- */

/* Does the work of the indices begin .. end - 1. */
typedef void (*jig_range_fn)(void *context, uint32_t begin, uint32_t end, uint32_t worker);

/*
 * Calls `run` for ranges that together cover 0 .. count - 1, each index once, and returns when
 * all are done. No range is longer than `grain` (0 counts as 1), the unit workers take: large
 * enough that one is worth some microseconds. With at most one grain of work, the caller does it
 * alone in a single call.
 */
JIG_API void jig_pool_for(struct jig_pool *pool, uint32_t count, uint32_t grain, jig_range_fn run,
                          void *context);

/* ---- background task -------------------------------------------------------------------- */

/* Lives in the caller's memory and belongs to the pool from submission until `run` is called. */
struct jig_task {
    struct jig_task *next; /* the pool's */
    void (*run)(struct jig_task *task, uint32_t worker);
};

/*
 * Has task->run called once, soon, on one of the pool's threads (never the caller's), roughly in
 * order of submission. `run` owns the task from then on: it may free it or submit it again, and
 * saying that it is done is its own business. Lock-free apart from starting or waking a thread.
 * Fails with JIG_ERROR_IO, the task untouched, if the pool has no thread and none can be started.
 */
JIG_API enum jig_status jig_pool_submit(struct jig_pool *pool, struct jig_task *task,
                                        struct jig_error *error);

/* ---- dependency graph ------------------------------------------------------------------- */

/* Tasks 0 .. count - 1. Task t comes before successors[offsets[t] .. offsets[t + 1] - 1]. */
struct jig_graph_desc {
    uint32_t count;
    const uint32_t *offsets;      /* [count + 1], ascending, from 0 */
    const uint32_t *successors;   /* [offsets[count]] */
    const uint32_t *predecessors; /* [count]: how often each task occurs in `successors` */
};

/* Does the work of one task. Not 0 stops the run. */
typedef int (*jig_graph_fn)(void *context, uint32_t task, uint32_t worker);

struct jig_graph_result {
    uint32_t ran;    /* tasks whose function was called */
    uint32_t failed; /* which task stopped the run; UINT32_MAX when none did */
    int value;       /* what its function returned; 0 when none did */
};

/*
 * Calls `run` once for each task, never before it returned for all of the task's predecessors.
 * Order is otherwise free. The graph is only read.
 *
 * When a call returns a value other than 0, no further task is begun, those under way are waited
 * for, and the status is JIG_ERROR_CANCELLED; if several return one, the first is reported. When
 * tasks are left that wait for each other (a cycle), all others have run and the status is
 * JIG_ERROR_USAGE. `result` may be NULL and is filled in every case. The numbers in
 * graph->predecessors are relied upon: one too small would have its task begin too early.
 *
 * O(tasks + edges). Memory, kept by the pool for its next run: 4 bytes a task, and for each
 * worker up to 4 bytes a task, of which only what it uses at its fullest is touched.
 */
JIG_API enum jig_status jig_graph_run(struct jig_pool *pool, const struct jig_graph_desc *graph,
                                      jig_graph_fn run, void *context,
                                      struct jig_graph_result *result, struct jig_error *error);

/* `from` comes before `to`. */
struct jig_graph_edge {
    uint32_t from, to;
};

/*
 * Builds a graph from its edges, in any order, by counting sort: O(count + edge_count). An edge
 * given twice counts twice. JIG_ERROR_USAGE if an edge names a task that is not there, and
 * JIG_ERROR_LIMIT for 2^32 edges or more; *graph is then empty. Free it with jig_graph_free.
 */
JIG_API enum jig_status jig_graph_from_edges(uint32_t count, const struct jig_graph_edge *edges,
                                             uint64_t edge_count, struct jig_graph_desc *graph,
                                             struct jig_error *error);

/* Frees what jig_graph_from_edges made. */
JIG_API void jig_graph_free(struct jig_graph_desc *graph);

#ifdef __cplusplus
}
#endif

#endif
