#include "engine/base/io.h"

#include "engine/base/memory.h"
#include "engine/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int io_read_file(int dirfd, const char *path, struct buf *out)
{
    int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        buf_reserve(out, (size_t)st.st_size);
    int result = 0;
    for (;;) {
        char *to = buf_reserve(out, 4096);
        ssize_t n = read(fd, to, out->capacity - out->length - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            result = errno;
        if (n <= 0)
            break;
        out->length += (size_t)n;
    }
    out->data[out->length] = '\0';
    close(fd);
    return result;
}

int io_write_all(int fd, const void *bytes, size_t length)
{
    const char *from = bytes;
    while (length > 0) {
        ssize_t n = write(fd, from, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        from += n;
        length -= (size_t)n;
    }
    return 0;
}

int io_write_file(int dirfd, const char *path, const void *bytes, size_t length)
{
    int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno;
    int result = io_write_all(fd, bytes, length);
    if (close(fd) < 0 && !result)
        result = errno;
    return result;
}

int io_make_parent_dirs(const char *path)
{
    size_t length = path_dir_length(path, strlen(path));
    if (length == 0)
        return 0;
    char *dir = mem_strndup(path, length);
    int result = mkdir(dir, 0777) < 0 ? errno : 0;
    if (result == ENOENT) {
        result = io_make_parent_dirs(dir);
        if (!result && mkdir(dir, 0777) < 0)
            result = errno;
    }
    /* A read-only file system refuses before it looks whether the directory is there already. */
    if (result && access(dir, F_OK) == 0)
        result = 0;
    free(dir);
    return result == EEXIST ? 0 : result;
}

static uint64_t read_clock(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_realtime_ns(void)
{
    return (int64_t)read_clock(CLOCK_REALTIME);
}
