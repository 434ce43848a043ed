/* The report as a file: what it has of a build, and that nothing of a trace becomes markup. */
#include "trace_made.h"

#include "tools/trace/report.h"
#include "tools/trace/report_page.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *write_page(struct made *made)
{
    char *page = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&page, &size);
    struct jig_error error;
    made_analyse(made);
    assert_int_equal(trace_report_write(&made->analysis, to, &error), JIG_OK);
    fclose(to);
    return page;
}

/* The JSON in a page, which stands between what all pages have. */
static char *data_of(const char *page)
{
    size_t length = strlen(page) - trace_report_page_head_size - trace_report_page_tail_size;
    return strndup(page + trace_report_page_head_size, length);
}

static json_t *read_data(const char *page)
{
    char *text = data_of(page);
    json_error_t error;
    json_t *data = json_loads(text, 0, &error);
    if (!data)
        fail_msg("%s", error.text);
    free(text);
    return data;
}

static const char *text_at(json_t *data, const char *table, size_t row)
{
    return json_string_value(json_array_get(json_object_get(data, table), row));
}

static json_int_t cell(json_t *data, const char *table, const char *column, size_t row)
{
    json_t *values = json_object_get(json_object_get(data, table), column);
    assert_true(row < json_array_size(values));
    return json_integer_value(json_array_get(values, row));
}

static void jobs_are_columns_in_microseconds(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    uint32_t a = made_job(&made, "a.o", 10, 12, 40);
    made_job(&made, "app", 40, 45, 95, a);
    made_reason(&made, a, "input-changed", "a.c");
    char *page = write_page(&made);
    json_t *data = read_data(page);
    json_t *outputs = json_object_get(json_object_get(data, "jobs"), "output");
    assert_string_equal(json_string_value(json_array_get(outputs, 1)), "app");
    assert_int_equal(cell(data, "jobs", "ready", 0), 10000);
    assert_int_equal(cell(data, "jobs", "start", 0), 12000);
    assert_int_equal(cell(data, "jobs", "end", 0), 40000);
    assert_int_equal(cell(data, "jobs", "deps", 1), 1);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(data, "deps"), 0)), 0);
    assert_string_equal(text_at(data, "reasons", (size_t)cell(data, "jobs", "reason", 0)),
                        "input changed");
    assert_string_equal(text_at(data, "words", (size_t)cell(data, "jobs", "file", 0)), "a.c");
    json_decref(data);
    free(page);
    made_free(&made);
}

static void the_engine_has_no_job_in_the_path(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 100);
    made_job(&made, "a.o", 20, 20, 90);
    char *page = write_page(&made);
    json_t *data = read_data(page);
    assert_int_equal(cell(data, "path", "kind", 0), TRACE_STEP_ENGINE);
    assert_int_equal(cell(data, "path", "job", 0), -1);
    assert_int_equal(cell(data, "path", "kind", 1), TRACE_STEP_JOB);
    assert_int_equal(cell(data, "path", "job", 1), 0);
    json_decref(data);
    free(page);
    made_free(&made);
}

static void time_in_nested_slices_counts_for_the_innermost(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 100);
    made_slice(&made, 0, "outer", 0, 50);
    made_slice(&made, 0, "inner", 10, 30);
    made_slice(&made, 1, "inner", 10, 15);
    char *page = write_page(&made);
    json_t *data = read_data(page);
    json_t *first = json_array_get(json_object_get(data, "phases"), 0);
    json_t *second = json_array_get(json_object_get(data, "phases"), 1);
    assert_string_equal(json_string_value(json_object_get(first, "name")), "outer");
    assert_int_equal(json_integer_value(json_object_get(first, "session")), 30000);
    assert_string_equal(json_string_value(json_object_get(second, "name")), "inner");
    assert_int_equal(json_integer_value(json_object_get(second, "session")), 20000);
    assert_int_equal(json_integer_value(json_object_get(second, "workers")), 5000);
    json_decref(data);
    free(page);
    made_free(&made);
}

static void nothing_of_a_trace_can_end_the_data(void **state)
{
    (void)state;
    const char *output = "</script><!--<script>.o";
    struct made made;
    made_begin(&made, 1, 100);
    made_job(&made, output, 0, 10, 20);
    made.log.directory = trace_log_text(&made.log, "</SCRIPT >");
    char *page = write_page(&made);
    char *text = data_of(page);
    assert_null(strchr(text, '<'));
    free(text);
    json_t *data = read_data(page);
    json_t *outputs = json_object_get(json_object_get(data, "jobs"), "output");
    assert_string_equal(json_string_value(json_array_get(outputs, 0)), output);
    json_decref(data);
    free(page);
    made_free(&made);
}

static void what_is_no_utf8_is_replaced(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 100);
    made_job(&made,
             "a\xff"
             "b",
             0, 10, 20);
    char *page = write_page(&made);
    json_t *data = read_data(page);
    json_t *outputs = json_object_get(json_object_get(data, "jobs"), "output");
    assert_string_equal(json_string_value(json_array_get(outputs, 0)), "a\xef\xbf\xbd"
                                                                       "b");
    json_decref(data);
    free(page);
    made_free(&made);
}

static void an_empty_build_has_a_page(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 0);
    char *page = write_page(&made);
    json_t *data = read_data(page);
    assert_int_equal(json_array_size(json_object_get(json_object_get(data, "jobs"), "output")), 0);
    json_decref(data);
    free(page);
    made_free(&made);
}

/* 'unsafe-inline' would run whatever got in; with digests only the page's own runs. */
static void the_page_allows_its_own_script_only(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 0);
    char *page = write_page(&made);
    assert_non_null(strstr(page, "default-src 'none'; style-src 'sha256-"));
    assert_non_null(strstr(page, "script-src 'sha256-"));
    assert_null(strstr(page, "unsafe"));
    free(page);
    made_free(&made);
}

static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    struct made made;
    struct jig_error error;
    made_begin(&made, 1, 0);
    made_analyse(&made);
    FILE *to = fopen("/dev/full", "we");
    assert_non_null(to);
    assert_int_equal(trace_report_write(&made.analysis, to, &error), JIG_ERROR_IO);
    assert_non_null(strstr(error.message, "No space left on device"));
    fclose(to);
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_are_columns_in_microseconds),
        cmocka_unit_test(the_engine_has_no_job_in_the_path),
        cmocka_unit_test(time_in_nested_slices_counts_for_the_innermost),
        cmocka_unit_test(nothing_of_a_trace_can_end_the_data),
        cmocka_unit_test(what_is_no_utf8_is_replaced),
        cmocka_unit_test(an_empty_build_has_a_page),
        cmocka_unit_test(the_page_allows_its_own_script_only),
        cmocka_unit_test(a_full_disk_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
