/*
 * The questions of `jig query`, one function each.
 *
 * Answers go to standard output, a line an item, so that programs can read them.
 */
#ifndef JIG_TOOL_QUERY_H
#define JIG_TOOL_QUERY_H

#include "tools/jig/tool.h"

/* Whether the targets are up to date, and for those that are not, why. Opens a session of its own.
 */
int query_why(const struct tool *tool, int count, char **words);

/* The rest is asked of an open session. All return the exit code. */
int query_deps(struct tool *tool, int count, char **words);
int query_rdeps(struct tool *tool, int count, char **words);
int query_inputs(struct tool *tool, int count, char **words);
int query_targets(struct tool *tool, int count, char **words);

#endif
