/*
 * A log as MessagePack: a map with a key for each field of struct trace_log, in a fixed order. Jobs
 * and the like are arrays of numbers; texts are named by their place in the array "texts".
 */
#include "engine/trace/format.h"
#include "engine/trace/log.h"

static void put_uint(msgpack_packer *to, const char *key, uint64_t value)
{
    pack_write_str(to, key);
    msgpack_pack_uint64(to, value);
}

static void put_array(msgpack_packer *to, const char *key, uint32_t count)
{
    pack_write_str(to, key);
    msgpack_pack_array(to, count);
}

/* An array of numbers. */
static void put_numbers(msgpack_packer *to, const uint64_t *numbers, uint32_t count)
{
    msgpack_pack_array(to, count);
    for (uint32_t i = 0; i < count; i++)
        msgpack_pack_uint64(to, numbers[i]);
}

/* Bytes and not strings: a path need not be UTF-8. */
static void put_texts(msgpack_packer *to, const struct trace_log *log)
{
    put_array(to, "texts", log->offsets.count);
    for (trace_text name = 1; name <= log->offsets.count; name++) {
        const char *text = trace_log_str(log, name);
        pack_write_bin(to, text, (uint32_t)strlen(text));
    }
}

static void put_job(msgpack_packer *to, const struct trace_log *log, const struct trace_job *job)
{
    msgpack_pack_array(to, TRACE_JOB_FIELDS);
    msgpack_pack_uint32(to, job->output);
    msgpack_pack_uint32(to, job->rule);
    msgpack_pack_uint32(to, job->pool);
    msgpack_pack_uint32(to, job->reason);
    msgpack_pack_uint32(to, job->reason_file);
    msgpack_pack_uint32(to, job->fate);
    msgpack_pack_uint32(to, job->slot);
    msgpack_pack_uint32(to, job->expected_ms);
    msgpack_pack_int32(to, job->exit_code);
    /* Differences are small, and small numbers take one byte. */
    msgpack_pack_uint64(to, job->ready_ns);
    msgpack_pack_uint64(to, job->start_ns - job->ready_ns);
    msgpack_pack_uint64(to, job->end_ns - job->start_ns);
    msgpack_pack_uint64(to, job->user_ns);
    msgpack_pack_uint64(to, job->system_ns);
    msgpack_pack_uint64(to, job->peak_rss);
    msgpack_pack_uint64(to, job->read_bytes);
    msgpack_pack_uint64(to, job->written_bytes);
    msgpack_pack_array(to, job->deps_count);
    for (uint32_t i = 0; i < job->deps_count; i++)
        msgpack_pack_uint32(to, trace_log_deps(log, job)[i]);
}

static void put_rows(msgpack_packer *to, const struct trace_log *log)
{
    put_array(to, "jobs", log->jobs.count);
    for (uint32_t i = 0; i < log->jobs.count; i++)
        put_job(to, log, &log->jobs.data[i]);
    put_array(to, "slices", log->slices.count);
    for (uint32_t i = 0; i < log->slices.count; i++) {
        const struct trace_slice *s = &log->slices.data[i];
        const uint64_t fields[TRACE_SLICE_FIELDS] = {s->worker, s->category, s->name, s->begin_ns,
                                                     s->end_ns - s->begin_ns};
        put_numbers(to, fields, TRACE_SLICE_FIELDS);
    }
    put_array(to, "samples", log->samples.count);
    for (uint32_t i = 0; i < log->samples.count; i++) {
        const struct trace_sample *s = &log->samples.data[i];
        const uint64_t fields[TRACE_SAMPLE_FIELDS] = {s->time_ns, s->busy_ns, s->available_bytes};
        put_numbers(to, fields, TRACE_SAMPLE_FIELDS);
    }
    put_array(to, "forecasts", log->forecasts.count);
    for (uint32_t i = 0; i < log->forecasts.count; i++) {
        const struct trace_forecast *f = &log->forecasts.data[i];
        put_numbers(to, (const uint64_t[]){f->time_ns, f->end_ns}, TRACE_FORECAST_FIELDS);
    }
    put_array(to, "pools", log->pools.count);
    for (uint32_t i = 0; i < log->pools.count; i++) {
        const struct trace_pool *p = &log->pools.data[i];
        put_numbers(to, (const uint64_t[]){p->name, p->depth}, TRACE_PAIR_FIELDS);
    }
    put_array(to, "numbers", log->numbers.count);
    for (uint32_t i = 0; i < log->numbers.count; i++) {
        const struct trace_number *n = &log->numbers.data[i];
        put_numbers(to, (const uint64_t[]){n->name, n->value}, TRACE_PAIR_FIELDS);
    }
}

void trace_log_encode(const struct trace_log *log, struct buf *out)
{
    struct buf map = {0};
    msgpack_packer to = pack_writer(&map);
    msgpack_pack_map(&to, TRACE_KEYS);
    pack_write_str(&to, "began_ns");
    msgpack_pack_int64(&to, log->began_ns);
    put_uint(&to, "duration_ns", log->duration_ns);
    put_texts(&to, log);
    put_uint(&to, "version", log->version);
    put_uint(&to, "directory", log->directory);
    put_uint(&to, "manifest", log->manifest);
    put_uint(&to, "asked", log->asked);
    put_uint(&to, "kind", log->kind);
    put_uint(&to, "full_reason", log->full_reason);
    put_uint(&to, "outcome", log->outcome);
    put_uint(&to, "processors", log->processors);
    put_uint(&to, "slots", log->slots);
    put_uint(&to, "workers", log->workers);
    put_uint(&to, "lost_slices", log->lost_slices);
    put_rows(&to, log);
    header_write(out, TRACE_FILE, &map, 0);
    buf_free(&map);
}
