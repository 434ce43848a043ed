#include "tools/perf/report.h"

#include "tools/perf/metrics.h"
#include "tools/perf/scenario.h"
#include "tools/perf/targets.h"

#include <math.h>

static const json_t *metric_of(const json_t *of, enum metric metric)
{
    return json_object_get(json_object_get(of, "metrics"), metric_name(metric));
}

static double figure(const json_t *of, enum metric metric, const char *which)
{
    const json_t *value = json_object_get(metric_of(of, metric), which);
    return value ? json_number_value(value) : NAN;
}

/* A number, or a dash for one that is not known. */
static void put(FILE *to, int width, int decimals, double value)
{
    if (isfinite(value))
        fprintf(to, " %*.*f", width, decimals, value);
    else
        fprintf(to, " %*s", width, "-");
}

static void print_row(const char *name, const json_t *of, double cold_ms, FILE *to)
{
    const double mib = 1 << 20;
    double wall = figure(of, METRIC_WALL_MS, "median");
    fprintf(to, "%-10s", name);
    put(to, 9, 1, wall);
    put(to, 8, 1, figure(of, METRIC_WALL_MS, "min"));
    put(to, 8, 1, figure(of, METRIC_WALL_MS, "max"));
    put(to, 8, 1, figure(of, METRIC_USER_MS, "median") + figure(of, METRIC_SYSTEM_MS, "median"));
    put(to, 8, 1, figure(of, METRIC_DISCOVERY_CPU_MS, "median"));
    put(to, 7, 1, figure(of, METRIC_PEAK_RSS_BYTES, "median") / mib);
    put(to, 7, 3, wall / cold_ms);
    put(to, 7, 0, figure(of, METRIC_JOBS_RUN, "median"));
    put(to, 7, 0, figure(of, METRIC_FILES_HASHED, "median"));
    put(to, 6, 1, figure(of, METRIC_HIT_RATIO, "median") * 100);
    fputc('\n', to);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "?";
}

static void print_head(const json_t *metrics, FILE *to)
{
    const json_t *subject = json_object_get(metrics, "project");
    const json_t *jig = json_object_get(metrics, "jig");
    fprintf(to, "%s: %lld modules; jig %s", text_of(subject, "name"),
            (long long)json_integer_value(json_object_get(subject, "modules")),
            text_of(jig, "version"));
    if (json_is_string(json_object_get(jig, "commit")))
        fprintf(to, ", %.12s%s", text_of(jig, "commit"),
                json_is_true(json_object_get(jig, "modified")) ? " with changes" : "");
    fprintf(to, "; %lld rounds\n\n",
            (long long)json_integer_value(json_object_get(metrics, "iterations")));
}

void report_print(const json_t *metrics, FILE *to)
{
    const json_t *scenarios = json_object_get(metrics, "scenarios");
    double cold_ms = metrics_median(metrics, scenario_name(SCENARIO_COLD), METRIC_WALL_MS);
    print_head(metrics, to);
    fprintf(to, "%-10s %9s %8s %8s %8s %8s %7s %7s %7s %7s %6s\n", "", "wall ms", "min", "max",
            "cpu ms", "look ms", "MiB", "of cold", "jobs", "hashed", "hits %");
    for (uint32_t i = 0; i < SCENARIOS; i++) {
        const json_t *of = json_object_get(scenarios, scenario_name(i));
        const json_t *skipped = json_object_get(of, "skipped");
        if (skipped)
            fprintf(to, "%-10s skipped: %s\n", scenario_name(i), json_string_value(skipped));
        else if (of)
            print_row(scenario_name(i), of, cold_ms, to);
    }
    targets_print(metrics, to);
}
