#include "bench/measure.h"

#include "engine/base/memory.h"
#include "tools/perf/launch.h"
#include "tools/perf/statistics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn static void die(const char *what, const char *who)
{
    fprintf(stderr, "bench: %s: %s\n", who, what);
    exit(1);
}

struct sample measure_command(const char *const *argv, const char *directory, const char *log)
{
    struct usage usage;
    int out = open(log ? log : "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    const struct launch launch = {.argv = argv, .directory = directory, .out = out};
    int errnum = out < 0 ? errno : launch_run(&launch, &usage);
    if (errnum)
        die(strerror(errnum), argv[0]);
    if (usage.status != 0)
        die("failed", argv[0]);
    close(out);
    return (struct sample){
        .wall_ms = usage.wall_ms,
        .cpu_ms = usage.user_ms + usage.system_ms,
        .rss_mib = (double)usage.peak_rss_bytes / (1 << 20),
    };
}

struct bench_folder bench_folder(const char *given)
{
    const char *place = getenv("TMPDIR");
    char template[4096];
    if (given)
        return (struct bench_folder){.path = given};
    snprintf(template, sizeof template, "%s/jig-bench-XXXXXX", place && *place ? place : "/tmp");
    if (!mkdtemp(template))
        die(strerror(errno), template);
    return (struct bench_folder){.path = mem_strndup(template, strlen(template)),
                                 .is_temporary = true};
}

void bench_folder_done(struct bench_folder *folder)
{
    if (!folder->is_temporary)
        return;
    const char *const cleanup[] = {"rm", "-rf", folder->path, NULL};
    if (chdir("/") < 0)
        perror("/");
    measure_command(cleanup, "/", NULL);
    free((char *)(uintptr_t)folder->path);
    *folder = (struct bench_folder){0};
}

void series_add(struct series *series, struct sample sample)
{
    if (series->count == series->capacity) {
        series->capacity = series->capacity ? series->capacity * 2 : 16;
        series->samples = mem_realloc(series->samples, series->capacity * sizeof *series->samples);
    }
    series->samples[series->count++] = sample;
}

void series_free(struct series *series)
{
    free(series->samples);
    *series = (struct series){0};
}

static double value_of(struct sample sample, enum series_field field)
{
    switch (field) {
    case SERIES_WALL_MS:
        return sample.wall_ms;
    case SERIES_CPU_MS:
        return sample.cpu_ms;
    case SERIES_RSS_MIB:
        return sample.rss_mib;
    }
    return 0;
}

static struct summary summary_of(const struct series *series, enum series_field field)
{
    double *values = mem_array(series->count, sizeof *values);
    for (uint32_t i = 0; i < series->count; i++)
        values[i] = value_of(series->samples[i], field);
    struct summary summary = summarize(values, series->count);
    free(values);
    return summary;
}

double series_median(const struct series *series, enum series_field field)
{
    return summary_of(series, field).median;
}

double series_min(const struct series *series, enum series_field field)
{
    return summary_of(series, field).min;
}

double series_max(const struct series *series, enum series_field field)
{
    return summary_of(series, field).max;
}

static void report_json(FILE *to, const char *benchmark, const struct series *series,
                        const struct series *first)
{
    fprintf(to,
            "{\"benchmark\":\"%s\",\"name\":\"%s\",\"runs\":%u,\"wall_ms\":{\"median\":%.3f,"
            "\"min\":%.3f,\"max\":%.3f},\"cpu_ms\":{\"median\":%.3f},\"rss_mib\":{\"median\":%.2f},"
            "\"wall_ratio\":%.4f,\"rss_ratio\":%.4f}\n",
            benchmark, series->name, series->count, series_median(series, SERIES_WALL_MS),
            series_min(series, SERIES_WALL_MS), series_max(series, SERIES_WALL_MS),
            series_median(series, SERIES_CPU_MS), series_median(series, SERIES_RSS_MIB),
            series_median(series, SERIES_WALL_MS) / series_median(first, SERIES_WALL_MS),
            series_median(series, SERIES_RSS_MIB) / series_median(first, SERIES_RSS_MIB));
}

void series_report(FILE *to, bool json, const char *benchmark, const struct series *series,
                   uint32_t count)
{
    if (!json)
        fprintf(to, "%-14s %-12s %5s %10s %10s %10s %10s %9s %7s %7s\n", "benchmark", "name",
                "runs", "wall ms", "min", "max", "cpu ms", "RSS MiB", "wall x", "RSS x");
    for (uint32_t i = 0; i < count; i++) {
        if (json) {
            report_json(to, benchmark, &series[i], &series[0]);
            continue;
        }
        double wall = series_median(&series[i], SERIES_WALL_MS);
        double rss = series_median(&series[i], SERIES_RSS_MIB);
        fprintf(to, "%-14s %-12s %5u %10.1f %10.1f %10.1f %10.1f %9.1f %7.3f %7.3f\n", benchmark,
                series[i].name, series[i].count, wall, series_min(&series[i], SERIES_WALL_MS),
                series_max(&series[i], SERIES_WALL_MS), series_median(&series[i], SERIES_CPU_MS),
                rss, wall / series_median(&series[0], SERIES_WALL_MS),
                rss / series_median(&series[0], SERIES_RSS_MIB));
    }
    fflush(to);
}

const char *program_beside(const char *name)
{
    static char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0)
        die(strerror(errno), "/proc/self/exe");
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    snprintf(slash + 1, sizeof path - (size_t)(slash + 1 - path), "%s", name);
    return path;
}
