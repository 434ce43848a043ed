/*
 * The questions of `jig query` about what belongs to what: deps, rdeps, inputs, targets.
 */
#include "tools/jig/query.h"
#include "tools/jig/walk.h"

#include <stdio.h>
#include <stdlib.h>

static void print_kind(const struct graph *graph, const char *kind, file_id file)
{
    printf("%-10s  %s\n", kind, graph_path(graph, file));
}

/* Runs `answer` for each file that is asked about. */
static int for_each(struct tool *tool, int count, char **words,
                    void (*answer)(const struct tool *tool, file_id file))
{
    struct file_list files = {0};
    bool found = tool_targets(tool, count, words, &files);
    for (uint32_t i = 0; found && i < files.count; i++)
        answer(tool, files.data[i]);
    vec_free(&files);
    return found ? EXIT_DONE : EXIT_UNABLE;
}

/* ---- deps -------------------------------------------------------------------------------- */

static void print_deps(const struct tool *tool, file_id file)
{
    const struct graph *graph = tool->graph;
    job_id producer = graph->files.data[file].producer;
    if (producer == GRAPH_NONE)
        return;
    const struct graph_job *job = &graph->jobs.data[producer];
    const struct job_record *record = &tool->history->jobs.data[producer];
    for (uint32_t i = 0; i < job->in_count; i++)
        print_kind(graph, "declared", graph_inputs(graph, job)[i]);
    for (uint32_t i = 0; i < record->deps_count; i++)
        print_kind(graph, "discovered", history_deps(tool->history, record)[i]);
    for (uint32_t i = 0; i < job->order_only_count; i++)
        print_kind(graph, "order-only", graph_order_only(graph, job)[i]);
    for (uint32_t i = 0; i < job->validation_count; i++)
        print_kind(graph, "validation", graph_validations(graph, job)[i]);
}

int query_deps(struct tool *tool, int count, char **words)
{
    return for_each(tool, count, words, print_deps);
}

/* ---- rdeps ------------------------------------------------------------------------------- */

static bool is_among(file_id file, const file_id *files, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (files[i] == file)
            return true;
    }
    return false;
}

/* How the job needs `file`, or NULL. */
static const char *kind_of_need(const struct tool *tool, job_id id, file_id file)
{
    const struct graph_job *job = &tool->graph->jobs.data[id];
    const struct job_record *record = &tool->history->jobs.data[id];
    if (is_among(file, graph_inputs(tool->graph, job), job->in_count))
        return "declared";
    if (is_among(file, history_deps(tool->history, record), record->deps_count))
        return "discovered";
    if (is_among(file, graph_order_only(tool->graph, job), job->order_only_count))
        return "order-only";
    return NULL;
}

static void print_rdeps(const struct tool *tool, file_id file)
{
    for (job_id id = 0; id < tool->graph->jobs.count; id++) {
        const char *kind = kind_of_need(tool, id, file);
        const struct graph_job *job = &tool->graph->jobs.data[id];
        for (uint32_t i = 0; kind && i < job->out_count; i++)
            print_kind(tool->graph, kind, graph_outputs(tool->graph, job)[i]);
    }
}

int query_rdeps(struct tool *tool, int count, char **words)
{
    return for_each(tool, count, words, print_rdeps);
}

/* ---- inputs ------------------------------------------------------------------------------ */

struct sources {
    const struct tool *tool;
    struct file_list pending; /* discovered inputs still to be walked from */
};

static void visit(void *context, file_id file)
{
    struct sources *sources = context;
    const struct history *history = sources->tool->history;
    job_id producer = sources->tool->graph->files.data[file].producer;
    if (producer == GRAPH_NONE) {
        puts(graph_path(sources->tool->graph, file));
        return;
    }
    const struct job_record *record = &history->jobs.data[producer];
    for (uint32_t i = 0; i < record->deps_count; i++)
        vec_push(&sources->pending, history_deps(history, record)[i]);
}

int query_inputs(struct tool *tool, int count, char **words)
{
    struct sources sources = {.tool = tool};
    bool found = tool_targets(tool, count, words, &sources.pending);
    struct walk walk = {.graph = tool->graph, .enter = visit, .context = &sources};
    walk_begin(&walk);
    while (found && sources.pending.count)
        walk_from(&walk, sources.pending.data[--sources.pending.count]);
    walk_free(&walk);
    vec_free(&sources.pending);
    return found ? EXIT_DONE : EXIT_UNABLE;
}

/* ---- targets ----------------------------------------------------------------------------- */

int query_targets(struct tool *tool, int count, char **words)
{
    bool all = count && strcmp(words[0], "all") == 0;
    if (count > 1 || (count && !all))
        return face_wrong_usage(FACE_JIG, "jig help query",
                                "'targets' is followed by nothing or by 'all'");
    struct graph *graph = tool->graph;
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        for (uint32_t i = 0; i < job->out_count; i++) {
            uint32_t readers;
            file_id file = graph_outputs(graph, job)[i];
            graph_consumers(graph, file, &readers);
            if (all || !readers || (job->flags & GRAPH_JOB_PHONY))
                puts(graph_path(graph, file));
        }
    }
    return EXIT_DONE;
}
