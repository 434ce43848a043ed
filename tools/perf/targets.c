#include "tools/perf/targets.h"

#include "tools/perf/metrics.h"
#include "tools/perf/scenario.h"

#include <math.h>

static const struct {
    const char *name, *what;
    enum scenario scenario, base;
    enum metric metric;
    double target, own;
} targets[] = {
    {"R13", "cold: time of off", SCENARIO_COLD, SCENARIO_OFF, METRIC_WALL_MS, 0.75, 0.50},
    {"R13", "cold: memory of off", SCENARIO_COLD, SCENARIO_OFF, METRIC_PEAK_RSS_BYTES, 0.80, 0.60},
    {"R14", "noop: time of cold", SCENARIO_NOOP, SCENARIO_COLD, METRIC_WALL_MS, 0.40, 0.05},
    {"R15", "edit-5pct: time of cold", SCENARIO_EDIT_5PCT, SCENARIO_COLD, METRIC_WALL_MS, 0.35,
     0.08},
};

void targets_add(json_t *metrics)
{
    json_t *array = json_array();
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        double value =
            metrics_median(metrics, scenario_name(targets[i].scenario), targets[i].metric);
        double base = metrics_median(metrics, scenario_name(targets[i].base), targets[i].metric);
        double ratio = value / base;
        if (!isfinite(ratio))
            continue;
        json_array_append_new(array, json_pack("{s:s, s:s, s:f, s:f, s:b, s:f, s:b}", "name",
                                               targets[i].name, "what", targets[i].what, "ratio",
                                               ratio, "target", targets[i].target, "target_met",
                                               ratio <= targets[i].target, "own", targets[i].own,
                                               "own_met", ratio <= targets[i].own));
    }
    json_object_set_new(metrics, "targets", array);
}

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static const char *word_of(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key)) ? "pass" : "FAIL";
}

void targets_print(const json_t *metrics, FILE *to)
{
    const json_t *array = json_object_get(metrics, "targets");
    if (json_array_size(array))
        fprintf(to, "\n%-4s %-24s %7s %15s %15s\n", "", "", "ratio", "target", "own aim");
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *t = json_array_get(array, i);
        fprintf(to, "%-4s %-24s %7.3f %10.2f %s %10.2f %s\n",
                json_string_value(json_object_get(t, "name")),
                json_string_value(json_object_get(t, "what")), number_of(t, "ratio"),
                number_of(t, "target"), word_of(t, "target_met"), number_of(t, "own"),
                word_of(t, "own_met"));
    }
}
