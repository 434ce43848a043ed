/*
 * The reactor: starts child processes and waits for whatever happens first — one of them ends, a
 * signal arrives, another thread calls, a descriptor can be read, time is up.
 *
 *     struct reactor *reactor;
 *     if ((errnum = reactor_create(&reactor, true))) …
 *     errnum = reactor_start(reactor, &spec, job);
 *     while (reactor_running(reactor)) {
 *         reactor_wait(reactor, -1, &event);
 *         if (event.kind == REACTOR_EXITED) … event.user, event.end, event.output …
 *     }
 *     reactor_destroy(reactor);
 *
 * It is one epoll set over the children's pidfds and output pipes, an eventfd and a signalfd. It
 * knows processes, not jobs: what a child is for is the caller's `user` pointer.
 *
 * Threads. One thread creates, uses and destroys a reactor. Only reactor_wake may be called from
 * other threads, and from signal handlers.
 *
 * Signals. A reactor that catches signals blocks INT, TERM and HUP in the thread that creates it
 * and reports them as events; destroying it puts the mask back, and a signal nobody has looked at
 * then takes its usual effect. A signal sent to the process goes to any thread that does not block
 * it, so all other threads must block these three. A signal that is ignored stays ignored. No
 * handler is installed. Children have the mask from before.
 *
 * If SIGCHLD is ignored, its default is put back for as long as the reactor lives: the system
 * throws exit statuses away otherwise.
 */
#ifndef SCHEDULER_REACTOR_H
#define SCHEDULER_REACTOR_H

#include "scheduler/process.h"

struct reactor;

enum reactor_event_kind {
    REACTOR_EXITED,  /* a child has ended */
    REACTOR_WOKEN,   /* reactor_wake was called, once or more often, since the last such event */
    REACTOR_SIGNAL,  /* INT, TERM or HUP arrived */
    REACTOR_READY,   /* the descriptor of reactor_await can be read */
    REACTOR_TIMEOUT, /* nothing happened in the given time */
};

struct reactor_event {
    enum reactor_event_kind kind;
    void *user;             /* EXITED: as given to reactor_start */
    struct process_end end; /* EXITED */
    struct buf output;      /* EXITED: all it printed; the receiver frees it */
    int signal;             /* SIGNAL */
    bool from_terminal;     /* SIGNAL: a key or hang-up, which the system sent to the whole
                               foreground group, console children included */
};

/* Returns 0 or an errno value. On failure *reactor is NULL. */
int reactor_create(struct reactor **reactor, bool catch_signals);

/*
 * Lets whatever makes the eventfd `fd` readable wake the reactor too. Its count is not read, so
 * the reactor says WOKEN once each time that it is written. 0 or an errno value. The descriptor
 * must outlive the reactor.
 */
int reactor_attach(struct reactor *reactor, int fd);

/*
 * Makes reactor_wait return READY, once, when `fd` can be read: at once if it can be already. To be
 * called again for the next time; calling it twice before that changes nothing. The same descriptor
 * each time, which must outlive the reactor. What is read, and whether somebody else has read it
 * first, is the caller's matter. 0 or an errno value.
 */
int reactor_await(struct reactor *reactor, int fd);

/* Kills (SIGKILL) and reaps the children that are left, and frees all. NULL is allowed. */
void reactor_destroy(struct reactor *reactor);

/* As process_spawn; `user` comes back in the child's EXITED event. */
int reactor_start(struct reactor *reactor, const struct process_spec *spec, void *user);

/* The number of children started whose EXITED event has not been returned. */
uint32_t reactor_running(const struct reactor *reactor);

/*
 * Waits up to `timeout_ns` (rounded up to whole milliseconds; negative: without end) and fills
 * `event`, in the order in which things happened as far as the system keeps it. Returns 0, or an
 * errno value if the system refuses to wait, which it has no reason to.
 */
int reactor_wait(struct reactor *reactor, int64_t timeout_ns, struct reactor_event *event);

/* Makes reactor_wait return WOKEN, now or when it is called next. Any thread, any time; lock-free,
 * async-signal-safe. */
void reactor_wake(struct reactor *reactor);

/* Sends `sig`, as process_signal does, to the running child that was started with this `user`. */
void reactor_signal(struct reactor *reactor, const void *user, int sig);

/*
 * Sends `sig` to every running child as process_signal does; console children are left out when
 * `spare_console` is set, because the terminal has told them already.
 */
void reactor_signal_all(struct reactor *reactor, int sig, bool spare_console);

#endif
