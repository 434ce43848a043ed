/*
 * What slots did at each moment: one sweep over the moments at which a job became ready, started or
 * ended.
 *
 * Between two such moments nothing changes. Of the slots that are idle then,
 *   - as many as there are ready jobs that have a place in their pools are idle because the engine
 *     did not start them;
 *   - as many as there are ready jobs without such a place are idle because of the pools;
 *   - the others are idle because no further job is ready.
 * The latter are blamed on the jobs that run meanwhile, each with the same share. After a failure
 * with which jobs ceased to be started (the trace does not have those that never were), nothing but
 * that is to blame.
 *
 * On the way it is seen what the critical path waited for where it waited.
 */
#include "tools/trace/parts.h"

#include <stdlib.h>

enum moment_kind { JOB_READY, JOB_STARTS, JOB_ENDS };

struct moment {
    uint64_t time_ns;
    uint32_t job;
    enum moment_kind kind; /* a job that takes no time goes through all three, in order */
};

struct pool_state {
    uint32_t ready;
    uint32_t running;
    uint64_t charged; /* `pool_share` up to which idle time has been charged to it */
};

struct sweep {
    struct trace_work *work;
    uint64_t now_ns;
    uint32_t running;
    uint32_t ready;
    uint32_t held;          /* of these, jobs that have no place in their pools */
    uint64_t blocked_share; /* idle time that was blamed so far on a job that runs all the time */
    uint64_t pool_share;    /* the same of a job that is held by its pool all the time */
    struct pool_state *pools;
    uint32_t step;       /* of the path, the first that is not over */
    uint64_t stopped_ns; /* when the failure came after which no job was started */
};

static int by_time(const void *left, const void *right)
{
    const struct moment *a = left;
    const struct moment *b = right;
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

/* How many jobs the pool holds up. */
static uint32_t held_by(const struct trace_pool *pool, const struct pool_state *state)
{
    uint32_t places = pool->depth > state->running ? pool->depth - state->running : 0;
    return state->ready > places ? state->ready - places : 0;
}

static uint32_t least(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

/* Slots that were idle from now_ns until `until_ns`, while jobs were running or ready. */
static void blame(struct sweep *sweep, uint64_t idle, uint64_t length_ns)
{
    uint64_t *idle_ns = sweep->work->analysis->idle_ns;
    uint32_t not_started = least(idle, sweep->ready - sweep->held);
    uint32_t pool = least(idle - not_started, sweep->held);
    uint64_t deps = idle - not_started - pool;
    if (sweep->now_ns >= sweep->stopped_ns) {
        idle_ns[TRACE_IDLE_FAILED] += idle * length_ns;
        return;
    }
    idle_ns[TRACE_IDLE_ENGINE] += not_started * length_ns;
    idle_ns[TRACE_IDLE_POOL] += pool * length_ns;
    idle_ns[TRACE_IDLE_DEPS] += deps * length_ns;
    if (sweep->running)
        sweep->blocked_share += deps * length_ns / sweep->running;
    if (sweep->held)
        sweep->pool_share += pool * length_ns / sweep->held;
}

static enum trace_wait cause_of_waiting(const struct sweep *sweep, uint32_t job)
{
    const struct trace_log *log = sweep->work->log;
    uint32_t pool = sweep->work->pool[job];
    if (pool != TRACE_NO_POOL && sweep->pools[pool].running >= log->pools.data[pool].depth)
        return TRACE_WAIT_POOL;
    return log->slots && sweep->running >= log->slots ? TRACE_WAIT_SLOT : TRACE_WAIT_ENGINE;
}

static void add_waiting(const struct sweep *sweep, struct trace_step *step, uint64_t length_ns)
{
    struct trace_analysis *analysis = sweep->work->analysis;
    enum trace_wait cause = cause_of_waiting(sweep, step->job);
    step->wait_ns[cause] += length_ns;
    analysis->wait_ns[cause] += length_ns;
    if (cause == TRACE_WAIT_POOL)
        analysis->pools.data[sweep->work->pool[step->job]].path_ns += length_ns;
}

/* What the path waited for from now_ns until `until_ns`. Its steps come one after the other. */
static void explain_waiting(struct sweep *sweep, uint64_t until_ns)
{
    struct trace_analysis *analysis = sweep->work->analysis;
    for (; sweep->step < analysis->path.count; sweep->step++) {
        struct trace_step *step = &analysis->path.data[sweep->step];
        if (step->begin_ns >= until_ns)
            return;
        uint64_t begin_ns = step->begin_ns > sweep->now_ns ? step->begin_ns : sweep->now_ns;
        uint64_t end_ns = step->end_ns < until_ns ? step->end_ns : until_ns;
        if (step->kind == TRACE_STEP_WAIT && begin_ns < end_ns)
            add_waiting(sweep, step, end_ns - begin_ns);
        if (step->end_ns > until_ns)
            return;
    }
}

static void advance(struct sweep *sweep, uint64_t until_ns)
{
    struct trace_analysis *analysis = sweep->work->analysis;
    explain_waiting(sweep, until_ns);
    uint64_t length_ns = until_ns - sweep->now_ns;
    uint64_t idle = analysis->slots > sweep->running ? analysis->slots - sweep->running : 0;
    if (until_ns <= analysis->first_ns) {
        analysis->idle_ns[TRACE_IDLE_BEFORE] += idle * length_ns;
    } else if (sweep->now_ns >= analysis->last_ns) {
        analysis->idle_ns[TRACE_IDLE_AFTER] += idle * length_ns;
    } else if (sweep->running || sweep->ready) {
        blame(sweep, idle, length_ns);
    } else {
        analysis->idle_ns[TRACE_IDLE_BETWEEN] += idle * length_ns;
        sweep->work->between_ns += length_ns;
    }
    sweep->now_ns = until_ns;
}

static void charge_pool(struct sweep *sweep, uint32_t pool)
{
    struct pool_state *state = &sweep->pools[pool];
    uint64_t share = sweep->pool_share - state->charged;
    sweep->work->analysis->pools.data[pool].idle_ns +=
        share * held_by(&sweep->work->log->pools.data[pool], state);
    state->charged = sweep->pool_share;
}

static void apply_to_pool(struct sweep *sweep, uint32_t pool, enum moment_kind kind)
{
    const struct trace_pool *of_log = &sweep->work->log->pools.data[pool];
    struct pool_state *state = &sweep->pools[pool];
    charge_pool(sweep, pool);
    sweep->held -= held_by(of_log, state);
    state->ready = state->ready + (kind == JOB_READY) - (kind == JOB_STARTS);
    state->running = state->running + (kind == JOB_STARTS) - (kind == JOB_ENDS);
    sweep->held += held_by(of_log, state);
}

static void apply(struct sweep *sweep, const struct moment *moment)
{
    uint64_t *blocking_ns = &sweep->work->analysis->blocking_ns[moment->job];
    uint32_t pool = sweep->work->pool[moment->job];
    sweep->ready = sweep->ready + (moment->kind == JOB_READY) - (moment->kind == JOB_STARTS);
    sweep->running = sweep->running + (moment->kind == JOB_STARTS) - (moment->kind == JOB_ENDS);
    if (pool != TRACE_NO_POOL)
        apply_to_pool(sweep, pool, moment->kind);
    if (moment->kind == JOB_STARTS)
        *blocking_ns = sweep->blocked_share;
    else if (moment->kind == JOB_ENDS)
        *blocking_ns = sweep->blocked_share - *blocking_ns;
}

static void note_level(struct sweep *sweep)
{
    struct trace_analysis *analysis = sweep->work->analysis;
    struct trace_level level = {sweep->now_ns, sweep->running, sweep->ready};
    struct trace_level *before =
        analysis->levels.count ? &analysis->levels.data[analysis->levels.count - 1] : NULL;
    if (before && before->time_ns == level.time_ns)
        *before = level;
    else if (!before || before->running != level.running || before->ready != level.ready)
        vec_push(&analysis->levels, level);
}

/* The moments of all jobs that ran, in order; 3 for each. */
static struct moment *list_moments(const struct trace_log *log, uint32_t ran)
{
    struct moment *moments = mem_array((size_t)ran * 3, sizeof *moments);
    struct moment *next = moments;
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        if (job->fate != TRACE_RAN)
            continue;
        *next++ = (struct moment){job->ready_ns, i, JOB_READY};
        *next++ = (struct moment){job->start_ns, i, JOB_STARTS};
        *next++ = (struct moment){job->end_ns, i, JOB_ENDS};
    }
    if (ran)
        qsort(moments, (size_t)ran * 3, sizeof *moments, by_time);
    return moments;
}

static void list_pools(struct trace_work *work)
{
    struct trace_analysis *analysis = work->analysis;
    const struct trace_log *log = work->log;
    for (uint32_t i = 0; i < log->pools.count; i++)
        vec_push(&analysis->pools,
                 ((struct trace_pool_use){.name = trace_log_str(log, log->pools.data[i].name),
                                          .depth = log->pools.data[i].depth}));
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        if (work->pool[i] == TRACE_NO_POOL || log->jobs.data[i].fate != TRACE_RAN)
            continue;
        analysis->pools.data[work->pool[i]].jobs++;
        analysis->pools.data[work->pool[i]].own_ns += trace_own_ns(&log->jobs.data[i]);
    }
}

/* UINT64_MAX: never, as far as can be seen. */
static uint64_t find_stop(const struct trace_log *log)
{
    uint64_t last_start_ns = 0, stop_ns = UINT64_MAX;
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        if (job->fate == TRACE_RAN && job->start_ns > last_start_ns)
            last_start_ns = job->start_ns;
    }
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        if (job->fate == TRACE_RAN && job->exit_code && job->end_ns >= last_start_ns &&
            job->end_ns < stop_ns)
            stop_ns = job->end_ns;
    }
    return stop_ns;
}

void trace_find_idle(struct trace_work *work)
{
    const struct trace_log *log = work->log;
    struct trace_analysis *analysis = work->analysis;
    struct moment *moments = list_moments(log, analysis->ran);
    size_t count = (size_t)analysis->ran * 3;
    list_pools(work);
    struct sweep sweep = {.work = work, .stopped_ns = find_stop(log)};
    sweep.pools = mem_array(log->pools.count, sizeof *sweep.pools);
    note_level(&sweep);
    for (size_t i = 0; i < count;) {
        advance(&sweep, moments[i].time_ns);
        for (; i < count && moments[i].time_ns == sweep.now_ns; i++)
            apply(&sweep, &moments[i]);
        note_level(&sweep);
    }
    advance(&sweep, log->duration_ns);
    free(sweep.pools);
    free(moments);
}
