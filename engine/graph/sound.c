#include "engine/graph/graph.h"

/* Whether every value lies below `limit`. Branch-free inside, so that it vectorises. */
static bool all_below(const uint32_t *values, uint32_t count, uint32_t limit)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < count; i++)
        bad |= values[i] >= limit;
    return !bad;
}

static bool strings_are_sound(const struct graph *graph)
{
    if (graph->text.count == 0 || graph->text.data[graph->text.count - 1] != '\0')
        return false;
    bool good = true;
    for (uint32_t i = 0; i < graph->strs.count; i++) {
        struct graph_str str = graph->strs.data[i];
        uint64_t end = (uint64_t)str.offset + str.length;
        if (end >= graph->text.count)
            return false;
        good &= graph->text.data[end] == '\0';
    }
    return good;
}

static bool files_are_sound(const struct graph *graph)
{
    bool good = true;
    for (file_id id = 0; id < graph->files.count; id++) {
        const struct graph_file *file = &graph->files.data[id];
        good &= file->path < graph->strs.count && file->dir < graph->strs.count;
        good &= file->producer == GRAPH_NONE || file->producer < graph->jobs.count;
    }
    return good;
}

static bool rope_is_sound(const struct graph *graph, struct graph_rope rope)
{
    return (uint64_t)rope.begin + rope.count <= graph->pieces.count;
}

static bool job_is_sound(const struct graph *graph, job_id id)
{
    const struct graph_job *job = &graph->jobs.data[id];
    uint64_t end = (uint64_t)job->edges + job->out_count + job->in_count + job->order_only_count +
                   job->validation_count;
    if (end > graph->edges.count || job->out_count == 0 || end - job->edges > job->edge_room ||
        (uint64_t)job->edges + job->edge_room > graph->edges.count)
        return false;
    bool good = job->dyndep_out_count < job->out_count && job->dyndep_in_count <= job->in_count &&
                job->explicit_out_count <= job->out_count &&
                job->explicit_in_count <= job->in_count && job->pool < graph->pools.count &&
                job->rule < graph->strs.count && job->manifest < graph->strs.count;
    good &= job->msvc_deps_prefix == GRAPH_NONE || job->msvc_deps_prefix < graph->strs.count;
    good &= job->salt < graph->strs.count;
    good &= job->dyndep == GRAPH_NONE || job->dyndep < graph->files.count;
    good &= rope_is_sound(graph, job->command) && rope_is_sound(graph, job->description) &&
            rope_is_sound(graph, job->depfile) && rope_is_sound(graph, job->rspfile) &&
            rope_is_sound(graph, job->rspfile_content);
    return good;
}

/* Producers and outputs must name each other, or a plan could wait for a job that never comes. */
static bool producers_are_sound(const struct graph *graph)
{
    uint32_t produced = 0;
    for (file_id file = 0; file < graph->files.count; file++)
        produced += graph->files.data[file].producer != GRAPH_NONE;
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        for (uint32_t i = 0; i < job->out_count; i++) {
            if (graph->files.data[graph_outputs(graph, job)[i]].producer != id)
                return false;
        }
        produced -= job->out_count;
    }
    return produced == 0;
}

static bool views_are_sound(const struct graph *graph)
{
    bool good = true;
    for (uint32_t i = 0; i < graph->views.count; i++) {
        const struct graph_view *view = &graph->views.data[i];
        good &= view->file < graph->files.count && view->name < graph->strs.count &&
                view->kind <= GRAPH_VIEW_DISCOVERY &&
                (view->of == GRAPH_NONE || view->of < graph->files.count);
    }
    return good;
}

bool graph_is_sound(const struct graph *graph)
{
    if (graph->strs.count == GRAPH_NONE || graph->pools.count <= GRAPH_POOL_CONSOLE)
        return false;
    if (!strings_are_sound(graph) || !files_are_sound(graph))
        return false;
    if (!all_below(graph->edges.data, graph->edges.count, graph->files.count) ||
        !all_below(graph->pieces.data, graph->pieces.count, graph->strs.count) ||
        !all_below(graph->defaults.data, graph->defaults.count, graph->files.count) ||
        !all_below(graph->manifests.data, graph->manifests.count, graph->files.count))
        return false;
    if (!all_below(graph->modules.data, graph->modules.count, graph->files.count) ||
        !views_are_sound(graph))
        return false;
    for (uint32_t i = 0; i < graph->pools.count; i++) {
        if (graph->pools.data[i].name >= graph->strs.count)
            return false;
    }
    for (job_id id = 0; id < graph->jobs.count; id++) {
        if (!job_is_sound(graph, id))
            return false;
    }
    return producers_are_sound(graph);
}
