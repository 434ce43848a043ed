#include "tools/trace/diff.h"

#include "tools/jig/path_json.h"
#include "tools/trace/summary_json.h"
#include "tools/trace/words.h"

#include <inttypes.h>

/* ---- for people ----------------------------------------------------------------------------- */

enum { MOST_TOLD = 10, MOST_PHASES = 6, BEFORE_NAME = 40 };

static void append_times(struct buf *out, uint64_t before_ns, uint64_t after_ns)
{
    bool more = after_ns >= before_ns;
    uint64_t size_ns = more ? after_ns - before_ns : before_ns - after_ns;
    buf_printf(out, "%s → ", trace_time(before_ns).text);
    buf_printf(out, "%s (%s%s)", trace_time(after_ns).text, more ? "+" : "-",
               trace_time(size_ns).text);
}

/* A line of two times, unless there is nothing of either. */
static void tell_times(const char *label, uint64_t before_ns, uint64_t after_ns, const char *of,
                       struct trace_page *page)
{
    if (!before_ns && !after_ns)
        return;
    buf_append_str(&page->text, label);
    append_times(&page->text, before_ns, after_ns);
    buf_printf(&page->text, "%s\n", of);
}

static void tell_totals(const struct trace_diff *diff, const char *before_title,
                        const char *after_title, struct trace_page *page)
{
    const struct trace_analysis *a = diff->before, *b = diff->after;
    buf_printf(&page->text, "%s, %s → ", before_title, trace_date(a->log->began_ns).text);
    buf_printf(&page->text, "%s, %s\n", after_title, trace_date(b->log->began_ns).text);
    tell_times("length     ", a->log->duration_ns, b->log->duration_ns, "", page);
    buf_printf(&page->text, "jobs run   %" PRIu32 " → %" PRIu32 "\n", a->ran, b->ran);
    tell_times("run time   ", a->own_ns, b->own_ns, "", page);
    tell_times("processors ", a->cpu_ns, b->cpu_ns, "", page);
    tell_times("jig itself ", a->path_ns[TRACE_STEP_ENGINE], b->path_ns[TRACE_STEP_ENGINE],
               " of the critical path", page);
}

/* How one change is told; the page is at the beginning of its line. */
typedef void tell_change(const struct trace_diff *diff, const struct trace_change_of *change,
                         struct trace_page *page);

static void tell_both(const struct trace_diff *diff, const struct trace_change_of *change,
                      struct trace_page *page)
{
    (void)diff;
    trace_page_name(page, change->name, BEFORE_NAME);
    buf_append_str(&page->text, "  ");
    append_times(&page->text, change->before_ns, change->after_ns);
}

static void tell_came(const struct trace_diff *diff, const struct trace_change_of *change,
                      struct trace_page *page)
{
    const struct trace_log *log = diff->after->log;
    struct buf reason = {0};
    trace_reason(log, &log->jobs.data[change->after_job], &reason);
    trace_page_name(page, change->name, BEFORE_NAME);
    buf_printf(&page->text, "  %s  ", trace_time(change->after_ns).text);
    trace_page_name(page, buf_cstr(&reason), BEFORE_NAME);
    buf_free(&reason);
}

static void tell_went(const struct trace_diff *diff, const struct trace_change_of *change,
                      struct trace_page *page)
{
    trace_page_name(page, change->name, BEFORE_NAME);
    buf_printf(&page->text, "  %s", trace_time(change->before_ns).text);
    if (change->spared_job == TRACE_NO_JOB)
        return;
    bool spared = diff->after->log->jobs.data[change->spared_job].fate == TRACE_PASSED;
    buf_append_str(&page->text, spared ? "  spared: its inputs came out as they had been"
                                       : "  only stands for others now");
}

/* Why jobs of which the later trace says nothing did not run. It has no list of all that there are.
 */
static void tell_absence(const struct trace_diff *diff, struct trace_page *page)
{
    const struct trace_log *a = diff->before->log, *b = diff->after->log;
    bool absent = false;
    for (uint32_t i = 0; i < diff->went.count; i++)
        absent |= diff->went.data[i].spared_job == TRACE_NO_JOB;
    if (!absent)
        return;
    bool reached = strcmp(trace_log_str(b, b->outcome), "done") == 0;
    bool same = strcmp(trace_log_str(a, a->asked), trace_log_str(b, b->asked)) == 0;
    buf_printf(&page->text, "  those without a reason were up to date, %s%snot made any more\n",
               reached ? "" : "not reached, ", same ? "or " : "not asked for, or ");
}

static void tell_list(const struct trace_diff *diff, const char *title,
                      const struct trace_change_of *list, uint32_t count, uint32_t most,
                      tell_change *tell, struct trace_page *page)
{
    if (!count)
        return;
    uint64_t before_ns = 0, after_ns = 0;
    for (uint32_t i = 0; i < count; i++) {
        before_ns += list[i].before_ns;
        after_ns += list[i].after_ns;
    }
    buf_printf(&page->text, "%s: %" PRIu32 ", ", title, count);
    if (before_ns && after_ns)
        append_times(&page->text, before_ns, after_ns);
    else
        buf_append_str(&page->text, trace_time(before_ns + after_ns).text);
    buf_append_char(&page->text, '\n');
    for (uint32_t i = 0; i < count && i < most; i++) {
        buf_append_str(&page->text, "  ");
        tell(diff, &list[i], page);
        buf_append_char(&page->text, '\n');
    }
    if (count > most)
        buf_printf(&page->text, "  and %" PRIu32 " more\n", count - most);
}

/* How many of the phases, the first ones, differ by enough to be told. */
static uint32_t count_phases(const struct trace_diff *diff)
{
    const uint64_t least_ns = 1000000;
    uint32_t count = 0;
    for (; count < diff->phases.count; count++) {
        const struct trace_change_of *phase = &diff->phases.data[count];
        if (phase->before_ns + least_ns > phase->after_ns &&
            phase->after_ns + least_ns > phase->before_ns)
            break;
    }
    return count;
}

void trace_diff_tell(const struct trace_diff *diff, const char *before_title,
                     const char *after_title, struct trace_page *page)
{
    if (diff->same) {
        buf_printf(&page->text, "%s and %s are the same build: there is nothing to compare\n",
                   before_title, after_title);
        return;
    }
    tell_totals(diff, before_title, after_title, page);
    if (diff->slower.count)
        trace_page_bad(page);
    tell_list(diff, "slower jobs", diff->slower.data, diff->slower.count, MOST_TOLD, tell_both,
              page);
    if (diff->slower.count)
        trace_page_plain(page);
    if (diff->faster.count)
        trace_page_good(page);
    tell_list(diff, "faster jobs", diff->faster.data, diff->faster.count, MOST_TOLD, tell_both,
              page);
    if (diff->faster.count)
        trace_page_plain(page);
    tell_list(diff, "ran that did not before", diff->came.data, diff->came.count, MOST_TOLD,
              tell_came, page);
    tell_list(diff, "did not run any more", diff->went.data, diff->went.count, MOST_TOLD, tell_went,
              page);
    tell_absence(diff, page);
    tell_list(diff, "phases of jig's threads", diff->phases.data, count_phases(diff), MOST_PHASES,
              tell_both, page);
}

/* ---- for programs --------------------------------------------------------------------------- */

/* What the later trace says of a job that ran only before. */
static const char *absence_key(const struct trace_diff *diff, const struct trace_change_of *change)
{
    if (change->spared_job == TRACE_NO_JOB)
        return "absent";
    bool spared = diff->after->log->jobs.data[change->spared_job].fate == TRACE_PASSED;
    return spared ? "spared" : "phony";
}

static json_t *list_json(const struct trace_diff *diff, const struct trace_change_of *list,
                         uint32_t count)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < count; i++) {
        const struct trace_log *log = diff->after->log;
        json_t *change = json_object();
        path_json_set(change, "name", list[i].name);
        trace_json_number(change, "before_ns", list[i].before_ns);
        trace_json_number(change, "after_ns", list[i].after_ns);
        if (list[i].after_job != TRACE_NO_JOB) {
            const struct trace_job *job = &log->jobs.data[list[i].after_job];
            path_json_set(change, "reason", trace_log_str(log, job->reason));
            path_json_set(change, "reason_file", trace_log_str(log, job->reason_file));
        } else if (list[i].before_job != TRACE_NO_JOB) {
            json_object_set_new(change, "why_not", json_string(absence_key(diff, &list[i])));
        }
        json_array_append_new(array, change);
    }
    return array;
}

static json_t *build_json(const struct trace_analysis *analysis)
{
    json_t *build = json_object();
    trace_build_json(analysis->log, build);
    trace_json_number(build, "jobs_run", analysis->ran);
    trace_json_number(build, "jobs_failed", analysis->failed);
    trace_json_number(build, "own_ns", analysis->own_ns);
    trace_json_number(build, "cpu_ns", analysis->cpu_ns);
    trace_json_number(build, "engine_ns", analysis->path_ns[TRACE_STEP_ENGINE]);
    return build;
}

json_t *trace_diff_json(const struct trace_diff *diff)
{
    json_t *object = json_object();
    json_object_set_new(object, "same", json_boolean(diff->same));
    json_object_set_new(object, "before", build_json(diff->before));
    json_object_set_new(object, "after", build_json(diff->after));
    json_object_set_new(object, "slower", list_json(diff, diff->slower.data, diff->slower.count));
    json_object_set_new(object, "faster", list_json(diff, diff->faster.data, diff->faster.count));
    json_object_set_new(object, "came", list_json(diff, diff->came.data, diff->came.count));
    json_object_set_new(object, "went", list_json(diff, diff->went.data, diff->went.count));
    json_object_set_new(object, "phases", list_json(diff, diff->phases.data, diff->phases.count));
    return object;
}
