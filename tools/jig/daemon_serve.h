/*
 * The daemon's own process: `jig daemon serve`, which daemon_start starts and nobody types.
 *
 * A build in it is `jig build` done by the same code with the client's standard descriptors,
 * environment and umask put in place of its own for that long; only the session is one that stays.
 */
#ifndef JIG_TOOL_DAEMON_SERVE_H
#define JIG_TOOL_DAEMON_SERVE_H

#include "tools/jig/place.h"

/* Serves the entered place until it is not needed any more. Returns the exit code. */
int daemon_serve(const struct place *place);

#endif
