/*
 * Inputs and outputs that a job has from a dyndep file: they come and go while the graph lives.
 */
#include "engine/graph/graph.h"
#include "engine/graph/index.h"

static file_id *edges_of(struct graph *graph, const struct graph_job *job)
{
    return graph->edges.data + job->edges;
}

static uint32_t edge_count(const struct graph_job *job)
{
    return job->out_count + job->in_count + job->order_only_count + job->validation_count;
}

static void forget_consumers(struct graph *graph)
{
    if (graph->index)
        graph->index->has_consumers = false;
}

/* Closes the gaps that the extra outputs and inputs leave; the room stays the job's. */
void graph_clear_dyndep(struct graph *graph, job_id id)
{
    struct graph_job *job = &graph->jobs.data[id];
    uint32_t extra_outs = job->dyndep_out_count;
    uint32_t extra_ins = job->dyndep_in_count;
    if (!extra_outs && !extra_ins)
        return;
    file_id *edges = edges_of(graph, job);
    uint32_t outs = job->out_count - extra_outs;
    uint32_t ins = job->in_count - extra_ins;
    uint32_t rest = job->order_only_count + job->validation_count;
    for (uint32_t i = outs; i < job->out_count; i++)
        graph->files.data[edges[i]].producer = GRAPH_NONE;
    memmove(edges + outs, edges + job->out_count, ins * sizeof *edges);
    memmove(edges + outs + ins, edges + job->out_count + job->in_count, rest * sizeof *edges);
    job->out_count = outs;
    job->in_count = ins;
    job->dyndep_out_count = job->dyndep_in_count = 0;
    forget_consumers(graph);
}

enum jig_status graph_set_dyndep(struct graph *graph, job_id id, const struct graph_dyndep *extra,
                                 struct jig_error *error)
{
    graph_clear_dyndep(graph, id);
    for (uint32_t i = 0; i < extra->out_count; i++) {
        if (graph->files.data[extra->outs[i]].producer != GRAPH_NONE)
            return jig_fail(error, JIG_ERROR_MANIFEST, "multiple rules generate %s",
                            graph_path(graph, extra->outs[i]));
    }
    struct graph_job *job = &graph->jobs.data[id];
    uint32_t old_count = edge_count(job);
    uint32_t count = old_count + extra->out_count + extra->in_count;
    if (count > job->edge_room) {
        uint32_t moved = graph->edges.count;
        vec_extend(&graph->edges, count);
        memcpy(graph->edges.data + moved, edges_of(graph, job), old_count * sizeof(file_id));
        job->edges = moved;
        job->edge_room = count;
    }
    file_id *edges = edges_of(graph, job);
    uint32_t outs = job->out_count;
    uint32_t ins = job->in_count;
    uint32_t rest = job->order_only_count + job->validation_count;
    /* From the back, so that nothing is overwritten before it has moved. */
    memmove(edges + outs + extra->out_count + ins + extra->in_count, edges + outs + ins,
            rest * sizeof *edges);
    memmove(edges + outs + extra->out_count, edges + outs, ins * sizeof *edges);
    if (extra->out_count)
        memcpy(edges + outs, extra->outs, extra->out_count * sizeof *edges);
    if (extra->in_count)
        memcpy(edges + outs + extra->out_count + ins, extra->ins, extra->in_count * sizeof *edges);
    job->out_count += extra->out_count;
    job->in_count += extra->in_count;
    job->dyndep_out_count = extra->out_count;
    job->dyndep_in_count = extra->in_count;
    for (uint32_t i = 0; i < extra->out_count; i++)
        graph->files.data[extra->outs[i]].producer = id;
    forget_consumers(graph);
    return JIG_OK;
}
