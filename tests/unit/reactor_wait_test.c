/* What the reactor waits for: children, calls from other threads, signals, time. */
#include "run_support.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS(...) ((char *[]){__VA_ARGS__, NULL})

static enum reactor_event_kind wait_kind(struct reactor *reactor, int64_t timeout_ns)
{
    struct reactor_event event;
    assert_int_equal(reactor_wait(reactor, timeout_ns, &event), 0);
    assert_int_equal(event.output.length, 0);
    return event.kind;
}

/* ---- time and calls ------------------------------------------------------------------------- */

static void test_timeout(void **state)
{
    (void)state;
    struct reactor *reactor = make_reactor();
    uint64_t before = clock_monotonic_ns();
    assert_int_equal(wait_kind(reactor, 0), REACTOR_TIMEOUT);
    assert_int_equal(wait_kind(reactor, 1500000), REACTOR_TIMEOUT);
    assert_true(clock_monotonic_ns() - before >= 1500000);
    reactor_destroy(reactor);
}

static void test_time_is_up_although_output_streams(void **state)
{
    (void)state;
    struct reactor *reactor = make_reactor();
    const struct process_spec spec = {
        .path = "/usr/bin/yes", .arguments = ARGUMENTS("yes"), .environment = environ};
    for (int i = 0; i < 4; i++)
        assert_int_equal(reactor_start(reactor, &spec, NULL), 0);
    assert_int_equal(wait_kind(reactor, 5000000), REACTOR_TIMEOUT);
    reactor_destroy(reactor);
}

static void *call_wake(void *reactor)
{
    reactor_wake(reactor);
    return NULL;
}

static void test_wake_by_another_thread(void **state)
{
    (void)state;
    struct reactor *reactor = make_reactor();
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, call_wake, reactor), 0);
    assert_int_equal(wait_kind(reactor, -1), REACTOR_WOKEN);
    pthread_join(thread, NULL);
    reactor_destroy(reactor);
}

static void test_wakes_before_the_wait_are_one(void **state)
{
    (void)state;
    struct reactor *reactor = make_reactor();
    reactor_wake(reactor);
    reactor_wake(reactor);
    assert_int_equal(wait_kind(reactor, -1), REACTOR_WOKEN);
    assert_int_equal(wait_kind(reactor, 0), REACTOR_TIMEOUT);
    reactor_destroy(reactor);
}

/* ---- signals -------------------------------------------------------------------------------- */

static void test_signals_are_events(void **state)
{
    (void)state;
    const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct reactor *reactor;
    assert_int_equal(reactor_create(&reactor, true), 0);
    for (size_t i = 0; i < 3; i++) {
        struct reactor_event event;
        kill(getpid(), signals[i]);
        assert_int_equal(reactor_wait(reactor, -1, &event), 0);
        assert_int_equal(event.kind, REACTOR_SIGNAL);
        assert_int_equal(event.signal, signals[i]);
        assert_false(event.from_terminal);
    }
    reactor_destroy(reactor);
}

static void test_mask_is_put_back(void **state)
{
    (void)state;
    sigset_t before, after;
    struct reactor *reactor;
    sigemptyset(&before);
    sigaddset(&before, SIGUSR2);
    sigaddset(&before, SIGHUP);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert_int_equal(reactor_create(&reactor, true), 0);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_true(sigismember(&after, SIGINT) && sigismember(&after, SIGTERM));
    reactor_destroy(reactor);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int sig = 1; sig < 32; sig++)
        assert_int_equal(sigismember(&after, sig), sigismember(&before, sig));
    sigemptyset(&before);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void test_signal_nobody_looked_at(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        struct reactor *reactor;
        if (reactor_create(&reactor, true) == 0) {
            raise(SIGTERM);
            reactor_destroy(reactor);
        }
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void test_signal_reaches_the_whole_group(void **state)
{
    (void)state;
    struct pass pass = pass_writing_end();
    char fd[16];
    snprintf(fd, sizeof fd, "%d", pass.passed);
    struct reactor *reactor = make_reactor();
    start_probe(reactor, NULL, ARGUMENTS("family", fd));
    start_probe(reactor, NULL, ARGUMENTS("ready", fd));
    close(pass.passed);
    read_bytes(pass.kept, 3);
    reactor_signal_all(reactor, SIGTERM, false);
    assert_int_equal(wait_exit(reactor).end.signal, SIGTERM);
    assert_int_equal(wait_exit(reactor).end.signal, SIGTERM);
    assert_true(is_at_end(pass.kept));
    reactor_destroy(reactor);
    close(pass.kept);
}

static void test_destroy_kills_what_is_left(void **state)
{
    (void)state;
    struct pass pass = pass_writing_end();
    char fd[16];
    snprintf(fd, sizeof fd, "%d", pass.passed);
    struct reactor *reactor = make_reactor();
    start_probe(reactor, NULL, ARGUMENTS("stubborn", fd));
    start_probe(reactor, NULL, ARGUMENTS("family", fd));
    close(pass.passed);
    read_bytes(pass.kept, 3);
    reactor_destroy(reactor);
    assert_true(is_at_end(pass.kept));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie either */
    close(pass.kept);
}

/* ---- the console ---------------------------------------------------------------------------- */

/* As a session leader on a terminal of its own; returns what the parent asserts to be 0. */
static int use_console(const char *terminal)
{
    setsid();
    int fd = open(terminal, O_RDWR);
    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
        return 1;
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    struct reactor *reactor;
    struct reactor_event event;
    const struct process_spec spec = {.path = RUN_PROBE,
                                      .arguments = ARGUMENTS("probe", "state"),
                                      .environment = environ,
                                      .console = true};
    if (reactor_create(&reactor, true) || reactor_start(reactor, &spec, NULL))
        return 2;
    if (reactor_wait(reactor, -1, &event) || event.kind != REACTOR_EXITED || event.output.length)
        return 3;
    if (write(STDOUT_FILENO, "now\n", 4) != 4)
        return 4;
    if (reactor_wait(reactor, -1, &event) || event.kind != REACTOR_SIGNAL ||
        event.signal != SIGINT || !event.from_terminal)
        return 5;
    reactor_destroy(reactor);
    return 0;
}

static void test_console_child_has_the_terminal(void **state)
{
    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(use_console(ptsname(master)));
    struct buf shown = {0};
    while (!strstr(buf_cstr(&shown), "now")) {
        ssize_t n = read(master, buf_reserve(&shown, 4096), 4096);
        assert_true(n > 0);
        shown.length += (size_t)n;
        shown.data[shown.length] = '\0';
    }
    assert_non_null(strstr(shown.data, "terminal 1"));
    assert_non_null(strstr(shown.data, "leads-group 0"));
    assert_int_equal(write(master, "\x03", 1), 1); /* the interrupt key */
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    buf_free(&shown);
    close(master);
}

static void test_console_child_can_be_spared(void **state)
{
    (void)state;
    struct pass pass = pass_writing_end();
    char fd[16];
    snprintf(fd, sizeof fd, "%d", pass.passed);
    struct reactor *reactor = make_reactor();
    const struct process_spec spec = {.path = RUN_PROBE,
                                      .arguments = ARGUMENTS("probe", "ready", fd),
                                      .environment = environ,
                                      .console = true};
    assert_int_equal(reactor_start(reactor, &spec, NULL), 0);
    read_bytes(pass.kept, 1);
    reactor_signal_all(reactor, SIGTERM, true);
    reactor_signal_all(reactor, SIGINT, false);
    assert_int_equal(wait_exit(reactor).end.signal, SIGINT);
    reactor_destroy(reactor);
    close(pass.passed);
    close(pass.kept);
}

/* ---- many ----------------------------------------------------------------------------------- */

static void test_many_children(void **state)
{
    (void)state;
    enum { COUNT = 300, AT_ONCE = 20 };
    bool ended[COUNT] = {false};
    uint32_t started = 0;
    struct reactor *reactor = make_reactor();
    for (uint32_t left = COUNT; left > 0; left--) {
        while (started < COUNT && reactor_running(reactor) < AT_ONCE) {
            char code[16];
            snprintf(code, sizeof code, "exit=%u", started % 251);
            start_probe(reactor, &ended[started++], ARGUMENTS("say", code));
        }
        struct reactor_event event = wait_exit(reactor);
        bool *mine = event.user;
        assert_false(*mine);
        *mine = true;
        assert_int_equal(event.end.exit_code, (mine - ended) % 251);
        assert_non_null(strstr(event.output.data, "argument exit="));
        buf_free(&event.output);
    }
    reactor_destroy(reactor);
}

/* Starts children until descriptors run out, and lets them end. */
static void run_out_of_descriptors(rlim_t limit)
{
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct reactor *reactor = make_reactor();
    struct pass gate = pass_reading_end();
    struct pass born = pass_writing_end();
    char gate_fd[16], born_fd[16];
    snprintf(gate_fd, sizeof gate_fd, "%d", gate.passed);
    snprintf(born_fd, sizeof born_fd, "%d", born.passed);
    const struct rlimit tight = {.rlim_cur = limit, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    const struct process_spec spec = {.path = RUN_PROBE,
                                      .arguments = ARGUMENTS("probe", "wait", gate_fd, born_fd),
                                      .environment = environ};
    int errnum;
    while ((errnum = reactor_start(reactor, &spec, NULL)) == 0)
        continue;
    assert_int_equal(errnum, EMFILE);
    assert_true(process_is_shortage(errnum));
    uint32_t running = reactor_running(reactor);
    assert_true(running > 10);
    close(gate.kept);
    while (reactor_running(reactor))
        assert_int_equal(wait_exit(reactor).end.exit_code, 0);
    close(born.passed);
    read_bytes(born.kept, running);
    assert_true(is_at_end(born.kept)); /* no other was begun and given up */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    reactor_destroy(reactor);
    close(gate.passed);
    close(born.kept);
}

/* As a user who may have few processes; returns what the parent asserts to be 0. */
static int run_out_of_processes(void)
{
    const struct rlimit few = {.rlim_cur = 6, .rlim_max = 6};
    if (setresuid(65534, 65534, 65534) || setrlimit(RLIMIT_NPROC, &few))
        return 1;
    struct reactor *reactor = make_reactor();
    const struct process_spec spec = {
        .path = "/bin/sleep", .arguments = ARGUMENTS("sleep", "1000"), .environment = environ};
    int errnum;
    while ((errnum = reactor_start(reactor, &spec, NULL)) == 0)
        continue;
    uint32_t running = reactor_running(reactor);
    if (errnum != EAGAIN || !process_is_shortage(errnum) || running == 0)
        return 2;
    reactor_signal_all(reactor, SIGTERM, false);
    struct reactor_event event;
    if (reactor_wait(reactor, -1, &event) || event.kind != REACTOR_EXITED)
        return 3;
    if (reactor_start(reactor, &spec, NULL)) /* one may start again now */
        return 4;
    reactor_destroy(reactor);
    return 0;
}

static void test_shortage_of_processes(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* the limit would count all that this user runs */
    pid_t pid = fork();
    if (pid == 0)
        _exit(run_out_of_processes());
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/*
 * A descriptor's watch lives until its last copy is closed. Here a process forked by the host has
 * copies while something that a finished child left behind keeps writing.
 */
static void test_nothing_is_seen_of_a_child_that_was_reported(void **state)
{
    (void)state;
    struct pass gate = pass_reading_end();
    char script[64];
    snprintf(script, sizeof script, "read x <&%d; yes & exit 3", gate.passed);
    const struct process_spec spec = {
        .path = "/bin/sh", .arguments = ARGUMENTS("sh", "-c", script), .environment = environ};
    struct reactor *reactor = make_reactor();
    assert_int_equal(reactor_start(reactor, &spec, NULL), 0);
    pid_t holder = fork();
    if (holder == 0) {
        close(gate.kept);
        pause();
        _exit(0);
    }
    close(gate.kept);
    struct reactor_event event = wait_exit(reactor);
    assert_int_equal(event.end.exit_code, 3);
    buf_free(&event.output);
    assert_int_equal(wait_kind(reactor, 5000000), REACTOR_TIMEOUT);
    reactor_destroy(reactor);
    kill(holder, SIGKILL); /* `yes` then finds nobody reading */
    assert_int_equal(waitpid(holder, NULL, 0), holder);
    close(gate.passed);
}

static void test_shortage_of_descriptors(void **state)
{
    (void)state;
    /* A child takes three: run out at the first, the second and the third. */
    run_out_of_descriptors(62);
    run_out_of_descriptors(63);
    run_out_of_descriptors(64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_time_is_up_although_output_streams),
        cmocka_unit_test(test_wake_by_another_thread),
        cmocka_unit_test(test_wakes_before_the_wait_are_one),
        cmocka_unit_test(test_signals_are_events),
        cmocka_unit_test(test_mask_is_put_back),
        cmocka_unit_test(test_signal_nobody_looked_at),
        cmocka_unit_test(test_signal_reaches_the_whole_group),
        cmocka_unit_test(test_destroy_kills_what_is_left),
        cmocka_unit_test(test_console_child_has_the_terminal),
        cmocka_unit_test(test_console_child_can_be_spared),
        cmocka_unit_test(test_many_children),
        cmocka_unit_test(test_nothing_is_seen_of_a_child_that_was_reported),
        cmocka_unit_test(test_shortage_of_processes),
        cmocka_unit_test(test_shortage_of_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
