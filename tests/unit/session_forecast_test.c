/* What is foretold of a build's end, given what its jobs took last time. */
#include "cmocka_all.h"

#include "engine/session/forecast.h"

#define MS    1000000ull
#define START (1000 * MS) /* any time but 0 */

enum { CC, LINK };

/* As many jobs of rule CC as there are durations; 0: not known. */
static void begin(struct forecast *f, uint32_t slots, const uint32_t *ms, uint32_t count)
{
    *f = (struct forecast){0};
    forecast_begin(f, count, slots, 16, 100);
    for (uint32_t i = 0; i < count; i++)
        forecast_expect(f, i, CC, ms[i], 0);
}

static uint64_t left_at(struct forecast *f, uint64_t now_ns, uint64_t heaviest_ms)
{
    forecast_tell(f, now_ns, heaviest_ms, 0);
    return forecast_left_ms(f, now_ns);
}

static void assert_near(uint64_t value, uint64_t wanted)
{
    assert_in_range(value, wanted - wanted / 100 - 1, wanted + wanted / 100 + 1);
}

static void test_work_is_shared_by_the_slots(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 2, (uint32_t[]){300, 100, 200, 200}, 4);
    assert_near(left_at(&f, START, 300), 400);
    forecast_free(&f);
}

static void test_a_long_chain_decides(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 2, (uint32_t[]){300, 100, 200, 200}, 4);
    assert_near(left_at(&f, START, 700), 700);
    forecast_free(&f);
}

/* Eight jobs that only compute, all at once on two processors. */
static void test_processors_decide_when_there_are_more_slots(void **state)
{
    (void)state;
    struct forecast f = {0};
    forecast_begin(&f, 8, 8, 2, 100);
    for (uint32_t i = 0; i < 8; i++)
        forecast_expect(&f, i, CC, 1000, 1000);
    assert_near(left_at(&f, START, 1000), 4000);
    forecast_free(&f);
}

static void test_waiting_needs_no_processor(void **state)
{
    (void)state;
    struct forecast f = {0};
    forecast_begin(&f, 8, 8, 2, 100);
    for (uint32_t i = 0; i < 8; i++)
        forecast_expect(&f, i, CC, 1000, 100);
    assert_near(left_at(&f, START, 1000), 1000);
    forecast_free(&f);
}

/* What running jobs have done is not to be done again, and a pass takes its share out. */
static void test_processor_time_is_worked_off(void **state)
{
    (void)state;
    struct forecast f = {0};
    forecast_begin(&f, 4, 4, 1, 100);
    for (uint32_t i = 0; i < 4; i++)
        forecast_expect(&f, i, CC, 1000, 1000);
    forecast_end(&f, 3, 0, 0);
    forecast_start(&f, 0, 1000, START);
    forecast_end(&f, 0, 1000 * MS, 1000 * MS);
    forecast_start(&f, 1, 1000, START + 1000 * MS);
    assert_near(left_at(&f, START + 1500 * MS, 1000), 1500);
    forecast_free(&f);
}

/* The jobs use half as much of processors as they did: the cache of a compiler is full now. */
static void test_processor_time_is_corrected(void **state)
{
    (void)state;
    enum { COUNT = 80 };
    struct forecast f = {0};
    forecast_begin(&f, COUNT, COUNT, 1, 100);
    for (uint32_t i = 0; i < COUNT; i++)
        forecast_expect(&f, i, CC, 1000, 1000);
    for (uint32_t i = 0; i < COUNT / 2; i++) {
        forecast_start(&f, i, 1000, START);
        forecast_end(&f, i, 1000 * MS, 500 * MS);
    }
    assert_near(left_at(&f, START + 1000 * MS, 1000), COUNT / 2 * 500);
    forecast_free(&f);
}

static void test_no_record_is_too_long(void **state)
{
    (void)state;
    struct forecast f = {0};
    forecast_begin(&f, 2, 0, 0, UINT64_MAX);
    forecast_expect(&f, 0, CC, UINT32_MAX, UINT32_MAX);
    forecast_expect(&f, 1, CC, UINT32_MAX, UINT32_MAX);
    forecast_start(&f, 0, UINT64_MAX, START);
    forecast_tell(&f, START + MS, UINT64_MAX, UINT64_MAX);
    assert_in_range(forecast_left_ms(&f, START + MS), 1, 1000000000001);
    forecast_free(&f);
}

static void test_no_more_slots_count_than_there_are_jobs(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, UINT32_MAX, (uint32_t[]){300, 100}, 2);
    assert_near(left_at(&f, START, 0), 200);
    forecast_free(&f);
}

static void test_nothing_known_nothing_said(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){0, 0}, 2);
    assert_int_equal(left_at(&f, START, 0), 0);
    assert_int_equal(f.points.count, 0);
    forecast_free(&f);
}

static void test_a_job_without_a_record_is_like_its_rule(void **state)
{
    (void)state;
    struct forecast f = {0};
    forecast_begin(&f, 3, 1, 16, 100);
    forecast_expect(&f, 0, CC, 100, 0);
    forecast_expect(&f, 1, LINK, 1000, 0);
    forecast_expect(&f, 2, LINK, 0, 0);
    assert_near(left_at(&f, START, 0), 2100);
    forecast_free(&f);
}

static void test_a_rule_without_a_record_is_like_all(void **state)
{
    (void)state;
    struct forecast f = {0};
    forecast_begin(&f, 3, 1, 16, 100);
    forecast_expect(&f, 0, CC, 100, 0);
    forecast_expect(&f, 1, CC, 300, 0);
    forecast_expect(&f, 2, LINK, 0, 0);
    assert_near(left_at(&f, START, 0), 600);
    forecast_free(&f);
}

static void test_jobs_that_are_up_to_date_tell_what_others_take(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){0, 0}, 2);
    forecast_know(&f, CC, 250);
    assert_near(left_at(&f, START, 0), 500);
    forecast_free(&f);
}

static void test_a_first_build_learns_from_its_own_jobs(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){0, 0, 0}, 3);
    forecast_start(&f, 0, 100, START);
    forecast_end(&f, 0, 400 * MS, 0);
    assert_near(left_at(&f, START + 400 * MS, 0), 800);
    forecast_free(&f);
}

static void test_a_running_job_has_less_left(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 2, (uint32_t[]){1000, 100}, 2);
    forecast_start(&f, 0, 1000, START);
    assert_near(left_at(&f, START + 600 * MS, 100), 400);
    forecast_free(&f);
}

static void test_what_waits_for_a_generator_has_all_left(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){1000, 1000}, 2);
    forecast_start(&f, 0, 1000, 0);
    assert_near(left_at(&f, START + 600 * MS, 0), 2000);
    forecast_free(&f);
}

static void test_a_chain_behind_a_running_job_counts(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 4, (uint32_t[]){1000, 100}, 2);
    forecast_start(&f, 0, 5000, START);
    assert_near(left_at(&f, START + 600 * MS, 0), 4400);
    forecast_free(&f);
}

static void test_a_job_that_passes_takes_nothing(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){1000, 100, 0}, 3);
    forecast_end(&f, 0, 0, 0);
    forecast_end(&f, 2, 0, 0);
    assert_near(left_at(&f, START, 0), 100);
    forecast_free(&f);
}

static void test_a_job_taken_back_is_still_to_come(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){1000, 100}, 2);
    forecast_start(&f, 0, 1000, START);
    forecast_start(&f, 1, 100, START);
    forecast_take_back(&f, 0);
    assert_int_equal(f.running.count, 1);
    assert_int_equal(f.running.data[0].job, 1);
    assert_near(left_at(&f, START, 0), 1100);
    forecast_free(&f);
}

static void test_records_that_are_off_are_corrected(void **state)
{
    (void)state;
    uint32_t ms[100];
    struct forecast f;
    for (uint32_t i = 0; i < 100; i++)
        ms[i] = 100;
    begin(&f, 1, ms, 100);
    for (uint32_t i = 0; i < 50; i++) {
        forecast_start(&f, i, 100, START);
        forecast_end(&f, i, 1000 * MS, 0);
    }
    /* 50 jobs of a second, and two that took what they should; 50 are to come. */
    assert_near(left_at(&f, START, 0), 50 * 100 * 50200 / 5200);
    forecast_free(&f);
}

static void test_more_slots_than_processors_do_not_make_a_chain_longer(void **state)
{
    (void)state;
    struct forecast f = {0};
    forecast_begin(&f, 101, 8, 2, 100);
    for (uint32_t i = 0; i < 101; i++)
        forecast_expect(&f, i, CC, 100, 0);
    for (uint32_t i = 0; i < 50; i++) {
        forecast_start(&f, i, 100, START);
        forecast_end(&f, i, 400 * MS, 0);
    }
    /* They take four times as long, a quarter of which is not because of the slots. */
    assert_near(left_at(&f, START, 10000), 10000 * 171 / 100);
    forecast_free(&f);
}

static void test_jobs_that_run_too_long_are_heeded_before_they_end(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){100, 100, 100}, 3);
    forecast_start(&f, 0, 100, START);
    uint64_t left = left_at(&f, START + 10000 * MS, 0);
    assert_true(left > 2000);
    forecast_free(&f);
}

static void test_the_engines_own_time_counts(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){10, 10, 10}, 3);
    forecast_start(&f, 0, 10, START);
    forecast_end(&f, 0, 10 * MS, 0);
    forecast_tell(&f, START, 0, 5 * MS);
    assert_near(forecast_left_ms(&f, START), 30);
    forecast_free(&f);
}

static void test_it_does_not_jump(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){10000, 10000}, 2);
    assert_near(left_at(&f, START, 0), 20000);
    forecast_end(&f, 1, 0, 0);
    uint64_t left = left_at(&f, START + 100 * MS, 0);
    assert_true(left > 15000 && left < 19900);
    forecast_free(&f);
}

static void test_it_comes_to_what_is_computed(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){10000, 10000}, 2);
    left_at(&f, START, 0);
    forecast_start(&f, 0, 10000, START);
    forecast_end(&f, 1, 0, 0);
    for (uint64_t now = START; now < START + 8000 * MS; now += 100 * MS)
        left_at(&f, now, 0);
    assert_in_range(forecast_left_ms(&f, START + 8000 * MS), 1900, 2100);
    forecast_free(&f);
}

static void test_something_is_always_left(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){10, 10}, 2);
    left_at(&f, START, 0);
    assert_int_equal(forecast_left_ms(&f, START + 1000 * MS), 1);
    forecast_free(&f);
}

static void test_the_points_are_a_bounded_number_over_the_whole_time(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){10}, 1);
    uint64_t now = START;
    for (uint32_t i = 0; i < 10 * FORECAST_POINTS; i++, now += FORECAST_INTERVAL_MS * MS)
        forecast_tell(&f, now, 0, 0);
    assert_in_range(f.points.count, FORECAST_POINTS / 2, FORECAST_POINTS);
    assert_int_equal(f.points.data[0].time_ns, START);
    assert_true(f.points.data[f.points.count - 1].time_ns > now - 20 * FORECAST_INTERVAL_MS * MS);
    for (uint32_t i = 1; i < f.points.count; i++)
        assert_true(f.points.data[i - 1].time_ns < f.points.data[i].time_ns);
    forecast_free(&f);
}

static void test_the_points_outlive_a_plan(void **state)
{
    (void)state;
    struct forecast f;
    begin(&f, 1, (uint32_t[]){10}, 1);
    forecast_tell(&f, START, 0, 0);
    forecast_begin(&f, 1, 1, 16, 100);
    forecast_expect(&f, 0, CC, 20, 0);
    forecast_tell(&f, START + 100 * MS, 0, 0);
    assert_int_equal(f.points.count, 2);
    forecast_free(&f);
}

static void test_many_rules(void **state)
{
    (void)state;
    enum { RULES = 1000 };
    struct forecast f = {0};
    forecast_begin(&f, RULES * 2, 1, 16, 1);
    for (uint32_t i = 0; i < RULES; i++) {
        forecast_expect(&f, 2 * i, i * 64, i + 1, 0);
        forecast_expect(&f, 2 * i + 1, i * 64, 0, 0);
    }
    assert_int_equal(f.rules.count, RULES);
    assert_near(left_at(&f, START, 0), RULES * (RULES + 1));
    forecast_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_work_is_shared_by_the_slots),
        cmocka_unit_test(test_a_long_chain_decides),
        cmocka_unit_test(test_processors_decide_when_there_are_more_slots),
        cmocka_unit_test(test_waiting_needs_no_processor),
        cmocka_unit_test(test_processor_time_is_worked_off),
        cmocka_unit_test(test_processor_time_is_corrected),
        cmocka_unit_test(test_no_record_is_too_long),
        cmocka_unit_test(test_no_more_slots_count_than_there_are_jobs),
        cmocka_unit_test(test_nothing_known_nothing_said),
        cmocka_unit_test(test_a_job_without_a_record_is_like_its_rule),
        cmocka_unit_test(test_a_rule_without_a_record_is_like_all),
        cmocka_unit_test(test_jobs_that_are_up_to_date_tell_what_others_take),
        cmocka_unit_test(test_a_first_build_learns_from_its_own_jobs),
        cmocka_unit_test(test_a_running_job_has_less_left),
        cmocka_unit_test(test_what_waits_for_a_generator_has_all_left),
        cmocka_unit_test(test_a_chain_behind_a_running_job_counts),
        cmocka_unit_test(test_a_job_that_passes_takes_nothing),
        cmocka_unit_test(test_a_job_taken_back_is_still_to_come),
        cmocka_unit_test(test_records_that_are_off_are_corrected),
        cmocka_unit_test(test_more_slots_than_processors_do_not_make_a_chain_longer),
        cmocka_unit_test(test_jobs_that_run_too_long_are_heeded_before_they_end),
        cmocka_unit_test(test_the_engines_own_time_counts),
        cmocka_unit_test(test_it_does_not_jump),
        cmocka_unit_test(test_it_comes_to_what_is_computed),
        cmocka_unit_test(test_something_is_always_left),
        cmocka_unit_test(test_the_points_are_a_bounded_number_over_the_whole_time),
        cmocka_unit_test(test_the_points_outlive_a_plan),
        cmocka_unit_test(test_many_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
