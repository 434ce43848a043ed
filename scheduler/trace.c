/*
 * Rings of slices. Nothing here is shared between threads; see the rule in jig/trace.h.
 */
#include "jig/trace.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "scheduler/atomics.h"

#include <stdlib.h>

struct ring {
    alignas(LINE) struct jig_trace_slice *slices; /* [capacity]; written by its worker only, … */
    uint64_t recorded;                            /* … as is this: how many slices ever were */
};

struct jig_trace {
    struct ring *rings; /* [workers] */
    uint32_t workers;
    uint32_t capacity;
};

struct jig_trace *jig_trace_create(uint32_t workers, uint32_t slices)
{
    struct jig_trace *trace = mem_zalloc(sizeof *trace);
    size_t bytes = (workers ? workers : 1) * sizeof *trace->rings;
    trace->workers = workers;
    trace->capacity = slices ? slices : 1;
    trace->rings = aligned_alloc(LINE, bytes);
    if (!trace->rings)
        mem_exhausted(bytes);
    for (uint32_t i = 0; i < workers; i++)
        trace->rings[i] =
            (struct ring){.slices = mem_array(trace->capacity, sizeof *trace->rings[i].slices)};
    return trace;
}

void jig_trace_destroy(struct jig_trace *trace)
{
    if (!trace)
        return;
    for (uint32_t i = 0; i < trace->workers; i++)
        free(trace->rings[i].slices);
    free(trace->rings);
    free(trace);
}

uint32_t jig_trace_workers(const struct jig_trace *trace)
{
    return trace->workers;
}

uint64_t jig_trace_now(const struct jig_trace *trace)
{
    return trace ? clock_monotonic_ns() : 0;
}

void jig_trace_slice(struct jig_trace *trace, uint32_t worker, const struct jig_trace_slice *slice)
{
    if (!trace || worker >= trace->workers)
        return;
    struct ring *ring = &trace->rings[worker];
    ring->slices[ring->recorded++ % trace->capacity] = *slice;
}

/* ---- reading -------------------------------------------------------------------------------- */

static uint32_t count_of(const struct jig_trace *trace, const struct ring *ring)
{
    return ring->recorded < trace->capacity ? (uint32_t)ring->recorded : trace->capacity;
}

uint64_t jig_trace_lost(const struct jig_trace *trace)
{
    uint64_t lost = 0;
    for (uint32_t i = 0; i < trace->workers; i++)
        lost += trace->rings[i].recorded - count_of(trace, &trace->rings[i]);
    return lost;
}

void jig_trace_clear(struct jig_trace *trace)
{
    for (uint32_t i = 0; i < trace->workers; i++)
        trace->rings[i].recorded = 0;
}

static int earlier_then_longer(const void *left, const void *right)
{
    const struct jig_trace_slice *a = left;
    const struct jig_trace_slice *b = right;
    if (a->begin_ns != b->begin_ns)
        return a->begin_ns < b->begin_ns ? -1 : 1;
    return (a->end_ns < b->end_ns) - (a->end_ns > b->end_ns);
}

/* Makes each slice end within the one that contains it. */
static void nest(struct jig_trace_slice *slices, uint32_t count)
{
    VEC(uint64_t) open = {0}; /* ends of the slices that contain the present one */
    for (uint32_t i = 0; i < count; i++) {
        while (open.count && open.data[open.count - 1] <= slices[i].begin_ns)
            open.count--;
        if (open.count && slices[i].end_ns > open.data[open.count - 1])
            slices[i].end_ns = open.data[open.count - 1];
        vec_push(&open, slices[i].end_ns);
    }
    vec_free(&open);
}

void jig_trace_each(const struct jig_trace *trace,
                    void (*slice)(void *context, uint32_t worker,
                                  const struct jig_trace_slice *slice),
                    void *context)
{
    for (uint32_t worker = 0; worker < trace->workers; worker++) {
        uint32_t count = count_of(trace, &trace->rings[worker]);
        if (!count)
            continue;
        struct jig_trace_slice *sorted = mem_array(count, sizeof *sorted);
        memcpy(sorted, trace->rings[worker].slices, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, earlier_then_longer);
        nest(sorted, count);
        for (uint32_t i = 0; i < count; i++)
            slice(context, worker, &sorted[i]);
        free(sorted);
    }
}
