/*
 * Building a graph from its edges by counting sort.
 */
#include "jig/scheduler.h"

#include "engine/base/memory.h"

#include <stdlib.h>

enum jig_status jig_graph_from_edges(uint32_t count, const struct jig_graph_edge *edges,
                                     uint64_t edge_count, struct jig_graph_desc *graph,
                                     struct jig_error *error)
{
    *graph = (struct jig_graph_desc){0};
    if (edge_count > UINT32_MAX)
        return jig_fail(error, JIG_ERROR_LIMIT, "a graph cannot have more than %u edges",
                        UINT32_MAX);
    /*
     * offsets[t + 2] counts t's successors, so that after the prefix sum offsets[t + 1] is where
     * they begin, and after placing them, where they end: one array serves as count, cursor and
     * result.
     */
    uint32_t *offsets = mem_array((size_t)count + 2, sizeof *offsets);
    uint32_t *predecessors = mem_array(count, sizeof *predecessors);
    uint32_t *successors = mem_alloc((size_t)edge_count * sizeof *successors);
    *graph = (struct jig_graph_desc){count, offsets, successors, predecessors};

    for (uint64_t e = 0; e < edge_count; e++) {
        if (edges[e].from >= count || edges[e].to >= count) {
            jig_graph_free(graph);
            return jig_fail(error, JIG_ERROR_USAGE, "edge %llu names a task that is not there",
                            (unsigned long long)e);
        }
        offsets[(size_t)edges[e].from + 2]++;
        predecessors[edges[e].to]++;
    }
    for (size_t t = 2; t < (size_t)count + 2; t++)
        offsets[t] += offsets[t - 1];
    for (uint64_t e = 0; e < edge_count; e++)
        successors[offsets[(size_t)edges[e].from + 1]++] = edges[e].to;
    return JIG_OK;
}

void jig_graph_free(struct jig_graph_desc *graph)
{
    free((void *)graph->offsets);
    free((void *)graph->successors);
    free((void *)graph->predecessors);
    *graph = (struct jig_graph_desc){0};
}
