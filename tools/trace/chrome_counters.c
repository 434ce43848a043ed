#include "tools/trace/chrome_event.h"

#include "engine/trace/log.h"

#include <stdlib.h>

/* What a job adds at a moment; taken off again at another. */
struct delta {
    uint64_t time_ns;
    int64_t running;
    int64_t ready;
    uint64_t milli_processors; /* both as differences, modulo 2^64 */
    uint64_t bytes;
};

static int by_time(const void *left, const void *right)
{
    const struct delta *a = left;
    const struct delta *b = right;
    return (a->time_ns > b->time_ns) - (a->time_ns < b->time_ns);
}

/* How many processors the job kept busy on the average, in thousandths. */
static uint64_t milli_processors(const struct trace_job *job)
{
    uint64_t own_ns = job->end_ns - job->start_ns;
    double share = own_ns ? ((double)job->user_ns + (double)job->system_ns) / (double)own_ns : 0;
    const double most = 1e6;
    return (uint64_t)((share < most ? share : most) * 1000);
}

static struct delta *list_deltas(const struct trace_log *log, size_t *count)
{
    struct delta *deltas = mem_array((size_t)log->jobs.count * 3, sizeof *deltas);
    *count = 0;
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        if (job->fate != TRACE_RAN)
            continue;
        uint64_t busy = milli_processors(job);
        deltas[(*count)++] = (struct delta){.time_ns = job->ready_ns, .ready = 1};
        deltas[(*count)++] = (struct delta){job->start_ns, 1, -1, busy, job->peak_rss};
        deltas[(*count)++] = (struct delta){job->end_ns, -1, 0, 0 - busy, 0 - job->peak_rss};
    }
    if (*count)
        qsort(deltas, *count, sizeof *deltas, by_time);
    return deltas;
}

static void begin_counter(struct chrome_writer *w, const char *name, const char *series,
                          uint64_t time_ns)
{
    chrome_begin(w, "C", 0);
    chrome_time(w, "ts", time_ns);
    fprintf(w->file, "\"name\":\"%s\",\"args\":{\"%s\":", name, series);
}

static void put_count(struct chrome_writer *w, const char *name, const char *series,
                      uint64_t time_ns, uint64_t value)
{
    begin_counter(w, name, series, time_ns);
    fprintf(w->file, "%" PRIu64 "}}", value);
}

static void put_processors(struct chrome_writer *w, uint64_t time_ns, uint64_t milli)
{
    begin_counter(w, "CPU", "processors", time_ns);
    fprintf(w->file, "%" PRIu64 ".%03u}}", milli / 1000, (unsigned)(milli % 1000));
}

/* `now` holds the sums; what is different from `before` is written. */
static void put_sums(struct chrome_writer *w, const struct delta *now, const struct delta *before,
                     bool processors)
{
    if (now->running != before->running)
        put_count(w, "running jobs", "jobs", now->time_ns, (uint64_t)now->running);
    if (now->ready != before->ready)
        put_count(w, "ready jobs", "jobs", now->time_ns, (uint64_t)now->ready);
    if (processors && now->milli_processors != before->milli_processors)
        put_processors(w, now->time_ns, now->milli_processors);
    if (now->bytes != before->bytes)
        put_count(w, "memory of jobs, at most", "bytes", now->time_ns, now->bytes);
}

static void put_job_counters(struct chrome_writer *w, const struct trace_log *log, bool processors)
{
    size_t count;
    struct delta *deltas = list_deltas(log, &count);
    struct delta sums = {0};
    for (size_t i = 0; i < count;) {
        const struct delta before = sums;
        sums.time_ns = deltas[i].time_ns;
        for (; i < count && deltas[i].time_ns == sums.time_ns; i++) {
            sums.running += deltas[i].running;
            sums.ready += deltas[i].ready;
            sums.milli_processors += deltas[i].milli_processors;
            sums.bytes += deltas[i].bytes;
        }
        put_sums(w, &sums, &before, processors);
    }
    free(deltas);
}

/* Between two samples, how many processors were busy. */
static uint64_t busy_between(const struct trace_sample *a, const struct trace_sample *b)
{
    if (b->time_ns == a->time_ns || b->busy_ns < a->busy_ns)
        return 0;
    double busy = (double)(b->busy_ns - a->busy_ns) / (double)(b->time_ns - a->time_ns);
    const double most = 1e6;
    return (uint64_t)((busy < most ? busy : most) * 1000);
}

static void put_sample_counters(struct chrome_writer *w, const struct trace_log *log)
{
    for (uint32_t i = 0; i < log->samples.count; i++) {
        const struct trace_sample *sample = &log->samples.data[i];
        put_count(w, "memory available", "bytes", sample->time_ns, sample->available_bytes);
        if (i + 1 < log->samples.count)
            put_processors(w, sample->time_ns, busy_between(sample, sample + 1));
    }
}

void chrome_counters(struct chrome_writer *w, const struct trace_log *log)
{
    /* What the machine says is better than what is known of the jobs only when they are over. */
    put_job_counters(w, log, log->samples.count < 2);
    put_sample_counters(w, log);
}
