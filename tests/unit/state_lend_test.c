/*
 * Lending the lock: others can build meanwhile, and whoever lent it learns whether they changed
 * anything.
 */
#include "state_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool regain(struct session *session)
{
    bool same;
    struct jig_error error;
    if (state_regain(session->state, true, &same, &error))
        fail_msg("%s", error.message);
    return same;
}

static void discard(struct session *session)
{
    struct buf known = end_session(session);
    buf_free(&known);
}

static void test_nobody_came(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    for (int i = 0; i < 3; i++) {
        state_lend(session.state);
        assert_true(regain(&session));
        world_run(&session.world, 0, "x.h", 50 + (uint64_t)i);
        record(&session, 0);
    }
    assert_found(dir, end_session(&session));
}

static void test_what_waits_is_written_before(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    struct jig_error error;
    world_know(&session.world, "a.c", 77);
    file_id file = world_file(&session.world, "a.c");
    assert_int_equal(
        state_record_file(session.state, session.world.graph, session.world.history, file, &error),
        JIG_OK);
    state_lend(session.state);
    assert_found(dir, facts(session.world.graph, session.world.history));
    assert_true(regain(&session));
    discard(&session);
}

static void test_another_that_only_looks_changes_nothing(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    state_lend(session.state);
    struct session other = begin_session(dir, NULL);
    discard(&other);
    assert_true(regain(&session));
    assert_found(dir, end_session(&session));
}

static void test_another_that_records_is_noticed(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    state_lend(session.state);
    struct session other = begin_session(dir, NULL);
    world_run(&other.world, 0, "new.h", 60);
    record(&other, 0);
    struct buf known = end_session(&other);
    assert_false(regain(&session));
    discard(&session);
    assert_found(dir, known);
}

static void test_another_that_folds_is_noticed(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    state_lend(session.state);
    struct session other = begin_session(dir, NULL);
    struct jig_error error;
    assert_int_equal(state_fold(other.state, other.world.graph, other.world.history, &error),
                     JIG_OK);
    discard(&other);
    assert_false(regain(&session));
    discard(&session);
}

static void test_nothing_is_written_meanwhile(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    struct jig_error error;
    state_lend(session.state);
    assert_int_equal(
        state_record_job(session.state, session.world.graph, session.world.history, 0, &error),
        JIG_ERROR_LOCKED);
    assert_int_equal(state_fold(session.state, session.world.graph, session.world.history, &error),
                     JIG_ERROR_LOCKED);
    assert_true(regain(&session));
    record(&session, 0);
    discard(&session);
}

static void test_it_is_not_given_back_while_another_has_it(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    struct jig_error error;
    bool same;
    state_lend(session.state);
    struct session other = begin_session(dir, NULL);
    assert_int_equal(state_regain(session.state, false, &same, &error), JIG_ERROR_LOCKED);
    discard(&other);
    assert_true(regain(&session));
    discard(&session);
}

static void test_a_directory_that_was_deleted_is_noticed(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    state_lend(session.state);
    unlink(dir->image);
    unlink(dir->lock);
    assert_int_equal(rmdir(dir->path), 0);
    assert_false(regain(&session));
    discard(&session);
}

static void test_closing_while_it_is_lent_leaves_what_others_wrote(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    state_lend(session.state);
    struct session other = begin_session(dir, NULL);
    discard(&session);
    world_run(&other.world, 1, "late.h", 70);
    record(&other, 1);
    assert_found(dir, end_session(&other));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_temp_dir, remove_temp_dir)
    const struct CMUnitTest tests[] = {
        TEST(test_nobody_came),
        TEST(test_what_waits_is_written_before),
        TEST(test_another_that_only_looks_changes_nothing),
        TEST(test_another_that_records_is_noticed),
        TEST(test_another_that_folds_is_noticed),
        TEST(test_nothing_is_written_meanwhile),
        TEST(test_it_is_not_given_back_while_another_has_it),
        TEST(test_a_directory_that_was_deleted_is_noticed),
        TEST(test_closing_while_it_is_lent_leaves_what_others_wrote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
