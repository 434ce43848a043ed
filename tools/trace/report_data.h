/*
 * What the report's page is given of one build, as JSON. report/data.js reads it, and says what
 * each part is for.
 *
 * Times are whole µs since the build began, or lengths in µs. Tables of many rows are columns: an
 * object of arrays, one number a row, so that the page can use them as they are. A text that many
 * rows have is in `words` once, and rows have its index.
 *
 *     build      the log's own fields, and the analysis' totals
 *     words      texts
 *     reasons    texts: why jobs ran, as people say it
 *     jobs       columns; rule, pool, file: in words; reason: in reasons; fate as enum trace_fate;
 *                deps: how many, and beside it `deps`, the jobs waited for, of one job after
 another
 *     slices     columns, as in the log; name, category: in words
 *     phases     what the engine's threads spent their time in
 *     path       columns; kind as enum trace_step_kind; job is -1 for steps of the engine
 *     levels     columns: from `time` on, jobs running and jobs ready
 *     samples    columns
 *     forecasts  columns
 *     rules, why, files   groups of jobs, at most REPORT_MOST_GROUPS; files_count: of all
 *     idle, pools, what_if, advice, numbers   as in the analysis and the log; kind of advice: as
                enum trace_advice_kind
 */
#ifndef TOOLS_TRACE_REPORT_DATA_H
#define TOOLS_TRACE_REPORT_DATA_H

#include "engine/base/buf.h"
#include "tools/trace/analysis.h"

enum { REPORT_MOST_GROUPS = 500 };

/* Appends the JSON, in which '<' occurs only within strings. */
void trace_report_data(const struct trace_analysis *analysis, struct buf *out);

#endif
