#include "engine/watch/inotify.h"

#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BUFFER_BYTES = 64 * 1024 };

/*
 * IN_ATTRIB is chmod, touch, and the other names of a file; of a folder above, it may be that one
 * may not go through it any more. IN_EXCL_UNLINK leaves out what is written to files that no path
 * leads to. IN_MASK_ADD as the same folder may be watched a second time by another path.
 */
static const uint32_t names_mask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
                                   IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK |
                                   IN_MASK_ADD;
/* IN_MODIFY for those who keep a file open; IN_CLOSE_WRITE for those who map it. */
static const uint32_t content_mask = IN_MODIFY | IN_CLOSE_WRITE;

int kernel_open(struct kernel *kernel)
{
    *kernel = (struct kernel){.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), .mounts_fd = -1};
    if (kernel->fd < 0)
        return errno;
    kernel->mounts_fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    kernel->buffer = mem_alloc(BUFFER_BYTES);
    return 0;
}

void kernel_close(struct kernel *kernel)
{
    if (kernel->fd >= 0)
        close(kernel->fd);
    if (kernel->mounts_fd >= 0)
        close(kernel->mounts_fd);
    free(kernel->buffer);
    *kernel = (struct kernel){.fd = -1, .mounts_fd = -1};
}

int kernel_watch(struct kernel *kernel, const char *path, bool content, int *wd)
{
    *wd = inotify_add_watch(kernel->fd, path, content ? names_mask | content_mask : names_mask);
    return *wd < 0 ? errno : 0;
}

void kernel_forget(struct kernel *kernel, int wd)
{
    /* EINVAL: it has gone by itself, with its folder. */
    (void)inotify_rm_watch(kernel->fd, wd);
}

static struct kernel_event decode(const struct inotify_event *from)
{
    struct kernel_event event = {.wd = from->wd, .name = from->len ? from->name : ""};
    if (from->mask & IN_Q_OVERFLOW)
        event.kind = KERNEL_LOST;
    else if (from->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED))
        event.kind = KERNEL_SELF_GONE;
    else if (!*event.name)
        event.kind = KERNEL_SELF_CHANGED;
    else if (from->mask & (IN_CREATE | IN_MOVED_TO))
        event.kind = KERNEL_APPEARED;
    else if (from->mask & (IN_DELETE | IN_MOVED_FROM))
        event.kind = KERNEL_VANISHED;
    else
        event.kind = KERNEL_CHANGED;
    return event;
}

bool kernel_read(struct kernel *kernel,
                 void (*each)(void *context, const struct kernel_event *event), void *context)
{
    ssize_t length = read(kernel->fd, kernel->buffer, BUFFER_BYTES);
    if (length <= 0)
        return false;
    kernel->bytes_read += (uint64_t)length;
    for (const char *at = kernel->buffer, *end = at + length; at < end;) {
        /* The kernel pads names so that each event is aligned as the first one is. */
        const struct inotify_event *from = (const void *)at;
        struct kernel_event event = decode(from);
        each(context, &event);
        at += sizeof *from + from->len;
    }
    return length > BUFFER_BYTES / 2;
}

uint64_t kernel_bytes_queued(const struct kernel *kernel)
{
    int queued = 0;
    if (kernel->fd < 0 || ioctl(kernel->fd, FIONREAD, &queued) < 0)
        queued = 0;
    return kernel->bytes_read + (uint64_t)queued;
}

bool kernel_has_mounted(const struct kernel *kernel)
{
    struct pollfd mounts = {.fd = kernel->mounts_fd, .events = POLLPRI};
    return poll(&mounts, 1, 0) == 1;
}

uint64_t kernel_limit(const char *name)
{
    struct buf path = {0}, text = {0};
    buf_printf(&path, "/proc/sys/fs/inotify/%s", name);
    uint64_t limit =
        io_read_file(AT_FDCWD, path.data, &text) == 0 ? strtoull(buf_cstr(&text), NULL, 10) : 0;
    buf_free(&path);
    buf_free(&text);
    return limit;
}

void kernel_advise(struct jig_error *error, const char *name, uint64_t usual)
{
    uint64_t limit = kernel_limit(name);
    uint64_t wanted = limit < usual ? usual : limit * 2;
    struct buf advice = {0};
    buf_printf(&advice, "raise it, e.g. sysctl fs.inotify.%s=%" PRIu64, name, wanted);
    if (limit)
        buf_printf(&advice, " (it is %" PRIu64 " now)", limit);
    memcpy(error->advice, advice.data, advice.length + 1);
    buf_free(&advice);
}
