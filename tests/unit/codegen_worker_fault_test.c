/* Workers that do not do as they should, and jobs that are interrupted. */
#include "codegen_worker_support.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- breaking down -------------------------------------------------------------------------- */

static void test_a_crash_is_tried_again_in_a_fresh_worker(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.option = "start=starts"});
    do_job(&bench, probe, "once=crashed crash=3 touch=out", "out");
    assert_true(exists("crashed"));
    assert_int_equal(count_lines("starts"), 2);
    bench_close(&bench);
}

static void test_a_second_crash_fails_the_job(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.option = "start=starts"});
    struct codegen_result result = run_job(&bench, probe, "say=why crash=3", NULL);
    assert_int_equal(result.exit_code, 1);
    assert_says(&result.output, "exited with code 3 before it had answered, when it was tried "
                                "again\nwhy\n");
    buf_free(&result.output);
    assert_int_equal(count_lines("starts"), 2);
    do_job(&bench, probe, "", NULL); /* in a third worker */
    bench_close(&bench);
}

static void test_a_signal_is_named(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){0});
    fail_job(&bench, probe, "die=11", NULL, "was ended by signal 11 (Segmentation fault)");
    bench_close(&bench);
}

static void test_a_worker_that_never_gets_going(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.option = "exit-at-once=2"});
    fail_job(&bench, probe, "", NULL, "cannot work like this\n");
    bench_close(&bench);
}

/* The idle worker has to make room for a fresh one, since only one is allowed at a time. */
static void test_a_retry_gets_a_worker_that_has_done_nothing(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe =
        add_probe(&bench, (struct probe){.option = "start=starts", .workers = 2, .multiplex = 1});
    start_job(&bench, probe, 1, "once=crashed crash=1", NULL);
    for (uint32_t i = 2; i < 10; i++)
        start_job(&bench, probe, i, "", NULL);
    for (int i = 1; i < 10; i++) {
        struct codegen_result result = wait_result(&bench);
        assert_int_equal(result.exit_code, 0);
        buf_free(&result.output);
    }
    assert_true(count_lines("starts") >= 2);
    bench_close(&bench);
}

/* All of a broken worker's requests are tried again, each alone, so that the bad one shows. */
static void test_neighbours_of_a_bad_request_succeed(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.multiplex = 4});
    start_job(&bench, probe, 0, "once=held hang", NULL);
    start_job(&bench, probe, 1, "crash=1", NULL);
    for (int i = 0; i < 2; i++) {
        struct codegen_result result = wait_result(&bench);
        assert_int_equal(result.exit_code, result.job == 1);
        buf_free(&result.output);
    }
    bench_close(&bench);
}

/* What a worker started is ended with it, before its request is tried again. */
static void test_a_child_does_not_outlive_a_broken_worker(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){0});
    start_job(&bench, probe, 1, "once=crashed child=fifo", NULL);
    struct buf nothing = {0};
    assert_int_equal(io_read_file(AT_FDCWD, "fifo", &nothing), 0); /* ends with the child */
    buf_free(&nothing);
    assert_int_equal(wait_result(&bench).exit_code, 0);
    bench_close(&bench);
}

static void test_output_closed_early(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){0});
    fail_job(&bench, probe, "quit", NULL, "closed its standard output");
    bench_close(&bench);
}

/* It cannot tell anybody, and ends itself. */
static void test_output_never_open(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.option = "deaf-output"});
    fail_job(&bench, probe, "", NULL, "exited with code 98");
    bench_close(&bench);
}

static void test_input_closed_early(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.option = "deaf-input", .timeout_ms = 20000});
    /* More than a pipe holds: some of it is still unsent when the input is closed. */
    enum { BYTES = 1 << 20 };
    char *argument = malloc(BYTES + 1);
    memset(argument, 'a', BYTES);
    argument[BYTES] = '\0';
    fail_job(&bench, probe, argument, NULL, "closed its standard input");
    free(argument);
    bench_close(&bench);
}

/* ---- nonsense ------------------------------------------------------------------------------- */

static void test_garbage(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.option = "start=starts"});
    fail_job(&bench, probe, "garbage say=hint", NULL, "this is no JSON\nhint\n");
    do_job(&bench, probe, "", NULL);
    assert_int_equal(count_lines("starts"), 2);
    bench_close(&bench);
}

static void test_an_answer_to_a_request_nobody_made(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.multiplex = 2});
    fail_job(&bench, probe, "stranger", NULL, "answered request 424242, which it did not have");
    bench_close(&bench);
}

static void test_answering_twice(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    fail_job(&bench, add_probe(&bench, (struct probe){0}), "twice", NULL,
             "answered request 0 twice");
    fail_job(&bench, add_probe(&bench, (struct probe){.multiplex = 2}), "twice", NULL, " twice");
    bench_close(&bench);
}

/* A late second answer must not be taken for that of the next request. */
static void test_answering_again_later(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    uint32_t probe = add_probe(&bench, (struct probe){0});
    do_job(&bench, probe, "again=fifo", NULL);
    struct buf nothing = {0};
    io_read_file(AT_FDCWD, "fifo", &nothing); /* when that ends, it has answered again */
    buf_free(&nothing);
    struct codegen_result result = run_job(&bench, probe, "output=mine", NULL);
    assert_string_equal(buf_cstr(&result.output), "mine\n");
    buf_free(&result.output);
    bench_close(&bench);
}

static void test_an_endless_answer(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){0});
    fail_job(&bench, probe, "endless", NULL, "answered with more than 67108864 bytes");
    bench_close(&bench);
}

/* ---- time ----------------------------------------------------------------------------------- */

static void test_a_timeout(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.timeout_ms = 50});
    assert_true(fail_job(&bench, probe, "hang", NULL, "did not answer within 50 ms").timed_out);
    bench_close(&bench);
}

static void test_a_worker_that_does_not_read(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    enum { BYTES = 1 << 20 };
    char *argument = malloc(BYTES + 1);
    memset(argument, 'a', BYTES);
    argument[BYTES] = '\0';
    uint32_t probe = add_probe(&bench, (struct probe){.option = "no-reading", .timeout_ms = 50});
    assert_true(fail_job(&bench, probe, argument, NULL, "did not answer").timed_out);
    free(argument);
    bench_close(&bench);
}

/* ---- between jobs --------------------------------------------------------------------------- */

static void test_a_worker_that_ended_between_jobs_is_replaced(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.option = "start=starts"});
    do_job(&bench, probe, "", NULL);
    struct buf text = {0};
    assert_int_equal(io_read_file(AT_FDCWD, "starts", &text), 0);
    pid_t pid = atoi(text.data);
    assert_true(pid > 0);
    buf_free(&text);
    kill(pid, SIGKILL);
    do_job(&bench, probe, "touch=out", "out");
    assert_int_equal(count_lines("starts"), 2);
    bench_close(&bench);
}

/* ---- interrupting --------------------------------------------------------------------------- */

static void assert_interrupted(struct codegen_result result)
{
    assert_true(result.interrupted);
    assert_int_equal(result.exit_code, 130);
    buf_free(&result.output);
}

/* Starts a job that logs to the pipe "started", and waits until the worker has it. */
static void start_and_reach(struct bench *bench, uint32_t generator, const char *arguments)
{
    assert_int_equal(mkfifo("started", 0600), 0);
    start_job(bench, generator, 0, arguments, NULL);
    struct buf line = {0};
    assert_int_equal(io_read_file(AT_FDCWD, "started", &line), 0);
    assert_true(line.length > 0);
    buf_free(&line);
}

static void test_requests_are_cancelled(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 60000);
    uint32_t probe = add_probe(&bench, (struct probe){.multiplex = 2});
    start_and_reach(&bench, probe, "log=started cancellable");
    codegen_interrupt(bench.codegen);
    assert_interrupted(wait_result(&bench));
    bench_close(&bench);
}

static void test_waiting_jobs_end_at_once(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 60000);
    uint32_t probe = add_probe(&bench, (struct probe){0});
    start_and_reach(&bench, probe, "log=started cancellable");
    start_job(&bench, probe, 1, "touch=out", "out");
    codegen_interrupt(bench.codegen);
    for (int i = 0; i < 2; i++)
        assert_interrupted(wait_result(&bench));
    assert_false(exists("out"));
    start_job(&bench, probe, 2, "touch=out", "out"); /* and so does what comes later */
    assert_interrupted(wait_result(&bench));
    assert_false(exists("out"));
    bench_close(&bench);
}

static void test_the_grace_ends(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 40);
    uint32_t probe = add_probe(&bench, (struct probe){.option = "no-reading"});
    start_job(&bench, probe, 0, "", NULL);
    codegen_interrupt(bench.codegen);
    assert_interrupted(wait_result(&bench));
    bench_close(&bench);
    assert_int_equal(count_children(), 0);
}

static void test_a_second_interrupt_kills(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 60000);
    uint32_t probe = add_probe(&bench, (struct probe){.option = "no-reading"});
    start_job(&bench, probe, 0, "", NULL);
    codegen_interrupt(bench.codegen);
    codegen_interrupt(bench.codegen);
    assert_interrupted(wait_result(&bench));
    bench_close(&bench);
    assert_int_equal(count_children(), 0);
}

static void test_closing_with_jobs_under_way(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 60000);
    uint32_t probe = add_probe(&bench, (struct probe){.workers = 2});
    for (uint32_t i = 0; i < 5; i++)
        start_job(&bench, probe, i, "hang", NULL);
    bench_close(&bench);
    assert_int_equal(count_children(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_temp_dir, leave_temp_dir)
        TEST(test_a_crash_is_tried_again_in_a_fresh_worker),
        TEST(test_a_second_crash_fails_the_job),
        TEST(test_a_signal_is_named),
        TEST(test_a_worker_that_never_gets_going),
        TEST(test_a_retry_gets_a_worker_that_has_done_nothing),
        TEST(test_neighbours_of_a_bad_request_succeed),
        TEST(test_a_child_does_not_outlive_a_broken_worker),
        TEST(test_output_closed_early),
        TEST(test_output_never_open),
        TEST(test_input_closed_early),
        TEST(test_garbage),
        TEST(test_an_answer_to_a_request_nobody_made),
        TEST(test_answering_twice),
        TEST(test_answering_again_later),
        TEST(test_an_endless_answer),
        TEST(test_a_timeout),
        TEST(test_a_worker_that_does_not_read),
        TEST(test_a_worker_that_ended_between_jobs_is_replaced),
        TEST(test_requests_are_cancelled),
        TEST(test_waiting_jobs_end_at_once),
        TEST(test_the_grace_ends),
        TEST(test_a_second_interrupt_kills),
        TEST(test_closing_with_jobs_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
