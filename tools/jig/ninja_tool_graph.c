/*
 * `ninja -t graph`: the graph below some targets in graphviz' language
 * (https://graphviz.org/doc/info/lang.html). Files are nodes f0, f1, …; jobs with more than one
 * input or output are j0, j1, ….
 */
#include "tools/jig/ninja_tool.h"
#include "tools/jig/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct drawing {
    const struct graph *graph;
    uint8_t *drawn; /* [job_id] */
};

/* A quoted string. */
static void print_label(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

static void draw_job(const struct graph *graph, job_id id)
{
    const struct graph_job *job = &graph->jobs.data[id];
    const file_id *outputs = graph_outputs(graph, job);
    const file_id *inputs = graph_inputs(graph, job);
    uint32_t input_count = job->in_count + job->order_only_count;
    if (input_count == 1 && job->out_count == 1) {
        printf("f%" PRIu32 " -> f%" PRIu32 " [label=", inputs[0], outputs[0]);
        print_label(graph_str(graph, job->rule));
        printf("]\n");
        return;
    }
    printf("j%" PRIu32 " [label=", id);
    print_label(graph_str(graph, job->rule));
    printf(", shape=ellipse]\n");
    for (uint32_t i = 0; i < job->out_count; i++)
        printf("j%" PRIu32 " -> f%" PRIu32 "\n", id, outputs[i]);
    for (uint32_t i = 0; i < input_count; i++)
        printf("f%" PRIu32 " -> j%" PRIu32 " [arrowhead=none%s]\n", inputs[i], id,
               i < job->in_count ? "" : " style=dotted");
}

static void draw_file(void *context, file_id file)
{
    struct drawing *drawing = context;
    const struct graph *graph = drawing->graph;
    printf("f%" PRIu32 " [label=", file);
    print_label(graph_path(graph, file));
    printf("]\n");
    job_id producer = graph->files.data[file].producer;
    if (producer != GRAPH_NONE && !drawing->drawn[producer]++)
        draw_job(graph, producer);
}

int ninja_tool_graph(struct tool *tool, int argc, char **argv)
{
    struct file_list files = {0};
    bool found = tool_targets(tool, argc - 1, argv + 1, &files);
    if (found) {
        struct drawing drawing = {.graph = tool->graph,
                                  .drawn = mem_array(tool->graph->jobs.count, 1)};
        struct walk walk = {.graph = tool->graph, .enter = draw_file, .context = &drawing};
        printf("digraph ninja {\n"
               "rankdir=\"LR\"\n"
               "node [fontsize=10, shape=box, height=0.25]\n"
               "edge [fontsize=10]\n");
        walk_begin(&walk);
        for (uint32_t i = 0; i < files.count; i++)
            walk_from(&walk, files.data[i]);
        walk_free(&walk);
        printf("}\n");
        free(drawing.drawn);
    }
    vec_free(&files);
    return !found;
}
