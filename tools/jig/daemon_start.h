/*
 * Starting a daemon, once, however many clients want one at the same moment.
 */
#ifndef JIG_TOOL_DAEMON_START_H
#define JIG_TOOL_DAEMON_START_H

#include "tools/jig/daemon_address.h"

/* The descriptors that a daemon is started with, beside the standard ones. */
enum {
    DAEMON_LOCK_FD = 3,  /* the address's lock; closed when the daemon listens */
    DAEMON_READY_FD = 4, /* a pipe; gets one byte when the daemon listens */
};

/*
 * Connects to the daemon of the entered place's address, as daemon_address_connect, having started
 * it if there was none: this program, in a session of its own, with the current directory and
 * environment. The lock is held meanwhile, by this process and then by the daemon, until that
 * listens. JIG_ERROR_IO when that takes longer than some seconds, or goes wrong.
 */
enum jig_status daemon_start(const struct daemon_address *address, const struct place *place,
                             int *fd, struct jig_error *error);

#endif
