#include "tools/perf/samples.h"

#include "tools/perf/statistics.h"

#include <math.h>
#include <stdlib.h>

/* Where each comes from; `key` NULL: not from the statistics as they are. */
static const struct {
    const char *name;
    const char *key;
    double scale;
} metrics[METRICS] = {
    [METRIC_WALL_MS] = {"wall_ms", NULL, 1},
    [METRIC_USER_MS] = {"user_ms", NULL, 1},
    [METRIC_SYSTEM_MS] = {"system_ms", NULL, 1},
    [METRIC_PEAK_RSS_BYTES] = {"peak_rss_bytes", NULL, 1},
    [METRIC_DISCOVERY_CPU_MS] = {"discovery_cpu_ms", NULL, 1},
    [METRIC_DAEMON_RSS_BYTES] = {"daemon_rss_bytes", NULL, 1},
    [METRIC_WALK_MS] = {"walk_ms", "walk_ns", 1e-6},
    [METRIC_DISCOVER_MS] = {"discover_ms", "discover_ns", 1e-6},
    [METRIC_LOAD_MS] = {"load_ms", "load_ns", 1e-6},
    [METRIC_SCAN_MS] = {"scan_ms", "scan_ns", 1e-6},
    [METRIC_PLAN_MS] = {"plan_ms", "plan_ns", 1e-6},
    [METRIC_RUN_MS] = {"run_ms", "run_ns", 1e-6},
    [METRIC_SAVE_MS] = {"save_ms", "save_ns", 1e-6},
    [METRIC_ENGINE_MS] = {"engine_ms", "engine_ns", 1e-6},
    [METRIC_FILES] = {"files", "files", 1},
    [METRIC_FILES_WALKED] = {"files_walked", "files_walked", 1},
    [METRIC_FILES_STATTED] = {"files_statted", "files_statted", 1},
    [METRIC_FILES_OPENED] = {"files_opened", "files_opened", 1},
    [METRIC_FILES_HASHED] = {"files_hashed", "files_hashed", 1},
    [METRIC_BYTES_HASHED] = {"bytes_hashed", "bytes_hashed", 1},
    [METRIC_FOLDERS_STATTED] = {"folders_statted", "folders_statted", 1},
    [METRIC_FOLDERS_READ] = {"folders_read", "folders_read", 1},
    [METRIC_FILES_HIT] = {"files_hit", "files_hit", 1},
    [METRIC_FILES_MISSED] = {"files_missed", "files_missed", 1},
    [METRIC_FILES_SKIPPED] = {"files_skipped", "files_skipped", 1},
    [METRIC_HIT_RATIO] = {"hit_ratio", NULL, 1},
    [METRIC_SYSCALLS_AVOIDED] = {"syscalls_avoided", NULL, 1},
    [METRIC_MODULES] = {"modules", "modules", 1},
    [METRIC_JOBS] = {"jobs", "jobs", 1},
    [METRIC_JOBS_WANTED] = {"jobs_wanted", "jobs_wanted", 1},
    [METRIC_JOBS_RUN] = {"jobs_run", "jobs_run", 1},
    [METRIC_JOBS_PASSED] = {"jobs_passed", "jobs_passed", 1},
    [METRIC_OUTPUTS_WRITTEN] = {"outputs_written", "outputs_written", 1},
    [METRIC_OUTPUTS_KEPT] = {"outputs_kept", "outputs_kept", 1},
};

const char *metric_name(enum metric metric)
{
    return metrics[metric].name;
}

struct sample sample_unknown(void)
{
    struct sample sample;
    for (uint32_t i = 0; i < METRICS; i++)
        sample.values[i] = NAN;
    return sample;
}

void sample_take_usage(struct sample *sample, const struct usage *usage)
{
    sample->values[METRIC_WALL_MS] = usage->wall_ms;
    sample->values[METRIC_USER_MS] = usage->user_ms;
    sample->values[METRIC_SYSTEM_MS] = usage->system_ms;
    sample->values[METRIC_PEAK_RSS_BYTES] = (double)usage->peak_rss_bytes;
}

/* For a file that is not read: open, read and close. For a folder: one read more, for its end. */
static double syscalls_avoided(const struct sample *sample)
{
    enum { A_FILE = 3, A_FOLDER = 4 };
    const double *values = sample->values;
    return A_FILE * values[METRIC_FILES_HIT] +
           A_FOLDER * (values[METRIC_FOLDERS_STATTED] - values[METRIC_FOLDERS_READ]);
}

void sample_take_stats(struct sample *sample, const json_t *stats)
{
    for (uint32_t i = METRIC_FROM_STATS; i < METRICS; i++) {
        const json_t *value = metrics[i].key ? json_object_get(stats, metrics[i].key) : NULL;
        if (json_is_number(value))
            sample->values[i] = json_number_value(value) * metrics[i].scale;
    }
    double hits = sample->values[METRIC_FILES_HIT];
    double looked = hits + sample->values[METRIC_FILES_MISSED];
    sample->values[METRIC_HIT_RATIO] = looked > 0 ? hits / looked : NAN;
    sample->values[METRIC_SYSCALLS_AVOIDED] = syscalls_avoided(sample);
}

void series_free(struct series *series)
{
    vec_free(&series->samples);
    free(series->skipped);
    *series = (struct series){0};
}

static json_t *metric_json(const double *values, uint32_t count)
{
    struct summary s = summarize(values, count);
    json_t *samples = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(samples, json_real(values[i]));
    return json_pack("{s:o, s:f, s:f, s:f, s:f, s:f}", "samples", samples, "min", s.min, "median",
                     s.median, "max", s.max, "mean", s.mean, "stddev", s.deviation);
}

json_t *series_json(const struct series *series)
{
    json_t *object = json_object();
    uint32_t count = series->samples.count;
    double *values = mem_array(count, sizeof *values);
    for (uint32_t metric = 0; metric < METRICS; metric++) {
        bool known = count > 0;
        for (uint32_t i = 0; i < count; i++) {
            values[i] = series->samples.data[i].values[metric];
            known &= !isnan(values[i]);
        }
        if (known)
            json_object_set_new(object, metrics[metric].name, metric_json(values, count));
    }
    free(values);
    return object;
}
