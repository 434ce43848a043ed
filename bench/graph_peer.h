/*
 * Another scheduler to measure against: builds the graph from the same edge list in its own way,
 * runs it with the same task, and takes it down again.
 */
#ifndef BENCH_GRAPH_PEER_H
#define BENCH_GRAPH_PEER_H

#include "jig/scheduler.h"

#ifdef __cplusplus
extern "C" {
#endif

/* oneTBB's flow graph, each task a continue_node. */
void *tbb_start(uint32_t threads);
void tbb_build(void *peer, uint32_t count, const struct jig_graph_edge *edges, uint32_t edge_count,
               jig_graph_fn run, void *context);
void tbb_run(void *peer);
void tbb_free(void *peer);
void tbb_stop(void *peer);

#ifdef __cplusplus
}
#endif

#endif
