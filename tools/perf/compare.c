#include "tools/perf/compare.h"

#include "tools/perf/metrics.h"
#include "tools/perf/scenario.h"

#include <math.h>
#include <stdlib.h>

static const enum metric compared[] = {METRIC_WALL_MS, METRIC_PEAK_RSS_BYTES};

/* NULL when one of them has no samples. */
static json_t *compare_one(const json_t *before, const json_t *now, const char *scenario,
                           enum metric metric)
{
    const char *name = metric_name(metric);
    uint32_t before_count, now_count;
    json_t *row = NULL;
    double *b = metrics_samples(before, scenario, name, &before_count);
    double *n = metrics_samples(now, scenario, name, &now_count);
    if (b && n) {
        struct comparison c = compare_samples(b, before_count, n, now_count);
        row = json_pack("{s:s, s:s, s:f, s:f, s:o, s:f, s:s}", "scenario", scenario, "metric", name,
                        "before", c.before, "now", c.now, "ratio",
                        isfinite(c.ratio) ? json_real(c.ratio) : json_null(), "p", c.p, "verdict",
                        verdict_name(c.verdict));
    }
    free(b);
    free(n);
    return row;
}

json_t *compare_metrics(const json_t *before, const json_t *now)
{
    json_t *rows = json_array();
    for (uint32_t scenario = 0; scenario < SCENARIOS; scenario++) {
        for (size_t i = 0; i < sizeof compared / sizeof *compared; i++) {
            json_t *row = compare_one(before, now, scenario_name(scenario), compared[i]);
            if (row)
                json_array_append_new(rows, row);
        }
    }
    return rows;
}

enum verdict compare_worst(const json_t *rows)
{
    enum verdict worst = VERDICT_SAME;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(rows, i), "verdict"));
        for (enum verdict v = VERDICT_WARN; v <= VERDICT_FAIL; v++) {
            if (strcmp(name, verdict_name(v)) == 0 && v > worst)
                worst = v;
        }
    }
    return worst;
}

static double number_of(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    return json_is_number(value) ? json_number_value(value) : INFINITY;
}

void compare_print(const json_t *rows, FILE *to)
{
    const double mib = 1 << 20;
    fprintf(to, "%-10s %-12s %12s %12s %8s %8s  %s\n", "", "", "before", "now", "ratio", "p", "");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *metric = json_string_value(json_object_get(row, "metric"));
        bool memory = strcmp(metric, metric_name(METRIC_PEAK_RSS_BYTES)) == 0;
        double unit = memory ? mib : 1;
        fprintf(to, "%-10s %-12s %12.2f %12.2f %8.3f %8.4f  %s\n",
                json_string_value(json_object_get(row, "scenario")),
                memory ? "memory, MiB" : "wall, ms", number_of(row, "before") / unit,
                number_of(row, "now") / unit, number_of(row, "ratio"), number_of(row, "p"),
                json_string_value(json_object_get(row, "verdict")));
    }
}
