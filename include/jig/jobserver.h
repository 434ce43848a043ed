/*
 * A client of GNU make's jobserver: a pool of tokens that all programs of one `make -j` share, so
 * that together they run no more jobs than make was told to.
 *
 *     struct jig_jobserver *server;
 *     if (jig_jobserver_open(getenv("MAKEFLAGS"), &server, &error)) … build without it …
 *     if (server) {
 *         build.slots = JIG_UNLIMITED;
 *         build.jobserver = server;
 *     }
 *     jig_session_build(session, &build, &result, &error);
 *     jig_jobserver_close(server);
 *
 * The protocol is that of GNU make's manual, "POSIX Jobserver Interaction": whoever was started by
 * make may run one job without asking; for each further one it reads a byte from a pipe, and writes
 * it back. A build takes a token only when it has a job that could start at once, and gives it back
 * when it runs one job less, however that job ended. Only SIGKILL, or a crash, loses tokens.
 *
 * All forms are understood: `--jobserver-auth=fifo:PATH` (make 4.4 and later), `R,W`, the numbers
 * of two inherited descriptors (before), and `--jobserver-fds=R,W` (before 4.2).
 *
 * One thread uses a jobserver at a time, and one build.
 */
#ifndef JIG_JOBSERVER_H
#define JIG_JOBSERVER_H

#include "jig/error.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jig_jobserver;

/* Whether `makeflags`, the value of MAKEFLAGS or NULL, asks for a jobserver, usable or not. */
JIG_API bool jig_jobserver_is_named(const char *makeflags);

/*
 * Opens the jobserver that `makeflags` names. JIG_OK with *server NULL when it names none, or make
 * was told to run nothing (-n). On failure *server is NULL, and `error` says why it is of no use:
 * the flag is malformed, what it names is not a fifo, may not be opened, or was not inherited.
 *
 * To be called before this process opens descriptors that its children inherit: they could be taken
 * for those that make names.
 */
JIG_API enum jig_status jig_jobserver_open(const char *makeflags, struct jig_jobserver **server,
                                           struct jig_error *error);
/* NULL is allowed. No build may be using it. */
JIG_API void jig_jobserver_close(struct jig_jobserver *server);

#ifdef __cplusplus
}
#endif

#endif
