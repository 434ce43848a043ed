/*
 * Dyndep files: inputs and outputs of a job that only another job could tell.
 *
 * Format reference: https://ninja-build.org/manual.html#ref_dyndep. CMake writes such a file for
 * each target with C++20 modules or Fortran.
 */
#ifndef MANIFEST_NINJA_DYNDEP_H
#define MANIFEST_NINJA_DYNDEP_H

#include "engine/graph/graph.h"
#include "engine/manifest/ninja/ninja.h"

/* What the file says of one job. Its paths lie in dyndep.paths, one after the other. */
struct dyndep_job {
    job_id job;
    uint32_t output_count; /* further implicit outputs … */
    uint32_t input_count;  /* … and, behind them, further implicit inputs */
    size_t paths;          /* offset of the first into dyndep.paths */
    bool restat;           /* outputs may stay as they are */
};

struct dyndep {
    VEC(struct dyndep_job) jobs; /* in the file's order, each job once */
    struct buf paths;            /* canonical, NUL-terminated */
};

/*
 * Reads the dyndep file `file` of `graph`, and checks that it speaks of exactly the jobs that
 * name it as theirs, and that no output it adds has a producer already. Nothing is added to the
 * graph. `options` tell how to read files; NULL reads the disk. Fills `out` (zeroed by the
 * caller, freed with dyndep_free, also after an error). Errors have ninja's wording and place.
 * O(bytes).
 */
enum jig_status dyndep_load(struct graph *graph, file_id file, const struct ninja_options *options,
                            struct dyndep *out, struct jig_error *error);
void dyndep_free(struct dyndep *dyndep);

#endif
