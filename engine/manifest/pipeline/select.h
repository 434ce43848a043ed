/*
 * Selection: which files are sources of which pipeline, and what will be made of each.
 *
 * Files on the disk are offered one by one. What a pipeline makes may be a source of another one,
 * so finishing goes on until no output is a source of anything new. Files are those of the graph
 * that is being filled.
 *
 * Refused: two outputs with one path, an output that is a source of its own pipeline or of one
 * that feeds it, an output in a place that jig keeps for itself.
 *
 * One thread. O(files × patterns).
 */
#ifndef PIPELINE_SELECT_H
#define PIPELINE_SELECT_H

#include "engine/graph/graph.h"
#include "engine/manifest/pipeline/config.h"

#define SELECT_NONE UINT32_MAX

struct selected_source {
    file_id file;
    uint32_t made_by; /* the pipeline that makes it; SELECT_NONE: it lies on the disk */
    uint32_t outputs; /* its first one, in `outputs` of the pipeline */
};

struct selected_pipeline {
    VEC(struct selected_source)
    sources;              /* by path in byte order, once finished; none for collect */
    VEC(file_id) outputs; /* config's number of outputs for each source */
};

struct selection {
    struct selected_pipeline *pipelines; /* [as in the config] */
    uint8_t *feeds;       /* [maker × pipelines + taker] what it makes, the other takes */
    VEC(uint32_t) makers; /* [file_id] the pipeline that makes it; or SELECT_NONE */
};

struct selector;

/* Both must outlive the selector; without a graph it only answers what is below. A bad pattern
 * fails with the place of its pipeline. */
enum jig_status selector_create(const struct config *config, struct graph *graph,
                                struct selector **out, struct jig_error *error);
void selector_destroy(struct selector *selector);

/* Whether the pipeline's patterns take this path for a source. */
bool selector_wants(const struct selector *selector, uint32_t pipeline, const char *path);
/* Whether an output may lie there at all. */
bool selector_allows_output(const struct selector *selector, const char *path);

/* A file on the disk that jig has not made. The first problem is kept for selector_finish. */
void selector_offer(struct selector *selector, const char *path, size_t length);

/* The caller frees *selection with selection_free, in any case. */
enum jig_status selector_finish(struct selector *selector, struct selection *selection,
                                struct jig_error *error);
void selection_free(struct selection *selection, const struct config *config);

/*
 * Lets `taker` depend on what `maker` makes, for other reasons than as a source. False when `maker`
 * depends on `taker` already.
 */
bool selection_feed(const struct selection *selection, const struct config *config, uint32_t maker,
                    uint32_t taker);

/* The pipeline that makes `file`, or SELECT_NONE. */
static inline uint32_t selection_maker(const struct selection *selection, file_id file)
{
    return file < selection->makers.count ? selection->makers.data[file] : SELECT_NONE;
}

#endif
