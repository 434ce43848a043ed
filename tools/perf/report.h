/*
 * A run as a table.
 */
#ifndef PERF_REPORT_H
#define PERF_REPORT_H

#include <jansson.h>
#include <stdio.h>

/* Prints a metrics.json's object. */
void report_print(const json_t *metrics, FILE *to);

#endif
