/*
 * Jobs for the misbehaving worker, codegen_probe_worker.c.
 */
#ifndef TESTS_UNIT_CODEGEN_WORKER_SUPPORT_H
#define TESTS_UNIT_CODEGEN_WORKER_SUPPORT_H

#include "codegen_support.h"

/* How a probe is run. */
struct probe {
    const char *option; /* its command line; NULL: none */
    uint32_t workers;   /* 0: one */
    uint32_t multiplex; /* 0: one */
    uint32_t timeout_ms;
};

uint32_t add_probe(struct bench *bench, struct probe probe);
/* Starts a job: arguments separated by spaces. `output` is a file it has to make, or NULL. */
void start_job(struct bench *bench, uint32_t generator, uint32_t job, const char *arguments,
               const char *output);
/* Starts it and waits for its end. */
struct codegen_result run_job(struct bench *bench, uint32_t generator, const char *arguments,
                              const char *output);
/* The same for a job that must succeed and say nothing. */
void do_job(struct bench *bench, uint32_t generator, const char *arguments, const char *output);
/* One that must fail, saying `part`. Returns the result with its output freed. */
struct codegen_result fail_job(struct bench *bench, uint32_t generator, const char *arguments,
                               const char *output, const char *part);

/* Lines of a file; 0 when it is not there. */
uint32_t count_lines(const char *path);

#endif
