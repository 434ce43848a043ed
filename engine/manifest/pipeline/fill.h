/*
 * Filling a graph from pipelines: a job for each source of each pipeline, one for each that
 * collects, and what they depend on.
 *
 *     fill_begin → selector_… (files on the disk) → discovery_scan(fill_request) → fill_finish
 *
 * What a job depends on, its inputs:
 *
 * - its source; the plugin; files of the tree that its command names;
 * - `depends: direct`: the modules that the source imports;
 * - `depends: transitive`: their *closure* too. All modules of a component (modules that import
 * each other) share one virtual file, made by a phony job from the component's files and the
 * closures of the components it imports, so that the graph grows with the imports and not with
 * their square;
 * - `sees: definitions`: instead of files, one virtual file for each definition that is imported,
 *   whose digest is that of the definition and all it uses;
 * - for a generator that is told what the source imports: a virtual file with that.
 *
 * Modules that some job makes are scanned once they are there; see rounds.h. A module that is final
 * only in a job's own round, or later, is seen whole, whatever `sees` says.
 *
 * It knows files, jobs and modules, and not how jobs run.
 */
#ifndef PIPELINE_FILL_H
#define PIPELINE_FILL_H

#include "engine/discovery/discovery.h"
#include "engine/graph/graph.h"
#include "engine/manifest/pipeline/config.h"
#include "engine/manifest/pipeline/select.h"

/* What pipelines scan through. The same config always gives the same lenses in the same order. */
struct lenses {
    VEC(struct discovery_lens) all; /* strings are the config's */
    uint32_t *of;                   /* [pipeline] index into `all` */
    VEC(uint32_t) marks;            /* [as all] tells it from others, whatever else there is */
};

void lenses_of(struct lenses *lenses, const struct config *config);
void lenses_free(struct lenses *lenses);

struct fill {
    const struct config *config;
    const struct lenses *lenses;
    struct graph *graph;
    struct selection selection;
    VEC(struct discovery_source) sources;
    VEC(const char *) made;
};

/* A graph with the config's pools and manifest files. All arguments must outlive `fill`. */
void fill_begin(struct fill *fill, const struct config *config, const struct lenses *lenses);

/* After selection: what discovery is to look at. Lives as long as `fill` and its graph. */
struct discovery_request fill_request(struct fill *fill);

/*
 * Adds all jobs. `salts` has what makes each pipeline's recipe beside its text. Afterwards
 * fill->graph is whole; a caller who wants to keep it sets it to NULL. O(modules + imports + jobs).
 */
void fill_finish(struct fill *fill, struct discovery *discovery, const char *const *salts);
void fill_free(struct fill *fill);

/*
 * What a pipeline's recipe is beside its text: generator kind, version, options, a built-in's or
 * plugin's own version, and the environment variables it lists. Also checks that the generator can
 * be had. JIG_ERROR_MANIFEST.
 */
enum jig_status fill_salt(const struct config_pipeline *pipeline, struct buf *out,
                          struct jig_error *error);

/*
 * Appends the files of the tree that the pipeline's command names, each with a NUL after it: when
 * one comes or goes, the graph is another one.
 */
void fill_list_tools(const struct config_pipeline *pipeline, struct tree *tree, struct buf *out);

/* Whether the generator is told what its source imports and defines. */
bool fill_sees_facts(const struct config_pipeline *pipeline);

/* ---- views ---------------------------------------------------------------------------------- */

/*
 * The digest of GRAPH_VIEW_DISCOVERY: of all that the other views follow from, if the modules'
 * contents were these. O(modules).
 */
struct digest view_discovered(const struct discovery *discovery, const struct digest *contents);

/*
 * The digest of any other view as discovery has it now: what its virtual file's record is to say.
 * Zero when the module is not there any more.
 */
struct digest view_digest(const struct graph *graph, struct discovery *discovery,
                          const struct graph_view *view);

/* Rises when the same modules would give another graph. */
enum { FILL_VERSION = 2 };

#endif
