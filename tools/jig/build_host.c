#include "tools/jig/build_host.h"

#include <signal.h>

static enum jig_status open_session(void *context, const struct jig_session_options *options,
                                    struct jig_session **session, struct jig_error *error)
{
    (void)context;
    return jig_session_open(options, session, error);
}

static enum jig_status build(void *context, struct jig_session *session,
                             const struct jig_build_options *options,
                             struct jig_build_result *result, struct jig_error *error)
{
    (void)context;
    return jig_session_build(session, options, result, error);
}

/* As a user does it. */
static void stop(void *context)
{
    (void)context;
    raise(SIGTERM);
}

static void close_session(void *context, struct jig_session *session, enum jig_status status)
{
    (void)context;
    (void)status;
    jig_session_close(session);
}

const struct build_host build_host_once = {
    .open = open_session, .build = build, .stop = stop, .close = close_session};
