/* Running a program for what it prints. */
#include "tools_support.h"

#include "tools/jig/capture.h"

#include <errno.h>
#include <signal.h>

static struct capture captured(const char *script)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    struct capture capture = {0};
    assert_int_equal(capture_run(argv, &capture), 0);
    return capture;
}

static void test_both_streams_and_the_exit_code(void **state)
{
    (void)state;
    struct capture capture = captured("printf out; printf err >&2; exit 3");
    assert_string_equal(capture.out.data, "out");
    assert_string_equal(capture.err.data, "err");
    assert_int_equal(capture.exit_code, 3);
    capture_free(&capture);
}

static void test_more_than_a_pipe_holds_on_both(void **state)
{
    (void)state;
    struct capture capture = captured("head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero");
    assert_int_equal(capture.out.length, 300000);
    assert_int_equal(capture.err.length, 300000);
    capture_free(&capture);
}

static void test_its_input_is_empty(void **state)
{
    (void)state;
    struct capture capture = captured("cat; echo end");
    assert_string_equal(capture.out.data, "end\n");
    capture_free(&capture);
}

static void test_a_signal_ends_it(void **state)
{
    (void)state;
    struct capture capture = captured("kill -9 $$");
    assert_int_equal(capture.exit_code, 128 + SIGKILL);
    capture_free(&capture);
}

static void test_a_program_that_is_not_there(void **state)
{
    (void)state;
    const char *argv[] = {"no-such-program-anywhere", NULL};
    struct capture capture = {0};
    assert_int_equal(capture_run(argv, &capture), ENOENT);
    capture_free(&capture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_streams_and_the_exit_code),
        cmocka_unit_test(test_more_than_a_pipe_holds_on_both),
        cmocka_unit_test(test_its_input_is_empty),
        cmocka_unit_test(test_a_signal_ends_it),
        cmocka_unit_test(test_a_program_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
