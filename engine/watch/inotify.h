/*
 * The kernel's side of watching: the only part that knows inotify(7).
 *
 * A watch is on a folder itself (an inode) and not on its path: watching the same folder by another
 * path gives the same watch, and a folder that is moved keeps it. Numbers of watches are given out
 * in ascending order, so one that is gone does not come back as another's before 2^31 others were.
 *
 * A file system that is mounted over a folder hides it without an event; proc(5) tells of mounts.
 *
 * Not told by the kernel: what is stored through a mapping, until the file is unmapped and closed;
 * what is done through another name of the file (a hard link) in a folder that is not watched; what
 * another machine does to a network file system.
 *
 * One thread at a time.
 */
#ifndef WATCH_INOTIFY_H
#define WATCH_INOTIFY_H

#include "jig/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel {
    int fd;              /* to be polled for reading; -1: there is none, nothing is told */
    int mounts_fd;       /* to be polled for POLLPRI; -1 where there is no /proc */
    uint64_t bytes_read; /* all in all */
    char *buffer;
};

enum kernel_event_kind {
    KERNEL_APPEARED,     /* there is a `name` in the folder now, made or moved there */
    KERNEL_CHANGED,      /* the content or the attributes of `name` changed */
    KERNEL_VANISHED,     /* there is no `name` any more, deleted or moved away */
    KERNEL_SELF_CHANGED, /* the attributes of the folder changed */
    KERNEL_SELF_GONE,    /* the folder was deleted, moved or unmounted: its path may be wrong */
    KERNEL_LOST          /* events were thrown away; what came before this one was told */
};

struct kernel_event {
    enum kernel_event_kind kind;
    int wd;           /* the folder's watch; -1 for KERNEL_LOST */
    const char *name; /* until the next read; "" when the folder itself is meant */
};

/* 0, or an errno: EMFILE when the user has no instance of inotify left. */
int kernel_open(struct kernel *kernel);
void kernel_close(struct kernel *kernel);

/*
 * Watches the folder that is now at `path`. With `content`, also for what happens to the content of
 * the files in it, else only for names that come and go and for attributes; once a watch tells of
 * content it goes on to. 0 and its watch, or an errno: ENOSPC when the user has no watch left.
 */
int kernel_watch(struct kernel *kernel, const char *path, bool content, int *wd);
void kernel_forget(struct kernel *kernel, int wd);

/*
 * Reads events, as many as fit in a buffer of 64 KiB, and calls `each` for them in the order in
 * which they happened. Does not wait. Whether there were so many that there may be more.
 */
bool kernel_read(struct kernel *kernel,
                 void (*each)(void *context, const struct kernel_event *event), void *context);
/*
 * What bytes_read will be when all that has happened by now was read: the kernel queues an event
 * before the call that caused it returns.
 */
uint64_t kernel_bytes_queued(const struct kernel *kernel);

/* Whether something was mounted or unmounted since the last call, or the last poll of mounts_fd. */
bool kernel_has_mounted(const struct kernel *kernel);

/* The value of /proc/sys/fs/inotify/`name`; 0 when it cannot be read. */
uint64_t kernel_limit(const char *name);
/* Sets the advice of `error` to raise that limit: to `usual`, or higher if it is that already. */
void kernel_advise(struct jig_error *error, const char *name, uint64_t usual);

#endif
