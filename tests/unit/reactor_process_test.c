/* Children of the reactor: what they are given, and what they leave. */
#include "run_support.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS(...) ((char *[]){__VA_ARGS__, NULL})

/* Runs the probe and returns what came of it; the caller frees the output. */
static struct reactor_event probe(char *const *arguments)
{
    struct reactor *reactor = make_reactor();
    start_probe(reactor, reactor, arguments);
    assert_int_equal(reactor_running(reactor), 1);
    struct reactor_event event = wait_exit(reactor);
    assert_ptr_equal(event.user, reactor);
    assert_int_equal(reactor_running(reactor), 0);
    reactor_destroy(reactor);
    return event;
}

static void assert_code(struct reactor_event event, int code, int sig)
{
    assert_int_equal(event.end.exit_code, code);
    assert_int_equal(event.end.signal, sig);
    buf_free(&event.output);
}

/* How many lines of the output begin with `start`. */
static uint32_t count_starts(const struct buf *output, const char *start)
{
    uint32_t count = 0;
    for (const char *at = output->data; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        count += strncmp(at, start, strlen(start)) == 0;
    }
    return count;
}

static bool has_line(const struct buf *output, const char *line)
{
    char whole[128];
    snprintf(whole, sizeof whole, "%s\n", line);
    return count_starts(output, whole) > 0;
}

/* ---- ends ----------------------------------------------------------------------------------- */

static void test_exit_codes(void **state)
{
    (void)state;
    assert_code(probe(ARGUMENTS("say", "exit=0")), 0, 0);
    assert_code(probe(ARGUMENTS("say", "exit=1")), 1, 0);
    assert_code(probe(ARGUMENTS("say", "exit=255")), 255, 0);
}

static void test_death_by_signal(void **state)
{
    (void)state;
    assert_code(probe(ARGUMENTS("say", "die=9")), 128 + 9, 9);
    assert_code(probe(ARGUMENTS("say", "die=15")), 128 + 15, 15);
}

static void test_times_and_memory(void **state)
{
    (void)state;
    uint64_t before = clock_monotonic_ns();
    struct reactor_event event = probe(ARGUMENTS("flood", "2000000"));
    assert_true(before <= event.end.start_ns);
    assert_true(event.end.start_ns < event.end.end_ns);
    assert_true(event.end.end_ns <= clock_monotonic_ns());
    assert_true(event.end.user_ns + event.end.system_ns > 0);
    assert_true(event.end.user_ns + event.end.system_ns <
                event.end.end_ns - event.end.start_ns + 100000000);
    assert_true(event.end.peak_rss > 64 * 1024);
    buf_free(&event.output);
}

static int start_path(const char *path, const char *directory)
{
    struct reactor *reactor = make_reactor();
    const struct process_spec spec = {
        .path = path, .arguments = ARGUMENTS("x"), .environment = environ, .directory = directory};
    int errnum = reactor_start(reactor, &spec, NULL);
    assert_int_equal(reactor_running(reactor), 0);
    reactor_destroy(reactor);
    return errnum;
}

static void test_programs_that_cannot_be_executed(void **state)
{
    (void)state;
    put_file("plain", "#!/bin/sh\n", 0644);
    put_file("no-shebang", "exit 0\n", 0755);
    assert_int_equal(start_path("./missing", NULL), ENOENT);
    assert_int_equal(start_path("./plain", NULL), EACCES);
    assert_int_equal(start_path("./no-shebang", NULL), ENOEXEC);
    assert_int_equal(start_path("./plain/x", NULL), ENOTDIR);
    assert_int_equal(start_path(RUN_PROBE, "./missing"), ENOENT);
}

static void test_status_taken_by_the_host(void **state)
{
    (void)state;
    struct reactor *reactor = make_reactor();
    start_probe(reactor, NULL, ARGUMENTS("say"));
    assert_true(waitpid(-1, NULL, 0) > 0);
    assert_code(wait_exit(reactor), PROCESS_EXIT_UNKNOWN, 0);
    reactor_destroy(reactor);
}

static void test_ignored_sigchld(void **state)
{
    (void)state;
    struct sigaction now;
    signal(SIGCHLD, SIG_IGN);
    assert_code(probe(ARGUMENTS("say", "exit=7")), 7, 0);
    sigaction(SIGCHLD, NULL, &now);
    assert_true(now.sa_handler == SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
}

/* ---- output --------------------------------------------------------------------------------- */

static void test_output_and_error_in_order(void **state)
{
    (void)state;
    char *environment[] = {(char *)"B=2", (char *)"A=1", NULL};
    const struct process_spec spec = {.path = RUN_PROBE,
                                      .arguments = ARGUMENTS("probe", "say", "x y"),
                                      .environment = environment,
                                      .directory = "/usr"};
    struct reactor *reactor = make_reactor();
    assert_int_equal(reactor_start(reactor, &spec, NULL), 0);
    struct reactor_event event = wait_exit(reactor);
    assert_string_equal(event.output.data, "directory /usr\nargument probe\nargument say\n"
                                           "argument x y\nvariable A=1\nvariable B=2\n");
    buf_free(&event.output);
    reactor_destroy(reactor);
}

static void test_large_output_is_whole(void **state)
{
    (void)state;
    const uint32_t numbers = 25000000; /* 100 MB */
    struct reactor_event event = probe(ARGUMENTS("flood", "25000000"));
    assert_int_equal(event.end.exit_code, 0);
    assert_int_equal(event.output.length, numbers * sizeof(uint32_t));
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < numbers; i++)
        wrong += memcmp(event.output.data + i * sizeof i, &i, sizeof i) != 0;
    assert_int_equal(wrong, 0);
    buf_free(&event.output);
}

static void test_no_output(void **state)
{
    (void)state;
    struct reactor_event event = probe(ARGUMENTS("flood", "0"));
    assert_int_equal(event.output.length, 0);
    assert_string_equal(buf_cstr(&event.output), "");
    buf_free(&event.output);
}

static void test_descendant_that_keeps_the_pipe_open(void **state)
{
    (void)state;
    struct reactor_event event = probe(ARGUMENTS("daemon"));
    pid_t left = (pid_t)atoi(event.output.data);
    assert_true(left > 0);
    assert_int_equal(kill(left, SIGKILL), 0); /* it was still there */
    buf_free(&event.output);
}

/* ---- what a child is given ------------------------------------------------------------------ */

static void test_captured_child_has_nothing_of_ours(void **state)
{
    (void)state;
    for (int fd = 3; fd < 1024; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC); /* what the test runner left open */
    struct reactor *reactor = make_reactor();
    struct pass pass = pass_reading_end();
    char fd[16];
    snprintf(fd, sizeof fd, "%d", pass.passed);
    start_probe(reactor, NULL, ARGUMENTS("wait", fd)); /* its descriptors are open meanwhile */
    fcntl(pass.passed, F_SETFD, FD_CLOEXEC);
    start_probe(reactor, NULL, ARGUMENTS("state"));
    struct reactor_event event = wait_exit(reactor);
    assert_true(has_line(&event.output, "descriptor 0 /dev/null"));
    assert_true(has_line(&event.output, "descriptor 1 pipe"));
    assert_true(has_line(&event.output, "descriptor 2 pipe"));
    assert_int_equal(count_starts(&event.output, "descriptor "), 3);
    assert_true(has_line(&event.output, "leads-group 1"));
    assert_true(has_line(&event.output, "stdin-bytes 0"));
    buf_free(&event.output);
    reactor_destroy(reactor);
    close(pass.passed);
    close(pass.kept);
}

static uint64_t signal_set(const struct buf *output, const char *key)
{
    const char *line = strstr(output->data, key);
    assert_non_null(line);
    return strtoull(line + strlen(key), NULL, 16);
}

static void test_signals_of_a_child(void **state)
{
    (void)state;
    struct reactor *reactor;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    assert_int_equal(reactor_create(&reactor, true), 0); /* blocks INT, TERM, HUP */
    start_probe(reactor, NULL, ARGUMENTS("state"));
    struct reactor_event event = wait_exit(reactor);
    const uint64_t internal = UINT64_C(3) << 31; /* 32 and 33 belong to the C library */
    assert_int_equal(signal_set(&event.output, "SigBlk:"), 0);
    assert_int_equal(signal_set(&event.output, "SigIgn:") & ~internal, UINT64_C(1)
                                                                           << (SIGUSR1 - 1));
    buf_free(&event.output);
    reactor_destroy(reactor);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGUSR1, SIG_DFL);
}

/* With none of them open, descriptors opened later take their numbers. */
static int use_without_standard_descriptors(void)
{
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    struct reactor_event event = probe(ARGUMENTS("state"));
    return has_line(&event.output, "descriptor 0 /dev/null") &&
                   has_line(&event.output, "descriptor 1 pipe") &&
                   has_line(&event.output, "descriptor 2 pipe")
               ? 0
               : 1;
}

static void test_closed_standard_descriptors(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(use_without_standard_descriptors());
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_death_by_signal),
        cmocka_unit_test(test_times_and_memory),
        cmocka_unit_test_setup_teardown(test_programs_that_cannot_be_executed, enter_temp_dir,
                                        leave_temp_dir),
        cmocka_unit_test(test_status_taken_by_the_host),
        cmocka_unit_test(test_ignored_sigchld),
        cmocka_unit_test(test_output_and_error_in_order),
        cmocka_unit_test(test_large_output_is_whole),
        cmocka_unit_test(test_no_output),
        cmocka_unit_test(test_descendant_that_keeps_the_pipe_open),
        cmocka_unit_test(test_captured_child_has_nothing_of_ours),
        cmocka_unit_test(test_signals_of_a_child),
        cmocka_unit_test(test_closed_standard_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
