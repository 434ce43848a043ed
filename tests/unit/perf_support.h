/* What the tests of jig-perf share: comparing numbers in double precision. */
#ifndef TESTS_UNIT_PERF_SUPPORT_H
#define TESTS_UNIT_PERF_SUPPORT_H

#include "cmocka_all.h"

#include <math.h>

/* cmocka has this for float, and in its later versions only for double. */
static inline void assert_near(double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance))
        print_error("%.17g is not %.17g\n", actual, expected);
    assert_true(fabs(actual - expected) <= tolerance);
}

#endif
