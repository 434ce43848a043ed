#include "tools/jig/daemon_visitor.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NS_A_MS = 1000000, MOST_FDS = 3 };

struct visitor *visitor_create(int fd, uint32_t reading_ms)
{
    struct visitor *visitor = mem_zalloc(sizeof *visitor);
    struct ucred peer = {0};
    socklen_t length = sizeof peer;
    visitor->fd = fd;
    visitor->deadline_ns = clock_monotonic_ns() + (uint64_t)reading_ms * NS_A_MS;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0)
        visitor->pid = peer.pid;
    return visitor;
}

void visitor_close_fds(struct visitor *visitor)
{
    for (int i = 0; i < visitor->fd_count; i++)
        close(visitor->fds[i]);
    visitor->fd_count = 0;
}

void visitor_destroy(struct visitor *visitor)
{
    visitor_close_fds(visitor);
    close(visitor->fd);
    buf_free(&visitor->in);
    arena_free(&visitor->arena);
    free(visitor);
}

/* ---- reading ----------------------------------------------------------------------------- */

/* Keeps the descriptors that came along; more than there may be are closed. */
static void take_fds(struct visitor *visitor, struct msghdr *header)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            if (visitor->fd_count < MOST_FDS && visitor_is_pressed(visitor))
                visitor->fds[visitor->fd_count++] = fd;
            else
                close(fd);
        }
    }
}

/* False when nothing more has come. */
static bool read_more(struct visitor *visitor)
{
    enum { AT_ONCE = 1 << 16 };
    union {
        char bytes[CMSG_SPACE(sizeof(int) * MOST_FDS)];
        struct cmsghdr alignment;
    } room;
    struct iovec piece = {buf_reserve(&visitor->in, AT_ONCE), AT_ONCE};
    struct msghdr header = {.msg_iov = &piece,
                            .msg_iovlen = 1,
                            .msg_control = room.bytes,
                            .msg_controllen = sizeof room.bytes};
    ssize_t n = recvmsg(visitor->fd, &header, MSG_CMSG_CLOEXEC);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n > 0) {
        take_fds(visitor, &header);
        visitor->in.length += (size_t)n;
        visitor->in.data[visitor->in.length] = '\0';
    }
    visitor->gone = n <= 0;
    return n > 0;
}

/* Takes the frame of `bytes` that has come. False when it is not one that makes sense now. */
static bool take_frame(struct visitor *visitor, size_t bytes, const char *build)
{
    struct daemon_message later;
    struct arena scratch = {0};
    /* What it wants stays as it is: the build loop may be reading it. */
    bool first = visitor->point == VISITOR_READING;
    bool good =
        daemon_frame_read(visitor->in.data, bytes, build, first ? &visitor->arena : &scratch,
                          first ? &visitor->message : &later) &&
        (first || later.kind == DAEMON_CANCEL || later.kind == DAEMON_STANDARD);
    visitor->heard = !good ? 0 : first ? visitor->message.kind : later.kind;
    arena_free(&scratch);
    memmove(visitor->in.data, visitor->in.data + bytes, visitor->in.length - bytes);
    visitor->in.length -= bytes;
    return good;
}

bool visitor_read(struct visitor *visitor, const char *build)
{
    for (;;) {
        /* Once it has said what it wants, all that can come is short. */
        bool first = visitor->point == VISITOR_READING;
        size_t limit = first ? DAEMON_FRAME_LIMIT : DAEMON_ANSWER_LIMIT, bytes = 0;
        switch (daemon_frame_find(buf_cstr(&visitor->in), visitor->in.length, limit, &bytes)) {
        case DAEMON_FRAME_WHOLE:
            visitor->gone = !take_frame(visitor, bytes, build);
            return !visitor->gone;
        case DAEMON_FRAME_WRONG:
            visitor->gone = true;
            return false;
        case DAEMON_FRAME_MORE:
            if (!read_more(visitor))
                return false;
        }
    }
}

/* ---- telling ----------------------------------------------------------------------------- */

bool visitor_tell(struct visitor *visitor, const struct daemon_message *message)
{
    struct buf out = {0};
    daemon_frame_write(message, &out);
    ssize_t n = send(visitor->fd, out.data, out.length, MSG_NOSIGNAL | MSG_DONTWAIT);
    visitor->gone |= n != (ssize_t)out.length;
    buf_free(&out);
    return !visitor->gone;
}
