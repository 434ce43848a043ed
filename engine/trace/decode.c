/*
 * Reading a trace file, and refusing one that says what cannot be.
 *
 * What is checked is exactly what log.h promises, so that nobody who uses a log has to check again.
 */
#include "engine/trace/format.h"
#include "engine/trace/log.h"

#include <stdlib.h>
#include <string.h>

struct decoder {
    struct pack_reader reader;
    struct trace_log *log;
    bool wrong; /* well-formed, but it cannot be */
};

static void expect(struct decoder *d, bool is_so)
{
    d->wrong |= !is_so;
}

static uint64_t get_uint(struct decoder *d, const char *key)
{
    pack_expect_key(&d->reader, key);
    return pack_read_uint(&d->reader);
}

static uint32_t get_u32(struct decoder *d, const char *key)
{
    pack_expect_key(&d->reader, key);
    return pack_read_u32(&d->reader);
}

static uint32_t get_array(struct decoder *d, const char *key)
{
    pack_expect_key(&d->reader, key);
    return pack_read_array(&d->reader);
}

/* Whether another row is to be read. */
static bool goes_on(const struct decoder *d)
{
    return !d->reader.failed && !d->wrong;
}

static trace_text read_text(struct decoder *d)
{
    trace_text name = pack_read_u32(&d->reader);
    expect(d, name <= d->log->offsets.count);
    return name;
}

static trace_text get_text(struct decoder *d, const char *key)
{
    pack_expect_key(&d->reader, key);
    return read_text(d);
}

/* A time that is `from` or later, and not after the build's end. */
static uint64_t read_time(struct decoder *d, uint64_t from)
{
    uint64_t more = pack_read_uint(&d->reader);
    expect(d, from <= d->log->duration_ns && more <= d->log->duration_ns - from);
    return from + more;
}

static void get_texts(struct decoder *d)
{
    uint32_t count = get_array(d, "texts");
    for (uint32_t i = 0; i < count && goes_on(d); i++) {
        struct pack_bytes text = pack_read_bin(&d->reader);
        expect(d, text.length && !memchr(text.data, '\0', text.length));
        if (!goes_on(d))
            return;
        vec_push(&d->log->offsets, (uint32_t)d->log->text.length);
        buf_append(&d->log->text, text.data, text.length);
        buf_append_char(&d->log->text, '\0');
    }
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void read_deps(struct decoder *d, struct trace_job *job)
{
    job->deps_begin = d->log->deps.count;
    job->deps_count = pack_read_array(&d->reader);
    for (uint32_t i = 0; i < job->deps_count && goes_on(d); i++) {
        uint32_t dep = pack_read_u32(&d->reader);
        expect(d, dep < d->log->jobs.count);
        vec_push(&d->log->deps, dep);
    }
}

static void read_job(struct decoder *d)
{
    struct trace_job job = {0};
    struct pack_reader *from = &d->reader;
    pack_expect_array(from, TRACE_JOB_FIELDS);
    job.output = read_text(d);
    job.rule = read_text(d);
    job.pool = read_text(d);
    job.reason = read_text(d);
    job.reason_file = read_text(d);
    job.fate = pack_read_u32(from);
    job.slot = pack_read_u32(from);
    job.expected_ms = pack_read_u32(from);
    int64_t exit_code = pack_read_int(from);
    job.exit_code = (int32_t)exit_code;
    job.ready_ns = read_time(d, 0);
    job.start_ns = read_time(d, job.ready_ns);
    job.end_ns = read_time(d, job.start_ns);
    job.user_ns = pack_read_uint(from);
    job.system_ns = pack_read_uint(from);
    job.peak_rss = pack_read_uint(from);
    job.read_bytes = pack_read_uint(from);
    job.written_bytes = pack_read_uint(from);
    read_deps(d, &job);
    expect(d, job.fate < TRACE_FATES && exit_code == job.exit_code);
    expect(d, job.fate == TRACE_RAN || job.start_ns == job.end_ns);
    if (goes_on(d))
        vec_push(&d->log->jobs, job);
}

static void read_slice(struct decoder *d)
{
    struct trace_slice slice;
    pack_expect_array(&d->reader, TRACE_SLICE_FIELDS);
    slice.worker = pack_read_u32(&d->reader);
    slice.category = read_text(d);
    slice.name = read_text(d);
    slice.begin_ns = read_time(d, 0);
    slice.end_ns = read_time(d, slice.begin_ns);
    expect(d, slice.worker < d->log->workers);
    if (goes_on(d))
        vec_push(&d->log->slices, slice);
}

static void read_sample(struct decoder *d)
{
    struct trace_sample sample;
    pack_expect_array(&d->reader, TRACE_SAMPLE_FIELDS);
    sample.time_ns = read_time(d, 0);
    sample.busy_ns = pack_read_uint(&d->reader);
    sample.available_bytes = pack_read_uint(&d->reader);
    if (d->log->samples.count)
        expect(d, sample.time_ns >= d->log->samples.data[d->log->samples.count - 1].time_ns);
    vec_push(&d->log->samples, sample);
}

static void read_forecast(struct decoder *d)
{
    struct trace_forecast forecast;
    pack_expect_array(&d->reader, TRACE_FORECAST_FIELDS);
    forecast.time_ns = read_time(d, 0);
    forecast.end_ns = pack_read_uint(&d->reader);
    if (d->log->forecasts.count)
        expect(d, forecast.time_ns >= d->log->forecasts.data[d->log->forecasts.count - 1].time_ns);
    vec_push(&d->log->forecasts, forecast);
}

static void read_pool(struct decoder *d)
{
    struct trace_pool pool;
    pack_expect_array(&d->reader, TRACE_PAIR_FIELDS);
    pool.name = read_text(d);
    pool.depth = pack_read_u32(&d->reader);
    expect(d, pool.depth > 0);
    vec_push(&d->log->pools, pool);
}

static void read_number(struct decoder *d)
{
    struct trace_number number;
    pack_expect_array(&d->reader, TRACE_PAIR_FIELDS);
    number.name = read_text(d);
    number.value = pack_read_uint(&d->reader);
    vec_push(&d->log->numbers, number);
}

static void get_rows(struct decoder *d, const char *key, void (*read_row)(struct decoder *d))
{
    uint32_t count = get_array(d, key);
    for (uint32_t i = 0; i < count && goes_on(d); i++)
        read_row(d);
}

/* ---- what rows are to each other ------------------------------------------------------------ */

/* Slices of a worker nest, and come in order. The stack has the ends of those that are open. */
static bool slices_nest(const struct trace_log *log)
{
    VEC(uint64_t) open = {0};
    bool good = true;
    for (uint32_t i = 0; i < log->slices.count && good; i++) {
        const struct trace_slice *slice = &log->slices.data[i];
        const struct trace_slice *before = i ? slice - 1 : NULL;
        if (!before || before->worker != slice->worker) {
            good = !before || before->worker < slice->worker;
            open.count = 0;
        } else {
            good = before->begin_ns < slice->begin_ns ||
                   (before->begin_ns == slice->begin_ns && before->end_ns >= slice->end_ns);
        }
        while (open.count && open.data[open.count - 1] <= slice->begin_ns)
            open.count--;
        good &= !open.count || slice->end_ns <= open.data[open.count - 1];
        vec_push(&open, slice->end_ns);
    }
    vec_free(&open);
    return good;
}

/* No job began before what it waited for had ended, nor had its turn. */
static bool jobs_wait(const struct trace_log *log)
{
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        for (uint32_t k = 0; k < job->deps_count; k++)
            if (log->jobs.data[trace_log_deps(log, job)[k]].end_ns > job->ready_ns)
                return false;
    }
    return true;
}

static int by_slot_and_start(const void *left, const void *right)
{
    const struct trace_job *a = *(const struct trace_job *const *)left;
    const struct trace_job *b = *(const struct trace_job *const *)right;
    if (a->slot != b->slot)
        return a->slot < b->slot ? -1 : 1;
    if (a->start_ns != b->start_ns)
        return a->start_ns < b->start_ns ? -1 : 1;
    return (a->end_ns > b->end_ns) - (a->end_ns < b->end_ns);
}

/* No two jobs ran at a time in one slot. */
static bool slots_hold_one(const struct trace_log *log)
{
    const struct trace_job **ran = mem_array(log->jobs.count, sizeof *ran);
    uint32_t count = 0;
    for (uint32_t i = 0; i < log->jobs.count; i++)
        if (log->jobs.data[i].fate == TRACE_RAN)
            ran[count++] = &log->jobs.data[i];
    qsort(ran, count, sizeof *ran, by_slot_and_start);
    bool good = true;
    for (uint32_t i = 1; i < count && good; i++)
        good = ran[i - 1]->slot != ran[i]->slot || ran[i - 1]->end_ns <= ran[i]->start_ns;
    free(ran);
    return good;
}

static void get_log(struct decoder *d)
{
    struct trace_log *log = d->log;
    pack_expect_map(&d->reader, TRACE_KEYS);
    pack_expect_key(&d->reader, "began_ns");
    log->began_ns = pack_read_int(&d->reader);
    log->duration_ns = get_uint(d, "duration_ns");
    get_texts(d);
    log->version = get_text(d, "version");
    log->directory = get_text(d, "directory");
    log->manifest = get_text(d, "manifest");
    log->asked = get_text(d, "asked");
    log->kind = get_text(d, "kind");
    log->full_reason = get_text(d, "full_reason");
    log->outcome = get_text(d, "outcome");
    log->processors = get_u32(d, "processors");
    log->slots = get_u32(d, "slots");
    log->workers = get_u32(d, "workers");
    log->lost_slices = get_uint(d, "lost_slices");
    get_rows(d, "jobs", read_job);
    get_rows(d, "slices", read_slice);
    get_rows(d, "samples", read_sample);
    get_rows(d, "forecasts", read_forecast);
    get_rows(d, "pools", read_pool);
    get_rows(d, "numbers", read_number);
    expect(d, pack_is_done(&d->reader));
}

enum jig_status trace_log_decode(const void *bytes, size_t length, struct trace_log *log,
                                 struct jig_error *error)
{
    struct header header;
    *log = (struct trace_log){0};
    if (length > UINT32_MAX)
        return jig_fail(error, JIG_ERROR_CORRUPT, "it is larger than any trace");
    enum jig_status status = header_read(bytes, length, TRACE_FILE, &header, error);
    if (status)
        return status;
    struct decoder d = {.reader = header.map, .log = log};
    get_log(&d);
    if (!d.reader.failed && !d.wrong && !header.more && header.end == length && slices_nest(log) &&
        jobs_wait(log) && slots_hold_one(log))
        return JIG_OK;
    trace_log_free(log);
    return jig_fail(error, JIG_ERROR_CORRUPT, "it is damaged");
}
