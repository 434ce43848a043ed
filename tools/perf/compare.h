/*
 * Two runs beside each other: what became slower, or larger.
 */
#ifndef PERF_COMPARE_H
#define PERF_COMPARE_H

#include "tools/perf/side.h"
#include "tools/perf/verdict.h"

#include <jansson.h>
#include <stdio.h>

/*
 * Compares wall time and peak memory in all scenarios that both have, from the samples of two
 * metrics.json. A new array of {"scenario", "metric", "before", "now", "ratio", "p", "verdict"};
 * empty when there is nothing to compare.
 */
json_t *compare_metrics(const json_t *before, const json_t *now);

/* The worst of them. */
enum verdict compare_worst(const json_t *rows);
/* The scenarios in which something warns or fails; returns how many there are. */
uint32_t compare_doubted(const json_t *rows, bool doubted[SCENARIOS]);
/*
 * `again` is of more samples, of the scenarios doubted: a row that warned or failed gets what they
 * came to as "again", and the milder of both verdicts.
 */
void compare_confirm(json_t *rows, const json_t *again);

void compare_print(const json_t *rows, FILE *to);

#endif
