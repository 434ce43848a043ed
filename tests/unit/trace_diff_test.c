/* Two builds compared. */
#include "trace_made.h"

#include "tools/trace/diff.h"

#include <string.h>

static void change_is(const struct trace_change_of *change, const char *name, uint32_t before,
                      uint32_t after)
{
    assert_string_equal(change->name, name);
    assert_int_equal(change->before_ns, before * MADE_MS);
    assert_int_equal(change->after_ns, after * MADE_MS);
}

/* Two builds of some jobs, and what is different in the second. */
static void make_pair(struct made *before, struct made *after, struct trace_diff *diff)
{
    made_begin(before, 1, 1000);
    made_job(before, "same", 0, 0, 50);
    made_job(before, "slower", 50, 50, 100);
    made_job(before, "faster", 100, 100, 200);
    made_job(before, "gone", 200, 200, 230);
    made_job(before, "away", 230, 230, 250);
    made_slice(before, 0, "look", 0, 10);
    made_slice(before, 0, "plan", 10, 11);
    made_analyse(before);
    made_begin(after, 1, 1100);
    made_job(after, "came", 0, 0, 20);
    made_reason(after, 0, "input-changed", "came.c");
    made_job(after, "same", 50, 50, 100);
    made_job(after, "slower", 100, 100, 170);
    made_job(after, "faster", 170, 170, 180);
    made_at(after, made_job(after, "gone", 200, 200, 200))->fate = TRACE_PASSED;
    made_slice(after, 0, "look", 0, 30);
    made_slice(after, 0, "hash", 10, 15);
    made_slice(after, 0, "plan", 30, 31);
    after->log.slices.data[2].end_ns -= MADE_MS / 100;
    made_analyse(after);
    trace_diff_find(diff, &before->analysis, &after->analysis);
}

static void free_pair(struct made *before, struct made *after, struct trace_diff *diff)
{
    trace_diff_free(diff);
    made_free(before);
    made_free(after);
}

static void test_jobs_are_matched_by_output(void **state)
{
    (void)state;
    struct made before, after;
    struct trace_diff diff;
    make_pair(&before, &after, &diff);
    assert_int_equal(diff.slower.count, 1);
    change_is(&diff.slower.data[0], "slower", 50, 70);
    assert_int_equal(diff.faster.count, 1);
    change_is(&diff.faster.data[0], "faster", 100, 10);
    assert_int_equal(diff.came.count, 1);
    change_is(&diff.came.data[0], "came", 0, 20);
    assert_int_equal(diff.went.count, 2);
    change_is(&diff.went.data[0], "gone", 30, 0);
    assert_int_equal(diff.went.data[0].spared_job, 4);
    change_is(&diff.went.data[1], "away", 20, 0);
    assert_int_equal(diff.went.data[1].spared_job, TRACE_NO_JOB);
    assert_false(diff.same);
    free_pair(&before, &after, &diff);
}

static void test_phases_are_compared_by_self_time(void **state)
{
    (void)state;
    struct made before, after;
    struct trace_diff diff;
    make_pair(&before, &after, &diff);
    assert_int_equal(diff.phases.count, 3);
    change_is(&diff.phases.data[0], "look", 10, 25);
    change_is(&diff.phases.data[1], "hash", 0, 5);
    free_pair(&before, &after, &diff);
}

static void test_small_differences_are_none(void **state)
{
    (void)state;
    struct made before, after;
    struct trace_diff diff;
    made_begin(&before, 2, 1000);
    made_job(&before, "short", 0, 0, 10);
    made_job(&before, "long", 0, 0, 500);
    made_analyse(&before);
    made_begin(&after, 2, 1000);
    made_job(&after, "short", 0, 0, 15);
    made_job(&after, "long", 0, 0, 549);
    made_analyse(&after);
    trace_diff_find(&diff, &before.analysis, &after.analysis);
    assert_int_equal(diff.slower.count, 0);
    assert_int_equal(diff.faster.count, 0);
    free_pair(&before, &after, &diff);
}

static void test_text_says_why_a_job_came(void **state)
{
    (void)state;
    struct made before, after;
    struct trace_diff diff;
    struct trace_page page = {0};
    make_pair(&before, &after, &diff);
    trace_diff_tell(&diff, "build 1", "build 2", &page);
    static const char *const parts[] = {
        "length     1.0 s → 1.1 s (+100 ms)\njobs run   5 → 4\nrun time   250 ms → 150 ms (-100 "
        "ms)\n"
        "jig itself ",
        "slower jobs: 1, 50 ms → 70 ms (+20 ms)\n  slower  50 ms → 70 ms (+20 ms)\n",
        "faster jobs: 1, 100 ms → 10 ms (-90 ms)\n",
        "ran that did not before: 1, 20 ms\n  came  20 ms  input changed: came.c\n",
        "did not run any more: 2, 50 ms\n"
        "  gone  30 ms  spared: its inputs came out as they had been\n"
        "  away  20 ms\n"
        "  those without a reason were up to date, or not made any more\n",
        "phases of jig's threads: 2, 10 ms → 30 ms (+20 ms)\n"
        "  look  10 ms → 25 ms (+15 ms)\n"
        "  hash  0 µs → 5 ms (+5 ms)\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(page.text.data, parts[i]))
            fail_msg("'%s' is not in:\n%s", parts[i], page.text.data);
    assert_null(strstr(page.text.data, "plan"));
    buf_free(&page.text);
    free_pair(&before, &after, &diff);
}

static void test_text_says_of_absent_jobs_what_may_be(void **state)
{
    (void)state;
    struct made before, after;
    struct trace_diff diff;
    struct trace_page page = {0};
    made_begin(&before, 1, 100);
    made_job(&before, "away", 0, 0, 50);
    made_analyse(&before);
    made_begin(&after, 1, 100);
    after.log.outcome = trace_log_word(&after.log, "failed");
    after.log.asked = trace_log_word(&after.log, "app");
    made_analyse(&after);
    trace_diff_find(&diff, &before.analysis, &after.analysis);
    trace_diff_tell(&diff, "build 1", "build 2", &page);
    assert_non_null(strstr(page.text.data, "those without a reason were up to date, not reached, "
                                           "not asked for, or not made any more\n"));
    buf_free(&page.text);
    free_pair(&before, &after, &diff);
}

static void test_a_build_compared_with_itself_is_told(void **state)
{
    (void)state;
    struct made before, after;
    struct trace_diff diff, same;
    struct trace_page page = {0};
    make_pair(&before, &after, &diff);
    trace_diff_find(&same, &after.analysis, &after.analysis);
    assert_true(same.same);
    trace_diff_tell(&same, "build 2", "copy.trace", &page);
    assert_string_equal(page.text.data,
                        "build 2 and copy.trace are the same build: there is nothing to compare\n");
    json_t *object = trace_diff_json(&same);
    assert_true(json_is_true(json_object_get(object, "same")));
    json_decref(object);
    buf_free(&page.text);
    trace_diff_free(&same);
    free_pair(&before, &after, &diff);
}

static void test_json_has_all_lists(void **state)
{
    (void)state;
    struct made before, after;
    struct trace_diff diff;
    make_pair(&before, &after, &diff);
    json_t *object = trace_diff_json(&diff);
    const json_t *came = json_array_get(json_object_get(object, "came"), 0);
    assert_string_equal(json_string_value(json_object_get(came, "name")), "came");
    assert_string_equal(json_string_value(json_object_get(came, "reason")), "input-changed");
    assert_string_equal(json_string_value(json_object_get(came, "reason_file")), "came.c");
    assert_int_equal(json_array_size(json_object_get(object, "slower")), 1);
    assert_true(json_is_false(json_object_get(object, "same")));
    const json_t *went = json_object_get(object, "went");
    assert_int_equal(json_array_size(went), 2);
    static const char *const why_not[] = {"spared", "absent"};
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(json_string_value(json_object_get(json_array_get(went, i), "why_not")),
                            why_not[i]);
    assert_null(json_object_get(came, "why_not"));
    json_decref(object);
    free_pair(&before, &after, &diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jobs_are_matched_by_output),
        cmocka_unit_test(test_phases_are_compared_by_self_time),
        cmocka_unit_test(test_text_says_of_absent_jobs_what_may_be),
        cmocka_unit_test(test_a_build_compared_with_itself_is_told),
        cmocka_unit_test(test_small_differences_are_none),
        cmocka_unit_test(test_text_says_why_a_job_came),
        cmocka_unit_test(test_json_has_all_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
