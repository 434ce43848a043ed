/*
 * The inside of a trace: one growing array of slices a lane, shared by recording and writing out.
 */
#ifndef SCHEDULER_TRACE_H
#define SCHEDULER_TRACE_H

#include "engine/base/arena.h"
#include "engine/base/memory.h"
#include "jig/trace.h"
#include "scheduler/atomics.h"

/* Written by one thread only while anyone records. */
struct trace_lane {
    VEC(struct jig_trace_slice) slices; /* in the order in which they ended */
    struct arena text;                  /* what the slices point to */
};

struct jig_trace {
    /* A worker's lane shares no cache line with another's. */
    struct {
        alignas(LINE) struct trace_lane lane;
    } * workers;
    uint32_t worker_count;
    VEC(struct trace_lane) slots; /* this array, too, is written by the one thread */
};

#endif
