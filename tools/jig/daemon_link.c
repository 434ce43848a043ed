#include "tools/jig/daemon_link.h"

#include "engine/base/io.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SEND_MS = 5000, NS_A_MS = 1000000, MOST_FDS = 3 };

void daemon_link_init(struct daemon_link *link, int fd)
{
    *link = (struct daemon_link){.fd = fd};
}

void daemon_link_free(struct daemon_link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    buf_free(&link->in);
    arena_free(&link->arena);
    *link = (struct daemon_link){.fd = -1};
}

/* ---- sending ----------------------------------------------------------------------------- */

/* Room for the descriptors, aligned as the system wants it. */
union fds_room {
    char bytes[CMSG_SPACE(sizeof(int) * MOST_FDS)];
    struct cmsghdr alignment;
};

static void attach_fds(struct msghdr *header, union fds_room *room, const int *fds, int fd_count)
{
    memset(room, 0, sizeof *room);
    header->msg_control = room->bytes;
    header->msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)fd_count);
    struct cmsghdr *part = CMSG_FIRSTHDR(header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)fd_count);
    memcpy(CMSG_DATA(part), fds, sizeof(int) * (size_t)fd_count);
}

/* How long until `end_ns`, in whole ms for poll; -1 for no end. */
static int ms_until(uint64_t end_ns)
{
    if (end_ns == UINT64_MAX)
        return -1;
    uint64_t now = clock_monotonic_ns();
    uint64_t left_ms = now < end_ns ? (end_ns - now + NS_A_MS - 1) / NS_A_MS : 0;
    return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

bool daemon_link_send(struct daemon_link *link, const struct daemon_message *message,
                      const int *fds, int fd_count)
{
    struct buf out = {0};
    size_t sent = 0;
    bool good = true;
    daemon_frame_write(message, &out);
    uint64_t end_ns = clock_monotonic_ns() + (uint64_t)SEND_MS * NS_A_MS;
    while (good && sent < out.length) {
        union fds_room room;
        struct iovec piece = {out.data + sent, out.length - sent};
        struct msghdr header = {.msg_iov = &piece, .msg_iovlen = 1};
        if (fd_count && !sent)
            attach_fds(&header, &room, fds, fd_count);
        ssize_t n = sendmsg(link->fd, &header, MSG_NOSIGNAL);
        if (n >= 0) {
            sent += (size_t)n;
        } else if (errno == EAGAIN) {
            struct pollfd full = {.fd = link->fd, .events = POLLOUT};
            int ready = poll(&full, 1, ms_until(end_ns));
            good = ready > 0 || (ready < 0 && errno == EINTR);
        } else {
            good = errno == EINTR;
        }
    }
    buf_free(&out);
    return good;
}

/* ---- receiving --------------------------------------------------------------------------- */

/* Takes a message out of what has come. */
static enum daemon_frame take_frame(struct daemon_link *link, struct daemon_message *message)
{
    size_t bytes = 0;
    enum daemon_frame found =
        daemon_frame_find(buf_cstr(&link->in), link->in.length, DAEMON_ANSWER_LIMIT, &bytes);
    if (found != DAEMON_FRAME_WHOLE)
        return found;
    arena_free(&link->arena);
    if (!daemon_frame_read(link->in.data, bytes, "", &link->arena, message))
        return DAEMON_FRAME_WRONG;
    memmove(link->in.data, link->in.data + bytes, link->in.length - bytes);
    link->in.length -= bytes;
    return DAEMON_FRAME_WHOLE;
}

/* Reads what is there; false at the end. */
static bool read_more(struct daemon_link *link)
{
    enum { AT_ONCE = 4096 };
    char *room = buf_reserve(&link->in, AT_ONCE);
    ssize_t n = recv(link->fd, room, AT_ONCE, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    link->in.length += (size_t)n;
    link->in.data[link->in.length] = '\0';
    return n > 0;
}

enum daemon_link_event daemon_link_receive(struct daemon_link *link, int timeout_ms, int wake_fd,
                                           struct daemon_message *message)
{
    uint64_t end_ns =
        timeout_ms < 0 ? UINT64_MAX : clock_monotonic_ns() + (uint64_t)timeout_ms * NS_A_MS;
    for (;;) {
        enum daemon_frame found = take_frame(link, message);
        if (found != DAEMON_FRAME_MORE)
            return found == DAEMON_FRAME_WHOLE ? DAEMON_LINK_MESSAGE : DAEMON_LINK_ENDED;
        struct pollfd fds[] = {{.fd = link->fd, .events = POLLIN},
                               {.fd = wake_fd, .events = POLLIN}};
        int ready = poll(fds, 2, ms_until(end_ns));
        if (ready == 0)
            return DAEMON_LINK_TIMEOUT;
        if (ready < 0 && errno != EINTR)
            return DAEMON_LINK_ENDED;
        if (ready > 0 && fds[0].revents && !read_more(link))
            return DAEMON_LINK_ENDED;
        if (ready > 0 && fds[1].revents)
            return DAEMON_LINK_WOKEN;
    }
}
