/*
 * Builds written down job by job, for tests of what is made of a trace. Times are in ms.
 *
 *     struct made made;
 *     made_begin(&made, 2, 100);                          two slots, 100 ms
 *     uint32_t a = made_job(&made, "a.o", 10, 10, 40);    ready, started, ended
 *     made_job(&made, "app", 40, 45, 95, a, MADE_END);    … and what it waited for
 */
#ifndef TESTS_UNIT_TRACE_MADE_H
#define TESTS_UNIT_TRACE_MADE_H

#include "cmocka_all.h"

#include "tools/trace/analysis.h"

#define MADE_MS  ((uint64_t)1000000)
#define MADE_END UINT32_MAX

struct made {
    struct trace_log log;
    struct trace_analysis analysis; /* after made_analyse */
};

void made_begin(struct made *made, uint32_t slots, uint32_t length_ms);
/* Adds a job of rule "cc" that was never built, in the first slot that is free; ended by MADE_END
 * are the jobs that it depends on. Returns its number. */
uint32_t made_job_after(struct made *made, const char *output, uint32_t ready, uint32_t start,
                        uint32_t end, ...);
#define made_job(...) made_job_after(__VA_ARGS__, MADE_END)
/* The job, to change it. Until the next one is added. */
struct trace_job *made_at(struct made *made, uint32_t job);
/* Puts a job into a pool, which is added if it is not there. */
void made_pool(struct made *made, uint32_t job, const char *pool, uint32_t depth);
/*
 * A whole build in which `last` waits 20 ms for a slot, 20 ms for `pool`, and 5 ms for jig: both
 * slots are in use, its pool is full, and then nothing is in its way. Analysed.
 */
void made_waiting(struct made *made, const char *pool);
/* Says that the job ran because of a file. */
void made_reason(struct made *made, uint32_t job, const char *reason, const char *file);
void made_slice(struct made *made, uint32_t worker, const char *name, uint32_t begin, uint32_t end);
void made_number(struct made *made, const char *name, uint64_t value);
/* Also sees to it that the log is one that would be read. */
void made_analyse(struct made *made);
void made_free(struct made *made);

#endif
