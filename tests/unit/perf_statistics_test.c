/* Statistics, against values that others have published or computed. */
#include "perf_support.h"

#include "tools/perf/statistics.h"

#include <stdbool.h>

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof *(array)))

static void test_a_summary_of_an_odd_number_of_values(void **state)
{
    (void)state;
    static const double values[] = {9, 2, 4, 7, 5};
    struct summary s = summarize(values, COUNT(values));
    assert_near(s.min, 2, 0);
    assert_near(s.median, 5, 0);
    assert_near(s.max, 9, 0);
    assert_near(s.mean, 5.4, 1e-12);
    assert_near(s.deviation, 2.7018512172212592, 1e-12);
}

static void test_the_median_of_an_even_number_lies_between_the_middle_ones(void **state)
{
    (void)state;
    static const double values[] = {8, 1, 4, 3};
    assert_near(summarize(values, COUNT(values)).median, 3.5, 0);
}

static void test_a_single_value_does_not_deviate(void **state)
{
    (void)state;
    static const double value = 3;
    struct summary s = summarize(&value, 1);
    assert_near(s.median, 3, 0);
    assert_near(s.deviation, 0, 0);
}

/* The example in SciPy's documentation of mannwhitneyu, of which p is 0.1111 for both sides. */
static const double females[] = {20, 11, 17, 12};
static const double males[] = {19, 22, 16, 29, 24};

static void test_small_series_are_counted_exactly(void **state)
{
    (void)state;
    assert_near(mann_whitney_greater(females, 4, males, 5), 7.0 / 126, 1e-12);
    assert_near(mann_whitney_greater(males, 5, females, 4), 122.0 / 126, 1e-12);
}

/* Values 1 … n + m, of which the b are such that b wins `u` of n * m pairs. */
static double p_of(uint32_t n, uint32_t m, uint32_t u)
{
    double a[MANN_WHITNEY_EXACT], b[MANN_WHITNEY_EXACT];
    bool of_b[2 * MANN_WHITNEY_EXACT] = {false};
    uint32_t a_count = 0, b_count = 0;
    /* The greatest b first: each wins as many of a as are left to win. */
    for (uint32_t i = m; i-- > 0;) {
        uint32_t wins = u < n ? u : n;
        of_b[i + wins] = true;
        u -= wins;
    }
    assert_int_equal(u, 0);
    for (uint32_t i = 0; i < n + m; i++) {
        if (of_b[i])
            b[b_count++] = i + 1;
        else
            a[a_count++] = i + 1;
    }
    assert_int_equal(a_count, n);
    return mann_whitney_greater(a, a_count, b, b_count);
}

/* Tables of the test give the greatest U of the lesser side that is significant at 0.05 one-sided:
 * 0 of 3 and 3, 4 of 5 and 5, 15 of 8 and 8, 27 of 10 and 10, 138 of 20 and 20. */
static void test_critical_values_are_those_of_the_tables(void **state)
{
    (void)state;
    static const struct {
        uint32_t n, critical;
    } table[] = {{3, 0}, {5, 4}, {8, 15}, {10, 27}, {20, 138}};
    for (uint32_t i = 0; i < COUNT(table); i++) {
        uint32_t n = table[i].n, pairs = n * n;
        assert_true(p_of(n, n, pairs - table[i].critical) <= 0.05 + 1e-12);
        assert_true(p_of(n, n, pairs - table[i].critical - 1) > 0.05 + 1e-12);
    }
}

static void test_no_arrangement_is_greater_than_the_greatest(void **state)
{
    (void)state;
    assert_near(p_of(3, 3, 9), 1.0 / 20, 1e-12);
    assert_near(p_of(10, 10, 100), 1.0 / 184756, 1e-15);
    assert_near(p_of(10, 10, 0), 1, 1e-12);
}

/* As scipy.stats.mannwhitneyu(b, a, alternative='greater', method='asymptotic') gives it. */
static void test_equal_values_are_approximated_with_a_correction(void **state)
{
    (void)state;
    static const double a[] = {1, 2, 2, 3, 3}, b[] = {2, 3, 3, 4, 5};
    assert_near(mann_whitney_greater(a, 5, b, 5), 0.06318969380425776, 1e-12);
}

static void test_long_series_are_approximated(void **state)
{
    (void)state;
    double a[25], b[25];
    for (uint32_t i = 0; i < 25; i++) {
        a[i] = i + 1;
        b[i] = a[i] + 5.5;
    }
    assert_near(mann_whitney_greater(a, 25, b, 25), 0.008962888678703243, 1e-12);
}

static void test_equal_series_and_empty_ones_say_nothing(void **state)
{
    (void)state;
    static const double same[] = {4, 4, 4};
    assert_near(mann_whitney_greater(same, 3, same, 3), 1, 0);
    assert_near(mann_whitney_greater(same, 0, same, 3), 1, 0);
    assert_near(mann_whitney_greater(same, 3, same, 0), 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_summary_of_an_odd_number_of_values),
        cmocka_unit_test(test_the_median_of_an_even_number_lies_between_the_middle_ones),
        cmocka_unit_test(test_a_single_value_does_not_deviate),
        cmocka_unit_test(test_small_series_are_counted_exactly),
        cmocka_unit_test(test_critical_values_are_those_of_the_tables),
        cmocka_unit_test(test_no_arrangement_is_greater_than_the_greatest),
        cmocka_unit_test(test_equal_values_are_approximated_with_a_correction),
        cmocka_unit_test(test_long_series_are_approximated),
        cmocka_unit_test(test_equal_series_and_empty_ones_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
