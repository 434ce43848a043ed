/*
 * What a build cost, for people or for programs.
 */
#ifndef JIG_TOOL_STATS_H
#define JIG_TOOL_STATS_H

#include "jig/session.h"
#include "tools/jig/options.h"

#include <jansson.h>
#include <stdio.h>

/*
 * Writes the result to `out`: as a table with a line a phase, or as one line of JSON whose keys
 * are the fields of struct jig_build_result. Nothing for STATS_NONE.
 */
void stats_write(enum stats_form form, const struct jig_build_result *result, FILE *out);

/* What STATS_JSON writes; the caller's. */
json_t *stats_json(const struct jig_build_result *result);

#endif
