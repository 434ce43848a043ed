/*
 * One build from the command line, the same under both names: session, presenter, trace, exit
 * code.
 */
#ifndef JIG_TOOL_RUN_BUILD_H
#define JIG_TOOL_RUN_BUILD_H

#include "tools/jig/build_host.h"
#include "tools/jig/place.h"

/* Brings the request's targets up to date. Returns the exit code; everything has been told. */
int run_build(enum face face, const struct build_request *request);
/* The same for jig's own face, at a place that somebody else has entered, with the host's session.
 */
int run_build_hosted(const struct build_request *request, const struct place *place,
                     const struct build_host *host);

#endif
