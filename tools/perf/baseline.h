/*
 * An earlier jig to compare with: built from a commit, once, and kept.
 */
#ifndef PERF_BASELINE_H
#define PERF_BASELINE_H

#include "tools/perf/child.h"

/*
 * The commit that `revision` names in the repository of jig's that the current folder lies in, in
 * full; a new string in *commit. JIG_ERROR_USAGE when there is no such repository or commit.
 */
enum jig_status baseline_commit(const char *revision, const char *log, struct interrupt *interrupt,
                                char **commit, struct jig_error *error);

/*
 * The jig of a commit, built with the compiler and the flags that this program was built with, so
 * that only the sources differ; in *jig, a new string. Its place is `builds`/COMMIT-FLAGS, where
 * FLAGS stands for these; one that is there already is taken as it is. Minutes, the first time.
 */
enum jig_status baseline_build(const char *commit, const char *builds, const char *log,
                               struct interrupt *interrupt, char **jig, struct jig_error *error);

#endif
