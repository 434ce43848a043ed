/* The traces that stay: the youngest twenty, within so many bytes, whoever else writes there. */
#include "trace_support.h"

#include "engine/base/io.h"
#include "engine/trace/keep.h"
#include "temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int enter(void **state)
{
    return temporary_enter(state, "trace-keep");
}

static void keep(struct trace_keeper *keeper, uint64_t mark)
{
    struct trace_log log;
    trace_small(&log);
    log.duration_ns = 10000 + mark;
    assert_int_equal(trace_keep(keeper, &log), 0);
    trace_log_free(&log);
}

static uint64_t mark_of(const struct trace_keeper *keeper, uint64_t number)
{
    struct buf path = {0};
    struct trace_log log;
    struct jig_error error;
    trace_keeper_path(keeper, number, &path);
    if (trace_read(path.data, &log, &error))
        fail_msg("%s", error.message);
    uint64_t mark = log.duration_ns - 10000;
    trace_log_free(&log);
    buf_free(&path);
    return mark;
}

/* The traces of a keeper that has seen nothing yet. */
static struct trace_keeper look(void)
{
    struct trace_keeper keeper;
    trace_keeper_init(&keeper, ".");
    trace_keeper_look(&keeper);
    return keeper;
}

static void test_nothing_is_made_before_something_is_kept(void **state)
{
    (void)state;
    struct trace_keeper keeper = look();
    assert_int_equal(keeper.kept.count, 0);
    assert_int_not_equal(access("traces", F_OK), 0);
    trace_keeper_free(&keeper);
}

static void test_the_youngest_twenty_stay(void **state)
{
    (void)state;
    struct trace_keeper keeper;
    trace_keeper_init(&keeper, ".");
    for (uint64_t i = 1; i <= 25; i++)
        keep(&keeper, i);
    trace_keeper_free(&keeper);
    keeper = look();
    assert_int_equal(keeper.kept.count, 20);
    assert_int_equal(keeper.kept.data[0].number, 6);
    assert_int_equal(keeper.kept.data[19].number, 25);
    assert_int_equal(mark_of(&keeper, 6), 6);
    trace_keeper_free(&keeper);
}

static void test_another_process_goes_on_counting(void **state)
{
    (void)state;
    struct trace_keeper keeper, other;
    trace_keeper_init(&keeper, ".");
    trace_keeper_init(&other, ".");
    keep(&keeper, 1);
    for (uint64_t i = 2; i <= 40; i++)
        keep(&other, i);
    keep(&keeper, 41); /* it has not looked since its own first */
    assert_int_equal(keeper.kept.count, 20);
    for (uint64_t i = 22; i <= 41; i++)
        assert_int_equal(mark_of(&keeper, i), i);
    trace_keeper_free(&keeper);
    trace_keeper_free(&other);
}

static void test_the_oldest_go_when_all_are_too_large(void **state)
{
    (void)state;
    struct trace_keeper keeper;
    trace_keeper_init(&keeper, ".");
    keep(&keeper, 1);
    keep(&keeper, 2);
    keep(&keeper, 3);
    assert_int_equal(truncate("traces/000002.trace", (off_t)TRACE_KEPT_BYTES), 0);
    trace_keeper_free(&keeper);
    keeper = look();
    keep(&keeper, 4);
    trace_keeper_look(&keeper);
    assert_int_equal(keeper.kept.count, 2);
    assert_int_equal(keeper.kept.data[0].number, 3);
    trace_keeper_free(&keeper);
}

static void test_the_last_one_stays_however_large(void **state)
{
    (void)state;
    struct trace_keeper keeper;
    trace_keeper_init(&keeper, ".");
    keep(&keeper, 1);
    struct trace_log log;
    trace_small(&log);
    char *text = mem_alloc(TRACE_KEPT_BYTES + 2);
    memset(text, 'x', TRACE_KEPT_BYTES + 1);
    text[TRACE_KEPT_BYTES + 1] = '\0';
    log.asked = trace_log_text(&log, text);
    assert_int_equal(trace_keep(&keeper, &log), 0);
    assert_int_equal(keeper.kept.count, 1);
    assert_int_equal(mark_of(&keeper, 2), 0);
    free(text);
    trace_log_free(&log);
    trace_keeper_free(&keeper);
}

static void test_names_that_are_not_ours_are_left_alone(void **state)
{
    (void)state;
    static const char *const others[] = {"traces/1.trace",
                                         "traces/000001.trace.bak",
                                         "traces/000000.trace",
                                         "traces/-00001.trace",
                                         "traces/+00001.trace",
                                         "traces/notes",
                                         "traces/0000001.trace",
                                         "traces/9999999999999999.trace",
                                         "traces/99999999999999999999999.trace"};
    assert_int_equal(mkdir("traces", 0777), 0);
    assert_int_equal(mkdir("traces/000007.trace", 0777), 0);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(io_write_file(AT_FDCWD, others[i], "x", 1), 0);
    struct trace_keeper keeper = look();
    assert_int_equal(keeper.kept.count, 0);
    for (uint64_t i = 1; i <= 21; i++)
        keep(&keeper, i);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(access(others[i], F_OK), 0);
    trace_keeper_free(&keeper);
}

static void test_what_cannot_be_written_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(io_write_file(AT_FDCWD, "traces", "x", 1), 0);
    struct trace_keeper keeper;
    struct trace_log log = {0};
    trace_keeper_init(&keeper, ".");
    assert_int_equal(trace_keep(&keeper, &log), ENOTDIR);
    assert_int_equal(keeper.kept.count, 0);
    trace_keeper_free(&keeper);
}

static void test_a_damaged_file_is_named(void **state)
{
    (void)state;
    struct trace_log log;
    struct jig_error error;
    assert_int_equal(io_write_file(AT_FDCWD, "x.trace", "x", 1), 0);
    assert_int_equal(trace_read("x.trace", &log, &error), JIG_ERROR_CORRUPT);
    assert_string_equal(error.message,
                        "'x.trace' is no trace that can be read: it is not a jig trace");
    assert_int_equal(trace_read("y.trace", &log, &error), JIG_ERROR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_is_made_before_something_is_kept, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_the_youngest_twenty_stay, enter, temporary_leave),
        cmocka_unit_test_setup_teardown(test_another_process_goes_on_counting, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_the_oldest_go_when_all_are_too_large, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_the_last_one_stays_however_large, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_names_that_are_not_ours_are_left_alone, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_written_leaves_nothing, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_a_damaged_file_is_named, enter, temporary_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
