/* How fast a build goes and how long it will take, in words. */
#include "cmocka_all.h"

#include "tools/jig/pace.h"

#define MS    1000000ull
#define START (1000 * MS)

static void assert_text(struct buf *text, const char *expected)
{
    assert_string_equal(buf_cstr(text), expected);
    buf_free(text);
}

static void assert_time(uint64_t ms, const char *expected)
{
    struct buf text = {0};
    pace_append_time(ms, &text);
    assert_text(&text, expected);
}

static void test_times(void **state)
{
    (void)state;
    assert_time(1, "0.0 s");
    assert_time(949, "0.9 s");
    assert_time(1999, "1 s");
    assert_time(59999, "59 s");
    assert_time(185000, "3 min 5 s");
    assert_time(3600000, "1 h 0 min");
    assert_time(7620000, "2 h 7 min");
}

/* What is said `ms` after the start of a build of 100 jobs. */
static void assert_pace(uint32_t finished, uint64_t left_ms, uint64_t ms, const char *expected)
{
    struct pace pace = {0};
    struct buf text = {0};
    const struct jig_progress progress = {
        .total = 100, .finished = finished, .left_ms = left_ms, .start_ns = START};
    pace_take(&pace, &progress, START + ms * MS);
    pace_append(&pace, &progress, START + ms * MS, &text);
    assert_text(&text, expected);
}

static void test_what_is_known_is_said(void **state)
{
    (void)state;
    assert_pace(40, 3000, 2000, "20/s, 3 s left");
    assert_pace(5, 3000, 2000, "2.5/s, 3 s left");
    assert_pace(40, 0, 2000, "20/s");
    assert_pace(0, 3000, 2000, "3 s left");
    assert_pace(0, 0, 2000, "");
}

static void test_nothing_is_said_in_the_first_second(void **state)
{
    (void)state;
    assert_pace(40, 3000, 999, "");
}

static void test_nothing_is_left_when_all_have_ended(void **state)
{
    (void)state;
    assert_pace(100, 1, 2000, "50/s");
}

static void test_the_rate_is_that_of_the_last_seconds(void **state)
{
    (void)state;
    struct pace pace = {0};
    struct jig_progress progress = {.total = 10000, .start_ns = START};
    for (uint64_t ms = 1000; ms <= 5000; ms += 1000) {
        progress.finished += 100;
        pace_take(&pace, &progress, START + ms * MS);
    }
    assert_true(pace.rate > 99 && pace.rate < 101);
    for (uint64_t ms = 6000; ms <= 30000; ms += 1000) {
        progress.finished += 10;
        pace_take(&pace, &progress, START + ms * MS);
    }
    assert_true(pace.rate > 9 && pace.rate < 12);
}

static void test_calls_in_quick_succession_count_once(void **state)
{
    (void)state;
    struct pace pace = {0};
    struct jig_progress progress = {.total = 100, .finished = 10, .start_ns = START};
    pace_take(&pace, &progress, START + 1000 * MS);
    progress.finished = 11;
    pace_take(&pace, &progress, START + 1001 * MS);
    assert_true(pace.rate > 9.9 && pace.rate < 10.1);
}

static void test_another_build_begins_at_nothing(void **state)
{
    (void)state;
    struct pace pace = {0};
    struct buf text = {0};
    struct jig_progress progress = {.total = 100, .finished = 50, .start_ns = START};
    pace_take(&pace, &progress, START + 1000 * MS);
    progress = (struct jig_progress){.total = 100, .finished = 2, .start_ns = START + 9000 * MS};
    pace_take(&pace, &progress, START + 10000 * MS);
    pace_append(&pace, &progress, START + 10000 * MS, &text);
    assert_text(&text, "2.0/s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_what_is_known_is_said),
        cmocka_unit_test(test_nothing_is_said_in_the_first_second),
        cmocka_unit_test(test_nothing_is_left_when_all_have_ended),
        cmocka_unit_test(test_the_rate_is_that_of_the_last_seconds),
        cmocka_unit_test(test_calls_in_quick_succession_count_once),
        cmocka_unit_test(test_another_build_begins_at_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
