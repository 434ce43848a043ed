/*
 * What has happened on the disk since the daemon last built: the folders that its session says
 * matter are watched, and before each build it is made sure that all that happened before the build
 * was asked for has been heard of. Whatever is not sure counts as lost, and then the session looks
 * at everything, as a build without a daemon does.
 */
#ifndef JIG_TOOL_DAEMON_FRESH_H
#define JIG_TOOL_DAEMON_FRESH_H

#include "jig/session.h"

struct daemon_fresh;

/*
 * `log` gets, from any thread, what the user may want to know of how folders are watched. Where the
 * system allows no watching, everything is always lost.
 */
struct daemon_fresh *daemon_fresh_create(void (*log)(void *context, const struct jig_error *what),
                                         void *context);
/* NULL is allowed. */
void daemon_fresh_destroy(struct daemon_fresh *fresh);

/*
 * Watches the session's folders, and counts what is told of now as known: the session is about to
 * look at everything. O(folders).
 */
void daemon_fresh_begin(struct daemon_fresh *fresh, struct jig_session *session);
/*
 * After a build: watches the folders that the session has now, and no others. Those that were not
 * watched before will be told of, because they may have changed since the build looked at them.
 * O(folders).
 */
void daemon_fresh_follow(struct daemon_fresh *fresh, struct jig_session *session);
/*
 * Adds what happened to `changes`, or makes them lost. `folder` is one to make a file in for a
 * moment.
 */
void daemon_fresh_take(struct daemon_fresh *fresh, const char *folder,
                       struct jig_change_set *changes);
void daemon_fresh_count(const struct daemon_fresh *fresh, uint32_t *watched, uint32_t *polled);

#endif
