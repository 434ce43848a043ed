/*
 * The questions of `jig query` about what belongs to what: deps, rdeps, inputs, targets.
 */
#include "tools/jig/query.h"
#include "tools/jig/readers.h"
#include "tools/jig/walk.h"

#include <stdio.h>
#include <stdlib.h>

static void print_path(const struct graph *graph, file_id file)
{
    struct buf path = {0};
    graph_append_path(graph, file, &path);
    puts(buf_cstr(&path));
    buf_free(&path);
}

static void print_kind(const struct graph *graph, const char *kind, file_id file)
{
    printf("%-10s  ", kind);
    print_path(graph, file);
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

static void print_each(const struct graph *graph, const char *kind, const file_id *files,
                       uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        print_kind(graph, kind, files[i]);
}

/* Whether the file is virtual and some job's: it stands for that job's inputs. */
static bool is_group(const struct graph *graph, file_id file)
{
    return graph_is_virtual(graph, file) && graph->files.data[file].producer != GRAPH_NONE;
}

/* Declared inputs; for a group its members, those of groups in it included. */
static void print_declared(const struct graph *graph, const struct graph_job *job)
{
    uint8_t *seen = mem_array(graph->files.count, 1);
    struct file_list groups = {0};
    const char *kind = "declared";
    for (;;) {
        for (uint32_t i = 0; i < job->in_count; i++) {
            file_id file = graph_inputs(graph, job)[i];
            if (seen[file]++)
                continue;
            if (is_group(graph, file))
                vec_push(&groups, file);
            else
                print_kind(graph, kind, file);
        }
        if (!groups.count)
            break;
        kind = "imported";
        job = &graph->jobs.data[graph->files.data[groups.data[--groups.count]].producer];
    }
    vec_free(&groups);
    free(seen);
}

static void print_deps(const struct tool *tool, file_id file)
{
    const struct graph *graph = tool->graph;
    job_id producer = graph->files.data[file].producer;
    if (producer == GRAPH_NONE)
        return;
    const struct graph_job *job = &graph->jobs.data[producer];
    const struct job_record *record = &tool->history->jobs.data[producer];
    print_declared(graph, job);
    print_each(graph, "discovered", history_deps(tool->history, record), record->deps_count);
    print_each(graph, "order-only", graph_order_only(graph, job), job->order_only_count);
    print_each(graph, "validation", graph_validations(graph, job), job->validation_count);
}

int query_deps(struct tool *tool, int count, char **words)
{
    return for_each(tool, count, words, print_deps);
}

/* ---- rdeps ------------------------------------------------------------------------------- */

static void print_rdeps(const struct tool *tool, file_id file)
{
    static const char *const kinds[] = {
        [READER_DECLARED] = "declared",
        [READER_DISCOVERED] = "discovered",
        [READER_ORDER_ONLY] = "order-only",
    };
    struct readers readers = {.graph = tool->graph, .history = tool->history};
    readers_find(&readers, file);
    for (uint32_t r = 0; r < readers.all.count; r++) {
        const struct reader *reader = &readers.all.data[r];
        const struct graph_job *job = &tool->graph->jobs.data[reader->job];
        for (uint32_t i = 0; i < job->out_count; i++)
            print_kind(tool->graph, kinds[reader->kind], graph_outputs(tool->graph, job)[i]);
    }
    readers_free(&readers);
}

int query_rdeps(struct tool *tool, int count, char **words)
{
    return for_each(tool, count, words, print_rdeps);
}

/* ---- inputs ------------------------------------------------------------------------------ */

struct sources {
    const struct tool *tool;
    struct file_list pending; /* still to be walked from: discovered inputs, wholes of parts */
    file_id *whole;           /* [file_id] of what a virtual file is a part; GRAPH_NONE: of none */
};

static void find_wholes(struct sources *sources, const struct graph *graph)
{
    sources->whole = mem_array(graph->files.count, sizeof *sources->whole);
    for (file_id file = 0; file < graph->files.count; file++)
        sources->whole[file] = GRAPH_NONE;
    for (uint32_t i = 0; i < graph->views.count; i++)
        sources->whole[graph->views.data[i].file] = graph->views.data[i].of;
}

static void visit(void *context, file_id file)
{
    struct sources *sources = context;
    const struct graph *graph = sources->tool->graph;
    const struct history *history = sources->tool->history;
    job_id producer = graph->files.data[file].producer;
    if (producer != GRAPH_NONE) {
        const struct job_record *record = &history->jobs.data[producer];
        for (uint32_t i = 0; i < record->deps_count; i++)
            vec_push(&sources->pending, history_deps(history, record)[i]);
    } else if (!graph_is_virtual(graph, file)) {
        puts(graph_path(graph, file));
    } else if (sources->whole[file] != GRAPH_NONE) {
        vec_push(&sources->pending, sources->whole[file]);
    }
}

int query_inputs(struct tool *tool, int count, char **words)
{
    struct sources sources = {.tool = tool};
    bool found = tool_targets(tool, count, words, &sources.pending);
    struct walk walk = {.graph = tool->graph, .enter = visit, .context = &sources};
    find_wholes(&sources, tool->graph);
    walk_begin(&walk);
    while (found && sources.pending.count)
        walk_from(&walk, sources.pending.data[--sources.pending.count]);
    walk_free(&walk);
    vec_free(&sources.pending);
    free(sources.whole);
    return found ? EXIT_DONE : EXIT_UNABLE;
}

/* ---- targets ----------------------------------------------------------------------------- */

/* As it is to be typed, so that it can be: unlike other answers, these are meant for that. */
static void print_target(const struct tool *tool, file_id file)
{
    struct buf typed = {0};
    place_unspell(tool->place, graph_path(tool->graph, file), &typed);
    puts(buf_cstr(&typed));
    buf_free(&typed);
}

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
            if (graph_is_virtual(graph, file))
                continue;
            if (all || !readers || (job->flags & GRAPH_JOB_PHONY))
                print_target(tool, file);
        }
    }
    return EXIT_DONE;
}
