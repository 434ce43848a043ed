#include "trace_support.h"

static void add_jobs(struct trace_log *log)
{
    const struct trace_job object = {.output = trace_log_text(log, "a.o"),
                                     .rule = trace_log_word(log, "cc"),
                                     .reason = trace_log_word(log, "never-built"),
                                     .fate = TRACE_RAN,
                                     .ready_ns = 1000,
                                     .start_ns = 1000,
                                     .end_ns = 5000,
                                     .user_ns = 3000};
    trace_log_add_job(log, &object, NULL, 0);
    struct trace_job other = object;
    other.output = trace_log_text(log, "b\xff.o");
    other.pool = trace_log_word(log, "few");
    other.slot = 1;
    other.end_ns = 3000;
    trace_log_add_job(log, &other, NULL, 0);
    const struct trace_job program = {.output = trace_log_text(log, "app"),
                                      .rule = trace_log_word(log, "link"),
                                      .reason = trace_log_word(log, "input-changed"),
                                      .reason_file = trace_log_text(log, "a.o"),
                                      .fate = TRACE_RAN,
                                      .expected_ms = 7,
                                      .exit_code = -1,
                                      .ready_ns = 5000,
                                      .start_ns = 5500,
                                      .end_ns = 9000,
                                      .peak_rss = 1 << 20,
                                      .read_bytes = 512,
                                      .written_bytes = 4096};
    trace_log_add_job(log, &program, (const uint32_t[]){0, 1}, 2);
}

void trace_small(struct trace_log *log)
{
    *log = (struct trace_log){.began_ns = 1700000000000000000,
                              .duration_ns = 10000,
                              .processors = 2,
                              .slots = 2,
                              .workers = 2};
    log->version = trace_log_text(log, "1.2.3");
    log->outcome = trace_log_word(log, "done");
    log->kind = trace_log_word(log, "full");
    add_jobs(log);
    vec_push(&log->slices, ((struct trace_slice){0, trace_log_word(log, "plan"),
                                                 trace_log_word(log, "decide"), 0, 1000}));
    vec_push(&log->slices, ((struct trace_slice){0, trace_log_word(log, "stat"),
                                                 trace_log_word(log, "fingerprint"), 100, 900}));
    vec_push(&log->slices, ((struct trace_slice){1, trace_log_word(log, "stat"),
                                                 trace_log_word(log, "fingerprint"), 100, 800}));
    vec_push(&log->samples, ((struct trace_sample){1000, 10, 1 << 30}));
    vec_push(&log->samples, ((struct trace_sample){5000, 20, 1 << 29}));
    vec_push(&log->forecasts, ((struct trace_forecast){2000, 12000}));
    vec_push(&log->pools, ((struct trace_pool){trace_log_word(log, "few"), 1}));
    vec_push(&log->numbers, ((struct trace_number){trace_log_word(log, "files"), UINT64_MAX}));
}
