/* The traces that stay: the youngest twenty, within so many bytes, whoever else writes there. */
#include "trace_support.h"

#include "engine/base/io.h"
#include "engine/trace/draft.h"
#include "engine/trace/keep.h"
#include "temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int enter(void **state)
{
    return temporary_enter(state, "trace-keep");
}

/* Of a build of ten jobs, all that there are or those that were asked for. */
static void keep_run(struct trace_keeper *keeper, uint64_t run, const char *asked, uint64_t mark)
{
    struct trace_log log;
    trace_small(&log);
    log.asked = trace_log_text(&log, asked);
    log.numbers.count = 0;
    vec_push(&log.numbers, ((struct trace_number){trace_log_text(&log, "jobs_run"), run}));
    vec_push(&log.numbers, ((struct trace_number){trace_log_text(&log, "jobs_wanted"), 10}));
    log.duration_ns = 10000 + mark;
    assert_int_equal(trace_keep(keeper, &log), 0);
    trace_log_free(&log);
}

static void keep(struct trace_keeper *keeper, uint64_t mark)
{
    keep_run(keeper, 4, "", mark);
}

static void keep_full(struct trace_keeper *keeper, uint64_t mark)
{
    keep_run(keeper, 5, "", mark);
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

/* ---- the newest full build ------------------------------------------------------------------ */

static void test_the_newest_full_build_stays_beyond_the_twenty(void **state)
{
    (void)state;
    struct trace_keeper keeper;
    trace_keeper_init(&keeper, ".");
    keep_full(&keeper, 1);
    keep_full(&keeper, 2);
    for (uint64_t i = 3; i <= 30; i++)
        keep(&keeper, i);
    trace_keeper_free(&keeper);
    keeper = look();
    assert_int_equal(keeper.kept.count, 21);
    assert_int_equal(mark_of(&keeper, keeper.kept.data[0].number), 2);
    assert_int_equal(keeper.kept.data[1].number, 11);
    keep_full(&keeper, 31);
    assert_int_equal(keeper.kept.count, 20);
    assert_int_equal(keeper.kept.data[0].number, 12);
    trace_keeper_free(&keeper);
}

static void test_a_build_of_some_targets_is_not_a_full_one(void **state)
{
    (void)state;
    struct trace_keeper keeper;
    trace_keeper_init(&keeper, ".");
    keep_full(&keeper, 1);
    keep_run(&keeper, 10, "app", 2);
    keep_run(&keeper, 0, "", 3); /* it only took long */
    for (uint64_t i = 4; i <= 30; i++)
        keep(&keeper, i);
    assert_int_equal(keeper.kept.count, 21);
    assert_int_equal(mark_of(&keeper, keeper.kept.data[0].number), 1);
    trace_keeper_free(&keeper);
}

static void test_the_newest_full_build_stays_before_younger_ones(void **state)
{
    (void)state;
    struct trace_keeper keeper;
    trace_keeper_init(&keeper, ".");
    keep_full(&keeper, 1);
    keep(&keeper, 2);
    keep(&keeper, 3);
    assert_int_equal(truncate("traces/000001.trace", (off_t)TRACE_KEPT_BYTES / 2), 0);
    assert_int_equal(truncate("traces/000002.trace", (off_t)TRACE_KEPT_BYTES / 2), 0);
    trace_keeper_free(&keeper);
    keeper = look();
    keep(&keeper, 4);
    assert_int_equal(keeper.kept.count, 3);
    assert_int_equal(keeper.kept.data[0].number, 1);
    assert_int_equal(keeper.kept.data[1].number, 3);
    trace_keeper_free(&keeper);
}

static void test_a_full_build_that_is_too_large_goes_like_any_other(void **state)
{
    (void)state;
    struct trace_keeper keeper;
    trace_keeper_init(&keeper, ".");
    keep_full(&keeper, 1);
    keep(&keeper, 2);
    assert_int_equal(truncate("traces/000001.trace", (off_t)TRACE_KEPT_BYTES), 0);
    trace_keeper_free(&keeper);
    keeper = look();
    keep(&keeper, 3);
    assert_int_equal(keeper.kept.count, 2);
    assert_int_equal(keeper.kept.data[0].number, 2);
    trace_keeper_free(&keeper);
}

static void test_a_note_of_the_full_build_that_says_nothing_is_none(void **state)
{
    (void)state;
    static const char *const notes[] = {"", "000000.trace", "../1", "000099.trace", "000001.trac"};
    struct trace_keeper keeper;
    trace_keeper_init(&keeper, ".");
    for (uint64_t i = 1; i <= 20; i++)
        keep(&keeper, i);
    for (uint64_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        assert_int_equal(io_write_file(AT_FDCWD, "traces/full", notes[i], strlen(notes[i])), 0);
        keep(&keeper, 21 + i);
        assert_int_equal(keeper.kept.count, 20);
        assert_int_equal(keeper.kept.data[0].number, 2 + i);
    }
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

/* ---- writers that are killed ---------------------------------------------------------------- */

static uint32_t count_entries(void)
{
    uint32_t count = 0;
    DIR *folder = opendir("traces");
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder));)
        count += *entry->d_name != '.';
    closedir(folder);
    return count;
}

/* A trace of which only a part may be written before the process ends, one way or the other. */
static void keep_too_much(bool killed)
{
    enum { LIMIT = 100000 };
    const struct rlimit none = {0, 0}, size = {LIMIT, LIMIT};
    struct trace_keeper keeper;
    struct trace_log log;
    char *text = mem_alloc(2 * LIMIT);
    memset(text, 'x', 2 * LIMIT - 1);
    text[2 * LIMIT - 1] = '\0';
    trace_small(&log);
    log.asked = trace_log_text(&log, text);
    trace_keeper_init(&keeper, ".");
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_FSIZE, &size);
    signal(SIGXFSZ, killed ? SIG_DFL : SIG_IGN);
    _exit(trace_keep(&keeper, &log) == EFBIG ? 7 : 8);
}

static int status_of_writer(bool killed)
{
    int status;
    pid_t writer = fork();
    assert_true(writer >= 0);
    if (!writer)
        keep_too_much(killed);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    return status;
}

static void test_what_a_killed_writer_leaves_is_not_listed_and_goes(void **state)
{
    (void)state;
    int status = status_of_writer(true);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGXFSZ);
    assert_int_equal(count_entries(), 1);
    struct trace_keeper keeper = look();
    assert_int_equal(keeper.kept.count, 0);
    keep(&keeper, 5);
    assert_int_equal(mark_of(&keeper, 1), 5);
    assert_int_equal(count_entries(), 1);
    trace_keeper_free(&keeper);
}

static void test_a_full_disk_leaves_nothing(void **state)
{
    (void)state;
    int status = status_of_writer(false);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_int_equal(count_entries(), 0);
}

static void test_a_draft_stays_while_its_writer_lives(void **state)
{
    (void)state;
    struct draft draft;
    assert_int_equal(mkdir("traces", 0777), 0);
    int folder = open("traces", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(draft_begin(&draft, folder), 0);
    struct trace_keeper keeper = look();
    keep(&keeper, 1);
    assert_int_equal(count_entries(), 2);
    assert_int_equal(io_write_all(draft.fd, "x", 1), 0);
    assert_int_equal(draft_take_name(&draft, "000001.trace"), EEXIST);
    assert_int_equal(draft_take_name(&draft, "000002.trace"), 0);
    draft_end(&draft);
    assert_int_equal(mark_of(&keeper, 1), 1);
    trace_keeper_look(&keeper);
    assert_int_equal(keeper.kept.count, 2);
    assert_int_equal(count_entries(), 2);
    close(folder);
    trace_keeper_free(&keeper);
}

/* ---- file systems without links ------------------------------------------------------------- */

static int link_error; /* what linking a file fails with; 0: it does not */

int __real_linkat(int from_folder, const char *from, int to_folder, const char *to, int flags);
int __wrap_linkat(int from_folder, const char *from, int to_folder, const char *to, int flags);
int __wrap_linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    if (!link_error)
        return __real_linkat(from_folder, from, to_folder, to, flags);
    errno = link_error;
    return -1;
}

/* Several processes keep traces at a time; none may take another one's number. */
static void keep_side_by_side(void)
{
    enum { WRITERS = 4, EACH = 5 };
    bool seen[WRITERS * EACH] = {false};
    pid_t writers[WRITERS];
    for (uint64_t i = 0; i < WRITERS; i++) {
        writers[i] = fork();
        assert_true(writers[i] >= 0);
        if (writers[i])
            continue;
        struct trace_keeper keeper;
        trace_keeper_init(&keeper, ".");
        for (uint64_t k = 0; k < EACH; k++)
            keep(&keeper, i * EACH + k);
        _exit(0);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
        assert_int_equal(status, 0);
    }
    struct trace_keeper keeper = look();
    assert_int_equal(keeper.kept.count, WRITERS * EACH);
    for (uint32_t i = 0; i < keeper.kept.count; i++)
        seen[mark_of(&keeper, keeper.kept.data[i].number)] = true;
    for (int i = 0; i < WRITERS * EACH; i++)
        assert_true(seen[i]);
    assert_int_equal(count_entries(), WRITERS * EACH);
    trace_keeper_free(&keeper);
}

static void test_no_two_processes_take_the_same_number(void **state)
{
    (void)state;
    keep_side_by_side();
}

static void test_no_two_processes_take_the_same_number_without_links(void **state)
{
    (void)state;
    link_error = EPERM;
    keep_side_by_side();
    link_error = 0;
}

static void test_a_number_that_is_only_held_is_no_build(void **state)
{
    (void)state;
    assert_int_equal(mkdir("traces", 0777), 0);
    assert_int_equal(io_write_file(AT_FDCWD, "traces/000001.trace", "", 0), 0);
    struct trace_keeper keeper = look();
    assert_int_equal(keeper.kept.count, 0);
    keep(&keeper, 3);
    assert_int_equal(mark_of(&keeper, 2), 3);
    trace_keeper_free(&keeper);
}

/* ---- what other processes do between two steps ----------------------------------------------- */

static const char *new_draft; /* made anew, by its writer, before somebody tries to lock it */

int __real_flock(int fd, int how);
int __wrap_flock(int fd, int how);
int __wrap_flock(int fd, int how)
{
    if (new_draft && (how & LOCK_NB)) {
        assert_int_equal(unlink(new_draft), 0);
        assert_int_equal(io_write_file(AT_FDCWD, new_draft, "x", 1), 0);
        new_draft = NULL;
    }
    return __real_flock(fd, how);
}

/* The one that was looked at has ended, and its writer has begun another one of the same name. */
static void test_a_draft_is_not_taken_for_an_earlier_one_of_its_name(void **state)
{
    (void)state;
    assert_int_equal(mkdir("traces", 0777), 0);
    assert_int_equal(io_write_file(AT_FDCWD, "traces/4711-0.draft", "", 0), 0);
    int folder = open("traces", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    new_draft = "traces/4711-0.draft";
    draft_remove_if_left(folder, "4711-0.draft");
    assert_null(new_draft);
    assert_int_equal(access("traces/4711-0.draft", F_OK), 0);
    draft_remove_if_left(folder, "4711-0.draft"); /* nobody holds it: now it is left behind */
    assert_int_equal(access("traces/4711-0.draft", F_OK), -1);
    close(folder);
}

static bool another_is_faster; /* and makes the folder first */

int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode)
{
    if (another_is_faster)
        __real_mkdir(path, mode);
    another_is_faster = false;
    return __real_mkdir(path, mode);
}

static void test_the_folder_may_be_made_by_another_process(void **state)
{
    (void)state;
    struct trace_keeper keeper = look();
    another_is_faster = true;
    keep(&keeper, 1);
    assert_false(another_is_faster);
    assert_int_equal(keeper.kept.count, 1);
    trace_keeper_free(&keeper);
}

/* ---- reading -------------------------------------------------------------------------------- */

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
        cmocka_unit_test_setup_teardown(test_the_newest_full_build_stays_beyond_the_twenty, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_a_build_of_some_targets_is_not_a_full_one, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_the_newest_full_build_stays_before_younger_ones, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_a_full_build_that_is_too_large_goes_like_any_other,
                                        enter, temporary_leave),
        cmocka_unit_test_setup_teardown(test_a_note_of_the_full_build_that_says_nothing_is_none,
                                        enter, temporary_leave),
        cmocka_unit_test_setup_teardown(test_names_that_are_not_ours_are_left_alone, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_written_leaves_nothing, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_what_a_killed_writer_leaves_is_not_listed_and_goes,
                                        enter, temporary_leave),
        cmocka_unit_test_setup_teardown(test_a_full_disk_leaves_nothing, enter, temporary_leave),
        cmocka_unit_test_setup_teardown(test_a_draft_stays_while_its_writer_lives, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_no_two_processes_take_the_same_number, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_no_two_processes_take_the_same_number_without_links,
                                        enter, temporary_leave),
        cmocka_unit_test_setup_teardown(test_a_number_that_is_only_held_is_no_build, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_a_draft_is_not_taken_for_an_earlier_one_of_its_name,
                                        enter, temporary_leave),
        cmocka_unit_test_setup_teardown(test_the_folder_may_be_made_by_another_process, enter,
                                        temporary_leave),
        cmocka_unit_test_setup_teardown(test_a_damaged_file_is_named, enter, temporary_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
