/*
 * Whether one side's samples are worse than the other's. Less is better: times and bytes.
 */
#ifndef PERF_VERDICT_H
#define PERF_VERDICT_H

#include <stdint.h>

/* UNKNOWN: so few samples that no difference between them could count. */
enum verdict { VERDICT_SAME, VERDICT_BETTER, VERDICT_WARN, VERDICT_FAIL, VERDICT_UNKNOWN };

#define VERDICT_P       0.05 /* a difference that is more probable than this by chance is none */
#define VERDICT_WARN_AT 1.05 /* ratio of medians, now to before */
#define VERDICT_FAIL_AT 1.10

struct comparison {
    double before, now; /* medians */
    double ratio;       /* now to before; 1 when both are 0 */
    double p;           /* of the one-sided test for the direction in which the medians differ */
    enum verdict verdict;
};

/* Of at least one sample each. `better` mirrors `warn`: at most 1 / VERDICT_WARN_AT. */
struct comparison compare_samples(const double *before, uint32_t before_count, const double *now,
                                  uint32_t now_count);

/* "same", "better", "warn", "FAIL" */
const char *verdict_name(enum verdict verdict);

#endif
