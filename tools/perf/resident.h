/*
 * Scenarios of a jig that stays: a build that a daemon answers, and one that a watch begins by
 * itself. Each starts and ends its own process. They edit the side's leaf, and the tree has to be
 * settled.
 */
#ifndef PERF_RESIDENT_H
#define PERF_RESIDENT_H

#include "tools/perf/side.h"

/*
 * Of the client alone, from its start to its end. The daemon's memory is told beside. JIG_ERROR_JOB
 * when it was no daemon that built.
 */
enum jig_status resident_session(struct side *side, struct sample *sample, struct jig_error *error);

/* From the end of the write to the statistics of the build, with the quiet that is waited for. */
enum jig_status resident_watch(struct side *side, struct sample *sample, struct jig_error *error);

/*
 * Gives daemons a place of their own in `folder`, for this process and all its children: no other
 * daemon of this user is asked or ended.
 */
enum jig_status resident_keep_apart(const char *folder, struct jig_error *error);

#endif
