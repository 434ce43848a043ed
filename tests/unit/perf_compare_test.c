/* What two runs beside each other come to, and what is measured once more. */
#include "perf_support.h"

#include "tools/perf/compare.h"
#include "tools/perf/scenario.h"

enum { SAMPLES = 10 };

/* The metrics of a run: wall times around these in two scenarios, and the same memory in both. */
static json_t *run_of(double noop_ms, double cold_ms)
{
    json_t *noop = json_array(), *cold = json_array(), *memory = json_array();
    for (int i = 0; i < SAMPLES; i++) {
        json_array_append_new(noop, json_real(noop_ms + i * 0.01));
        json_array_append_new(cold, json_real(cold_ms + i * 0.01));
        json_array_append_new(memory, json_real(1 << 20));
    }
    return json_pack("{s:{s:{s:{s:{s:o}, s:{s:O}}}, s:{s:{s:{s:o}, s:{s:o}}}}}", "scenarios",
                     "noop", "metrics", "wall_ms", "samples", noop, "peak_rss_bytes", "samples",
                     memory, "cold", "metrics", "wall_ms", "samples", cold, "peak_rss_bytes",
                     "samples", memory);
}

static json_t *compare_runs(json_t *before, json_t *now)
{
    json_t *rows = compare_metrics(before, now);
    assert_int_equal(json_array_size(rows), 4);
    json_decref(before);
    json_decref(now);
    return rows;
}

static const char *verdict_of(const json_t *rows, const char *scenario)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (strcmp(json_string_value(json_object_get(row, "scenario")), scenario) == 0 &&
            strcmp(json_string_value(json_object_get(row, "metric")), "wall_ms") == 0)
            return json_string_value(json_object_get(row, "verdict"));
    }
    fail_msg("there is no row of %s", scenario);
    return NULL;
}

static void test_only_what_is_bad_is_doubted(void **state)
{
    (void)state;
    bool doubted[SCENARIOS];
    json_t *rows = compare_runs(run_of(10, 100), run_of(12, 80));
    assert_string_equal(verdict_of(rows, "noop"), "FAIL");
    assert_string_equal(verdict_of(rows, "cold"), "better");
    assert_int_equal(compare_worst(rows), VERDICT_FAIL);
    assert_int_equal(compare_doubted(rows, doubted), 1);
    for (uint32_t i = 0; i < SCENARIOS; i++)
        assert_int_equal(doubted[i], i == SCENARIO_NOOP);
    json_decref(rows);
}

static void test_nothing_bad_nothing_doubted(void **state)
{
    (void)state;
    bool doubted[SCENARIOS];
    json_t *rows = compare_runs(run_of(10, 100), run_of(10, 100));
    assert_int_equal(compare_worst(rows), VERDICT_SAME);
    assert_int_equal(compare_doubted(rows, doubted), 0);
    json_decref(rows);
}

/* What the second time comes to, after a first that failed. */
static void confirm(double noop_ms, const char *verdict, enum verdict worst)
{
    json_t *rows = compare_runs(run_of(10, 100), run_of(12, 100));
    json_t *again = compare_runs(run_of(10, 100), run_of(noop_ms, 300));
    compare_confirm(rows, again);
    assert_string_equal(verdict_of(rows, "noop"), verdict);
    assert_string_equal(verdict_of(rows, "cold"), "same"); /* nobody had doubted it */
    assert_int_equal(compare_worst(rows), worst);
    json_decref(rows);
    json_decref(again);
}

static void test_the_milder_verdict_counts(void **state)
{
    (void)state;
    confirm(12, "FAIL", VERDICT_FAIL);
    confirm(10.7, "warn", VERDICT_WARN);
    confirm(10, "same", VERDICT_SAME);
    confirm(8, "same", VERDICT_SAME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_is_bad_is_doubted),
        cmocka_unit_test(test_nothing_bad_nothing_doubted),
        cmocka_unit_test(test_the_milder_verdict_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
