/* What slots did at each moment, and why they did nothing. */
#include "trace_made.h"

static void idle_is(const struct made *made, enum trace_idle kind, uint32_t ms)
{
    if (made->analysis.idle_ns[kind] != ms * MADE_MS)
        fail_msg("%s: %llu ns instead of %u ms", trace_idle_name(kind),
                 (unsigned long long)made->analysis.idle_ns[kind], ms);
}

static void test_before_between_and_after_jobs(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    uint32_t a = made_job(&made, "a", 5, 10, 30);
    made_job(&made, "b", 5, 10, 30);
    made_job(&made, "c", 50, 50, 90, a);
    made_job(&made, "d", 50, 50, 90, a);
    made_analyse(&made);
    idle_is(&made, TRACE_IDLE_BEFORE, 20);
    idle_is(&made, TRACE_IDLE_BETWEEN, 40);
    idle_is(&made, TRACE_IDLE_AFTER, 20);
    idle_is(&made, TRACE_IDLE_DEPS, 0);
    idle_is(&made, TRACE_IDLE_ENGINE, 0);
    made_free(&made);
}

static void test_idle_for_want_of_ready_jobs_is_blamed_on_those_that_run(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 3, 60);
    uint32_t a = made_job(&made, "a", 0, 0, 40);
    uint32_t b = made_job(&made, "b", 0, 0, 20);
    made_job(&made, "c", 40, 40, 60, a, b);
    made_job(&made, "d", 40, 40, 60, a, b);
    made_job(&made, "e", 40, 40, 60, a, b);
    made_analyse(&made);
    idle_is(&made, TRACE_IDLE_DEPS, 20 + 2 * 20);
    assert_int_equal(made.analysis.blocking_ns[a], (10 + 40) * MADE_MS);
    assert_int_equal(made.analysis.blocking_ns[b], 10 * MADE_MS);
    assert_int_equal(made.analysis.blocking_ns[2], 0);
    made_free(&made);
}

/* What was not started then is not in the trace: it is not for want of jobs that slots were idle. */
static void test_idle_after_a_failure_that_stopped_the_build(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    uint32_t a = made_job(&made, "a", 0, 0, 100);
    uint32_t b = made_job(&made, "b", 0, 0, 10);
    made_at(&made, b)->exit_code = 1;
    made_analyse(&made);
    idle_is(&made, TRACE_IDLE_FAILED, 90);
    idle_is(&made, TRACE_IDLE_DEPS, 0);
    assert_int_equal(made.analysis.blocking_ns[a], 0);
    made_free(&made);
}

static void test_a_failure_after_which_others_start_stops_nothing(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    uint32_t a = made_job(&made, "a", 0, 0, 60);
    made_at(&made, made_job(&made, "b", 0, 0, 10))->exit_code = 1;
    made_job(&made, "c", 60, 60, 100, a);
    made_analyse(&made);
    idle_is(&made, TRACE_IDLE_FAILED, 0);
    idle_is(&made, TRACE_IDLE_DEPS, 50 + 40);
    made_free(&made);
}

static void test_idle_because_pools_are_full(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 3, 60);
    made_pool(&made, made_job(&made, "a", 0, 0, 30), "link", 1);
    made_pool(&made, made_job(&made, "b", 0, 30, 60), "link", 1);
    made_analyse(&made);
    /* One more job was ready for 30 ms; the third slot had nothing to do at any time. */
    idle_is(&made, TRACE_IDLE_POOL, 30);
    idle_is(&made, TRACE_IDLE_DEPS, 30 + 60);
    assert_int_equal(made.analysis.pools.count, 1);
    assert_string_equal(made.analysis.pools.data[0].name, "link");
    assert_int_equal(made.analysis.pools.data[0].idle_ns, 30 * MADE_MS);
    assert_int_equal(made.analysis.pools.data[0].jobs, 2);
    made_free(&made);
}

static void test_idle_of_several_full_pools_is_shared_by_the_jobs_held(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 5, 40);
    made_pool(&made, made_job(&made, "a", 0, 0, 40), "few", 1);
    made_pool(&made, made_job(&made, "b", 0, 0, 40), "one", 1);
    made_pool(&made, made_job(&made, "c", 0, 40, 40), "few", 1);
    made_pool(&made, made_job(&made, "d", 0, 40, 40), "few", 1);
    made_pool(&made, made_job(&made, "e", 0, 40, 40), "one", 1);
    made_analyse(&made);
    idle_is(&made, TRACE_IDLE_POOL, 3 * 40);
    assert_int_equal(made.analysis.pools.data[0].idle_ns, 2 * 40 * MADE_MS);
    assert_int_equal(made.analysis.pools.data[1].idle_ns, 40 * MADE_MS);
    made_free(&made);
}

static void test_idle_although_a_job_could_have_started(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 50);
    made_job(&made, "a", 0, 0, 50);
    made_job(&made, "b", 0, 20, 50);
    made_analyse(&made);
    idle_is(&made, TRACE_IDLE_ENGINE, 20);
    idle_is(&made, TRACE_IDLE_DEPS, 0);
    made_free(&made);
}

static void test_slots_without_limit_count_as_processors(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 0, 50);
    made.log.processors = 2;
    made_job(&made, "a", 0, 0, 50);
    made_job(&made, "b", 0, 0, 50);
    made_job(&made, "c", 0, 0, 20);
    made_analyse(&made);
    assert_int_equal(made.analysis.slots, 2);
    for (enum trace_idle kind = 0; kind < TRACE_IDLE_KINDS; kind++)
        idle_is(&made, kind, 0);
    made_free(&made);
}

static void level_is(const struct made *made, uint32_t i, uint32_t ms, uint32_t running,
                     uint32_t ready)
{
    assert_true(i < made->analysis.levels.count);
    assert_int_equal(made->analysis.levels.data[i].time_ns, ms * MADE_MS);
    assert_int_equal(made->analysis.levels.data[i].running, running);
    assert_int_equal(made->analysis.levels.data[i].ready, ready);
}

static void test_levels_say_how_many_run_and_are_ready(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 50);
    made_job(&made, "a", 10, 10, 20);
    made_job(&made, "b", 10, 20, 50);
    made_analyse(&made);
    assert_int_equal(made.analysis.levels.count, 4);
    level_is(&made, 0, 0, 0, 0);
    level_is(&made, 1, 10, 1, 1);
    level_is(&made, 2, 20, 1, 0);
    level_is(&made, 3, 50, 0, 0);
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before_between_and_after_jobs),
        cmocka_unit_test(test_idle_for_want_of_ready_jobs_is_blamed_on_those_that_run),
        cmocka_unit_test(test_idle_after_a_failure_that_stopped_the_build),
        cmocka_unit_test(test_a_failure_after_which_others_start_stops_nothing),
        cmocka_unit_test(test_idle_because_pools_are_full),
        cmocka_unit_test(test_idle_of_several_full_pools_is_shared_by_the_jobs_held),
        cmocka_unit_test(test_idle_although_a_job_could_have_started),
        cmocka_unit_test(test_slots_without_limit_count_as_processors),
        cmocka_unit_test(test_levels_say_how_many_run_and_are_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
