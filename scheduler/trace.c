/*
 * Recording slices. Nothing here is shared between threads; see the rule in jig/trace.h.
 */
#include "scheduler/trace.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct jig_trace *jig_trace_create(uint32_t workers)
{
    struct jig_trace *trace = mem_zalloc(sizeof *trace);
    trace->workers = aligned_alloc(LINE, (workers ? workers : 1) * sizeof *trace->workers);
    if (!trace->workers)
        mem_exhausted(workers * sizeof *trace->workers);
    memset(trace->workers, 0, workers * sizeof *trace->workers);
    trace->worker_count = workers;
    return trace;
}

void jig_trace_destroy(struct jig_trace *trace)
{
    if (!trace)
        return;
    for (uint32_t i = 0; i < trace->worker_count; i++) {
        vec_free(&trace->workers[i].lane.slices);
        arena_free(&trace->workers[i].lane.text);
    }
    for (uint32_t i = 0; i < trace->slots.count; i++) {
        vec_free(&trace->slots.data[i].slices);
        arena_free(&trace->slots.data[i].text);
    }
    free(trace->workers);
    vec_free(&trace->slots);
    free(trace);
}

uint64_t jig_trace_now(const struct jig_trace *trace)
{
    return trace ? clock_monotonic_ns() : 0;
}

static struct trace_lane *lane_of(struct jig_trace *trace, enum jig_lane_kind kind, uint32_t lane)
{
    if (kind == JIG_LANE_WORKER)
        return &trace->workers[lane].lane;
    if (lane >= trace->slots.count)
        vec_extend(&trace->slots, lane + 1 - trace->slots.count);
    return &trace->slots.data[lane];
}

static const char *copy(struct trace_lane *lane, const char *text)
{
    return text ? arena_strndup(&lane->text, text, strlen(text)) : NULL;
}

void jig_trace_slice(struct jig_trace *trace, enum jig_lane_kind kind, uint32_t lane,
                     const struct jig_trace_slice *slice)
{
    if (!trace || (kind == JIG_LANE_WORKER && lane >= trace->worker_count))
        return;
    struct trace_lane *to = lane_of(trace, kind, lane);
    struct jig_trace_slice kept = *slice;
    kept.name = copy(to, slice->name);
    kept.job = copy(to, slice->job);
    kept.reason = copy(to, slice->reason);
    vec_push(&to->slices, kept);
}
