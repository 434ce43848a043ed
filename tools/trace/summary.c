/*
 * A build on one screen.
 */
#include "tools/jig/text.h"
#include "tools/trace/page.h"
#include "tools/trace/words.h"

#include <inttypes.h>
#include <stdlib.h>

/* How many of a kind are told. */
enum {
    TOP_STEPS = 3,
    TOP_RULES = 3,
    TOP_REASONS = 3,
    TOP_FILES = 2,
    TOP_IDLE = 3,
    TOP_ADVICE = 4,
    TOP_TEXTS = 2
};
enum { INDENT = 10 };

/* Of the log, as the page shows names. */
static void append_text(struct trace_page *page, const struct trace_log *log, trace_text text)
{
    trace_page_name(page, trace_log_str(log, text), INDENT);
}

static void tell_build(const struct trace_analysis *a, const char *title, struct trace_page *page)
{
    const struct trace_log *log = a->log;
    bool bad = strcmp(trace_log_str(log, log->outcome), "done") != 0;
    buf_printf(&page->text, "%-9s %s, ", title, trace_date(log->began_ns).text);
    append_text(page, log, log->manifest);
    if (log->asked) {
        buf_append_char(&page->text, ' ');
        append_text(page, log, log->asked);
    }
    buf_append_str(&page->text, ", ");
    append_text(page, log, log->kind);
    if (log->full_reason) {
        buf_append_str(&page->text, ": ");
        append_text(page, log, log->full_reason);
    }
    buf_append_str(&page->text, ", ");
    (bad ? trace_page_bad : trace_page_good)(page);
    append_text(page, log, log->outcome);
    trace_page_plain(page);
    buf_append_char(&page->text, '\n');
}

static void tell_length(const struct trace_analysis *a, struct trace_page *page)
{
    buf_printf(&page->text, "length    %s: %" PRIu32 " %s run",
               trace_time(a->log->duration_ns).text, a->ran, text_plural(a->ran, "job", "jobs"));
    if (a->failed) {
        buf_append_str(&page->text, " (");
        trace_page_bad(page);
        buf_printf(&page->text, "%" PRIu32 " failed", a->failed);
        trace_page_plain(page);
        buf_append_char(&page->text, ')');
    }
    buf_printf(&page->text, ", %" PRIu32 " spared; %" PRIu32 " %s, %" PRIu32 " %s\n", a->passed,
               a->slots, text_plural(a->slots, "slot", "slots"), a->log->processors,
               text_plural(a->log->processors, "processor", "processors"));
}

/* ---- slots ---------------------------------------------------------------------------------- */

/* Idle time by what it came from, the most first. */
static void tell_idle(const struct trace_analysis *a, struct trace_page *page)
{
    bool told[TRACE_IDLE_KINDS] = {false};
    struct buf line = {0};
    for (uint32_t i = 0; i < TOP_IDLE; i++) {
        enum trace_idle most = TRACE_IDLE_KINDS;
        for (enum trace_idle kind = 0; kind < TRACE_IDLE_KINDS; kind++)
            if (!told[kind] && a->idle_ns[kind] &&
                (most == TRACE_IDLE_KINDS || a->idle_ns[kind] > a->idle_ns[most]))
                most = kind;
        if (most == TRACE_IDLE_KINDS)
            break;
        told[most] = true;
        buf_printf(&line, "%s%s %s", i ? ", " : "", trace_time(a->idle_ns[most]).text,
                   trace_idle_name(most));
    }
    buf_append_str(&line, line.length ? " (of slot time)" : "no slot at any time");
    trace_page_wrap(page, INDENT, "idle", line.data);
    buf_free(&line);
}

static void tell_slots(const struct trace_analysis *a, struct trace_page *page)
{
    struct buf line = {0};
    if (a->ran) {
        buf_printf(&line, "%.1f jobs at a time from the first to the last; ", a->parallelism);
        buf_printf(&line, "run time %s, processor time %s", trace_time(a->own_ns).text,
                   trace_time(a->cpu_ns).text);
        trace_page_wrap(page, INDENT, "busy", line.data);
    }
    buf_free(&line);
    tell_idle(a, page);
}

/* ---- the critical path ---------------------------------------------------------------------- */

static int longer_first(const void *left, const void *right)
{
    const struct trace_step *a = left;
    const struct trace_step *b = right;
    uint64_t a_ns = a->end_ns - a->begin_ns, b_ns = b->end_ns - b->begin_ns;
    if (a_ns != b_ns)
        return a_ns > b_ns ? -1 : 1;
    return (a->begin_ns > b->begin_ns) - (a->begin_ns < b->begin_ns);
}

static void tell_path(const struct trace_analysis *a, struct trace_page *page)
{
    struct buf sum = {0};
    trace_path_sum(a, &sum);
    trace_page_wrap(page, INDENT, "path", sum.data);
    buf_free(&sum);
    uint64_t much_ns = a->log->duration_ns / 2;
    bool slots = a->wait_ns[TRACE_WAIT_SLOT] > much_ns;
    if (slots || a->wait_ns[TRACE_WAIT_POOL] > much_ns) {
        buf_printf(&page->text, "          %s were the limit: the longest chain of jobs takes %s\n",
                   slots ? "slots" : "pools", trace_time(a->longest_ns).text);
        return;
    }
    struct trace_step *steps = mem_array(a->path.count, sizeof *steps);
    uint32_t count = 0;
    for (uint32_t i = 0; i < a->path.count; i++)
        if (a->path.data[i].kind == TRACE_STEP_JOB)
            steps[count++] = a->path.data[i];
    qsort(steps, count, sizeof *steps, longer_first);
    for (uint32_t i = 0; i < count && i < TOP_STEPS; i++) {
        const struct trace_job *job = &a->log->jobs.data[steps[i].job];
        struct trace_words time = trace_time(steps[i].end_ns - steps[i].begin_ns);
        buf_printf(&page->text, "          %s  ", time.text);
        trace_page_name(page, trace_log_str(a->log, job->output),
                        INDENT + 2 + (uint32_t)strlen(time.text));
        buf_append_char(&page->text, '\n');
    }
    free(steps);
}

/* ---- jobs ----------------------------------------------------------------------------------- */

static void tell_rules(const struct trace_analysis *a, struct trace_page *page)
{
    for (uint32_t i = 0; i < a->rules.count && i < TOP_RULES; i++) {
        const struct trace_group *rule = &a->rules.data[i];
        buf_append_str(&page->text, i ? "          " : "rules     ");
        trace_page_name(page, *rule->name ? rule->name : "(none)", 60);
        buf_printf(&page->text, ": %" PRIu32 " %s, %s together, ", rule->jobs,
                   text_plural(rule->jobs, "job", "jobs"), trace_time(rule->own_ns).text);
        buf_printf(&page->text, "the longest %s\n", trace_time(rule->longest_ns).text);
    }
}

static void tell_reasons(const struct trace_analysis *a, struct trace_page *page)
{
    if (!a->reasons.count)
        return;
    buf_append_str(&page->text, "reasons   ");
    for (uint32_t i = 0; i < a->reasons.count && i < TOP_REASONS; i++) {
        buf_printf(&page->text, "%s%" PRIu32 " ", i ? ", " : "", a->reasons.data[i].jobs);
        trace_page_name(page, trace_reason_text(a->reasons.data[i].name), 40);
    }
    buf_append_char(&page->text, '\n');
    for (uint32_t i = 0; i < a->reason_files.count && i < TOP_FILES; i++) {
        buf_printf(&page->text, "          %" PRIu32 " for ", a->reason_files.data[i].jobs);
        trace_page_name(page, a->reason_files.data[i].name, 30);
        buf_append_char(&page->text, '\n');
    }
}

/* ---- the rest ------------------------------------------------------------------------------- */

static void tell_files(const struct trace_log *log, struct trace_page *page)
{
    if (!log->numbers.count)
        return;
    uint64_t hits = trace_log_number(log, "files_hit");
    uint64_t misses = trace_log_number(log, "files_missed");
    buf_printf(&page->text, "files     %" PRIu64 " %s, %" PRIu64 " %s (%" PRIu64 " new, ", hits,
               text_plural(hits, "hit", "hits"), misses, text_plural(misses, "miss", "misses"),
               trace_log_number(log, "missed_new"));
    buf_printf(&page->text,
               "%" PRIu64 " changed, %" PRIu64 " too young, %" PRIu64 " gone), %" PRIu64
               " skipped\n",
               trace_log_number(log, "missed_stat"), trace_log_number(log, "missed_racy"),
               trace_log_number(log, "missed_gone"), trace_log_number(log, "files_skipped"));
}

static void tell_what_if(const struct trace_analysis *a, const struct trace_log *log,
                         struct trace_page *page)
{
    struct buf line = {0};
    bool more_than_now = false;
    for (uint32_t i = 0; i < a->what_if.count && a->ran; i++) {
        const struct trace_what_if *row = &a->what_if.data[i];
        /* Around the build's own number; more says nothing. */
        if (row->slots < a->slots / 4 || row->slots / 4 > a->slots)
            continue;
        buf_printf(&line, "%s-j%" PRIu32 " %s%s", line.length ? ", " : "", row->slots,
                   trace_time(row->wall_ns).text, row->slots == a->slots ? " (measured)" : "");
        more_than_now |= row->slots > a->slots && row->slots > log->processors;
    }
    if (more_than_now)
        buf_printf(&line,
                   "; with more slots than %" PRIu32 " %s as if there were more of these, too",
                   log->processors, text_plural(log->processors, "processor", "processors"));
    if (line.length)
        trace_page_wrap(page, INDENT, "what if", line.data);
    buf_free(&line);
}

static void tell_advice(const struct trace_analysis *a, struct trace_page *page)
{
    for (uint32_t i = 0; i < a->advice.count && i < TOP_ADVICE; i++) {
        const struct trace_advice *advice = &a->advice.data[i];
        struct buf title = {0};
        buf_append_str(&title, advice->title);
        if (advice->gain_ns)
            buf_printf(&title, " (at most %s)", trace_time(advice->gain_ns).text);
        trace_page_wrap(page, INDENT, i ? "" : "advice", title.data);
        if (i < TOP_TEXTS)
            trace_page_wrap(page, INDENT + 2, "", advice->text);
        buf_free(&title);
    }
}

static void tell_forecast(const struct trace_analysis *analysis, struct trace_page *page)
{
    double error = analysis->forecast_error;
    if (error >= 1)
        buf_append_str(&page->text, "forecast  of no use: the time left was typically off by more "
                                    "than all of it\n");
    else if (error >= 0)
        buf_printf(&page->text, "forecast  the time left was typically off by %.0f %%\n",
                   error * 100);
}

void trace_summary_tell(const struct trace_analysis *analysis, const char *title,
                        struct trace_page *page)
{
    tell_build(analysis, title, page);
    tell_length(analysis, page);
    tell_slots(analysis, page);
    tell_path(analysis, page);
    tell_rules(analysis, page);
    tell_reasons(analysis, page);
    tell_forecast(analysis, page);
    tell_files(analysis->log, page);
    tell_what_if(analysis, analysis->log, page);
    tell_advice(analysis, page);
}
