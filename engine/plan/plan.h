/*
 * The plan: which jobs of a graph must run to bring some targets up to date, why, and in what
 * order. It reads graph, history and fingerprints and keeps the bookkeeping of one build; it
 * knows nothing of processes.
 *
 * Usage, as the session conducts it:
 *
 *     plan_create
 *     for each build:
 *         plan_begin → plan_add_target… → (fingerprint plan->files into plan->terms) → plan_decide
 *         while plan_take_ready(&job): plan_turn(job) → run it → plan_finish(job) or plan_fail(job)
 *     plan_free
 *
 * A plan object lives as long as its graph, because terms hold from one build to the next. So a
 * build need not look at everything: with plan_add_scope instead of targets, it considers some jobs
 * and all that may follow from them, and takes the others for up to date. What a plan costs is then
 * what is in its scope.
 *
 * The rule. A job is up to date when its last run is recorded, its recipe digest is the recorded
 * one, the sum of its inputs' terms is the recorded one (order-only inputs do not count), and
 * every output exists and their sum is the recorded one. A *term* mixes a file's path with its
 * content digest, so the sums change with any member's content and with the set itself.
 *
 * A job whose inputs another job may still change is PLAN_MAYBE and is decided at its turn, when
 * their content is final: that is the early cutoff. Ages are looked at in one case only, a
 * manifest's generator and what another tool built (plan_adoptable).
 *
 * Not thread-safe; one conductor.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "engine/graph/graph.h"
#include "engine/state/history.h"

enum plan_verdict {
    PLAN_UNWANTED = 0, /* no target needs it */
    PLAN_ENTERED,      /* wanted; the walk is still among what it needs */
    PLAN_UNDECIDED,    /* wanted; plan_decide has not come to it */
    PLAN_CLEAN,        /* up to date before the build began */
    PLAN_MAYBE,        /* decided at its turn */
    PLAN_RUN,          /* must run */
    PLAN_DONE,         /* ran well, or turned out up to date at its turn */
    PLAN_FAILED,       /* ran and failed; what needs it gets no turn */
};

enum plan_reason_kind {
    REASON_NONE = 0,
    REASON_NEVER_BUILT,
    REASON_RECIPE_CHANGED,
    REASON_INPUT_CHANGED,  /* file: which */
    REASON_INPUT_MISSING,  /* file: which; a discovered input that is gone */
    REASON_INPUTS_DIFFER,  /* the set of inputs is another one */
    REASON_INPUT_ALWAYS,   /* file: an input that is never up to date */
    REASON_INPUT_REMADE,   /* file: an input whose job ran, and that cannot show what changed */
    REASON_OUTPUT_MISSING, /* file: which */
    REASON_OUTPUT_CHANGED, /* file: which; not by this job */
    REASON_INPUT_UNSTEADY, /* an input changed while the last run read it */
    REASON_UNFINISHED,     /* its last run was cut short: jig was killed */
    REASON_REQUESTED,      /* asked for whatever its state */
};

/* Why a job runs. */
struct plan_reason {
    enum plan_reason_kind kind;
    file_id file; /* GRAPH_NONE when the kind names none */
};

struct plan_job {
    struct plan_reason reason; /* set once the verdict is PLAN_RUN */
    uint64_t weight;           /* critical path from here to the end of the build, in ms */
    uint32_t pending;          /* edges from jobs that have not finished yet */
    uint32_t position;         /* in plan.order, of a job that is in it */
    uint8_t verdict;           /* enum plan_verdict */
    uint8_t in_scope;          /* plan_add_scope has come to it */
};

struct plan {
    struct graph *graph;
    struct history *history;
    struct plan_job *jobs;  /* [job_id]; all zero but for what this plan has come to */
    struct digest *terms;   /* [file_id]; of files that some plan has wanted; see plan_fit */
    uint8_t *file_marks;    /* [file_id]; enum plan_file_mark */
    uint32_t file_capacity; /* of terms and file_marks */
    uint32_t job_capacity;  /* of jobs */
    bool scoped;            /* only jobs in scope are followed */
    VEC(job_id) entered;    /* jobs whose `jobs` entry is not zero */
    VEC(file_id) remade;    /* files marked so */

    VEC(job_id) order;  /* wanted jobs, every one after those it needs */
    VEC(file_id) files; /* wanted files: to be fingerprinted before plan_decide */
    /* [job_id] the newest an input may be, in ns since 1970, for the job to be adopted; 0: it may
     * not be. NULL when no log of another tool vouches for anything. */
    const int64_t *adoption;
    VEC(job_id) adopted; /* jobs found up to date by age; the session records them */

    uint32_t *successor_offsets; /* [position + 1]; among jobs that were not clean */
    job_id *successors;
    VEC(job_id) ready; /* nothing pending, not taken yet */

    uint64_t mean_ms;     /* what jobs whose duration is not known count for in weights */
    uint32_t wanted_jobs; /* jobs in order that are not phony */
    uint32_t unfinished;  /* jobs neither clean, done nor failed; phony ones count */
    uint32_t to_run;      /* not phony, PLAN_RUN or PLAN_MAYBE at first; less those cut off */
};

enum plan_file_mark {
    PLAN_FILE_WANTED = 1u << 0,
    PLAN_FILE_ALWAYS =
        1u << 1, /* stands for nothing on disk: never up to date. Outlives the plan */
    PLAN_FILE_LISTED = 1u << 2, /* scratch: already in some list being made */
    PLAN_FILE_REMADE =
        1u << 3, /* its job ran in this build, and the file cannot show what it did */
};

void plan_create(struct plan *plan, struct graph *graph, struct history *history);
void plan_free(struct plan *plan);

/* Begins another plan over the same graph; terms stay. O(what the one before came to). */
void plan_begin(struct plan *plan);

/*
 * Wants these jobs and all that depend on them, as far as the scope goes; what they depend on is
 * taken for up to date, unless it is among them. Otherwise as plan_add_target. O(edges of the jobs
 * reached).
 */
struct plan_scope {
    /* The jobs that read a file, by declared or discovered inputs; some may not read it any more.
     * Valid until called again. */
    const job_id *(*readers)(void *context, file_id file, uint32_t *count);
    /* Whether a job is in the scope. One that is not is asked about once for each edge to it. */
    bool (*has)(void *context, job_id job);
    void *context;
};
enum jig_status plan_add_scope(struct plan *plan, const job_id *jobs, uint32_t count,
                               struct plan_scope scope, struct jig_error *error);

/*
 * Wants `file` and all it needs: declared, order-only and discovered inputs, and validations.
 * JIG_ERROR_MANIFEST on a dependency cycle (ninja's wording). O(edges reached).
 */
enum jig_status plan_add_target(struct plan *plan, file_id file, struct jig_error *error);

/*
 * Gives every wanted job its verdict. JIG_ERROR_MANIFEST when a declared input is missing and no
 * job makes it. `force` runs every wanted job. O(edges of wanted jobs).
 */
enum jig_status plan_decide(struct plan *plan, bool force, struct jig_error *error);

/* Makes room for files and jobs added to the graph since plan_create. */
void plan_fit(struct plan *plan);

/* Takes a job whose turn has come. False when none is ready now. */
bool plan_take_ready(struct plan *plan, job_id *job);

/* What a turn came to. */
enum plan_turn {
    PLAN_TURN_PASSED, /* nothing to run: a phony job, or cut off; its successors are released */
    PLAN_TURN_RUN,    /* run it; its reason is set */
};
enum plan_turn plan_turn(struct plan *plan, job_id job);

/* The job ran well and its outputs' records and terms are final: releases its successors. */
void plan_finish(struct plan *plan, job_id job);
/* The job failed. Its successors stay unfinished for ever. */
void plan_fail(struct plan *plan, job_id job);

/* Marks a file as remade. False if it was. */
bool plan_mark_remade(struct plan *plan, file_id file);
/* Once everything has run: what was remade is as good as any other file. */
void plan_forget_remade(struct plan *plan);

/* The term of `file` from its present record; call after the record changed. */
void plan_refresh_term(struct plan *plan, file_id file);

/* The sums to compare with, or to put into, a job's record. */
struct digest plan_inputs_digest(const struct plan *plan, const struct graph_job *job,
                                 const file_id *deps, uint32_t deps_count);
struct digest plan_outputs_digest(const struct plan *plan, const struct graph_job *job);

/*
 * Whether a job without a valid record may be taken as up to date by age. Two kinds may: a
 * generator whose outputs are all there and none older than any input (a manifest is usually
 * generated by hand first, by cmake or meson setup, and would otherwise be generated again by the
 * first build), if it is known what it read; and a job that `adoption` has a time for.
 */
bool plan_adoptable(const struct plan *plan, job_id id);

/* Appends the reason as a person reads it, e.g. "input changed: src/a.c". */
void plan_reason_text(const struct graph *graph, struct plan_reason reason, struct buf *out);
/* The reason's kind as one machine-readable word, e.g. "input-changed". Static. */
const char *plan_reason_word(enum plan_reason_kind kind);
/* And as a person reads it, e.g. "input changed". Static. */
const char *plan_reason_said(enum plan_reason_kind kind);

/* The rule applied to one job whose inputs are final. */
struct plan_reason plan_evaluate(struct plan *plan, job_id id);
/* Gives a phony job's outputs the state of its inputs. */
void plan_pass_phony(struct plan *plan, const struct graph_job *job);

#endif
