/*
 * metrics.json: what a run has measured, for people and programs. docs/reference/metrics.md
 * describes it.
 */
#ifndef PERF_METRICS_H
#define PERF_METRICS_H

#include "tools/perf/side.h"

#include <time.h>

enum { METRICS_VERSION = 1 };

/* What the samples of a side come from. */
struct provenance {
    time_t started;
    uint32_t iterations;
    const bool *wanted; /* [SCENARIOS] */
    json_t *jig;        /* see machine_jig_json; the caller's */
    json_t *machine;    /* see machine_json; the caller's */
};

/* A new reference. */
json_t *metrics_json(const struct side *side, const struct provenance *provenance);

/* Writes `object`, making the folders above `path`. */
enum jig_status metrics_write(const json_t *object, const char *path, struct jig_error *error);
/* Reads a metrics.json and checks that it is one. A new reference in *object; NULL on failure. */
enum jig_status metrics_read(const char *path, json_t **object, struct jig_error *error);

/*
 * The samples of a metric, `scenario` as it is named, in a new array; NULL when there are none, and
 * when one is not a finite number of at least 0.
 */
double *metrics_samples(const json_t *metrics, const char *scenario, const char *metric,
                        uint32_t *count);
/* Its median; NaN when there are no samples. */
double metrics_median(const json_t *metrics, const char *scenario, enum metric metric);

#endif
