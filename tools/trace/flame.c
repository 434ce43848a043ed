#include "tools/trace/flame.h"

#include "tools/trace/self_time.h"

#include <inttypes.h>

enum { DEEPEST = 100 };

static void put_name(const char *name, size_t length, FILE *to)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        fputc(c == ';' ? ':' : c < ' ' || c == 0x7f ? '?' : c, to);
    }
}

static void put_str(const char *name, FILE *to)
{
    put_name(name, strlen(name), to);
}

struct engine_flame {
    const struct trace_log *log;
    FILE *to;
};

static void put_stretch(void *context, const struct trace_stretch *stretch)
{
    const struct engine_flame *flame = context;
    const struct trace_slice *slices = flame->log->slices.data;
    uint64_t us = (stretch->end_ns - stretch->begin_ns) / 1000;
    if (!us)
        return;
    fprintf(flame->to, "engine;worker %" PRIu32, slices[stretch->slices[0]].worker);
    for (uint32_t i = 0; i < stretch->depth && i < DEEPEST; i++) {
        fputc(';', flame->to);
        put_str(trace_log_str(flame->log, slices[stretch->slices[i]].name), flame->to);
    }
    fprintf(flame->to, " %" PRIu64 "\n", us);
}

static void put_job(const struct trace_log *log, const struct trace_job *job, FILE *to)
{
    const char *path = trace_log_str(log, job->output);
    const char *rule = trace_log_str(log, job->rule);
    uint64_t us = (job->end_ns - job->start_ns) / 1000;
    if (!us)
        return;
    fputs("jobs;", to);
    put_str(*rule ? rule : "?", to);
    if (*path == '/') {
        fputs(";/", to); /* the folder that absolute paths begin in */
        path++;
    }
    for (uint32_t depth = 0; *path; depth++) {
        size_t length = depth < DEEPEST ? strcspn(path, "/") : strlen(path);
        if (length) {
            fputc(';', to);
            put_name(path, length, to);
        }
        path += length + (path[length] == '/');
    }
    fprintf(to, " %" PRIu64 "\n", us);
}

void trace_flame_write(const struct trace_log *log, FILE *to)
{
    struct engine_flame flame = {log, to};
    trace_each_stretch(log, put_stretch, &flame);
    for (uint32_t i = 0; i < log->jobs.count; i++)
        if (log->jobs.data[i].fate == TRACE_RAN)
            put_job(log, &log->jobs.data[i], to);
}
