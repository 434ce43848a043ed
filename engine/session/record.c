/*
 * Noting what happens, call by call. What becomes of the notes of a plan is in record_plan.c.
 */
#include "engine/session/record.h"

#include "engine/base/io.h"
#include "engine/session/internal.h"
#include "engine/session/numbers.h"
#include "scheduler/pool.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* Of each worker; 32 bytes each. */
enum { SLICES_KEPT = 16 * 1024 };

/* A first build that begins within this time counts the loading in; a later one has waited. */
#define AT_ONCE_NS ((uint64_t)50 * 1000 * 1000)

/* A build without any job that took less is not worth a place among the last twenty. */
#define WORTH_NS ((uint64_t)100 * 1000 * 1000)

/* ---- open and close ------------------------------------------------------------------------- */

void record_open(struct jig_session *session, bool keeps)
{
    struct recorder *recorder = &session->recorder;
    recorder->opened_ns = clock_monotonic_ns();
    recorder->keeps = keeps;
    recorder->processors = pool_processors();
    recorder->machine_processors = get_nprocs();
    recorder->rings = jig_trace_create(jig_pool_threads(session->pool), SLICES_KEPT);
    trace_keeper_init(&recorder->keeper, session->state_directory);
}

void record_opened(struct jig_session *session)
{
    session->recorder.loaded_ns = clock_monotonic_ns();
}

void record_close(struct jig_session *session)
{
    struct recorder *recorder = &session->recorder;
    jig_trace_destroy(recorder->rings);
    trace_keeper_free(&recorder->keeper);
    trace_log_free(&recorder->log);
}

/* ---- a call --------------------------------------------------------------------------------- */

void record_begin(struct jig_session *session)
{
    struct recorder *recorder = &session->recorder;
    trace_log_free(&recorder->log);
    recorder->sampled_ns = session->call_start_ns; /* a short build needs no sample */
    recorder->origin_ns = session->call_start_ns;
    bool at_once = session->call_start_ns - recorder->loaded_ns < AT_ONCE_NS;
    if (recorder->opened_ns && at_once)
        recorder->origin_ns = recorder->opened_ns; /* what was loaded then is in the rings */
    else
        jig_trace_clear(recorder->rings);
    recorder->opened_ns = 0;
    recorder->log.began_ns =
        clock_realtime_ns() - (int64_t)(clock_monotonic_ns() - recorder->origin_ns);
}

uint64_t record_stage(struct jig_session *session, const char *name)
{
    jig_pool_set_trace(session->pool, session->recorder.rings, name);
    return clock_monotonic_ns();
}

void record_slice(struct jig_session *session, const char *category, const char *name,
                  uint64_t begin_ns)
{
    record_stretch(session, category, name, begin_ns, clock_monotonic_ns());
}

void record_stretch(struct jig_session *session, const char *category, const char *name,
                    uint64_t begin_ns, uint64_t end_ns)
{
    jig_trace_slice(session->recorder.rings, 0,
                    &(struct jig_trace_slice){category, name, begin_ns, end_ns});
}

/* ---- the machine ---------------------------------------------------------------------------- */

static uint64_t since(const struct recorder *recorder, uint64_t monotonic_ns)
{
    return monotonic_ns > recorder->origin_ns ? monotonic_ns - recorder->origin_ns : 0;
}

/* Reads a small file of /proc as a string; false when it is not there. */
static bool read_proc(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* /proc/uptime has the time since the start, and the time that processors were idle, in s. */
static uint64_t busy_ns(int processors)
{
    char text[128];
    double up, idle;
    if (!read_proc("/proc/uptime", text, sizeof text) || sscanf(text, "%lf %lf", &up, &idle) != 2)
        return 0;
    double busy = up * processors - idle;
    return busy > 0 ? (uint64_t)(busy * 1e9) : 0;
}

static uint64_t available_bytes(void)
{
    char text[1024];
    unsigned long long kib;
    const char *line =
        read_proc("/proc/meminfo", text, sizeof text) ? strstr(text, "MemAvailable:") : NULL;
    return line && sscanf(line, "MemAvailable: %llu", &kib) == 1 ? (uint64_t)kib * 1024 : 0;
}

void record_machine(struct build *build)
{
    enum { APART_MS = 100, MOST = 16 * 1024 };
    struct recorder *recorder = &build->session->recorder;
    uint64_t now_ns = clock_monotonic_ns();
    if (now_ns - recorder->sampled_ns < (uint64_t)APART_MS * 1000000 ||
        recorder->log.samples.count >= MOST)
        return;
    recorder->sampled_ns = now_ns;
    vec_push(&recorder->log.samples,
             ((struct trace_sample){since(recorder, now_ns), busy_ns(recorder->machine_processors),
                                    available_bytes()}));
}

void record_forecasts(struct build *build)
{
    struct recorder *recorder = &build->session->recorder;
    for (uint32_t i = 0; i < build->forecast.points.count; i++) {
        const struct forecast_point *point = &build->forecast.points.data[i];
        vec_push(&recorder->log.forecasts,
                 ((struct trace_forecast){since(recorder, point->time_ns),
                                          since(recorder, point->end_ns)}));
    }
}

/* ---- the end -------------------------------------------------------------------------------- */

static void take_slice(void *context, uint32_t worker, const struct jig_trace_slice *slice)
{
    struct recorder *recorder = context;
    struct trace_log *log = &recorder->log;
    vec_push(&log->slices, ((struct trace_slice){worker, trace_log_word(log, slice->category),
                                                 trace_log_word(log, slice->name),
                                                 since(recorder, slice->begin_ns),
                                                 since(recorder, slice->end_ns)}));
}

static void append_words(struct buf *to, const char *const *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (to->length)
            buf_append_char(to, ' ');
        buf_append_str(to, words[i]);
    }
}

static trace_text name_asked(struct trace_log *log, const struct jig_build_options *options)
{
    struct buf asked = {0};
    append_words(&asked, options->targets, options->target_count);
    append_words(&asked, options->filters, options->filter_count);
    append_words(&asked, options->affected, options->affected_count);
    trace_text name = trace_log_text(log, buf_cstr(&asked));
    buf_free(&asked);
    return name;
}

static const char *outcome_name(enum jig_status status)
{
    if (status == JIG_ERROR_INTERRUPTED || status == JIG_ERROR_CANCELLED)
        return "interrupted";
    return status == JIG_OK ? "done" : status == JIG_ERROR_JOB ? "failed" : "error";
}

static void add_numbers(struct trace_log *log, const struct jig_build_result *result)
{
    struct result_number numbers[RESULT_NUMBERS];
    result_numbers(result, numbers);
    for (size_t i = 0; i < RESULT_NUMBERS; i++)
        vec_push(&log->numbers,
                 ((struct trace_number){trace_log_text(log, numbers[i].name), numbers[i].value}));
}

static void complete(struct jig_session *session, const struct jig_build_options *options,
                     enum jig_status status, const struct jig_build_result *result)
{
    struct recorder *recorder = &session->recorder;
    struct trace_log *log = &recorder->log;
    char *directory = getcwd(NULL, 0);
    log->version = trace_log_text(log, JIG_VERSION);
    log->directory = trace_log_text(log, directory ? directory : "");
    log->manifest = trace_log_text(log, session->manifest);
    log->asked = name_asked(log, options);
    log->kind = trace_log_text(log, result_kind_name(result->kind));
    log->full_reason = trace_log_text(log, result->full_reason);
    log->outcome = trace_log_text(log, outcome_name(status));
    log->processors = recorder->processors;
    log->slots = options->slots == JIG_UNLIMITED ? 0 : options->slots;
    log->workers = jig_trace_workers(recorder->rings);
    log->lost_slices = jig_trace_lost(recorder->rings);
    jig_trace_each(recorder->rings, take_slice, recorder);
    add_numbers(log, result);
    /* Last: no time in it is later. */
    log->duration_ns = since(recorder, clock_monotonic_ns());
    free(directory);
}

/* That a trace cannot be kept fails no build, and is told once. */
static void keep(struct jig_session *session)
{
    struct recorder *recorder = &session->recorder;
    int errnum = trace_keep(&recorder->keeper, &recorder->log);
    if (!errnum || recorder->told)
        return;
    struct jig_error error;
    recorder->told = true;
    jig_fail_errno(&error, errnum, "the build's trace is not kept in '%s'",
                   recorder->keeper.directory);
    event_notice(session, &error);
}

void record_end(struct jig_session *session, const struct jig_build_options *options,
                enum jig_status status, const struct jig_build_result *result)
{
    struct recorder *recorder = &session->recorder;
    bool worth = result->jobs_run || result->outputs_removed ||
                 since(recorder, clock_monotonic_ns()) > WORTH_NS;
    if (!worth && !session->options.trace)
        return;
    complete(session, options, status, result);
    if (worth && recorder->keeps && !session->options.read_only)
        keep(session);
}

const struct trace_log *session_trace(const struct jig_session *session)
{
    return &session->recorder.log;
}
