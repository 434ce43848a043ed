/*
 * From what happened to what is told.
 */
#include "engine/watch/internal.h"
#include "engine/watch/snapshot.h"

#include "engine/base/io.h"

/* So many paths that looking at everything is not dearer; whoever takes nothing for days does not
 * use up the memory. */
enum { MOST_PENDING = 1 << 18 };

void watch_tell(struct watch *watch, enum jig_change_kind kind, const char *path)
{
    if (jig_change_set_count(watch->pending) >= MOST_PENDING) {
        jig_change_set_clear(watch->pending);
        jig_change_set_lose(watch->pending, "too much changed before it was looked at");
    }
    /* A path that is too long for a set is too long for any system call. */
    switch (kind) {
    case JIG_CHANGE_ADDED:
        jig_change_set_add(watch->pending, path, NULL);
        break;
    case JIG_CHANGE_UPDATED:
        jig_change_set_updated(watch->pending, path, NULL);
        break;
    case JIG_CHANGE_REMOVED:
        jig_change_set_removed(watch->pending, path, NULL);
        break;
    }
    settle_happened(&watch->settle, clock_monotonic_ns());
}

void watch_tell_lost(struct watch *watch, const char *why)
{
    jig_change_set_lose(watch->pending, why);
    settle_happened(&watch->settle, clock_monotonic_ns());
    sync_lost(watch);
    find_all_suspect(watch);
}

void on_change(struct watch *watch, struct folder *folder, enum jig_change_kind kind,
               const char *name)
{
    folder_path_of(folder, name, &watch->path);
    if (folder_is_named(folder))
        watch_tell(watch, kind, watch->path.data);
    struct folder *child = folders_find(&watch->folders, watch->path.data, watch->path.length);
    if (child)
        find_suspect(watch, child);
}

static void on_name(struct watch *watch, struct folder *folder, const struct kernel_event *event)
{
    static const enum jig_change_kind kinds[] = {
        [KERNEL_APPEARED] = JIG_CHANGE_ADDED,
        [KERNEL_CHANGED] = JIG_CHANGE_UPDATED,
        [KERNEL_VANISHED] = JIG_CHANGE_REMOVED,
    };
    if (is_cookie_name(event->name))
        sync_seen(watch, event->name);
    else
        on_change(watch, folder, kinds[event->kind], event->name);
}

void on_kernel_event(void *context, const struct kernel_event *event)
{
    struct watch *watch = context;
    if (event->kind == KERNEL_LOST) {
        watch_tell_lost(watch, "the kernel's queue of file events overflowed");
        return;
    }
    struct folder *folder = folders_watched_by(&watch->folders, event->wd);
    for (; folder; folder = folder->next_alias) {
        switch (event->kind) {
        case KERNEL_APPEARED:
        case KERNEL_CHANGED:
        case KERNEL_VANISHED:
            on_name(watch, folder, event);
            break;
        case KERNEL_SELF_CHANGED:
            if (folder_is_named(folder))
                watch_tell(watch, JIG_CHANGE_UPDATED, folder->path);
            break;
        case KERNEL_SELF_GONE:
            find_suspect(watch, folder);
            break;
        case KERNEL_LOST:
            break;
        }
    }
}
