/*
 * The changes of a watch on their way to the session: taken from the watch, what jig itself writes
 * left out, kept until a build has dealt with them, and named for people.
 *
 *     watch_changes_take(&changes, session);          // fills `next`
 *     watch_changes_begin(&changes, session);         // `next` becomes `now`
 *     jig_session_update(session, changes.now, …);
 *     watch_changes_end(&changes, cancelled);         // what was not dealt with is `next` again
 *
 * One thread, the session's; watch_changes_take also between the steps of a build.
 */
#ifndef JIG_TOOL_WATCH_CHANGES_H
#define JIG_TOOL_WATCH_CHANGES_H

#include "engine/watch/watch.h"
#include "tools/jig/watch_judge.h"

/* Zero-initialised is empty, and taken from no watch. */
struct watch_changes {
    struct watch *watch;
    VEC(char *) own;             /* canonical paths; what is there, or below, is never told */
    struct jig_change_set *next; /* for the build to come */
    struct jig_change_set *now;  /* of the build that is going on, or was the last */
    struct jig_change_set *raw;  /* scratch */
    struct watch_judge judge;
    VEC(uint8_t) reasons;    /* [index in `now`] was a reason before the build changed the graph */
    enum change_origin best; /* of those in `next` */
};

void watch_changes_init(struct watch_changes *changes, struct watch *watch);
void watch_changes_free(struct watch_changes *changes);

/* Leaves out what happens to this file or folder, and below. "." leaves nothing out. */
void watch_changes_disown(struct watch_changes *changes, const char *path);

/* Takes what the watch has. Returns whether there was anything but what jig itself writes. */
bool watch_changes_take(struct watch_changes *changes, struct jig_session *session);

void watch_changes_begin(struct watch_changes *changes, struct jig_session *session);
void watch_changes_end(struct watch_changes *changes, bool cancelled);

/* Whether there is anything in `next`. */
bool watch_changes_wait(const struct watch_changes *changes);

/*
 * Appends what `now` has of the first origin that it has anything of, so that sources hide the
 * rest: "2 changes: src/a.ts, src/b.ts". What is many is cut short.
 */
void watch_changes_name(struct watch_changes *changes, struct jig_session *session,
                        struct buf *out);

#endif
