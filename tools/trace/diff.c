#include "tools/trace/diff.h"

#include "tools/trace/self_time.h"

#include <stdlib.h>

/* What is found in one of the builds; those of one name are brought together. */
struct mention {
    const char *name;
    uint64_t ns;
    uint32_t job;
    bool after; /* it is of the later build */
    bool ran;   /* else it is in the log because it waited for one that did */
};

typedef VEC(struct mention) mentions;
typedef VEC(struct trace_change_of) changes;

static int by_name(const void *left, const void *right)
{
    const struct mention *a = left;
    const struct mention *b = right;
    int order = strcmp(a->name, b->name);
    return order ? order : (a->job > b->job) - (a->job < b->job);
}

static void join(mentions *found, changes *joined)
{
    if (found->count)
        qsort(found->data, found->count, sizeof *found->data, by_name);
    for (uint32_t i = 0; i < found->count;) {
        struct trace_change_of change = {.name = found->data[i].name,
                                         .before_job = TRACE_NO_JOB,
                                         .after_job = TRACE_NO_JOB,
                                         .spared_job = TRACE_NO_JOB};
        for (; i < found->count && strcmp(found->data[i].name, change.name) == 0; i++) {
            const struct mention *mention = &found->data[i];
            if (mention->ran) {
                *(mention->after ? &change.after_ns : &change.before_ns) += mention->ns;
                *(mention->after ? &change.after_job : &change.before_job) = mention->job;
            } else if (mention->after) {
                change.spared_job = mention->job;
            }
        }
        vec_push(joined, change);
    }
    vec_free(found);
}

static uint64_t size_of(const struct trace_change_of *change)
{
    return change->after_ns > change->before_ns ? change->after_ns - change->before_ns
                                                : change->before_ns - change->after_ns;
}

static int largest_first(const void *left, const void *right)
{
    const struct trace_change_of *a = left;
    const struct trace_change_of *b = right;
    uint64_t a_size = size_of(a), b_size = size_of(b);
    if (a_size != b_size)
        return a_size > b_size ? -1 : 1;
    return strcmp(a->name, b->name);
}

#define SORT(list)                                                                                 \
    do {                                                                                           \
        if ((list).count)                                                                          \
            qsort((list).data, (list).count, sizeof *(list).data, largest_first);                  \
    } while (0)

/* ---- jobs ----------------------------------------------------------------------------------- */

static void mention_jobs(const struct trace_log *log, bool after, mentions *found)
{
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        vec_push(found,
                 ((struct mention){trace_log_str(log, job->output), job->end_ns - job->start_ns, i,
                                   after, job->fate == TRACE_RAN}));
    }
}

static bool is_notable(const struct trace_change_of *change)
{
    enum { LEAST_MS = 5, LEAST_PERCENT = 10 };
    uint64_t size = size_of(change);
    return size > (uint64_t)LEAST_MS * 1000000 && size / LEAST_PERCENT > change->before_ns / 100;
}

static void sort_out_job(struct trace_diff *diff, const struct trace_change_of *job)
{
    if (job->before_job == TRACE_NO_JOB && job->after_job == TRACE_NO_JOB)
        return;
    if (job->before_job == TRACE_NO_JOB)
        vec_push(&diff->came, *job);
    else if (job->after_job == TRACE_NO_JOB)
        vec_push(&diff->went, *job);
    else if (!is_notable(job))
        return;
    else if (job->after_ns > job->before_ns)
        vec_push(&diff->slower, *job);
    else
        vec_push(&diff->faster, *job);
}

/* ---- phases --------------------------------------------------------------------------------- */

struct phase_finder {
    const struct trace_log *log;
    bool after;
    mentions *found;
};

static void mention_phase(void *context, const struct trace_stretch *stretch)
{
    struct phase_finder *finder = context;
    const struct trace_slice *slice =
        &finder->log->slices.data[stretch->slices[stretch->depth - 1]];
    vec_push(finder->found, ((struct mention){trace_log_str(finder->log, slice->name),
                                              stretch->end_ns - stretch->begin_ns, TRACE_NO_JOB,
                                              finder->after, true}));
}

static void find_phases(struct trace_diff *diff)
{
    mentions found = {0};
    changes phases = {0};
    struct phase_finder before = {diff->before->log, false, &found};
    struct phase_finder after = {diff->after->log, true, &found};
    trace_each_stretch(before.log, mention_phase, &before);
    trace_each_stretch(after.log, mention_phase, &after);
    join(&found, &phases);
    for (uint32_t i = 0; i < phases.count; i++)
        vec_push(&diff->phases, phases.data[i]);
    vec_free(&phases);
}

/* Also if the one is a copy of the other's file. */
static bool is_same(const struct trace_log *a, const struct trace_log *b)
{
    return a->began_ns == b->began_ns && a->duration_ns == b->duration_ns &&
           a->jobs.count == b->jobs.count &&
           strcmp(trace_log_str(a, a->directory), trace_log_str(b, b->directory)) == 0;
}

void trace_diff_find(struct trace_diff *diff, const struct trace_analysis *before,
                     const struct trace_analysis *after)
{
    *diff = (struct trace_diff){.before = before, .after = after};
    diff->same = is_same(before->log, after->log);
    mentions found = {0};
    changes jobs = {0};
    mention_jobs(before->log, false, &found);
    mention_jobs(after->log, true, &found);
    join(&found, &jobs);
    for (uint32_t i = 0; i < jobs.count; i++)
        sort_out_job(diff, &jobs.data[i]);
    vec_free(&jobs);
    find_phases(diff);
    SORT(diff->slower);
    SORT(diff->faster);
    SORT(diff->came);
    SORT(diff->went);
    SORT(diff->phases);
}

void trace_diff_free(struct trace_diff *diff)
{
    vec_free(&diff->slower);
    vec_free(&diff->faster);
    vec_free(&diff->came);
    vec_free(&diff->went);
    vec_free(&diff->phases);
}
