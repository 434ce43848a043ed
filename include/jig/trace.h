/*
 * The trace: what each worker and each process slot did, and when.
 *
 *     struct jig_trace *trace = jig_trace_create(jig_pool_threads(pool));
 *     uint64_t begin = jig_trace_now(trace);
 *     …
 *     jig_trace_slice(trace, JIG_LANE_WORKER, worker,
 *                     &(struct jig_trace_slice){.category = "hash", .name = "hash files",
 *                                               .begin_ns = begin,
 *                                               .end_ns = jig_trace_now(trace)});
 *     jig_trace_write_chrome(trace, "trace.json", &error);
 *     jig_trace_destroy(trace);
 *
 * A lane is one row of the picture. There is one for each worker and one for each slot; slot
 * lanes appear as they are used. Slices of one lane must nest: of two, one contains the other or
 * they do not overlap.
 *
 * Everywhere a trace is taken, NULL means that tracing is off; that costs one test.
 *
 * Threads: a worker's lane is written by that worker only, and all slot lanes by one thread, so
 * that recording takes no lock and no atomic operation. Reading (writing out, destroying) needs
 * everyone who records to have finished, with the usual happens-before: after a run, say.
 */
#ifndef JIG_TRACE_H
#define JIG_TRACE_H

#include "jig/error.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jig_trace;

enum jig_lane_kind {
    JIG_LANE_WORKER, /* a thread of the pool; number 0 is the session's thread */
    JIG_LANE_SLOT,   /* a place in which one child process runs at a time */
};

/* A stretch of time on one lane. Text is copied, except for the category. */
struct jig_trace_slice {
    const char *category; /* a literal: "plan", "stat", "hash", "parse", "job", … */
    const char *name;     /* what a person reads on the slice */
    const char *job;      /* argument: the job's first output; may be NULL */
    const char *reason;   /* argument: why it ran; may be NULL */
    uint64_t begin_ns;    /* monotonic */
    uint64_t end_ns;      /* not before begin_ns */
    int exit_code;        /* argument: how it ended */
    bool has_exit_code;   /* whether exit_code means anything */
};

/* An empty trace with lanes for workers 0 .. workers - 1. The caller owns it. */
JIG_API struct jig_trace *jig_trace_create(uint32_t workers);
/* NULL is allowed. */
JIG_API void jig_trace_destroy(struct jig_trace *trace);

/* The monotonic time in ns if `trace` is on, else 0. */
JIG_API uint64_t jig_trace_now(const struct jig_trace *trace);

/*
 * Records a slice on a lane; one for a worker that the trace has no lane for is dropped.
 * Amortised O(1) plus the length of its text.
 */
JIG_API void jig_trace_slice(struct jig_trace *trace, enum jig_lane_kind kind, uint32_t lane,
                             const struct jig_trace_slice *slice);

/*
 * Writes the trace to `path` as Chrome trace event JSON (the "JSON Object Format" of the Trace
 * Event Format), which Perfetto and chrome://tracing open: a complete event for each slice, in µs
 * since the earliest one, and metadata that names the lanes. Slices are in order of time within
 * their lane. JIG_ERROR_IO when the file cannot be written; a partial file may then be left.
 */
JIG_API enum jig_status jig_trace_write_chrome(const struct jig_trace *trace, const char *path,
                                               struct jig_error *error);

#ifdef __cplusplus
}
#endif

#endif
