/*
 * `jig trace list`: the builds whose traces are kept, the oldest first.
 */
#include "tools/jig/trace_builds.h"

#include "tools/jig/path_json.h"
#include "tools/trace/page.h"
#include "tools/trace/summary_json.h"
#include "tools/trace/words.h"

#include <inttypes.h>
#include <stdio.h>

struct counts {
    uint32_t ran, failed, passed;
};

static struct counts count_jobs(const struct trace_log *log)
{
    struct counts counts = {0};
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        counts.ran += job->fate == TRACE_RAN;
        counts.failed += job->fate == TRACE_RAN && job->exit_code != 0;
        counts.passed += job->fate == TRACE_PASSED;
    }
    return counts;
}

static void tell(const struct trace_log *log, struct trace_page *page)
{
    struct counts counts = count_jobs(log);
    struct trace_words time = trace_time(log->duration_ns);
    /* "µ" takes two bytes and one column. */
    buf_printf(&page->text, "  %s  %*s  %7" PRIu32 "  %7" PRIu32 "  %6" PRIu32 "  ",
               trace_date(log->began_ns).text, strstr(time.text, "µ") ? 12 : 11, time.text,
               counts.ran, counts.passed, counts.failed);
    trace_page_name(page, trace_log_str(log, log->outcome), 0);
    buf_append_str(&page->text, ", ");
    trace_page_name(page, trace_log_str(log, log->kind), 0);
    if (log->asked) {
        buf_append_str(&page->text, ": ");
        trace_page_name(page, trace_log_str(log, log->asked), 80);
    }
    buf_append_char(&page->text, '\n');
}

static json_t *entry_json(const struct trace_kept *kept, const char *path,
                          const struct trace_log *log, const struct jig_error *error)
{
    json_t *entry = json_object();
    trace_json_number(entry, "number", kept->number);
    path_json_set(entry, "path", path);
    trace_json_number(entry, "bytes", kept->bytes);
    if (!log) {
        json_object_set_new(entry, "error", path_json(error->message));
        return entry;
    }
    struct counts counts = count_jobs(log);
    trace_build_json(log, entry);
    trace_json_number(entry, "jobs_run", counts.ran);
    trace_json_number(entry, "jobs_failed", counts.failed);
    trace_json_number(entry, "jobs_passed", counts.passed);
    return entry;
}

static void list_one(const struct trace_builds *builds, const struct trace_kept *kept,
                     struct trace_page *page, json_t *list)
{
    struct trace_log log;
    struct jig_error error;
    struct buf path = {0};
    trace_keeper_path(&builds->keeper, kept->number, &path);
    bool good = !trace_read(path.data, &log, &error);
    json_array_append_new(list, entry_json(kept, path.data, good ? &log : NULL, &error));
    buf_printf(&page->text, "%5" PRIu64, kept->number);
    if (good) {
        tell(&log, page);
        trace_log_free(&log);
    } else {
        buf_append_str(&page->text, "  ");
        trace_page_name(page, error.message, 8);
        buf_append_char(&page->text, '\n');
    }
    buf_free(&path);
}

int trace_list(struct trace_builds *builds, bool json)
{
    struct trace_page page = {0};
    json_t *list = json_array();
    buf_append_str(&page.text, "build  began                       took      run   spared  failed  "
                               "outcome\n");
    for (uint32_t i = 0; i < builds->keeper.kept.count; i++)
        list_one(builds, &builds->keeper.kept.data[i], &page, list);
    if (json) {
        json_dumpf(list, stdout, JSON_COMPACT);
        putchar('\n');
    } else if (builds->keeper.kept.count) {
        fputs(page.text.data, stdout);
    } else {
        printf("no trace is kept in '%s' yet: the next build leaves one\n",
               builds->keeper.directory);
    }
    json_decref(list);
    buf_free(&page.text);
    return EXIT_DONE;
}
