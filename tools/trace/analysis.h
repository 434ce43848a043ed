/*
 * What a build's trace has to say: what its length came from, what stood idle and why, and what to
 * do about it. Everything that the reports show is computed here once.
 *
 * Times are ns since the build began, as in the log. The analysis refers to the log, which has to
 * outlive it.
 */
#ifndef TOOLS_TRACE_ANALYSIS_H
#define TOOLS_TRACE_ANALYSIS_H

#include "engine/trace/log.h"

#define TRACE_NO_JOB UINT32_MAX

/*
 * A step of the critical path: what the build's end waited for, going back from it. The steps cover
 * the whole build from 0 to its end without gap or overlap.
 */
enum trace_step_kind {
    TRACE_STEP_ENGINE, /* no job of the path was running: jig loaded, looked, decided, saved */
    TRACE_STEP_WAIT,   /* `job` was ready, and waited for a slot or for a place in its pool */
    TRACE_STEP_JOB,    /* `job` ran */
    TRACE_STEP_KINDS,
};
/*
 * What a job that was ready waited for, at each moment. Why jig did not start a job for which there
 * was a slot and a place is not recorded: mostly because it was busy with the end of another one,
 * else because of the load, the jobserver, or a console job that had the terminal.
 */
enum trace_wait {
    TRACE_WAIT_POOL,   /* its pool was full, whether or not there was a slot */
    TRACE_WAIT_SLOT,   /* all slots were in use */
    TRACE_WAIT_ENGINE, /* neither: jig did not start it */
    TRACE_WAITS,
};
struct trace_step {
    enum trace_step_kind kind;
    uint32_t job; /* index in the log; of an engine step TRACE_NO_JOB */
    uint64_t begin_ns, end_ns;
    uint64_t wait_ns[TRACE_WAITS]; /* of a wait step its length, by what was waited for */
};

/* Why slots stood idle, in slot time: ns of one slot. Slots without limit count as processors. */
enum trace_idle {
    TRACE_IDLE_BEFORE,  /* before the first job: the engine was at work */
    TRACE_IDLE_DEPS,    /* no further job was ready: what was left waited for jobs before it */
    TRACE_IDLE_POOL,    /* the jobs that were ready had no place in their pools */
    TRACE_IDLE_ENGINE,  /* jobs were ready, and not started: the engine was busy, the load too high,
                           a console job had the terminal … */
    TRACE_IDLE_FAILED,  /* after a job that failed nothing was started any more */
    TRACE_IDLE_BETWEEN, /* no job ran or was ready, and there were more to come (a later round) */
    TRACE_IDLE_AFTER,   /* after the last job */
    TRACE_IDLE_KINDS,
};

/* Jobs that have something in common. */
struct trace_group {
    const char *name; /* of the log */
    uint32_t jobs;
    uint64_t own_ns; /* sum of their run times */
    uint64_t cpu_ns;
    uint64_t blocking_ns;
    uint64_t longest_ns;
    uint32_t longest; /* that job */
};

/* How long the jobs would have taken in so many slots: by list scheduling (Graham, 1969) of the
 * recorded run times with the recorded dependencies and pools, the longest chain first, as jig
 * does. That more jobs at a time slow each other down, or fewer less, is not foreseen. */
struct trace_what_if {
    uint32_t slots;
    uint64_t jobs_ns; /* simulated, from the first job's start to the last one's end */
    uint64_t wall_ns; /* the build's length: of the build's own slots as measured, of others jobs_ns
                         times what the jobs took measured by what they take simulated on the own
                         slots, with the time before, between and after the jobs as it was */
};

/* A pool of the log, and the slot time that stood idle because it was full; part of
 * TRACE_IDLE_POOL. */
struct trace_pool_use {
    const char *name; /* of the log */
    uint32_t depth;
    uint32_t jobs;    /* that ran in it */
    uint64_t own_ns;  /* sum of their run times */
    uint64_t idle_ns; /* if several pools were full, each has its share by the jobs it held up */
    uint64_t path_ns; /* how long the critical path waited for a place in it */
};

/* From `time_ns` on, until the next one. */
struct trace_level {
    uint64_t time_ns;
    uint32_t running;
    uint32_t ready; /* ready and not started */
};

/* What to do next, the most worthwhile first. */
enum trace_advice_kind {
    TRACE_ADVICE_GATE,   /* one job takes much of the critical path */
    TRACE_ADVICE_HEADER, /* one input made many jobs run */
    TRACE_ADVICE_POOL,   /* a pool kept slots idle */
    TRACE_ADVICE_DEPS,   /* slots were idle because nothing was ready */
    TRACE_ADVICE_SLOTS,  /* more slots would have helped, or fewer would do */
    TRACE_ADVICE_ENGINE, /* jig itself took much of the time */
    TRACE_ADVICE_MEMORY, /* the machine ran short of memory */
    TRACE_ADVICE_OTHERS, /* processors were busy with something else than jobs */
    TRACE_ADVICE_NONE,   /* nothing stands out */
};
struct trace_advice {
    enum trace_advice_kind kind;
    uint64_t gain_ns; /* what could be saved of the build's length, at most */
    uint32_t job;     /* that it is about, or TRACE_NO_JOB */
    char *title;      /* one line, no full stop */
    char *text;       /* what was seen, in numbers, and what to do */
};

struct trace_analysis {
    const struct trace_log *log;
    uint32_t slots;      /* that idle time is counted for */
    uint32_t ran;        /* jobs that ran */
    uint32_t failed;     /* of these */
    uint32_t passed;     /* jobs that were spared */
    uint64_t own_ns;     /* sum of run times */
    uint64_t cpu_ns;     /* and of processor times */
    uint64_t first_ns;   /* when the first job that ran started; of none, the build's length */
    uint64_t last_ns;    /* when the last one ended; of none, the same */
    uint64_t longest_ns; /* the longest chain of run times: no number of slots does better */
    uint64_t idle_ns[TRACE_IDLE_KINDS];
    uint64_t path_ns[TRACE_STEP_KINDS]; /* the length of all steps of a kind */
    uint64_t wait_ns[TRACE_WAITS];      /* that of wait steps, by what was waited for */
    double parallelism; /* run time of jobs by the time from first_ns to last_ns; 0 of none */

    uint64_t *blocking_ns; /* [job] slot time that stood idle for want of ready jobs, shared out
                              among the jobs that ran then */
    uint64_t *tail_ns;     /* [job] the longest chain of run times from its start on, it included */
    uint8_t *on_path;      /* [job] whether it is a step of the critical path */

    VEC(struct trace_step) path;
    VEC(struct trace_level) levels;
    VEC(struct trace_group) rules;        /* by rule, the longest own time first */
    VEC(struct trace_group) reasons;      /* by reason, the most jobs first */
    VEC(struct trace_group) reason_files; /* by the file that the reason names, likewise */
    VEC(struct trace_pool_use) pools;     /* as in the log */
    VEC(struct trace_what_if) what_if;    /* 1, 2, 4 … 128 slots and the build's own, ascending */
    VEC(struct trace_advice) advice;
    double forecast_error; /* median of |foretold end - end| by the time that was left, over all
                              forecasts; negative when there were none */
};

/* O(n log n) in jobs and dependencies. */
void trace_analyse(const struct trace_log *log, struct trace_analysis *analysis);
void trace_analysis_free(struct trace_analysis *analysis);

/* A word for each kind, for people and JSON: "before the first job", … Static. */
const char *trace_idle_name(enum trace_idle kind);

#endif
