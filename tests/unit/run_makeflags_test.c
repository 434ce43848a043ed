/* What MAKEFLAGS says of a jobserver. */
#include "cmocka_all.h"

#include "engine/run/makeflags.h"

#include <stdio.h>

static void check_fifo(const char *text, const char *path)
{
    struct makeflags flags = {0};
    assert_int_equal(makeflags_parse(text, &flags, NULL), JIG_OK);
    assert_int_equal(flags.kind, MAKEFLAGS_FIFO);
    assert_string_equal(buf_cstr(&flags.path), path);
    makeflags_free(&flags);
}

static void check_pipe(const char *text, int read_fd, int write_fd)
{
    struct makeflags flags = {0};
    assert_int_equal(makeflags_parse(text, &flags, NULL), JIG_OK);
    assert_int_equal(flags.kind, MAKEFLAGS_PIPE);
    assert_int_equal(flags.read_fd, read_fd);
    assert_int_equal(flags.write_fd, write_fd);
    makeflags_free(&flags);
}

static void check_none(const char *text)
{
    struct makeflags flags = {0};
    assert_int_equal(makeflags_parse(text, &flags, NULL), JIG_OK);
    assert_int_equal(flags.kind, MAKEFLAGS_NONE);
    makeflags_free(&flags);
}

static void check_wrong(const char *text, const char *option)
{
    struct makeflags flags = {0};
    struct jig_error error;
    char message[256];
    assert_int_equal(makeflags_parse(text, &flags, &error), JIG_ERROR_USAGE);
    assert_int_equal(flags.kind, MAKEFLAGS_NONE);
    snprintf(message, sizeof message, "'%s' in MAKEFLAGS names no fifo and no pipe", option);
    assert_string_equal(error.message, message);
    makeflags_free(&flags);
}

static void test_fifo(void **state)
{
    (void)state;
    check_fifo(" -j4 --jobserver-auth=fifo:/tmp/GMfifo1234", "/tmp/GMfifo1234");
    check_fifo("--jobserver-auth=fifo:pool", "pool");
    check_fifo("ks\t-j\t--jobserver-auth=fifo:/a,b", "/a,b");
}

static void test_pipe(void **state)
{
    (void)state;
    check_pipe(" -j --jobserver-auth=3,4", 3, 4);
    check_pipe("k -j8 --jobserver-fds=10,2147483647", 10, 2147483647);
    check_pipe("--jobserver-auth=0,1 -j", 0, 1);
}

static void test_no_jobserver(void **state)
{
    (void)state;
    check_none(NULL);
    check_none("");
    check_none("  ");
    check_none("ks -j4");
    check_none("-j4 --jobserver-style=fifo jobserver-auth=3,4 --jobserver-authority=3,4");
}

static void test_last_option_counts(void **state)
{
    (void)state;
    check_fifo("--jobserver-auth=3,4 --jobserver-fds=5,6 --jobserver-auth=fifo:/f", "/f");
    check_pipe("--jobserver-auth=fifo:/f --jobserver-fds=5,6", 5, 6);
    check_pipe("--jobserver-auth=nonsense --jobserver-auth=3,4", 3, 4);
    check_none("--jobserver-auth=fifo:/f --jobserver-auth=-2,-2");
    check_wrong("--jobserver-auth=3,4 --jobserver-auth=x", "--jobserver-auth=x");
}

static void test_negative_descriptors_mean_that_there_is_none(void **state)
{
    (void)state;
    check_none("--jobserver-auth=-2,-2");
    check_none("--jobserver-auth=-1,4");
    check_none("--jobserver-auth=3,-1");
}

static void test_dry_run_has_none(void **state)
{
    (void)state;
    check_none("n -j4 --jobserver-auth=3,4");
    check_none("kn --jobserver-auth=fifo:/f");
    /* Only single letters in front are flags. */
    check_pipe("-n --jobserver-auth=3,4", 3, 4);
    check_pipe("ks n --jobserver-auth=3,4", 3, 4);
    check_pipe("MODE=on --jobserver-auth=3,4", 3, 4);
}

static void test_variables_are_no_options(void **state)
{
    (void)state;
    check_none(" -j4 -- --jobserver-auth=3,4");
    check_pipe("--jobserver-auth=3,4 -- --jobserver-auth=fifo:/f", 3, 4);
    check_none("A=x\\ --jobserver-auth=fifo:/f");
}

static void test_backslashes_keep_words_together(void **state)
{
    (void)state;
    check_fifo("--jobserver-auth=fifo:/my\\ pool -j", "/my pool");
    check_fifo("--jobserver-auth=fifo:/a\\\\b", "/a\\b");
    check_fifo("--jobserver-auth=fifo:/end\\", "/end\\");
}

static void test_malformed(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "--jobserver-auth=",          "--jobserver-auth=fifo:",  "--jobserver-auth=3",
        "--jobserver-auth=3,",        "--jobserver-auth=,4",     "--jobserver-auth=3,4x",
        "--jobserver-auth=3,4,5",     "--jobserver-auth=+3,4",   "--jobserver-auth=3,2147483648",
        "--jobserver-auth=semaphore", "--jobserver-fds=fifo:/f", "--jobserver-fds=",
        "--jobserver-auth=--3,4",     "--jobserver-auth=3;4",    "--jobserver-auth=-,-"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        check_wrong(wrong[i], wrong[i]);
    check_wrong("--jobserver-auth=3, 4", "--jobserver-auth=3,");
    check_wrong("--jobserver-auth=3,\\ 4", "--jobserver-auth=3, 4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fifo),
        cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_no_jobserver),
        cmocka_unit_test(test_last_option_counts),
        cmocka_unit_test(test_negative_descriptors_mean_that_there_is_none),
        cmocka_unit_test(test_dry_run_has_none),
        cmocka_unit_test(test_variables_are_no_options),
        cmocka_unit_test(test_backslashes_keep_words_together),
        cmocka_unit_test(test_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
