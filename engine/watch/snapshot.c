#include "engine/watch/snapshot.h"

#include "engine/base/arena.h"
#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "engine/watch/internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a time of a file may stand for more than one change: a tick of the clock that stamps
 * files, or 2 s where times have no fractions (FAT, old NFS). Some are added for a clock of another
 * machine, which does not go quite like ours. */
enum { TICK_NS = 20 * NS_PER_MS };
static const int64_t coarse_tick_ns = 2000 * NS_PER_MS;

struct seen {
    const char *name;
    uint64_t device, inode; /* this and what follows: of what a link leads to */
    int64_t size, mtime_ns, ctime_ns;
    uint32_t mode;
    uint64_t link_inode; /* of the link itself; 0: it is none */
    int64_t link_ctime_ns;
    bool young;
};

struct snapshot {
    struct arena names;
    int64_t mtime_ns;      /* the folder's: changes when names come and go */
    VEC(struct seen) seen; /* by name */
};

static int64_t ns_of(struct timespec time)
{
    return (int64_t)time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

static bool is_young(int64_t stamp_ns, int64_t now_ns)
{
    int64_t tick_ns = stamp_ns % NS_PER_SECOND ? TICK_NS : coarse_tick_ns;
    return stamp_ns + tick_ns >= now_ns;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct seen *)a)->name, ((const struct seen *)b)->name);
}

static void look_at(struct snapshot *snapshot, int dirfd, const char *name)
{
    int64_t now_ns = clock_realtime_ns(); /* before the look: a change after it must not hide */
    struct stat st;
    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    struct seen seen = {.name = arena_strndup(&snapshot->names, name, strlen(name))};
    if (S_ISLNK(st.st_mode)) {
        seen.link_inode = st.st_ino;
        seen.link_ctime_ns = ns_of(st.st_ctim);
        seen.young = is_young(seen.link_ctime_ns, now_ns);
        /* A link to nowhere stands for itself. */
        (void)fstatat(dirfd, name, &st, 0);
    }
    seen.device = st.st_dev;
    seen.inode = st.st_ino;
    seen.mode = st.st_mode;
    if (!S_ISDIR(st.st_mode)) {
        seen.size = st.st_size;
        seen.mtime_ns = ns_of(st.st_mtim);
        seen.ctime_ns = ns_of(st.st_ctim);
        seen.young |= is_young(seen.mtime_ns, now_ns) || is_young(seen.ctime_ns, now_ns);
    }
    vec_push(&snapshot->seen, seen);
}

bool is_cookie_name(const char *name)
{
    return strncmp(name, COOKIE_PREFIX, sizeof COOKIE_PREFIX - 1) == 0;
}

struct snapshot *snapshot_take(const char *path)
{
    struct snapshot *snapshot = mem_zalloc(sizeof *snapshot);
    DIR *dir = opendir(path);
    if (!dir)
        return snapshot;
    struct stat st;
    if (fstat(dirfd(dir), &st) == 0)
        snapshot->mtime_ns = ns_of(st.st_mtim);
    for (const struct dirent *entry; (entry = readdir(dir));) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !is_cookie_name(name))
            look_at(snapshot, dirfd(dir), name);
    }
    closedir(dir);
    if (snapshot->seen.count)
        qsort(snapshot->seen.data, snapshot->seen.count, sizeof *snapshot->seen.data, by_name);
    return snapshot;
}

void snapshot_free(struct snapshot *snapshot)
{
    if (!snapshot)
        return;
    arena_free(&snapshot->names);
    vec_free(&snapshot->seen);
    free(snapshot);
}

static bool is_same(const struct seen *a, const struct seen *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns && a->mode == b->mode &&
           a->link_inode == b->link_inode && a->link_ctime_ns == b->link_ctime_ns;
}

bool snapshot_compare(const struct snapshot *earlier, struct snapshot *later,
                      void (*each)(void *context, enum snapshot_difference difference,
                                   const char *name),
                      void *context)
{
    const struct seen *old = earlier->seen.data, *old_end = old + earlier->seen.count;
    struct seen *new = later->seen.data, *new_end = new + later->seen.count;
    bool names_differ = false;
    while (old < old_end || new < new_end) {
        int order = old == old_end ? 1 : new == new_end ? -1 : strcmp(old->name, new->name);
        if (order < 0) {
            each(context, SNAPSHOT_VANISHED, (old++)->name);
        } else if (order > 0) {
            /* Its clock may not be ours. So whatever was seen to change counts as young, too. */
            new->young = true;
            each(context, SNAPSHOT_APPEARED, (new ++)->name);
        }
        names_differ |= order != 0;
        if (order == 0) {
            bool same = is_same(old, new);
            if (!same || old->young)
                each(context, SNAPSHOT_CHANGED, new->name);
            new->young |= !same;
            names_differ |= old->inode != new->inode || old->link_inode != new->link_inode;
            old++;
            new ++;
        }
    }
    return !names_differ && earlier->mtime_ns != later->mtime_ns;
}
