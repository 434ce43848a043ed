/* What jig promises, held against measurements. */
#include "perf_support.h"

#include "tools/perf/targets.h"

#include <stdbool.h>
#include <string.h>

/* The targets of scenarios with one sample each; 0: not measured. */
static json_t *targets_of(double off, double cold, double noop, double edit)
{
    static const char *const names[] = {"off", "cold", "noop", "edit-5pct"};
    const double times[] = {off, cold, noop, edit};
    json_t *scenarios = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (times[i] > 0)
            json_object_set_new(scenarios, names[i],
                                json_pack("{s:{s:{s:[f]}, s:{s:[f]}}}", "metrics", "wall_ms",
                                          "samples", times[i], "peak_rss_bytes", "samples",
                                          times[i] * 1000));
    }
    json_t *metrics = json_pack("{s:o}", "scenarios", scenarios);
    targets_add(metrics);
    json_t *targets = json_incref(json_object_get(metrics, "targets"));
    json_decref(metrics);
    return targets;
}

static void assert_target(const json_t *targets, size_t index, const char *name, double ratio,
                          bool target_met, bool own_met)
{
    const json_t *t = json_array_get(targets, index);
    assert_string_equal(json_string_value(json_object_get(t, "name")), name);
    assert_near(json_number_value(json_object_get(t, "ratio")), ratio, 1e-9);
    assert_int_equal(json_is_true(json_object_get(t, "target_met")), target_met);
    assert_int_equal(json_is_true(json_object_get(t, "own_met")), own_met);
}

static void test_all_are_met(void **state)
{
    (void)state;
    json_t *targets = targets_of(100, 50, 2.5, 4);
    assert_int_equal(json_array_size(targets), 4);
    assert_target(targets, 0, "R13", 0.5, true, true);
    assert_target(targets, 1, "R13", 0.5, true, true);
    assert_target(targets, 2, "R14", 0.05, true, true);
    assert_target(targets, 3, "R15", 0.08, true, true);
    json_decref(targets);
}

static void test_a_target_can_be_met_and_the_own_aim_missed(void **state)
{
    (void)state;
    json_t *targets = targets_of(100, 70, 7, 7);
    assert_target(targets, 0, "R13", 0.7, true, false);
    assert_target(targets, 1, "R13", 0.7, true, false);
    assert_target(targets, 2, "R14", 0.1, true, false);
    assert_target(targets, 3, "R15", 0.1, true, false);
    json_decref(targets);
}

static void test_all_are_missed(void **state)
{
    (void)state;
    json_t *targets = targets_of(100, 81, 40, 40);
    for (size_t i = 0; i < 4; i++)
        assert_false(json_is_true(json_object_get(json_array_get(targets, i), "target_met")));
    json_decref(targets);
}

static void test_what_was_not_measured_is_not_judged(void **state)
{
    (void)state;
    json_t *targets = targets_of(0, 50, 2, 0);
    assert_int_equal(json_array_size(targets), 1);
    assert_target(targets, 0, "R14", 0.04, true, true);
    json_decref(targets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_are_met),
        cmocka_unit_test(test_a_target_can_be_met_and_the_own_aim_missed),
        cmocka_unit_test(test_all_are_missed),
        cmocka_unit_test(test_what_was_not_measured_is_not_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
