/*
 * What a build was asked for, kept after its caller has gone: options, with copies of what they
 * point at. Internal to engine/session.
 */
#ifndef SESSION_REQUEST_H
#define SESSION_REQUEST_H

#include "engine/base/arena.h"
#include "jig/session.h"

/* Zero-initialised is none. */
struct session_request {
    struct jig_build_options options; /* its strings are in `strings` */
    struct arena strings;
    bool given;
};

/* `options` may be those of the request itself. */
void session_request_keep(struct session_request *request, const struct jig_build_options *options);
void session_request_free(struct session_request *request);

/* Whether both want the same to be built, in whatever manner. */
bool session_request_wants_same(const struct session_request *request,
                                const struct jig_build_options *options);

#endif
