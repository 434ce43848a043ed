/*
 * What a build does with the jobserver that it was given; see jig/jobserver.h.
 *
 *     while (there is a job that could start && jobserver_begin(server))
 *         start it;
 *     wait until a job ends, then jobserver_end(server), or until jobserver_fd(server) can be read
 *
 * Tokens belong to no job. While n jobs run, n - 1 tokens are held: a token goes back as soon as
 * there is one job less, even if it was the one that needed none which ended.
 *
 * Descriptors. Reading must not wait, for another client may be faster; but O_NONBLOCK is a
 * property of the open file, which make and all others that inherited a pipe share, and make relies
 * on waiting. So the pipe is opened anew, which gives this process an open file of its own. The
 * inherited descriptors stay as they are, for children that are make's clients, too. Opened for
 * reading and writing, it never hangs up.
 */
#ifndef RUN_JOBSERVER_H
#define RUN_JOBSERVER_H

#include "jig/jobserver.h"

/* Says that a job is about to start. False when there is no token for it now. O(1). */
bool jobserver_begin(struct jig_jobserver *server);
/* A job for which jobserver_begin was true has ended, or could not be started. O(1). */
void jobserver_end(struct jig_jobserver *server);
/* All jobs have ended: gives back what is left. */
void jobserver_end_all(struct jig_jobserver *server);

/* Can be read when there may be a token; to be waited for only. -1: there will be none any more. */
int jobserver_fd(const struct jig_jobserver *server);

#endif
