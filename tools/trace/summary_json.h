/*
 * The analysis of a trace for programs. Names are stable; times are ns since the build began.
 */
#ifndef TOOLS_TRACE_SUMMARY_JSON_H
#define TOOLS_TRACE_SUMMARY_JSON_H

#include "tools/trace/analysis.h"

#include <jansson.h>

/* Who calls owns what is returned. O(jobs) at most. */
json_t *trace_summary_json(const struct trace_analysis *analysis);
json_t *trace_path_json(const struct trace_analysis *analysis);

/* Sets what every report says of a build: began_ns, duration_ns, kind, outcome, … */
void trace_build_json(const struct trace_log *log, json_t *object);

/* Sets a number, however large, as far as JSON integers go here. */
void trace_json_number(json_t *object, const char *key, uint64_t value);

#endif
