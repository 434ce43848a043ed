/*
 * The gate: this jig against an earlier one, by turns in one run.
 */
#ifndef PERF_GATE_H
#define PERF_GATE_H

#include "tools/perf/options.h"

/* Returns the exit code; everything has been told. */
int gate_run(const struct perf_options *options);

#endif
