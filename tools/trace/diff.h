/*
 * Two builds compared: what took longer, what ran that did not before, what no longer ran.
 *
 * Jobs are the same when their first outputs are. Of one that ran more than once in a build the run
 * times are added.
 */
#ifndef TOOLS_TRACE_DIFF_H
#define TOOLS_TRACE_DIFF_H

#include "tools/trace/analysis.h"
#include "tools/trace/page.h"

#include <jansson.h>

/* A job, or a phase; in one of the builds it may not have been. */
struct trace_change_of {
    const char *name;    /* of one of the logs: the output, or the slices' name */
    uint64_t before_ns;  /* run time in the one build … */
    uint64_t after_ns;   /* … and in the other */
    uint32_t before_job; /* in its log; TRACE_NO_JOB when it did not run, or is a phase */
    uint32_t after_job;
    uint32_t spared_job; /* in the other's log if it is there and did not run, else TRACE_NO_JOB */
};

struct trace_diff {
    const struct trace_analysis *before;
    const struct trace_analysis *after;
    bool same;                          /* it is one build, compared with itself */
    VEC(struct trace_change_of) slower; /* by more than 5 ms and 10 %; the most first */
    VEC(struct trace_change_of) faster; /* likewise */
    VEC(struct trace_change_of) came;   /* ran only in `after`, the longest first */
    VEC(struct trace_change_of) went;   /* ran only in `before`, likewise */
    VEC(struct trace_change_of)
    phases; /* what the engine's threads spent time on, by name; those
               that changed most first */
};

/* Both analyses have to outlive it. O(n log n) in jobs and slices. */
void trace_diff_find(struct trace_diff *diff, const struct trace_analysis *before,
                     const struct trace_analysis *after);
void trace_diff_free(struct trace_diff *diff);

/* Appends it as text: the most important of each list, under the builds' titles. */
void trace_diff_tell(const struct trace_diff *diff, const char *before_title,
                     const char *after_title, struct trace_page *page);
/* All of it. Who calls owns what is returned. */
json_t *trace_diff_json(const struct trace_diff *diff);

#endif
