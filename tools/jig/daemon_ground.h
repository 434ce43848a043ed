/*
 * What a daemon stands on: its root, its socket, its state directory. When one of them is gone, or
 * another is in its place, nobody can want anything of this daemon any more.
 *
 * One thread, except for daemon_ground_keep_state.
 */
#ifndef JIG_TOOL_DAEMON_GROUND_H
#define JIG_TOOL_DAEMON_GROUND_H

#include "tools/jig/daemon_address.h"

#include <pthread.h>
#include <sys/types.h>

/* Which file it was. */
struct daemon_footing {
    dev_t device;
    ino_t inode;
    bool known;
};

struct daemon_ground {
    int fd; /* inotify: readable when it is time to look; -1: the system has none to spare */
    const struct daemon_address *address;
    const char *root; /* absolute */
    struct daemon_footing root_was, socket_was;
    pthread_mutex_t mutex; /* guards what follows */
    char *state_directory; /* NULL: not known yet */
    struct daemon_footing state_was;
};

/* The socket exists. `address` and `root` outlive it. */
void daemon_ground_init(struct daemon_ground *ground, const struct daemon_address *address,
                        const char *root);
/* Fine when it is all zero. */
void daemon_ground_free(struct daemon_ground *ground);
/* From now on the state directory counts as well. Any thread. */
void daemon_ground_keep_state(struct daemon_ground *ground, const char *directory);
/* Whether all of it is still there. Reads what `fd` had to say. */
bool daemon_ground_stands(struct daemon_ground *ground);
/* Whether root and state directory are: what there is to write to. */
bool daemon_ground_has_state(struct daemon_ground *ground);
/* Removes the socket, if it is still this daemon's. */
void daemon_ground_leave(struct daemon_ground *ground);

#endif
