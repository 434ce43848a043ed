/*
 * A trace for Perfetto and chrome://tracing.
 */
#ifndef TOOLS_TRACE_CHROME_H
#define TOOLS_TRACE_CHROME_H

#include "engine/trace/log.h"

#include <stdio.h>

/*
 * Writes the log as Chrome trace event JSON, after "Trace Event Format" (Google, 2016): a thread
 * for each worker and for each slot, a slice for each job that ran, an arrow from the job that it
 * waited for last, and counters of jobs, processors and memory. O(n log n). Whoever opened `to`
 * looks whether writing went well.
 */
void trace_chrome_write(const struct trace_log *log, FILE *to);

#endif
