#include "tools/perf/verdict.h"

#include "tools/perf/statistics.h"

#include <math.h>

static enum verdict judge(double ratio, double p)
{
    if (p >= VERDICT_P)
        return VERDICT_SAME;
    return ratio >= VERDICT_FAIL_AT       ? VERDICT_FAIL
           : ratio >= VERDICT_WARN_AT     ? VERDICT_WARN
           : ratio <= 1 / VERDICT_WARN_AT ? VERDICT_BETTER
                                          : VERDICT_SAME;
}

/* The least p that so many samples can have: one of all ways to deal them out. */
static double least_p(uint32_t before_count, uint32_t now_count)
{
    double ways = 1;
    for (uint32_t i = 1; i <= now_count; i++)
        ways = ways * (before_count + i) / i;
    return 1 / ways;
}

struct comparison compare_samples(const double *before, uint32_t before_count, const double *now,
                                  uint32_t now_count)
{
    struct comparison c = {
        .before = summarize(before, before_count).median,
        .now = summarize(now, now_count).median,
    };
    c.ratio = c.before > 0 ? c.now / c.before : c.now > 0 ? INFINITY : 1;
    c.p = c.ratio >= 1 ? mann_whitney_greater(before, before_count, now, now_count)
                       : mann_whitney_greater(now, now_count, before, before_count);
    c.verdict =
        least_p(before_count, now_count) >= VERDICT_P ? VERDICT_UNKNOWN : judge(c.ratio, c.p);
    return c;
}

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"same", "better", "warn", "FAIL", "too few"};
    return names[verdict];
}
