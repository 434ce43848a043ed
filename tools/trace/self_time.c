#include "tools/trace/self_time.h"

struct taking_apart {
    const struct trace_log *log;
    void (*visit)(void *context, const struct trace_stretch *stretch);
    void *context;
    VEC(uint32_t) open;
    uint64_t now_ns; /* of the present worker */
};

static void go_to(struct taking_apart *t, uint64_t until_ns)
{
    if (t->open.count && t->now_ns < until_ns)
        t->visit(t->context,
                 &(struct trace_stretch){t->open.data, t->open.count, t->now_ns, until_ns});
    t->now_ns = until_ns;
}

/* Closes the slices that have ended by then. */
static void close_until(struct taking_apart *t, uint64_t time_ns)
{
    while (t->open.count) {
        uint64_t end_ns = t->log->slices.data[t->open.data[t->open.count - 1]].end_ns;
        if (end_ns > time_ns)
            return;
        go_to(t, end_ns);
        t->open.count--;
    }
}

void trace_each_stretch(const struct trace_log *log,
                        void (*visit)(void *context, const struct trace_stretch *stretch),
                        void *context)
{
    struct taking_apart t = {.log = log, .visit = visit, .context = context};
    for (uint32_t i = 0; i < log->slices.count; i++) {
        const struct trace_slice *slice = &log->slices.data[i];
        if (i && slice[-1].worker != slice->worker)
            close_until(&t, UINT64_MAX);
        close_until(&t, slice->begin_ns);
        go_to(&t, slice->begin_ns);
        vec_push(&t.open, i);
    }
    close_until(&t, UINT64_MAX);
    vec_free(&t.open);
}
