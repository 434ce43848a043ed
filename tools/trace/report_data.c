#include "tools/trace/report_data.h"

#include "engine/codegen/json_text.h"
#include "tools/trace/parts.h"
#include "tools/trace/report_phases.h"
#include "tools/trace/words.h"

#include <inttypes.h>
#include <string.h>

struct writer {
    const struct trace_analysis *analysis;
    const struct trace_log *log;
    struct trace_names words;
    struct trace_names reasons;
    struct buf *out;
};

/* ---- JSON ----------------------------------------------------------------------------------- */

/* A comma where one is needed, and a member's key. */
static void key(struct buf *out, const char *name)
{
    if (out->data[out->length - 1] != '{')
        buf_append_char(out, ',');
    buf_append_char(out, '"');
    buf_append_str(out, name);
    buf_append_str(out, "\":");
}

static void comma(struct buf *out)
{
    if (out->data[out->length - 1] != '[')
        buf_append_char(out, ',');
}

/* printf takes most of the time that there is to take here, and there are millions of these. */
static void number(struct buf *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    buf_append(out, digits + at, sizeof digits - at);
}

static void number_member(struct buf *out, const char *name, uint64_t value)
{
    key(out, name);
    number(out, value);
}

static void time_member(struct buf *out, const char *name, uint64_t ns)
{
    number_member(out, name, ns / 1000);
}

static void text_member(struct buf *out, const char *name, const char *text)
{
    key(out, name);
    json_text_append(out, text);
}

static void job_member(struct buf *out, const char *name, uint32_t job)
{
    key(out, name);
    if (job == TRACE_NO_JOB)
        buf_append_str(out, "-1");
    else
        number(out, job);
}

static void open_member(struct buf *out, const char *name, char bracket)
{
    key(out, name);
    buf_append_char(out, bracket);
}

static void open_object(struct buf *out)
{
    comma(out);
    buf_append_char(out, '{');
}

/* A column `name` with the value of `expression` for each row of a vector; `row` points at it. */
#define COLUMN(out, name, vector, expression)                                                      \
    do {                                                                                           \
        open_member((out), (name), '[');                                                           \
        for (uint32_t i_ = 0; i_ < (vector).count; i_++) {                                         \
            const __typeof__((vector).data[0]) *row = &(vector).data[i_];                          \
            comma(out);                                                                            \
            number((out), (expression));                                                           \
        }                                                                                          \
        buf_append_char((out), ']');                                                               \
    } while (0)

/* ---- the build ------------------------------------------------------------------------------ */

static void write_build(struct writer *w)
{
    const struct trace_analysis *analysis = w->analysis;
    const struct trace_log *log = w->log;
    struct buf *out = w->out;
    open_member(out, "build", '{');
    text_member(out, "version", trace_log_str(log, log->version));
    text_member(out, "directory", trace_log_str(log, log->directory));
    text_member(out, "manifest", trace_log_str(log, log->manifest));
    text_member(out, "asked", trace_log_str(log, log->asked));
    text_member(out, "kind", trace_log_str(log, log->kind));
    text_member(out, "full_reason", trace_log_str(log, log->full_reason));
    text_member(out, "outcome", trace_log_str(log, log->outcome));
    text_member(out, "began", trace_date(log->began_ns).text);
    time_member(out, "duration", log->duration_ns);
    number_member(out, "processors", log->processors);
    number_member(out, "limit", log->slots);
    number_member(out, "slots", analysis->slots);
    number_member(out, "workers", log->workers);
    number_member(out, "lost_slices", log->lost_slices);
    number_member(out, "ran", analysis->ran);
    number_member(out, "failed", analysis->failed);
    number_member(out, "passed", analysis->passed);
    time_member(out, "own", analysis->own_ns);
    time_member(out, "cpu", analysis->cpu_ns);
    time_member(out, "first", analysis->first_ns);
    time_member(out, "last", analysis->last_ns);
    time_member(out, "longest", analysis->longest_ns);
    key(out, "parallelism");
    buf_printf(out, "%.3f", analysis->parallelism);
    key(out, "forecast_error");
    buf_printf(out, "%.4f", analysis->forecast_error);
    time_member(out, "path_engine", analysis->path_ns[TRACE_STEP_ENGINE]);
    time_member(out, "path_wait", analysis->path_ns[TRACE_STEP_WAIT]);
    time_member(out, "path_job", analysis->path_ns[TRACE_STEP_JOB]);
    time_member(out, "wait_pool", analysis->wait_ns[TRACE_WAIT_POOL]);
    time_member(out, "wait_slot", analysis->wait_ns[TRACE_WAIT_SLOT]);
    time_member(out, "wait_engine", analysis->wait_ns[TRACE_WAIT_ENGINE]);
    buf_append_char(out, '}');
}

static void write_numbers(struct writer *w)
{
    open_member(w->out, "numbers", '[');
    for (uint32_t i = 0; i < w->log->numbers.count; i++) {
        open_object(w->out);
        text_member(w->out, "name", trace_log_str(w->log, w->log->numbers.data[i].name));
        number_member(w->out, "value", w->log->numbers.data[i].value);
        buf_append_char(w->out, '}');
    }
    buf_append_char(w->out, ']');
}

/* ---- jobs and the engine -------------------------------------------------------------------- */

/* A number that may be negative, which `number` cannot write. */
static void write_exit_codes(struct writer *w)
{
    open_member(w->out, "exit", '[');
    for (uint32_t i = 0; i < w->log->jobs.count; i++) {
        comma(w->out);
        if (w->log->jobs.data[i].exit_code < 0)
            buf_printf(w->out, "%" PRId32, w->log->jobs.data[i].exit_code);
        else
            number(w->out, (uint64_t)w->log->jobs.data[i].exit_code);
    }
    buf_append_char(w->out, ']');
}

static void write_jobs(struct writer *w)
{
    const struct trace_log *log = w->log;
    const struct trace_analysis *analysis = w->analysis;
    struct buf *out = w->out;
    open_member(out, "jobs", '{');
    open_member(out, "output", '[');
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        comma(out);
        json_text_append(out, trace_log_str(log, log->jobs.data[i].output));
    }
    buf_append_char(out, ']');
    COLUMN(out, "rule", log->jobs, trace_names_index(&w->words, row->rule));
    COLUMN(out, "pool", log->jobs, trace_names_index(&w->words, row->pool));
    COLUMN(out, "reason", log->jobs, trace_names_index(&w->reasons, row->reason));
    COLUMN(out, "file", log->jobs, trace_names_index(&w->words, row->reason_file));
    COLUMN(out, "fate", log->jobs, row->fate);
    COLUMN(out, "slot", log->jobs, row->slot);
    COLUMN(out, "expected", log->jobs, (uint64_t)row->expected_ms * 1000);
    write_exit_codes(w);
    COLUMN(out, "ready", log->jobs, row->ready_ns / 1000);
    COLUMN(out, "start", log->jobs, row->start_ns / 1000);
    COLUMN(out, "end", log->jobs, row->end_ns / 1000);
    COLUMN(out, "user", log->jobs, row->user_ns / 1000);
    COLUMN(out, "system", log->jobs, row->system_ns / 1000);
    COLUMN(out, "rss", log->jobs, row->peak_rss);
    COLUMN(out, "read", log->jobs, row->read_bytes);
    COLUMN(out, "written", log->jobs, row->written_bytes);
    COLUMN(out, "blocking", log->jobs, analysis->blocking_ns[row - log->jobs.data] / 1000);
    COLUMN(out, "tail", log->jobs, analysis->tail_ns[row - log->jobs.data] / 1000);
    COLUMN(out, "on_path", log->jobs, analysis->on_path[row - log->jobs.data]);
    COLUMN(out, "deps", log->jobs, row->deps_count);
    buf_append_char(out, '}');
    /* Job after job, whatever order the log has them in. */
    open_member(out, "deps", '[');
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        for (uint32_t k = 0; k < job->deps_count; k++) {
            comma(out);
            number(out, trace_log_deps(log, job)[k]);
        }
    }
    buf_append_char(out, ']');
}

static void write_slices(struct writer *w)
{
    const struct trace_log *log = w->log;
    open_member(w->out, "slices", '{');
    COLUMN(w->out, "worker", log->slices, row->worker);
    COLUMN(w->out, "category", log->slices, trace_names_index(&w->words, row->category));
    COLUMN(w->out, "name", log->slices, trace_names_index(&w->words, row->name));
    COLUMN(w->out, "begin", log->slices, row->begin_ns / 1000);
    COLUMN(w->out, "end", log->slices, row->end_ns / 1000);
    buf_append_char(w->out, '}');
}

static void write_phases(struct writer *w)
{
    struct report_phases phases = {0};
    report_phases_find(&phases, w->log);
    open_member(w->out, "phases", '[');
    for (uint32_t i = 0; i < phases.rows.count; i++) {
        const struct report_phase *phase = &phases.rows.data[i];
        open_object(w->out);
        text_member(w->out, "name", phase->name);
        time_member(w->out, "session", phase->session_ns);
        time_member(w->out, "workers", phase->workers_ns);
        buf_append_char(w->out, '}');
    }
    buf_append_char(w->out, ']');
    report_phases_free(&phases);
}

/* ---- over time ------------------------------------------------------------------------------ */

static void write_path(struct writer *w)
{
    const struct trace_analysis *analysis = w->analysis;
    open_member(w->out, "path", '{');
    COLUMN(w->out, "kind", analysis->path, row->kind);
    open_member(w->out, "job", '[');
    for (uint32_t i = 0; i < analysis->path.count; i++) {
        comma(w->out);
        if (analysis->path.data[i].job == TRACE_NO_JOB)
            buf_append_str(w->out, "-1");
        else
            number(w->out, analysis->path.data[i].job);
    }
    buf_append_char(w->out, ']');
    COLUMN(w->out, "begin", analysis->path, row->begin_ns / 1000);
    COLUMN(w->out, "end", analysis->path, row->end_ns / 1000);
    COLUMN(w->out, "wait_pool", analysis->path, row->wait_ns[TRACE_WAIT_POOL] / 1000);
    COLUMN(w->out, "wait_slot", analysis->path, row->wait_ns[TRACE_WAIT_SLOT] / 1000);
    COLUMN(w->out, "wait_engine", analysis->path, row->wait_ns[TRACE_WAIT_ENGINE] / 1000);
    buf_append_char(w->out, '}');
}

static void write_curves(struct writer *w)
{
    const struct trace_log *log = w->log;
    open_member(w->out, "levels", '{');
    COLUMN(w->out, "time", w->analysis->levels, row->time_ns / 1000);
    COLUMN(w->out, "running", w->analysis->levels, row->running);
    COLUMN(w->out, "ready", w->analysis->levels, row->ready);
    buf_append_char(w->out, '}');
    open_member(w->out, "samples", '{');
    COLUMN(w->out, "time", log->samples, row->time_ns / 1000);
    COLUMN(w->out, "busy", log->samples, row->busy_ns / 1000);
    COLUMN(w->out, "available", log->samples, row->available_bytes);
    buf_append_char(w->out, '}');
    open_member(w->out, "forecasts", '{');
    COLUMN(w->out, "time", log->forecasts, row->time_ns / 1000);
    COLUMN(w->out, "end", log->forecasts, row->end_ns / 1000);
    buf_append_char(w->out, '}');
}

/* ---- what the analysis found ---------------------------------------------------------------- */

static void write_groups(struct writer *w, const char *name, const struct trace_group *groups,
                         uint32_t count, const char *(*say)(const char *))
{
    struct buf *out = w->out;
    open_member(out, name, '[');
    for (uint32_t i = 0; i < count && i < REPORT_MOST_GROUPS; i++) {
        const struct trace_group *group = &groups[i];
        open_object(out);
        text_member(out, "name", say ? say(group->name) : group->name);
        number_member(out, "jobs", group->jobs);
        time_member(out, "own", group->own_ns);
        time_member(out, "cpu", group->cpu_ns);
        time_member(out, "blocking", group->blocking_ns);
        time_member(out, "longest", group->longest_ns);
        job_member(out, "longest_job", group->longest);
        buf_append_char(out, '}');
    }
    buf_append_char(out, ']');
}

static void write_idle(struct writer *w)
{
    open_member(w->out, "idle", '[');
    for (enum trace_idle kind = 0; kind < TRACE_IDLE_KINDS; kind++) {
        open_object(w->out);
        text_member(w->out, "name", trace_idle_name(kind));
        time_member(w->out, "time", w->analysis->idle_ns[kind]);
        buf_append_char(w->out, '}');
    }
    buf_append_char(w->out, ']');
}

static void write_pools(struct writer *w)
{
    open_member(w->out, "pools", '[');
    for (uint32_t i = 0; i < w->analysis->pools.count; i++) {
        const struct trace_pool_use *pool = &w->analysis->pools.data[i];
        open_object(w->out);
        text_member(w->out, "name", pool->name);
        number_member(w->out, "depth", pool->depth);
        number_member(w->out, "jobs", pool->jobs);
        time_member(w->out, "own", pool->own_ns);
        time_member(w->out, "idle", pool->idle_ns);
        time_member(w->out, "path", pool->path_ns);
        buf_append_char(w->out, '}');
    }
    buf_append_char(w->out, ']');
}

static void write_what_if(struct writer *w)
{
    open_member(w->out, "what_if", '[');
    for (uint32_t i = 0; i < w->analysis->what_if.count; i++) {
        const struct trace_what_if *row = &w->analysis->what_if.data[i];
        open_object(w->out);
        number_member(w->out, "slots", row->slots);
        time_member(w->out, "jobs", row->jobs_ns);
        time_member(w->out, "wall", row->wall_ns);
        buf_append_char(w->out, '}');
    }
    buf_append_char(w->out, ']');
}

static void write_advice(struct writer *w)
{
    open_member(w->out, "advice", '[');
    for (uint32_t i = 0; i < w->analysis->advice.count; i++) {
        const struct trace_advice *advice = &w->analysis->advice.data[i];
        open_object(w->out);
        number_member(w->out, "kind", advice->kind);
        time_member(w->out, "gain", advice->gain_ns);
        job_member(w->out, "job", advice->job);
        text_member(w->out, "title", advice->title);
        text_member(w->out, "text", advice->text);
        buf_append_char(w->out, '}');
    }
    buf_append_char(w->out, ']');
}

/* Last of all, when it is known which there are. */
static void write_names(struct writer *w, const char *name, const struct trace_names *names,
                        const char *(*say)(const char *))
{
    open_member(w->out, name, '[');
    for (uint32_t i = 0; i < names->members.count; i++) {
        const char *text = trace_log_str(w->log, names->members.data[i]);
        comma(w->out);
        json_text_append(w->out, say ? say(text) : text);
    }
    buf_append_char(w->out, ']');
}

void trace_report_data(const struct trace_analysis *analysis, struct buf *out)
{
    struct writer w = {.analysis = analysis, .log = analysis->log, .out = out};
    trace_names_init(&w.words, w.log);
    trace_names_init(&w.reasons, w.log);
    buf_append_char(out, '{');
    write_build(&w);
    write_numbers(&w);
    write_jobs(&w);
    write_slices(&w);
    write_phases(&w);
    write_path(&w);
    write_curves(&w);
    write_groups(&w, "rules", analysis->rules.data, analysis->rules.count, NULL);
    write_groups(&w, "why", analysis->reasons.data, analysis->reasons.count, trace_reason_text);
    write_groups(&w, "files", analysis->reason_files.data, analysis->reason_files.count, NULL);
    number_member(out, "files_count", analysis->reason_files.count);
    write_idle(&w);
    write_pools(&w);
    write_what_if(&w);
    write_advice(&w);
    write_names(&w, "words", &w.words, NULL);
    write_names(&w, "reasons", &w.reasons, trace_reason_text);
    buf_append_char(out, '}');
    trace_names_free(&w.words);
    trace_names_free(&w.reasons);
}
