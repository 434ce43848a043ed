/* Builds that were not: the same jobs on other numbers of slots. */
#include "trace_made.h"

static void build_takes(const struct made *made, uint32_t slots, uint32_t ms)
{
    for (uint32_t i = 0; i < made->analysis.what_if.count; i++)
        if (made->analysis.what_if.data[i].slots == slots) {
            assert_int_equal(made->analysis.what_if.data[i].wall_ns, ms * MADE_MS);
            return;
        }
    fail_msg("nothing about %u slots", slots);
}

static void jobs_take(const struct made *made, uint32_t slots, uint32_t ms)
{
    for (uint32_t i = 0; i < made->analysis.what_if.count; i++)
        if (made->analysis.what_if.data[i].slots == slots) {
            assert_int_equal(made->analysis.what_if.data[i].jobs_ns, ms * MADE_MS);
            return;
        }
    fail_msg("nothing about %u slots", slots);
}

static void test_the_longest_chain_starts_first(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 100);
    uint32_t short_one = made_job(&made, "a", 0, 0, 20);
    uint32_t head = made_job(&made, "b", 0, 20, 40);
    made_job(&made, "c", 40, 40, 100, head);
    (void)short_one;
    made_analyse(&made);
    jobs_take(&made, 1, 100);
    jobs_take(&made, 2, 80);
    jobs_take(&made, 128, 80);
    made_free(&made);
}

static void test_a_pool_has_only_its_places(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 90);
    for (uint32_t i = 0; i < 3; i++)
        made_pool(&made, made_job(&made, "program", 0, i * 30, i * 30 + 30), "link", 2);
    made_analyse(&made);
    jobs_take(&made, 1, 90);
    jobs_take(&made, 2, 60);
    jobs_take(&made, 64, 60);
    made_free(&made);
}

static void test_jobs_that_did_not_run_take_no_slot_and_no_time(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 60);
    uint32_t a = made_job(&made, "a", 0, 0, 30);
    uint32_t all = made_job(&made, "all", 30, 30, 30, a);
    made_at(&made, all)->fate = TRACE_PHONY;
    made_job(&made, "b", 30, 30, 60, all);
    made_analyse(&made);
    jobs_take(&made, 1, 60);
    jobs_take(&made, 4, 60);
    made_free(&made);
}

static void test_a_round_waits_for_the_one_before(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    made_job(&made, "build.ninja", 0, 0, 30);
    made_job(&made, "a", 50, 50, 100);
    made_job(&made, "b", 50, 50, 100);
    made_analyse(&made);
    jobs_take(&made, 1, 130);
    jobs_take(&made, 2, 80);
    jobs_take(&made, 4, 80);
    made_free(&made);
}

static void test_the_time_around_the_jobs_stays(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 100);
    uint32_t a = made_job(&made, "a", 10, 10, 30);
    made_job(&made, "b", 35, 35, 75, a);
    made_analyse(&made);
    jobs_take(&made, 1, 60);
    assert_int_equal(made.analysis.what_if.data[0].slots, 1);
    assert_int_equal(made.analysis.what_if.data[0].wall_ns, 100 * MADE_MS);
    made_free(&made);
}

/* In the best order the jobs take 80 ms on two slots; they took 120. */
static void test_the_build_itself_is_as_it_was_measured_and_others_in_proportion(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 150);
    made_job(&made, "a", 10, 10, 50);
    made_job(&made, "b", 10, 10, 50);
    made_job(&made, "c", 10, 50, 90);
    made_job(&made, "d", 10, 90, 130);
    made_analyse(&made);
    jobs_take(&made, 2, 80);
    build_takes(&made, 2, 150);
    jobs_take(&made, 1, 160);
    build_takes(&made, 1, 30 + 240);
    jobs_take(&made, 4, 40);
    build_takes(&made, 4, 30 + 60);
    made_free(&made);
}

static void test_the_builds_own_slots_are_in_the_table(void **state)
{
    (void)state;
    static const uint32_t of[] = {1, 6, 128, 500};
    for (uint32_t i = 0; i < 4; i++) {
        struct made made;
        made_begin(&made, of[i], 20);
        made_job(&made, "a", 0, 0, 20);
        made_analyse(&made);
        jobs_take(&made, of[i], 20);
        for (uint32_t k = 1; k < made.analysis.what_if.count; k++)
            assert_true(made.analysis.what_if.data[k - 1].slots <
                        made.analysis.what_if.data[k].slots);
        made_free(&made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_longest_chain_starts_first),
        cmocka_unit_test(test_a_pool_has_only_its_places),
        cmocka_unit_test(test_jobs_that_did_not_run_take_no_slot_and_no_time),
        cmocka_unit_test(test_a_round_waits_for_the_one_before),
        cmocka_unit_test(test_the_time_around_the_jobs_stays),
        cmocka_unit_test(test_the_build_itself_is_as_it_was_measured_and_others_in_proportion),
        cmocka_unit_test(test_the_builds_own_slots_are_in_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
