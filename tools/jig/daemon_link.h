/*
 * The client's end of a connection to a daemon: whole messages, with a limit on how long.
 */
#ifndef JIG_TOOL_DAEMON_LINK_H
#define JIG_TOOL_DAEMON_LINK_H

#include "tools/jig/daemon_frame.h"

struct daemon_link {
    int fd; /* non-blocking; owned; -1: none */
    struct buf in;
    struct arena arena; /* text of the message received last */
};

enum daemon_link_event {
    DAEMON_LINK_MESSAGE,
    DAEMON_LINK_WOKEN,   /* `wake_fd` is readable */
    DAEMON_LINK_TIMEOUT, /* nothing happened in the given time */
    DAEMON_LINK_ENDED,   /* the daemon is gone, or talks nonsense */
};

void daemon_link_init(struct daemon_link *link, int fd);
void daemon_link_free(struct daemon_link *link);

/*
 * Sends a message, and with it copies of the descriptors `fds`, `fd_count` of them. False when that
 * is not possible within a few seconds: the daemon hangs, or has gone.
 */
bool daemon_link_send(struct daemon_link *link, const struct daemon_message *message,
                      const int *fds, int fd_count);

/*
 * Waits up to `timeout_ms` (-1: without end) for the next message, or until `wake_fd` (-1: none) is
 * readable. The message's text lives until the next call.
 */
enum daemon_link_event daemon_link_receive(struct daemon_link *link, int timeout_ms, int wake_fd,
                                           struct daemon_message *message);

#endif
