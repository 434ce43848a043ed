/*
 * The tools behind `ninja -t NAME`.
 *
 * Arguments, output and exit codes are ninja's, byte for byte where it has any: editors and build
 * generators parse them.
 */
#ifndef JIG_TOOL_NINJA_TOOL_H
#define JIG_TOOL_NINJA_TOOL_H

#include "tools/jig/tool.h"

/* argv[0] is the tool's name. Returns the exit code. */
typedef int (*ninja_tool_fn)(struct tool *tool, int argc, char **argv);

struct ninja_tool {
    const char *name;
    const char *summary;
    bool needs_graph; /* else the manifest is not read, and `session` is NULL */
    ninja_tool_fn run;
};

/* The tool of that name. NULL: none, or `list`; what there is to say has been said, *exit_code. */
const struct ninja_tool *ninja_tool_find(const char *name, int *exit_code);

int ninja_tool_browse(struct tool *tool, int argc, char **argv);
int ninja_tool_clean(struct tool *tool, int argc, char **argv);
int ninja_tool_cleandead(struct tool *tool, int argc, char **argv);
int ninja_tool_commands(struct tool *tool, int argc, char **argv);
int ninja_tool_compdb(struct tool *tool, int argc, char **argv);
int ninja_tool_compdb_targets(struct tool *tool, int argc, char **argv);
int ninja_tool_deps(struct tool *tool, int argc, char **argv);
int ninja_tool_graph(struct tool *tool, int argc, char **argv);
int ninja_tool_inputs(struct tool *tool, int argc, char **argv);
int ninja_tool_missingdeps(struct tool *tool, int argc, char **argv);
int ninja_tool_multi_inputs(struct tool *tool, int argc, char **argv);
int ninja_tool_query(struct tool *tool, int argc, char **argv);
int ninja_tool_recompact(struct tool *tool, int argc, char **argv);
int ninja_tool_restat(struct tool *tool, int argc, char **argv);
int ninja_tool_rules(struct tool *tool, int argc, char **argv);
int ninja_tool_targets(struct tool *tool, int argc, char **argv);

#endif
