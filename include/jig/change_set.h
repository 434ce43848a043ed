/*
 * A change set: what may have changed on the disk since a session last looked.
 *
 *     struct jig_change_set *changes = jig_change_set_create();
 *     jig_change_set_updated(changes, "src/user.ts", NULL);
 *     jig_change_set_add(changes, "src/role.ts", NULL);
 *     jig_session_update(session, changes, NULL, &result, &error);
 *     jig_change_set_destroy(changes);
 *
 * It tells the session where to look; what is there decides. So a path that is named though nothing
 * about it changed costs a look and no more, and what matters is only that nothing is left out.
 *
 * A path is relative to the session's directory, or absolute, and is canonicalised as text (`//`,
 * `.`, `x/..`, a slash at the end). It may name
 *
 * - a file, there or not, known to the session or not;
 * - a folder: then anything in it may have changed, however far down;
 * - something outside of the session's directory: it counts if a job depends on it, or if an import
 *   was looked for there.
 *
 * A path is in a set once. Saying the same twice changes nothing; when two calls say different
 * things of one path, the later one counts.
 *
 * One thread uses a set at a time. Calls cost O(length of the path).
 */
#ifndef JIG_CHANGE_SET_H
#define JIG_CHANGE_SET_H

#include "jig/error.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jig_change_set;

enum jig_change_kind { JIG_CHANGE_ADDED, JIG_CHANGE_UPDATED, JIG_CHANGE_REMOVED };

struct jig_change {
    enum jig_change_kind kind;
    const char *path; /* canonical; the set's, until it is changed */
};

/* An empty set. The caller owns it and what it returns. */
JIG_API struct jig_change_set *jig_change_set_create(void);
/* NULL is allowed. */
JIG_API void jig_change_set_destroy(struct jig_change_set *changes);
/* Makes it an empty set again. */
JIG_API void jig_change_set_clear(struct jig_change_set *changes);

/* The path is copied. JIG_ERROR_USAGE when it is empty, JIG_ERROR_LIMIT from 4096 bytes on; the set
 * is then as it was. */
JIG_API enum jig_status jig_change_set_add(struct jig_change_set *changes, const char *path,
                                           struct jig_error *error);
JIG_API enum jig_status jig_change_set_updated(struct jig_change_set *changes, const char *path,
                                               struct jig_error *error);
JIG_API enum jig_status jig_change_set_removed(struct jig_change_set *changes, const char *path,
                                               struct jig_error *error);

/*
 * Changes may be missing from the set, because of `why` ("the watch queue overflowed"): the session
 * has to look at everything. The first reason is kept, cut at 127 bytes.
 */
JIG_API void jig_change_set_lose(struct jig_change_set *changes, const char *why);
/* That reason, or NULL. */
JIG_API const char *jig_change_set_lost(const struct jig_change_set *changes);

/*
 * The versions, as the caller counts them, of its generators and of the schema they work by; NULL
 * leaves one as it was. Another version than in the set before makes all jobs of pipelines run. The
 * first versions a session hears of are taken as those of what is there. Cut at 127 bytes.
 */
JIG_API void jig_change_set_versions(struct jig_change_set *changes, const char *generator,
                                     const char *schema);

/* What was said of either; NULL: nothing. */
JIG_API const char *jig_change_set_generator(const struct jig_change_set *changes);
JIG_API const char *jig_change_set_schema(const struct jig_change_set *changes);

/* How many paths there are, and the one at `index`, in the order of their first mention. */
JIG_API uint32_t jig_change_set_count(const struct jig_change_set *changes);
JIG_API struct jig_change jig_change_set_at(const struct jig_change_set *changes, uint32_t index);

/* Adds all that `from` says to `into`, as if it had been said after what `into` has. */
JIG_API void jig_change_set_merge(struct jig_change_set *into, const struct jig_change_set *from);

#ifdef __cplusplus
}
#endif

#endif
