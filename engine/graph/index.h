/*
 * What can be found again from the graph's columns: lookup by text, and reverse edges.
 * Internal to engine/graph.
 */
#ifndef GRAPH_INDEX_H
#define GRAPH_INDEX_H

#include "engine/base/reverse.h"
#include "engine/graph/graph.h"

struct graph_index {
    /* Open addressing with linear probing; slots hold str_id + 1, 0 is empty. */
    uint32_t *slots;
    uint32_t slot_count; /* a power of two, more than twice the strings indexed */
    uint32_t indexed;    /* strings [0, indexed) are in the table */

    VEC(file_id) file_of_str; /* [str_id]: the file with that path, or GRAPH_NONE */
    uint32_t files_indexed;   /* files [0, files_indexed) are in file_of_str */

    struct reverse consumers; /* jobs by the files they read or wait for */
    bool has_consumers;       /* it is made, and told of each job that is added */
};

void graph_index_free(struct graph_index *index);
/* Brings lookup by text up to date with the columns: O(what was added since). */
void graph_index_update(struct graph *graph);
/* The job reads other files than before. */
void graph_index_consumer(struct graph *graph, job_id job);

#endif
