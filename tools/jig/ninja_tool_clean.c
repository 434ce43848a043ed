/*
 * `ninja -t clean` and `ninja -t cleandead`.
 */
#include "engine/base/path.h"
#include "tools/jig/cleaner.h"
#include "tools/jig/ninja_tool.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct cleaner begin(const struct tool *tool)
{
    const struct build_request *request = tool->request;
    struct cleaner cleaner = {
        .tool = tool, .dry_run = request->dry_run, .verbose = request->verbose || request->dry_run};
    cleaner_begin(&cleaner);
    printf(cleaner.verbose ? "Cleaning...\n" : "Cleaning... ");
    fflush(stdout);
    return cleaner;
}

static int end(struct cleaner *cleaner)
{
    printf("%" PRIu32 " files.\n", cleaner->removed);
    cleaner_free(cleaner);
    return cleaner->failed;
}

static void clean_targets(struct cleaner *cleaner, char **words)
{
    struct graph *graph = cleaner->tool->graph;
    for (; *words; words++) {
        char *path = mem_strndup(*words, strlen(*words) + 1);
        size_t length = path_canonicalize(path, strlen(path));
        file_id file = length ? graph_find_file(graph, path, length) : GRAPH_NONE;
        if (file != GRAPH_NONE) {
            if (cleaner->verbose)
                printf("Target %s\n", path);
            cleaner_target(cleaner, file);
        } else {
            if (length)
                face_complain(FACE_NINJA, "unknown target '%s'", path);
            else
                face_complain(FACE_NINJA, "failed to canonicalize '': empty path");
            cleaner->failed = true;
        }
        free(path);
    }
}

static void clean_rules(struct cleaner *cleaner, char **rules)
{
    for (; *rules; rules++) {
        if (cleaner->verbose)
            printf("Rule %s\n", *rules);
        if (cleaner_rule(cleaner, *rules))
            continue;
        face_complain(FACE_NINJA, "unknown rule '%s'", *rules);
        cleaner->failed = true;
    }
}

int ninja_tool_clean(struct tool *tool, int argc, char **argv)
{
    bool generated = false;
    bool by_rule = false;
    int option;
    optind = 0;
    while ((option = getopt(argc, argv, "hgr")) != -1) {
        if (option == 'g') {
            generated = true;
        } else if (option == 'r') {
            by_rule = true;
        } else {
            printf("usage: ninja -t clean [options] [targets]\n"
                   "\n"
                   "options:\n"
                   "  -g     also clean files marked as ninja generator output\n"
                   "  -r     interpret targets as a list of rules to clean instead\n");
            return 1;
        }
    }
    if (by_rule && optind == argc) {
        face_complain(FACE_NINJA, "expected a rule to clean");
        return 1;
    }
    struct cleaner cleaner = begin(tool);
    cleaner.generated = generated;
    if (optind == argc)
        cleaner_all(&cleaner);
    else if (by_rule)
        clean_rules(&cleaner, argv + optind);
    else
        clean_targets(&cleaner, argv + optind);
    return end(&cleaner);
}

int ninja_tool_cleandead(struct tool *tool, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct cleaner cleaner = begin(tool);
    cleaner_dead(&cleaner);
    return end(&cleaner);
}
