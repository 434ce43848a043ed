/*
 * What is measured of a build, and the series of it. docs/reference/metrics.md explains each.
 */
#ifndef PERF_SAMPLES_H
#define PERF_SAMPLES_H

#include "engine/base/memory.h"
#include "tools/perf/launch.h"

#include <jansson.h>

enum metric {
    METRIC_WALL_MS,
    METRIC_USER_MS,
    METRIC_SYSTEM_MS,
    METRIC_PEAK_RSS_BYTES,
    METRIC_DISCOVERY_CPU_MS,
    METRIC_DAEMON_RSS_BYTES,
    METRIC_FROM_STATS, /* from here on, what `jig build --stats=json` says */
    METRIC_WALK_MS = METRIC_FROM_STATS,
    METRIC_DISCOVER_MS,
    METRIC_LOAD_MS,
    METRIC_SCAN_MS,
    METRIC_PLAN_MS,
    METRIC_RUN_MS,
    METRIC_SAVE_MS,
    METRIC_ENGINE_MS,
    METRIC_FILES,
    METRIC_FILES_WALKED,
    METRIC_FILES_STATTED,
    METRIC_FILES_OPENED,
    METRIC_FILES_HASHED,
    METRIC_BYTES_HASHED,
    METRIC_FOLDERS_STATTED,
    METRIC_FOLDERS_READ,
    METRIC_FILES_HIT,
    METRIC_FILES_MISSED,
    METRIC_FILES_SKIPPED,
    METRIC_HIT_RATIO,        /* computed from hits and misses */
    METRIC_SYSCALLS_AVOIDED, /* computed from what was not read, because it stood as recorded */
    METRIC_MODULES,
    METRIC_JOBS,
    METRIC_JOBS_WANTED,
    METRIC_JOBS_RUN,
    METRIC_JOBS_PASSED,
    METRIC_OUTPUTS_WRITTEN,
    METRIC_OUTPUTS_KEPT,
    METRICS,
};

/* As in metrics.json: its ending is its unit, and without one it is a number of things. */
const char *metric_name(enum metric metric);

/* One build. NaN: not known, because that jig does not tell or the scenario has no such thing. */
struct sample {
    double values[METRICS];
};

/* Knows nothing yet. */
struct sample sample_unknown(void);
void sample_take_usage(struct sample *sample, const struct usage *usage);
/* From the object that `--stats=json` prints. */
void sample_take_stats(struct sample *sample, const json_t *stats);

/* The samples of one scenario, or why there are none. */
struct series {
    VEC(struct sample) samples;
    char *skipped; /* NULL: it was not */
};
void series_free(struct series *series);

/*
 * A new object: {NAME: {"samples", "min", "median", "max", "mean", "stddev"}, …} with all metrics
 * that are known of every sample.
 */
json_t *series_json(const struct series *series);

#endif
