/*
 * The parts of the analysis, in the order in which they are found: each needs those before it.
 */
#ifndef TOOLS_TRACE_PARTS_H
#define TOOLS_TRACE_PARTS_H

#include "tools/trace/analysis.h"

#define TRACE_NO_POOL UINT32_MAX

/*
 * Texts told apart by what they say: equal texts, which may have several names in a log, have one
 * index, counted from 0 in the order in which they came.
 */
struct trace_names {
    const struct trace_log *log;
    uint32_t *index;         /* [trace_text] one more than its index; 0: has not come yet */
    uint32_t *table;         /* hash table of indices plus one; 0: free */
    uint32_t mask;           /* its size less one */
    VEC(trace_text) members; /* [index] the first text that says it */
};

void trace_names_init(struct trace_names *names, const struct trace_log *log);
void trace_names_free(struct trace_names *names);
/* The index of a text. O(length) when the name comes for the first time, else O(1). */
uint32_t trace_names_index(struct trace_names *names, trace_text text);

/*
 * A build may run jobs in rounds: it makes its manifest, reads it again, and then runs the rest.
 * The jobs of a round do not depend on the round before, and yet could not begin sooner.
 */
struct trace_rounds {
    uint32_t count;
    uint32_t *number;      /* [job] */
    VEC(uint32_t) closing; /* [round] the job that ended last of all before it, or TRACE_NO_JOB */
};

void trace_rounds_find(struct trace_rounds *rounds, const struct trace_log *log);
void trace_rounds_free(struct trace_rounds *rounds);

/* Who waits for whom within a round: the dependencies, turned round. */
struct trace_followers {
    uint32_t *begin; /* [job] those that wait for it: next[begin[job] .. begin[job + 1]) */
    uint32_t *next;
    uint32_t *waits; /* [job] for how many it has to wait; one named twice counts twice */
};

/* O(jobs + dependencies). */
void trace_followers_find(struct trace_followers *followers, const struct trace_log *log,
                          const struct trace_rounds *rounds);
void trace_followers_free(struct trace_followers *followers);

/* What the parts share while they work. */
struct trace_work {
    const struct trace_log *log;
    struct trace_analysis *analysis;
    struct trace_rounds rounds;
    struct trace_followers followers;
    uint32_t *pool;        /* [job] index in log->pools, or TRACE_NO_POOL */
    uint64_t between_ns;   /* how long there was nothing to run, while there was more to come */
    uint64_t measured_ns;  /* how long the jobs took together, that time not counted … */
    uint64_t simulated_ns; /* … and how long they take simulated, on as many slots */
};

static inline uint64_t trace_own_ns(const struct trace_job *job)
{
    return job->end_ns - job->start_ns;
}

void trace_find_chains(struct trace_work *work); /* tail_ns, longest_ns */
void trace_find_path(struct trace_work *work);
/* With levels, pools, blocking_ns, between_ns, and the wait_ns of steps and of all. */
void trace_find_idle(struct trace_work *work);
void trace_find_groups(struct trace_work *work);
void trace_find_what_if(struct trace_work *work); /* with measured_ns, simulated_ns */
void trace_find_advice(struct trace_work *work);

/* What is different in a simulated build from the one that was. */
struct trace_change {
    uint32_t slots;
    uint32_t open;          /* a pool that has room for all, or TRACE_NO_POOL */
    const uint8_t *without; /* [job] whether it takes no time; NULL: none of them */
};
/* The jobs_ns that would come of it. O((jobs + dependencies) log jobs). */
uint64_t trace_simulate(const struct trace_work *work, struct trace_change change);
/* How long that would really take: longer by as much as the jobs took longer than simulated on the
 * build's own slots, since jig did not know run times beforehand and had other things to do. */
uint64_t trace_calibrated(const struct trace_work *work, uint64_t jobs_ns);

#endif
