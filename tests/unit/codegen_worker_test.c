/* Workers that do as they should, and what jig asks of them. */
#include "codegen_worker_support.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_a_job_succeeds(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    do_job(&bench, add_probe(&bench, (struct probe){0}), "touch=out", "out");
    assert_true(exists("out"));
    bench_close(&bench);
}

static void test_a_worker_is_used_again(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.option = "start=starts", .workers = 4});
    for (int i = 0; i < 5; i++)
        do_job(&bench, probe, "", NULL);
    assert_int_equal(count_lines("starts"), 1);
    bench_close(&bench);
}

/* Each is charged with what it cost, though one process did them both. */
static void test_a_job_has_its_workers_processor_time(void **state)
{
    (void)state;
    const uint64_t ms = 1000000;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){0});
    struct codegen_result much = run_job(&bench, probe, "burn=60", NULL);
    struct codegen_result little = run_job(&bench, probe, "burn=20", NULL);
    assert_true(much.user_ns >= 60 * ms);
    assert_true(little.user_ns >= 20 * ms && little.user_ns < 60 * ms);
    bench_close(&bench);
}

/* Two at a time share what their process uses: what is charged is not more than there was. */
static void test_jobs_at_a_time_share_their_workers_processor_time(void **state)
{
    (void)state;
    const uint64_t ms = 1000000;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.multiplex = 2});
    start_job(&bench, probe, 0, "hold", NULL);
    start_job(&bench, probe, 1, "burn=60", NULL);
    uint64_t used_ns = 0;
    for (int i = 0; i < 2; i++) {
        struct codegen_result result = wait_result(&bench);
        assert_true(result.user_ns >= 20 * ms);
        used_ns += result.user_ns;
        buf_free(&result.output);
    }
    assert_true(used_ns >= 60 * ms && used_ns < 120 * ms);
    bench_close(&bench);
}

static void test_no_worker_is_started_without_a_job(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    add_probe(&bench, (struct probe){.option = "start=starts"});
    bench_close(&bench);
    assert_false(exists("starts"));
}

/* Two that hold their answers back can only end when a third and a fourth come to the same two. */
static void test_no_more_workers_and_requests_than_allowed(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe =
        add_probe(&bench, (struct probe){.option = "start=starts", .workers = 2, .multiplex = 2});
    for (uint32_t i = 0; i < 2; i++)
        start_job(&bench, probe, i, "hold", NULL);
    for (uint32_t i = 2; i < 8; i++)
        start_job(&bench, probe, i, "", NULL);
    uint32_t seen = 0;
    for (int i = 0; i < 8; i++) {
        struct codegen_result result = wait_result(&bench);
        assert_int_equal(result.exit_code, 0);
        seen |= 1u << result.job;
        buf_free(&result.output);
    }
    assert_int_equal(seen, 0xFF);
    assert_int_equal(count_lines("starts"), 2);
    bench_close(&bench);
}

static void test_answers_in_another_order(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.multiplex = 2});
    start_job(&bench, probe, 1, "hold output=first", NULL);
    start_job(&bench, probe, 2, "output=second", NULL);
    for (int i = 0; i < 2; i++) {
        struct codegen_result result = wait_result(&bench);
        assert_string_equal(buf_cstr(&result.output), result.job == 1 ? "first\n" : "second\n");
        buf_free(&result.output);
    }
    bench_close(&bench);
}

/* ---- requests ------------------------------------------------------------------------------- */

/* The request that a job made of its arguments, as the worker logged it. */
static json_t *logged_request(uint32_t multiplex, const char *const *arguments)
{
    static const struct codegen_input inputs[] = {{"src/\"a\".ts", "00ff"}, {"é", "01"}};
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.multiplex = multiplex});
    codegen_start(bench.codegen, &(struct codegen_job){.generator = probe,
                                                       .arguments = arguments,
                                                       .inputs = inputs,
                                                       .input_count = 2});
    struct codegen_result result = wait_result(&bench);
    assert_int_equal(result.exit_code, 0);
    buf_free(&result.output);
    bench_close(&bench);
    struct buf text = {0};
    assert_int_equal(io_read_file(AT_FDCWD, "log", &text), 0);
    assert_ptr_equal(strchr(text.data, '\n'), text.data + text.length - 1);
    json_t *request = json_loads(text.data, 0, NULL);
    assert_non_null(request);
    buf_free(&text);
    return request;
}

static void test_a_request_has_arguments_and_inputs(void **state)
{
    (void)state;
    const char *const arguments[] = {"log=log", "two words", "tab\there\nand there", "", NULL};
    json_t *request = logged_request(1, arguments);
    json_t *expected =
        json_pack("{s:[s,s,s,s], s:[{s:s,s:s},{s:s,s:s}], s:i, s:i}", "arguments", "log=log",
                  "two words", "tab\there\nand there", "", "inputs", "path", "src/\"a\".ts",
                  "digest", "00ff", "path", "é", "digest", "01", "verbosity", 0, "requestId", 0);
    assert_true(json_equal(request, expected));
    json_decref(expected);
    json_decref(request);
}

static void test_multiplexed_requests_have_numbers(void **state)
{
    (void)state;
    const char *const arguments[] = {"log=log", NULL};
    json_t *request = logged_request(2, arguments);
    assert_true(json_integer_value(json_object_get(request, "requestId")) > 0);
    json_decref(request);
}

static void test_what_is_not_utf8_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){0});
    fail_job(&bench, probe, "caf\xE9", NULL, "not valid UTF-8");
    bench_close(&bench);
}

/* More than fits in any pipe, both ways. */
static void test_a_large_request_and_a_lot_of_noise(void **state)
{
    (void)state;
    enum { BYTES = 4 << 20 };
    char *argument = malloc(BYTES + 1);
    memset(argument, 'a', BYTES);
    argument[BYTES] = '\0';
    const char *const arguments[] = {"flood=3000000", "log=log", argument, NULL};
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){0});
    codegen_start(bench.codegen, &(struct codegen_job){.generator = probe, .arguments = arguments});
    struct codegen_result result = wait_result(&bench);
    assert_int_equal(result.exit_code, 0);
    bench_close(&bench);
    struct stat st;
    assert_int_equal(stat("log", &st), 0);
    assert_true(st.st_size > BYTES);
    buf_free(&result.output);
    free(argument);
}

/* ---- failures of jobs ----------------------------------------------------------------------- */

static void test_a_job_that_fails_tells_its_output_and_standard_error(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.option = "start=starts"});
    struct codegen_result result = run_job(&bench, probe, "say=hint exit=7 output=wrong", NULL);
    assert_int_equal(result.exit_code, 7);
    assert_string_equal(buf_cstr(&result.output), "wrong\nhint\n");
    buf_free(&result.output);
    do_job(&bench, probe, "", NULL);
    assert_int_equal(count_lines("starts"), 1); /* the worker itself is well */
    bench_close(&bench);
}

static void test_standard_error_of_a_success_is_not_told(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    do_job(&bench, add_probe(&bench, (struct probe){0}), "say=chatter", NULL);
    bench_close(&bench);
}

static void test_the_end_of_much_standard_error_is_kept(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    struct codegen_result result =
        run_job(&bench, add_probe(&bench, (struct probe){0}), "say=lost flood=200000 exit=1", NULL);
    assert_null(strstr(buf_cstr(&result.output), "lost"));
    assert_true(result.output.length > 1000 && result.output.length < 20000);
    buf_free(&result.output);
    bench_close(&bench);
}

static void test_a_missing_output_fails_the_job(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){0});
    fail_job(&bench, probe, "touch=other", "gen/out", "did not write 'gen/out'\n");
    bench_close(&bench);
}

static void test_exit_codes_beyond_a_byte_are_failures(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){0});
    assert_int_equal(fail_job(&bench, probe, "exit=256", NULL, "").exit_code, 1);
    assert_int_equal(fail_job(&bench, probe, "exit=-1", NULL, "").exit_code, 1);
    bench_close(&bench);
}

static void test_a_worker_that_cannot_be_started(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    const char *const argv[] = {"./no-such-program", NULL};
    uint32_t index = add_generator(&bench, &(struct codegen_generator){.kind = CODEGEN_WORKER,
                                                                       .pipeline = "protos",
                                                                       .argv = argv,
                                                                       .workers = 1,
                                                                       .multiplex = 1});
    fail_job(&bench, index, "", NULL,
             "worker './no-such-program' of pipeline 'protos' could not be started: No such file "
             "or directory\n");
    bench_close(&bench);
}

/* ---- what is left --------------------------------------------------------------------------- */

static void test_nothing_is_left_behind(void **state)
{
    (void)state;
    uint32_t before = count_descriptors();
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t probe = add_probe(&bench, (struct probe){.workers = 3, .multiplex = 2});
    for (uint32_t i = 0; i < 12; i++)
        start_job(&bench, probe, i, i % 4 ? "" : "crash=1", NULL);
    for (uint32_t i = 0; i < 12; i++) {
        struct codegen_result result = wait_result(&bench);
        buf_free(&result.output);
    }
    bench_close(&bench);
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(count_children(), 0);
}

static void test_a_worker_that_goes_on_without_input_is_terminated(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 40);
    do_job(&bench, add_probe(&bench, (struct probe){.option = "slow-end"}), "", NULL);
    bench_close(&bench);
    assert_int_equal(count_children(), 0);
}

static void test_a_worker_that_will_not_end_is_killed(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 40);
    do_job(&bench, add_probe(&bench, (struct probe){.option = "stubborn"}), "", NULL);
    bench_close(&bench);
    assert_int_equal(count_children(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_temp_dir, leave_temp_dir)
        TEST(test_a_job_succeeds),
        TEST(test_a_worker_is_used_again),
        TEST(test_a_job_has_its_workers_processor_time),
        TEST(test_jobs_at_a_time_share_their_workers_processor_time),
        TEST(test_no_worker_is_started_without_a_job),
        TEST(test_no_more_workers_and_requests_than_allowed),
        TEST(test_answers_in_another_order),
        TEST(test_a_request_has_arguments_and_inputs),
        TEST(test_multiplexed_requests_have_numbers),
        TEST(test_what_is_not_utf8_is_refused),
        TEST(test_a_large_request_and_a_lot_of_noise),
        TEST(test_a_job_that_fails_tells_its_output_and_standard_error),
        TEST(test_standard_error_of_a_success_is_not_told),
        TEST(test_the_end_of_much_standard_error_is_kept),
        TEST(test_a_missing_output_fails_the_job),
        TEST(test_exit_codes_beyond_a_byte_are_failures),
        TEST(test_a_worker_that_cannot_be_started),
        TEST(test_nothing_is_left_behind),
        TEST(test_a_worker_that_goes_on_without_input_is_terminated),
        TEST(test_a_worker_that_will_not_end_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
