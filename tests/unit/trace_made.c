#include "trace_made.h"

#include <string.h>

void made_begin(struct made *made, uint32_t slots, uint32_t length_ms)
{
    *made = (struct made){0};
    made->log.duration_ns = length_ms * MADE_MS;
    made->log.slots = slots;
    made->log.processors = slots;
    made->log.workers = 2;
    made->log.began_ns = 1700000000000000000;
    made->log.kind = trace_log_word(&made->log, "full");
    made->log.outcome = trace_log_word(&made->log, "done");
    made->log.manifest = trace_log_word(&made->log, "build.ninja");
}

static uint32_t free_slot(const struct trace_log *log, uint64_t start_ns, uint64_t end_ns)
{
    uint32_t slot = 0;
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        if (job->slot == slot && job->start_ns < end_ns && start_ns < job->end_ns) {
            slot++;
            i = UINT32_MAX; /* from the first job on again */
        }
    }
    return slot;
}

uint32_t made_job_after(struct made *made, const char *output, uint32_t ready, uint32_t start,
                        uint32_t end, ...)
{
    struct trace_log *log = &made->log;
    struct trace_job job = {.output = trace_log_text(log, output),
                            .rule = trace_log_word(log, "cc"),
                            .reason = trace_log_word(log, "never-built"),
                            .fate = TRACE_RAN,
                            .ready_ns = ready * MADE_MS,
                            .start_ns = start * MADE_MS,
                            .end_ns = end * MADE_MS};
    VEC(uint32_t) deps = {0};
    va_list more;
    va_start(more, end);
    for (uint32_t dep; (dep = va_arg(more, uint32_t)) != MADE_END;)
        vec_push(&deps, dep);
    va_end(more);
    job.slot = free_slot(log, job.start_ns, job.end_ns);
    trace_log_add_job(log, &job, deps.data, deps.count);
    vec_free(&deps);
    return log->jobs.count - 1;
}

struct trace_job *made_at(struct made *made, uint32_t job)
{
    return &made->log.jobs.data[job];
}

void made_pool(struct made *made, uint32_t job, const char *pool, uint32_t depth)
{
    struct trace_log *log = &made->log;
    log->jobs.data[job].pool = trace_log_word(log, pool);
    for (uint32_t i = 0; i < log->pools.count; i++)
        if (strcmp(trace_log_str(log, log->pools.data[i].name), pool) == 0)
            return;
    vec_push(&log->pools, ((struct trace_pool){log->jobs.data[job].pool, depth}));
}

void made_reason(struct made *made, uint32_t job, const char *reason, const char *file)
{
    struct trace_log *log = &made->log;
    log->jobs.data[job].reason = trace_log_word(log, reason);
    log->jobs.data[job].reason_file = trace_log_text(log, file);
}

void made_slice(struct made *made, uint32_t worker, const char *name, uint32_t begin, uint32_t end)
{
    struct trace_log *log = &made->log;
    vec_push(&log->slices,
             ((struct trace_slice){worker, trace_log_word(log, "stat"), trace_log_word(log, name),
                                   begin * MADE_MS, end * MADE_MS}));
}

void made_number(struct made *made, const char *name, uint64_t value)
{
    vec_push(&made->log.numbers, ((struct trace_number){trace_log_word(&made->log, name), value}));
}

void made_analyse(struct made *made)
{
    struct buf bytes = {0};
    struct trace_log again;
    struct jig_error error;
    trace_log_encode(&made->log, &bytes);
    if (trace_log_decode(bytes.data, bytes.length, &again, &error))
        fail_msg("the test's own trace: %s", error.message);
    trace_log_free(&again);
    buf_free(&bytes);
    trace_analyse(&made->log, &made->analysis);
}

void made_free(struct made *made)
{
    trace_analysis_free(&made->analysis);
    trace_log_free(&made->log);
}

void made_waiting(struct made *made, const char *pool)
{
    made_begin(made, 2, 100);
    made_job(made, "a", 0, 0, 30);
    made_job(made, "b", 0, 0, 30);
    uint32_t other = made_job(made, "other", 0, 30, 50);
    uint32_t last = made_job(made, "last", 10, 55, 100);
    made_pool(made, other, pool, 1);
    made_pool(made, last, pool, 1);
    made_analyse(made);
}
