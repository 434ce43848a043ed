/* When a gate warns, when it fails, and when it does neither. */
#include "perf_support.h"

#include "tools/perf/verdict.h"

enum { SAMPLES = 10 };

/* A little noise, the same each time, that makes no two samples equal. */
static void fill(double *samples, double level, double noise)
{
    static const double steps[SAMPLES] = {0, 3, -2, 5, -4, 1, -1, 4, -3, 2};
    for (int i = 0; i < SAMPLES; i++)
        samples[i] = level + noise * steps[i] / 5;
}

static struct comparison compare(double before_level, double before_noise, double now_level,
                                 double now_noise)
{
    double before[SAMPLES], now[SAMPLES];
    fill(before, before_level, before_noise);
    fill(now, now_level, now_noise);
    return compare_samples(before, SAMPLES, now, SAMPLES);
}

static void test_a_slowdown_of_a_fifth_fails(void **state)
{
    (void)state;
    struct comparison c = compare(100, 2, 120, 2);
    assert_int_equal(c.verdict, VERDICT_FAIL);
    assert_near(c.ratio, 1.2, 0.01);
    assert_true(c.p < 0.001);
}

static void test_one_between_the_lines_warns(void **state)
{
    (void)state;
    assert_int_equal(compare(100, 2, 107, 2).verdict, VERDICT_WARN);
}

static void test_one_below_both_lines_is_none_however_sure(void **state)
{
    (void)state;
    struct comparison c = compare(100, 0.1, 104, 0.1);
    assert_true(c.p < 0.001);
    assert_int_equal(c.verdict, VERDICT_SAME);
}

static void test_a_difference_within_the_noise_is_none_however_large(void **state)
{
    (void)state;
    struct comparison c = compare(100, 90, 115, 90);
    assert_true(c.ratio >= VERDICT_FAIL_AT);
    assert_int_equal(c.verdict, VERDICT_SAME);
}

static void test_the_same_noise_on_both_sides_is_no_difference(void **state)
{
    (void)state;
    assert_int_equal(compare(100, 90, 100.5, 90).verdict, VERDICT_SAME);
}

static void test_an_improvement_is_told(void **state)
{
    (void)state;
    assert_int_equal(compare(120, 2, 100, 2).verdict, VERDICT_BETTER);
}

static void test_too_few_samples_prove_nothing(void **state)
{
    (void)state;
    static const double before[] = {100, 101, 102, 103}, now[] = {200, 201, 202, 203};
    assert_int_equal(compare_samples(before, 3, now, 3).verdict, VERDICT_UNKNOWN);
    assert_int_equal(compare_samples(before, 4, now, 4).verdict, VERDICT_FAIL);
}

static void test_nothing_beside_nothing_is_the_same(void **state)
{
    (void)state;
    static const double zero[SAMPLES] = {0};
    struct comparison c = compare_samples(zero, SAMPLES, zero, SAMPLES);
    assert_near(c.ratio, 1, 0);
    assert_int_equal(c.verdict, VERDICT_SAME);
}

static void test_something_beside_nothing_fails(void **state)
{
    (void)state;
    static const double zero[SAMPLES] = {0};
    double now[SAMPLES];
    fill(now, 10, 1);
    struct comparison c = compare_samples(zero, SAMPLES, now, SAMPLES);
    assert_true(isinf(c.ratio));
    assert_int_equal(c.verdict, VERDICT_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_slowdown_of_a_fifth_fails),
        cmocka_unit_test(test_one_between_the_lines_warns),
        cmocka_unit_test(test_one_below_both_lines_is_none_however_sure),
        cmocka_unit_test(test_a_difference_within_the_noise_is_none_however_large),
        cmocka_unit_test(test_the_same_noise_on_both_sides_is_no_difference),
        cmocka_unit_test(test_an_improvement_is_told),
        cmocka_unit_test(test_too_few_samples_prove_nothing),
        cmocka_unit_test(test_nothing_beside_nothing_is_the_same),
        cmocka_unit_test(test_something_beside_nothing_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
