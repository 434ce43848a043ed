#include "tools/trace/parts.h"

#include <stdbool.h>
#include <stdlib.h>

struct entry {
    uint64_t ready_ns;
    uint32_t job;
    bool depends; /* on any job */
};

/* Of those that became ready together the ones that depend on nothing come first. */
static int by_ready(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    if (a->ready_ns != b->ready_ns)
        return a->ready_ns < b->ready_ns ? -1 : 1;
    if (a->depends != b->depends)
        return a->depends ? 1 : -1;
    return (a->job > b->job) - (a->job < b->job);
}

static struct entry *list_by_ready(const struct trace_log *log)
{
    struct entry *order = mem_array(log->jobs.count, sizeof *order);
    for (uint32_t i = 0; i < log->jobs.count; i++)
        order[i] = (struct entry){log->jobs.data[i].ready_ns, i, log->jobs.data[i].deps_count > 0};
    qsort(order, log->jobs.count, sizeof *order, by_ready);
    return order;
}

/*
 * A round begins with a job that depends on nothing and is ready only after everything that came
 * before it has ended.
 */
void trace_rounds_find(struct trace_rounds *rounds, const struct trace_log *log)
{
    const struct trace_job *jobs = log->jobs.data;
    struct entry *order = list_by_ready(log);
    *rounds = (struct trace_rounds){.count = 1};
    rounds->number = mem_array(log->jobs.count, sizeof *rounds->number);
    vec_push(&rounds->closing, TRACE_NO_JOB);
    uint32_t last = TRACE_NO_JOB; /* that ran, to have ended */
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        uint32_t job = order[i].job;
        if (last != TRACE_NO_JOB && !order[i].depends && jobs[last].end_ns < order[i].ready_ns &&
            rounds->closing.data[rounds->count - 1] != last) {
            vec_push(&rounds->closing, last);
            rounds->count++;
        }
        rounds->number[job] = rounds->count - 1;
        if (jobs[job].fate == TRACE_RAN &&
            (last == TRACE_NO_JOB || jobs[job].end_ns >= jobs[last].end_ns))
            last = job;
    }
    free(order);
}

void trace_rounds_free(struct trace_rounds *rounds)
{
    free(rounds->number);
    vec_free(&rounds->closing);
}
