/*
 * The workers of one pipeline and the requests for them: who gets what, what is due when, and how
 * it all ends. Everything here belongs to one thread. Times are monotonic ns.
 */
#ifndef CODEGEN_WORKER_GROUP_H
#define CODEGEN_WORKER_GROUP_H

#include "engine/codegen/worker.h"

struct worker_group *worker_group_create(const struct codegen_generator *from);
/* Nothing may be waiting, and no worker left. */
void worker_group_free(struct worker_group *group);

/* Sends what is waiting, as far as there are workers for it, and starts these. When the group is
 * interrupted, ends what is waiting. */
void worker_group_dispatch(struct worker_group *group, uint64_t now);

/* The next time at which something is due. */
uint64_t worker_group_due(const struct worker_group *group);
/* Does what is due. */
void worker_group_expire(struct worker_group *group, uint64_t now);

/* The first call cancels, the second kills. */
void worker_group_interrupt(struct worker_group *group, uint64_t now);
/* Ends all workers, those that have requests by killing them. */
void worker_group_close(struct worker_group *group, uint64_t now);

#endif
