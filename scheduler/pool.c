/*
 * The pool's life: starting threads, what they do when there is work and when there is none, and
 * how a run begins and ends. What a run consists of is in loop.c and graph_run.c.
 */
#include "scheduler/pool.h"

#include "engine/base/memory.h"
#include "jig/trace.h"

#include <ck_pr.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* How long an idle worker looks for work before it sleeps: some ten microseconds. */
#define SPIN_ROUNDS 64
#define SPIN_STALLS 8 /* between two looks */

/* ---- threads ---------------------------------------------------------------------------- */

static void *helper_main(void *argument);

/* Gives worker `index` a thread unless it has one. Returns 0 or an errno. */
static int start_thread(struct jig_pool *pool, uint32_t index)
{
    struct worker *worker = &pool->workers[index];
    int errnum = 0;
    pthread_mutex_lock(&pool->start_lock);
    if (!at_load(&worker->started, relaxed) && !pool->no_more_threads) {
        parking_withdraw(&pool->parking, index);
        sigset_t all, before;
        sigfillset(&all); /* signals are the business of the program's own threads */
        pthread_sigmask(SIG_SETMASK, &all, &before);
        errnum = pthread_create(&worker->thread, NULL, helper_main, worker);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (errnum == 0) {
            at_store(&worker->started, true, release);
            at_store(&pool->has_helper, true, release);
        }
    }
    pthread_mutex_unlock(&pool->start_lock);
    return errnum;
}

/*
 * Wakes a worker this thread has claimed, starting its thread first if need be. If that fails the
 * pool makes do: nobody depends on this worker, and it is not claimed again.
 */
static void wake(struct jig_pool *pool, uint32_t index)
{
    struct worker *worker = &pool->workers[index];
    if (index > 0 && !at_load(&worker->started, acquire))
        start_thread(pool, index);
    event_count_signal(&worker->spot);
}

void pool_wake_for_run(struct jig_pool *pool)
{
    uint32_t index = parking_claim(&pool->parking, 0);
    if (index != PARKING_NONE)
        wake(pool, index);
}

/* Like pool_wake_for_run, for work that the caller of a run does not do. */
static void wake_helper(struct jig_pool *pool)
{
    uint32_t index = parking_claim(&pool->parking, 1);
    if (index != PARKING_NONE)
        wake(pool, index);
}

/* ---- what a worker does ----------------------------------------------------------------- */

bool pool_run_has_work(struct jig_pool *pool)
{
    if (!gate_is_open(&pool->gate))
        return false;
    if (at_load(&pool->chunks, seq_cst) > 0)
        return true;
    for (uint32_t i = 0; i < pool->threads; i++)
        if (deque_seems_nonempty(&pool->workers[i].deque))
            return true;
    return false;
}

static void work_on_run(struct jig_pool *pool, uint32_t worker)
{
    uint64_t begin = jig_trace_now(pool->trace);
    pool->run.work(pool, worker);
    if (pool->trace)
        jig_trace_slice(pool->trace, worker,
                        &(struct jig_trace_slice){.category = "worker",
                                                  .name = pool->trace_name,
                                                  .begin_ns = begin,
                                                  .end_ns = jig_trace_now(pool->trace)});
}

/* Does some work if there is any; false when there was none. */
static bool help(struct jig_pool *pool, uint32_t index)
{
    struct jig_task *task = inbox_take(&pool->inbox);
    if (task) {
        if (!inbox_is_empty(&pool->inbox))
            wake_helper(pool);
        if (pool_run_has_work(pool))
            pool_wake_for_run(pool);
        task->run(task, index);
        return true;
    }
    if (index < pool->threads && pool_run_has_work(pool) && gate_enter(&pool->gate)) {
        work_on_run(pool, index);
        if (gate_leave(&pool->gate) && parking_claim_one(&pool->parking, 0))
            wake(pool, 0);
        return true;
    }
    return false;
}

static void pause_between_looks(void)
{
    for (uint32_t i = 0; i < SPIN_STALLS; i++)
        ck_pr_stall();
}

static bool helper_is_needed(void *worker)
{
    struct worker *self = worker;
    struct jig_pool *pool = self->pool;
    return !inbox_is_empty(&pool->inbox) || at_load(&pool->closing, seq_cst) ||
           (self->index < pool->threads && pool_run_has_work(pool));
}

static void *helper_main(void *argument)
{
    struct worker *self = argument;
    struct jig_pool *pool = self->pool;
    char name[16];
    snprintf(name, sizeof name, "jig-worker-%u", self->index);
    pthread_setname_np(pthread_self(), name);

    for (uint32_t idle_rounds = 0;; idle_rounds++) {
        if (help(pool, self->index)) {
            idle_rounds = 0;
        } else if (at_load(&pool->closing, seq_cst)) {
            if (inbox_is_empty(&pool->inbox))
                return NULL;
        } else if (idle_rounds < SPIN_ROUNDS) {
            pause_between_looks();
        } else {
            parking_sleep_unless(&pool->parking, self->index, &self->spot, helper_is_needed, self);
            idle_rounds = 0;
        }
    }
}

/* ---- a run ------------------------------------------------------------------------------ */

static bool caller_is_needed(void *context)
{
    struct jig_pool *pool = context;
    return gate_is_empty(&pool->gate) || pool_run_has_work(pool);
}

/* The caller, out of work while others are still inside: until something has changed. */
static void wait_inside(struct jig_pool *pool)
{
    for (uint32_t i = 0; i < SPIN_ROUNDS; i++) {
        if (caller_is_needed(pool))
            return;
        pause_between_looks();
    }
    parking_sleep_unless(&pool->parking, 0, &pool->workers[0].spot, caller_is_needed, pool);
}

void pool_run_alone(struct jig_pool *pool)
{
    work_on_run(pool, 0);
}

void pool_run(struct jig_pool *pool)
{
    gate_open(&pool->gate);
    for (;;) {
        work_on_run(pool, 0);
        if (gate_shut(&pool->gate))
            return;
        wait_inside(pool);
    }
}

/* ---- the public side -------------------------------------------------------------------- */

uint32_t pool_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return (uint32_t)CPU_COUNT(&set);
    long n = sysconf(_SC_NPROCESSORS_ONLN); /* more processors than the set has room for */
    return n > 0 ? (uint32_t)n : 1;
}

struct jig_pool *jig_pool_create(uint32_t threads)
{
    if (threads == 0)
        threads = pool_processors();
    if (threads > JIG_POOL_MAX_THREADS)
        threads = JIG_POOL_MAX_THREADS;
    uint32_t count = threads > 1 ? threads : 2;

    size_t bytes = sizeof(struct jig_pool) + count * sizeof(struct worker);
    struct jig_pool *pool = aligned_alloc(LINE, (bytes + LINE - 1) / LINE * LINE);
    if (!pool)
        mem_exhausted(bytes);
    memset(pool, 0, bytes);
    pool->threads = threads;
    pool->count = count;
    pool->parking.words = (count + 63) / 64;
    inbox_init(&pool->inbox);
    pthread_mutex_init(&pool->start_lock, NULL);
    for (uint32_t i = 0; i < count; i++) {
        pool->workers[i].pool = pool;
        pool->workers[i].index = i;
        /* Helpers without a thread count as idle: whoever claims one starts it. */
        if (i > 0)
            at_or(&pool->parking.idle[i / 64], UINT64_C(1) << i % 64, relaxed);
    }
    return pool;
}

void jig_pool_destroy(struct jig_pool *pool)
{
    if (!pool)
        return;
    at_store(&pool->closing, true, seq_cst);
    pthread_mutex_lock(&pool->start_lock);
    pool->no_more_threads = true;
    pthread_mutex_unlock(&pool->start_lock);
    for (uint32_t i = 1; i < pool->count; i++)
        if (at_load(&pool->workers[i].started, acquire))
            event_count_signal(&pool->workers[i].spot);
    for (uint32_t i = 1; i < pool->count; i++)
        if (at_load(&pool->workers[i].started, acquire))
            pthread_join(pool->workers[i].thread, NULL);
    for (uint32_t i = 0; i < pool->count; i++)
        free(pool->workers[i].deque.slots);
    free(pool->run.joins);
    pthread_mutex_destroy(&pool->start_lock);
    inbox_destroy(&pool->inbox);
    free(pool);
}

uint32_t jig_pool_threads(const struct jig_pool *pool)
{
    return pool->count;
}

void jig_pool_set_trace(struct jig_pool *pool, struct jig_trace *trace, const char *name)
{
    pool->trace = trace;
    pool->trace_name = name;
}

enum jig_status jig_pool_submit(struct jig_pool *pool, struct jig_task *task,
                                struct jig_error *error)
{
    if (!at_load(&pool->has_helper, acquire)) {
        int errnum = start_thread(pool, 1);
        if (errnum)
            return jig_fail_errno(error, errnum, "cannot start a thread");
    }
    inbox_put(&pool->inbox, task);
    wake_helper(pool);
    return JIG_OK;
}
