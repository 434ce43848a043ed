/*
 * What client and daemon say to each other: frames of MessagePack over a stream socket.
 *
 *     bytes 0-3   "jigd"
 *     bytes 4-7   length of what follows, big-endian
 *     then        an array: kind, build id, and what the kind has
 *
 * The first two elements are the same in all versions, so that any two understand that they do not
 * understand each other: a daemon of another build is asked to go by whoever meets it. Text that
 * the system gave (paths, arguments, the environment) is `bin`, for it need not be UTF-8.
 *
 * A client says BUILD, and may say CANCEL later; or STATUS, or STOP. The daemon answers
 *
 *     BUILD     TAKEN, at once
 *     STANDARD  WAITING, if another client's build is going on; then DONE with the exit code
 *     STATUS    STATE
 *     STOP      STOPPING; the connection ends with the daemon
 *
 * Instead of any of these but DONE a client may hear LEAVING: the daemon is about to end, because
 * it is of another build or for another reason, and there is room for another one; what the client
 * wanted has not been begun. Here, too, the connection ends with the daemon.
 *
 * With STANDARD, which answers TAKEN, come three descriptors by SCM_RIGHTS: standard input, output
 * and error. They come as late as that because a daemon that hangs would keep them open, and with
 * them a pipe that somebody reads to its end.
 *
 * Nothing here does input or output. Reading believes nothing: lengths are bounded by the frame,
 * the frame by DAEMON_FRAME_LIMIT.
 */
#ifndef JIG_TOOL_DAEMON_FRAME_H
#define JIG_TOOL_DAEMON_FRAME_H

#include "engine/base/arena.h"
#include "engine/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum { DAEMON_HEADER_BYTES = 8, DAEMON_FRAME_LIMIT = 16 << 20, DAEMON_ANSWER_LIMIT = 1 << 16 };

enum daemon_kind {
    DAEMON_BUILD = 1,
    DAEMON_CANCEL,
    DAEMON_STATUS,
    DAEMON_STOP,
    DAEMON_STANDARD,
    DAEMON_TAKEN = 16,
    DAEMON_WAITING,
    DAEMON_DONE,
    DAEMON_LEAVING, /* this number stays in all versions */
    DAEMON_STATE,
    DAEMON_STOPPING,
};

/* What is to be built: the arguments of `jig build`, and the place that the client found. */
struct daemon_order {
    char **arguments; /* argument_count of them, then NULL; [0] is "jig build" */
    uint32_t argument_count;
    char **environment; /* NAME=value; ended by NULL */
    uint32_t mask;      /* the client's umask */
    bool pipelines;
    const char *root;
    const char *manifest;
    const char *state_dir; /* "": not given */
    const char *here;
    const char *package;
};

struct daemon_state {
    const char *version;
    const char *root;
    const char *manifest;
    uint64_t pid;
    uint64_t uptime_ms;
    uint64_t idle_ms; /* since the last build; what it goes by */
    uint64_t idle_limit_ms;
    uint64_t builds;  /* answered */
    uint64_t waiting; /* clients */
    uint64_t watched; /* folders */
    uint64_t polled;  /* folders that the system would not let it watch */
    uint64_t rss;     /* bytes */
    bool building;
    bool warm; /* it has a session in memory */
};

/* One message. Which member counts follows from the kind. */
struct daemon_message {
    enum daemon_kind kind;
    const char *build; /* build id of the sender */
    union {
        struct daemon_order order; /* BUILD */
        struct daemon_state state; /* STATE */
        uint64_t number;           /* DONE: exit code. WAITING: process id. Else 0 */
    };
};

/* Appends the message as a frame. */
void daemon_frame_write(const struct daemon_message *message, struct buf *out);

enum daemon_frame {
    DAEMON_FRAME_MORE,  /* that was not all of it yet */
    DAEMON_FRAME_WHOLE, /* *frame_bytes of it are a frame */
    DAEMON_FRAME_WRONG, /* this will never be one */
};

/* Looks whether the bytes begin with a frame of at most `limit` bytes after its header. O(1). */
enum daemon_frame daemon_frame_find(const void *bytes, size_t length, size_t limit,
                                    size_t *frame_bytes);

/*
 * Reads a whole frame, its header included. False when it is not one that daemon_frame_write makes.
 * A BUILD whose build id is not `build` is read no further than that: `order` is empty then. All
 * text is in the arena, which the caller frees. O(length).
 */
bool daemon_frame_read(const void *frame, size_t length, const char *build, struct arena *arena,
                       struct daemon_message *message);

#endif
