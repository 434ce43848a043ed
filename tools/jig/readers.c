#include "tools/jig/readers.h"

#include <stdbool.h>
#include <stdlib.h>

static bool is_among(file_id file, const file_id *files, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (files[i] == file)
            return true;
    }
    return false;
}

static void pend(struct readers *readers, file_id file)
{
    if (!readers->seen[file]++)
        vec_push(&readers->pending, file);
}

/* A job that needs the file in several ways goes by the strongest, which comes first. */
static void add(struct readers *readers, job_id job, enum reader_kind kind)
{
    uint8_t *known = &readers->kinds[job];
    if (!*known || kind + 1u < *known)
        *known = (uint8_t)(kind + 1);
}

/* The virtual files that are parts of `file`, or of all modules of a pipeline that it is one of. */
static void pend_parts(struct readers *readers, file_id file)
{
    const struct graph *graph = readers->graph;
    uint32_t count;
    const job_id *jobs = graph_consumers(readers->graph, file, &count);
    for (uint32_t i = 0; i < graph->views.count; i++) {
        const struct graph_view *view = &graph->views.data[i];
        bool is_part = view->of == file;
        for (uint32_t j = 0; view->kind == GRAPH_VIEW_MODULES && j < count; j++)
            is_part |= graph->jobs.data[jobs[j]].pipeline == view->pipeline;
        if (is_part)
            pend(readers, view->file);
    }
}

/* The jobs that name `file`; through one that only groups files, those that name the group. */
static void add_consumers(struct readers *readers, file_id file)
{
    const struct graph *graph = readers->graph;
    uint32_t count;
    const job_id *jobs = graph_consumers(readers->graph, file, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct graph_job *job = &graph->jobs.data[jobs[i]];
        file_id key = graph_job_key(graph, job);
        bool declared = is_among(file, graph_inputs(graph, job), job->in_count);
        if (graph_is_virtual(graph, key))
            pend(readers, key);
        else
            add(readers, jobs[i], declared ? READER_DECLARED : READER_ORDER_ONLY);
    }
}

static void add_discoverers(struct readers *readers, file_id file)
{
    for (job_id job = 0; job < readers->history->jobs.count; job++) {
        const struct job_record *record = &readers->history->jobs.data[job];
        if (is_among(file, history_deps(readers->history, record), record->deps_count))
            add(readers, job, READER_DISCOVERED);
    }
}

void readers_find(struct readers *readers, file_id file)
{
    const struct graph *graph = readers->graph;
    readers->all.count = 0;
    readers->seen = mem_array(graph->files.count, 1);
    readers->kinds = mem_array(graph->jobs.count, 1);
    pend(readers, file);
    pend_parts(readers, file);
    while (readers->pending.count)
        add_consumers(readers, readers->pending.data[--readers->pending.count]);
    add_discoverers(readers, file);
    for (job_id job = 0; job < graph->jobs.count; job++) {
        struct reader reader = {job, (enum reader_kind)(readers->kinds[job] - 1)};
        if (readers->kinds[job])
            vec_push(&readers->all, reader);
    }
    free(readers->seen);
    free(readers->kinds);
}

void readers_free(struct readers *readers)
{
    vec_free(&readers->all);
    vec_free(&readers->pending);
}
