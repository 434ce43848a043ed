/*
 * Two processes and one state directory: one waits, or is told who is there; the lock goes with its
 * holder; and a job of the holder that runs the tool again does without.
 */
#include "state_support.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a process that holds the lock ------------------------------------------------------- */

struct holder {
    pid_t pid;
    int release; /* closing it makes the holder end */
};

/* Returns when the child has the lock. */
static struct holder start_holder(const struct test_dir *dir)
{
    int ready[2], release[2];
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(release), 0);
    pid_t pid = fork();
    char byte = 0;
    if (pid == 0) {
        close(release[1]);
        struct state *state = open_state(dir->path, NULL);
        if (write(ready[1], &byte, 1) != 1 || read(release[0], &byte, 1) != 0)
            _exit(1);
        state_close(state);
        _exit(0);
    }
    close(ready[1]);
    close(release[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return (struct holder){pid, release[1]};
}

static void reap(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static enum jig_status open_without_waiting(const struct test_dir *dir, struct jig_error *error)
{
    const struct state_options options = {.directory = dir->path};
    struct state *state;
    enum jig_status status = state_open(&options, &state, error);
    state_close(state);
    return status;
}

/* ---- two at once ------------------------------------------------------------------------- */

static void test_a_second_process_is_told_who_is_there(void **state)
{
    const struct test_dir *dir = *state;
    struct holder holder = start_holder(dir);
    struct jig_error error;
    assert_int_equal(open_without_waiting(dir, &error), JIG_ERROR_LOCKED);
    char name[32];
    snprintf(name, sizeof name, "process %d ", (int)holder.pid);
    assert_non_null(strstr(error.message, name));
    close(holder.release);
    reap(holder.pid);
    assert_int_equal(open_without_waiting(dir, &error), JIG_OK);
}

struct waiting {
    struct holder holder;
    int64_t told;          /* the process id that was given */
    uint32_t times;        /* how often */
    const char *to_remove; /* a file that goes while we wait, or NULL */
};

static void let_holder_go(void *context, int64_t holder)
{
    struct waiting *waiting = context;
    waiting->told = holder;
    waiting->times++;
    if (waiting->to_remove)
        unlink(waiting->to_remove);
    close(waiting->holder.release);
}

static void test_a_process_that_waits_gets_the_lock_when_it_is_free(void **state)
{
    const struct test_dir *dir = *state;
    struct waiting waiting = {.holder = start_holder(dir)};
    const struct state_options options = {
        .directory = dir->path, .wait = true, .waiting = let_holder_go, .context = &waiting};
    struct state *opened;
    assert_int_equal(state_open(&options, &opened, NULL), JIG_OK);
    assert_int_equal(waiting.times, 1);
    assert_int_equal(waiting.told, waiting.holder.pid);
    assert_int_equal(open_without_waiting(dir, NULL), JIG_ERROR_LOCKED);
    state_close(opened);
    reap(waiting.holder.pid);
}

static void test_a_lock_file_removed_during_the_wait_is_not_mistaken_for_the_lock(void **state)
{
    const struct test_dir *dir = *state;
    struct waiting waiting = {.holder = start_holder(dir), .to_remove = dir->lock};
    const struct state_options options = {
        .directory = dir->path, .wait = true, .waiting = let_holder_go, .context = &waiting};
    struct state *opened;
    assert_int_equal(state_open(&options, &opened, NULL), JIG_OK);
    assert_int_equal(open_without_waiting(dir, NULL), JIG_ERROR_LOCKED);
    state_close(opened);
    reap(waiting.holder.pid);
}

static void test_the_lock_goes_with_a_killed_holder(void **state)
{
    const struct test_dir *dir = *state;
    struct holder holder = start_holder(dir);
    kill(holder.pid, SIGKILL);
    int status;
    assert_int_equal(waitpid(holder.pid, &status, 0), holder.pid);
    assert_int_equal(open_without_waiting(dir, NULL), JIG_OK);
    close(holder.release);
}

static void on_alarm(int signal)
{
    (void)signal;
}

static void start_alarms(void *context, int64_t holder)
{
    (void)context;
    (void)holder;
    /* Again and again, so that one comes while the process already waits. */
    const struct itimerval every_ms = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &every_ms, NULL);
}

static void test_a_signal_ends_the_wait(void **state)
{
    const struct test_dir *dir = *state;
    struct holder holder = start_holder(dir);
    struct sigaction action = {.sa_handler = on_alarm}, before;
    sigaction(SIGALRM, &action, &before);
    const struct state_options options = {
        .directory = dir->path, .wait = true, .waiting = start_alarms};
    struct state *opened;
    struct jig_error error;
    assert_int_equal(state_open(&options, &opened, &error), JIG_ERROR_INTERRUPTED);
    assert_null(opened);
    const struct itimerval off = {0};
    setitimer(ITIMER_REAL, &off, NULL);
    sigaction(SIGALRM, &before, NULL);
    close(holder.release);
    reap(holder.pid);
}

static void test_a_reader_takes_no_lock(void **state)
{
    const struct test_dir *dir = *state;
    struct holder holder = start_holder(dir);
    struct state *reader = open_read_only(dir->path, NULL);
    struct world world = load_world(reader);
    free_world(&world);
    state_close(reader);
    close(holder.release);
    reap(holder.pid);
}

static void test_a_directory_that_cannot_be_made_is_an_error(void **state)
{
    const struct test_dir *dir = *state;
    spill(dir->image, "a file", 6);
    char inside[128];
    snprintf(inside, sizeof inside, "%s/.jig", dir->image);
    const struct state_options options = {.directory = inside};
    struct state *opened;
    struct jig_error error;
    assert_int_equal(state_open(&options, &opened, &error), JIG_ERROR_IO);
    assert_non_null(strstr(error.message, inside));
    assert_null(opened);
}

static void test_missing_directories_are_made(void **state)
{
    const struct test_dir *dir = *state;
    char inside[128], lock[160];
    snprintf(inside, sizeof inside, "%s/out/deep/.jig", dir->path);
    snprintf(lock, sizeof lock, "%s/lock", inside);
    struct state *opened = open_state(inside, NULL);
    assert_true(exists(lock));
    state_close(opened);
}

/* ---- a child of the holder ---------------------------------------------------------------- */

/* What a job of the holder does when it runs the tool again; exits with 0 if all is as it should.
 */
static _Noreturn void run_tool_again(const struct test_dir *dir)
{
    const struct state_options options = {.directory = dir->path, .join_ancestor = true};
    struct state *state = NULL;
    if (state_open(&options, &state, NULL) || !state_is_joined(state))
        _exit(1);
    struct session session = {.state = state, .world = load_world(state)};
    bool saw_parent = session.world.history->jobs.data[0].cost.duration_ms == 51;
    world_run(&session.world, 1, "x.h", 60);
    record(&session, 1);
    if (state_fold(session.state, session.world.graph, session.world.history, NULL))
        _exit(2);
    _exit(saw_parent ? 0 : 3);
}

static uint32_t duration(const struct session *session, job_id job)
{
    return session->world.history->jobs.data[job].cost.duration_ms;
}

static void test_a_child_of_the_holder_reads_and_changes_nothing(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    uint32_t before = duration(&session, 1);
    world_run(&session.world, 0, "x.h new.h", 50);
    record(&session, 0);
    pid_t child = fork();
    if (child == 0)
        run_tool_again(dir);
    reap(child);
    assert_int_equal(open_without_waiting(dir, NULL), JIG_ERROR_LOCKED);
    assert_int_equal(duration(&session, 1), before);
    world_run(&session.world, 2, "y.h", 90);
    record(&session, 2);
    assert_found(dir, end_session(&session));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_temp_dir, remove_temp_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_second_process_is_told_who_is_there),
        TEST(test_a_process_that_waits_gets_the_lock_when_it_is_free),
        TEST(test_a_lock_file_removed_during_the_wait_is_not_mistaken_for_the_lock),
        TEST(test_the_lock_goes_with_a_killed_holder),
        TEST(test_a_signal_ends_the_wait),
        TEST(test_a_reader_takes_no_lock),
        TEST(test_a_directory_that_cannot_be_made_is_an_error),
        TEST(test_missing_directories_are_made),
        TEST(test_a_child_of_the_holder_reads_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
