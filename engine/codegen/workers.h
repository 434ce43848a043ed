/*
 * All workers of a build, and the one thread that talks to them.
 *
 * The caller's thread hands requests over under a lock and never waits; everything else happens on
 * the manager thread, which is started with the first request. It sleeps in poll on an eventfd and
 * every worker's pipes and pidfd, and blocks all signals.
 */
#ifndef CODEGEN_WORKERS_H
#define CODEGEN_WORKERS_H

#include "engine/codegen/finished.h"

struct workers;
struct worker_group;

/* Returns 0 or an errno value. Starts nothing. `grace_ms`: as in codegen_options. */
int workers_create(struct workers **workers, struct finished *finished, uint32_t grace_ms);
/* Ends all workers and the thread. What is not done ends as interrupted. */
void workers_destroy(struct workers *workers);

/* A pipeline's workers. Belongs to `workers`. */
struct worker_group *workers_add_group(struct workers *workers,
                                       const struct codegen_generator *generator);

/* The result, which is announced already, goes to `finished`. */
void workers_start(struct workers *workers, struct worker_group *group,
                   const struct codegen_job *job);
void workers_interrupt(struct workers *workers);

#endif
