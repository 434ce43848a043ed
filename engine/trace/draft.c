#include "engine/trace/draft.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char SUFFIX[] = ".draft";

/* ---- writing -------------------------------------------------------------------------------- */

/* Whether the file is still there: until it was locked it could be taken for one left behind. */
static bool is_there(int fd)
{
    struct stat file;
    return fstat(fd, &file) == 0 && file.st_nlink > 0;
}

/* Where files cannot be locked there are drafts all the same. They are taken for left behind when
 * they are old. */
static bool lock(int fd)
{
    while (flock(fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return true;
    return is_there(fd);
}

int draft_begin(struct draft *draft, int folder)
{
    enum { TRIES = 100 };
    *draft = (struct draft){.folder = folder, .fd = -1};
    for (int i = 0; i < TRIES && draft->fd < 0; i++) {
        snprintf(draft->name, sizeof draft->name, "%ld-%d%s", (long)getpid(), i, SUFFIX);
        draft->fd = openat(folder, draft->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (draft->fd < 0 && errno != EEXIST)
            return errno;
        if (draft->fd >= 0 && !lock(draft->fd)) {
            close(draft->fd);
            draft->fd = -1;
        }
    }
    return draft->fd < 0 ? EEXIST : 0;
}

/* Where files cannot have two names: an empty file holds the name until the draft replaces it. */
static int claim(struct draft *draft, const char *name)
{
    int fd = openat(draft->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno;
    close(fd);
    int errnum = draft_replace(draft, name);
    if (errnum)
        unlinkat(draft->folder, name, 0);
    return errnum;
}

int draft_take_name(struct draft *draft, const char *name)
{
    /* rename would replace what has the name, and not all file systems can be told not to. */
    if (linkat(draft->folder, draft->name, draft->folder, name, 0) == 0)
        return 0;
    bool cannot = errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK;
    return cannot ? claim(draft, name) : errno;
}

int draft_replace(struct draft *draft, const char *name)
{
    if (renameat(draft->folder, draft->name, draft->folder, name) < 0)
        return errno;
    *draft->name = '\0';
    return 0;
}

void draft_end(struct draft *draft)
{
    if (*draft->name)
        unlinkat(draft->folder, draft->name, 0);
    close(draft->fd);
}

/* ---- left behind ---------------------------------------------------------------------------- */

bool draft_is_name(const char *name)
{
    size_t process = strspn(name, "0123456789");
    if (!process || name[process] != '-')
        return false;
    const char *count = name + process + 1;
    size_t length = strspn(count, "0123456789");
    return length && strcmp(count + length, SUFFIX) == 0;
}

static bool is_old(int fd)
{
    const int64_t old_ns = (int64_t)3600 * 1000000000;
    struct stat file;
    if (fstat(fd, &file) < 0)
        return false;
    int64_t changed_ns = (int64_t)file.st_mtim.tv_sec * 1000000000 + file.st_mtim.tv_nsec;
    return clock_realtime_ns() - changed_ns > old_ns;
}

/* Whether the name is still that of the file: its writer may have ended meanwhile and begun another
 * draft of the same name. */
static bool is_named(int fd, int folder, const char *name)
{
    struct stat file, named;
    return fstat(fd, &file) == 0 && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           file.st_dev == named.st_dev && file.st_ino == named.st_ino;
}

void draft_remove_if_left(int folder, const char *name)
{
    /* Without waiting, should it be a pipe. */
    int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    bool left = flock(fd, LOCK_EX | LOCK_NB) == 0 || (errno != EWOULDBLOCK && is_old(fd));
    if (left && is_named(fd, folder, name)) /* while it is locked, nobody else takes the name */
        unlinkat(folder, name, 0);
    close(fd);
}
