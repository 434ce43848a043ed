/* Reading metrics.json, also one that is none. */
#include "perf_support.h"
#include "tools_support.h"

#include "tools/perf/metrics.h"

#include <stdlib.h>

static enum jig_status read_text(const char *text, json_t **object)
{
    struct jig_error error;
    make_file("metrics.json", text);
    return metrics_read("metrics.json", object, &error);
}

static void test_samples_are_found(void **state)
{
    (void)state;
    json_t *object;
    uint32_t count = 0;
    assert_int_equal(read_text("{\"version\": 1, \"scenarios\": {\"noop\": {\"metrics\": "
                               "{\"wall_ms\": {\"samples\": [3, 1.5, 2]}}}}}",
                               &object),
                     JIG_OK);
    double *samples = metrics_samples(object, "noop", "wall_ms", &count);
    assert_non_null(samples);
    assert_int_equal(count, 3);
    assert_near(samples[1], 1.5, 0);
    free(samples);
    assert_near(metrics_median(object, "noop", METRIC_WALL_MS), 2, 0);
    assert_null(metrics_samples(object, "cold", "wall_ms", &count));
    assert_null(metrics_samples(object, "noop", "user_ms", &count));
    json_decref(object);
}

static void test_samples_that_are_no_measurements_count_as_none(void **state)
{
    (void)state;
    static const char *const wrong[] = {"[]", "[1, -1]", "[1, null]", "[\"1\"]", "7", "{}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[256];
        json_t *object;
        uint32_t count;
        snprintf(text, sizeof text,
                 "{\"version\": 1, \"scenarios\": {\"noop\": {\"metrics\": "
                 "{\"wall_ms\": {\"samples\": %s}}}}}",
                 wrong[i]);
        assert_int_equal(read_text(text, &object), JIG_OK);
        assert_null(metrics_samples(object, "noop", "wall_ms", &count));
        json_decref(object);
    }
}

static void test_what_is_no_metrics_file_is_refused(void **state)
{
    (void)state;
    json_t *object;
    static const char *const wrong[] = {"",
                                        "{",
                                        "[]",
                                        "{}",
                                        "{\"version\": 1}",
                                        "{\"version\": 1, \"scenarios\": []}",
                                        "{\"version\": 2, \"scenarios\": {}}",
                                        "\xff\x00"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_not_equal(read_text(wrong[i], &object), JIG_OK);
        assert_null(object);
    }
}

static void test_what_is_written_can_be_read(void **state)
{
    (void)state;
    struct jig_error error;
    json_t *written = json_pack("{s:i, s:{s:{s:s}}}", "version", METRICS_VERSION, "scenarios",
                                "noop", "skipped", "no reason");
    json_t *read;
    assert_int_equal(metrics_write(written, "new/folder/metrics.json", &error), JIG_OK);
    assert_int_equal(metrics_read("new/folder/metrics.json", &read, &error), JIG_OK);
    assert_true(json_equal(written, read));
    json_decref(written);
    json_decref(read);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_samples_are_found),
        IN_FOLDER(test_samples_that_are_no_measurements_count_as_none),
        IN_FOLDER(test_what_is_no_metrics_file_is_refused),
        IN_FOLDER(test_what_is_written_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
