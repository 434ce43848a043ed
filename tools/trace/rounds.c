#include "tools/trace/parts.h"

#include <stdlib.h>

/* Of those that became ready together the ones that depend on nothing come first. */
static int by_ready(const void *left, const void *right)
{
    const struct trace_job *a = *(const struct trace_job *const *)left;
    const struct trace_job *b = *(const struct trace_job *const *)right;
    if (a->ready_ns != b->ready_ns)
        return a->ready_ns < b->ready_ns ? -1 : 1;
    if (!a->deps_count != !b->deps_count)
        return a->deps_count ? 1 : -1;
    return (a > b) - (a < b);
}

/*
 * A round begins with a job that depends on nothing and is ready only after everything that came
 * before it has ended.
 */
void trace_rounds_find(struct trace_rounds *rounds, const struct trace_log *log)
{
    const struct trace_job *jobs = log->jobs.data;
    const struct trace_job **order = mem_array(log->jobs.count, sizeof *order);
    for (uint32_t i = 0; i < log->jobs.count; i++)
        order[i] = &jobs[i];
    if (log->jobs.count)
        qsort(order, log->jobs.count, sizeof *order, by_ready);

    *rounds = (struct trace_rounds){.count = 1};
    rounds->number = mem_array(log->jobs.count, sizeof *rounds->number);
    vec_push(&rounds->closing, TRACE_NO_JOB);
    const struct trace_job *last = NULL; /* that ran and ended */
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = order[i];
        if (last && !job->deps_count && last->end_ns < job->ready_ns &&
            rounds->closing.data[rounds->count - 1] != (uint32_t)(last - jobs)) {
            vec_push(&rounds->closing, (uint32_t)(last - jobs));
            rounds->count++;
        }
        rounds->number[job - jobs] = rounds->count - 1;
        if (job->fate == TRACE_RAN && (!last || job->end_ns >= last->end_ns))
            last = job;
    }
    free(order);
}

void trace_rounds_free(struct trace_rounds *rounds)
{
    free(rounds->number);
    vec_free(&rounds->closing);
}
