/* How many jobs run at a time when nobody says. */
#include "cmocka_all.h"

#include "tools/jig/processors.h"

static void test_default_slots(void **state)
{
    (void)state;
    assert_int_equal(processors_default_slots(1), 2);
    assert_int_equal(processors_default_slots(2), 3);
    assert_int_equal(processors_default_slots(3), 5);
    assert_int_equal(processors_default_slots(64), 66);
}

static void test_quota(void **state)
{
    (void)state;
    assert_int_equal(processors_of_cpu_max("400000 100000\n"), 4);
    assert_int_equal(processors_of_cpu_max("250000 100000\n"), 2);
    assert_int_equal(processors_of_cpu_max("50000 100000\n"), 1); /* less than one is still one */
}

static void test_no_quota(void **state)
{
    (void)state;
    assert_int_equal(processors_of_cpu_max("max 100000\n"), 0);
    assert_int_equal(processors_of_cpu_max(""), 0);
    assert_int_equal(processors_of_cpu_max("100000"), 0);
    assert_int_equal(processors_of_cpu_max("100000 0\n"), 0);
    assert_int_equal(processors_of_cpu_max("-1 100000\n"), 0);
}

static void test_there_is_at_least_one(void **state)
{
    (void)state;
    assert_true(processors_available() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_slots),
        cmocka_unit_test(test_quota),
        cmocka_unit_test(test_no_quota),
        cmocka_unit_test(test_there_is_at_least_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
