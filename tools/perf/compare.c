#include "tools/perf/compare.h"

#include "tools/perf/metrics.h"
#include "tools/perf/scenario.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static const char *text_of(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

/* How bad a row is; SAME if it neither warns nor fails. */
static enum verdict badness(const json_t *row)
{
    const char *name = text_of(row, "verdict");
    enum verdict bad = VERDICT_SAME;
    for (enum verdict v = VERDICT_WARN; v <= VERDICT_FAIL; v++) {
        if (strcmp(name, verdict_name(v)) == 0)
            bad = v;
    }
    return bad;
}

enum verdict compare_worst(const json_t *rows)
{
    enum verdict worst = VERDICT_SAME;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        enum verdict bad = badness(json_array_get(rows, i));
        worst = bad > worst ? bad : worst;
    }
    return worst;
}

uint32_t compare_doubted(const json_t *rows, bool doubted[SCENARIOS])
{
    uint32_t count = 0;
    memset(doubted, 0, SCENARIOS * sizeof *doubted);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        enum scenario scenario = scenario_find(text_of(row, "scenario"));
        if (badness(row) == VERDICT_SAME || doubted[scenario])
            continue;
        doubted[scenario] = true;
        count++;
    }
    return count;
}

static json_t *find_row(const json_t *rows, const char *scenario, const char *metric)
{
    json_t *found = NULL;
    for (size_t i = 0; i < json_array_size(rows) && !found; i++) {
        json_t *row = json_array_get(rows, i);
        if (strcmp(text_of(row, "scenario"), scenario) == 0 &&
            strcmp(text_of(row, "metric"), metric) == 0)
            found = row;
    }
    return found;
}

void compare_confirm(json_t *rows, const json_t *again)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        json_t *other = find_row(again, text_of(row, "scenario"), text_of(row, "metric"));
        if (badness(row) == VERDICT_SAME || !other)
            continue;
        enum verdict first = badness(row), second = badness(other);
        json_object_set(row, "again", other);
        json_object_set_new(row, "verdict",
                            json_string(verdict_name(second < first ? second : first)));
    }
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
        const json_t *again = json_object_get(row, "again");
        fprintf(to, "%-10s %-12s %12.2f %12.2f %8.3f %8.4f  %s", text_of(row, "scenario"),
                memory ? "memory, MiB" : "wall, ms", number_of(row, "before") / unit,
                number_of(row, "now") / unit, number_of(row, "ratio"), number_of(row, "p"),
                text_of(row, "verdict"));
        if (again)
            fprintf(to, ", again %.3f", number_of(again, "ratio"));
        fputc('\n', to);
    }
}
