/*
 * Waiting until everything that happened was told.
 *
 * The kernel has one queue for all watches, so when it tells of a file that was made just now, it
 * has told of everything before. The file is deleted as soon as it is made: its being made is what
 * gets queued. If its folder is polled there is no such event; then all that was queued at the time
 * of the call has to be read, which comes to the same, and does not show whether the kernel tells.
 */
#include "engine/base/io.h"
#include "engine/base/path.h"
#include "engine/watch/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

void sync_seen(struct watch *watch, const char *cookie)
{
    for (struct sync_waiter *waiter = watch->waiters; waiter; waiter = waiter->next)
        if (strcmp(waiter->cookie, cookie) == 0)
            waiter->seen = true;
}

/* The cookies may be among what was lost; and everything is to be looked at anyway. */
void sync_lost(struct watch *watch)
{
    for (struct sync_waiter *waiter = watch->waiters; waiter; waiter = waiter->next)
        waiter->seen = true;
}

static void name_cookie(struct watch *watch, struct sync_waiter *waiter)
{
    snprintf(waiter->cookie, sizeof waiter->cookie, COOKIE_PREFIX "%ld-%" PRIu32, (long)getpid(),
             ++watch->cookies);
}

static void join(struct watch *watch, struct sync_waiter *waiter)
{
    name_cookie(watch, waiter);
    waiter->next = watch->waiters;
    watch->waiters = waiter;
}

static void leave(struct watch *watch, struct sync_waiter *waiter)
{
    struct sync_waiter **at = &watch->waiters;
    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
}

/* 0, or an errno: EEXIST when somebody else left one of this name, which nobody would tell of. */
static int make_cookie(const struct folder *folder, const char *name)
{
    struct buf path = {0};
    folder_path_of(folder, name, &path);
    int fd = open(path.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int errnum = fd < 0 ? errno : 0;
    if (fd >= 0) {
        close(fd);
        unlink(path.data);
    }
    buf_free(&path);
    return errnum;
}

/* Makes the cookie of a waiter that has joined, under another name if need be. Without the lock:
 * the path of a folder never changes, and one that is kept stays. */
static int send_cookie(struct watch *watch, const struct folder *folder, struct sync_waiter *waiter)
{
    enum { MOST_TRIES = 100 };
    int errnum = make_cookie(folder, waiter->cookie);
    for (int tries = 1; errnum == EEXIST && tries < MOST_TRIES; tries++) {
        pthread_mutex_lock(&watch->lock);
        name_cookie(watch, waiter);
        watch_unlock(watch);
        errnum = make_cookie(folder, waiter->cookie);
    }
    return errnum;
}

static struct folder *find_folder(struct watch *watch, const char *path)
{
    size_t length = strlen(path);
    char *canonical = mem_alloc(length + 2);
    memcpy(canonical, path, length + 1);
    length = path_canonicalize(canonical, length);
    struct folder *folder = folders_make(&watch->folders, canonical, length);
    free(canonical);
    folder->kept = true;
    find_new(watch, folder);
    find_suspects(watch);
    return folder;
}

static struct timespec deadline_after(uint32_t ms)
{
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    int64_t ns = deadline.tv_nsec + (int64_t)ms * NS_PER_MS;
    deadline.tv_sec += ns / NS_PER_SECOND;
    deadline.tv_nsec = ns % NS_PER_SECOND;
    return deadline;
}

/* What one call waits for. */
struct target {
    const struct folder *folder; /* where its cookies are made */
    bool by_bytes;               /* `bytes` counts, and not the cookie */
    uint64_t bytes;              /* of the kernel's events are read */
    uint32_t pass;               /* of polling is done */
};

static bool is_reached(const struct watch *watch, const struct sync_waiter *waiter,
                       const struct target *target)
{
    bool told = waiter->seen || (target->by_bytes && watch->kernel.bytes_read >= target->bytes);
    return told && (int32_t)(watch->polling.done - target->pass) >= 0;
}

/*
 * Makes a cookie and waits for it; makes another one whenever the folder turns out to be a
 * different one, as the first may have been made in what is now at its path, before that was
 * watched. 0, or an errno: ETIMEDOUT.
 */
static int wait_for_cookie(struct watch *watch, struct sync_waiter *waiter, struct target *target,
                           const struct timespec *deadline)
{
    int errnum = 0;
    while (!errnum && !is_reached(watch, waiter, target)) {
        enum folder_state state = target->folder->state;
        int wd = target->folder->wd;
        target->by_bytes = state == FOLDER_POLLED;
        if (!target->by_bytes) {
            watch_unlock(watch);
            errnum = send_cookie(watch, target->folder, waiter);
            pthread_mutex_lock(&watch->lock);
        }
        watch_end_pause(watch);
        while (!errnum && !is_reached(watch, waiter, target) && target->folder->state == state &&
               target->folder->wd == wd)
            errnum = pthread_cond_timedwait(&watch->synced, &watch->lock, deadline);
    }
    return errnum;
}

enum jig_status watch_sync(struct watch *watch, const char *path, uint32_t timeout_ms,
                           struct jig_error *error)
{
    struct timespec deadline = deadline_after(timeout_ms);
    struct sync_waiter waiter = {0};
    pthread_mutex_lock(&watch->lock);
    struct target target = {
        .folder = find_folder(watch, path),
        .bytes = kernel_bytes_queued(&watch->kernel),
        .pass = polling_demand(watch),
    };
    join(watch, &waiter);
    watch_wake(watch);
    int errnum = wait_for_cookie(watch, &waiter, &target, &deadline);
    leave(watch, &waiter);
    watch_unlock(watch);
    if (errnum == ETIMEDOUT)
        return jig_fail(error, JIG_ERROR_IO,
                        "the system did not tell within %" PRIu32 " ms of a file made in '%s'",
                        timeout_ms, path);
    if (errnum)
        return jig_fail_errno(error, errnum, "cannot make a file in '%s' to see if it is told of",
                              path);
    return JIG_OK;
}
