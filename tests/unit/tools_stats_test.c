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

static const struct jig_build_result of_pipelines = {
    .jobs_wanted = 30,
    .files = 70,
    .jobs = 40,
    .files_statted = 60,
    .files_hit = 57,
    .files_missed = 3,
    .missed_new = 1,
    .missed_stat = 1,
    .missed_racy = 1,
    .files_skipped = 10,
    .folders_statted = 12,
    .folders_read = 1,
    .files_walked = 100,
    .files_opened = 2,
    .files_scanned = 1,
    .bytes_scanned = 300,
    .imports_resolved = 4,
    .modules = 50,
    .walk_ns = 200000,
    .discover_ns = 1100000,
};

static char *written_of(const struct jig_build_result *what, enum stats_form form)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    stats_write(form, what, out);
    fclose(out);
    return text;
}

static char *written(enum stats_form form)
{
    return written_of(&result, form);
}

static void test_table(void **state)
{
    (void)state;
    char *text = written(STATS_TABLE);
    assert_string_equal(text, "phase         ms\n"
                              "load         1.5  from the image: 40 jobs, 70 files\n"
                              "scan         0.0  60 files: 55 as recorded, 5 not; 60 looks, 4 hashed, "
                              "1.5 KiB\n"
                              "plan         0.0  30 jobs wanted\n"
                              "run      12000.0  2 run, 1 failed, 3 spared\n"
                              "save         0.0  image 1.0 MiB, journal 100 B\n");
    free(text);
}

static void test_table_of_pipelines(void **state)
{
    (void)state;
    char *text = written_of(&of_pipelines, STATS_TABLE);
    assert_string_equal(text,
                        "phase         ms\n"
                        "load         0.0  made anew: 40 jobs, 70 files\n"
                        "walk         0.2  100 names; 12 folders looked at, 1 read\n"
                        "find         1.1  50 modules; 2 opened, 1 scanned, 300 B; 4 imports "
                        "resolved\n"
                        "scan         0.0  60 files: 57 as recorded, 3 not; 60 looks, 0 hashed, "
                        "0 B\n"
                        "plan         0.0  30 jobs wanted\n"
                        "run          0.0  0 run, 0 failed, 0 spared\n"
                        "save         0.0  image 0 B, journal 0 B\n"
                        "cache      95.0%  57 hits, 3 misses (1 new, 1 changed, 1 too young, 0 "
                        "gone), 10 skipped\n");
    free(text);
}

static void test_json_has_the_reasons_of_misses(void **state)
{
    (void)state;
    char *text = written_of(&of_pipelines, STATS_JSON);
    json_t *object = json_loads(text, 0, NULL);
    assert_non_null(object);
    assert_int_equal(json_integer_value(json_object_get(object, "missed_racy")), 1);
    assert_int_equal(json_integer_value(json_object_get(object, "files_skipped")), 10);
    assert_int_equal(json_integer_value(json_object_get(object, "discover_ns")), 1100000);
    json_decref(object);
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
        cmocka_unit_test(test_table_of_pipelines),
        cmocka_unit_test(test_json_has_the_reasons_of_misses),
        cmocka_unit_test(test_json_is_one_line_that_parses),
        cmocka_unit_test(test_none_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
