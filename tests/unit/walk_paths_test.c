/* tree_refresh_paths: what told changes come to, and what it does not look at. */
#include "walk_told.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- files --------------------------------------------------------------------------------- */

static void test_a_file_comes_and_goes(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    put(top, "a/d", "");
    struct told told = open_told(top);
    put(top, "a/c", "");
    tell(&told, "a/c");
    assert_told(&told, "+a/c");
    assert_true(told.changes.listings);
    assert_false(told.changes.folders);
    assert_files(&told.walked, "a/b a/c a/d");
    assert_int_equal(kind(&told.walked, "a/c"), TREE_FILE);
    remove_all(top, "a/b");
    tell(&told, "a/b a/b a/c");
    assert_told(&told, "-a/b");
    assert_int_equal(kind(&told.walked, "a/b"), TREE_MISSING);
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_a_folder_is_told_instead_of_its_files(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    struct told told = open_told(top);
    put(top, "a/c", "");
    put(top, "z", "");
    tell(&told, "a .");
    assert_told(&told, "+a/c +z");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_other_content_is_no_change(void **state)
{
    const char *top = *state;
    put(top, "a/b", "1");
    put(top, "a/c", "1");
    struct told told = open_told(top);
    put(top, "a/b", "2");
    put(top, "a/.c.swap", "2");
    rename_to(top, "a/.c.swap", "a/c");
    put(top, "a/untold", "");
    tell(&told, "a/b a/c a/.c.swap");
    assert_told(&told, "");
    assert_false(told.changes.listings);
    /* The folder was not even read; whoever reads it finds what was not told. */
    assert_files(&told.walked, "a/b a/c");
    refresh(&told.walked);
    assert_true(told.walked.changed);
    assert_files(&told.walked, "a/b a/c a/untold");
    close_told(&told);
}

static void test_what_is_left_out_is_not_told(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "*.o\n/out\n");
    put(top, "a/b", "");
    struct told told = open_told(top);
    put(top, "a/b.o", "");
    put(top, "a/.b", "");
    put(top, "out/x", "");
    put(top, "node_modules/x", "");
    tell(&told, "a/b.o a/.b out out/x node_modules node_modules/x");
    assert_told(&told, "");
    assert_true(told.changes.listings);
    assert_int_equal(kind(&told.walked, "a/b.o"), TREE_FILE);
    assert_int_equal(kind(&told.walked, "out/x"), TREE_FILE);
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_what_never_was_is_no_change(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    put(top, "node_modules/p/q", "");
    struct told told = open_told(top);
    put(top, "node_modules/p/r", "");
    tell(&told, "x a/x a/b/x x/y/z ../nowhere /nowhere node_modules/p/r node_modules");
    assert_told(&told, "");
    assert_false(told.changes.listings);
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_untold_changes_are_noticed_by_a_refresh(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    put(top, "c/d", "");
    struct told told = open_told(top);
    put(top, "a/e", "");
    put(top, "c/f", "");
    tell(&told, "a/e");
    assert_told(&told, "+a/e");
    struct walked later = reload(&told.walked, top);
    refresh(&later);
    assert_true(later.changed);
    assert_files(&later, "a/b a/e c/d c/f");
    close_tree(&later);
    refresh(&told.walked);
    assert_true(told.walked.changed);
    assert_files(&told.walked, "a/b a/e c/d c/f");
    close_told(&told);
}

/* ---- folders ------------------------------------------------------------------------------- */

static void test_a_new_folder_is_walked(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "*.o\n");
    put(top, "a/.gitignore", "x\n");
    put(top, "a/b", "");
    struct told told = open_told(top);
    put(top, "a/new/.gitignore", "!y.o\n");
    put(top, "a/new/c/y.o", "");
    put(top, "a/new/c/z.o", "");
    put(top, "a/new/c/x", "");
    put(top, "a/new/d", "");
    tell(&told, "a/new");
    assert_told(&told, "+a/new/c/y.o +a/new/d");
    assert_true(told.changes.folders);
    assert_files(&told.walked, "a/b a/new/d a/new/c/y.o");
    put(top, "a/new/c/e.o", "");
    put(top, "a/new/c/f", "");
    tell(&told, "a/new/c/e.o a/new/c/f");
    assert_told(&told, "+a/new/c/f");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_what_lies_in_a_new_folder_is_enough_to_tell(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    struct told told = open_told(top);
    put(top, "a/new/c/d", "");
    tell(&told, "a/new/c/d");
    assert_told(&told, "+a/new/c/d");
    remove_all(top, "a");
    tell(&told, "a/new/c/d");
    assert_told(&told, "-a/b -a/new/c/d");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_a_folder_goes_and_comes_back(void **state)
{
    const char *top = *state;
    put(top, "a/b/c", "");
    put(top, "a/b/d/e", "");
    put(top, "a/.gitignore", "x\n");
    put(top, "f", "");
    struct told told = open_told(top);
    remove_all(top, "a");
    tell(&told, "a");
    assert_told(&told, "-a/b/c -a/b/d/e");
    assert_true(told.changes.folders);
    assert_int_equal(kind(&told.walked, "a/b"), TREE_MISSING);
    assert_int_equal(kind(&told.walked, "a/b/d/e"), TREE_MISSING);
    assert_files(&told.walked, "f");
    put(top, "a/b/x", "");
    put(top, "a/b/d/e", "");
    tell(&told, "a");
    assert_told(&told, "+a/b/d/e +a/b/x");
    assert_int_equal(kind(&told.walked, "a/b/d/e"), TREE_FILE);
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_a_moved_folder_is_both(void **state)
{
    const char *top = *state;
    put(top, "a/b/c", "");
    put(top, "x/y", "");
    struct told told = open_told(top);
    rename_to(top, "a/b", "x/b");
    tell(&told, "a/b x/b");
    assert_told(&told, "+x/b/c -a/b/c");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_a_folder_in_place_of_another(void **state)
{
    const char *top = *state;
    put(top, "a/b/c/old", "");
    put(top, "a/b/same", "");
    put(top, "z/b/c/new", "");
    put(top, "z/b/same", "");
    struct told told = open_told(top);
    remove_all(top, "a");
    rename_to(top, "z", "a");
    tell(&told, "a z");
    assert_told(&told, "+a/b/c/new -a/b/c/old -z/b/c/new -z/b/same");
    assert_nothing_missed(&told, top);
    put(top, "y/b/c/newer", "");
    put(top, "y/b/same", "");
    put(top, "y/b/too", "");
    remove_all(top, "a");
    rename_to(top, "y", "a");
    tell(&told, "a/b/too a"); /* one of the folders has been looked at by then */
    assert_told(&told, "+a/b/c/newer +a/b/too -a/b/c/new");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_files_and_folders_replace_each_other(void **state)
{
    const char *top = *state;
    put(top, "a", "");
    put(top, "b/c", "");
    struct told told = open_told(top);
    remove_all(top, "a");
    remove_all(top, "b");
    put(top, "a/d", "");
    put(top, "b", "");
    tell(&told, "a b");
    assert_told(&told, "+a/d +b -a -b/c");
    assert_int_equal(kind(&told.walked, "a"), TREE_FOLDER);
    assert_int_equal(kind(&told.walked, "b"), TREE_FILE);
    assert_int_equal(kind(&told.walked, "b/c"), TREE_MISSING);
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void count_notice(void *context, const struct jig_error *what)
{
    assert_non_null(strstr(what->message, "new"));
    ++*(int *)context;
}

/* Root may read everything, so this is somebody else. */
static int tell_as_nobody(const char *top)
{
    static const char why[] = "a folder can be read now, or no longer";
    const char *const paths[] = {"new"};
    struct jig_error error;
    int notices = 0;
    if (geteuid() == 0 && seteuid(65534) != 0)
        return 1;
    struct told told = open_told(top);
    put(top, "new/x", "");
    struct buf closed = output_of(top, "chmod 0 new"), opened = {0};
    assert_int_equal(tree_refresh_paths(told.walked.tree, told.walked.pool, paths, 1, &told.changes,
                                        count_notice, &notices, &error),
                     JIG_OK);
    assert_told(&told, "");
    assert_int_equal(notices, 1);
    assert_true(told.changes.folders);
    opened = output_of(top, "chmod 755 new");
    tell(&told, "new/x");
    assert_gave_up(&told, top, why);
    assert_files(&told.walked, "a/b new/x");
    buf_free(&closed);
    closed = output_of(top, "chmod 311 new");
    put(top, "new/x", "1"); /* this is told of a folder that can be read as far as the tree knows */
    tell(&told, "new/x");
    assert_told(&told, "");
    tell(&told, "new");
    assert_non_null(told.changes.why);
    assert_string_equal(told.changes.why, why);
    refresh(&told.walked);
    assert_files(&told.walked, "a/b");
    assert_int_equal(kind(&told.walked, "new/x"), TREE_FILE); /* it may be asked about */
    tell(&told, "new/x");
    assert_told(&told, "");
    remove_all(top, "new/x");
    tell(&told, "new/x");
    assert_non_null(told.changes.why);
    assert_string_equal(told.changes.why, "something outside of the root changed");
    refresh(&told.walked);
    assert_int_equal(kind(&told.walked, "new/x"), TREE_MISSING);
    buf_free(&closed);
    buf_free(&opened);
    close_told(&told);
    return 0;
}

static void test_folders_that_may_not_be_read(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    assert_int_equal(chmod(top, 0777), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(tell_as_nobody(top));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- many ---------------------------------------------------------------------------------- */

static void test_many_paths_at_once(void **state)
{
    enum { FOLDERS = 100, FILES = 10 };
    const char *top = *state;
    const char *paths[FOLDERS * FILES];
    struct buf all[FOLDERS * FILES] = {0};
    struct jig_error error;
    put(top, ".gitignore", "*.o\n");
    for (int i = 0; i < FOLDERS * FILES; i++) {
        buf_printf(&all[i], "d%d/f%d", i / FILES, i % FILES);
        paths[i] = all[i].data;
        if (i % 2)
            put(top, paths[i], "");
    }
    struct told told = open_told(top);
    for (int i = 0; i < FOLDERS * FILES; i++) {
        if (i % 2)
            remove_all(top, paths[i]);
        else
            put(top, paths[i], "");
    }
    assert_int_equal(tree_refresh_paths(told.walked.tree, told.walked.pool, paths, FOLDERS * FILES,
                                        &told.changes, NULL, NULL, &error),
                     JIG_OK);
    assert_null(told.changes.why);
    assert_int_equal(told.changes.list.count, FOLDERS * FILES);
    assert_nothing_missed(&told, top);
    for (int i = 0; i < FOLDERS * FILES; i++)
        buf_free(&all[i]);
    close_told(&told);
}

static size_t bytes_of(struct tree *tree)
{
    struct column columns[TREE_COLUMN_COUNT];
    size_t bytes = 0;
    tree_columns(tree, columns);
    for (int i = 0; i < TREE_COLUMN_COUNT; i++)
        bytes += (size_t)*columns[i].count * columns[i].element_bytes;
    return bytes;
}

static void test_garbage_is_bounded(void **state)
{
    const char *top = *state;
    struct buf path = {0};
    for (int i = 0; i < 1000; i++) {
        buf_clear(&path);
        buf_printf(&path, "d/some_longish_name_%d", i);
        put(top, path.data, "");
    }
    struct told told = open_told(top);
    size_t before = bytes_of(told.walked.tree);
    for (int i = 0; i < 1000; i++) {
        buf_clear(&path);
        buf_printf(&path, "d/new%d/x", i);
        put(top, path.data, "");
        tell(&told, path.data);
        assert_int_equal(told.changes.list.count, 1);
        path.data[path.length - 2] = '\0';
        remove_all(top, path.data);
        tell(&told, path.data);
        assert_int_equal(told.changes.list.count, 1);
        assert_true(bytes_of(told.walked.tree) < 2 * before + 64 * 1024);
    }
    assert_nothing_missed(&told, top);
    buf_free(&path);
    close_told(&told);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_a_file_comes_and_goes),
        TEST(test_a_folder_is_told_instead_of_its_files),
        TEST(test_other_content_is_no_change),
        TEST(test_what_is_left_out_is_not_told),
        TEST(test_what_never_was_is_no_change),
        TEST(test_untold_changes_are_noticed_by_a_refresh),
        TEST(test_a_new_folder_is_walked),
        TEST(test_what_lies_in_a_new_folder_is_enough_to_tell),
        TEST(test_a_folder_goes_and_comes_back),
        TEST(test_a_moved_folder_is_both),
        TEST(test_a_folder_in_place_of_another),
        TEST(test_files_and_folders_replace_each_other),
        TEST(test_folders_that_may_not_be_read),
        TEST(test_many_paths_at_once),
        TEST(test_garbage_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
