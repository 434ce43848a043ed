/*
 * One jig and the tree that it builds. A measurement has one side; a gate has two, of which each
 * has a tree of its own.
 */
#ifndef PERF_SIDE_H
#define PERF_SIDE_H

#include "tools/perf/samples.h"
#include "tools/perf/tree.h"

/* In this order they take their turns in each round. */
enum scenario {
    SCENARIO_OFF,
    SCENARIO_COLD,
    SCENARIO_NOOP,
    SCENARIO_WARM,
    SCENARIO_EDIT_1,
    SCENARIO_EDIT_5PCT,
    SCENARIO_SESSION,
    SCENARIO_WATCH,
    SCENARIOS,
};

struct side {
    const char *jig; /* program */
    struct tree tree;
    char *log; /* a file for standard error of what is run */
    struct interrupt *interrupt;
    uint32_t all_jobs; /* how many a first build runs */
    uint32_t leaf;     /* the module that edit-1 edits; UINT32_MAX: there is none */
    struct series series[SCENARIOS];
};

/* How `jig build` is asked. */
struct asked {
    const char *option;      /* NULL: none more than always */
    const char *more_option; /* the same */
    bool one_processor;
    bool daemon; /* else none builds, even if the project says so */
};

/*
 * Makes the tree below `folder` under the name `name`, builds it once and finds out what is to be
 * edited. `jig` has to be an absolute path.
 */
enum jig_status side_open(struct side *side, const char *jig, const struct subject *subject,
                          const char *folder, const char *name, struct interrupt *interrupt,
                          struct jig_error *error);
void side_close(struct side *side);

/*
 * `jig build` with statistics, measured, into `sample`; `stats` (may be NULL) gets the statistics,
 * a new reference.
 */
enum jig_status side_build(struct side *side, const struct asked *asked, struct sample *sample,
                           json_t **stats, struct jig_error *error);
/* Adds to `sample` the processor time of finding out what has to be done (`jig build -n`). */
enum jig_status side_look(struct side *side, const struct asked *asked, struct sample *sample,
                          struct jig_error *error);
/* Builds until everything is built and all fingerprints stand: files that were young are not now.
 */
enum jig_status side_settle(struct side *side, struct jig_error *error);

/*
 * Whether a build has surely made an output another one: a built-in has written one, or more jobs
 * ran than outputs came out as they had been. Of a build.ninja, whether a job ran: its statistics
 * do not say more.
 */
bool side_changed_output(const struct side *side, const struct sample *sample);

/* The number that the statistics have under `key`; 0 if they do not say. */
double stat_of(const json_t *stats, const char *key);

#endif
