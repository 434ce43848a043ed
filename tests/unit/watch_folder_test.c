/*
 * Folders that come, go, move and take each other's place.
 */
#include "watch_support.h"

#include "engine/base/buf.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- naming --------------------------------------------------------------------------------- */

static void tells_of_a_folder_that_begins_to_be_watched(void **state)
{
    (void)state;
    make_folders("a");
    make_folders("b");
    struct watching *watching = watch_these("a", NULL);
    assert_string_equal(told(watching), "");
    name_folder(watching, "b");
    assert_string_equal(told(watching), "~b");
    name_folder(watching, "b");
    name_folder(watching, "a");
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

static void tells_what_happens_before_the_start(void **state)
{
    (void)state;
    make_folders("a");
    struct watching watching = {0};
    struct watch_options options = {0};
    assert_int_equal(watch_create(&options, &watching.watch, NULL), JIG_OK);
    watching.changes = jig_change_set_create();
    name_folder(&watching, "a");
    put("a/x", "1");
    assert_string_equal(told(&watching), "~a/x");
    watch_destroy(watching.watch);
    jig_change_set_destroy(watching.changes);
    free(watching.told);
}

/* The window between mkdir and watch_folder, in which nothing is told of what is in a folder. */
static void loses_nothing_that_is_put_into_a_new_folder_at_once(void **state)
{
    (void)state;
    struct watching *watching = watch_these(".", NULL);
    put("a/b/c/x", "1");
    assert_string_equal(told(watching), "+a");
    name_folder(watching, "a");
    name_folder(watching, "a/b");
    name_folder(watching, "a/b/c");
    assert_string_equal(told(watching), "~a ~a/b ~a/b/c");
    put("a/b/c/x", "2");
    assert_string_equal(told(watching), "~a/b/c/x");
    end_watching(watching);
}

/* A folder above one that was named is watched already when it is named itself. */
static void tells_of_a_folder_that_was_only_on_the_way(void **state)
{
    (void)state;
    make_folders("a/b");
    struct watching *watching = watch_these("a/b", NULL);
    put("a/x", "1");
    assert_string_equal(told(watching), "");
    name_folder(watching, "a");
    assert_string_equal(told(watching), "~a");
    put("a/x", "2");
    assert_string_equal(told(watching), "~a/x");
    end_watching(watching);
}

static void forgets_folders_that_are_not_named_again(void **state)
{
    (void)state;
    make_folders("a/b/c");
    make_folders("d");
    struct watching *watching = watch_these("a a/b/c d gone/too", NULL);
    watch_forget_rest(watching->watch);
    assert_int_equal(watched(watching), 3);
    name_folder(watching, "a/b/c");
    watch_forget_rest(watching->watch);
    assert_int_equal(watched(watching), 1);
    put("a/x", "1");
    put("d/x", "1");
    put("gone/too/x", "1");
    put("a/b/c/x", "1");
    assert_string_equal(told(watching), "~a/b/c/x");
    name_folder(watching, "d");
    assert_string_equal(told(watching), "~d");
    put("d/x", "2");
    assert_string_equal(told(watching), "~d/x");
    watch_forget_rest(watching->watch);
    watch_forget_rest(watching->watch);
    assert_int_equal(watched(watching), 0);
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

/* ---- waiting -------------------------------------------------------------------------------- */

static void waits_for_a_folder_that_does_not_exist(void **state)
{
    (void)state;
    struct watching *watching = watch_these("a/b/c", NULL);
    assert_int_equal(watched(watching), 0);
    make_folders("a");
    assert_string_equal(told(watching), "");
    make_folders("a/b/other");
    assert_string_equal(told(watching), "");
    put("a/b/c/x", "1");
    told(watching);
    assert_true(has_told(watching, '+', "a/b/c"));
    assert_int_equal(watched(watching), 1);
    put("a/b/c/x", "2");
    assert_string_equal(told(watching), "~a/b/c/x");
    end_watching(watching);
}

static void tells_that_a_folder_named_later_does_not_exist(void **state)
{
    (void)state;
    struct watching *watching = watch_these("", NULL);
    name_folder(watching, "a/b");
    assert_string_equal(told(watching), "-a/b");
    end_watching(watching);
}

static void waits_for_a_folder_where_a_file_is(void **state)
{
    (void)state;
    put("a", "a file");
    struct watching *watching = watch_these("a a/b", NULL);
    assert_int_equal(watched(watching), 0);
    delete_file("a");
    put("a/b/x", "1");
    told(watching);
    assert_true(has_told(watching, '+', "a"));
    assert_true(has_told(watching, '+', "a/b"));
    end_watching(watching);
}

/* ---- deleting and replacing ----------------------------------------------------------------- */

static void tells_of_deleted_folders(void **state)
{
    (void)state;
    put("a/b/x", "1");
    struct watching *watching = watch_these(". a a/b", NULL);
    shell("rm -r a");
    told(watching);
    assert_true(has_told(watching, '-', "a"));
    assert_true(has_told(watching, '-', "a/b"));
    assert_true(has_told(watching, '-', "a/b/x"));
    assert_int_equal(watched(watching), 1);
    end_watching(watching);
}

static void watches_a_folder_that_was_deleted_and_made_again(void **state)
{
    (void)state;
    make_folders("a/b");
    struct watching *watching = watch_these("a a/b", NULL);
    for (int i = 0; i < 20; i++) {
        shell("rm -r a && mkdir -p a/b");
        told(watching);
        assert_true(has_told_any(watching, "a") && has_told_any(watching, "a/b"));
        put("a/b/x", "1");
        assert_string_equal(told(watching), "~a/b/x");
    }
    assert_int_equal(watched(watching), 2);
    end_watching(watching);
}

/* The watch stays with the folder that was moved, and so would tell the wrong names. */
static void watches_a_folder_that_took_the_place_of_one_moved_away(void **state)
{
    (void)state;
    make_folders("a/b");
    make_folders("new/b");
    struct watching *watching = watch_these("a a/b", NULL);
    move("a", "old");
    assert_string_equal(told(watching), "-a -a/b");
    put("old/x", "1");
    put("old/b/x", "1");
    assert_string_equal(told(watching), "");
    move("new", "a");
    assert_string_equal(told(watching), "+a +a/b");
    put("a/b/x", "1");
    put("old/b/x", "2");
    assert_string_equal(told(watching), "~a/b/x");
    end_watching(watching);
}

static void follows_folders_moved_onto_each_others_paths(void **state)
{
    (void)state;
    make_folders("a/sub");
    make_folders("b/sub");
    struct watching *watching = watch_these("a a/sub b b/sub", NULL);
    shell("mv a tmp && mv b a && mv tmp b");
    told(watching);
    assert_true(has_told_any(watching, "a") && has_told_any(watching, "a/sub"));
    assert_true(has_told_any(watching, "b") && has_told_any(watching, "b/sub"));
    put("a/sub/x", "1");
    assert_string_equal(told(watching), "~a/sub/x");
    put("b/sub/x", "1");
    assert_string_equal(told(watching), "~b/sub/x");
    end_watching(watching);
}

static void tells_of_a_folder_moved_in_with_what_is_below(void **state)
{
    (void)state;
    put("outside/sub/x", "1");
    struct watching *watching = watch_these("in", NULL);
    make_folders("in");
    assert_string_equal(told(watching), "+in");
    name_folder(watching, "in/got/sub");
    told(watching);
    move("outside", "in/got");
    assert_string_equal(told(watching), "+in/got +in/got/sub");
    put("in/got/sub/x", "2");
    assert_string_equal(told(watching), "~in/got/sub/x");
    end_watching(watching);
}

/* Nothing happens in `a/b/c` itself, nor in the folder around it. */
static void notices_that_a_folder_far_above_was_moved(void **state)
{
    (void)state;
    put("a/b/c/x", "1");
    struct watching *watching = watch_these("a/b/c", NULL);
    move("a", "z");
    assert_string_equal(told(watching), "-a/b/c");
    move("z", "a");
    assert_string_equal(told(watching), "+a/b/c");
    end_watching(watching);
}

static void notices_a_move_above_an_absolute_path(void **state)
{
    make_folders("a/b");
    struct buf folder = {0}, expected = {0};
    buf_printf(&folder, "%s/a/b", (const char *)*state);
    buf_printf(&expected, "-%s", folder.data);
    struct watching *watching = watch_these(folder.data, NULL);
    move("a", "z");
    assert_string_equal(told(watching), expected.data);
    end_watching(watching);
    buf_free(&folder);
    buf_free(&expected);
}

/* What "." is stays the same; what ".." is does not. */
static void follows_the_current_directory_when_it_is_moved(void **state)
{
    (void)state;
    make_folders("one/here/" SYNC_FOLDER);
    make_folders("one/beside");
    make_folders("two/beside");
    assert_return_code(chdir("one/here"), errno);
    struct watching *watching = watch_these(". ../beside", NULL);
    put("x", "1");
    assert_string_equal(told(watching), "~x");
    move("../../one/here", "../../two/here");
    assert_string_equal(told(watching), "~../beside");
    put("x", "2");
    put("../beside/x", "1");
    assert_string_equal(told(watching), "~x ~../beside/x");
    end_watching(watching);
}

/* root may do everything, so it becomes somebody else for a while. */
static void tells_of_a_folder_that_may_not_be_entered_any_more(void **state)
{
    (void)state;
    enum { SOMEBODY = 65534 };
    bool is_root = geteuid() == 0;
    make_folders("a/b");
    if (is_root)
        assert_true(chown(".", SOMEBODY, 0) == 0 && chown("a", SOMEBODY, 0) == 0 &&
                    chown(SYNC_FOLDER, SOMEBODY, 0) == 0 && seteuid(SOMEBODY) == 0);
    struct watching *watching = watch_these("a/b", NULL);
    assert_return_code(chmod("a", 0), errno);
    assert_string_equal(told(watching), "-a/b");
    assert_return_code(chmod("a", 0777), errno);
    assert_string_equal(told(watching), "+a/b");
    end_watching(watching);
    assert_true(!is_root || seteuid(0) == 0);
}

/* A folder that may be entered and not be read cannot be watched. */
static void polls_a_folder_that_may_not_be_read(void **state)
{
    (void)state;
    enum { SOMEBODY = 65534 };
    bool is_root = geteuid() == 0;
    make_folders("a/b");
    assert_return_code(chmod("a", 0711), errno);
    if (is_root)
        assert_true(chown(".", SOMEBODY, 0) == 0 && chown("a/b", SOMEBODY, 0) == 0 &&
                    chown(SYNC_FOLDER, SOMEBODY, 0) == 0 && seteuid(SOMEBODY) == 0);
    else
        assert_return_code(chmod("a", 0311), errno);
    struct watching *watching = watch_these("a a/b", NULL);
    assert_int_equal(watched(watching), 1);
    assert_int_equal(polled(watching), 1);
    assert_int_equal(watching->notices, 0);
    put("a/b/x", "1");
    assert_string_equal(told(watching), "~a/b/x");
    move("a", "old");
    told(watching);
    assert_true(has_told(watching, '-', "a") && has_told(watching, '-', "a/b"));
    end_watching(watching);
    assert_true(!is_root || seteuid(0) == 0);
    assert_return_code(chmod("old", 0777), errno);
}

/* In a mount namespace of our own. */
static void notices_what_is_mounted_and_unmounted(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        skip();
    make_folders("a/b");
    struct watching *watching = watch_these("a a/b", NULL);
    assert_return_code(mount("none", "a", "tmpfs", 0, NULL), errno);
    assert_string_equal(told(watching), "~a -a/b");
    make_folders("a/b");
    told(watching);
    assert_true(has_told(watching, '+', "a/b"));
    put("a/b/x", "1");
    assert_string_equal(told(watching), "~a/b/x");
    assert_return_code(umount("a"), errno);
    told(watching);
    assert_true(has_told_any(watching, "a") && has_told_any(watching, "a/b"));
    put("a/b/y", "1");
    assert_string_equal(told(watching), "~a/b/y");
    end_watching(watching);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_of_a_folder_that_begins_to_be_watched),
        TEST(tells_what_happens_before_the_start),
        TEST(loses_nothing_that_is_put_into_a_new_folder_at_once),
        TEST(tells_of_a_folder_that_was_only_on_the_way),
        TEST(forgets_folders_that_are_not_named_again),
        TEST(waits_for_a_folder_that_does_not_exist),
        TEST(tells_that_a_folder_named_later_does_not_exist),
        TEST(waits_for_a_folder_where_a_file_is),
        TEST(tells_of_deleted_folders),
        TEST(watches_a_folder_that_was_deleted_and_made_again),
        TEST(watches_a_folder_that_took_the_place_of_one_moved_away),
        TEST(follows_folders_moved_onto_each_others_paths),
        TEST(tells_of_a_folder_moved_in_with_what_is_below),
        TEST(notices_that_a_folder_far_above_was_moved),
        TEST(notices_a_move_above_an_absolute_path),
        TEST(follows_the_current_directory_when_it_is_moved),
        TEST(tells_of_a_folder_that_may_not_be_entered_any_more),
        TEST(polls_a_folder_that_may_not_be_read),
        TEST(notices_what_is_mounted_and_unmounted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
