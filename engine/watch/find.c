/*
 * Which folder is at a path, and whether the kernel tells of it.
 *
 * The folders of the table are kept in this state: each was looked for after the one above it was,
 * and, if it is a link, again after the one it leads to was found. A folder under one that is
 * missing is missing. See internal.h, 4, for why that is enough.
 */
#include "engine/base/path.h"
#include "engine/watch/internal.h"
#include "engine/watch/snapshot.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- looking ------------------------------------------------------------------------------- */

/* What is at a path. */
struct found {
    enum folder_state state;
    int wd;
    uint64_t device, inode; /* of a polled one */
};

static void notice_limit(struct watch *watch)
{
    if (watch->limit_told)
        return;
    watch->limit_told = watch->has_notice = true;
    jig_fail(&watch->notice, JIG_ERROR_LIMIT,
             "the limit of watches is reached after %" PRIu32
             " folders; the others are polled every %" PRIu32 " ms",
             watch->folders.by_wd.count, watch->options.poll_ms);
    kernel_advise(&watch->notice, "max_user_watches", 524288);
}

/* A watch on the folder at the path of `folder`, or an errno; ENOSPC also for our own limit. */
static int get_watch(struct watch *watch, const struct folder *folder, int *wd)
{
    int errnum = kernel_watch(&watch->kernel, folder->path, folder_is_named(folder), wd);
    if (errnum)
        return errnum == ENOMEM ? ENOSPC : errnum;
    if (!watch->options.most_watches || folders_watched_by(&watch->folders, *wd) ||
        watch->folders.by_wd.count < watch->options.most_watches)
        return 0;
    kernel_forget(&watch->kernel, *wd);
    return ENOSPC;
}

static bool get_identity(const char *path, struct found *found)
{
    struct stat st;
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return false;
    found->device = st.st_dev;
    found->inode = st.st_ino;
    return true;
}

static struct found look(struct watch *watch, const struct folder *folder)
{
    struct found found = {.state = FOLDER_MISSING, .wd = -1};
    if (folder->parent && folder->parent->state == FOLDER_MISSING)
        return found;
    bool may_watch =
        !watch->options.always_poll && !(watch->polling.is_full && folder->state == FOLDER_POLLED);
    if (may_watch) {
        int errnum = get_watch(watch, folder, &found.wd);
        if (!errnum) {
            found.state = FOLDER_WATCHED;
            return found;
        }
        found.wd = -1;
        if (errnum == ENOSPC) {
            notice_limit(watch);
            watch->polling.is_full = true;
        }
        if (errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP || errnum == ENAMETOOLONG)
            return found;
    }
    if (get_identity(folder->path, &found))
        found.state = FOLDER_POLLED;
    return found;
}

static bool is_as_found(const struct folder *folder, const struct found *found)
{
    if (folder->state != found->state)
        return false;
    if (found->state == FOLDER_WATCHED)
        return folder->wd == found->wd;
    if (found->state == FOLDER_POLLED)
        return folder->device == found->device && folder->inode == found->inode;
    return true;
}

static void leave(struct watch *watch, struct folder *folder)
{
    int wd = folder->wd;
    if (folder->state == FOLDER_WATCHED && folders_untie(&watch->folders, folder))
        kernel_forget(&watch->kernel, wd);
    if (folder->state == FOLDER_POLLED)
        folders_stop_polling(&watch->folders, folder);
    folder->state = FOLDER_MISSING;
}

static void enter(struct watch *watch, struct folder *folder, const struct found *found)
{
    folder->state = found->state;
    folder->device = found->device;
    folder->inode = found->inode;
    if (found->state == FOLDER_WATCHED)
        folders_tie(&watch->folders, folder, found->wd);
    if (found->state == FOLDER_POLLED) {
        if (!watch->folders.polled.count)
            polling_begin(watch);
        folders_start_polling(&watch->folders, folder);
        if (folder_is_named(folder))
            folder->snapshot = snapshot_take(folder->path);
    }
}

/* ---- links --------------------------------------------------------------------------------- */

/* Puts the path that the link at `path` leads to into watch->link; false when it is none. */
static bool read_link(struct watch *watch, const struct folder *folder)
{
    struct buf *link = &watch->link;
    buf_clear(link);
    ssize_t length = readlink(folder->path, buf_reserve(link, PATH_MAX), PATH_MAX);
    if (length <= 0 || length == PATH_MAX)
        return false;
    link->length = (size_t)length;
    link->data[link->length] = '\0';
    if (link->data[0] != '/') {
        /* Relative to where the link really is, as `..` leads up from there. */
        char *above = realpath(folder->parent ? folder->parent->path : ".", NULL);
        if (!above)
            return false;
        struct buf whole = {0};
        buf_printf(&whole, "%s/%s", above, link->data);
        free(above);
        buf_clear(link);
        buf_append(link, whole.data, whole.length);
        buf_free(&whole);
    }
    buf_reserve(link, 1);
    link->length = path_canonicalize(link->data, link->length);
    return true;
}

/*
 * If the folder is a link, watches where it leads. When the folder there turns out to be new to us,
 * the link is looked for again: between its own lookup and the beginning of the watch there it may
 * have come to lead to another one.
 */
static void follow_link(struct watch *watch, struct folder *folder)
{
    struct folder *target = NULL;
    bool may_be_link = folder->state == FOLDER_WATCHED ||
                       (folder->state == FOLDER_MISSING && folder->parent &&
                        folder->parent->state != FOLDER_MISSING && !watch->options.always_poll);
    if (may_be_link && read_link(watch, folder))
        target = folders_make(&watch->folders, watch->link.data, watch->link.length);
    folder_set_target(folder, target == folder ? NULL : target);
    if (target && target->state == FOLDER_NEW)
        find_suspect(watch, target);
}

/* ---- finding ------------------------------------------------------------------------------- */

static void tell_folder(struct watch *watch, const struct folder *folder, enum folder_state before)
{
    if (!watch->started || !folder_is_named(folder))
        return;
    enum jig_change_kind kind = folder->state == FOLDER_MISSING ? JIG_CHANGE_REMOVED
                                : before == FOLDER_MISSING      ? JIG_CHANGE_ADDED
                                                                : JIG_CHANGE_UPDATED;
    watch_tell(watch, kind, folder->path);
}

/* Looks for one folder; true when it is another one than before, or there was none, or is none. */
static bool find(struct watch *watch, struct folder *folder)
{
    enum folder_state before = folder->state;
    struct found found = look(watch, folder);
    bool changed = !is_as_found(folder, &found);
    if (changed) {
        leave(watch, folder);
        enter(watch, folder, &found);
        tell_folder(watch, folder, before);
        for (struct folder *link = folder->first_link; link; link = link->next_link)
            find_suspect(watch, link);
    }
    follow_link(watch, folder);
    return changed;
}

void find_new(struct watch *watch, struct folder *folder)
{
    if (!folder || folder->state != FOLDER_NEW)
        return;
    find_new(watch, folder->parent);
    find(watch, folder);
}

void find_named(struct watch *watch, struct folder *folder)
{
    enum folder_state before = folder->state;
    if (before == FOLDER_NEW) {
        find_new(watch, folder);
        return;
    }
    if (find(watch, folder))
        return;
    if (folder->state == FOLDER_POLLED) {
        snapshot_free(folder->snapshot);
        folder->snapshot = snapshot_take(folder->path);
    }
    tell_folder(watch, folder, before);
}

void find_suspect(struct watch *watch, struct folder *folder)
{
    if (folder->suspect)
        return;
    folder->suspect = true;
    vec_push(&watch->suspects, folder);
}

/* Calls `each` for the roots that there are. */
static void each_root(struct watch *watch, void (*each)(struct watch *watch, struct folder *root))
{
    static const char *const roots[] = {".", "/"};
    for (size_t i = 0; i < 2; i++) {
        struct folder *root = folders_find(&watch->folders, roots[i], 1);
        if (root)
            each(watch, root);
    }
}

void find_all_suspect(struct watch *watch)
{
    each_root(watch, find_suspect);
}

/*
 * Also below a folder that is the same as before: it may have been another one for a moment, in
 * which one below was looked for. The kernel says nothing of that by itself.
 */
static void find_again(struct watch *watch, struct folder *folder)
{
    bool was_missing = folder->state == FOLDER_MISSING;
    find(watch, folder);
    if (was_missing && folder->state == FOLDER_MISSING)
        return;
    for (struct folder *child = folder->first_child; child; child = child->next_sibling)
        find_again(watch, child);
}

void find_check(struct watch *watch, struct folder *folder)
{
    if (!find(watch, folder))
        return;
    for (struct folder *child = folder->first_child; child; child = child->next_sibling)
        find_again(watch, child);
}

void find_suspects(struct watch *watch)
{
    while (watch->suspects.count) {
        struct folder *folder = watch->suspects.data[--watch->suspects.count];
        folder->suspect = false;
        if (folder->state == FOLDER_NEW)
            find_new(watch, folder);
        else
            find_again(watch, folder);
    }
}

/* A folder that nobody named is needed for those below it, and for links to it. */
static bool is_needed(const struct folder *folder)
{
    return folder_is_named(folder) || folder->kept || folder->suspect || folder->first_child ||
           folder->first_link;
}

static void drop_unneeded_below(struct watch *watch, struct folder *folder)
{
    for (struct folder *child = folder->first_child, *next; child; child = next) {
        next = child->next_sibling;
        drop_unneeded_below(watch, child);
        if (is_needed(child))
            continue;
        leave(watch, child);
        folders_remove(&watch->folders, child);
    }
}

void find_unneeded(struct watch *watch)
{
    each_root(watch, drop_unneeded_below);
}
