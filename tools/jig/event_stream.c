#include "tools/jig/event_stream.h"

#include "engine/base/io.h"
#include "tools/jig/path_json.h"
#include "tools/jig/stats.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { FORMAT = 1, PROGRESS_MS = 1000 };

struct event_stream {
    FILE *out;    /* NULL: it could not be had */
    int lost;     /* errno of the first write that failed */
    int standard; /* what standard output was; -1: it could not be kept */
    uint64_t begin_ns;
    uint64_t progress_ns; /* when progress was told last */
};

/* ---- lines ------------------------------------------------------------------------------- */

static void set(json_t *line, const char *key, json_t *value)
{
    json_object_set_new_nocheck(line, key, value);
}

static void set_number(json_t *line, const char *key, uint64_t value)
{
    set(line, key, json_integer((json_int_t)value));
}

static json_t *line_of(const struct event_stream *stream, const char *event)
{
    json_t *line = json_object();
    set(line, "event", json_string(event));
    set_number(line, "time_ns", clock_monotonic_ns() - stream->begin_ns);
    return line;
}

/* Writes the line out and frees it. */
static void write_line(struct event_stream *stream, json_t *line)
{
    if (!stream->lost && (json_dumpf(line, stream->out, JSON_COMPACT) ||
                          fputc('\n', stream->out) == EOF || fflush(stream->out)))
        stream->lost = errno ? errno : EIO;
    json_decref(line);
}

static void set_all(json_t *line, const char *key, const char *const *texts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, path_json(texts[i]));
    set(line, key, array);
}

/* ---- what an event is about -------------------------------------------------------------- */

static void set_error(json_t *line, const struct jig_error *error)
{
    set(line, "message", path_json(error->message));
    set(line, "advice", path_json(error->advice));
    path_json_set(line, "file", error->file);
    set_number(line, "line", (uint64_t)error->line);
    set_number(line, "column", (uint64_t)error->column);
}

static void set_job(json_t *line, const struct jig_job_view *job, const struct graph *graph)
{
    const struct graph_job *known = &graph->jobs.data[job->id];
    const file_id *files = graph_outputs(graph, known);
    const char **outputs = mem_array(known->out_count, sizeof *outputs);
    for (uint32_t i = 0; i < known->out_count; i++)
        outputs[i] = graph_path(graph, files[i]);
    set_number(line, "job", job->id);
    path_json_set(line, "output", job->output);
    path_json_set_all(line, "outputs", outputs, known->out_count);
    set(line, "rule", path_json(job->rule));
    free(outputs);
}

static void set_reason(json_t *line, const struct jig_job_view *job)
{
    set(line, "reason", json_string(job->reason_word));
    path_json_set(line, "reason_file", job->reason_file);
}

static void set_outcome(const struct event_stream *stream, json_t *line,
                        const struct jig_job_view *job, const struct jig_job_outcome *outcome)
{
    /* A dry run's jobs have no times. */
    uint64_t start_ns = job->start_ns > stream->begin_ns ? job->start_ns - stream->begin_ns : 0;
    uint64_t end_ns = outcome->end_ns > stream->begin_ns ? outcome->end_ns - stream->begin_ns : 0;
    set(line, "exit_code", json_integer(outcome->exit_code));
    set_number(line, "start_ns", start_ns);
    set_number(line, "end_ns", end_ns);
    set_number(line, "user_ns", outcome->user_ns);
    set_number(line, "system_ns", outcome->system_ns);
    set_number(line, "peak_rss", outcome->peak_rss);
    set_number(line, "read_bytes", outcome->read_bytes);
    set_number(line, "written_bytes", outcome->written_bytes);
    set_number(line, "slot", outcome->slot);
    set(line, "text", text_json(outcome->text, outcome->text_length));
}

static void set_progress(json_t *line, const struct jig_progress *progress)
{
    set_number(line, "total", progress->total);
    set_number(line, "started", progress->started);
    set_number(line, "finished", progress->finished);
    set_number(line, "running", progress->running);
    set_number(line, "failed", progress->failed);
    set(line, "left_ms",
        progress->left_ms ? json_integer((json_int_t)progress->left_ms) : json_null());
}

/* ---- events ------------------------------------------------------------------------------ */

static const char *name_of(enum jig_event_kind kind)
{
    switch (kind) {
    case JIG_EVENT_NOTICE:
        return "notice";
    case JIG_EVENT_WAITING:
        return "waiting";
    case JIG_EVENT_PLANNED:
        return "planned";
    case JIG_EVENT_JOB_STARTED:
        return "started";
    case JIG_EVENT_JOB_FINISHED:
        return "finished";
    case JIG_EVENT_JOB_PASSED:
        return "passed";
    case JIG_EVENT_REMOVED:
        return "removed";
    case JIG_EVENT_PHASE:
        return "phase";
    case JIG_EVENT_TICK:    /* tells nothing but progress */
    case JIG_EVENT_EXPLAIN: /* "started" has the reason */
        break;
    }
    return NULL;
}

/* What there is to say of one of the events that name a job. */
static void set_job_detail(const struct event_stream *stream, json_t *line,
                           const struct jig_event *event, const struct graph *graph)
{
    const struct jig_job_view *job = event->job;
    set_job(line, job, graph);
    if (event->kind == JIG_EVENT_JOB_PASSED)
        return;
    set_reason(line, job);
    if (event->kind == JIG_EVENT_JOB_FINISHED) {
        set_outcome(stream, line, job, event->outcome);
        return;
    }
    set(line, "description", path_json(job->description));
    set(line, "command", path_json(job->command));
    set(line, "console", json_boolean(job->console));
}

static void set_detail(const struct event_stream *stream, json_t *line,
                       const struct jig_event *event, const struct graph *graph)
{
    switch (event->kind) {
    case JIG_EVENT_NOTICE:
        set_error(line, event->notice);
        break;
    case JIG_EVENT_WAITING:
        set(line, "process", event->holder ? json_integer(event->holder) : json_null());
        break;
    case JIG_EVENT_PLANNED:
        set_progress(line, event->progress);
        break;
    case JIG_EVENT_JOB_STARTED:
    case JIG_EVENT_JOB_FINISHED:
    case JIG_EVENT_JOB_PASSED:
        set_job_detail(stream, line, event, graph);
        break;
    case JIG_EVENT_REMOVED:
        path_json_set(line, "path", event->path);
        break;
    case JIG_EVENT_PHASE:
        set(line, "phase", json_string(event->phase));
        break;
    case JIG_EVENT_EXPLAIN:
    case JIG_EVENT_TICK:
        break;
    }
}

static bool moves_progress(enum jig_event_kind kind)
{
    return kind == JIG_EVENT_TICK || kind == JIG_EVENT_JOB_FINISHED || kind == JIG_EVENT_JOB_PASSED;
}

/* Where the build stands, at most once a second. */
static void tell_progress(struct event_stream *stream, const struct jig_progress *progress)
{
    uint64_t now_ns = clock_monotonic_ns();
    if (now_ns - stream->progress_ns < (uint64_t)PROGRESS_MS * 1000000)
        return;
    stream->progress_ns = now_ns;
    json_t *line = line_of(stream, "progress");
    set_progress(line, progress);
    write_line(stream, line);
}

void event_stream_tell(struct event_stream *stream, const struct jig_event *event,
                       const struct graph *graph)
{
    const char *name = stream->lost ? NULL : name_of(event->kind);
    if (name) {
        json_t *line = line_of(stream, name);
        set_detail(stream, line, event, graph);
        write_line(stream, line);
    }
    if (moves_progress(event->kind))
        tell_progress(stream, event->progress);
}

/* ---- begin and end ----------------------------------------------------------------------- */

/* Takes standard output away from everybody else, to whom standard error is left. */
static void take_standard_output(struct event_stream *stream)
{
    fflush(stdout);
    stream->standard = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int own = stream->standard < 0 ? -1 : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    stream->out = own < 0 ? NULL : fdopen(own, "w");
    if (!stream->out) {
        stream->lost = errno;
        if (own >= 0)
            close(own);
        return;
    }
    if (fcntl(STDERR_FILENO, F_GETFD) >= 0)
        dup2(STDERR_FILENO, STDOUT_FILENO);
}

struct event_stream *event_stream_open(const struct event_stream_about *about)
{
    struct event_stream *stream = mem_zalloc(sizeof *stream);
    stream->begin_ns = stream->progress_ns = clock_monotonic_ns();
    take_standard_output(stream);
    json_t *line = line_of(stream, "begin");
    set_number(line, "format", FORMAT);
    set(line, "version", json_string(jig_version()));
    path_json_set(line, "directory", about->directory);
    path_json_set(line, "manifest", about->manifest);
    set_all(line, "targets", about->targets, about->target_count);
    set_all(line, "filters", about->filters, about->filter_count);
    set(line, "dry_run", json_boolean(about->dry_run));
    write_line(stream, line);
    return stream;
}

static const char *status_word(enum jig_status status)
{
    switch (status) {
    case JIG_OK:
        return "done";
    case JIG_ERROR_JOB:
        return "failed";
    case JIG_ERROR_INTERRUPTED:
        return "interrupted";
    case JIG_ERROR_CANCELLED:
        return "cancelled";
    default:
        return "error";
    }
}

void event_stream_end(struct event_stream *stream, const struct event_stream_ending *ending)
{
    json_t *line = line_of(stream, "end");
    set(line, "status", json_string(status_word(ending->status)));
    set(line, "exit_code", json_integer(ending->exit_code));
    if (ending->status)
        set_error(line, ending->error);
    if (ending->outputs) {
        json_t *outputs = json_object();
        set_number(outputs, "added", ending->outputs->added);
        set_number(outputs, "updated", ending->outputs->updated);
        set_number(outputs, "removed", ending->outputs->removed);
        set(line, "outputs", outputs);
    }
    set(line, "stats", stats_json(ending->result));
    write_line(stream, line);
}

void event_stream_close(struct event_stream *stream)
{
    if (!stream)
        return;
    if (stream->out)
        fclose(stream->out);
    fflush(stdout);
    if (stream->standard >= 0) {
        dup2(stream->standard, STDOUT_FILENO);
        close(stream->standard);
    }
    free(stream);
}

int event_stream_lost(const struct event_stream *stream)
{
    return stream->lost;
}
