/*
 * Builds that were not: the recorded jobs on another number of slots, by list scheduling.
 *
 * Time goes from one job's end to the next. A job that is ready waits in a heap with the longest
 * chain on top; one that is on top and whose pool is full waits on in a heap of its pool's, out of
 * which each place that becomes free lets one back.
 */
#include "tools/trace/parts.h"

#include <stdbool.h>
#include <stdlib.h>

/* ---- heaps ---------------------------------------------------------------------------------- */

struct entry {
    uint64_t key;
    uint32_t job;
};

/* The largest key on top; of equal ones the job that comes first. */
struct heap {
    VEC(struct entry) entries;
};

static bool is_above(struct entry a, struct entry b)
{
    return a.key != b.key ? a.key > b.key : a.job < b.job;
}

static void heap_push(struct heap *heap, struct entry entry)
{
    vec_push(&heap->entries, entry);
    struct entry *entries = heap->entries.data;
    uint32_t place = heap->entries.count - 1;
    for (; place && is_above(entry, entries[(place - 1) / 2]); place = (place - 1) / 2)
        entries[place] = entries[(place - 1) / 2];
    entries[place] = entry;
}

static struct entry heap_pop(struct heap *heap)
{
    struct entry *entries = heap->entries.data;
    struct entry top = entries[0];
    uint32_t count = --heap->entries.count;
    struct entry moved = entries[count];
    uint32_t place = 0;
    for (uint32_t child = 1; child < count; child = place * 2 + 1) {
        if (child + 1 < count && is_above(entries[child + 1], entries[child]))
            child++;
        if (!is_above(entries[child], moved))
            break;
        entries[place] = entries[child];
        place = child;
    }
    entries[place] = moved;
    return top;
}

/* ---- simulating ----------------------------------------------------------------------------- */

struct simulation {
    const struct trace_work *work;
    struct trace_change change;
    uint32_t *waits;    /* [job] for how many it still has to wait */
    uint32_t *taken;    /* [pool] places in use */
    struct heap *held;  /* [pool] jobs that wait for a place in it; by chain */
    struct heap ready;  /* by chain */
    struct heap ending; /* the jobs that run; by end, counted down so that the earliest is on top */
    VEC(uint32_t) instant; /* ready, and need neither slot nor time */
    uint64_t now_ns;
};

static uint64_t own_ns(const struct simulation *s, uint32_t id)
{
    bool gone = s->change.without && s->change.without[id];
    return gone ? 0 : trace_own_ns(&s->work->log->jobs.data[id]);
}

/* The pool whose places the job needs, or TRACE_NO_POOL. */
static uint32_t pool_of(const struct simulation *s, uint32_t id)
{
    uint32_t pool = s->work->pool[id];
    return pool == s->change.open ? TRACE_NO_POOL : pool;
}

static void make_ready(struct simulation *s, uint32_t id)
{
    const struct trace_job *job = &s->work->log->jobs.data[id];
    if (job->fate == TRACE_RAN)
        heap_push(&s->ready, (struct entry){s->work->analysis->tail_ns[id], id});
    else
        vec_push(&s->instant, id);
}

static void release_followers(struct simulation *s, uint32_t id)
{
    const struct trace_followers *followers = &s->work->followers;
    for (uint32_t i = followers->begin[id]; i < followers->begin[id + 1]; i++)
        if (--s->waits[followers->next[i]] == 0)
            make_ready(s, followers->next[i]);
}

static void pass_instants(struct simulation *s)
{
    while (s->instant.count)
        release_followers(s, s->instant.data[--s->instant.count]);
}

static void start_jobs(struct simulation *s)
{
    while (s->ready.entries.count && s->ending.entries.count < s->change.slots) {
        struct entry first = heap_pop(&s->ready);
        uint32_t pool = pool_of(s, first.job);
        if (pool != TRACE_NO_POOL) {
            if (s->taken[pool] == s->work->log->pools.data[pool].depth) {
                heap_push(&s->held[pool], first);
                continue;
            }
            s->taken[pool]++;
        }
        uint64_t end_ns = s->now_ns + own_ns(s, first.job);
        heap_push(&s->ending, (struct entry){UINT64_MAX - end_ns, first.job});
    }
}

static void end_job(struct simulation *s)
{
    struct entry first = heap_pop(&s->ending);
    uint32_t pool = pool_of(s, first.job);
    s->now_ns = UINT64_MAX - first.key;
    if (pool != TRACE_NO_POOL) {
        s->taken[pool]--;
        if (s->held[pool].entries.count)
            heap_push(&s->ready, heap_pop(&s->held[pool]));
    }
    release_followers(s, first.job);
}

static void run_until_idle(struct simulation *s)
{
    pass_instants(s);
    start_jobs(s);
    while (s->ending.entries.count) {
        end_job(s);
        pass_instants(s);
        start_jobs(s);
    }
}

static void run_rounds(struct simulation *s)
{
    const struct trace_rounds *rounds = &s->work->rounds;
    uint32_t jobs = s->work->log->jobs.count;
    /* Those that may begin with their round, as a list a round. */
    uint32_t *heads = mem_array(rounds->count, sizeof *heads);
    uint32_t *following = mem_array(jobs, sizeof *following);
    memset(heads, 0xff, rounds->count * sizeof *heads); /* TRACE_NO_JOB */
    for (uint32_t i = jobs; i-- > 0;) {
        if (s->waits[i])
            continue;
        following[i] = heads[rounds->number[i]];
        heads[rounds->number[i]] = i;
    }
    for (uint32_t round = 0; round < rounds->count; round++) {
        for (uint32_t i = heads[round]; i != TRACE_NO_JOB; i = following[i])
            make_ready(s, i);
        run_until_idle(s);
    }
    free(heads);
    free(following);
}

uint64_t trace_simulate(const struct trace_work *work, struct trace_change change)
{
    struct simulation s = {.work = work, .change = change};
    uint32_t pools = work->log->pools.count;
    s.taken = mem_array(pools, sizeof *s.taken);
    s.held = mem_array(pools, sizeof *s.held);
    s.waits = mem_array(work->log->jobs.count, sizeof *s.waits);
    memcpy(s.waits, work->followers.waits, work->log->jobs.count * sizeof *s.waits);
    run_rounds(&s);
    for (uint32_t i = 0; i < pools; i++)
        vec_free(&s.held[i].entries);
    vec_free(&s.ready.entries);
    vec_free(&s.ending.entries);
    vec_free(&s.instant);
    free(s.waits);
    free(s.taken);
    free(s.held);
    return s.now_ns;
}

/* ---- the table ------------------------------------------------------------------------------ */

static uint64_t play(const struct trace_work *work, uint32_t slots)
{
    return trace_simulate(work, (struct trace_change){slots, TRACE_NO_POOL, NULL});
}

uint64_t trace_calibrated(const struct trace_work *work, uint64_t jobs_ns)
{
    if (jobs_ns == work->simulated_ns)
        return work->measured_ns;
    double ratio =
        (double)work->measured_ns / (double)(work->simulated_ns ? work->simulated_ns : 1);
    double taken_ns = (double)jobs_ns * ratio;
    return taken_ns < (double)INT64_MAX ? (uint64_t)taken_ns : INT64_MAX;
}

static void add_row(struct trace_work *work, uint32_t slots)
{
    struct trace_analysis *analysis = work->analysis;
    uint64_t others_ns = work->log->duration_ns - work->measured_ns;
    uint64_t jobs_ns = slots == analysis->slots ? work->simulated_ns : play(work, slots);
    uint64_t wall_ns = others_ns + trace_calibrated(work, jobs_ns);
    vec_push(&analysis->what_if, ((struct trace_what_if){slots, jobs_ns, wall_ns}));
}

void trace_find_what_if(struct trace_work *work)
{
    enum { MOST_SLOTS = 128 };
    const struct trace_analysis *analysis = work->analysis;
    uint32_t own = analysis->slots;
    work->measured_ns = analysis->last_ns - analysis->first_ns - work->between_ns;
    work->simulated_ns = play(work, own);
    for (uint32_t slots = 1; slots <= MOST_SLOTS; slots *= 2) {
        if (own > slots / 2 && own < slots)
            add_row(work, own);
        add_row(work, slots);
    }
    if (own > MOST_SLOTS)
        add_row(work, own);
}
