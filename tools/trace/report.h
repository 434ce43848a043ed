/*
 * A build's trace as a page to look at: one HTML file that holds everything, works from the disk
 * and asks nothing of any network.
 *
 * The page itself is in report/ as plain HTML, CSS and JavaScript, which the build puts into the
 * program (report/embed.cmake); this adds the data of one build. All numbers in it are those of
 * the analysis: the page draws, sorts and filters, and computes nothing of its own.
 */
#ifndef TOOLS_TRACE_REPORT_H
#define TOOLS_TRACE_REPORT_H

#include "tools/trace/analysis.h"

#include <stdio.h>

/*
 * Writes the page, some 200 bytes a job and 100 KiB; `to` stays open and is flushed. JIG_ERROR_IO
 * if that fails: what was written is then no whole page. Whatever the trace's texts are, they stay
 * text in it. O(jobs + dependencies + slices).
 */
enum jig_status trace_report_write(const struct trace_analysis *analysis, FILE *to,
                                   struct jig_error *error);

#endif
