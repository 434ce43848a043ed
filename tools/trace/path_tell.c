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
        buf_append_str(&how, " waits for its turn");
        if (job->pool)
            buf_printf(&how, ", or for the pool '%s'", trace_log_str(log, job->pool));
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
    buf_printf(&page->text, "%s of jobs, %s of waiting for a turn, ",
               trace_time(analysis->path_ns[TRACE_STEP_JOB]).text,
               trace_time(analysis->path_ns[TRACE_STEP_WAIT]).text);
    buf_printf(&page->text, "%s of jig itself\n",
               trace_time(analysis->path_ns[TRACE_STEP_ENGINE]).text);
}
