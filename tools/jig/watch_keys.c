#include "tools/jig/watch_keys.h"

#include "tools/jig/face.h"

#include <pthread.h>
#include <signal.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* How a terminal is when keys are read one by one. */
enum keys_state {
    KEYS_NONE, /* standard input is no terminal, or has ended */
    KEYS_OURS, /* single keys, no echo; or will be once this process is in the foreground */
    KEYS_LENT, /* as it was found, for another one to use */
};

/*
 * Read by signal handlers, hence not in a struct that somebody passes. Written by the thread that
 * opened the keys, with these signals blocked.
 */
static struct {
    volatile sig_atomic_t state;
    volatile sig_atomic_t line;    /* a status line stands on standard output */
    volatile sig_atomic_t waiting; /* handlers run in watch_keys_wait, and nowhere else */
    volatile sig_atomic_t end;     /* the signal that wants an end, while `waiting`; or 0 */
    struct termios found;
    struct termios single;
} terminal;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
enum { SIGNALS = sizeof signals / sizeof *signals };
static struct sigaction before[SIGNALS];

/* ---- in handlers too: async-signal-safe only ---------------------------------------------- */

/* A process in the background that touches its terminal is stopped for it. */
static bool is_foreground(void)
{
    return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void set_mode(const struct termios *mode)
{
    if (terminal.state != KEYS_NONE && is_foreground())
        tcsetattr(STDIN_FILENO, TCSANOW, mode);
}

static void leave_in_order(void)
{
    static const char clear[] = "\r\x1b[K";
    if (terminal.state == KEYS_OURS)
        set_mode(&terminal.found);
    if (terminal.line) {
        ssize_t written = write(STDOUT_FILENO, clear, sizeof clear - 1);
        (void)written;
    }
    terminal.line = false;
}

static void exit_in_order(int sig)
{
    if (terminal.waiting) {
        terminal.end = sig;
        return;
    }
    leave_in_order();
    _exit(EXIT_INTERRUPTED);
}

/* Lets the signal do what it does to a process that does not care for it. */
static void suffer(int sig)
{
    struct sigaction ours, usual = {.sa_handler = SIG_DFL};
    sigset_t only, mask;
    sigemptyset(&only);
    sigaddset(&only, sig);
    sigaction(sig, &usual, &ours);
    raise(sig);
    pthread_sigmask(SIG_UNBLOCK, &only, &mask); /* here it ends, or stops and goes on */
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(sig, &ours, NULL);
}

static void go_on(int sig)
{
    if (sig != SIGWINCH && terminal.state == KEYS_OURS)
        set_mode(&terminal.single);
}

static void suffer_in_order(int sig)
{
    leave_in_order();
    suffer(sig);
    go_on(sig); /* also when nothing stopped, because there is no shell to go on from */
}

/* ---- signals ------------------------------------------------------------------------------ */

static void block(sigset_t *mask)
{
    sigset_t ours;
    sigemptyset(&ours);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&ours, signals[i]);
    pthread_sigmask(SIG_BLOCK, &ours, mask);
}

static void unblock(const sigset_t *mask)
{
    pthread_sigmask(SIG_SETMASK, mask, NULL);
}

static void (*handler_of(int sig))(int)
{
    switch (sig) {
    case SIGQUIT:
    case SIGTSTP:
        return suffer_in_order;
    case SIGCONT:
    case SIGWINCH:
        return go_on;
    default:
        return exit_in_order;
    }
}

/* What is ignored stays so, as nohup and shells without job control want it. */
static void take_signals(void)
{
    for (size_t i = 0; i < SIGNALS; i++) {
        struct sigaction action = {.sa_handler = handler_of(signals[i])};
        sigfillset(&action.sa_mask);
        sigaction(signals[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

/* ---- interface ---------------------------------------------------------------------------- */

static void find_modes(void)
{
    terminal.state = KEYS_NONE;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal.found) < 0)
        return;
    terminal.single = terminal.found;
    terminal.single.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    terminal.single.c_cc[VMIN] = 1;
    terminal.single.c_cc[VTIME] = 0;
    terminal.state = KEYS_OURS;
}

void watch_keys_open(void)
{
    sigset_t mask;
    block(&mask);
    terminal.line = false;
    find_modes();
    take_signals();
    set_mode(&terminal.single);
    unblock(&mask);
}

void watch_keys_close(void)
{
    sigset_t mask;
    block(&mask);
    leave_in_order();
    terminal.state = KEYS_NONE;
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
    unblock(&mask);
}

static void change_hands(enum keys_state from, enum keys_state to, const struct termios *mode)
{
    sigset_t mask;
    if (terminal.state != (sig_atomic_t)from)
        return;
    block(&mask);
    terminal.state = (sig_atomic_t)to;
    set_mode(mode);
    unblock(&mask);
}

void watch_keys_lend(void)
{
    change_hands(KEYS_OURS, KEYS_LENT, &terminal.found);
}

void watch_keys_take_back(void)
{
    change_hands(KEYS_LENT, KEYS_OURS, &terminal.single);
}

int watch_keys_wait(struct pollfd *fds, size_t count, int timeout_ms)
{
    const struct timespec timeout = {.tv_sec = timeout_ms / 1000,
                                     .tv_nsec = timeout_ms % 1000 * 1000000L};
    sigset_t mask;
    block(&mask);
    terminal.end = 0;
    terminal.waiting = true;
    int ready = ppoll(fds, count, timeout_ms < 0 ? NULL : &timeout, &mask);
    terminal.waiting = false;
    unblock(&mask);
    return terminal.end ? WATCH_KEYS_END : ready < 0 ? 0 : ready;
}

bool watch_keys_exist(void)
{
    return terminal.state != KEYS_NONE;
}

int watch_keys_fd(void)
{
    return terminal.state == KEYS_OURS && is_foreground() ? STDIN_FILENO : -1;
}

char watch_keys_next(void)
{
    struct pollfd fd = {.fd = watch_keys_fd(), .events = POLLIN};
    char key;
    if (fd.fd < 0 || poll(&fd, 1, 0) <= 0)
        return 0;
    if (fd.revents & POLLIN && read(fd.fd, &key, 1) == 1)
        return key;
    terminal.state = KEYS_NONE; /* the terminal is gone */
    return 0;
}

void watch_keys_line(bool shown)
{
    terminal.line = shown;
}
