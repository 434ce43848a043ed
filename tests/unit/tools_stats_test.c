/* What a build cost, as a table and as JSON. */
#include "cmocka_all.h"

#include "tools/jig/stats.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct jig_build_result result = {
    .jobs_wanted = 30,
    .jobs_run = 2,
    .jobs_passed = 3,
    .jobs_failed = 1,
    .graph_reused = true,
    .files = 70,
    .jobs = 40,
    .files_statted = 60,
    .files_hit = 55,
    .files_missed = 5,
    .files_hashed = 4,
    .bytes_hashed = 1536,
    .load_ns = 1500000,
    .run_ns = 12000000000,
    .image_bytes = 1048576,
    .journal_bytes = 100,
};

static char *written(enum stats_form form)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    stats_write(form, &result, out);
    fclose(out);
    return text;
}

static void test_table(void **state)
{
    (void)state;
    char *text = written(STATS_TABLE);
    assert_string_equal(text, "phase         ms\n"
                              "load         1.5  from the image: 40 jobs, 70 files\n"
                              "scan         0.0  60 looked at: 55 as recorded, 5 not; 4 hashed, "
                              "1.5 KiB\n"
                              "plan         0.0  30 jobs wanted\n"
                              "run      12000.0  2 run, 1 failed, 3 spared\n"
                              "save         0.0  image 1.0 MiB, journal 100 B\n");
    free(text);
}

static void test_json_is_one_line_that_parses(void **state)
{
    (void)state;
    char *text = written(STATS_JSON);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    json_t *object = json_loads(text, 0, NULL);
    assert_non_null(object);
    assert_int_equal(json_integer_value(json_object_get(object, "jobs_run")), 2);
    assert_int_equal(json_integer_value(json_object_get(object, "run_ns")), 12000000000);
    assert_true(json_is_true(json_object_get(object, "graph_reused")));
    assert_true(json_is_false(json_object_get(object, "manifest_changed")));
    json_decref(object);
    free(text);
}

static void test_none_is_nothing(void **state)
{
    (void)state;
    char *text = written(STATS_NONE);
    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_json_is_one_line_that_parses),
        cmocka_unit_test(test_none_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
