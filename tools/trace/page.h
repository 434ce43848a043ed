/*
 * What a person reads of a trace, in lines of text.
 *
 * Names of files can be any bytes, and a terminal obeys some: what a page takes as a name, it shows
 * with every control character as "?".
 */
#ifndef TOOLS_TRACE_PAGE_H
#define TOOLS_TRACE_PAGE_H

#include "tools/trace/analysis.h"

struct trace_page {
    struct buf text;
    bool colour;
    uint32_t columns; /* to fit into; 0: no limit */
};

/* Appends a name. If the page has a width, it is shortened in its middle so that it and `taken`
 * other columns of the line fit. */
void trace_page_name(struct trace_page *page, const char *name, uint32_t taken);
/* Appends words, which may be names, broken into lines of at most 100 columns that begin with
 * `indent` spaces, the first one with `label` instead if that is not ""; each ends with a newline.
 */
void trace_page_wrap(struct trace_page *page, uint32_t indent, const char *label,
                     const char *words);
/* Begin and end of text that is good or bad news. */
void trace_page_good(struct trace_page *page);
void trace_page_bad(struct trace_page *page);
void trace_page_plain(struct trace_page *page);

/* Appends what the critical path consists of, as a sentence without a full stop: "80 ms of jobs, 20
 * ms of waiting (15 ms for slots, 5 ms for the pool 'link'), 2 ms of jig itself". */
void trace_path_sum(const struct trace_analysis *analysis, struct buf *out);
/* Each appends its report. `title` names the build, e.g. "build 12". */
void trace_summary_tell(const struct trace_analysis *analysis, const char *title,
                        struct trace_page *page);
void trace_path_tell(const struct trace_analysis *analysis, struct trace_page *page);

#endif
