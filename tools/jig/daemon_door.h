/*
 * The daemon's door: a thread that takes clients in, hears what they want, and lets them in one by
 * one; also while a build is going on, when it hears of those who want theirs to stop.
 *
 *     door = daemon_door_open(&options);
 *     while (daemon_door_next(door, &order)) {
 *         …                                        // standard descriptors are the client's
 *         if (daemon_door_begin(door, session))    // from now on it can be cancelled
 *             … build …
 *         daemon_door_end(door);                   // … until here
 *         daemon_door_answer(door, code, idle_ms); // standard descriptors are our own again
 *     }
 *     daemon_door_close(door);
 *     daemon_door_free(door);
 *
 * A client is at one of these points:
 *
 *     READING    says what it wants …
 *     TAKEN      … and hands over its descriptors, both in some seconds at most
 *     QUEUED     behind others
 *     ENTERED    the build loop is at it, and opens the session or waits for the state's lock,
 * which nothing can interrupt: who cancels now is answered at once, and its build is not begun when
 * its turn comes BUILDING   who cancels now has the session cancelled, and is answered when that
 * has ended LEAVING    has been answered
 *
 * Threads. The build loop's thread calls all of these functions. One mutex guards everything; it is
 * never held while something takes long.
 */
#ifndef JIG_TOOL_DAEMON_DOOR_H
#define JIG_TOOL_DAEMON_DOOR_H

#include "jig/session.h"
#include "tools/jig/daemon_frame.h"
#include "tools/jig/daemon_ground.h"

struct daemon_door;

struct daemon_door_options {
    int listener;      /* owned from then on */
    int stop;          /* an eventfd; once it is written, nobody is taken in any more. Not owned */
    const char *build; /* this daemon's build id */
    struct daemon_ground *ground;
    uint64_t idle_ms; /* how long to wait for the first client */
    /* Fills in what only the build loop's side knows. Called on the door's thread. */
    void (*describe)(void *context, struct daemon_state *state);
    void *context;
};

struct daemon_door *daemon_door_open(const struct daemon_door_options *options);
/* Refuses who waits, and ends the thread: nobody is described to any more. NULL is allowed. */
void daemon_door_close(struct daemon_door *door);
/* Ends the connections that are left, for which those wait who wanted us to stop. */
void daemon_door_free(struct daemon_door *door);

/*
 * Waits for the next client that wants a build, and gives it the standard descriptors. False when
 * nobody came for too long, or the daemon is to stop. The order is the door's, until the answer.
 */
bool daemon_door_next(struct daemon_door *door, const struct daemon_order **order);
/* False when the client does not want it any more. Until daemon_door_end `session` may be
 * cancelled. */
bool daemon_door_begin(struct daemon_door *door, struct jig_session *session);
void daemon_door_end(struct daemon_door *door);
/* Whether the client, and nobody else, stopped its build. */
bool daemon_door_was_cancelled(struct daemon_door *door);
/* Flush what was printed first. From now on nobody has to come for `idle_ms`. */
void daemon_door_answer(struct daemon_door *door, int exit_code, uint64_t idle_ms);

#endif
