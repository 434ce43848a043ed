/*
 * What a watch is made of, for the files in this folder.
 *
 *     inotify.c   what happened, as the kernel says it
 *     snapshot.c  what happened, as two looks at a folder say it
 *     folders.c   which folders there are
 *     find.c      which folder is at a path now, and whether the kernel tells of it
 *     events.c    from what happened to what is told
 *     polling.c   when folders are polled
 *     settle.c    when what was told is ready
 *     sync.c      waiting until everything was told
 *     watch.c     the interface, and the thread
 *
 * Why nothing is lost between watching and looking:
 *
 * 1. The kernel queues an event before the system call that caused it returns, in one queue for all
 *    watches. So what happens in a folder after kernel_watch returned is told, in order.
 * 2. What happened in it before that is not told; so the folder itself is, after kernel_watch
 *    returned (find.c). Whoever takes that looks at the folder afterwards, and sees it.
 * 3. What is told stays in the pending set until it is taken, and who takes it looks afterwards. An
 *    event that comes while they look makes the next set. So everything that happens is followed by
 *    a look: either it came before a look that an earlier event or the naming of the folder made
 *    necessary, or it has an event of its own.
 * 4. A watch sticks to a folder, while the session means whatever is at a path. So the folders
 * above are watched too, before the one below is looked for, and so are those that symbolic links
 * on the way lead to. When a name that is such a folder appears, goes, or changes its attributes,
 *    it is looked for again with all below it, and if another folder is found than before, or none,
 *    that is told as in 2. A folder that is missing is waited for in the same way.
 * 5. Several events of a batch make one look, after the last. What another path led to meanwhile
 * may have been told under the old one; that costs a look in vain.
 * 6. When the kernel throws events away, it says so; then all folders are looked for again, and the
 *    set counts as lost.
 * 7. A polled folder is remembered as it is before it is told of, and each poll compares. A file
 *    whose times are so young that they could hide another change is told once more.
 */
#ifndef WATCH_INTERNAL_H
#define WATCH_INTERNAL_H

#include "engine/watch/folders.h"
#include "engine/watch/inotify.h"
#include "engine/watch/settle.h"
#include "engine/watch/watch.h"

#include <pthread.h>

#define NS_PER_MS     INT64_C(1000000)
#define NS_PER_SECOND INT64_C(1000000000)

/* The files that watch_sync makes are called so, with the process and a number behind. */
#define COOKIE_PREFIX ".jig-cookie-"

struct polling {
    uint64_t next_ns; /* when the next pass begins; only if any folder is polled */
    uint64_t begun_ns;
    uint32_t begun, done; /* passes; not the same number while one is going on */
    uint32_t demanded;    /* the number of the pass that somebody waits for */
    uint32_t left;        /* of the one that is going on: so many of the polled folders, from the
                             first on, are still to be looked at */
    bool is_full;         /* the system gave no watch since the last pass began */
};

/* One call of watch_sync. */
struct sync_waiter {
    struct sync_waiter *next;
    char cookie[64];
    bool seen; /* the kernel told of the cookie, or threw events away */
};

struct watch {
    /* Constant from watch_create on. */
    struct watch_options options;
    int ready_fd; /* an eventfd, set while `ready` */
    int wake_fd;  /* an eventfd: the thread is to look at its times again */
    pthread_t thread;
    bool woken_by_mount; /* the thread's own: what polling finds out of mounts it tells only once */

    pthread_mutex_t lock; /* guards all below */
    struct kernel kernel; /* read by the thread only */
    struct folders folders;
    uint32_t round; /* of naming: watch_forget_rest */
    VEC(struct folder *) suspects;
    struct jig_change_set *pending;
    struct settle settle;
    bool ready;   /* the pending set is to be taken */
    bool started; /* folders that are found are told */
    bool stop;
    bool pausing; /* the thread does not look at once when the kernel has something to tell */
    uint64_t asleep_until_ns; /* the thread wakes up by itself then; 0: it is awake */

    struct polling polling;

    struct sync_waiter *waiters;
    pthread_cond_t synced; /* something may have changed for a waiter */
    uint32_t cookies;      /* made so far */

    bool limit_told; /* that not everything can be watched */
    bool has_notice; /* … and `notice` is to be handed out as soon as the lock is not held */
    struct jig_error notice;

    struct buf path, link; /* scratch */
};

/* All that follows is called with the lock held. */

/* ---- find.c -------------------------------------------------------------------------------- */

/* Looks for a folder, and those above it, that nobody has looked for yet. */
void find_new(struct watch *watch, struct folder *folder);
/* Looks for a folder again, because it began to be named. Told as updated in any case. */
void find_named(struct watch *watch, struct folder *folder);
/* Something may have put another folder at its path: find_suspects will see. */
void find_suspect(struct watch *watch, struct folder *folder);
/* The same of all folders. */
void find_all_suspect(struct watch *watch);
/* Looks for all suspects again, and all below them. */
void find_suspects(struct watch *watch);
/* Looks for one folder now, and for those below it if it is another one. A polled one becomes a
 * watched one if the system has a watch for it. */
void find_check(struct watch *watch, struct folder *folder);
/* Drops the folders that nobody needs any more. O(folders). */
void find_unneeded(struct watch *watch);

/* ---- events.c ------------------------------------------------------------------------------ */

void watch_tell(struct watch *watch, enum jig_change_kind kind, const char *path);
void watch_tell_lost(struct watch *watch, const char *why);
/* For kernel_read; `context` is the watch. */
void on_kernel_event(void *context, const struct kernel_event *event);
/* What a change of `name` in `folder` means, however it was found out. */
void on_change(struct watch *watch, struct folder *folder, enum jig_change_kind kind,
               const char *name);

/* ---- polling.c ----------------------------------------------------------------------------- */

/* The first folder is about to be polled. */
void polling_begin(struct watch *watch);
/* When polling_step wants to be called; NEVER when nothing is polled. */
uint64_t polling_next_ns(const struct watch *watch, uint64_t now_ns);
/* Polls for a few milliseconds. */
void polling_step(struct watch *watch);
/* A pass that begins after this call; it begins as soon as it can. */
uint32_t polling_demand(struct watch *watch);

/* ---- sync.c -------------------------------------------------------------------------------- */

void sync_seen(struct watch *watch, const char *cookie);
void sync_lost(struct watch *watch);

/* ---- watch.c ------------------------------------------------------------------------------- */

/* Somebody waits for what the kernel has to tell. */
void watch_end_pause(struct watch *watch);
/* Wakes the thread if it would sleep for too long. */
void watch_wake(struct watch *watch);
/* Wakes the thread likewise, lets go of the lock, and hands out a notice. */
void watch_unlock(struct watch *watch);

#endif
