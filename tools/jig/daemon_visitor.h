/*
 * One client at the daemon's door: its connection, what has come through it, and how far it is. See
 * daemon_door.h. No locking of its own.
 */
#ifndef JIG_TOOL_DAEMON_VISITOR_H
#define JIG_TOOL_DAEMON_VISITOR_H

#include "tools/jig/daemon_frame.h"

#include <sys/types.h>

enum visitor_point {
    VISITOR_READING, /* says what it wants */
    VISITOR_TAKEN,   /* was told that it will get it, and hands over its descriptors */
    VISITOR_QUEUED,
    VISITOR_ENTERED,
    VISITOR_BUILDING,
    VISITOR_ENDING, /* as BUILDING, but too late to cancel: the build has ended */
    VISITOR_LEAVING,
};

struct visitor {
    int fd;
    pid_t pid;
    enum visitor_point point;
    uint64_t deadline_ns; /* READING, TAKEN: until then */
    bool cancelled;       /* it wants its build to stop */
    bool gone;            /* the connection is of no use any more */
    struct buf in;
    int fds[3]; /* standard input, output and error */
    int fd_count;
    struct arena arena;
    struct daemon_message message; /* what it wants: the first one */
    enum daemon_kind heard;        /* the kind of the last one */
};

/* Owns `fd`, which is non-blocking. */
struct visitor *visitor_create(int fd, uint32_t reading_ms);
void visitor_destroy(struct visitor *visitor);
void visitor_close_fds(struct visitor *visitor);

/* Whether it has not come to the point yet, for which it has until its deadline. */
static inline bool visitor_is_pressed(const struct visitor *visitor)
{
    return visitor->point == VISITOR_READING || visitor->point == VISITOR_TAKEN;
}

/*
 * Reads what is there. True when something was `heard`, and there may be more; else nothing has
 * come yet, or the visitor is gone: it left, or talks nonsense. `message` lives as long as the
 * visitor.
 */
bool visitor_read(struct visitor *visitor, const char *build);
/* False when the client does not read, or has left; it is gone then. Never waits. */
bool visitor_tell(struct visitor *visitor, const struct daemon_message *message);

#endif
