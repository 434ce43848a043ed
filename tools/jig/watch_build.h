/*
 * `jig build --watch` and `jig watch`: builds, waits for changes, and builds what they change.
 */
#ifndef JIG_TOOL_WATCH_BUILD_H
#define JIG_TOOL_WATCH_BUILD_H

#include "tools/jig/options.h"

/*
 * Does what the request says until somebody ends it. Returns the exit code; everything has been
 * told. A failed build is no end; a request that cannot be obeyed is, and so is a manifest that is
 * not there in the beginning.
 */
int watch_build(const struct build_request *request);

#endif
