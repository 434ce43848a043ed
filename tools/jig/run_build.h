/*
 * One build from the command line, the same under both names: session, presenter, trace, exit
 * code.
 */
#ifndef JIG_TOOL_RUN_BUILD_H
#define JIG_TOOL_RUN_BUILD_H

#include "tools/jig/options.h"

/* Brings the request's targets up to date. Returns the exit code; everything has been told. */
int run_build(enum face face, const struct build_request *request);

/* Goes to the request's -C directory, and says so if `tell`. False when it could not; told. */
bool enter_directory(enum face face, const struct build_request *request, bool tell);

#endif
