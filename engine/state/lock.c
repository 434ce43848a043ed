#include "engine/state/lock.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Decimal digits of a process id, a newline, and room. */
enum { HOLDER_BYTES = 32 };

static int64_t read_holder(int fd)
{
    char text[HOLDER_BYTES];
    ssize_t length = pread(fd, text, sizeof text - 1, 0);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    long long holder = strtoll(text, NULL, 10);
    return holder > 0 ? holder : 0;
}

/* For people only: whether it succeeds does not matter. */
static void write_holder(int fd)
{
    char text[HOLDER_BYTES];
    int length = snprintf(text, sizeof text, "%lld\n", (long long)getpid());
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)length, 0) != length)
        (void)ftruncate(fd, 0);
}

/* The parent of process `pid`, or 0. The name in /proc/PID/stat may hold anything, ")" too. */
static int64_t parent_of(int64_t pid)
{
    char path[64];
    char text[512];
    snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    const char *after_name = strrchr(text, ')');
    long long parent = 0;
    if (!after_name || sscanf(after_name, ") %*c %lld", &parent) != 1)
        return 0;
    return parent;
}

static bool is_ancestor(int64_t pid)
{
    enum { DEEPEST = 1000 };
    int64_t at = getppid();
    for (int depth = 0; at > 1 && depth < DEEPEST; depth++) {
        if (at == pid)
            return true;
        at = parent_of(at);
    }
    return false;
}

static enum jig_status lock_fd(int fd, struct lock *lock, const struct lock_request *request,
                               struct jig_error *error)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return JIG_OK;
    if (errno != EWOULDBLOCK)
        return jig_fail_errno(error, errno, "cannot lock '%s'", request->path);
    int64_t holder = read_holder(fd);
    if (request->join_ancestor && holder && is_ancestor(holder)) {
        lock->held_by_ancestor = true;
        return JIG_OK;
    }
    if (!request->wait && holder)
        return jig_fail(error, JIG_ERROR_LOCKED, "process %" PRId64 " is building here ('%s')",
                        holder, request->path);
    if (!request->wait)
        return jig_fail(error, JIG_ERROR_LOCKED, "another process is building here ('%s')",
                        request->path);
    if (request->waiting)
        request->waiting(request->context, holder);
    if (flock(fd, LOCK_EX) == 0)
        return JIG_OK;
    if (errno == EINTR)
        return jig_fail(error, JIG_ERROR_INTERRUPTED, "interrupted while waiting for '%s'",
                        request->path);
    return jig_fail_errno(error, errno, "cannot lock '%s'", request->path);
}

/* Whether `path` still names the file that was locked, and was not removed in the meantime. */
static bool is_file_at(int fd, const char *path)
{
    struct stat locked, named;
    return fstat(fd, &locked) == 0 && stat(path, &named) == 0 && locked.st_ino == named.st_ino &&
           locked.st_dev == named.st_dev;
}

/* The lock is the first thing that is written: what is wrong with it is so with all the state. */
static enum jig_status fail_to_make(struct jig_error *error, int errnum, const char *what,
                                    const char *path)
{
    enum jig_status status = jig_fail_errno(error, errnum, "cannot %s '%s'", what, path);
    if (error && (errnum == EACCES || errnum == EPERM || errnum == EROFS))
        snprintf(
            error->advice, sizeof error->advice,
            "what builds leave is kept there; keep it elsewhere with --cache-dir (or builddir in "
            "build.ninja), or make it writable");
    return status;
}

enum jig_status lock_take(struct lock *lock, const struct lock_request *request,
                          struct jig_error *error)
{
    lock->fd = -1;
    lock->held_by_ancestor = false;
    for (;;) {
        int errnum = io_make_parent_dirs(request->path);
        if (errnum)
            return fail_to_make(error, errnum, "make the directory of", request->path);
        int fd = open(request->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
        if (fd < 0)
            return fail_to_make(error, errno, "open", request->path);
        enum jig_status status = lock_fd(fd, lock, request, error);
        if (status) {
            close(fd);
            return status;
        }
        if (lock->held_by_ancestor) {
            close(fd);
            return JIG_OK;
        }
        if (is_file_at(fd, request->path)) {
            write_holder(fd);
            lock->fd = fd;
            return JIG_OK;
        }
        close(fd);
    }
}

void lock_drop(struct lock *lock)
{
    if (lock->fd < 0)
        return;
    /* Emptied first, so that nobody reads of a holder that has gone. */
    (void)!ftruncate(lock->fd, 0);
    close(lock->fd);
    lock->fd = -1;
}
