/*
 * One build from the command line, the same under both names: session, presenter, trace, exit
 * code.
 */
#ifndef JIG_TOOL_RUN_BUILD_H
#define JIG_TOOL_RUN_BUILD_H

#include "tools/jig/options.h"

/* Brings the request's targets up to date. Returns the exit code; everything has been told. */
int run_build(enum face face, const struct build_request *request);

#endif
