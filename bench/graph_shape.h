/*
 * The shapes of graphs that scheduling is measured on, as edge lists.
 */
#ifndef BENCH_GRAPH_SHAPE_H
#define BENCH_GRAPH_SHAPE_H

#include "jig/scheduler.h"

#include <stdbool.h>

struct graph_shape {
    const char *name;
    uint32_t count;
    struct jig_graph_edge *edges; /* freed by graph_shape_free */
    uint32_t edge_count;
};

/*
 * chain:     each task after the one before it
 * tree:      each task after its parent in a binary tree
 * random:    each task after four picked at random among the earlier ones (the same each time)
 * wavefront: a square of tasks, each after its left and its upper neighbour
 *
 * About `nodes` tasks: wavefront rounds to a square. False for any other name.
 */
bool graph_shape_make(const char *name, uint32_t nodes, struct graph_shape *shape);
void graph_shape_free(struct graph_shape *shape);

#endif
