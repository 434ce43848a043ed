/*
 * What jig promises of builds, as ratios of medians, and whether a run kept it. Each ratio has two
 * limits: the *target*, and jig's *own* aim, which is stricter.
 */
#ifndef PERF_TARGETS_H
#define PERF_TARGETS_H

#include <jansson.h>
#include <stdio.h>

/* Adds "targets" to a metrics.json's object: those whose scenarios were measured. */
void targets_add(json_t *metrics);

/* Prints them as a table. */
void targets_print(const json_t *metrics, FILE *to);

#endif
