/*
 * The parts of `jig cache`.
 */
#ifndef JIG_TOOL_CACHE_H
#define JIG_TOOL_CACHE_H

#include "tools/jig/tool.h"

/* What is known of the files that the words name; with none, what is kept as a whole. */
int cache_show(struct tool *tool, int count, char **words);
/* Forgets what no manifest has any more. The tool is not open. */
int cache_prune(struct tool *tool);

#endif
