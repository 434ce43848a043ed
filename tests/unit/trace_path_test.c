/* The critical path and the longest chains. */
#include "trace_made.h"

static void step_is(const struct made *made, uint32_t i, enum trace_step_kind kind, uint32_t job,
                    uint32_t begin, uint32_t end)
{
    assert_true(i < made->analysis.path.count);
    const struct trace_step *step = &made->analysis.path.data[i];
    assert_int_equal(step->kind, kind);
    assert_int_equal(step->job, job);
    assert_int_equal(step->begin_ns, begin * MADE_MS);
    assert_int_equal(step->end_ns, end * MADE_MS);
}

static void test_path_goes_back_through_what_each_job_waited_for(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 110);
    uint32_t a = made_job(&made, "a.o", 10, 10, 40);
    uint32_t b = made_job(&made, "b.o", 10, 12, 50);
    uint32_t app = made_job(&made, "app", 55, 60, 100, a, b);
    made_analyse(&made);
    assert_int_equal(made.analysis.path.count, 7);
    step_is(&made, 0, TRACE_STEP_ENGINE, TRACE_NO_JOB, 0, 10);
    step_is(&made, 1, TRACE_STEP_WAIT, b, 10, 12);
    step_is(&made, 2, TRACE_STEP_JOB, b, 12, 50);
    step_is(&made, 3, TRACE_STEP_ENGINE, TRACE_NO_JOB, 50, 55);
    step_is(&made, 4, TRACE_STEP_WAIT, app, 55, 60);
    step_is(&made, 5, TRACE_STEP_JOB, app, 60, 100);
    step_is(&made, 6, TRACE_STEP_ENGINE, TRACE_NO_JOB, 100, 110);
    assert_int_equal(made.analysis.on_path[a], 0);
    assert_int_equal(made.analysis.on_path[b], 1);
    assert_int_equal(made.analysis.path_ns[TRACE_STEP_JOB], 78 * MADE_MS);
    assert_int_equal(made.analysis.path_ns[TRACE_STEP_WAIT], 7 * MADE_MS);
    assert_int_equal(made.analysis.path_ns[TRACE_STEP_ENGINE], 25 * MADE_MS);
    made_free(&made);
}

static void test_path_goes_through_jobs_that_did_not_run(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 100);
    uint32_t a = made_job(&made, "a.o", 0, 0, 40);
    uint32_t all = made_job(&made, "all", 41, 42, 42, a);
    made_at(&made, all)->fate = TRACE_PASSED;
    uint32_t test = made_job(&made, "test", 43, 43, 100, all);
    made_analyse(&made);
    assert_int_equal(made.analysis.path.count, 3);
    step_is(&made, 0, TRACE_STEP_JOB, a, 0, 40);
    step_is(&made, 1, TRACE_STEP_ENGINE, TRACE_NO_JOB, 40, 43);
    step_is(&made, 2, TRACE_STEP_JOB, test, 43, 100);
    assert_int_equal(made.analysis.on_path[all], 0);
    made_free(&made);
}

static void test_path_goes_on_in_the_round_before(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    uint32_t manifest = made_job(&made, "build.ninja", 0, 0, 30);
    uint32_t a = made_job(&made, "a.o", 50, 50, 100);
    made_analyse(&made);
    assert_int_equal(made.analysis.path.count, 3);
    step_is(&made, 0, TRACE_STEP_JOB, manifest, 0, 30);
    step_is(&made, 1, TRACE_STEP_ENGINE, TRACE_NO_JOB, 30, 50);
    step_is(&made, 2, TRACE_STEP_JOB, a, 50, 100);
    made_free(&made);
}

static void waits_are(const uint64_t wait_ns[TRACE_WAITS], uint32_t pool, uint32_t slot,
                      uint32_t engine)
{
    assert_int_equal(wait_ns[TRACE_WAIT_POOL], pool * MADE_MS);
    assert_int_equal(wait_ns[TRACE_WAIT_SLOT], slot * MADE_MS);
    assert_int_equal(wait_ns[TRACE_WAIT_ENGINE], engine * MADE_MS);
}

static void test_waiting_is_for_a_pool_a_slot_or_jig(void **state)
{
    (void)state;
    struct made made;
    made_waiting(&made, "link");
    step_is(&made, 1, TRACE_STEP_WAIT, 3, 10, 55);
    waits_are(made.analysis.path.data[1].wait_ns, 20, 20, 5);
    waits_are(made.analysis.wait_ns, 20, 20, 5);
    waits_are(made.analysis.path.data[0].wait_ns, 0, 0, 0);
    assert_int_equal(made.analysis.pools.data[0].path_ns, 20 * MADE_MS);
    made_free(&made);
}

static void test_a_full_pool_comes_before_full_slots(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 60);
    made_pool(&made, made_job(&made, "first", 0, 0, 30), "link", 1);
    made_pool(&made, made_job(&made, "last", 0, 30, 60), "link", 1);
    made_analyse(&made);
    waits_are(made.analysis.wait_ns, 30, 0, 0);
    made_free(&made);
}

static void test_no_slot_is_waited_for_where_there_is_no_limit(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 60);
    made.log.slots = 0;
    made_job(&made, "first", 0, 0, 30);
    made_job(&made, "last", 0, 30, 60);
    made_analyse(&made);
    waits_are(made.analysis.wait_ns, 0, 0, 30);
    made_free(&made);
}

static void test_path_of_a_build_without_jobs_is_the_engine(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 5);
    made_analyse(&made);
    assert_int_equal(made.analysis.path.count, 1);
    step_is(&made, 0, TRACE_STEP_ENGINE, TRACE_NO_JOB, 0, 5);
    assert_int_equal(made.analysis.first_ns, 5 * MADE_MS);
    assert_int_equal(made.analysis.last_ns, 5 * MADE_MS);
    made_free(&made);
}

static void test_chain_is_the_longest_that_begins_with_the_job(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 200);
    uint32_t a = made_job(&made, "a", 0, 0, 10);
    uint32_t b = made_job(&made, "b", 10, 10, 30, a);
    uint32_t c = made_job(&made, "c", 10, 10, 50, a);
    uint32_t d = made_job(&made, "d", 50, 60, 65, b, c);
    made_analyse(&made);
    assert_int_equal(made.analysis.tail_ns[a], 55 * MADE_MS);
    assert_int_equal(made.analysis.tail_ns[b], 25 * MADE_MS);
    assert_int_equal(made.analysis.tail_ns[c], 45 * MADE_MS);
    assert_int_equal(made.analysis.tail_ns[d], 5 * MADE_MS);
    assert_int_equal(made.analysis.longest_ns, 55 * MADE_MS);
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path_goes_back_through_what_each_job_waited_for),
        cmocka_unit_test(test_path_goes_through_jobs_that_did_not_run),
        cmocka_unit_test(test_path_goes_on_in_the_round_before),
        cmocka_unit_test(test_waiting_is_for_a_pool_a_slot_or_jig),
        cmocka_unit_test(test_a_full_pool_comes_before_full_slots),
        cmocka_unit_test(test_no_slot_is_waited_for_where_there_is_no_limit),
        cmocka_unit_test(test_path_of_a_build_without_jobs_is_the_engine),
        cmocka_unit_test(test_chain_is_the_longest_that_begins_with_the_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
