/*
 * `jig build --daemon`: lets the daemon of the place do the build, as if it were done here.
 *
 * What the daemon needs to be this process for a while goes to it with the order: arguments, place,
 * environment, umask, and the standard descriptors themselves. Signals go after it. It never stands
 * in the way of a build: when there is none to be had, or it breaks, that is told in one line and
 * the build is done here.
 */
#ifndef JIG_TOOL_DAEMON_CLIENT_H
#define JIG_TOOL_DAEMON_CLIENT_H

#include "tools/jig/place.h"

/*
 * Whether the request is one for the daemon: --daemon, or `daemon:` in the root's jig.yaml. What
 * has no use for a session that stays (-n, --no-cache, --trace) is not, nor is a build inside of
 * another's job, which may be the one that the daemon is busy with, nor one that shares make's
 * jobs: its place in make's jobserver, and what makes it give back tokens, are this process'.
 */
bool daemon_client_is_wanted(const struct build_request *request, const struct place *place);

/* True when the daemon did it; *code is the exit code then. Starts the daemon if there is none. */
bool daemon_client_build(const struct build_request *request, const struct place *place, int *code);

#endif
