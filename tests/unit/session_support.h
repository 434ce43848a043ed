/* What the tests of sessions stand on: a tree in a temporary directory, sessions over it, and which
 * jobs ran. Only the public API is used. */
#ifndef TESTS_UNIT_SESSION_SUPPORT_H
#define TESTS_UNIT_SESSION_SUPPORT_H

#include "cmocka_all.h"

#include "jig/change_set.h"
#include "jig/session.h"

/* A session, the change set that is being put together for it, and how its last build ended. */
struct probe {
    struct jig_session *session;
    struct jig_change_set *changes;
    struct jig_build_result result;
    struct jig_error error;
    char ran[1024];     /* first outputs of the jobs that were started, sorted, a blank between */
    char removed[1024]; /* outputs that were deleted, likewise */
    /* Called when a job is about to be started, and what it reads has been looked at; may be NULL.
     */
    void (*on_explain)(struct probe *probe, const char *output);
    /* Called when a job has been started; may be NULL. */
    void (*on_start)(struct probe *probe, const char *output);
    /* Called when an output has been deleted; may be NULL. */
    void (*on_removed)(struct probe *probe);
    void *context;
};

/* Setup and teardown: makes a temporary directory and goes there; removes it. */
int session_enter_tree(void **state);
int session_leave_tree(void **state);

/* Writes a file, and makes the folders it is in. */
void put(const char *path, const char *text);
/* What is in a file, in a buffer that the next call uses again; "" when there is none. */
const char *get(const char *path);

/* Opens a session over a manifest, with its state in `state_dir` (NULL: the usual place). */
void probe_open(struct probe *probe, const char *manifest, const char *state_dir);
void probe_close(struct probe *probe);
/* Builds everything, with two jobs at a time and going on after failures. */
enum jig_status probe_build(struct probe *probe);
/* Updates by the probe's change set, which is empty afterwards; options NULL. */
enum jig_status probe_update(struct probe *probe);
/* Says that a path was changed, and updates. */
enum jig_status probe_changed(struct probe *probe, const char *path);

#endif
