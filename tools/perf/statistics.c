#include "tools/perf/statistics.h"

#include "engine/base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* ---- a series ------------------------------------------------------------------------------ */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

struct summary summarize(const double *values, uint32_t count)
{
    double *sorted = mem_array(count, sizeof *sorted);
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, ascending);
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += sorted[i];
    double mean = sum / count;
    for (uint32_t i = 0; i < count; i++)
        squares += (sorted[i] - mean) * (sorted[i] - mean);
    uint32_t middle = count / 2;
    struct summary summary = {
        .min = sorted[0],
        .median = count % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2,
        .max = sorted[count - 1],
        .mean = mean,
        .deviation = count > 1 ? sqrt(squares / (count - 1)) : 0,
    };
    free(sorted);
    return summary;
}

/* ---- two series ---------------------------------------------------------------------------- */

struct ranked {
    double value;
    bool of_b;
};

static int by_value(const void *a, const void *b)
{
    return ascending(&((const struct ranked *)a)->value, &((const struct ranked *)b)->value);
}

/* What the ranks of both series together say. */
struct ranks {
    double u;    /* pairs in which b's value is the greater; an equal one counts half */
    double ties; /* sum of t^3 - t over groups of t equal values */
};

static struct ranks rank(const double *a, uint32_t a_count, const double *b, uint32_t b_count)
{
    uint32_t count = a_count + b_count;
    struct ranked *all = mem_array(count, sizeof *all);
    for (uint32_t i = 0; i < count; i++)
        all[i] = i < a_count ? (struct ranked){a[i], false} : (struct ranked){b[i - a_count], true};
    qsort(all, count, sizeof *all, by_value);
    double rank_sum = 0, ties = 0;
    for (uint32_t begin = 0, end; begin < count; begin = end) {
        uint32_t of_b = 0;
        for (end = begin; end < count && all[end].value <= all[begin].value; end++)
            of_b += all[end].of_b;
        double equal = end - begin;
        rank_sum += of_b * (begin + 1 + end) / 2.0; /* ranks count from 1 */
        ties += equal * equal * equal - equal;
    }
    free(all);
    return (struct ranks){rank_sum - (double)b_count * (b_count + 1) / 2, ties};
}

/*
 * How many of the arrangements of a and b have U = u, for all u: choosing ranks for the members of
 * b one by one, as in the recursion of Mann and Whitney. counts[k][s]: ways to choose k of the
 * ranks so far with sum s.
 */
static double exact(double u, uint32_t a_count, uint32_t b_count)
{
    uint32_t ranks_count = a_count + b_count;
    uint32_t least = b_count * (b_count + 1) / 2;
    uint32_t sums = least + a_count * b_count + 1;
    double *counts = mem_array((size_t)(b_count + 1) * sums, sizeof *counts);
    counts[0] = 1;
    for (uint32_t r = 1; r <= ranks_count; r++) {
        for (uint32_t k = r < b_count ? r : b_count; k > 0; k--) {
            for (uint32_t s = r; s < sums; s++)
                counts[(size_t)k * sums + s] += counts[(size_t)(k - 1) * sums + s - r];
        }
    }
    double all = 0, as_great = 0;
    for (uint32_t s = least; s < sums; s++) {
        double ways = counts[(size_t)b_count * sums + s];
        all += ways;
        as_great += s - least >= u ? ways : 0;
    }
    free(counts);
    return as_great / all;
}

static double approximate(const struct ranks *ranks, double a_count, double b_count)
{
    double count = a_count + b_count;
    double variance = a_count * b_count / 12 * (count + 1 - ranks->ties / (count * (count - 1)));
    if (variance <= 0)
        return 1; /* all are equal */
    double z = (ranks->u - a_count * b_count / 2 - 0.5) / sqrt(variance);
    return erfc(z / sqrt(2)) / 2;
}

double mann_whitney_greater(const double *a, uint32_t a_count, const double *b, uint32_t b_count)
{
    if (!a_count || !b_count)
        return 1;
    struct ranks ranks = rank(a, a_count, b, b_count);
    bool few = a_count <= MANN_WHITNEY_EXACT && b_count <= MANN_WHITNEY_EXACT;
    return few && ranks.ties <= 0 ? exact(ranks.u, a_count, b_count)
                                  : approximate(&ranks, a_count, b_count);
}
