/*
 * Amending a graph that was filled from pipelines, in place: as sources come and go and imports
 * change, it becomes the graph that filling anew would give, but for ids, for places that retired
 * jobs leave, and for virtual files that nobody reads any more.
 *
 *     amend_create                                   when the first update comes; lives with the
 * graph for each update: amend_begin amend_source_came / amend_source_went …    which jobs that
 * makes and unmakes (retire the unmade ones: amend_retire; the caller deletes their outputs)
 *         discovery_update(amend_changes)            modules follow
 *         amend_follow(updated)                      edges follow
 *         → amend_changed_jobs
 *
 * What it cannot do in place it refuses, by static text (amend_refusal): a graph is then to be
 * filled anew, and whoever has really asked for the impossible (two jobs with one output) is told
 * so by that. After a refusal the amendment is not to be used again.
 */
#ifndef PIPELINE_AMEND_H
#define PIPELINE_AMEND_H

#include "engine/manifest/pipeline/fill.h"
#include "engine/manifest/pipeline/rounds.h"

struct amend;

struct amend_options {
    const struct config *config;
    const struct lenses *lenses;
    struct graph *graph;
    struct discovery *discovery;
    struct rounds *rounds;    /* of the graph as it is; follows */
    const char *const *salts; /* [pipeline] */
};

/* All that the options point at must outlive it. O(jobs). */
struct amend *amend_create(const struct amend_options *options);
void amend_destroy(struct amend *amend);

const char *amend_refusal(const struct amend *amend);

void amend_begin(struct amend *amend);
/* Whether commands name the path: what comes or goes there makes other jobs of all of a pipeline.
 */
bool amend_is_tool(const struct amend *amend, const char *path);
/* Whether the pipeline of this number, from 0, takes the path for a source. */
bool amend_is_source(const struct amend *amend, uint32_t pipeline, const char *path);
/* A file on the disk that is not what a job has left there came, or went. */
void amend_source_came(struct amend *amend, const char *path);
void amend_source_went(struct amend *amend, const char *path);
/* Jobs that are made no more. Their records are the caller's business, before amend_retire. */
const job_id *amend_unmade_jobs(const struct amend *amend, uint32_t *count);
/* Takes these out of the graph, and forgets them. */
void amend_retire(struct amend *amend);

/* What all this says to discovery; the caller adds what else has happened. The lists live until
 * amend_begin. */
struct discovery_changes *amend_changes(struct amend *amend);

/* Adds and changes jobs as the modules are now. Costs what changed, and for those who collect it
 * the length of their lists. */
void amend_follow(struct amend *amend, const struct discovery_updated *updated);
/* Jobs that are new, or have other inputs or another recipe; phony ones among them. */
const job_id *amend_changed_jobs(const struct amend *amend, uint32_t *count);
/* Closures of modules that nothing leads to any more: nobody needs these jobs. */
const job_id *amend_dropped_jobs(const struct amend *amend, uint32_t *count);
/* The view of what the module's imports lead to, or GRAPH_NONE. */
uint32_t amend_imports_view(struct amend *amend, module_id module);
/* Files of modules that are new. */
const file_id *amend_new_files(const struct amend *amend, uint32_t *count);

#endif
