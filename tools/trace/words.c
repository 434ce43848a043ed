#include "tools/trace/words.h"

#include "engine/plan/plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

struct trace_words trace_time(uint64_t ns)
{
    const uint64_t us = 1000, ms = 1000 * us, s = 1000 * ms, min = 60 * s, h = 60 * min;
    struct trace_words words;
    char *text = words.text;
    size_t size = sizeof words.text;
    /* What would round up to the next unit is told in that. */
    if (ns < ms - us / 2)
        snprintf(text, size, "%" PRIu64 " µs", (ns + us / 2) / us);
    else if (ns < s - ms / 2)
        snprintf(text, size, "%" PRIu64 " ms", (ns + ms / 2) / ms);
    else if (ns < min - 50 * ms)
        snprintf(text, size, "%.1f s", (double)ns / (double)s);
    else if (ns < h - s / 2)
        snprintf(text, size, "%" PRIu64 " min %02" PRIu64 " s", (ns + s / 2) / min,
                 (ns + s / 2) % min / s);
    else
        snprintf(text, size, "%" PRIu64 " h %02" PRIu64 " min", ns / h, ns % h / min);
    return words;
}

struct trace_words trace_share(uint64_t part, uint64_t whole)
{
    struct trace_words words;
    snprintf(words.text, sizeof words.text, "%.0f %%",
             whole ? 100 * (double)part / (double)whole : 0.0);
    return words;
}

struct trace_words trace_date(int64_t ns)
{
    struct trace_words words;
    time_t seconds = ns / 1000000000;
    struct tm when;
    if (!localtime_r(&seconds, &when) ||
        !strftime(words.text, sizeof words.text, "%Y-%m-%d %H:%M:%S", &when))
        snprintf(words.text, sizeof words.text, "?");
    return words;
}

const char *trace_reason_text(const char *word)
{
    for (enum plan_reason_kind kind = REASON_NONE; kind <= REASON_REQUESTED; kind++)
        if (strcmp(plan_reason_word(kind), word) == 0)
            return plan_reason_said(kind);
    return word;
}

void trace_reason(const struct trace_log *log, const struct trace_job *job, struct buf *out)
{
    buf_append_str(out, trace_reason_text(trace_log_str(log, job->reason)));
    if (job->reason_file)
        buf_printf(out, ": %s", trace_log_str(log, job->reason_file));
}
