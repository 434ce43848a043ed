#include "tools/trace/report_phases.h"

#include "tools/trace/parts.h"
#include "tools/trace/self_time.h"

#include <stdlib.h>
#include <string.h>

struct adding {
    struct report_phases *phases;
    const struct trace_log *log;
    struct trace_names names;
};

static void add(void *context, const struct trace_stretch *stretch)
{
    struct adding *adding = context;
    const struct trace_slice *slice =
        &adding->log->slices.data[stretch->slices[stretch->depth - 1]];
    uint32_t index = trace_names_index(&adding->names, slice->name);
    if (index == adding->phases->rows.count)
        vec_push(&adding->phases->rows,
                 ((struct report_phase){.name = trace_log_str(adding->log, slice->name)}));
    struct report_phase *phase = &adding->phases->rows.data[index];
    uint64_t length_ns = stretch->end_ns - stretch->begin_ns;
    if (slice->worker == 0)
        phase->session_ns += length_ns;
    else
        phase->workers_ns += length_ns;
}

static int by_time(const void *left, const void *right)
{
    const struct report_phase *a = left;
    const struct report_phase *b = right;
    uint64_t a_ns = a->session_ns + a->workers_ns;
    uint64_t b_ns = b->session_ns + b->workers_ns;
    if (a_ns != b_ns)
        return a_ns > b_ns ? -1 : 1;
    return strcmp(a->name, b->name);
}

void report_phases_find(struct report_phases *phases, const struct trace_log *log)
{
    struct adding adding = {.phases = phases, .log = log};
    trace_names_init(&adding.names, log);
    trace_each_stretch(log, add, &adding);
    trace_names_free(&adding.names);
    if (phases->rows.count)
        qsort(phases->rows.data, phases->rows.count, sizeof *phases->rows.data, by_time);
}

void report_phases_free(struct report_phases *phases)
{
    vec_free(&phases->rows);
}
