/* What is written of a trace: folded stacks, pages of text, JSON; and how words are told. */
#include "trace_made.h"

#include "tools/trace/flame.h"
#include "tools/trace/page.h"
#include "tools/trace/summary_json.h"
#include "tools/trace/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- words ---------------------------------------------------------------------------------- */

static void test_times_are_told_in_the_unit_that_fits(void **state)
{
    (void)state;
    assert_string_equal(trace_time(0).text, "0 µs");
    assert_string_equal(trace_time(740 * 1000).text, "740 µs");
    assert_string_equal(trace_time(999600).text, "1 ms");
    assert_string_equal(trace_time(38 * MADE_MS).text, "38 ms");
    assert_string_equal(trace_time(2449 * MADE_MS).text, "2.4 s");
    assert_string_equal(trace_time(59960 * MADE_MS).text, "1 min 00 s");
    assert_string_equal(trace_time(185 * 1000 * MADE_MS).text, "3 min 05 s");
    assert_string_equal(trace_time(3600 * 1000 * MADE_MS).text, "1 h 00 min");
    assert_string_equal(trace_time(UINT64_MAX).text, "5124095 h 34 min");
}

static void test_reasons_are_told_as_explain_tells_them(void **state)
{
    (void)state;
    assert_string_equal(trace_reason_text("input-changed"), "input changed");
    assert_string_equal(trace_reason_text("of-a-later-version"), "of-a-later-version");
    struct made made;
    made_begin(&made, 1, 10);
    uint32_t a = made_job(&made, "a.o", 0, 0, 10);
    made_reason(&made, a, "input-changed", "a.c");
    struct buf out = {0};
    trace_reason(&made.log, made_at(&made, a), &out);
    assert_string_equal(out.data, "input changed: a.c");
    buf_free(&out);
    made_free(&made);
}

/* ---- folded stacks -------------------------------------------------------------------------- */

static char *flame_of(const struct made *made)
{
    char *text = NULL;
    size_t length;
    FILE *memory = open_memstream(&text, &length);
    trace_flame_write(&made->log, memory);
    fclose(memory);
    return text;
}

static void test_flame_has_the_self_time_of_nested_slices(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 100);
    made_slice(&made, 0, "look", 0, 100);
    made_slice(&made, 0, "walk", 10, 40);
    made_slice(&made, 0, "stat", 20, 30);
    made_slice(&made, 1, "stat", 5, 6);
    made_analyse(&made);
    char *text = flame_of(&made);
    assert_string_equal(text, "engine;worker 0;look 10000\n"
                              "engine;worker 0;look;walk 10000\n"
                              "engine;worker 0;look;walk;stat 10000\n"
                              "engine;worker 0;look;walk 10000\n"
                              "engine;worker 0;look 60000\n"
                              "engine;worker 1;stat 1000\n");
    free(text);
    made_free(&made);
}

static void test_flame_has_jobs_by_rule_and_folders(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    made_job(&made, "src//app/a.o", 0, 0, 7);
    made_job(&made, "/abs/b.o", 0, 0, 8);
    uint32_t passed = made_job(&made, "never", 0, 0, 0);
    made_at(&made, passed)->fate = TRACE_PASSED;
    made_analyse(&made);
    char *text = flame_of(&made);
    assert_string_equal(text, "jobs;cc;src;app;a.o 7000\n"
                              "jobs;cc;/;abs;b.o 8000\n");
    free(text);
    made_free(&made);
}

static void test_flame_keeps_its_lines_whatever_names_hold(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    made_job(&made, "a;b\nc.o", 0, 0, 7);
    made_analyse(&made);
    char *text = flame_of(&made);
    assert_string_equal(text, "jobs;cc;a:b?c.o 7000\n");
    free(text);
    made_free(&made);
}

/* ---- pages ---------------------------------------------------------------------------------- */

static void test_page_shows_no_control_characters(void **state)
{
    (void)state;
    struct trace_page page = {0};
    trace_page_name(&page, "a\x1b[31m\n\xc2\x9b!\x7f\xff", 0);
    assert_string_equal(page.text.data, "a?[31m?"
                                        "?!?\xff");
    buf_free(&page.text);
}

static void test_page_shortens_names_to_its_width(void **state)
{
    (void)state;
    struct trace_page page = {.columns = 40};
    trace_page_name(&page, "0123456789012345678901234567890123456789", 15);
    assert_string_equal(page.text.data, "01234567890...90123456789");
    buf_free(&page.text);
}

static void test_page_breaks_words_into_lines(void **state)
{
    (void)state;
    struct trace_page page = {.columns = 12};
    trace_page_wrap(&page, 2, "", "aaa bbb cccc dd");
    trace_page_wrap(&page, 4, "x", "longer-than-that b\x1b");
    assert_string_equal(page.text.data, "  aaa bbb\n  cccc dd\n"
                                        "x   longer-than-that\n    b?\n");
    buf_free(&page.text);
}

static void test_page_has_colours_only_if_it_may(void **state)
{
    (void)state;
    struct trace_page plain = {0}, coloured = {.colour = true};
    trace_page_bad(&plain);
    trace_page_bad(&coloured);
    assert_null(plain.text.data);
    assert_string_equal(coloured.text.data, "\x1b[31m");
    buf_free(&coloured.text);
}

static void make_project(struct made *made)
{
    made_begin(made, 2, 1000);
    uint32_t a = made_job(made, "a.o", 10, 10, 400);
    uint32_t b = made_job(made, "b.o", 10, 10, 200);
    uint32_t app = made_job(made, "app", 400, 400, 990, a, b);
    made_at(made, app)->rule = trace_log_word(&made->log, "link");
    made_at(made, app)->exit_code = 1;
    made->log.outcome = trace_log_word(&made->log, "failed");
    made_number(made, "files_hit", 12);
    made_number(made, "missed_stat", 3);
    made_analyse(made);
}

static void test_summary_tells_a_build_on_one_screen(void **state)
{
    (void)state;
    struct made made;
    struct trace_page page = {0};
    make_project(&made);
    trace_summary_tell(&made.analysis, "build 7", &page);
    static const char *const parts[] = {
        "build 7   ",
        ", build.ninja, full, failed\n",
        "length    1.0 s: 3 jobs run (1 failed), 0 spared; 2 slots, 2 processors\n",
        "busy      1.2 jobs at a time from the first to the last; run time 1.2 s",
        "idle      790 ms no job was ready, 20 ms before the first job, 20 ms after the last job",
        "path      980 ms of jobs, 0 µs of waiting, 20 ms of jig itself\n",
        "          590 ms  app\n",
        "rules     link: 1 job, 590 ms together, the longest 590 ms\n",
        "          cc: 2 jobs, 580 ms together, the longest 390 ms\n",
        "reasons   3 never built\n",
        "files     12 hits, 0 misses (0 new, 3 changed, 0 too young, 0 gone), 0 skipped\n",
        "what if   -j1 1.2 s, -j2 1.0 s (measured), -j4 1.0 s",
        "advice    app takes 59 % of the critical path (at most 590 ms)\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(page.text.data, parts[i]))
            fail_msg("'%s' is not in:\n%s", parts[i], page.text.data);
    uint32_t lines = 0;
    for (const char *c = page.text.data; *c; c++)
        lines += *c == '\n';
    assert_in_range(lines, 10, 28);
    buf_free(&page.text);
    made_free(&made);
}

static void test_path_is_told_step_by_step(void **state)
{
    (void)state;
    struct made made;
    struct trace_page page = {0};
    make_project(&made);
    trace_path_tell(&made.analysis, &page);
    assert_string_equal(page.text.data, "       begin        took  what\n"
                                        "        0 µs       10 ms  jig\n"
                                        "       10 ms      390 ms  a.o (cc)\n"
                                        "      400 ms      590 ms  app (link), failed with 1\n"
                                        "      990 ms       10 ms  jig\n"
                                        "980 ms of jobs, 0 µs of waiting, 20 ms of jig itself\n");
    buf_free(&page.text);
    made_free(&made);
}

/* ---- what was waited for -------------------------------------------------------------------- */

static void test_path_says_what_was_waited_for(void **state)
{
    (void)state;
    struct made made;
    struct trace_page page = {0};
    made_waiting(&made, "link\x1b");
    trace_path_tell(&made.analysis, &page);
    assert_string_equal(page.text.data,
                        "       begin        took  what\n"
                        "        0 µs       10 ms  jig\n"
                        "       10 ms       45 ms  last waits 20 ms for the pool 'link?' and 20 ms "
                        "for a slot and 5 ms for jig\n"
                        "       55 ms       45 ms  last (cc)\n"
                        "45 ms of jobs, 45 ms of waiting (20 ms for the pool 'link?', 20 ms for "
                        "slots, 5 ms for jig), 10 ms\nof jig itself\n");
    buf_free(&page.text);
    made_free(&made);
}

static void test_waiting_for_one_thing_needs_no_times(void **state)
{
    (void)state;
    struct made made;
    struct trace_page page = {0};
    made_begin(&made, 1, 90);
    made_job(&made, "a", 0, 0, 30);
    made_job(&made, "b", 0, 30, 90);
    made_analyse(&made);
    trace_path_tell(&made.analysis, &page);
    assert_non_null(strstr(page.text.data, "  b waits for a slot\n"));
    assert_non_null(strstr(page.text.data, "30 ms of waiting (30 ms for slots), 0 µs"));
    buf_free(&page.text);
    made_free(&made);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static int64_t number_at(const json_t *object, const char *key)
{
    const json_t *number = json_object_get(object, key);
    assert_true(json_is_integer(number));
    return json_integer_value(number);
}

static void test_json_has_what_the_summary_tells(void **state)
{
    (void)state;
    struct made made;
    make_project(&made);
    json_t *summary = trace_summary_json(&made.analysis);
    assert_int_equal(number_at(summary, "duration_ns"), 1000 * MADE_MS);
    assert_int_equal(number_at(summary, "jobs_run"), 3);
    assert_int_equal(number_at(summary, "jobs_failed"), 1);
    assert_int_equal(number_at(json_object_get(summary, "idle_ns"), "deps"), 790 * MADE_MS);
    assert_int_equal(number_at(json_object_get(summary, "path_ns"), "job"), 980 * MADE_MS);
    assert_int_equal(number_at(json_object_get(summary, "numbers"), "files_hit"), 12);
    assert_int_equal(json_array_size(json_object_get(summary, "rules")), 2);
    assert_true(json_is_null(json_object_get(summary, "forecast_error")));
    const json_t *advice = json_array_get(json_object_get(summary, "advice"), 0);
    assert_string_equal(json_string_value(json_object_get(advice, "kind")), "gate");
    assert_string_equal(json_string_value(json_object_get(advice, "job")), "app");
    json_decref(summary);
    made_free(&made);
}

static void test_json_has_the_steps_of_the_path(void **state)
{
    (void)state;
    struct made made;
    make_project(&made);
    json_t *path = trace_path_json(&made.analysis);
    const json_t *steps = json_object_get(path, "steps");
    assert_int_equal(json_array_size(steps), 4);
    const json_t *app = json_array_get(steps, 2);
    assert_string_equal(json_string_value(json_object_get(app, "kind")), "job");
    assert_string_equal(json_string_value(json_object_get(app, "job")), "app");
    assert_int_equal(number_at(app, "begin_ns"), 400 * MADE_MS);
    assert_int_equal(number_at(app, "exit_code"), 1);
    assert_null(json_object_get(app, "wait_ns"));
    json_decref(path);
    made_free(&made);
}

static void test_json_has_what_was_waited_for(void **state)
{
    (void)state;
    struct made made;
    made_waiting(&made, "link\x1b");
    json_t *summary = trace_summary_json(&made.analysis);
    json_t *path = trace_path_json(&made.analysis);
    const json_t *step = json_array_get(json_object_get(path, "steps"), 1);
    const json_t *of[] = {summary, path, step};
    for (int i = 0; i < 3; i++) {
        const json_t *wait = json_object_get(of[i], "wait_ns");
        assert_int_equal(number_at(wait, "pool"), 20 * MADE_MS);
        assert_int_equal(number_at(wait, "slot"), 20 * MADE_MS);
        assert_int_equal(number_at(wait, "engine"), 5 * MADE_MS);
    }
    const json_t *pool = json_array_get(json_object_get(summary, "pools"), 0);
    assert_int_equal(number_at(pool, "path_ns"), 20 * MADE_MS);
    json_decref(summary);
    json_decref(path);
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_told_in_the_unit_that_fits),
        cmocka_unit_test(test_reasons_are_told_as_explain_tells_them),
        cmocka_unit_test(test_flame_has_the_self_time_of_nested_slices),
        cmocka_unit_test(test_flame_has_jobs_by_rule_and_folders),
        cmocka_unit_test(test_flame_keeps_its_lines_whatever_names_hold),
        cmocka_unit_test(test_page_shows_no_control_characters),
        cmocka_unit_test(test_page_shortens_names_to_its_width),
        cmocka_unit_test(test_page_breaks_words_into_lines),
        cmocka_unit_test(test_page_has_colours_only_if_it_may),
        cmocka_unit_test(test_summary_tells_a_build_on_one_screen),
        cmocka_unit_test(test_path_is_told_step_by_step),
        cmocka_unit_test(test_path_says_what_was_waited_for),
        cmocka_unit_test(test_waiting_for_one_thing_needs_no_times),
        cmocka_unit_test(test_json_has_what_was_waited_for),
        cmocka_unit_test(test_json_has_what_the_summary_tells),
        cmocka_unit_test(test_json_has_the_steps_of_the_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
