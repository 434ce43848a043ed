/* Ignore files of a tree: which hold, and that a refresh notices when one changes. */
#include "walk_support.h"

#include <string.h>

/* Every folder of these tests is young, so that each refresh looks closely. */
static struct walked walk(const char *root)
{
    struct walked walked = open_tree(root, YOUNG);
    refresh(&walked);
    return walked;
}

static void assert_files_change(struct walked *walked, const char *files)
{
    refresh(walked);
    assert_true(walked->changed);
    assert_files(walked, files);
    refresh(walked);
    assert_false(walked->changed);
    assert_files(walked, files);
}

static void test_rules_hold_below_their_folder(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "*.o\n/build\n");
    put(top, "a.o", "");
    put(top, "build/x", "");
    put(top, "src/build/x", "");
    put(top, "src/b.o", "");
    put(top, "src/c", "");
    struct walked walked = walk(top);
    assert_files(&walked, "src/c src/build/x");
    close_tree(&walked);
}

static void test_nearer_rules_win(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "*.o\n");
    put(top, "src/.gitignore", "!keep.o\n");
    put(top, "src/deep/keep.o", "");
    put(top, "src/other.o", "");
    put(top, "keep.o", "");
    struct walked walked = walk(top);
    assert_files(&walked, "src/deep/keep.o");
    close_tree(&walked);
}

static void test_nothing_below_an_ignored_folder_comes_back(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "out/\n!out/keep\n");
    put(top, "out/.gitignore", "!*\n");
    put(top, "out/keep", "");
    put(top, "a", "");
    struct walked walked = walk(top);
    assert_files(&walked, "a");
    close_tree(&walked);
}

static void test_rule_that_comes_and_goes(void **state)
{
    const char *top = *state;
    put(top, "gen/a", "");
    put(top, "gen/deep/b", "");
    put(top, "c", "");
    struct walked walked = walk(top);
    put(top, ".gitignore", "gen\n");
    assert_files_change(&walked, "c");
    put(top, ".gitignore", "c\n");
    assert_files_change(&walked, "gen/a gen/deep/b");
    remove_all(top, ".gitignore");
    assert_files_change(&walked, "c gen/a gen/deep/b");
    close_tree(&walked);
}

static void test_edit_of_a_nested_file_changes_what_is_below(void **state)
{
    const char *top = *state;
    put(top, "pkg/.gitignore", "x\n");
    put(top, "pkg/deep/er/x", "");
    put(top, "pkg/deep/er/y", "");
    struct walked walked = walk(top);
    assert_files(&walked, "pkg/deep/er/y");
    put(top, "pkg/.gitignore", "y\n"); /* no folder changes by that, nor the file's size */
    assert_files_change(&walked, "pkg/deep/er/x");
    close_tree(&walked);
}

static void test_edit_that_says_the_same_is_no_change(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "x\n");
    put(top, "x", "");
    struct walked walked = walk(top);
    put(top, ".gitignore", "#\nx\n");
    refresh(&walked);
    assert_false(walked.changed);
    assert_true(walked.counts.renewed > 0);
    close_tree(&walked);
}

static void test_new_folder_is_judged_by_rules_above_it(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "a/**/*.o\n");
    put(top, "a/b/c", "");
    struct walked first = walk(top);
    struct walked second = reload(&first, top); /* which has read no rules yet */
    put(top, "a/b/new/x.o", "");
    put(top, "a/b/new/x.c", "");
    refresh(&second);
    assert_files(&second, "a/b/c a/b/new/x.c");
    close_tree(&first);
    close_tree(&second);
}

static void make_repository(const char *top)
{
    make_dirs(top, ".git/info");
}

static void test_exclude_of_the_repository(void **state)
{
    const char *top = *state;
    make_repository(top);
    put(top, "a", "");
    put(top, "b", "");
    struct walked walked = walk(top);
    assert_files(&walked, "a b");
    put(top, ".git/info/exclude", "a\n");
    assert_files_change(&walked, "b");
    put(top, ".gitignore", "!a\n"); /* is nearer */
    assert_files_change(&walked, "a b");
    close_tree(&walked);
}

static void test_rules_above_the_root(void **state)
{
    const char *top = *state;
    struct buf root = {0};
    buf_printf(&root, "%s/packages/app", top);
    make_repository(top);
    put(top, "packages/app/a/x", "");
    put(top, "packages/app/a/y", "");
    put(top, "packages/app/x", "");
    struct walked walked = walk(root.data);
    assert_files(&walked, "x a/x a/y");
    put(top, ".gitignore", "/packages/*/x\n");
    assert_files_change(&walked, "a/x a/y");
    put(top, "packages/.gitignore", "app/a/y\n!x\n");
    assert_files_change(&walked, "x a/x");
    remove_all(top, ".git"); /* no repository any more: nothing above the root counts */
    assert_files_change(&walked, "x a/x a/y");
    close_tree(&walked);
    buf_free(&root);
}

static void test_root_that_moves_in_its_repository(void **state)
{
    const char *top = *state;
    struct buf before = {0}, after = {0};
    buf_printf(&before, "%s/a", top);
    buf_printf(&after, "%s/b", top);
    make_repository(top);
    put(top, ".gitignore", "/a/x\n/b/y\n");
    put(top, "a/x", "");
    put(top, "a/y", "");
    struct walked first = walk(before.data);
    assert_files(&first, "y");
    rename_to(top, "a", "b");
    struct walked second = reload(&first, after.data);
    refresh(&second);
    assert_files(&second, "x");
    close_tree(&first);
    close_tree(&second);
    buf_free(&before);
    buf_free(&after);
}

static void test_worktree_uses_the_exclude_of_its_repository(void **state)
{
    const char *top = *state;
    struct buf root = {0};
    buf_printf(&root, "%s/tree", top);
    put(top, "main/.git/info/exclude", "x\n");
    put(top, "main/.git/worktrees/tree/commondir", "../..\n");
    put(top, "tree/.git", "gitdir: ../main/.git/worktrees/tree\n");
    put(top, "tree/x", "");
    put(top, "tree/y", "");
    struct walked walked = walk(root.data);
    assert_files(&walked, "y");
    put(top, "main/.git/info/exclude", "y\n");
    assert_files_change(&walked, "x");
    close_tree(&walked);
    buf_free(&root);
}

static void test_ignore_file_behind_a_link_does_not_count(void **state)
{
    const char *top = *state;
    put(top, "rules", "a\n");
    put(top, "a", "");
    make_link(top, ".gitignore", "rules");
    struct walked walked = walk(top);
    assert_files(&walked, "a rules");
    close_tree(&walked);
}

static void test_ignore_file_that_becomes_a_link_counts_no_more(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "*.o\n");
    put(top, "src/a.o", "");
    struct walked walked = walk(top);
    rename_to(top, ".gitignore", ".rules");
    make_link(top, ".gitignore", ".rules"); /* the same content */
    assert_files_change(&walked, "src/a.o");
    close_tree(&walked);
}

static void test_ignore_files_can_be_left_unread(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "a\n");
    put(top, "a", "");
    put(top, ".b", "");
    struct walked with = open_tree(top, OLD);
    refresh(&with);
    assert_files(&with, "");
    close_tree(&with);
    struct walked without = open_tree_without_ignore(top);
    refresh(&without);
    assert_files(&without, "a");
    struct walked again = reload(&without, top); /* and read once more */
    refresh(&again);
    assert_true(again.changed);
    assert_files(&again, "");
    close_tree(&without);
    close_tree(&again);
}

static void test_asked_folder_that_is_ignored_later_is_still_watched(void **state)
{
    const char *top = *state;
    put(top, "gen/a", "");
    struct walked walked = walk(top);
    assert_int_equal(kind(&walked, "gen/b"), TREE_MISSING);
    put(top, ".gitignore", "gen\n");
    assert_files_change(&walked, "");
    put(top, "gen/b", "");
    refresh(&walked);
    assert_true(walked.changed);
    assert_int_equal(kind(&walked, "gen/b"), TREE_FILE);
    remove_all(top, "gen/a");
    remove_all(top, "gen/b");
    refresh(&walked); /* and what is left of it is sound */
    assert_int_equal(kind(&walked, "gen/b"), TREE_MISSING);
    close_tree(&walked);
}

#define RULES_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULES_TEST(test_rules_hold_below_their_folder),
        RULES_TEST(test_nearer_rules_win),
        RULES_TEST(test_nothing_below_an_ignored_folder_comes_back),
        RULES_TEST(test_rule_that_comes_and_goes),
        RULES_TEST(test_edit_of_a_nested_file_changes_what_is_below),
        RULES_TEST(test_edit_that_says_the_same_is_no_change),
        RULES_TEST(test_new_folder_is_judged_by_rules_above_it),
        RULES_TEST(test_exclude_of_the_repository),
        RULES_TEST(test_rules_above_the_root),
        RULES_TEST(test_root_that_moves_in_its_repository),
        RULES_TEST(test_worktree_uses_the_exclude_of_its_repository),
        RULES_TEST(test_ignore_file_behind_a_link_does_not_count),
        RULES_TEST(test_ignore_file_that_becomes_a_link_counts_no_more),
        RULES_TEST(test_ignore_files_can_be_left_unread),
        RULES_TEST(test_asked_folder_that_is_ignored_later_is_still_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
