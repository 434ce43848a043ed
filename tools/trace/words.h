/*
 * How times, shares and reasons are told to people, the same in every report.
 */
#ifndef TOOLS_TRACE_WORDS_H
#define TOOLS_TRACE_WORDS_H

#include "engine/trace/log.h"

struct trace_words {
    char text[32];
};

/* A length of time, short: "740 µs", "38 ms", "2.4 s", "3 min 05 s", "2 h 10 min". */
struct trace_words trace_time(uint64_t ns);
/* `part` of `whole`: "38 %"; of nothing "0 %". */
struct trace_words trace_share(uint64_t part, uint64_t whole);
/* When the build began, local time: "2024-02-29 13:05:59". */
struct trace_words trace_date(int64_t ns);

/* Appends why a job ran, as --explain tells it: "input changed: src/a.c". */
void trace_reason(const struct trace_log *log, const struct trace_job *job, struct buf *out);
/* One of its words: "input changed" for "input-changed"; an unknown one stays as it is. */
const char *trace_reason_text(const char *word);

#endif
