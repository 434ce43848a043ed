#include "scheduler/reactor.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

/*
 * What the epoll set says about a descriptor: which it is, and whose. The set hands back the
 * watch's address, so a watch must live until no event of it can come any more.
 */
enum watch_kind {
    WATCH_WAKE,
    WATCH_ATTACHED,
    WATCH_AWAITED,
    WATCH_SIGNAL,
    WATCH_EXIT,
    WATCH_OUTPUT
};

struct watch {
    enum watch_kind kind;
    struct child *child; /* EXIT, OUTPUT */
};

struct child {
    struct process process;
    struct watch exit;
    struct watch output;
    void *user;
    uint32_t index; /* in reactor.children */
};

struct reactor {
    int epoll;
    int wake;    /* eventfd */
    int signals; /* signalfd; -1 when signals are not caught */
    struct watch wake_watch;
    struct watch attached_watch;
    struct watch awaited_watch;
    struct watch signal_watch;
    struct spawner spawner;
    VEC(struct child *) children; /* running, in no order */
    sigset_t old_mask;            /* of the creating thread */
    struct sigaction old_chld;
    bool chld_changed;
};

/* ---- life ----------------------------------------------------------------------------------- */

static int watch_add(struct reactor *reactor, int fd, uint32_t events, struct watch *watch)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    return epoll_ctl(reactor->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? errno : 0;
}

static void make_children_waitable(struct reactor *reactor)
{
    sigaction(SIGCHLD, NULL, &reactor->old_chld);
    if (reactor->old_chld.sa_handler != SIG_IGN && !(reactor->old_chld.sa_flags & SA_NOCLDWAIT))
        return;
    const struct sigaction standard = {.sa_handler = SIG_DFL};
    reactor->chld_changed = sigaction(SIGCHLD, &standard, NULL) == 0;
}

/*
 * Whoever started us may have said that we are not to care for HUP: nohup does. INT is ignored in
 * everything that a shell script starts in the background, and yet meant when somebody sends it.
 */
static bool is_to_be_ignored(int sig)
{
    struct sigaction now;
    return sig == SIGHUP && sigaction(sig, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static int catch_signals(struct reactor *reactor)
{
    static const int wanted[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t caught;
    sigemptyset(&caught);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (!is_to_be_ignored(wanted[i]))
            sigaddset(&caught, wanted[i]);
    }
    reactor->signals = signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
    if (reactor->signals < 0)
        return errno;
    int errnum = pthread_sigmask(SIG_BLOCK, &caught, NULL);
    if (!errnum)
        errnum = watch_add(reactor, reactor->signals, EPOLLIN, &reactor->signal_watch);
    return errnum;
}

static int open_reactor(struct reactor *reactor, bool with_signals)
{
    reactor->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (reactor->epoll < 0)
        return errno;
    reactor->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (reactor->wake < 0)
        return errno;
    int errnum = watch_add(reactor, reactor->wake, EPOLLIN, &reactor->wake_watch);
    if (!errnum)
        errnum = spawner_init(&reactor->spawner, &reactor->old_mask);
    if (!errnum && with_signals)
        errnum = catch_signals(reactor);
    return errnum;
}

int reactor_create(struct reactor **out, bool with_signals)
{
    struct reactor *reactor = mem_zalloc(sizeof *reactor);
    reactor->epoll = reactor->wake = reactor->signals = -1;
    reactor->spawner.null_device = reactor->spawner.spare = -1;
    reactor->wake_watch.kind = WATCH_WAKE;
    reactor->signal_watch.kind = WATCH_SIGNAL;
    pthread_sigmask(SIG_BLOCK, NULL, &reactor->old_mask);
    make_children_waitable(reactor);
    int errnum = open_reactor(reactor, with_signals);
    if (errnum) {
        reactor_destroy(reactor);
        reactor = NULL;
    }
    *out = reactor;
    return errnum;
}

/* Edge-triggered: nobody reads it here. */
int reactor_attach(struct reactor *reactor, int fd)
{
    reactor->attached_watch.kind = WATCH_ATTACHED;
    return watch_add(reactor, fd, EPOLLIN | EPOLLET, &reactor->attached_watch);
}

/* One event for each call: as long as nobody asks, a descriptor that stays readable is silent. */
int reactor_await(struct reactor *reactor, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT,
                                .data.ptr = &reactor->awaited_watch};
    reactor->awaited_watch.kind = WATCH_AWAITED;
    if (epoll_ctl(reactor->epoll, EPOLL_CTL_MOD, fd, &event) == 0)
        return 0;
    return errno == ENOENT ? watch_add(reactor, fd, event.events, &reactor->awaited_watch) : errno;
}

static void close_if_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

void reactor_destroy(struct reactor *reactor)
{
    if (!reactor)
        return;
    for (uint32_t i = 0; i < reactor->children.count; i++) {
        process_discard(&reactor->children.data[i]->process);
        free(reactor->children.data[i]);
    }
    vec_free(&reactor->children);
    spawner_free(&reactor->spawner);
    if (reactor->chld_changed)
        sigaction(SIGCHLD, &reactor->old_chld, NULL);
    if (reactor->signals >= 0)
        pthread_sigmask(SIG_SETMASK, &reactor->old_mask, NULL);
    close_if_open(reactor->signals);
    close_if_open(reactor->wake);
    close_if_open(reactor->epoll);
    free(reactor);
}

/* ---- children ------------------------------------------------------------------------------- */

/*
 * A pidfd is readable once and for all when its process has ended, so its watch fires once. The
 * pipe is watched until it is closed.
 */
static int watch_child(struct reactor *reactor, struct child *child)
{
    const struct process *process = &child->process;
    int errnum = watch_add(reactor, process->pidfd, EPOLLIN | EPOLLONESHOT, &child->exit);
    if (!errnum && process->output >= 0)
        errnum = watch_add(reactor, process->output, EPOLLIN, &child->output);
    return errnum;
}

/*
 * Ends a descriptor's watch. Closing it is not enough: another child that is just between fork and
 * exec has a copy of it, and while there is a copy the watch lives on.
 */
static void unwatch(struct reactor *reactor, int fd)
{
    if (fd >= 0)
        epoll_ctl(reactor->epoll, EPOLL_CTL_DEL, fd, NULL);
}

int reactor_start(struct reactor *reactor, const struct process_spec *spec, void *user)
{
    struct child *child = mem_zalloc(sizeof *child);
    child->user = user;
    child->exit = (struct watch){WATCH_EXIT, child};
    child->output = (struct watch){WATCH_OUTPUT, child};
    int errnum = process_spawn(&reactor->spawner, spec, &child->process);
    if (!errnum) {
        errnum = watch_child(reactor, child);
        if (errnum) {
            unwatch(reactor, child->process.pidfd);
            unwatch(reactor, child->process.output);
            process_discard(&child->process);
        }
    }
    if (errnum) {
        free(child);
        return errnum;
    }
    child->index = reactor->children.count;
    vec_push(&reactor->children, child);
    return 0;
}

uint32_t reactor_running(const struct reactor *reactor)
{
    return reactor->children.count;
}

void reactor_signal(struct reactor *reactor, const void *user, int sig)
{
    for (uint32_t i = 0; i < reactor->children.count; i++) {
        if (reactor->children.data[i]->user == user)
            process_signal(&reactor->children.data[i]->process, sig);
    }
}

void reactor_signal_all(struct reactor *reactor, int sig, bool spare_console)
{
    for (uint32_t i = 0; i < reactor->children.count; i++) {
        const struct process *process = &reactor->children.data[i]->process;
        if (!process->console || !spare_console)
            process_signal(process, sig);
    }
}

/* Takes in the end of a child, and forgets it. */
static void finish(struct reactor *reactor, struct child *child, struct reactor_event *event)
{
    unwatch(reactor, child->process.output); /* the pidfd's watch has fired and is spent */
    event->kind = REACTOR_EXITED;
    event->user = child->user;
    process_reap(&child->process, &event->end);
    event->output = child->process.text;
    struct child *last = reactor->children.data[--reactor->children.count];
    last->index = child->index;
    reactor->children.data[last->index] = last;
    free(child);
}

/* ---- waiting -------------------------------------------------------------------------------- */

void reactor_wake(struct reactor *reactor)
{
    int saved = errno;
    const uint64_t one = 1;
    /* Fails only when 2^64 - 2 calls have not been looked at, and then it is readable anyway. */
    ssize_t written = write(reactor->wake, &one, sizeof one);
    (void)written;
    errno = saved;
}

static bool take_wake(struct reactor *reactor, struct reactor_event *event)
{
    uint64_t calls;
    event->kind = REACTOR_WOKEN;
    return read(reactor->wake, &calls, sizeof calls) == (ssize_t)sizeof calls;
}

static bool take_signal(struct reactor *reactor, struct reactor_event *event)
{
    struct signalfd_siginfo info;
    if (read(reactor->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return false;
    event->kind = REACTOR_SIGNAL;
    event->signal = (int)info.ssi_signo;
    event->from_terminal = info.ssi_code == SI_KERNEL;
    return true;
}

/* Deals with what `watch` saw. True when it makes an event for the caller. */
static bool dispatch(struct reactor *reactor, const struct watch *watch,
                     struct reactor_event *event)
{
    switch (watch->kind) {
    case WATCH_WAKE:
        return take_wake(reactor, event);
    case WATCH_ATTACHED:
        event->kind = REACTOR_WOKEN;
        return true;
    case WATCH_AWAITED:
        event->kind = REACTOR_READY;
        return true;
    case WATCH_SIGNAL:
        return take_signal(reactor, event);
    case WATCH_OUTPUT:
        process_read(&watch->child->process);
        return false;
    case WATCH_EXIT:
        finish(reactor, watch->child, event);
        return true;
    }
    return false;
}

/* What is left until `deadline`, in the form epoll_wait takes. */
static int milliseconds_until(uint64_t deadline)
{
    if (deadline == UINT64_MAX)
        return -1;
    uint64_t now = clock_monotonic_ns();
    uint64_t ms = deadline <= now ? 0 : (deadline - now + 999999) / 1000000;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

/*
 * Events are fetched one at a time: taking in a child's end makes its other watch invalid, which
 * must not be waiting in a batch by then. The extra calls cost less than one part in a thousand of
 * a process.
 */
int reactor_wait(struct reactor *reactor, int64_t timeout_ns, struct reactor_event *event)
{
    uint64_t deadline = timeout_ns < 0 ? UINT64_MAX : clock_monotonic_ns() + (uint64_t)timeout_ns;
    *event = (struct reactor_event){.kind = REACTOR_TIMEOUT};
    for (;;) {
        struct epoll_event seen;
        int n = epoll_wait(reactor->epoll, &seen, 1, milliseconds_until(deadline));
        if (n < 0 && errno != EINTR)
            return errno;
        if (n > 0 && dispatch(reactor, seen.data.ptr, event))
            return 0;
        /* Asked whether or not something was seen: a stream of output must not keep time out. */
        if (deadline != UINT64_MAX && clock_monotonic_ns() >= deadline)
            return 0;
    }
}
