/*
 * Where a daemon is found: a socket, a lock for whoever starts one, and a log, in a folder that is
 * the user's alone.
 *
 *     $XDG_RUNTIME_DIR/jig, or /tmp/jig-UID when there is no such variable or place
 *         DIGEST.sock   the daemon listens here
 *         DIGEST.lock   flock; held from looking for a daemon until a new one listens
 *         DIGEST.log    what daemons have had to tell
 *
 * DIGEST is of the real path of the root, the manifest's name and the state directory: each of them
 * makes another daemon.
 *
 * The folder has mode 0700 and is the user's, which is looked at through the descriptor that is
 * used from then on: nobody can put another one in its place meanwhile. Sockets are addressed
 * through it as well (/proc/self/fd/N/NAME), so that no path is too long for the 108 bytes of
 * sun_path.
 */
#ifndef JIG_TOOL_DAEMON_ADDRESS_H
#define JIG_TOOL_DAEMON_ADDRESS_H

#include "engine/base/buf.h"
#include "tools/jig/place.h"

#include <stdbool.h>

struct daemon_address {
    int folder;      /* descriptor; -1: none */
    struct buf path; /* of the folder, for people */
    char socket_name[48];
    char lock_name[48];
    char log_name[48];
};

/*
 * The address for an entered place. JIG_ERROR_IO when the folder cannot be made, or is not the
 * user's alone. Free with daemon_address_free in every case.
 */
enum jig_status daemon_address_find(const struct place *place, struct daemon_address *address,
                                    struct jig_error *error);
void daemon_address_free(struct daemon_address *address);

/*
 * A stream socket connected to the daemon of this address, which runs as this user; non-blocking,
 * closed on exec. JIG_ERROR_USAGE when there is none; JIG_ERROR_IO when there is something else, or
 * somebody else's.
 */
enum jig_status daemon_address_connect(const struct daemon_address *address, int *fd,
                                       struct jig_error *error);
/* A listening socket in place of whatever dead one there is. The lock is held by the caller. */
enum jig_status daemon_address_listen(const struct daemon_address *address, int *fd,
                                      struct jig_error *error);
/* Whether the process at the other end of the connection is this user's. */
bool daemon_address_is_own_peer(int fd);

/*
 * What tells builds of jig apart: version, and which file the running program is. Two processes of
 * the same file have the same. Appends it.
 */
void daemon_build_id(struct buf *out);

#endif
