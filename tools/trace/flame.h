/*
 * A trace as folded stacks, a line each: what is open from the outermost on, separated by ";", then
 * a space and µs. Speedscope and Brendan Gregg's flamegraph.pl read it.
 */
#ifndef TOOLS_TRACE_FLAME_H
#define TOOLS_TRACE_FLAME_H

#include "engine/trace/log.h"

#include <stdio.h>

/*
 * Writes "engine;worker N;SLICE;…" for what the engine's threads did, and "jobs;RULE;FOLDER;…;FILE"
 * for the jobs that ran, by their outputs. In names ";" becomes ":" and control characters become
 * "?". Stacks are cut at 100 names. Whoever opened `to` looks whether writing went well.
 */
void trace_flame_write(const struct trace_log *log, FILE *to);

#endif
