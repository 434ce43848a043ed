#include "tools/trace/parts.h"

#include <stdbool.h>
#include <stdlib.h>

/* Whether the job has to wait for what it depends on: not if that is of a round that has ended. */
static bool counts(const struct trace_rounds *rounds, uint32_t dep, uint32_t id)
{
    return rounds->number[dep] == rounds->number[id];
}

/* By counting sort. A job's begin is first one further on, and ends up there as the one before's
 * end. */
void trace_followers_find(struct trace_followers *followers, const struct trace_log *log,
                          const struct trace_rounds *rounds)
{
    uint32_t count = log->jobs.count;
    followers->begin = mem_array((size_t)count + 2, sizeof *followers->begin);
    followers->next = mem_array(log->deps.count, sizeof *followers->next);
    followers->waits = mem_array(count, sizeof *followers->waits);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *deps = trace_log_deps(log, &log->jobs.data[i]);
        for (uint32_t k = 0; k < log->jobs.data[i].deps_count; k++)
            if (counts(rounds, deps[k], i)) {
                followers->begin[deps[k] + 2]++;
                followers->waits[i]++;
            }
    }
    for (uint32_t i = 0; i < count; i++)
        followers->begin[i + 2] += followers->begin[i + 1];
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *deps = trace_log_deps(log, &log->jobs.data[i]);
        for (uint32_t k = 0; k < log->jobs.data[i].deps_count; k++)
            if (counts(rounds, deps[k], i))
                followers->next[followers->begin[deps[k] + 1]++] = i;
    }
}

void trace_followers_free(struct trace_followers *followers)
{
    free(followers->begin);
    free(followers->next);
    free(followers->waits);
}
