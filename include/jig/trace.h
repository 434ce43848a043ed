/*
 * What the threads of a pool did, and when: a ring of slices for each worker.
 *
 *     struct jig_trace *trace = jig_trace_create(jig_pool_threads(pool), 1024);
 *     jig_pool_set_trace(pool, trace, "fingerprint batch");
 *     …
 *     uint64_t begin = jig_trace_now(trace);
 *     …
 *     jig_trace_slice(trace, worker, &(struct jig_trace_slice){"plan", "decide", begin,
 *                                                              jig_trace_now(trace)});
 *     jig_trace_each(trace, print_slice, context);
 *     jig_trace_destroy(trace);
 *
 * Recording costs two readings of the clock and one store of 32 bytes; it never allocates. When a
 * ring is full, the youngest slice takes the oldest one's place.
 *
 * Everywhere a trace is taken, NULL means that tracing is off; that costs one test.
 *
 * Threads: a worker's ring is written by that worker only, and the rings share no cache line, so
 * that recording takes no lock and no atomic operation. Reading (jig_trace_each, jig_trace_clear,
 * destroying) needs everyone who records to have finished, with the usual happens-before: after a
 * run, say.
 *
 * A session records what its threads do by itself, and keeps it with the build's jobs; see
 * docs/reference/trace-format.md.
 */
#ifndef JIG_TRACE_H
#define JIG_TRACE_H

#include "jig/error.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jig_trace;

/* A stretch of time of one worker. Those of one worker must nest: of two, one contains the other or
 * they do not overlap. Texts are not copied: they must outlive the trace, as literals do. */
struct jig_trace_slice {
    const char *category; /* "plan", "stat", … */
    const char *name;     /* what a person reads on the slice */
    uint64_t begin_ns;    /* monotonic */
    uint64_t end_ns;      /* not before begin_ns */
};

/*
 * Empty rings for workers 0 .. workers - 1, each for `slices` slices, at least one. The caller owns
 * them. Memory that was never written to is not taken from the system.
 */
JIG_API struct jig_trace *jig_trace_create(uint32_t workers, uint32_t slices);
/* NULL is allowed. */
JIG_API void jig_trace_destroy(struct jig_trace *trace);

/* How many workers it has rings for. */
JIG_API uint32_t jig_trace_workers(const struct jig_trace *trace);

/* The monotonic time in ns if `trace` is on, else 0. */
JIG_API uint64_t jig_trace_now(const struct jig_trace *trace);

/* Records a slice of `worker`; one of a worker that there is no ring for is dropped. O(1). */
JIG_API void jig_trace_slice(struct jig_trace *trace, uint32_t worker,
                             const struct jig_trace_slice *slice);

/*
 * Calls `slice` for each one that is there: one worker after the other, each worker's in order of
 * their beginning, those that contain others before these. One that would stick out of its
 * container (a clock read twice can do that by a few ns) is cut to fit. O(n log n).
 */
JIG_API void jig_trace_each(const struct jig_trace *trace,
                            void (*slice)(void *context, uint32_t worker,
                                          const struct jig_trace_slice *slice),
                            void *context);
/* How many had to make room for younger ones. */
JIG_API uint64_t jig_trace_lost(const struct jig_trace *trace);
/* Forgets all slices. */
JIG_API void jig_trace_clear(struct jig_trace *trace);

#ifdef __cplusplus
}
#endif

#endif
