/*
 * Internal to amending a graph: what is kept from one update to the next.
 */
#ifndef PIPELINE_AMENDING_H
#define PIPELINE_AMENDING_H

#include "engine/base/arena.h"
#include "engine/manifest/pipeline/amend.h"
#include "engine/manifest/pipeline/filling.h"
#include "engine/manifest/pipeline/select.h"

/* A job to be added: of a source, whose outputs follow from it. */
struct amend_job {
    uint32_t pipeline;
    const char *source; /* in amend.texts */
    bool made;          /* by another job */
    job_id id;          /* once it is in the graph */
};

struct amend_list {
    job_id *data;
    uint32_t count, capacity;
};

struct amend {
    struct fill fill;       /* config, lenses; its graph is not its own */
    struct filling filling; /* kept, for the tables in it */
    struct rounds *rounds;
    const char *const *salts;
    struct selector *selector;    /* knows the patterns */
    struct job_pattern *patterns; /* [pipeline] */
    uint8_t *feeds;               /* [maker × pipelines + taker], as in selection.h */
    struct amend_list
        *jobs_of; /* [pipeline] by path of the source; of pipelines that some other one collects */
    bool *is_collected;
    VEC(job_id) places; /* of retired jobs, to be used again */

    /* Of the present update. */
    const char *refusal;
    struct arena texts;
    struct discovery_changes changes;
    VEC(struct amend_job) added;
    struct amend_list unmade;
    struct amend_list changed;
    struct amend_list dropped;
    struct file_list new_files;
    bool *collect_anew;     /* [pipeline] what it collects is something else */
    struct file_list edges; /* scratch */
};

void amend_refuse(struct amend *amend, const char *why);

/* ---- amend_edges.c -----------------------------------------------------------------------------
 */

/* Finds the closure of a component; it is there, see amend_ensure_closures. */
file_id amend_closure(struct filling *filling, uint32_t component);
/* Makes the closures that a job of the module needs, where there are none. */
void amend_ensure_closures(struct amend *amend, module_id module);
/* Gives the closure of the module's component, if there is a job for one, the parts it has now. */
void amend_list_closure(struct amend *amend, module_id module);
/* Whether the rounds hold, with the modules that changed. */
bool amend_rounds_hold(struct amend *amend, const struct discovery_updated *updated);

/* A list of jobs by the paths of their sources: into it and out of it. */
void amend_insert_job(struct amend *amend, struct amend_list *list, job_id job);
void amend_remove_job(struct amend *amend, struct amend_list *list, job_id job);

#endif
