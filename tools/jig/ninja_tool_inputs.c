/*
 * `ninja -t inputs` and `ninja -t multi-inputs`: all that targets need, phony names left out.
 */
#include "tools/jig/ninja_tool.h"
#include "tools/jig/text.h"
#include "tools/jig/walk.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

struct collector {
    const struct graph *graph;
    struct file_list inputs;
};

static void collect(void *context, file_id file)
{
    struct collector *collector = context;
    job_id producer = collector->graph->files.data[file].producer;
    if (producer == GRAPH_NONE || !(collector->graph->jobs.data[producer].flags & GRAPH_JOB_PHONY))
        vec_push(&collector->inputs, file);
}

/* The inputs' paths, each ended by a NUL, in `text`, and where each begins, in `paths`. */
struct paths {
    struct buf text;
    VEC(const char *) list;
};

static struct paths paths_of(const struct collector *collector, bool quoted)
{
    struct paths paths = {0};
    for (uint32_t i = 0; i < collector->inputs.count; i++) {
        str_id path = collector->graph->files.data[collector->inputs.data[i]].path;
        const char *text = graph_str(collector->graph, path);
        if (quoted)
            buf_append_shell_quoted(&paths.text, text, graph_str_length(collector->graph, path));
        else
            buf_append_str(&paths.text, text);
        buf_append_char(&paths.text, '\0');
    }
    const char *at = buf_cstr(&paths.text);
    for (uint32_t i = 0; i < collector->inputs.count; i++, at += strlen(at) + 1)
        vec_push(&paths.list, at);
    return paths;
}

struct inputs_options {
    bool print0;
    bool quoted;
    bool in_order; /* every input after what it needs, instead of sorted */
};

static void print_inputs(const struct collector *collector, const struct inputs_options *options)
{
    struct paths paths = paths_of(collector, options->quoted);
    if (!options->in_order && paths.list.count)
        qsort(paths.list.data, paths.list.count, sizeof *paths.list.data, text_compare);
    for (uint32_t i = 0; i < paths.list.count; i++) {
        fputs(paths.list.data[i], stdout);
        fputc(options->print0 ? '\0' : '\n', stdout);
    }
    buf_free(&paths.text);
    vec_free(&paths.list);
}

int ninja_tool_inputs(struct tool *tool, int argc, char **argv)
{
    static const struct option longs[] = {
        {"help", no_argument, NULL, 'h'},
        {"no-shell-escape", no_argument, NULL, 'E'},
        {"print0", no_argument, NULL, '0'},
        {"dependency-order", no_argument, NULL, 'd'},
        {0},
    };
    struct inputs_options options = {.quoted = true};
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "h0Ed", longs, NULL)) != -1) {
        if (option == 'd') {
            options.in_order = true;
        } else if (option == 'E') {
            options.quoted = false;
        } else if (option == '0') {
            options.print0 = true;
        } else {
            printf("Usage '-t inputs [options] [targets]\n"
                   "\n"
                   "List all inputs used for a set of targets, sorted in dependency order.\n"
                   "Note that by default, results are shell escaped, and sorted alphabetically,\n"
                   "and never include validation target paths.\n"
                   "\n"
                   "Options:\n"
                   "  -h, --help          Print this message.\n"
                   "  -0, --print0            Use \\0, instead of \\n as a line terminator.\n"
                   "  -E, --no-shell-escape   Do not shell escape the result.\n"
                   "  -d, --dependency-order  Sort results by dependency order.\n");
            return 1;
        }
    }
    struct file_list files = {0};
    bool found = tool_targets(tool, argc - optind, argv + optind, &files);
    if (found) {
        struct collector collector = {.graph = tool->graph};
        struct walk walk = {.graph = tool->graph, .leave = collect, .context = &collector};
        walk_begin(&walk);
        for (uint32_t i = 0; i < files.count; i++)
            walk_from_inputs(&walk, files.data[i]);
        print_inputs(&collector, &options);
        walk_free(&walk);
        vec_free(&collector.inputs);
    }
    vec_free(&files);
    return !found;
}

static void print_target(const struct tool *tool, file_id target, const char *delimiter,
                         char terminator)
{
    struct collector collector = {.graph = tool->graph};
    struct walk walk = {.graph = tool->graph, .leave = collect, .context = &collector};
    walk_begin(&walk);
    walk_from_inputs(&walk, target);
    for (uint32_t i = 0; i < collector.inputs.count; i++)
        printf("%s%s%s%c", graph_path(tool->graph, target), delimiter,
               graph_path(tool->graph, collector.inputs.data[i]), terminator);
    walk_free(&walk);
    vec_free(&collector.inputs);
}

int ninja_tool_multi_inputs(struct tool *tool, int argc, char **argv)
{
    static const struct option longs[] = {
        {"help", no_argument, NULL, 'h'},
        {"delimiter", required_argument, NULL, 'd'},
        {"print0", no_argument, NULL, '0'},
        {0},
    };
    const char *delimiter = "\t";
    char terminator = '\n';
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "d:h0", longs, NULL)) != -1) {
        if (option == 'd') {
            delimiter = optarg;
        } else if (option == '0') {
            terminator = '\0';
        } else {
            printf("Usage '-t multi-inputs [options] [targets]\n"
                   "\n"
                   "Print one or more sets of inputs required to build targets, sorted in "
                   "dependency order.\n"
                   "The tool works like inputs tool but with addition of the target for each "
                   "line.\n"
                   "The output will be a series of lines with the following elements:\n"
                   "<target> <delimiter> <input> <terminator>\n"
                   "Note that a given input may appear for several targets if it is used by more "
                   "than one targets.\n"
                   "Options:\n"
                   "  -h, --help                   Print this message.\n"
                   "  -d  --delimiter=DELIM        Use DELIM instead of TAB for field "
                   "delimiter.\n"
                   "  -0, --print0                 Use \\0, instead of \\n as a line "
                   "terminator.\n");
            return 1;
        }
    }
    struct file_list files = {0};
    bool found = tool_targets(tool, argc - optind, argv + optind, &files);
    for (uint32_t i = 0; found && i < files.count; i++)
        print_target(tool, files.data[i], delimiter, terminator);
    vec_free(&files);
    return !found;
}
