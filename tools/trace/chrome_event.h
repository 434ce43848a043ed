/*
 * Writing one event after the other of Chrome's trace JSON.
 *
 * Times are in µs and may have a fraction, so ns are kept exactly. All is one process.
 */
#ifndef TOOLS_TRACE_CHROME_EVENT_H
#define TOOLS_TRACE_CHROME_EVENT_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct chrome_writer {
    FILE *file;
    bool comma; /* an event has been written before */
};

/* Begins an event of that phase: "X", "M", "C", "s", "f". It is ended by the writer of its last
 * member, with a brace. */
void chrome_begin(struct chrome_writer *w, const char *phase, uint64_t tid);
/* Members; each ends with a comma unless it is the last. */
void chrome_time(struct chrome_writer *w, const char *key, uint64_t ns);
/* `text` may be any bytes; what is not UTF-8 becomes U+FFFD. Without a comma. */
void chrome_text(struct chrome_writer *w, const char *key, const char *text);
/* A whole event that names a thread, and one that gives it a place. */
void chrome_thread(struct chrome_writer *w, uint64_t tid, const char *kind, uint64_t number);

/* Counters: of running and ready jobs, processors and memory; from jobs and samples. */
struct trace_log;
void chrome_counters(struct chrome_writer *w, const struct trace_log *log);

#endif
