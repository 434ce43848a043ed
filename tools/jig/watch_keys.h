/*
 * The keyboard of somebody who watches: single keys, without echo, while this process has the
 * terminal; and that the terminal is left as it was found, however the process ends.
 *
 * A terminal is one thing and signals are the process' own, so there can be one of these at a time.
 * While it is open, SIGINT, SIGTERM and SIGHUP end the wait in watch_keys_wait. At any other time
 * they put the terminal in order and end the process with 130; but while a build runs jobs it takes
 * them itself, and ends in its own way. SIGQUIT puts the terminal in order and does what it always
 * does. SIGTSTP gives the terminal back before it stops; after SIGCONT it is taken again.
 */
#ifndef JIG_TOOL_WATCH_KEYS_H
#define JIG_TOOL_WATCH_KEYS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Takes the keys of standard input if that is a terminal. Whether or not it is, the signals are
 * taken care of.
 */
void watch_keys_open(void);
/* Leaves everything as it was. */
void watch_keys_close(void);

/* Lets somebody else read the terminal in its usual way, and takes it again. */
void watch_keys_lend(void);
void watch_keys_take_back(void);

/* The descriptor to wait for keys at, or -1 while there are none to be had. */
int watch_keys_fd(void);
/* Whether there is a terminal to read keys from, be it now or later. */
bool watch_keys_exist(void);
/*
 * poll(2), except that it ends with WATCH_KEYS_END when a signal wants this process to end, and
 * with 0, perhaps before the time, when the terminal may look different now.
 */
enum { WATCH_KEYS_END = -1 };
int watch_keys_wait(struct pollfd *fds, size_t count, int timeout_ms);
/* The next key that has been pressed, or 0. Does not wait. */
char watch_keys_next(void);

/* Whether a line stands on standard output that is to be cleared if the process ends now. */
void watch_keys_line(bool shown);

#endif
