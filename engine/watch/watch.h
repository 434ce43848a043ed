/*
 * Watching: turns what happens in folders into change sets for a session.
 *
 *     struct watch *watch;
 *     if (watch_create(&options, &watch, &error)) …
 *     jig_session_each_folder(session, add, watch);       // add calls watch_folder
 *     jig_session_build(session, …);
 *     for (;;) {
 *         jig_session_each_folder(session, add, watch);   // when result.folders_changed
 *         poll({watch_fd(watch), …});
 *         if (watch_take(watch, changes))
 *             jig_session_update(session, changes, …);
 *         jig_change_set_clear(changes);
 *     }
 *
 * Folders are watched each by itself; nothing here goes down into a tree, reads ignore files, or
 * knows what a file is good for. What appears in a watched folder is told; if that is a folder that
 * matters, the session says so by naming it among its folders, and so it becomes watched.
 *
 * No window is lost. A folder that watch_folder begins to watch is itself told as updated, because
 * something may have happened in it before: whoever looks then looks at what is now being watched.
 * (Folders named before the first watch_start are not told: the build that follows looks at all.)
 * A folder that does not exist is waited for in the nearest one above that does. A watched folder
 * that is deleted or moved away is told as removed; one that takes its place is found again.
 *
 * Lost events (the kernel's queue overflowed, more folders than the system lets us watch and
 * polling failed) make a change set lost: jig_change_set_lose.
 *
 * When a change set is ready: after `quiet_ms` without another event, or `max_ms` after the first;
 * not while `.git/index.lock` of the repository around the current directory exists (a checkout or
 * a rebase is under way), for at most ten seconds.
 *
 * When the system's limit of watches is reached, the folders beyond it are polled: each is stat-ed,
 * with the files in it, every `poll_ms`; this is told once, with the sysctl to raise. With
 * `always_poll` all folders are.
 *
 * Threads: a thread of its own drains the kernel's queue, also while a build is going on, and calls
 * `ready`. All functions may be called from any thread; the caller does not call watch_take from
 * two.
 */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include "jig/change_set.h"

struct watch;

struct watch_options {
    uint32_t quiet_ms;     /* 0: 15 */
    uint32_t max_ms;       /* 0: 100 */
    uint32_t poll_ms;      /* 0: 500 */
    bool always_poll;      /* for file systems that tell nothing (network mounts) */
    uint32_t most_watches; /* as if the system allowed no more; 0: what the system allows */
    /* Called on the watch's thread when a change set becomes ready. May be NULL. */
    void (*ready)(void *context);
    /* Called from whichever thread notices: e.g. that the limit of watches is reached. */
    void (*notice)(void *context, const struct jig_error *what);
    void *context;
};

/* JIG_ERROR_IO when the system gives no inotify instance: the advice names the sysctl. */
enum jig_status watch_create(const struct watch_options *options, struct watch **out,
                             struct jig_error *error);
/* NULL is allowed. */
void watch_destroy(struct watch *watch);

/* Watches `path` (relative to the current directory, or absolute). Nothing if it is watched. */
void watch_folder(struct watch *watch, const char *path);
/*
 * Forgets the folders that were not named since the last call of this (or since the beginning): to
 * be called after all were named again, so that those which came and went do not pile up.
 * O(folders).
 */
void watch_forget_rest(struct watch *watch);
/* From here on, folders that begin to be watched are told as updated. */
void watch_start(struct watch *watch);

/* Readable for as long as a change set is ready. Not to be read. */
int watch_fd(const struct watch *watch);
/*
 * Adds what has happened to `into`, whether it is ready or not. False when nothing has. Call it
 * once watch_fd is readable, or after watch_sync.
 */
bool watch_take(struct watch *watch, struct jig_change_set *into);

/*
 * Waits until everything that happened on the disk before this call can be taken: makes a file in
 * `folder`, which is watched from then on and is never told of, and waits for it to be told of by
 * the kernel, as Watchman's cookies do. Polled folders are polled. JIG_ERROR_IO when that takes
 * longer than `timeout_ms`: then nothing may be believed of what can be taken.
 */
enum jig_status watch_sync(struct watch *watch, const char *folder, uint32_t timeout_ms,
                           struct jig_error *error);

/* How many folders are watched and how many are polled, for status reports and tests. */
void watch_count(struct watch *watch, uint32_t *watched, uint32_t *polled);

#endif
