/*
 * The jobs that ran, by what they have in common.
 */
#include "tools/trace/parts.h"

#include <stdlib.h>
#include <string.h>

typedef VEC(struct trace_group) trace_groups;

static void add(struct trace_group *group, const struct trace_work *work, uint32_t id)
{
    const struct trace_job *job = &work->log->jobs.data[id];
    uint64_t own_ns = trace_own_ns(job);
    if (!group->jobs || own_ns > group->longest_ns) {
        group->longest = id;
        group->longest_ns = own_ns;
    }
    group->jobs++;
    group->own_ns += own_ns;
    group->cpu_ns += job->user_ns + job->system_ns;
    group->blocking_ns += work->analysis->blocking_ns[id];
}

static int by_time(const void *left, const void *right)
{
    const struct trace_group *a = left;
    const struct trace_group *b = right;
    if (a->own_ns != b->own_ns)
        return a->own_ns > b->own_ns ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int by_jobs(const void *left, const void *right)
{
    const struct trace_group *a = left;
    const struct trace_group *b = right;
    if (a->jobs != b->jobs)
        return a->jobs > b->jobs ? -1 : 1;
    return by_time(left, right);
}

static trace_text rule_of(const struct trace_job *job)
{
    return job->rule;
}

static trace_text reason_of(const struct trace_job *job)
{
    return job->reason;
}

static trace_text reason_file_of(const struct trace_job *job)
{
    return job->reason_file;
}

/* Jobs whose text is "" are in no group unless `nameless`. */
static trace_groups group(const struct trace_work *work,
                          trace_text (*text_of)(const struct trace_job *), bool nameless,
                          int (*order)(const void *, const void *))
{
    const struct trace_log *log = work->log;
    trace_groups groups = {0};
    struct trace_names names;
    trace_names_init(&names, log);
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        trace_text text = text_of(&log->jobs.data[i]);
        if (log->jobs.data[i].fate != TRACE_RAN || (!text && !nameless))
            continue;
        uint32_t index = trace_names_index(&names, text);
        if (index == groups.count)
            vec_push(&groups, ((struct trace_group){.name = trace_log_str(log, text)}));
        add(&groups.data[index], work, i);
    }
    if (groups.count)
        qsort(groups.data, groups.count, sizeof *groups.data, order);
    trace_names_free(&names);
    return groups;
}

/* The fields of the analysis have a type each, though the same members. */
#define TAKE(to, from)                                                                             \
    do {                                                                                           \
        trace_groups taken = (from);                                                               \
        (to).data = taken.data;                                                                    \
        (to).count = taken.count;                                                                  \
        (to).capacity = taken.capacity;                                                            \
    } while (0)

void trace_find_groups(struct trace_work *work)
{
    struct trace_analysis *analysis = work->analysis;
    TAKE(analysis->rules, group(work, rule_of, true, by_time));
    TAKE(analysis->reasons, group(work, reason_of, false, by_jobs));
    TAKE(analysis->reason_files, group(work, reason_file_of, false, by_jobs));
}
