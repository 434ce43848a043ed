/*
 * Which tools there are.
 */
#include "tools/jig/ninja_tool.h"
#include "tools/jig/text.h"

#include <stdio.h>

static const struct ninja_tool tools[] = {
    {"browse", "browse dependency graph in a web browser", true, ninja_tool_browse},
    {"clean", "clean built files", true, ninja_tool_clean},
    {"commands", "list all commands required to rebuild given targets", true, ninja_tool_commands},
    {"inputs", "list all inputs required to rebuild given targets", true, ninja_tool_inputs},
    {"multi-inputs", "print one or more sets of inputs required to build targets", true,
     ninja_tool_multi_inputs},
    {"deps", "show dependencies stored in the deps log", true, ninja_tool_deps},
    {"missingdeps", "check deps log dependencies on generated files", true, ninja_tool_missingdeps},
    {"graph", "output graphviz dot file for targets", true, ninja_tool_graph},
    {"query", "show inputs/outputs for a path", true, ninja_tool_query},
    {"targets", "list targets by their rule or depth in the DAG", true, ninja_tool_targets},
    {"compdb", "dump JSON compilation database to stdout", true, ninja_tool_compdb},
    {"compdb-targets", "dump JSON compilation database for a given list of targets to stdout", true,
     ninja_tool_compdb_targets},
    {"recompact", "recompacts ninja-internal data structures", false, ninja_tool_recompact},
    {"restat", "restats all outputs in the build log", false, ninja_tool_restat},
    {"rules", "list all rules", true, ninja_tool_rules},
    {"cleandead", "clean built files that are no longer produced by the manifest", true,
     ninja_tool_cleandead},
};

enum { TOOL_COUNT = sizeof tools / sizeof *tools };

static int list_tools(void)
{
    printf("ninja subtools:\n");
    for (size_t i = 0; i < TOOL_COUNT; i++)
        printf("%11s  %s\n", tools[i].name, tools[i].summary);
    return 0;
}

const struct ninja_tool *ninja_tool_find(const char *name, int *exit_code)
{
    const char *names[TOOL_COUNT + 1] = {0};
    for (size_t i = 0; i < TOOL_COUNT; i++) {
        if (strcmp(tools[i].name, name) == 0)
            return &tools[i];
        names[i] = tools[i].name;
    }
    if (strcmp(name, "list") == 0) {
        *exit_code = list_tools();
        return NULL;
    }
    const char *meant = text_closest(name, names);
    if (meant)
        *exit_code =
            face_wrong_usage(FACE_NINJA, "", "unknown tool '%s', did you mean '%s'?", name, meant);
    else
        *exit_code = face_wrong_usage(FACE_NINJA, "", "unknown tool '%s'", name);
    return NULL;
}
