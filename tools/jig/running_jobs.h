/*
 * The jobs that run now, as the presenter remembers them: which of them have been running longest.
 *
 * Jobs for generators are handed to them some at a time and then wait for their turn, of which
 * nobody is told. So no more jobs than there are slots are taken to run, and those that wait to
 * begin in the order in which they came, each when another one ends.
 */
#ifndef JIG_TOOL_RUNNING_JOBS_H
#define JIG_TOOL_RUNNING_JOBS_H

#include "engine/base/buf.h"
#include "engine/base/memory.h"
#include "jig/session.h"

struct running_job {
    uint32_t id;
    uint64_t order;    /* in which they came */
    uint64_t begin_ns; /* monotonic; 0: it waits */
    char *name;        /* its first output */
};

/* Set `slots`; the rest starts zeroed. */
struct running_jobs {
    uint32_t slots; /* how many run at a time, at most */
    uint32_t begun; /* of the jobs, how many do not wait */
    uint64_t came;  /* how many came, ever */
    VEC(struct running_job) jobs;
};

/* A job has started. O(length of its name). */
void running_jobs_add(struct running_jobs *running, const struct jig_job_view *job);
/* It has ended at `end_ns`; one that never came is ignored. O(running). */
void running_jobs_remove(struct running_jobs *running, uint32_t id, uint64_t end_ns);
void running_jobs_clear(struct running_jobs *running);
void running_jobs_free(struct running_jobs *running);

/*
 * Fills `longest` with at most `count` jobs that have been running for at least `least_ns`, the
 * longest first, and returns how many. They stay until the next change. O(running * count).
 */
uint32_t running_jobs_longest(const struct running_jobs *running, uint64_t now_ns,
                              uint64_t least_ns, const struct running_job **longest,
                              uint32_t count);

#endif
