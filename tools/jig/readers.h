/*
 * The jobs whose result depends on a file directly: those that name it, those whose last run was
 * found to read it, and those that need something that stands in for it. With pipelines that are
 * virtual files: the closure of a file's importers, one definition in it, what it imports.
 */
#ifndef JIG_TOOL_READERS_H
#define JIG_TOOL_READERS_H

#include "engine/graph/graph.h"
#include "engine/state/history.h"

enum reader_kind { READER_DECLARED, READER_DISCOVERED, READER_ORDER_ONLY };

struct reader {
    job_id job;
    enum reader_kind kind;
};

/* `graph` and `history` are the caller's, the rest is zeroed. Free with readers_free. */
struct readers {
    struct graph *graph;
    const struct history *history;

    VEC(struct reader) all; /* ascending by job, each once; those of virtual files left out */

    /* While finding. */
    uint8_t *kinds; /* [job_id] 1 + how it needs the file; 0: it does not */
    uint8_t *seen;  /* [file_id] */
    struct file_list pending;
};

/* Fills `all` for `file`. O(jobs + discovered inputs) besides the reverse edges of the graph. */
void readers_find(struct readers *readers, file_id file);
void readers_free(struct readers *readers);

#endif
