/*
 * From the notes of a plan to jobs of the log.
 *
 * The log has the jobs that ran; and of the others whose turn came (phony ones, those spared) the
 * ones that had to wait for one of these, for they pass that on to the jobs behind them.
 */
#include "engine/base/io.h"
#include "engine/session/internal.h"

#include <stdlib.h>

/* A link of a list of dependencies. */
struct link {
    uint32_t job;  /* index in the log */
    uint32_t next; /* of the same list, one more than its index; 0: the last */
};

struct recording {
    struct build *build;
    struct trace_log *log;
    uint64_t origin_ns;
    uint32_t *first; /* [position] the list of what it waited for, one more than its index */
    VEC(struct link) links;
    VEC(uint32_t) deps; /* scratch */
    trace_text *pools;  /* [pool] its name in the log; 0: not there yet */
};

static uint64_t since(const struct recording *r, uint64_t monotonic_ns)
{
    return monotonic_ns > r->origin_ns ? monotonic_ns - r->origin_ns : 0;
}

/* The pool's name, after making sure that the log has the pool. Unlimited ones are none. */
static trace_text pool_of(struct recording *r, uint32_t index)
{
    const struct graph *graph = r->build->session->graph;
    const struct graph_pool *pool = &graph->pools.data[index];
    if (!pool->depth)
        return 0;
    if (r->pools[index])
        return r->pools[index];
    trace_text name = trace_log_word(r->log, graph_str(graph, pool->name));
    bool known = false;
    for (uint32_t i = 0; i < r->log->pools.count; i++)
        known |= r->log->pools.data[i].name == name; /* of an earlier round */
    if (!known)
        vec_push(&r->log->pools, ((struct trace_pool){name, pool->depth}));
    r->pools[index] = name;
    return name;
}

/* What it waited for, and when the last of that had ended. */
static uint64_t take_deps(struct recording *r, uint32_t position)
{
    uint64_t ready_ns = 0;
    r->deps.count = 0;
    for (uint32_t at = r->first[position]; at; at = r->links.data[at - 1].next) {
        uint32_t dep = r->links.data[at - 1].job;
        vec_push(&r->deps, dep);
        if (r->log->jobs.data[dep].end_ns > ready_ns)
            ready_ns = r->log->jobs.data[dep].end_ns;
    }
    return ready_ns;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void describe_run(struct recording *r, struct trace_job *to, job_id id,
                         const struct job_note *note)
{
    const struct graph *graph = r->build->session->graph;
    struct plan_reason reason = r->build->plan->jobs[id].reason;
    to->fate = TRACE_RAN;
    to->pool = pool_of(r, graph->jobs.data[id].pool);
    to->reason = trace_log_word(r->log, plan_reason_word(reason.kind));
    if (reason.file != GRAPH_NONE)
        to->reason_file = trace_log_text(r->log, graph_path(graph, reason.file));
    to->slot = note->slot;
    to->expected_ms = note->expected_ms;
    to->exit_code = note->exit_code;
    to->user_ns = note->user_ns;
    to->system_ns = note->system_ns;
    to->peak_rss = note->peak_rss;
    to->read_bytes = note->read_bytes;
    to->written_bytes = note->written_bytes;
    /* Clocks are read by several threads, some earlier than what they stand for. */
    to->start_ns = later(to->ready_ns, since(r, note->start_ns));
    to->end_ns = later(to->start_ns, since(r, note->end_ns));
}

static void add_job(struct recording *r, uint32_t position)
{
    job_id id = r->build->plan->order.data[position];
    const struct graph *graph = r->build->session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    const struct job_note *note = &r->build->notes[position];
    bool ran = note->end_ns;
    if (!note->ready_ns || (!ran && !r->first[position]))
        return;
    struct trace_job added = {
        .output = trace_log_text(r->log, graph_path(graph, graph_job_key(graph, job))),
        .rule = trace_log_word(r->log, graph_str(graph, job->rule)),
        .fate = job->flags & GRAPH_JOB_PHONY ? TRACE_PHONY : TRACE_PASSED};
    added.ready_ns = later(take_deps(r, position), since(r, note->ready_ns));
    added.start_ns = added.end_ns = added.ready_ns;
    if (ran)
        describe_run(r, &added, id, note);
    uint32_t index = r->log->jobs.count;
    trace_log_add_job(r->log, &added, r->deps.data, r->deps.count);

    const struct plan *plan = r->build->plan;
    for (uint32_t i = plan->successor_offsets[position]; i < plan->successor_offsets[position + 1];
         i++) {
        uint32_t successor = plan->jobs[plan->successors[i]].position;
        if (successor <= position)
            continue;
        vec_push(&r->links, ((struct link){index, r->first[successor]}));
        r->first[successor] = r->links.count;
    }
}

static bool any_ran(const struct build *build)
{
    for (uint32_t i = 0; i < build->plan->order.count; i++)
        if (build->notes[i].end_ns)
            return true;
    return false;
}

void record_plan_begin(struct build *build)
{
    build->notes = mem_array(build->plan->order.count, sizeof *build->notes);
}

void record_turn(struct build *build, job_id id)
{
    build->notes[build->plan->jobs[id].position].ready_ns = clock_monotonic_ns();
}

void record_job(struct build *build, const struct run_result *result, uint64_t start_ns,
                uint32_t expected_ms)
{
    struct job_note *note = &build->notes[build->plan->jobs[result->job].position];
    if (result->interrupted)
        return; /* how long it would have taken nobody knows */
    *note = (struct job_note){
        .ready_ns = note->ready_ns,
        .start_ns = start_ns,
        .end_ns = result->end_ns,
        .user_ns = result->user_ns,
        .system_ns = result->system_ns,
        .peak_rss = result->peak_rss,
        .read_bytes = result->read_bytes,
        .written_bytes = result->written_bytes,
        .slot = result->slot,
        .expected_ms = expected_ms,
        .exit_code = result->exit_code,
    };
}

void record_plan_end(struct build *build)
{
    struct recorder *recorder = &build->session->recorder;
    uint32_t count = build->plan->order.count;
    if (any_ran(build)) {
        struct recording r = {.build = build,
                              .log = &recorder->log,
                              .origin_ns = recorder->origin_ns,
                              .first = mem_array(count, sizeof *r.first),
                              .pools =
                                  mem_array(build->session->graph->pools.count, sizeof *r.pools)};
        for (uint32_t i = 0; i < count; i++)
            add_job(&r, i);
        free(r.first);
        free(r.pools);
        vec_free(&r.links);
        vec_free(&r.deps);
    }
    free(build->notes);
    build->notes = NULL;
}
