/*
 * `ninja -t commands` and `ninja -t rules`.
 */
#include "tools/jig/ninja_tool.h"
#include "tools/jig/text.h"
#include "tools/jig/walk.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- commands ---------------------------------------------------------------------------- */

struct printer {
    const struct graph *graph;
    uint8_t *printed; /* [job_id] */
    struct buf text;
};

static void print_command(void *context, file_id file)
{
    struct printer *printer = context;
    job_id producer = printer->graph->files.data[file].producer;
    if (producer == GRAPH_NONE || printer->printed[producer]++)
        return;
    const struct graph_job *job = &printer->graph->jobs.data[producer];
    if (job->flags & GRAPH_JOB_PHONY)
        return;
    buf_clear(&printer->text);
    graph_rope_append(printer->graph, job->command, &printer->text);
    puts(buf_cstr(&printer->text));
}

int ninja_tool_commands(struct tool *tool, int argc, char **argv)
{
    bool single = false;
    int option;
    optind = 0;
    while ((option = getopt(argc, argv, "hs")) != -1) {
        if (option != 's') {
            printf("usage: ninja -t commands [options] [targets]\n"
                   "\n"
                   "options:\n"
                   "  -s     only print the final command to build [target], not the whole "
                   "chain\n");
            return 1;
        }
        single = true;
    }
    struct file_list files = {0};
    if (!tool_targets(tool, argc - optind, argv + optind, &files)) {
        vec_free(&files);
        return 1;
    }
    struct printer printer = {.graph = tool->graph,
                              .printed = mem_array(tool->graph->jobs.count, 1)};
    struct walk walk = {.graph = tool->graph, .leave = print_command, .context = &printer};
    walk_begin(&walk);
    for (uint32_t i = 0; i < files.count; i++) {
        if (single)
            print_command(&printer, files.data[i]);
        else
            walk_from(&walk, files.data[i]);
    }
    walk_free(&walk);
    vec_free(&files);
    buf_free(&printer.text);
    free(printer.printed);
    return 0;
}

/* ---- rules ------------------------------------------------------------------------------- */

/*
 * The graph knows the rules that jobs have, and phony. A rule that no job has is not listed, and
 * descriptions are known only as jobs have them, so that -d shows nothing more.
 */
int ninja_tool_rules(struct tool *tool, int argc, char **argv)
{
    int option;
    optind = 0;
    while ((option = getopt(argc, argv, "hd")) != -1) {
        if (option != 'd') {
            printf("usage: ninja -t rules [options]\n"
                   "\n"
                   "options:\n"
                   "  -d     also print the description of the rule\n"
                   "  -h     print this message\n");
            return 1;
        }
    }
    const struct graph *graph = tool->graph;
    uint8_t *listed = mem_array(graph->strs.count, 1);
    VEC(const char *) names = {0};
    vec_push(&names, "phony");
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        if (!listed[job->rule]++ && !(job->flags & GRAPH_JOB_PHONY))
            vec_push(&names, graph_str(graph, job->rule));
    }
    qsort(names.data, names.count, sizeof *names.data, text_compare);
    for (uint32_t i = 0; i < names.count; i++)
        puts(names.data[i]);
    vec_free(&names);
    free(listed);
    return 0;
}
