/* Jobs in slots: results, limits, response files, commands of every kind and length. */
#include "run_support.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Runs `command`; the result must have this exit code and this output. */
static void check(const char *command, int exit_code, const char *output)
{
    struct run_result result = run_command(command);
    assert_string_equal(buf_cstr(&result.output), output);
    assert_int_equal(result.exit_code, exit_code);
    run_result_free(&result);
}

static bool is_file(const char *path)
{
    return access(path, F_OK) == 0;
}

/* ---- results -------------------------------------------------------------------------------- */

static void test_exit_codes_and_output(void **state)
{
    (void)state;
    check("/bin/true", 0, "");
    check("exit 1", 1, "");
    check("exit 255", 255, "");
    check("/bin/echo direct", 0, "direct\n");
    check("echo out; echo err >&2; exit 3", 3, "out\nerr\n");
    check("printf 'a\\000b'", 0, "a");
}

static void test_output_may_hold_any_byte(void **state)
{
    (void)state;
    struct run_result result = run_command("printf 'a\\000b\\377\\n'");
    assert_int_equal(result.output.length, 5);
    assert_memory_equal(result.output.data, "a\0b\377\n", 5);
    run_result_free(&result);
}

static void test_messages_are_the_shells(void **state)
{
    (void)state;
    put_file("plain", "x", 0644);
    put_file("no-shebang", "echo script $1\n", 0755);
    check("nosuch x", 127, "/bin/sh: 1: nosuch: not found\n");
    check("./nosuch x", 127, "/bin/sh: 1: ./nosuch: not found\n");
    check("./plain x", 126, "/bin/sh: 1: ./plain: Permission denied\n");
    check("./no-shebang x", 0, "script x\n");
    check("cd nosuch && /bin/true", 2, "/bin/sh: 1: cd: can't cd to nosuch\n");
    check("cd plain && /bin/true", 2, "/bin/sh: 1: cd: can't cd to plain\n");
}

static void test_death_by_signal(void **state)
{
    (void)state;
    const struct rlimit none = {0};
    assert_int_equal(setrlimit(RLIMIT_CORE, &none), 0);
    struct run_result result = run_command(": && " RUN_PROBE " say die=11 && :");
    assert_int_equal(result.exit_code, 128 + 11);
    assert_int_equal(result.signal, 11);
    assert_false(result.interrupted);
    assert_non_null(strstr(result.output.data, "\nSegmentation fault\n"));
    run_result_free(&result);
}

static void test_death_by_interrupt(void **state)
{
    (void)state;
    const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < 3; i++) {
        char command[64];
        snprintf(command, sizeof command, "kill -%d $$", signals[i]);
        struct run_result result = run_command(command);
        assert_int_equal(result.exit_code, 128 + signals[i]);
        assert_true(result.interrupted);
        run_result_free(&result);
    }
}

static void test_measures(void **state)
{
    (void)state;
    uint64_t before = clock_monotonic_ns();
    struct run_result result = run_command(RUN_PROBE " flood 1000000");
    assert_true(before <= result.start_ns && result.start_ns < result.end_ns);
    assert_true(result.user_ns + result.system_ns > 0);
    assert_true(result.peak_rss > 0);
    assert_int_equal(result.output.length, 4000000);
    run_result_free(&result);
}

/* ---- slots ---------------------------------------------------------------------------------- */

static void test_smallest_free_slot(void **state)
{
    (void)state;
    struct pass gates[3];
    struct run *run = make_run(&(struct run_options){.slots = 3, .leave_signals = true});
    for (uint32_t i = 0; i < 3; i++) {
        char command[256];
        gates[i] = pass_reading_end();
        snprintf(command, sizeof command, RUN_PROBE " wait %d", gates[i].passed);
        assert_int_equal(start_command(run, 100 + i, command), i);
        close(gates[i].passed);
    }
    assert_false(run_has_slot(run));
    assert_int_equal(run_running(run), 3);
    close(gates[1].kept);
    struct run_result result = wait_result(run);
    assert_int_equal(result.job, 101);
    assert_int_equal(result.slot, 1);
    assert_int_equal(start_command(run, 103, "/bin/true"), 1);
    result = wait_result(run);
    assert_int_equal(result.job, 103);
    assert_int_equal(result.slot, 1);
    close(gates[0].kept);
    close(gates[2].kept);
    run_result_free(&result);
    for (int i = 0; i < 2; i++) {
        result = wait_result(run);
        assert_int_equal(result.job, 100 + result.slot);
        run_result_free(&result);
    }
    run_destroy(run);
}

static void test_no_limit(void **state)
{
    (void)state;
    struct run *run = make_run(&(struct run_options){.leave_signals = true});
    for (uint32_t i = 0; i < 50; i++)
        assert_int_equal(start_command(run, i, "read x"), i);
    uint64_t seen = 0;
    for (uint32_t i = 0; i < 50; i++) {
        struct run_result result = wait_result(run);
        seen |= UINT64_C(1) << result.job;
        run_result_free(&result);
    }
    assert_true(seen == (UINT64_C(1) << 50) - 1);
    run_destroy(run);
}

static void test_load_limit_lets_one_run(void **state)
{
    (void)state;
    struct run *run = make_run(&(struct run_options){.max_load = 1e-9, .leave_signals = true});
    struct pass gate = pass_reading_end();
    char command[256];
    snprintf(command, sizeof command, RUN_PROBE " wait %d", gate.passed);
    start_command(run, 0, command);
    double load;
    assert_int_equal(getloadavg(&load, 1), 1);
    assert_int_equal(run_has_slot(run), load < 1e-9);
    close(gate.kept);
    struct run_result result = wait_result(run);
    run_result_free(&result);
    assert_true(run_has_slot(run));
    run_destroy(run);
    close(gate.passed);
}

static void test_shortage_passes(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit tight = {.rlim_cur = 64, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    struct run *run = make_run(&(struct run_options){.leave_signals = true});
    uint32_t started = 0, shortages = 0, codes = 0;
    for (uint32_t ended = 0; ended < COUNT; ended++) {
        while (started < COUNT) {
            const struct run_job job = {.job = started,
                                        .command = RUN_PROBE " say exit=1",
                                        .rspfile = "rsp/x",
                                        .rspfile_content = "x",
                                        .rspfile_length = 1};
            uint32_t slot;
            int errnum;
            struct jig_error error;
            enum jig_status status = run_start(run, &job, &slot, &errnum, &error);
            if (status) {
                assert_int_equal(status, JIG_ERROR_IO);
                assert_int_equal(errnum, EMFILE);
                shortages++;
                break;
            }
            assert_int_equal(errnum, 0);
            started++;
        }
        struct run_result result = wait_result(run);
        codes += (uint32_t)result.exit_code;
        run_result_free(&result);
    }
    assert_true(shortages > 0);
    assert_int_equal(codes, COUNT);
    run_destroy(run);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* ---- waiting -------------------------------------------------------------------------------- */

static void *call_wake(void *run)
{
    run_wake(run);
    return NULL;
}

static void test_wake_signal_and_timeout(void **state)
{
    (void)state;
    struct run *run = make_run(&(struct run_options){.slots = 1});
    struct run_result result;
    struct jig_error error;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, call_wake, run), 0);
    assert_int_equal(run_wait(run, 0, &result, &error), JIG_OK);
    assert_int_equal(result.kind, RUN_WOKEN);
    pthread_join(thread, NULL);
    kill(getpid(), SIGINT);
    assert_int_equal(run_wait(run, 0, &result, &error), JIG_OK);
    assert_int_equal(result.kind, RUN_SIGNAL);
    assert_int_equal(result.signal, SIGINT);
    assert_int_equal(run_wait(run, 1, &result, &error), JIG_OK);
    assert_int_equal(result.kind, RUN_TIMEOUT);
    run_destroy(run);
}

/* Runs a job that never ends by itself, with a timeout of a millisecond. */
static struct run_result run_too_long(const char *command)
{
    struct run *run = make_run(&(struct run_options){.slots = 1, .grace_ms = 1});
    const struct run_job job = {.command = command, .timeout_ms = 1};
    uint32_t slot;
    struct jig_error error;
    assert_int_equal(run_start(run, &job, &slot, NULL, &error), JIG_OK);
    struct run_result result = wait_result(run);
    run_destroy(run);
    return result;
}

static void test_timeout(void **state)
{
    (void)state;
    static const char said[] = "it took longer than its timeout of 0.001 s, and was stopped\n";
    /* The second ignores being told to, and so does what it starts. */
    static const char *const commands[] = {"sleep 1000", "trap '' TERM; sleep 1000; sleep 1000"};
    for (int i = 0; i < 2; i++) {
        struct run_result result = run_too_long(commands[i]);
        assert_true(result.timed_out);
        assert_false(result.interrupted);
        assert_int_not_equal(result.exit_code, 0);
        assert_string_equal(buf_cstr(&result.output), said);
        run_result_free(&result);
    }
}

/* ---- files ---------------------------------------------------------------------------------- */

static void test_response_file(void **state)
{
    (void)state;
    struct run *run = make_run(&(struct run_options){.slots = 1, .leave_signals = true});
    const struct run_job job = {.command = "/bin/cat deep/er/list.rsp",
                                .rspfile = "deep/er/list.rsp",
                                .rspfile_content = "a\0b\n",
                                .rspfile_length = 4};
    uint32_t slot;
    struct jig_error error;
    assert_int_equal(run_start(run, &job, &slot, NULL, &error), JIG_OK);
    struct run_result result = wait_result(run);
    assert_int_equal(result.output.length, 4);
    assert_memory_equal(result.output.data, "a\0b\n", 4);
    run_result_free(&result);
    run_destroy(run);
    assert_true(is_file("deep/er/list.rsp"));
}

static void test_response_file_that_cannot_be_written(void **state)
{
    (void)state;
    put_file("plain", "x", 0644);
    struct run *run = make_run(&(struct run_options){.slots = 1, .leave_signals = true});
    const struct run_job job = {.command = "/bin/true", .rspfile = "plain/list.rsp"};
    uint32_t slot;
    int errnum;
    struct jig_error error;
    assert_int_equal(run_start(run, &job, &slot, &errnum, &error), JIG_ERROR_IO);
    assert_int_equal(errnum, ENOTDIR);
    assert_non_null(strstr(error.message, "plain/list.rsp"));
    assert_int_equal(run_running(run), 0);
    assert_true(run_has_slot(run));
    run_destroy(run);
}

/* ---- long commands -------------------------------------------------------------------------- */

static struct buf long_command(const char *start, size_t length)
{
    struct buf command = {0};
    buf_append_str(&command, start);
    while (command.length + 8 < length)
        buf_append_str(&command, " 1234567");
    while (command.length < length)
        buf_append_char(&command, ' ');
    return command;
}

static uint32_t files_in(const char *path)
{
    uint32_t count = 0;
    DIR *dir = opendir(path);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void check_long(const char *start, size_t length, int exit_code)
{
    assert_int_equal(io_make_parent_dirs("scripts/x"), 0);
    struct run *run =
        make_run(&(struct run_options){.slots = 1, .script_dir = "scripts", .leave_signals = true});
    struct buf command = long_command(start, length);
    start_command(run, 0, command.data);
    struct run_result result = wait_result(run);
    assert_int_equal(result.exit_code, exit_code);
    assert_int_equal(result.output.length, 0);
    run_result_free(&result);
    buf_free(&command);
    run_destroy(run);
    assert_int_equal(files_in("scripts"), 0);
}

static void test_long_commands(void **state)
{
    (void)state;
    check_long("/bin/true", 200000, 0); /* direct */
    check_long("exit 7;", 131071, 7);   /* the longest that is one argument */
    check_long("exit 8;", 131072, 8);   /* the shortest that is not */
    check_long("exit 9;", 1000000, 9);
    check_long("cd / && x=1 && exit 6;", 200000, 6);
}

static void test_long_command_that_cannot_be_written(void **state)
{
    (void)state;
    struct run *run =
        make_run(&(struct run_options){.slots = 1, .script_dir = "missing", .leave_signals = true});
    struct buf command = long_command("exit 7;", 200000);
    const struct run_job job = {.command = command.data};
    uint32_t slot;
    int errnum;
    struct jig_error error;
    assert_int_equal(run_start(run, &job, &slot, &errnum, &error), JIG_ERROR_IO);
    assert_int_equal(errnum, ENOENT);
    assert_non_null(strstr(error.message, "200000 bytes to a file in 'missing'"));
    assert_int_equal(run_running(run), 0);
    buf_free(&command);
    run_destroy(run);
}

static void test_command_beyond_all_limits(void **state)
{
    (void)state;
    /* The shell reads it from a file, and then the system refuses it what it refused before. */
    struct buf command = long_command("/bin/true", 16 << 20);
    struct run_result result = run_command(command.data);
    assert_int_equal(result.exit_code, 126);
    assert_non_null(strstr(result.output.data, "Argument list too long"));
    run_result_free(&result);
    buf_free(&command);
}

static void test_environment_beyond_all_limits(void **state)
{
    (void)state;
    VEC(char *) variables = {0};
    struct buf text = long_command("X=", 100000);
    for (int i = 0; i < 200; i++)
        vec_push(&variables, text.data);
    vec_push(&variables, NULL);
    struct run *run = make_run(
        &(struct run_options){.slots = 1, .environment = variables.data, .leave_signals = true});
    const struct run_job job = {.command = "exit 0"};
    uint32_t slot;
    int errnum;
    struct jig_error error;
    assert_int_equal(run_start(run, &job, &slot, &errnum, &error), JIG_ERROR_IO);
    assert_int_equal(errnum, E2BIG);
    assert_non_null(strstr(error.message, "Argument list too long"));
    assert_true(error.advice[0] != '\0');
    run_destroy(run);
    vec_free(&variables);
    buf_free(&text);
}

int main(void)
{
#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, enter_temp_dir, leave_temp_dir)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_codes_and_output),
        cmocka_unit_test(test_output_may_hold_any_byte),
        IN_DIR(test_messages_are_the_shells),
        cmocka_unit_test(test_death_by_signal),
        cmocka_unit_test(test_death_by_interrupt),
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_smallest_free_slot),
        cmocka_unit_test(test_no_limit),
        cmocka_unit_test(test_load_limit_lets_one_run),
        IN_DIR(test_shortage_passes),
        cmocka_unit_test(test_wake_signal_and_timeout),
        cmocka_unit_test(test_timeout),
        IN_DIR(test_response_file),
        IN_DIR(test_response_file_that_cannot_be_written),
        IN_DIR(test_long_commands),
        IN_DIR(test_long_command_that_cannot_be_written),
        IN_DIR(test_command_beyond_all_limits),
        cmocka_unit_test(test_environment_beyond_all_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
