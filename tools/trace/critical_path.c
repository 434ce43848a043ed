/*
 * The longest chains of run times, and the critical path.
 *
 * The path is not the longest chain: it is what the build's end really waited for. Going back from
 * the job that ended last, each job is there because it waited for the last one to end of those
 * that it depends on.
 */
#include "tools/trace/parts.h"

void trace_find_chains(struct trace_work *work)
{
    struct trace_analysis *analysis = work->analysis;
    const struct trace_log *log = work->log;
    uint64_t *tail = analysis->tail_ns; /* of jobs yet to come: the longest of those after it */
    for (uint32_t i = log->jobs.count; i-- > 0;) {
        const struct trace_job *job = &log->jobs.data[i];
        tail[i] += trace_own_ns(job);
        if (tail[i] > analysis->longest_ns)
            analysis->longest_ns = tail[i];
        for (uint32_t k = 0; k < job->deps_count; k++) {
            uint32_t dep = trace_log_deps(log, job)[k];
            if (tail[dep] < tail[i])
                tail[dep] = tail[i];
        }
    }
}

static uint32_t find_last(const struct trace_log *log)
{
    uint32_t last = TRACE_NO_JOB;
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        if (job->fate == TRACE_RAN &&
            (last == TRACE_NO_JOB || job->end_ns >= log->jobs.data[last].end_ns))
            last = i;
    }
    return last;
}

/* The job whose end made this one ready, or TRACE_NO_JOB. */
static uint32_t find_gate(const struct trace_work *work, uint32_t id)
{
    const struct trace_log *log = work->log;
    const struct trace_job *job = &log->jobs.data[id];
    uint32_t gate = work->rounds.closing.data[work->rounds.number[id]];
    for (uint32_t k = 0; k < job->deps_count; k++) {
        uint32_t dep = trace_log_deps(log, job)[k];
        if (gate == TRACE_NO_JOB || log->jobs.data[dep].end_ns >= log->jobs.data[gate].end_ns)
            gate = dep;
    }
    return gate;
}

/* Steps come from the last to the first. An empty one is only of use when it is a job. */
static void push(struct trace_analysis *analysis, enum trace_step_kind kind, uint32_t job,
                 uint64_t begin_ns, uint64_t end_ns)
{
    if (begin_ns == end_ns && kind != TRACE_STEP_JOB)
        return;
    vec_push(&analysis->path, ((struct trace_step){kind, job, begin_ns, end_ns, {0}}));
    analysis->path_ns[kind] += end_ns - begin_ns;
}

static void reverse(struct trace_analysis *analysis)
{
    struct trace_step *steps = analysis->path.data;
    for (uint32_t i = 0, k = analysis->path.count; i + 1 < k; i++) {
        struct trace_step step = steps[i];
        steps[i] = steps[--k];
        steps[k] = step;
    }
}

void trace_find_path(struct trace_work *work)
{
    struct trace_analysis *analysis = work->analysis;
    const struct trace_log *log = work->log;
    uint64_t until = log->duration_ns; /* all after it is in the path */
    for (uint32_t id = find_last(log); id != TRACE_NO_JOB; id = find_gate(work, id)) {
        const struct trace_job *job = &log->jobs.data[id];
        if (job->fate != TRACE_RAN)
            continue; /* what it waited for is what counts */
        push(analysis, TRACE_STEP_ENGINE, TRACE_NO_JOB, job->end_ns, until);
        push(analysis, TRACE_STEP_JOB, id, job->start_ns, job->end_ns);
        push(analysis, TRACE_STEP_WAIT, id, job->ready_ns, job->start_ns);
        analysis->on_path[id] = 1;
        until = job->ready_ns;
    }
    push(analysis, TRACE_STEP_ENGINE, TRACE_NO_JOB, 0, until);
    reverse(analysis);
}
