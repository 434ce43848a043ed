/*
 * The daemon's session, kept from build to build.
 *
 * Between builds the state's lock is lent, so that anybody may build here without a daemon. Who
 * did, and changed something, has written another state: the session is opened anew then. So it is
 * when it cannot be trusted any more: after a failure of the engine, or when what it was opened
 * with is not what is wanted.
 *
 * The build loop's thread only, but for daemon_warm_describe.
 */
#ifndef JIG_TOOL_DAEMON_WARM_H
#define JIG_TOOL_DAEMON_WARM_H

#include "jig/session.h"
#include "tools/jig/daemon_frame.h"
#include "tools/jig/place.h"

struct daemon_warm_options {
    /* Called around what may be cancelled; see daemon_door.h. */
    bool (*begin)(void *context, struct jig_session *session);
    void (*end)(void *context);
    void (*log)(void *context, const struct jig_error *what); /* any thread */
    void (*kept)(void *context, const char *state_directory); /* a session was opened */
    void *context;
};

struct daemon_warm;

struct daemon_warm *daemon_warm_create(const struct daemon_warm_options *options);
/* Writes down what was put off, with `save`, and if nobody else is at it. NULL is allowed. */
void daemon_warm_destroy(struct daemon_warm *warm, bool save);

/*
 * Builds what the request says, at a place that somebody else has entered, in the environment
 * `variables`, ended by NULL, which is this process' own meanwhile. Returns the exit code;
 * everything has been told on the standard descriptors.
 */
int daemon_warm_build(struct daemon_warm *warm, const struct build_request *request,
                      const struct place *place, char *const *variables);

/* How long to keep it without a build, in ms, as the configuration says; 0: it does not. */
uint64_t daemon_warm_idle_ms(const struct daemon_warm *warm);
/* Fills in warm, watched and polled. Any thread. */
void daemon_warm_describe(struct daemon_warm *warm, struct daemon_state *state);

#endif
