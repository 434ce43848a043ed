/*
 * When a plan will be done: foretold from how long its jobs took last time.
 *
 *     forecast_begin(&f, jobs, slots, processors, mean_ms);
 *     for each job of the plan: forecast_know(&f, rule, ms) or
 *                               forecast_expect(&f, i, rule, ms, processor_ms)
 *     forecast_start(&f, i, weight_ms, start_ns) …
 *     forecast_end(&f, i, took_ns, processor_ns), as they come
 *     if (forecast_is_due(&f, now_ns))
 *         forecast_tell(&f, now_ns, heaviest_ms, own_ns);
 *
 * The plan cannot be done before the longest chain of jobs that need each other is, nor before its
 * slots have worked off all that is left, nor before the processors have: the latest of the three
 * is what is foretold. (Graham, Bounds on multiprocessing timing anomalies, 1969, for how far that
 * can be off: no schedule that leaves no slot idle takes longer than their sum.) The third is what
 * tells at once that four times as many jobs as there are processors will not be done four times as
 * soon.
 *
 * A job without a record is taken to last as long as the mean of its rule, of which jobs that ended
 * in this build count as well as records; without that, as long as the mean of all. What is left is
 * scaled by how long the jobs of this build took, those included that run longer than they should,
 * compared with their records: a compiler cache may be empty now, or the machine busy. In so far as
 * more jobs run than there are processors, that holds for the work and not for a chain, whose jobs
 * come to have the processors to themselves. And each job keeps its slot a little longer than it
 * runs, which is counted as it is seen.
 *
 * What is told follows what is computed with a delay in proportion to the time left, so that it
 * does not jump about. Knows nothing of graph and plan. Not thread-safe.
 */
#ifndef SESSION_FORECAST_H
#define SESSION_FORECAST_H

#include "engine/base/memory.h"

#include <stdbool.h>
#include <stdint.h>

/* What was told at one moment; both monotonic. */
struct forecast_point {
    uint64_t time_ns;
    uint64_t end_ns; /* when everything would be done */
};

/* How long jobs took: a sum, and of how many. */
struct forecast_mean {
    uint64_t ns;
    uint32_t count;
};

struct forecast_rule {
    uint32_t name;             /* as the caller has it */
    uint32_t unknown;          /* jobs to come that have no record */
    struct forecast_mean took; /* records, and jobs that ended */
};

struct forecast_job {
    uint32_t rule;         /* index in `rules` */
    uint32_t ms;           /* of its last run; 0: not known */
    uint32_t processor_ms; /* that it used then; 0: none, or not known */
    uint32_t running;      /* one more than its index in `running`; 0: it does not run */
};

struct forecast_running {
    uint32_t job;
    uint64_t start_ns;  /* 0: it waits in the queue of a generator */
    uint64_t weight_ms; /* of the longest chain that begins with it */
};

/* Zero-initialised is empty. Free with forecast_free. */
struct forecast {
    struct forecast_job *jobs; /* [job]; what a job is, is the caller's matter */
    VEC(struct forecast_rule) rules;
    VEC(uint32_t) rule_index; /* hash table: one more than an index in `rules`; 0: free */
    VEC(struct forecast_running) running;
    struct forecast_mean took; /* of all rules */
    uint32_t slots;
    uint32_t processors;
    uint64_t mean_ms; /* what a job without a record counts for in the weights of chains */
    uint64_t left_ms; /* recorded durations of the jobs to come, running ones included … */
    uint64_t left_processor_ms; /* … and what they used of processors */
    double unknown_ns;          /* of jobs to come without a record, but whose rule has a mean */
    uint32_t strangers;         /* jobs to come of rules that have none */
    uint32_t left;              /* jobs to come */
    uint32_t ended;             /* jobs that ran to their end */
    uint64_t recorded_ms;       /* of those that ended: what the records said … */
    uint64_t measured_ns;       /* … and what it was */
    uint64_t recorded_processor_ms; /* the same of processor time, of those that have it recorded */
    uint64_t measured_processor_ns;
    uint64_t due_ns;  /* when there is next something to tell */
    uint64_t told_ns; /* when something was told last */
    double end_ns;    /* what was told then; 0: nothing */

    VEC(struct forecast_point) points; /* what was told: at most FORECAST_POINTS */
    uint32_t stride;                   /* of so many forecasts one is kept */
    uint32_t untaken;                  /* of these, how many have gone by */
};

enum { FORECAST_INTERVAL_MS = 100, FORECAST_POINTS = 4096 };

/*
 * Begins with another plan of `jobs` jobs, named 0 and on; the points stay. `mean_ms` is what the
 * weights count for jobs without a record, `slots` how many jobs run at a time, UINT32_MAX for no
 * limit, on at least one of `processors`.
 */
void forecast_begin(struct forecast *forecast, uint32_t jobs, uint32_t slots, uint32_t processors,
                    uint64_t mean_ms);
void forecast_free(struct forecast *forecast);

/* A job of this rule that need not run took `ms` last time. O(1). */
void forecast_know(struct forecast *forecast, uint32_t rule, uint32_t ms);
/*
 * A job that may run, and took `ms` last time, with `processor_ms` of processors; 0: not known. To
 * be called before any starts. O(1).
 */
void forecast_expect(struct forecast *forecast, uint32_t job, uint32_t rule, uint32_t ms,
                     uint32_t processor_ms);

/* An expected job starts; with `start_ns` 0 it is only handed to a generator. O(1). */
void forecast_start(struct forecast *forecast, uint32_t job, uint64_t weight_ms, uint64_t start_ns);
/* It could not be started after all. O(1). */
void forecast_take_back(struct forecast *forecast, uint32_t job);
/* It has ended well or not after `took_ns`, with so much of processors; 0: it turned out not to
 * have to run. O(1). */
void forecast_end(struct forecast *forecast, uint32_t job, uint64_t took_ns, uint64_t processor_ns);

/* Whether the last forecast is older than FORECAST_INTERVAL_MS. */
static inline bool forecast_is_due(const struct forecast *forecast, uint64_t now_ns)
{
    return now_ns >= forecast->due_ns;
}
/*
 * Makes a forecast. `heaviest_ms` is the longest chain that begins with a job that waits for a slot
 * only; `own_ns` is what the engine has spent on the jobs that ended. O(running).
 */
void forecast_tell(struct forecast *forecast, uint64_t now_ns, uint64_t heaviest_ms,
                   uint64_t own_ns);
/* How long it still takes by the last forecast, at least 1 ms; 0: nothing can be said. */
uint64_t forecast_left_ms(const struct forecast *forecast, uint64_t now_ns);

#endif
