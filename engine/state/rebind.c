/*
 * Carries a history from one graph to another, when the manifest has changed. Ids mean nothing
 * across graphs, so everything goes by path.
 */
#include "engine/fingerprint/fingerprint.h"
#include "engine/state/history.h"

#include <stdlib.h>

struct rebind {
    const struct history *old_history;
    const struct graph *old_graph;
    struct history *history;
    struct graph *graph;
    file_id *file_of; /* [old file]: its id in the new graph; GRAPH_NONE: not looked up */
    VEC(file_id) outs;
    VEC(file_id) deps;
};

static file_id find_file(struct rebind *rebind, file_id old)
{
    file_id *found = &rebind->file_of[old];
    if (*found == GRAPH_NONE) {
        str_id path = rebind->old_graph->files.data[old].path;
        *found = graph_find_file(rebind->graph, graph_str(rebind->old_graph, path),
                                 graph_str_length(rebind->old_graph, path));
    }
    return *found;
}

/* As find_file, but a file that a record names and the new manifest does not is added. */
static file_id need_file(struct rebind *rebind, file_id old)
{
    file_id file = find_file(rebind, old);
    if (file == GRAPH_NONE) {
        str_id path = rebind->old_graph->files.data[old].path;
        file = graph_add_file(rebind->graph, graph_str(rebind->old_graph, path),
                              graph_str_length(rebind->old_graph, path));
        rebind->graph->files.data[file].flags |= GRAPH_FILE_DISCOVERED;
        rebind->file_of[old] = file;
    }
    return file;
}

/*
 * Outputs of a job that goes on without them: nobody makes them now, and whoever removes what is
 * stale has to know that they were made. The orphan that stands for them is of no run; the sum of
 * its outputs is made from records that still say what the job left.
 */
static void keep_dropped(struct rebind *rebind, const struct job_record *record,
                         const file_id *outs, uint32_t outs_count)
{
    const struct graph *old_graph = rebind->old_graph;
    struct digest all = {0};
    struct digest dropped = {0};
    rebind->outs.count = 0;
    if (outs_count < 2 || find_file(rebind, outs[0]) == GRAPH_NONE ||
        rebind->graph->files.data[find_file(rebind, outs[0])].producer == GRAPH_NONE)
        return;
    for (uint32_t i = 0; i < outs_count; i++) {
        str_id path = old_graph->files.data[outs[i]].path;
        struct digest term =
            fingerprint_term(graph_str(old_graph, path), graph_str_length(old_graph, path),
                             rebind->old_history->files.data[outs[i]].digest);
        all = digest_add(all, term);
        file_id now = find_file(rebind, outs[i]);
        if (now != GRAPH_NONE && rebind->graph->files.data[now].producer != GRAPH_NONE)
            continue;
        dropped = digest_add(dropped, term);
        vec_push(&rebind->outs, need_file(rebind, outs[i]));
    }
    const struct job_record of_no_run = {
        .outputs = dropped, .tick = record->tick, .cost = record->cost, .flags = JOB_UNSTEADY};
    if (rebind->outs.count && digest_equal(all, record->outputs))
        vec_push(&rebind->history->orphans,
                 history_make_orphan(rebind->history, &of_no_run, rebind->outs.data,
                                     rebind->outs.count, NULL, 0));
}

/* One record with its outputs, from a job or from an orphan: to the job that has its key now. */
static void carry_record(struct rebind *rebind, const struct job_record *record,
                         const file_id *outs, uint32_t outs_count)
{
    struct history *history = rebind->history;
    const file_id *deps = history_deps(rebind->old_history, record);
    rebind->deps.count = 0;
    for (uint32_t i = 0; i < record->deps_count; i++)
        vec_push(&rebind->deps, need_file(rebind, deps[i]));

    keep_dropped(rebind, record, outs, outs_count);
    file_id key = find_file(rebind, outs[0]);
    job_id job = key == GRAPH_NONE ? GRAPH_NONE : history_job_of_key(rebind->graph, key);
    if (job != GRAPH_NONE) {
        if (history->jobs.data[job].flags == 0) /* an orphan never replaces a job's own record */
            history_set_job(history, job, record, rebind->deps.data, record->deps_count);
        return;
    }
    rebind->outs.count = 0;
    for (uint32_t i = 0; i < outs_count; i++)
        vec_push(&rebind->outs, need_file(rebind, outs[i]));
    vec_push(&history->orphans, history_make_orphan(history, record, rebind->outs.data, outs_count,
                                                    rebind->deps.data, record->deps_count));
}

static void carry_jobs(struct rebind *rebind)
{
    const struct graph *graph = rebind->old_graph;
    for (job_id id = 0; id < rebind->old_history->jobs.count; id++) {
        const struct job_record *record = &rebind->old_history->jobs.data[id];
        const struct graph_job *job = &graph->jobs.data[id];
        if (record->flags)
            carry_record(rebind, record, graph_outputs(graph, job), job->out_count);
    }
    const struct history *old = rebind->old_history;
    for (uint32_t i = 0; i < old->orphans.count; i++) {
        const struct orphan *orphan = &old->orphans.data[i];
        carry_record(rebind, &orphan->record, old->deps.data + orphan->outs_begin,
                     orphan->outs_count);
    }
}

static void carry_files(struct rebind *rebind)
{
    history_fit(rebind->history, rebind->graph);
    for (file_id old = 0; old < rebind->old_history->files.count; old++) {
        const struct file_record *record = &rebind->old_history->files.data[old];
        if (!(record->flags & FILE_KNOWN))
            continue;
        file_id file = find_file(rebind, old);
        if (file != GRAPH_NONE)
            rebind->history->files.data[file] = *record;
    }
}

struct history *history_rebind(const struct history *old_history, const struct graph *old_graph,
                               struct graph *new_graph)
{
    struct rebind rebind = {
        .old_history = old_history,
        .old_graph = old_graph,
        .history = history_create(new_graph),
        .graph = new_graph,
        .file_of = mem_alloc(old_graph->files.count * sizeof(file_id)),
    };
    memset(rebind.file_of, 0xff, old_graph->files.count * sizeof(file_id));
    rebind.history->clock.data[0] = old_history->clock.data[0];
    carry_jobs(&rebind);
    carry_files(&rebind);
    free(rebind.file_of);
    vec_free(&rebind.outs);
    vec_free(&rebind.deps);
    return rebind.history;
}
