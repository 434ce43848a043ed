/* What the walk finds, what it leaves out, and what a refresh costs and notices. */
#include "walk_support.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_files_come_in_byte_order(void **state)
{
    const char *top = *state;
    put(top, "b.c", "");
    put(top, "a/z.c", "");
    put(top, "a/b/c.c", "");
    put(top, "a-b/x.c", "");
    put(top, "Z.c", "");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    /* Folders in byte order of their paths: `a-b` comes before `a/b`. */
    assert_files(&walked, "Z.c b.c a/z.c a-b/x.c a/b/c.c");
    assert_int_equal(walked.counts.files, 5);
    assert_int_equal(walked.counts.entries, 8);
    assert_int_equal(walked.counts.folders_read, 4);
    close_tree(&walked);
}

static void test_empty_folder_is_a_tree(void **state)
{
    struct walked walked = open_tree(*state, OLD);
    refresh(&walked);
    assert_files(&walked, "");
    refresh(&walked);
    assert_false(walked.changed);
    close_tree(&walked);
}

static void test_hidden_names_and_node_modules_are_left_out(void **state)
{
    const char *top = *state;
    put(top, "a", "");
    put(top, ".hidden", "");
    put(top, ".dir/b", "");
    put(top, "node_modules/p/index.js", "");
    put(top, "x/node_modules/q/index.js", "");
    put(top, "x/y", "");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    assert_files(&walked, "a x/y");
    assert_int_equal(walked.counts.folders_read, 2); /* they are not even read */
    close_tree(&walked);
}

static void test_link_to_a_file_is_a_file(void **state)
{
    const char *top = *state;
    put(top, "a", "");
    put(top, "dir/b", "");
    make_link(top, "to_file", "a");
    make_link(top, "to_folder", "dir");
    make_link(top, "to_nothing", "nowhere");
    make_link(top, "loop", ".");
    make_link(top, "itself", "itself");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    assert_files(&walked, "a to_file dir/b");
    close_tree(&walked);
}

static void test_special_files_are_no_files(void **state)
{
    const char *top = *state;
    struct buf pipe = {0};
    put(top, "a", "");
    buf_printf(&pipe, "%s/pipe", top);
    assert_int_equal(mkfifo(pipe.data, 0666), 0);
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    assert_files(&walked, "a");
    assert_int_equal(kind(&walked, "pipe"), TREE_MISSING);
    close_tree(&walked);
    buf_free(&pipe);
}

static void test_unchanged_tree_is_not_read_again(void **state)
{
    const char *top = *state;
    put(top, "a/b/c", "");
    put(top, "a/d", "");
    put(top, ".gitignore", "*.o\n");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    assert_true(walked.changed);
    refresh(&walked);
    assert_false(walked.changed);
    assert_int_equal(walked.counts.folders_statted, 3);
    assert_int_equal(walked.counts.folders_read, 0);
    assert_int_equal(walked.counts.renewed, 0); /* nor is there anything to save */
    assert_int_equal(walked.counts.files, 2);
    close_tree(&walked);
}

static void test_another_process_need_not_read_again_either(void **state)
{
    const char *top = *state;
    put(top, "a/b/c", "");
    put(top, "a/d", "");
    put(top, "a/.gitignore", "*.o\n");
    put(top, "a/e.o", "");
    struct walked first = open_tree(top, OLD);
    refresh(&first);
    struct walked second = reload(&first, top);
    close_tree(&first);
    refresh(&second);
    assert_false(second.changed);
    assert_int_equal(second.counts.folders_statted, 3);
    assert_int_equal(second.counts.folders_read, 0);
    assert_files(&second, "a/d a/b/c");
    close_tree(&second);
}

static void test_young_folder_is_read_again(void **state)
{
    const char *top = *state;
    put(top, "a", "");
    struct walked walked = open_tree(top, YOUNG);
    refresh(&walked);
    refresh(&walked);
    assert_int_equal(walked.counts.folders_read, 1);
    assert_false(walked.changed); /* and found to be what it was */
    close_tree(&walked);
}

static void test_only_folders_that_changed_are_read(void **state)
{
    const char *top = *state;
    put(top, "a/x", "");
    put(top, "b/y", "");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    put(top, "b/z", "");
    refresh(&walked);
    assert_true(walked.changed);
    assert_int_equal(walked.counts.folders_read, 1);
    assert_files(&walked, "a/x b/y b/z");
    close_tree(&walked);
}

static void test_content_of_files_is_no_change(void **state)
{
    const char *top = *state;
    put(top, "a/x", "one");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    put(top, "a/x", "another");
    put(top, "a/.tmp", "replaced by renaming");
    rename_to(top, "a/.tmp", "a/x");
    refresh(&walked);
    assert_false(walked.changed); /* the folder was read, but its names are what they were */
    assert_int_equal(walked.counts.folders_read, 1);
    close_tree(&walked);
}

static void test_removed_and_renamed_folders_are_noticed(void **state)
{
    const char *top = *state;
    put(top, "a/b/c", "");
    put(top, "d/e", "");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    rename_to(top, "a/b", "d/b");
    refresh(&walked);
    assert_true(walked.changed);
    assert_files(&walked, "d/e d/b/c");
    remove_all(top, "d");
    refresh(&walked);
    assert_true(walked.changed);
    assert_files(&walked, "");
    refresh(&walked);
    assert_false(walked.changed);
    assert_int_equal(walked.counts.folders_statted, 2); /* what is gone is forgotten */
    close_tree(&walked);
}

static void test_folder_becomes_a_file_and_back(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    remove_all(top, "a");
    put(top, "a", "");
    refresh(&walked);
    assert_true(walked.changed);
    assert_files(&walked, "a");
    remove_all(top, "a");
    put(top, "a/c", "");
    refresh(&walked);
    assert_true(walked.changed);
    assert_files(&walked, "a/c");
    close_tree(&walked);
}

static void test_link_is_followed_to_what_it_is_now(void **state)
{
    const char *top = *state;
    put(top, "src/a", "");
    make_link(top, "src/link", "../elsewhere/b");
    put(top, "elsewhere/b", "");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    assert_files(&walked, "elsewhere/b src/a src/link");
    remove_all(top, "elsewhere/b");
    make_dirs(top, "elsewhere/b");
    refresh(&walked);
    assert_true(walked.changed);
    assert_files(&walked, "src/a"); /* src has not changed, but what its link leads to has */
    close_tree(&walked);
}

static void test_asked_folder_is_judged_when_the_walk_reaches_it(void **state)
{
    const char *top = *state;
    put(top, ".real/.hidden", "");
    put(top, ".real/a", "");
    make_link(top, "x", ".real");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    assert_int_equal(kind(&walked, "x/a"), TREE_FILE);
    refresh(&walked);
    assert_files(&walked, "");
    remove_all(top, "x");
    rename_to(top, ".real", "x"); /* the very folder that was read through the link */
    refresh(&walked);
    assert_files(&walked, "x/a");
    assert_int_equal(walked.counts.files, 1);
    close_tree(&walked);
}

static void test_forgotten_folder_is_read_again(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    tree_forget_folder(walked.tree, "a", 1);
    tree_forget_folder(walked.tree, "nowhere", 7);
    refresh(&walked);
    assert_int_equal(walked.counts.folders_read, 1);
    assert_false(walked.changed);
    close_tree(&walked);
}

static void test_missing_root_is_an_error(void **state)
{
    struct buf root = {0};
    buf_printf(&root, "%s/nowhere", (const char *)*state);
    struct walked walked = open_tree(root.data, OLD);
    struct jig_error error;
    assert_int_equal(
        tree_refresh(walked.tree, walked.pool, &walked.counts, &walked.changed, NULL, NULL, &error),
        JIG_ERROR_IO);
    assert_non_null(strstr(error.message, "nowhere"));
    close_tree(&walked);
    buf_free(&root);
}

/* Root may read everything, so the rest of this test is somebody else. */
static int walk_as_nobody(const char *top)
{
    if (geteuid() == 0 && seteuid(65534) != 0)
        return 1;
    struct walked walked = open_tree(top, OLD);
    for (int i = 0; i < 2; i++) {
        refresh(&walked);
        assert_files(&walked, "a/b");
        assert_int_equal(walked.notices, 1);
        assert_non_null(strstr(walked.notice, "closed"));
    }
    assert_false(walked.changed);
    /* Its names cannot be read, but it may be asked for those that are known. */
    assert_int_equal(kind(&walked, "search/known"), TREE_FILE);
    assert_int_equal(kind(&walked, "search/deep/known"), TREE_FILE);
    assert_int_equal(kind(&walked, "search/unknown"), TREE_MISSING);
    refresh(&walked);
    assert_false(walked.changed);
    assert_int_equal(kind(&walked, "search/known"), TREE_FILE);
    close_tree(&walked);
    return 0;
}

static void test_folder_that_may_not_be_read_is_told(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    put(top, "closed/c", "");
    put(top, ".search", "");
    put(top, "search/known", "");
    put(top, "search/deep/known", "");
    put(top, ".gitignore", "search\n");
    struct buf done = output_of(top, "chmod 755 . && chmod 0 closed && chmod 711 search && "
                                     "chmod 711 search/deep");
    pid_t child = fork();
    if (child == 0)
        _exit(walk_as_nobody(top));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    struct buf undone = output_of(top, "chmod -R 755 .");
    buf_free(&done);
    buf_free(&undone);
}

static void test_folder_deeper_than_paths_go_is_told(void **state)
{
    const char *top = *state;
    /* Made of two halves, for the shell does not go so deep either. */
    struct buf made =
        output_of(top, "top=$PWD; deep() { mkdir $1; cd $1; i=0; while [ $i -lt $2 ]; do "
                       "n=$(printf 'd%0249d' $i); mkdir $n; cd $n; i=$((i + 1)); done; }; "
                       "(deep b 4; : > file) && deep a 14 && : > shallow && mv $top/b .");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    assert_int_equal(walked.notices, 1);
    assert_int_equal(walked.counts.files, 1);
    struct walked again = reload(&walked, top);
    refresh(&again);
    assert_false(again.changed);
    close_tree(&again);
    close_tree(&walked);
    buf_free(&made);
}

static void test_names_of_any_bytes(void **state)
{
    const char *top = *state;
    put(top, "\xff\xfe/\x01\n\t", "");
    put(top, "a b/'\"\\", "");
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    assert_int_equal(walked.counts.files, 2);
    assert_int_equal(kind(&walked, "\xff\xfe/\x01\n\t"), TREE_FILE);
    struct walked again = reload(&walked, top);
    refresh(&again);
    assert_false(again.changed);
    close_tree(&walked);
    close_tree(&again);
}

static void test_many_changes_leave_little_garbage(void **state)
{
    const char *top = *state;
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof name, "a/file%03d", i);
        put(top, name, "");
    }
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    for (int i = 0; i < 100; i++) {
        put(top, "a/more", "");
        refresh(&walked);
        remove_all(top, "a/more");
        refresh(&walked);
    }
    struct column columns[TREE_COLUMN_COUNT];
    tree_columns(walked.tree, columns);
    assert_true(*columns[1].count < 3000); /* 20,000 and more were read */
    tree_compact(walked.tree);
    assert_true(tree_is_sound(walked.tree));
    tree_columns(walked.tree, columns);
    assert_int_equal(*columns[1].count, 201);
    assert_int_equal(kind(&walked, "a/file199"), TREE_FILE);
    close_tree(&walked);
}

static void add_name(void *context, const char *name, size_t length, enum tree_kind kind)
{
    buf_printf(context, "%.*s=%d ", (int)length, name, (int)kind);
}

static void test_all_of_a_folder_with_what_is_left_out(void **state)
{
    const char *top = *state;
    put(top, "a/.hidden", "");
    put(top, "a/b", "");
    put(top, "a/c/d", "");
    make_link(top, "a/link", "c");
    make_link(top, "a/nothing", "nowhere");
    struct walked walked = open_tree(top, OLD);
    struct buf names = {0};
    refresh(&walked);
    tree_each_in_folder(walked.tree, "a", 1, add_name, &names);
    assert_string_equal(buf_cstr(&names), ".hidden=1 b=1 c=2 link=2 nothing=0 ");
    buf_clear(&names);
    tree_each_in_folder(walked.tree, "nowhere", 7, add_name, &names);
    assert_int_equal(names.length, 0);
    buf_free(&names);
    close_tree(&walked);
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE_TEST(test_files_come_in_byte_order),
        TREE_TEST(test_empty_folder_is_a_tree),
        TREE_TEST(test_hidden_names_and_node_modules_are_left_out),
        TREE_TEST(test_link_to_a_file_is_a_file),
        TREE_TEST(test_special_files_are_no_files),
        TREE_TEST(test_unchanged_tree_is_not_read_again),
        TREE_TEST(test_another_process_need_not_read_again_either),
        TREE_TEST(test_young_folder_is_read_again),
        TREE_TEST(test_only_folders_that_changed_are_read),
        TREE_TEST(test_content_of_files_is_no_change),
        TREE_TEST(test_removed_and_renamed_folders_are_noticed),
        TREE_TEST(test_folder_becomes_a_file_and_back),
        TREE_TEST(test_link_is_followed_to_what_it_is_now),
        TREE_TEST(test_asked_folder_is_judged_when_the_walk_reaches_it),
        TREE_TEST(test_forgotten_folder_is_read_again),
        TREE_TEST(test_missing_root_is_an_error),
        TREE_TEST(test_folder_that_may_not_be_read_is_told),
        TREE_TEST(test_folder_deeper_than_paths_go_is_told),
        TREE_TEST(test_names_of_any_bytes),
        TREE_TEST(test_many_changes_leave_little_garbage),
        TREE_TEST(test_all_of_a_folder_with_what_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
