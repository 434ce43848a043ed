#include "tools/trace/chrome.h"

#include "tools/trace/analysis.h"
#include "tools/trace/chrome_event.h"
#include "tools/trace/words.h"

#include <stdlib.h>

/* Workers are numbered from 1, slots from here, or after the workers if there are so many. */
enum { FIRST_SLOT_TID = 1001 };

static uint64_t slot_tid(const struct trace_log *log, uint32_t slot)
{
    uint64_t workers = (uint64_t)log->workers + 1;
    return (workers < FIRST_SLOT_TID ? FIRST_SLOT_TID : workers) + slot;
}

static void put_times(struct chrome_writer *w, uint64_t begin_ns, uint64_t end_ns)
{
    chrome_time(w, "ts", begin_ns);
    chrome_time(w, "dur", end_ns - begin_ns);
}

static void put_workers(struct chrome_writer *w, const struct trace_log *log)
{
    for (uint32_t i = 0; i < log->slices.count; i++) {
        const struct trace_slice *slice = &log->slices.data[i];
        uint64_t tid = (uint64_t)slice->worker + 1;
        if (!i || slice[-1].worker != slice->worker)
            chrome_thread(w, tid, "worker", slice->worker);
        chrome_begin(w, "X", tid);
        put_times(w, slice->begin_ns, slice->end_ns);
        chrome_text(w, "cat", trace_log_str(log, slice->category));
        fputc(',', w->file);
        chrome_text(w, "name", trace_log_str(log, slice->name));
        fputc('}', w->file);
    }
}

/* ---- jobs ----------------------------------------------------------------------------------- */

static void put_job(struct chrome_writer *w, const struct trace_log *log,
                    const struct trace_job *job)
{
    struct buf reason = {0};
    chrome_begin(w, "X", slot_tid(log, job->slot));
    put_times(w, job->start_ns, job->end_ns);
    fputs("\"cat\":\"job\",", w->file);
    chrome_text(w, "name", trace_log_str(log, job->rule));
    fputs(",\"args\":{", w->file);
    chrome_text(w, "job", trace_log_str(log, job->output));
    if (job->reason) {
        trace_reason(log, job, &reason);
        fputc(',', w->file);
        chrome_text(w, "reason", buf_cstr(&reason));
    }
    fprintf(w->file, ",\"exit_code\":%" PRId32 ",\"waited_ms\":%.3f", job->exit_code,
            (double)(job->start_ns - job->ready_ns) / 1e6);
    if (job->pool) {
        fputc(',', w->file);
        chrome_text(w, "pool", trace_log_str(log, job->pool));
    }
    if (job->expected_ms)
        fprintf(w->file, ",\"expected_ms\":%" PRIu32, job->expected_ms);
    fprintf(w->file, ",\"user_ms\":%.3f,\"system_ms\":%.3f", (double)job->user_ns / 1e6,
            (double)job->system_ns / 1e6);
    if (job->peak_rss)
        fprintf(w->file, ",\"peak_rss\":%" PRIu64, job->peak_rss);
    fprintf(w->file, ",\"read_bytes\":%" PRIu64 ",\"written_bytes\":%" PRIu64 "}}", job->read_bytes,
            job->written_bytes);
    buf_free(&reason);
}

/* [job] which of the jobs that ran and that it waited for, directly or through such that did not
 * run, ended last; TRACE_NO_JOB when none did. */
static uint32_t *find_gates(const struct trace_log *log)
{
    uint32_t *gates = mem_array(log->jobs.count, sizeof *gates);
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        gates[i] = TRACE_NO_JOB;
        for (uint32_t k = 0; k < job->deps_count; k++) {
            uint32_t dep = trace_log_deps(log, job)[k];
            if (log->jobs.data[dep].fate != TRACE_RAN)
                dep = gates[dep];
            if (dep != TRACE_NO_JOB &&
                (gates[i] == TRACE_NO_JOB ||
                 log->jobs.data[dep].end_ns > log->jobs.data[gates[i]].end_ns))
                gates[i] = dep;
        }
    }
    return gates;
}

/* An arrow between two slices. Each of its ends belongs to the slice that is open at that time, so
 * that the first one has to be before the slice is over. */
static void put_arrow(struct chrome_writer *w, const struct trace_log *log, uint32_t from,
                      uint32_t to)
{
    const struct trace_job *gate = &log->jobs.data[from];
    const struct trace_job *job = &log->jobs.data[to];
    uint64_t leaves_ns = gate->end_ns > gate->start_ns ? gate->end_ns - 1 : gate->end_ns;
    chrome_begin(w, "s", slot_tid(log, gate->slot));
    chrome_time(w, "ts", leaves_ns);
    fprintf(w->file, "\"cat\":\"dependency\",\"name\":\"dependency\",\"id\":%" PRIu32 "}", to);
    chrome_begin(w, "f", slot_tid(log, job->slot));
    chrome_time(w, "ts", job->start_ns);
    fprintf(w->file,
            "\"bp\":\"e\",\"cat\":\"dependency\",\"name\":\"dependency\",\"id\":%" PRIu32 "}", to);
}

/* Where a job stands among the slices. */
struct place {
    uint64_t start_ns;
    uint64_t end_ns;
    uint32_t slot;
    uint32_t job;
};

static int by_slot_and_time(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    if (a->slot != b->slot)
        return a->slot < b->slot ? -1 : 1;
    if (a->start_ns != b->start_ns)
        return a->start_ns < b->start_ns ? -1 : 1;
    return (a->end_ns > b->end_ns) - (a->end_ns < b->end_ns);
}

static struct place *list_places(const struct trace_log *log, uint32_t *count)
{
    struct place *places = mem_array(log->jobs.count, sizeof *places);
    *count = 0;
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        if (job->fate == TRACE_RAN)
            places[(*count)++] = (struct place){job->start_ns, job->end_ns, job->slot, i};
    }
    qsort(places, *count, sizeof *places, by_slot_and_time);
    return places;
}

static void put_slots(struct chrome_writer *w, const struct trace_log *log)
{
    uint32_t count;
    struct place *places = list_places(log, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!i || places[i - 1].slot != places[i].slot)
            chrome_thread(w, slot_tid(log, places[i].slot), "slot", places[i].slot);
        put_job(w, log, &log->jobs.data[places[i].job]);
    }
    uint32_t *gates = find_gates(log);
    for (uint32_t i = 0; i < count; i++)
        if (gates[places[i].job] != TRACE_NO_JOB)
            put_arrow(w, log, gates[places[i].job], places[i].job);
    free(gates);
    free(places);
}

void trace_chrome_write(const struct trace_log *log, FILE *to)
{
    struct chrome_writer w = {.file = to};
    fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[", to);
    chrome_begin(&w, "M", 0);
    fputs("\"name\":\"process_name\",\"args\":{\"name\":\"jig\"}}", to);
    put_workers(&w, log);
    put_slots(&w, log);
    chrome_counters(&w, log);
    fputs("\n]}\n", to);
}
