/*
 * Where a build's session comes from: a build on its own opens one and closes it; a daemon has one
 * already. Everything else of `jig build` is the same for both.
 */
#ifndef JIG_TOOL_BUILD_HOST_H
#define JIG_TOOL_BUILD_HOST_H

#include "jig/session.h"

struct build_host {
    void *context;
    /*
     * Gives a session for these options, which live until `close`; as jig_session_open. `close`
     * is called also when that fails.
     */
    enum jig_status (*open)(void *context, const struct jig_session_options *options,
                            struct jig_session **session, struct jig_error *error);
    /* As jig_session_build. */
    enum jig_status (*build)(void *context, struct jig_session *session,
                             const struct jig_build_options *options,
                             struct jig_build_result *result, struct jig_error *error);
    /* Nobody will read the output any more: the build is to stop as if interrupted. */
    void (*stop)(void *context);
    /* Takes the session back, after a build that ended with `status`. */
    void (*close)(void *context, struct jig_session *session, enum jig_status status);
};

/* Opens a session for one build and closes it again. */
extern const struct build_host build_host_once;

#endif
