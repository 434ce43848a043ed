#include "engine/base/edit_distance.h"
#include "engine/graph/graph.h"

#include <stdlib.h>

enum jig_status graph_default_targets(const struct graph *graph, struct file_list *out,
                                      struct jig_error *error)
{
    if (graph->defaults.count) {
        for (uint32_t i = 0; i < graph->defaults.count; i++)
            vec_push(out, graph->defaults.data[i]);
        return JIG_OK;
    }
    bool *read = mem_array(graph->files.count, sizeof *read);
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        const file_id *inputs = graph_inputs(graph, job);
        for (uint32_t i = 0; i < job->in_count + job->order_only_count; i++)
            read[inputs[i]] = true;
    }
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        for (uint32_t i = 0; i < job->out_count; i++) {
            file_id file = graph_outputs(graph, job)[i];
            if (!read[file])
                vec_push(out, file);
        }
    }
    free(read);
    if (graph->jobs.count && !out->count)
        return jig_fail(error, JIG_ERROR_MANIFEST, "could not determine root nodes of build graph");
    return JIG_OK;
}

const char *graph_spellcheck(const struct graph *graph, const char *path)
{
    enum { FARTHEST = 3 };
    size_t length = strlen(path);
    const char *best = NULL;
    uint32_t best_distance = FARTHEST + 1;
    for (file_id file = 0; file < graph->files.count; file++) {
        if (graph->files.data[file].flags & GRAPH_FILE_DISCOVERED)
            continue;
        const char *known = graph_path(graph, file);
        uint32_t known_length = graph_str_length(graph, graph->files.data[file].path);
        uint32_t distance = edit_distance(path, length, known, known_length, best_distance - 1);
        if (distance < best_distance) {
            best_distance = distance;
            best = known;
            if (distance == 0)
                break;
        }
    }
    return best;
}
