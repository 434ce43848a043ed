/*
 * `ninja -t query` and `ninja -t targets`: what is around a file, and what there is to build.
 */
#include "tools/jig/ninja_tool.h"
#include "tools/jig/text.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- query ------------------------------------------------------------------------------- */

static void print_producer(const struct graph *graph, const struct graph_job *job)
{
    const file_id *inputs = graph_inputs(graph, job);
    printf("  input: %s\n", graph_str(graph, job->rule));
    for (uint32_t i = 0; i < job->in_count + job->order_only_count; i++) {
        const char *label = i < job->explicit_in_count ? "" : i < job->in_count ? "| " : "|| ";
        printf("    %s%s\n", label, graph_path(graph, inputs[i]));
    }
    if (job->validation_count)
        printf("  validations:\n");
    for (uint32_t i = 0; i < job->validation_count; i++)
        printf("    %s\n", graph_path(graph, graph_validations(graph, job)[i]));
}

static void print_outputs(const struct graph *graph, job_id id)
{
    const struct graph_job *job = &graph->jobs.data[id];
    for (uint32_t i = 0; i < job->out_count; i++)
        printf("    %s\n", graph_path(graph, graph_outputs(graph, job)[i]));
}

/* A job that names `file` twice, say as an explicit and an implicit input, is told twice. */
static void print_consumer(const struct graph *graph, job_id id, file_id file)
{
    const struct graph_job *job = &graph->jobs.data[id];
    for (uint32_t i = 0; i < job->in_count + job->order_only_count; i++) {
        if (graph_inputs(graph, job)[i] == file)
            print_outputs(graph, id);
    }
}

/* The jobs that name `file` as a validation; few manifests have any, so nothing is indexed. */
static void print_validated(const struct graph *graph, file_id file)
{
    bool headed = false;
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        const file_id *validations = graph_validations(graph, job);
        for (uint32_t i = 0; i < job->validation_count; i++) {
            if (validations[i] != file)
                continue;
            if (!headed)
                printf("  validation for:\n");
            headed = true;
            print_outputs(graph, id);
        }
    }
}

int ninja_tool_query(struct tool *tool, int argc, char **argv)
{
    if (argc == 1) {
        face_complain(FACE_NINJA, "expected a target to query");
        return 1;
    }
    struct graph *graph = tool->graph;
    for (int i = 1; i < argc; i++) {
        struct jig_error error;
        file_id file;
        if (session_find_target(tool->session, argv[i], &file, &error)) {
            face_error(FACE_NINJA, &error);
            return 1;
        }
        printf("%s:\n", graph_path(graph, file));
        job_id producer = graph->files.data[file].producer;
        if (producer != GRAPH_NONE)
            print_producer(graph, &graph->jobs.data[producer]);
        printf("  outputs:\n");
        uint32_t count;
        const job_id *consumers = graph_consumers(graph, file, &count);
        for (uint32_t c = 0; c < count; c++)
            print_consumer(graph, consumers[c], file);
        print_validated(graph, file);
    }
    return 0;
}

/* ---- targets ----------------------------------------------------------------------------- */

static const char *rule_of(const struct graph *graph, job_id job)
{
    return graph_str(graph, graph->jobs.data[job].rule);
}

/* The tree below `file`, `depth` levels of it; all of it for 0 and less. */
static void print_tree(const struct graph *graph, file_id file, int depth, int indent)
{
    job_id producer = graph->files.data[file].producer;
    printf("%*s%s", 2 * indent, "", graph_path(graph, file));
    if (producer == GRAPH_NONE) {
        putchar('\n');
        return;
    }
    printf(": %s\n", rule_of(graph, producer));
    if (depth == 1)
        return;
    const struct graph_job *job = &graph->jobs.data[producer];
    for (uint32_t i = 0; i < job->in_count + job->order_only_count; i++)
        print_tree(graph, graph_inputs(graph, job)[i], depth - 1, indent + 1);
}

static int print_roots(struct tool *tool, int depth)
{
    struct graph *graph = tool->graph;
    bool any = false;
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        for (uint32_t i = 0; i < job->out_count; i++) {
            uint32_t readers;
            file_id file = graph_outputs(graph, job)[i];
            graph_consumers(graph, file, &readers);
            if (readers)
                continue;
            print_tree(graph, file, depth, 0);
            any = true;
        }
    }
    if (any || !graph->jobs.count)
        return 0;
    face_complain(FACE_NINJA, "could not determine root nodes of build graph");
    return 1;
}

static int print_all(const struct graph *graph)
{
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        for (uint32_t i = 0; i < job->out_count; i++)
            printf("%s: %s\n", graph_path(graph, graph_outputs(graph, job)[i]), rule_of(graph, id));
    }
    return 0;
}

static int print_sources(const struct graph *graph)
{
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        for (uint32_t i = 0; i < job->in_count + job->order_only_count; i++) {
            file_id file = graph_inputs(graph, job)[i];
            if (graph->files.data[file].producer == GRAPH_NONE)
                puts(graph_path(graph, file));
        }
    }
    return 0;
}

static int print_made_by(const struct graph *graph, const char *rule)
{
    VEC(const char *) paths = {0};
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        if (strcmp(rule_of(graph, id), rule) != 0)
            continue;
        for (uint32_t i = 0; i < job->out_count; i++)
            vec_push(&paths, graph_path(graph, graph_outputs(graph, job)[i]));
    }
    if (paths.count)
        qsort(paths.data, paths.count, sizeof *paths.data, text_compare);
    for (uint32_t i = 0; i < paths.count; i++)
        puts(paths.data[i]);
    vec_free(&paths);
    return 0;
}

int ninja_tool_targets(struct tool *tool, int argc, char **argv)
{
    static const char *const modes[] = {"rule", "depth", "all", NULL};
    const char *mode = argc > 1 ? argv[1] : "depth";
    const char *argument = argc > 2 ? argv[2] : NULL;
    if (strcmp(mode, "all") == 0)
        return print_all(tool->graph);
    if (strcmp(mode, "rule") == 0)
        return argument && *argument ? print_made_by(tool->graph, argument)
                                     : print_sources(tool->graph);
    if (strcmp(mode, "depth") == 0)
        return print_roots(tool, argument ? (int)strtol(argument, NULL, 10) : 1);
    const char *meant = text_closest(mode, modes);
    if (meant)
        face_complain(FACE_NINJA, "unknown target tool mode '%s', did you mean '%s'?", mode, meant);
    else
        face_complain(FACE_NINJA, "unknown target tool mode '%s'", mode);
    return 1;
}
