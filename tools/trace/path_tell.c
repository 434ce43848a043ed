/*
 * The critical path as a list of steps.
 */
#include "tools/trace/page.h"
#include "tools/trace/words.h"

#include <inttypes.h>

/* Right-aligned; "µ" takes two bytes and one column. */
static void append_time(struct buf *out, uint64_t ns, int columns)
{
    struct trace_words time = trace_time(ns);
    buf_printf(out, "%*s", strstr(time.text, "µ") ? columns + 1 : columns, time.text);
}

/* ---- what was waited for -------------------------------------------------------------------- */

/* The next cause in order of its time, the longest first; TRACE_WAITS when what is left is nothing,
 * or too little beside the rest to be worth a word. Those told already are set in `told`. */
static enum trace_wait next_cause(const uint64_t wait_ns[TRACE_WAITS], bool told[TRACE_WAITS])
{
    enum { LEAST_PERCENT = 5 };
    enum trace_wait most = TRACE_WAITS;
    uint64_t all_ns = 0;
    for (enum trace_wait cause = 0; cause < TRACE_WAITS; cause++) {
        all_ns += wait_ns[cause];
        if (!told[cause] && (most == TRACE_WAITS || wait_ns[cause] > wait_ns[most]))
            most = cause;
    }
    if (most == TRACE_WAITS || !wait_ns[most] || wait_ns[most] < all_ns / 100 * LEAST_PERCENT)
        return TRACE_WAITS;
    told[most] = true;
    return most;
}

/* " waits for a slot", or of several causes " waits 30 ms for a slot and 20 ms for jig". */
static void append_waiting(const struct trace_log *log, const struct trace_step *step,
                           struct buf *out)
{
    bool told[TRACE_WAITS] = {false};
    enum trace_wait first = next_cause(step->wait_ns, told);
    bool several = next_cause(step->wait_ns, told) != TRACE_WAITS;
    memset(told, 0, sizeof told);
    buf_append_str(out, " waits");
    for (enum trace_wait cause; (cause = next_cause(step->wait_ns, told)) != TRACE_WAITS;) {
        buf_append_str(out, cause == first ? "" : " and");
        if (several)
            buf_printf(out, " %s", trace_time(step->wait_ns[cause]).text);
        if (cause == TRACE_WAIT_POOL)
            buf_printf(out, " for the pool '%s'",
                       trace_log_str(log, log->jobs.data[step->job].pool));
        else
            buf_append_str(out, cause == TRACE_WAIT_SLOT ? " for a slot" : " for jig");
    }
}

/* "for the pool 'link'", or "for pools, most of all 'link'". */
static void append_pools(const struct trace_analysis *analysis, struct buf *out)
{
    const struct trace_pool_use *most = NULL;
    bool several = false;
    for (uint32_t i = 0; i < analysis->pools.count; i++) {
        const struct trace_pool_use *pool = &analysis->pools.data[i];
        several |= most && pool->path_ns;
        if (pool->path_ns && (!most || pool->path_ns > most->path_ns))
            most = pool;
    }
    buf_printf(out, several ? "for pools, most of it for '%s'" : "for the pool '%s'", most->name);
}

static void append_causes(const struct trace_analysis *analysis, struct buf *out)
{
    bool told[TRACE_WAITS] = {false};
    const char *before = " (";
    for (enum trace_wait cause; (cause = next_cause(analysis->wait_ns, told)) != TRACE_WAITS;) {
        buf_printf(out, "%s%s ", before, trace_time(analysis->wait_ns[cause]).text);
        if (cause == TRACE_WAIT_POOL)
            append_pools(analysis, out);
        else
            buf_append_str(out, cause == TRACE_WAIT_SLOT ? "for slots" : "for jig");
        before = ", ";
    }
    if (before[0] == ',')
        buf_append_char(out, ')');
}

void trace_path_sum(const struct trace_analysis *analysis, struct buf *out)
{
    buf_printf(out, "%s of jobs, ", trace_time(analysis->path_ns[TRACE_STEP_JOB]).text);
    buf_printf(out, "%s of waiting", trace_time(analysis->path_ns[TRACE_STEP_WAIT]).text);
    append_causes(analysis, out);
    buf_printf(out, ", %s of jig itself", trace_time(analysis->path_ns[TRACE_STEP_ENGINE]).text);
}

/* ---- steps ---------------------------------------------------------------------------------- */

static void tell_step(const struct trace_log *log, const struct trace_step *step,
                      struct trace_page *page)
{
    enum { BEFORE_NAME = 28 }; /* columns */
    append_time(&page->text, step->begin_ns, 12);
    append_time(&page->text, step->end_ns - step->begin_ns, 12);
    buf_append_str(&page->text, "  ");
    if (step->kind == TRACE_STEP_ENGINE) {
        buf_append_str(&page->text, "jig\n");
        return;
    }
    const struct trace_job *job = &log->jobs.data[step->job];
    struct buf how = {0}; /* what follows the job's name */
    if (step->kind == TRACE_STEP_WAIT) {
        append_waiting(log, step, &how);
    } else {
        buf_printf(&how, " (%s)", trace_log_str(log, job->rule));
        if (job->exit_code)
            buf_printf(&how, ", failed with %" PRId32, job->exit_code);
    }
    trace_page_name(page, trace_log_str(log, job->output), BEFORE_NAME + (uint32_t)how.length);
    trace_page_name(page, how.data, 0);
    buf_append_char(&page->text, '\n');
    buf_free(&how);
}

void trace_path_tell(const struct trace_analysis *analysis, struct trace_page *page)
{
    buf_append_str(&page->text, "       begin        took  what\n");
    for (uint32_t i = 0; i < analysis->path.count; i++)
        tell_step(analysis->log, &analysis->path.data[i], page);
    struct buf sum = {0};
    trace_path_sum(analysis, &sum);
    trace_page_wrap(page, 0, "", sum.data);
    buf_free(&sum);
}
