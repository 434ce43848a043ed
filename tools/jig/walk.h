/*
 * A walk through the graph from some files to all they need: declared and order-only inputs, each
 * file once, depth first and in the manifest's order.
 */
#ifndef JIG_TOOL_WALK_H
#define JIG_TOOL_WALK_H

#include "engine/graph/graph.h"

struct walk_step;

struct walk {
    const struct graph *graph;
    void (*enter)(void *context, file_id file); /* before what the file needs; may be NULL */
    void (*leave)(void *context, file_id file); /* after it; may be NULL */
    void *context;

    uint8_t *seen; /* [file_id] */
    VEC(struct walk_step) path;
};

/* `walk` has its first four fields set and the others zeroed. Free with walk_free. */
void walk_begin(struct walk *walk);
/* Walks from `file` to what no earlier call has come to. O(edges reached), no recursion. */
void walk_from(struct walk *walk, file_id file);
/* The same from each input of the job that makes `file`; nothing for a source. */
void walk_from_inputs(struct walk *walk, file_id file);
void walk_free(struct walk *walk);

#endif
