/*
 * What every measurement has: a folder for its trees, a place for its results, the signals, and a
 * jig.
 */
#ifndef PERF_WORKSPACE_H
#define PERF_WORKSPACE_H

#include "tools/perf/metrics.h"
#include "tools/perf/options.h"

struct workspace {
    const struct perf_options *options;
    bool wanted[SCENARIOS]; /* what is measured; as in the options, to begin with */
    struct interrupt interrupt;
    struct subject subject;
    char *folder; /* in $TMPDIR or /tmp; NULL: not made */
    char *log;    /* a file in it, for standard error of helpers */
    char *jig;    /* absolute path of the program that is measured */
    time_t started;
    char *results; /* the folder DIRECTORY/TIMESTAMP/NAME, made when something is written to it */
};

/* On failure, too, it has to be closed. */
enum jig_status workspace_open(struct workspace *workspace, const struct perf_options *options,
                               struct jig_error *error);
/* Removes the folder. */
void workspace_close(struct workspace *workspace);

/* The absolute path of a program named as for a shell: a new string, NULL when there is none. */
char *workspace_program(const char *name);

/*
 * Makes one tree for each jig. `sides` has `count` places; on failure, too, they have to be closed.
 */
enum jig_status workspace_open_sides(struct workspace *workspace, struct side *sides,
                                     const char *const *jigs, const char *const *names,
                                     uint32_t count, struct jig_error *error);
/*
 * Measures what is wanted, by turns: in odd rounds in the other order (A B B A …). What the sides
 * had measured of it before is forgotten.
 */
enum jig_status workspace_measure(struct workspace *workspace, struct side *sides, uint32_t count,
                                  struct jig_error *error);

/* What a side has measured of what is wanted, with its targets. A new reference in *metrics. */
enum jig_status workspace_metrics(struct workspace *workspace, const struct side *side,
                                  json_t **metrics, struct jig_error *error);

/* Writes an object to a file of this name among the results. */
enum jig_status workspace_write(const struct workspace *workspace, const json_t *object,
                                const char *name, struct jig_error *error);

#endif
