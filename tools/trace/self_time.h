/*
 * The slices of the engine's threads, taken apart: at each moment the innermost slice is the one
 * that time is spent in.
 */
#ifndef TOOLS_TRACE_SELF_TIME_H
#define TOOLS_TRACE_SELF_TIME_H

#include "engine/trace/log.h"

/* A stretch of time in which the same slices are open: indices in the log, the outermost first. */
struct trace_stretch {
    const uint32_t *slices;
    uint32_t depth; /* how many; at least 1 */
    uint64_t begin_ns, end_ns;
};

/* Calls `visit` for each stretch of each worker, in order of time; none is empty. O(slices). */
void trace_each_stretch(const struct trace_log *log,
                        void (*visit)(void *context, const struct trace_stretch *stretch),
                        void *context);

#endif
