/* Ending jobs before they are done. */
#include "run_support.h"

#include "engine/base/io.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct run_options quiet = {.slots = 4, .leave_signals = true};

/* Starts "probe WHAT FD" for a pipe's writing end, and waits for `count` of them to be ready. */
static int start_ready(struct run *run, const char *format, int count)
{
    struct pass pass = pass_writing_end();
    char command[512];
    snprintf(command, sizeof command, format, RUN_PROBE, pass.passed, RUN_PROBE, pass.passed);
    start_command(run, 0, command);
    close(pass.passed);
    read_bytes(pass.kept, (size_t)count);
    return pass.kept;
}

static struct run_result wait_interrupted(struct run *run)
{
    struct run_result result = wait_result(run);
    assert_true(result.interrupted);
    assert_int_not_equal(result.exit_code, 0);
    return result;
}

static void test_direct_job(void **state)
{
    (void)state;
    struct run *run = make_run(&quiet);
    int fd = start_ready(run, "%s ready %d", 1);
    run_interrupt(run, SIGINT);
    struct run_result result = wait_interrupted(run);
    assert_int_equal(result.exit_code, 130);
    assert_int_equal(result.output.length, 0);
    assert_true(is_at_end(fd));
    close(fd);
    run_destroy(run);
}

static void test_what_a_job_started_ends_too(void **state)
{
    (void)state;
    struct run *run = make_run(&quiet);
    int fd = start_ready(run, "%s family %d & %s ready %d; exit 0", 3);
    run_interrupt(run, SIGTERM);
    wait_interrupted(run);
    assert_true(is_at_end(fd));
    close(fd);
    run_destroy(run);
}

static void test_second_interrupt_kills(void **state)
{
    (void)state;
    struct run *run = make_run(&quiet);
    int fd = start_ready(run, "%s stubborn %d", 1);
    run_interrupt(run, SIGINT);
    run_interrupt(run, SIGINT);
    assert_int_equal(wait_interrupted(run).signal, SIGKILL);
    assert_true(is_at_end(fd));
    close(fd);
    run_destroy(run);
}

static void test_end_of_grace_kills(void **state)
{
    (void)state;
    struct run *run =
        make_run(&(struct run_options){.slots = 1, .grace_ms = 20, .leave_signals = true});
    int fd = start_ready(run, "%s stubborn %d", 1);
    uint64_t before = clock_monotonic_ns();
    run_interrupt(run, 0);
    assert_int_equal(wait_interrupted(run).signal, SIGKILL);
    assert_true(clock_monotonic_ns() - before >= 20000000);
    assert_true(is_at_end(fd));
    close(fd);
    run_destroy(run);
}

static void test_caller_can_time_out_within_the_grace(void **state)
{
    (void)state;
    struct run *run = make_run(&quiet);
    int fd = start_ready(run, "%s stubborn %d", 1);
    run_interrupt(run, SIGHUP);
    struct run_result result;
    struct jig_error error;
    assert_int_equal(run_wait(run, 1, &result, &error), JIG_OK);
    assert_int_equal(result.kind, RUN_TIMEOUT);
    run_destroy(run); /* and that ends it */
    assert_true(is_at_end(fd));
    close(fd);
}

static void test_signal_from_outside(void **state)
{
    (void)state;
    struct run *run = make_run(&(struct run_options){.slots = 1});
    int fd = start_ready(run, "%s ready %d", 1);
    struct run_result result;
    struct jig_error error;
    kill(getpid(), SIGTERM);
    assert_int_equal(run_wait(run, 0, &result, &error), JIG_OK);
    assert_int_equal(result.kind, RUN_SIGNAL);
    run_interrupt(run, result.signal);
    assert_int_equal(wait_interrupted(run).signal, SIGTERM);
    close(fd);
    run_destroy(run);
}

/* Only the terminal's own signals reach a console job by themselves. */
static void test_console_job_is_told(void **state)
{
    (void)state;
    struct run *run = make_run(&(struct run_options){.slots = 1});
    struct pass pass = pass_writing_end();
    char command[512];
    snprintf(command, sizeof command, RUN_PROBE " ready %d", pass.passed);
    const struct run_job job = {.command = command, .console = true};
    uint32_t slot;
    struct run_result result;
    struct jig_error error;
    assert_int_equal(run_start(run, &job, &slot, NULL, &error), JIG_OK);
    close(pass.passed);
    read_bytes(pass.kept, 1);
    kill(getpid(), SIGTERM);
    assert_int_equal(run_wait(run, 0, &result, &error), JIG_OK);
    run_interrupt(run, result.signal);
    assert_int_equal(wait_interrupted(run).signal, SIGTERM);
    close(pass.kept);
    run_destroy(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_direct_job),
        cmocka_unit_test(test_what_a_job_started_ends_too),
        cmocka_unit_test(test_second_interrupt_kills),
        cmocka_unit_test(test_end_of_grace_kills),
        cmocka_unit_test(test_caller_can_time_out_within_the_grace),
        cmocka_unit_test(test_signal_from_outside),
        cmocka_unit_test(test_console_job_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
