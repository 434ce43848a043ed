/*
 * Writing a trace as Chrome trace event JSON, after "Trace Event Format" (Google, 2016).
 *
 * Times are in µs and may have a fraction, so ns are kept exactly. All lanes are threads of one
 * process: workers are numbered from 1, slots from SLOT_TID, and metadata says so.
 */
#include "scheduler/trace.h"

#include "engine/base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOT_TID 1001

struct writer {
    FILE *file;
    uint64_t origin_ns; /* when the earliest slice began */
    bool comma;         /* an event has been written before */
};

/* Text that is not UTF-8 (file names may be anything) goes byte by byte, as if it were Latin-1. */
static json_t *json_text(const char *text)
{
    json_t *string = json_string(text);
    if (string)
        return string;
    struct buf utf8 = {0};
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c < 0x80) {
            buf_append_char(&utf8, (char)*c);
        } else {
            buf_append_char(&utf8, (char)(0xc0 | *c >> 6));
            buf_append_char(&utf8, (char)(0x80 | (*c & 0x3f)));
        }
    }
    string = json_string(buf_cstr(&utf8));
    buf_free(&utf8);
    return string;
}

static void put_text(struct writer *w, const char *key, const char *text)
{
    json_t *string = json_text(text);
    fprintf(w->file, "\"%s\":", key);
    json_dumpf(string, w->file, JSON_ENCODE_ANY);
    json_decref(string);
}

static void put_time(struct writer *w, const char *key, uint64_t ns)
{
    fprintf(w->file, "\"%s\":%" PRIu64 ".%03u,", key, ns / 1000, (unsigned)(ns % 1000));
}

static void begin_event(struct writer *w, const char *phase, uint32_t tid)
{
    fprintf(w->file, "%s{\"ph\":\"%s\",\"pid\":1,\"tid\":%" PRIu32 ",", w->comma ? ",\n" : "\n",
            phase, tid);
    w->comma = true;
}

static void put_slice(struct writer *w, uint32_t tid, const struct jig_trace_slice *slice,
                      uint64_t end_ns)
{
    begin_event(w, "X", tid);
    put_time(w, "ts", slice->begin_ns - w->origin_ns);
    put_time(w, "dur", end_ns - slice->begin_ns);
    put_text(w, "cat", slice->category ? slice->category : "");
    fputc(',', w->file);
    put_text(w, "name", slice->name ? slice->name : "");
    const char *separator = ",\"args\":{";
    const char *end = "}";
    if (slice->job) {
        fputs(separator, w->file);
        put_text(w, "job", slice->job);
        separator = ",";
        end = "}}";
    }
    if (slice->reason) {
        fputs(separator, w->file);
        put_text(w, "reason", slice->reason);
        separator = ",";
        end = "}}";
    }
    if (slice->has_exit_code) {
        fprintf(w->file, "%s\"exit_code\":%d", separator, slice->exit_code);
        end = "}}";
    }
    fputs(end, w->file);
}

static void put_metadata(struct writer *w, uint32_t tid, const char *what, const char *name)
{
    begin_event(w, "M", tid);
    put_text(w, "name", what);
    fputs(",\"args\":{", w->file);
    put_text(w, "name", name);
    fputs("}}", w->file);
}

static int earlier_then_longer(const void *left, const void *right)
{
    const struct jig_trace_slice *a = left;
    const struct jig_trace_slice *b = right;
    if (a->begin_ns != b->begin_ns)
        return a->begin_ns < b->begin_ns ? -1 : 1;
    return (a->end_ns < b->end_ns) - (a->end_ns > b->end_ns);
}

/*
 * Slices in order of time, so that each comes after those that contain it. One that would stick
 * out of its container (a clock read twice can do that by a few ns) is cut to fit: viewers drop
 * slices that do not nest.
 */
static void put_lane(struct writer *w, const struct trace_lane *lane, const char *kind,
                     uint32_t number, uint32_t tid)
{
    char name[32];
    snprintf(name, sizeof name, "%s %" PRIu32, kind, number);
    put_metadata(w, tid, "thread_name", name);

    uint32_t count = lane->slices.count;
    if (count == 0)
        return;
    struct jig_trace_slice *sorted = mem_array(count, sizeof *sorted);
    memcpy(sorted, lane->slices.data, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, earlier_then_longer);
    VEC(uint64_t) open = {0}; /* ends of the slices that contain the present one */
    for (uint32_t i = 0; i < count; i++) {
        while (open.count && open.data[open.count - 1] <= sorted[i].begin_ns)
            open.count--;
        uint64_t end = sorted[i].end_ns;
        if (open.count && end > open.data[open.count - 1])
            end = open.data[open.count - 1];
        put_slice(w, tid, &sorted[i], end);
        vec_push(&open, end);
    }
    vec_free(&open);
    free(sorted);
}

static uint64_t earliest(const struct trace_lane *lane, uint64_t so_far)
{
    for (uint32_t i = 0; i < lane->slices.count; i++)
        if (lane->slices.data[i].begin_ns < so_far)
            so_far = lane->slices.data[i].begin_ns;
    return so_far;
}

enum jig_status jig_trace_write_chrome(const struct jig_trace *trace, const char *path,
                                       struct jig_error *error)
{
    struct writer w = {.file = fopen(path, "we"), .origin_ns = UINT64_MAX};
    if (!w.file)
        return jig_fail_errno(error, errno, "cannot write %s", path);
    for (uint32_t i = 0; i < trace->worker_count; i++)
        w.origin_ns = earliest(&trace->workers[i].lane, w.origin_ns);
    for (uint32_t i = 0; i < trace->slots.count; i++)
        w.origin_ns = earliest(&trace->slots.data[i], w.origin_ns);

    fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[", w.file);
    put_metadata(&w, 0, "process_name", "jig");
    for (uint32_t i = 0; i < trace->worker_count; i++)
        put_lane(&w, &trace->workers[i].lane, "worker", i, i + 1);
    for (uint32_t i = 0; i < trace->slots.count; i++)
        put_lane(&w, &trace->slots.data[i], "slot", i, i + SLOT_TID);
    fputs("\n]}\n", w.file);

    bool failed = ferror(w.file);
    int errnum = errno;
    if (fclose(w.file) != 0 && !failed) {
        failed = true;
        errnum = errno;
    }
    return failed ? jig_fail_errno(error, errnum, "cannot write %s", path) : JIG_OK;
}
