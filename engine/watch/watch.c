#include "engine/watch/watch.h"

#include "engine/base/io.h"
#include "engine/base/path.h"
#include "engine/watch/internal.h"
#include "engine/watch/snapshot.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* ---- the thread ---------------------------------------------------------------------------- */

static const uint64_t pause_ns = 2 * NS_PER_MS;

static void set_fd(int fd)
{
    uint64_t one = 1;
    (void)!write(fd, &one, sizeof one);
}

static void unset_fd(int fd)
{
    uint64_t count;
    (void)!read(fd, &count, sizeof count);
}

/* When there is something to do even if nothing happens. */
static uint64_t next_ns(const struct watch *watch, uint64_t now_ns)
{
    uint64_t settled = watch->ready ? NEVER : settle_next_ns(&watch->settle);
    uint64_t polling = polling_next_ns(watch, now_ns);
    return settled < polling ? settled : polling;
}

void watch_wake(struct watch *watch)
{
    if (watch->asleep_until_ns && next_ns(watch, watch->asleep_until_ns) < watch->asleep_until_ns) {
        watch->asleep_until_ns = 0;
        set_fd(watch->wake_fd);
    }
}

void watch_unlock(struct watch *watch)
{
    watch_wake(watch);
    if (!watch->has_notice) {
        pthread_mutex_unlock(&watch->lock);
        return;
    }
    watch->has_notice = false;
    struct jig_error notice = watch->notice;
    pthread_mutex_unlock(&watch->lock);
    if (watch->options.notice)
        watch->options.notice(watch->options.context, &notice);
}

void watch_end_pause(struct watch *watch)
{
    if (!watch->pausing)
        return;
    watch->pausing = false;
    set_fd(watch->wake_fd);
}

/* One round of work; true when it made the pending set ready. */
static bool work(struct watch *watch)
{
    watch->pausing = false;
    if (watch->kernel.fd >= 0) {
        uint64_t read_before = watch->kernel.bytes_read;
        bool has_more = kernel_read(&watch->kernel, on_kernel_event, watch);
        watch->pausing = watch->kernel.bytes_read != read_before && !has_more && !watch->waiters;
        /* After reading, so that a sync is not told of its cookie before of a mount before it. */
        bool has_mounted = kernel_has_mounted(&watch->kernel) || watch->woken_by_mount;
        if (has_mounted)
            find_all_suspect(watch);
        find_suspects(watch);
    }
    polling_step(watch);
    if (watch->waiters)
        pthread_cond_broadcast(&watch->synced);
    if (watch->ready || !settle_is_ready(&watch->settle, clock_monotonic_ns()))
        return false;
    watch->ready = true;
    set_fd(watch->ready_fd);
    return true;
}

/*
 * Until something happens, it is `until_ns`, or somebody wakes the thread. When it has just read
 * what happened, more is likely to happen at once; if it waited for that, whoever writes a file
 * would wake it up every time, which costs them more than the writing. So it looks again after a
 * pause.
 */
static void sleep_until(struct watch *watch, uint64_t until_ns, bool pausing)
{
    struct pollfd fds[] = {{.fd = watch->wake_fd, .events = POLLIN},
                           {.fd = watch->kernel.mounts_fd, .events = POLLPRI},
                           {.fd = watch->kernel.fd, .events = POLLIN}};
    uint64_t now_ns = clock_monotonic_ns();
    if (pausing && until_ns > now_ns + pause_ns)
        until_ns = now_ns + pause_ns;
    uint64_t wait_ns = until_ns > now_ns ? until_ns - now_ns : 0;
    struct timespec timeout = {.tv_sec = (time_t)(wait_ns / NS_PER_SECOND),
                               .tv_nsec = (long)(wait_ns % NS_PER_SECOND)};
    ppoll(fds, pausing ? 2 : 3, until_ns == NEVER ? NULL : &timeout, NULL);
    if (fds[0].revents)
        unset_fd(watch->wake_fd);
    watch->woken_by_mount = fds[1].revents != 0;
}

static void *run(void *context)
{
    struct watch *watch = context;
    for (;;) {
        pthread_mutex_lock(&watch->lock);
        watch->asleep_until_ns = 0;
        if (watch->stop) {
            watch_unlock(watch);
            return NULL;
        }
        bool became_ready = work(watch);
        uint64_t until_ns = next_ns(watch, clock_monotonic_ns());
        watch->asleep_until_ns = until_ns;
        bool pausing = watch->pausing;
        watch_unlock(watch);
        if (became_ready && watch->options.ready)
            watch->options.ready(watch->options.context);
        sleep_until(watch, until_ns, pausing);
    }
}

/* Signals are for the threads of whoever uses this. */
static int start_thread(struct watch *watch)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int errnum = pthread_create(&watch->thread, NULL, run, watch);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return errnum;
}

/* ---- creating and destroying --------------------------------------------------------------- */

static void free_watch(struct watch *watch)
{
    kernel_close(&watch->kernel);
    if (watch->ready_fd >= 0)
        close(watch->ready_fd);
    if (watch->wake_fd >= 0)
        close(watch->wake_fd);
    folders_free(&watch->folders);
    vec_free(&watch->suspects);
    jig_change_set_destroy(watch->pending);
    buf_free(&watch->path);
    buf_free(&watch->link);
    pthread_cond_destroy(&watch->synced);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

static struct watch *make_watch(const struct watch_options *options)
{
    struct watch *watch = mem_zalloc(sizeof *watch);
    watch->options = *options;
    if (!options->quiet_ms)
        watch->options.quiet_ms = 15;
    if (!options->max_ms)
        watch->options.max_ms = 100;
    if (!options->poll_ms)
        watch->options.poll_ms = 500;
    settle_init(&watch->settle, watch->options.quiet_ms * (uint64_t)NS_PER_MS,
                watch->options.max_ms * (uint64_t)NS_PER_MS);
    watch->round = 1;
    watch->pending = jig_change_set_create();
    watch->kernel.fd = watch->kernel.mounts_fd = -1;
    pthread_mutex_init(&watch->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&watch->synced, &attributes);
    pthread_condattr_destroy(&attributes);
    watch->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    watch->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return watch;
}

/* Without the kernel's help everything is polled. */
static void open_kernel(struct watch *watch)
{
    if (watch->options.always_poll)
        return;
    int errnum = kernel_open(&watch->kernel);
    if (!errnum)
        return;
    watch->options.always_poll = true;
    struct jig_error notice;
    jig_fail_errno(&notice, errnum,
                   "the system gives no inotify instance, all folders are polled every %" PRIu32
                   " ms",
                   watch->options.poll_ms);
    kernel_advise(&notice, "max_user_instances", 1024);
    if (watch->options.notice)
        watch->options.notice(watch->options.context, &notice);
}

enum jig_status watch_create(const struct watch_options *options, struct watch **out,
                             struct jig_error *error)
{
    *out = NULL;
    struct watch *watch = make_watch(options);
    if (watch->ready_fd < 0 || watch->wake_fd < 0) {
        int errnum = errno;
        free_watch(watch);
        return jig_fail_errno(error, errnum, "cannot watch");
    }
    open_kernel(watch);
    int errnum = start_thread(watch);
    if (errnum) {
        free_watch(watch);
        return jig_fail_errno(error, errnum, "cannot start a thread to watch");
    }
    *out = watch;
    return JIG_OK;
}

void watch_destroy(struct watch *watch)
{
    if (!watch)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->stop = true;
    set_fd(watch->wake_fd);
    watch_unlock(watch);
    pthread_join(watch->thread, NULL);
    free_watch(watch);
}

/* ---- naming folders ------------------------------------------------------------------------ */

void watch_folder(struct watch *watch, const char *path)
{
    size_t length = strlen(path);
    char *canonical = mem_alloc(length + 2);
    memcpy(canonical, path, length + 1);
    length = path_canonicalize(canonical, length);
    if (length) {
        pthread_mutex_lock(&watch->lock);
        struct folder *folder = folders_make(&watch->folders, canonical, length);
        bool was_named = folder_is_named(folder);
        folder->round = watch->round;
        if (!was_named) {
            find_named(watch, folder);
            find_suspects(watch);
        }
        watch_unlock(watch);
    }
    free(canonical);
}

void watch_forget_rest(struct watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    const struct folder_table *table = &watch->folders.by_path;
    for (uint32_t i = 0; i < table->slot_count; i++) {
        struct folder *folder = table->slots[i].folder;
        if (!folder || folder->round == watch->round)
            continue;
        folder->round = 0;
        snapshot_free(folder->snapshot);
        folder->snapshot = NULL;
    }
    watch->round++;
    find_unneeded(watch);
    watch_unlock(watch);
}

void watch_start(struct watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    watch->started = true;
    watch_unlock(watch);
}

void watch_count(struct watch *watch, uint32_t *watched, uint32_t *polled)
{
    *watched = *polled = 0;
    pthread_mutex_lock(&watch->lock);
    const struct folder_table *table = &watch->folders.by_path;
    for (uint32_t i = 0; i < table->slot_count; i++) {
        const struct folder *folder = table->slots[i].folder;
        if (folder && folder_is_named(folder)) {
            *watched += folder->state == FOLDER_WATCHED;
            *polled += folder->state == FOLDER_POLLED;
        }
    }
    watch_unlock(watch);
}

/* ---- taking -------------------------------------------------------------------------------- */

int watch_fd(const struct watch *watch)
{
    return watch->ready_fd;
}

bool watch_take(struct watch *watch, struct jig_change_set *into)
{
    pthread_mutex_lock(&watch->lock);
    bool any = jig_change_set_count(watch->pending) || jig_change_set_lost(watch->pending);
    if (any) {
        jig_change_set_merge(into, watch->pending);
        jig_change_set_clear(watch->pending);
    }
    settle_taken(&watch->settle);
    if (watch->ready)
        unset_fd(watch->ready_fd);
    watch->ready = false;
    watch_unlock(watch);
    return any;
}

void watch_remind(struct watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    settle_happened(&watch->settle, clock_monotonic_ns());
    watch_unlock(watch);
}
