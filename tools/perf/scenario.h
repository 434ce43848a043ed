/*
 * The situations that builds are measured in, each checked: a benchmark of builds that did not do
 * what it says is none.
 */
#ifndef PERF_SCENARIO_H
#define PERF_SCENARIO_H

#include "tools/perf/side.h"

const char *scenario_name(enum scenario scenario);
/* SCENARIOS when there is none of that name. */
enum scenario scenario_find(const char *name);

/* The command that is measured, as in a shell. A new string. */
char *scenario_command(enum scenario scenario, const struct tree *tree);

/*
 * Puts the tree into the situation, builds and adds a sample; or says in the series why the
 * scenario does not apply. JIG_ERROR_JOB also when the build did not do what it should.
 */
enum jig_status scenario_measure(enum scenario scenario, struct side *side,
                                 struct jig_error *error);

#endif
