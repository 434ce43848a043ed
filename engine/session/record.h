/*
 * Recording: how the trace of each build comes about.
 *
 * While a build goes on, only numbers are noted: threads write their slices into their rings, and
 * the session's thread writes when each job was ready, ran and ended. Once a plan has been carried
 * out its jobs go to the log, with what the graph knows of them; once the call has ended the log
 * is kept beside the state, if the build was worth it. So what a job costs here is two readings of
 * the clock and a hundred bytes, which are given back with the plan.
 */
#ifndef SESSION_RECORD_H
#define SESSION_RECORD_H

#include "engine/graph/graph.h"
#include "engine/trace/keep.h"
#include "jig/session.h"

struct build;
struct run_result;

/* What is noted of a job of the plan. Times are monotonic. */
struct job_note {
    uint64_t ready_ns; /* when its turn came; 0: it has not */
    uint64_t start_ns;
    uint64_t end_ns; /* 0: it has not run, or not to its end */
    uint64_t user_ns;
    uint64_t system_ns;
    uint64_t peak_rss; /* bytes */
    uint64_t read_bytes;
    uint64_t written_bytes;
    uint32_t slot;
    uint32_t expected_ms;
    int32_t exit_code;
};

struct recorder {
    struct trace_log log; /* of the present call, or else of the last one */
    struct trace_keeper keeper;
    struct jig_trace *rings;
    uint64_t loaded_ns;     /* when it was open */
    uint64_t opened_ns;     /* when the session was being opened; 0: a call has told of it */
    uint64_t origin_ns;     /* what the log's times count from */
    uint64_t sampled_ns;    /* when the machine was looked at last */
    uint32_t processors;    /* that this process may use */
    int machine_processors; /* that there are */
    bool keeps;             /* there is a state directory to keep traces in */
    bool told;              /* that a trace could not be kept */
};

/* The session is being opened; it has its pool. `keeps`: see there. */
void record_open(struct jig_session *session, bool keeps);
/* The session is open. */
void record_opened(struct jig_session *session);
void record_close(struct jig_session *session);

/* A build or an update begins. */
void record_begin(struct jig_session *session);
/* A stage of the work begins, now: what the pool's workers do is a part of it. `name` is a literal.
 * Returns the time, for record_slice. */
uint64_t record_stage(struct jig_session *session, const char *name);
/* Something that the session's thread did from `begin_ns` until now. Both texts are literals. */
void record_slice(struct jig_session *session, const char *category, const char *name,
                  uint64_t begin_ns);
void record_stretch(struct jig_session *session, const char *category, const char *name,
                    uint64_t begin_ns, uint64_t end_ns);

/* A plan is about to be carried out: build.notes. */
void record_plan_begin(struct build *build);
/* The job's turn has come: all that it waits for has ended. */
void record_turn(struct build *build, job_id id);
/* The job has run to its end, since `start_ns`; it had been expected to take `expected_ms`. */
void record_job(struct build *build, const struct run_result *result, uint64_t start_ns,
                uint32_t expected_ms);
/* What was foretold, before the build forgets it. */
void record_forecasts(struct build *build);
/* Looks at the machine, if it has not for a while. */
void record_machine(struct build *build);
/* Puts what was noted into the log. The graph is still the plan's. O(jobs of the plan). */
void record_plan_end(struct build *build);

/* The call ends: completes the log, and keeps it if it is worth that. */
void record_end(struct jig_session *session, const struct jig_build_options *options,
                enum jig_status status, const struct jig_build_result *result);

/* The trace of the last build or update, whether it was kept or not. Until the next one. */
const struct trace_log *session_trace(const struct jig_session *session);

#endif
