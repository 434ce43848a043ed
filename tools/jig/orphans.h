/*
 * Records of jobs that the manifest no longer has.
 */
#ifndef JIG_TOOL_ORPHANS_H
#define JIG_TOOL_ORPHANS_H

#include "engine/state/history.h"

/*
 * Forgets those whose outputs are all gone; returns how many. One whose output is still there
 * stays: it is how jig knows that the file is not a source, and that it may be removed.
 */
uint32_t orphans_drop(const struct graph *graph, struct history *history);

#endif
