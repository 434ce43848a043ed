/*
 * When a change set is ready.
 *
 * The times are tested on the clock that the tests turn; the watch's own only in ways that a slow
 * machine cannot break.
 */
#include "watch_support.h"

#include "engine/watch/settle.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#define MS         UINT64_C(1000000)
#define INDEX_LOCK ".git/index.lock"

static struct settle settle_of(uint64_t quiet_ms, uint64_t max_ms)
{
    struct settle settle;
    settle_init(&settle, quiet_ms * MS, max_ms * MS);
    return settle;
}

/* ---- quiet and late ------------------------------------------------------------------------- */

static void is_not_ready_when_nothing_happened(void **state)
{
    (void)state;
    struct settle settle = settle_of(15, 100);
    assert_int_equal(settle_next_ns(&settle), NEVER);
    assert_false(settle_is_ready(&settle, 1000 * MS));
}

static void is_ready_when_it_has_been_quiet(void **state)
{
    (void)state;
    struct settle settle = settle_of(15, 100);
    settle_happened(&settle, 1000 * MS);
    settle_happened(&settle, 1010 * MS);
    assert_int_equal(settle_next_ns(&settle), 1025 * MS);
    assert_false(settle_is_ready(&settle, 1024 * MS));
    assert_true(settle_is_ready(&settle, 1025 * MS));
    settle_taken(&settle);
    assert_false(settle_is_ready(&settle, 2000 * MS));
}

static void is_ready_in_time_when_it_is_never_quiet(void **state)
{
    (void)state;
    struct settle settle = settle_of(15, 100);
    for (uint64_t at = 1000; at < 1100; at += 10) {
        settle_happened(&settle, at * MS);
        assert_false(settle_is_ready(&settle, at * MS));
    }
    assert_int_equal(settle_next_ns(&settle), 1100 * MS);
    assert_true(settle_is_ready(&settle, 1100 * MS));
}

/* ---- git ------------------------------------------------------------------------------------ */

static void is_held_back_while_git_works(void **state)
{
    (void)state;
    make_folders(".git");
    struct settle settle = settle_of(15, 100);
    settle_happened(&settle, 1000 * MS);
    put(INDEX_LOCK, "");
    assert_false(settle_is_ready(&settle, 1015 * MS));
    assert_false(settle_is_ready(&settle, 5000 * MS));
    assert_true(settle_next_ns(&settle) <= 5100 * MS);
    delete_file(INDEX_LOCK);
    assert_false(settle_is_ready(&settle, 5010 * MS));
    assert_int_equal(settle_next_ns(&settle), 5025 * MS);
    assert_true(settle_is_ready(&settle, 5025 * MS));
}

/* The steps of a rebase: each takes the lock for a while. */
static void is_held_back_until_the_last_step(void **state)
{
    (void)state;
    make_folders(".git");
    struct settle settle = settle_of(15, 100);
    settle_happened(&settle, 1000 * MS);
    for (uint64_t at = 1015; at < 3000; at += 25) {
        put(INDEX_LOCK, "");
        assert_false(settle_is_ready(&settle, at * MS));
        delete_file(INDEX_LOCK);
        assert_false(settle_is_ready(&settle, (at + 10) * MS));
    }
    assert_true(settle_is_ready(&settle, 4000 * MS));
}

static void does_not_wait_for_a_lock_that_stays(void **state)
{
    (void)state;
    make_folders(".git");
    put(INDEX_LOCK, "");
    struct settle settle = settle_of(15, 100);
    settle_happened(&settle, 1000 * MS);
    assert_false(settle_is_ready(&settle, 1015 * MS));
    assert_false(settle_is_ready(&settle, 11000 * MS));
    assert_true(settle_is_ready(&settle, 11015 * MS));
    settle_taken(&settle);
    settle_happened(&settle, 12000 * MS);
    assert_true(settle_is_ready(&settle, 12015 * MS));
    settle_taken(&settle);
    /* Another one is waited for. */
    put(".git/next", "");
    move(".git/next", INDEX_LOCK);
    settle_happened(&settle, 13000 * MS);
    assert_false(settle_is_ready(&settle, 13015 * MS));
}

static void finds_the_repository_above(void **state)
{
    (void)state;
    struct buf path = {0};
    make_folders("repo/.git");
    make_folders("repo/a/b");
    assert_return_code(chdir("repo/a/b"), errno);
    assert_true(git_index_lock(&path));
    assert_string_equal(path.data, "../../.git/index.lock");
    assert_return_code(chdir("../.."), errno);
    assert_true(git_index_lock(&path));
    assert_string_equal(path.data, INDEX_LOCK);
    buf_free(&path);
}

static void finds_the_git_folder_of_a_worktree(void **state)
{
    (void)state;
    struct buf path = {0};
    make_folders("main/.git/worktrees/tree");
    put("tree/.git", "gitdir: ../main/.git/worktrees/tree\n");
    make_folders("tree/a");
    assert_return_code(chdir("tree/a"), errno);
    assert_true(git_index_lock(&path));
    assert_string_equal(path.data, "../../main/.git/worktrees/tree/index.lock");
    put("../.git", "gitdir: /some/where\n");
    assert_true(git_index_lock(&path));
    assert_string_equal(path.data, "/some/where/index.lock");
    put("../.git", "not git's");
    assert_false(git_index_lock(&path));
    buf_free(&path);
}

/* ---- the watch's own clock ------------------------------------------------------------------ */

static void becomes_ready_and_stays_so_until_it_is_taken(void **state)
{
    (void)state;
    make_folders("src");
    struct watching *watching = watch_these("src", NULL);
    assert_false(is_ready(watching));
    for (int i = 0; i < 3; i++) {
        put("src/a", "1");
        wait_ready(watching);
        assert_true(is_ready(watching));
        assert_string_not_equal(told_so_far(watching), "");
        assert_false(is_ready(watching) && *told_so_far(watching) == '\0');
    }
    end_watching(watching);
}

static void is_not_ready_before_it_has_been_quiet(void **state)
{
    (void)state;
    make_folders("src");
    struct watching *watching =
        watch_these("src", &(struct watch_options){.quiet_ms = 300, .max_ms = 60000});
    uint64_t began = now_ms();
    put("src/a", "1");
    wait_ready(watching);
    assert_true(now_ms() - began >= 300);
    assert_string_equal(told_so_far(watching), "~src/a");
    end_watching(watching);
}

static void is_ready_though_it_is_never_quiet(void **state)
{
    (void)state;
    make_folders("src");
    struct watching *watching =
        watch_these("src", &(struct watch_options){.quiet_ms = 60000, .max_ms = 200});
    uint64_t began = now_ms();
    while (!is_ready(watching)) {
        put("src/a", "1");
        sched_yield();
        assert_true(now_ms() - began < 20000);
    }
    assert_true(now_ms() - began >= 200);
    end_watching(watching);
}

static void is_not_ready_while_git_works(void **state)
{
    (void)state;
    make_folders("src");
    put(INDEX_LOCK, "");
    struct watching *watching =
        watch_these("src", &(struct watch_options){.quiet_ms = 1, .max_ms = 2});
    put("src/a", "1");
    struct jig_error error;
    assert_int_equal(watch_sync(watching->watch, SYNC_FOLDER, 20000, &error), JIG_OK);
    for (uint64_t began = now_ms(); now_ms() - began < 100; sched_yield())
        assert_false(is_ready(watching));
    delete_file(INDEX_LOCK);
    wait_ready(watching);
    assert_string_equal(told_so_far(watching), "~src/a");
    end_watching(watching);
}

static void is_ready_when_it_is_reminded(void **state)
{
    (void)state;
    make_folders("src");
    put(INDEX_LOCK, "");
    struct watching *watching =
        watch_these("src", &(struct watch_options){.quiet_ms = 1, .max_ms = 2});
    watch_remind(watching->watch);
    for (uint64_t began = now_ms(); now_ms() - began < 100; sched_yield())
        assert_false(is_ready(watching));
    delete_file(INDEX_LOCK);
    wait_ready(watching);
    assert_string_equal(told_so_far(watching), "");
    assert_false(is_ready(watching));
    end_watching(watching);
}

static void count_ready(void *context)
{
    atomic_uint *count = context;
    atomic_fetch_add(count, 1);
}

static void calls_when_it_becomes_ready(void **state)
{
    (void)state;
    make_folders("src");
    atomic_uint count = 0;
    struct watching *watching =
        watch_these("src", &(struct watch_options){.ready = count_ready, .context = &count});
    put("src/a", "1");
    wait_ready(watching);
    while (!atomic_load(&count))
        sched_yield();
    put("src/a", "2");
    assert_string_equal(told(watching), "~src/a");
    assert_int_equal(atomic_load(&count), 1);
    put("src/a", "3");
    wait_ready(watching);
    while (atomic_load(&count) != 2)
        sched_yield();
    end_watching(watching);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_not_ready_when_nothing_happened),
        TEST(is_ready_when_it_has_been_quiet),
        TEST(is_ready_in_time_when_it_is_never_quiet),
        TEST(is_held_back_while_git_works),
        TEST(is_held_back_until_the_last_step),
        TEST(does_not_wait_for_a_lock_that_stays),
        TEST(finds_the_repository_above),
        TEST(finds_the_git_folder_of_a_worktree),
        TEST(becomes_ready_and_stays_so_until_it_is_taken),
        TEST(is_not_ready_before_it_has_been_quiet),
        TEST(is_ready_though_it_is_never_quiet),
        TEST(is_not_ready_while_git_works),
        TEST(is_ready_when_it_is_reminded),
        TEST(calls_when_it_becomes_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
