/*
 * Watching: turns what happens in folders into change sets for a session.
 *
 *     struct watch *watch;
 *     if (watch_create(&options, &watch, &error)) …
 *     jig_session_each_folder(session, add, watch);       // add calls watch_folder
 *     jig_session_build(session, …);
 *     watch_start(watch);
 *     for (;;) {
 *         jig_session_each_folder(session, add, watch);   // when result.folders_changed
 *         watch_forget_rest(watch);                       // likewise
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
 * Paths are told as their folder was named: in "." it is "x", in "a/b" it is "a/b/x", in "/usr" it
 * is "/usr/x". A folder that was named by two paths is told of by both. Paths are relative to the
 * current directory, which must stay the same (it may be moved).
 *
 * Nothing is lost in a gap. A folder that watch_folder begins to watch is itself told as updated,
 * because something may have happened in it before: whoever looks then looks at what is now being
 * watched. (Folders named before the first watch_start are not told: the build that follows looks
 * at all.) A folder that does not exist is waited for in the nearest one above that does. A watched
 * folder that is deleted or moved away is told as removed; one that takes its place, also because
 * one far above it was moved, a link was swapped, or something was mounted, is found and told as
 * added or updated. internal.h has the whole argument.
 *
 * What is told is where to look, not what is there: more may be told than happened, added, updated
 * and removed are what happened last, and of a folder only its own coming and going, attributes and
 * names are told, not what is in folders below, nor that its mtime changed with its names.
 *
 * Not told is what the kernel does not tell: what is stored through a mapping of a file before it
 * is unmapped and closed; what is done to a file through another of its names (a hard link, or
 * where a symbolic link leads to) unless that one's folder is watched, too; what another machine
 * does to a network file system (always_poll is for that).
 *
 * Lost events (the kernel's queue overflowed; so much happened that it is not worth remembering)
 * make a change set lost: jig_change_set_lose.
 *
 * When a change set is ready: after `quiet_ms` without another event, or `max_ms` after the first;
 * not while `.git/index.lock` of the repository around the current directory exists (a checkout or
 * a rebase is under way), for at most ten seconds, and not twice for the same lock.
 *
 * When the system's limit of watches is reached, the folders beyond it are polled: each is stat-ed,
 * with the files in it, every `poll_ms`; this is told once, with the sysctl to raise. When there is
 * room again they are watched. With `always_poll`, or when the system gives no inotify at all, all
 * folders are polled. A folder that may not be read is polled, too. Polling tells of a young file
 * twice, as its times could hide a second change, and of a folder in which something came and went
 * between two polls. Only when other names changed there, too, it cannot see that; who looked in
 * between then believes in what has gone.
 *
 * Threads: a thread of its own drains the kernel's queue, also while a build is going on, and calls
 * `ready`. All functions may be called from any thread; the caller does not call watch_take from
 * two at once. One lock guards everything; it is held for a few milliseconds at most, but while
 * folders are looked for again after an overflow.
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
    /* Called on the watch's thread when a change set becomes ready; nothing is read from the kernel
     * until it returns. May be NULL. */
    void (*ready)(void *context);
    /* Called from whichever thread notices, without the lock: that not all folders can be watched,
     * with advice. At most once. May be NULL. */
    void (*notice)(void *context, const struct jig_error *what);
    void *context;
};

/*
 * The caller owns the watch. When the system gives no inotify instance there is a notice before
 * this returns, and everything is polled. JIG_ERROR_IO when the system gives no descriptor or
 * thread.
 */
enum jig_status watch_create(const struct watch_options *options, struct watch **out,
                             struct jig_error *error);
/* NULL is allowed. */
void watch_destroy(struct watch *watch);

/*
 * Watches `path` (relative to the current directory, or absolute), which need not exist. Only a
 * lookup if it is watched already: half a microsecond; a few the first time, and for a polled one
 * as much as looking at all that is in it.
 */
void watch_folder(struct watch *watch, const char *path);
/*
 * Forgets the folders that were not named since the last call of this (or since the beginning): to
 * be called after all were named again, so that those which came and went do not pile up.
 * O(folders).
 */
void watch_forget_rest(struct watch *watch);
/* From here on, folders that begin to be watched are told as updated. */
void watch_start(struct watch *watch);

/* Readable for as long as a change set is ready. Not to be read. The watch's. */
int watch_fd(const struct watch *watch);
/*
 * Adds what has happened to `into`, whether it is ready or not. False when nothing has. Call it
 * once watch_fd is readable, or after watch_sync.
 */
bool watch_take(struct watch *watch, struct jig_change_set *into);
/*
 * Has watch_fd become readable as if something had happened now, even if nothing has: for whoever
 * took a set and is going to act on it later, together with what may still be coming.
 */
void watch_remind(struct watch *watch);

/*
 * Waits until everything that happened on the disk before this call can be taken: makes a file in
 * `folder`, waits for the kernel to tell of it, as Watchman's cookies do, and polls the polled
 * folders. The file is gone again at once, and is told to nobody. The folder is watched from then
 * on, but nothing of it is told unless it was named with watch_folder, too.
 *
 * JIG_ERROR_IO when the file cannot be made, or all this takes longer than `timeout_ms`: then
 * nothing may be believed of what can be taken. May be called from several threads at once.
 */
enum jig_status watch_sync(struct watch *watch, const char *folder, uint32_t timeout_ms,
                           struct jig_error *error);

/*
 * How many of the named folders are watched and how many are polled (the others do not exist), for
 * status reports and tests. O(folders).
 */
void watch_count(struct watch *watch, uint32_t *watched, uint32_t *polled);

#endif
