/*
 * Statistics of samples: what a series came to, and whether one series is greater than another.
 * Pure functions.
 */
#ifndef PERF_STATISTICS_H
#define PERF_STATISTICS_H

#include <stdint.h>

struct summary {
    double min, median, max, mean;
    double deviation; /* standard deviation of the sample (n - 1); 0 of a single one */
};

/* Of at least one value, none of which is NaN. O(n log n). */
struct summary summarize(const double *values, uint32_t count);

/*
 * The one-sided Mann-Whitney test (H. B. Mann and D. R. Whitney, "On a test of whether one of two
 * random variables is stochastically larger than the other", 1947): how probable it is that values
 * are as much greater in `b` than in `a` as they are, or more, if both come from the same
 * distribution. Near 0: `b` is greater. 1 when either is empty or all values are equal.
 *
 * Exact, by counting arrangements, when no two values are equal and there are at most
 * MANN_WHITNEY_EXACT of each; else the normal approximation, corrected for ties and continuity.
 * O(n log n), and O(n^4) for the exact distribution.
 */
enum { MANN_WHITNEY_EXACT = 20 };
double mann_whitney_greater(const double *a, uint32_t a_count, const double *b, uint32_t b_count);

#endif
