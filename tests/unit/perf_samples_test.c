/* What is taken from a build's statistics. */
#include "perf_support.h"

#include "tools/perf/samples.h"

static struct sample sample_of(const char *stats)
{
    struct sample sample = sample_unknown();
    json_t *object = json_loads(stats, 0, NULL);
    assert_non_null(object);
    sample_take_stats(&sample, object);
    json_decref(object);
    return sample;
}

static void test_times_come_in_milliseconds(void **state)
{
    (void)state;
    struct sample s = sample_of("{\"walk_ns\": 1500000, \"jobs_run\": 7}");
    assert_near(s.values[METRIC_WALK_MS], 1.5, 1e-12);
    assert_near(s.values[METRIC_JOBS_RUN], 7, 0);
}

static void test_what_is_not_told_or_makes_no_sense_is_unknown(void **state)
{
    (void)state;
    struct sample s = sample_of("{\"jobs_run\": \"many\", \"walk_ns\": null}");
    assert_true(isnan(s.values[METRIC_JOBS_RUN]));
    assert_true(isnan(s.values[METRIC_WALK_MS]));
    assert_true(isnan(s.values[METRIC_MODULES]));
}

static void test_the_hit_ratio_is_of_what_was_looked_at(void **state)
{
    (void)state;
    struct sample s = sample_of("{\"files_hit\": 3, \"files_missed\": 1, \"files_skipped\": 9}");
    assert_near(s.values[METRIC_HIT_RATIO], 0.75, 1e-12);
    s = sample_of("{\"files_hit\": 0, \"files_missed\": 0}");
    assert_true(isnan(s.values[METRIC_HIT_RATIO]));
}

static void test_what_stood_as_recorded_spared_system_calls(void **state)
{
    (void)state;
    struct sample s = sample_of("{\"files_hit\": 10, \"folders_statted\": 5, \"folders_read\": 2}");
    assert_near(s.values[METRIC_SYSCALLS_AVOIDED], 3 * 10 + 4 * 3, 0);
    s = sample_of("{\"files_hit\": 10}");
    assert_true(isnan(s.values[METRIC_SYSCALLS_AVOIDED]));
}

static void test_a_metric_is_reported_when_all_samples_have_it(void **state)
{
    (void)state;
    struct series series = {0};
    struct sample with = sample_of("{\"jobs_run\": 2, \"jobs\": 5}");
    struct sample without = sample_of("{\"jobs_run\": 4}");
    vec_push(&series.samples, with);
    vec_push(&series.samples, without);
    json_t *object = series_json(&series);
    assert_null(json_object_get(object, "jobs"));
    json_t *run = json_object_get(object, "jobs_run");
    assert_int_equal(json_array_size(json_object_get(run, "samples")), 2);
    assert_near(json_number_value(json_object_get(run, "median")), 3, 0);
    assert_near(json_number_value(json_object_get(run, "min")), 2, 0);
    assert_near(json_number_value(json_object_get(run, "max")), 4, 0);
    json_decref(object);
    series_free(&series);
}

static void test_every_metric_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < METRICS; i++) {
        assert_non_null(metric_name(i));
        for (uint32_t k = 0; k < i; k++)
            assert_string_not_equal(metric_name(i), metric_name(k));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_come_in_milliseconds),
        cmocka_unit_test(test_what_is_not_told_or_makes_no_sense_is_unknown),
        cmocka_unit_test(test_the_hit_ratio_is_of_what_was_looked_at),
        cmocka_unit_test(test_what_stood_as_recorded_spared_system_calls),
        cmocka_unit_test(test_a_metric_is_reported_when_all_samples_have_it),
        cmocka_unit_test(test_every_metric_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
