/* tree_refresh_paths: when it gives up, and that a refresh then sees everything. */
#include "walk_told.h"

static void test_before_the_first_refresh(void **state)
{
    const char *top = *state;
    put(top, "a", "");
    struct told told = {.walked = open_tree(top, OLD)};
    tell(&told, "a");
    assert_string_equal(told.changes.why, "the tree was not walked before");
    refresh(&told.walked);
    tell(&told, "a");
    assert_told(&told, "");
    close_told(&told);
}

static void test_it_is_asked_for_a_refresh_until_there_is_one(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "*.o\n");
    struct told told = open_told(top);
    put(top, ".gitignore", "*.c\n");
    tell(&told, ".gitignore");
    assert_non_null(told.changes.why);
    put(top, "a.o", "");
    tell(&told, "a.o");
    assert_non_null(told.changes.why);
    refresh(&told.walked);
    assert_true(told.walked.changed);
    assert_files(&told.walked, "a.o");
    put(top, "b.o", "");
    tell(&told, "b.o");
    assert_told(&told, "+b.o");
    close_told(&told);
}

static void test_ignore_rules(void **state)
{
    static const char why[] = "ignore rules changed";
    const char *top = *state;
    put(top, "a/b.o", "");
    put(top, "a/c", "");
    struct told told = open_told(top);
    put(top, "a/.gitignore", "*.o\n");
    tell(&told, "a/.gitignore");
    assert_gave_up(&told, top, why);
    put(top, "a/.gitignore", "c\n");
    tell(&told, "a/.gitignore");
    assert_gave_up(&told, top, why);
    put(top, "a/.gitignore", "c\n"); /* written, but the same */
    tell(&told, "a/.gitignore");
    assert_told(&told, "");
    put(top, "a/.gitignore", "d\n");
    tell(&told, "a"); /* whose names are the same */
    assert_gave_up(&told, top, why);
    put(top, "new/a/.gitignore", "*.o\n");
    put(top, "new/a/b.o", "");
    put(top, "new/a/c", "");
    tell(&told, "new");
    remove_all(top, "a");
    rename_to(top, "new/a", "a");
    tell(&told, "a new/a"); /* so are those of the one that took its place */
    assert_gave_up(&told, top, why);
    assert_files(&told.walked, "a/c");
    remove_all(top, "a/.gitignore");
    tell(&told, "a/.gitignore");
    assert_gave_up(&told, top, why);
    assert_files(&told.walked, "a/b.o a/c");
    close_told(&told);
}

static void test_ignore_rules_of_the_repository(void **state)
{
    static const char why[] = "ignore rules changed";
    struct buf root = {0};
    put(*state, "repo/.git/info/exclude", "*.o\n");
    put(*state, "repo/sub/a.o", "");
    put(*state, "repo/sub/b", "");
    buf_printf(&root, "%s/repo/sub", (const char *)*state);
    struct told told = open_told(root.data);
    assert_files(&told.walked, "b");
    put(*state, "repo/.git/index", "");
    tell(&told, "../.git/index ../.git");
    assert_told(&told, "");
    put(*state, "repo/.git/info/exclude", "*.c\n");
    tell(&told, "../.git/info/exclude");
    assert_gave_up(&told, root.data, why);
    assert_files(&told.walked, "a.o b");
    put(*state, "repo/.gitignore", "b\n");
    tell(&told, "../.gitignore");
    assert_gave_up(&told, root.data, why);
    assert_files(&told.walked, "a.o");
    put(root.data, "b2", "");
    put(root.data, "b", "1");
    tell(&told, "b2 b");
    assert_told(&told, "+b2");
    make_dirs(root.data, ".git");
    tell(&told, ".git");
    assert_gave_up(&told, root.data, why);
    assert_files(&told.walked, "a.o b b2");
    close_told(&told);
    buf_free(&root);
}

static void test_links(void **state)
{
    static const char why[] = "a symbolic link changed";
    const char *top = *state;
    put(top, "a/f", "");
    put(top, "a/g", "");
    put(top, "b/h", "");
    struct told told = open_told(top);
    make_link(top, "b/l", "../a/f");
    tell(&told, "b/l");
    assert_gave_up(&told, top, why);
    assert_files(&told.walked, "a/f a/g b/h b/l");
    put(top, "b/i", ""); /* beside a link that stays */
    tell(&told, "b/i");
    assert_told(&told, "+b/i");
    tell(&told, "a/f a/g b/i");
    assert_told(&told, "");
    remove_all(top, "b/l");
    make_link(top, "b/l", "../a/g"); /* to the same sort of thing */
    tell(&told, "b/l");
    assert_gave_up(&told, top, why);
    remove_all(top, "a/g"); /* it now leads nowhere, and nobody told of it */
    tell(&told, "a/g");
    assert_gave_up(&told, top, why);
    assert_files(&told.walked, "a/f b/h b/i");
    put(top, "a/g", "");
    tell(&told, "a/g");
    assert_gave_up(&told, top, why);
    remove_all(top, "b");
    tell(&told, "b");
    assert_gave_up(&told, top, why);
    close_told(&told);
}

static void test_a_link_that_only_led_on(void **state)
{
    const char *top = *state;
    put(top, ".d/e/f", "");
    put(top, "a/e/f", "");
    put(top, "b/e/g", "");
    struct told told = open_told(top);
    assert_int_equal(kind(&told.walked, ".d/e/f"), TREE_FILE);
    remove_all(top, ".d");
    make_link(top, ".d", "a");
    refresh(&told.walked); /* what is known below is still there; the link itself nobody followed */
    assert_int_equal(kind(&told.walked, ".d/e/f"), TREE_FILE);
    remove_all(top, ".d");
    make_link(top, ".d", "b");
    tell(&told, ".d");
    assert_gave_up(&told, top, "a symbolic link changed");
    assert_int_equal(kind(&told.walked, ".d/e/f"), TREE_MISSING);
    close_told(&told);
}

static void test_locks_of_editors_are_no_links(void **state)
{
    const char *top = *state;
    put(top, "a/f", "");
    struct told told = open_told(top);
    make_link(top, "a/.#f", "me@there.1234");
    put(top, "a/g", "");
    tell(&told, "a/.#f a/g");
    assert_told(&told, "+a/g");
    remove_all(top, "a/.#f");
    tell(&told, "a/.#f");
    assert_told(&told, "");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_folders_outside_of_the_walk(void **state)
{
    static const char why[] = "a folder outside of the walk changed";
    const char *top = *state;
    put(top, "node_modules/p/index.js", "");
    put(top, "node_modules/q/index.js", "");
    put(top, "a", "");
    struct told told = open_told(top);
    assert_int_equal(kind(&told.walked, "node_modules/p/index.ts"), TREE_MISSING);
    put(top, "node_modules/p/index.js", "1");
    put(top, "node_modules/q/index.ts", ""); /* nobody asked about this folder */
    tell(&told, "node_modules/p/index.js node_modules/q/index.ts node_modules/p node_modules");
    assert_told(&told, "");
    put(top, "node_modules/p/index.ts", "");
    tell(&told, "node_modules/p/index.ts");
    assert_gave_up(&told, top, why);
    assert_int_equal(kind(&told.walked, "node_modules/p/index.ts"), TREE_FILE);
    remove_all(top, "node_modules");
    tell(&told, "node_modules");
    assert_gave_up(&told, top, why);
    assert_int_equal(kind(&told.walked, "node_modules/p/index.ts"), TREE_MISSING);
    close_told(&told);
}

/* Workspaces: a package is known by its own path and through a link in node_modules. */
static void test_folders_behind_links(void **state)
{
    const char *top = *state;
    put(top, "packages/p/src/a", "");
    make_link(top, "node_modules/p", "../packages/p");
    struct told told = open_told(top);
    assert_int_equal(kind(&told.walked, "node_modules/p/src/b"), TREE_MISSING);
    put(top, "packages/p/c", "");
    put(top, "packages/p/d/e", "");
    tell(&told, "packages/p/src/a");
    assert_told(&told, "");
    put(top, "packages/p/src/b", "");
    tell(&told, "packages/p/src/b");
    assert_gave_up(&told, top, "a folder outside of the walk changed");
    assert_int_equal(kind(&told.walked, "node_modules/p/src/b"), TREE_FILE);
    close_told(&told);
}

static void test_a_path_through_a_link_that_nobody_knows(void **state)
{
    const char *top = *state;
    put(top, "packages/p/src/a", "");
    put(top, "packages/pq/b", "");
    make_link(top, "node_modules/p", "../packages/p");
    make_link(top, "node_modules/pq", "p");
    make_link(top, "node_modules/top", "..");
    struct told told = open_told(top);
    put(top, "packages/p/src/b", "");
    put(top, "packages/p/c/d", "");
    tell(&told, "node_modules/p/src/b node_modules/pq/c/d");
    assert_told(&told, "+packages/p/c/d +packages/p/src/b");
    remove_all(top, "packages/p/src/a");
    put(top, "t", "");
    tell(&told, "node_modules/p/src node_modules/top/t");
    assert_told(&told, "+t -packages/p/src/a");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_outside_of_the_root(void **state)
{
    static const char why[] = "something outside of the root changed";
    struct buf root = {0}, inner = {0};
    put(*state, "root/a", "");
    put(*state, "beside", "");
    buf_printf(&root, "%s/root", (const char *)*state);
    buf_printf(&inner, "%s/root/b", (const char *)*state);
    struct told told = open_told(root.data);
    assert_int_equal(kind(&told.walked, "../beside"), TREE_FILE);
    assert_int_equal(kind(&told.walked, inner.data), TREE_MISSING);
    put(*state, "other", "");
    tell(&told, "../other ../beside");
    assert_told(&told, "");
    remove_all(*state, "beside");
    tell(&told, "../beside");
    assert_gave_up(&told, root.data, why);
    assert_int_equal(kind(&told.walked, "../beside"), TREE_MISSING);
    put(root.data, "b", ""); /* asked about as if it were outside */
    tell(&told, "b");
    assert_gave_up(&told, root.data, why);
    assert_int_equal(kind(&told.walked, inner.data), TREE_FILE);
    close_told(&told);
    buf_free(&root);
    buf_free(&inner);
}

static void test_the_root_is_gone(void **state)
{
    struct buf root = {0};
    struct jig_error error;
    const char *const paths[] = {"."};
    put(*state, "root/a", "");
    buf_printf(&root, "%s/root", (const char *)*state);
    struct told told = open_told(root.data);
    rename_to(*state, "root", "old");
    put(*state, "root/b", "");
    tell(&told, ".");
    assert_gave_up(&told, root.data, "the root is another folder");
    assert_files(&told.walked, "b");
    remove_all(*state, "root");
    assert_int_equal(tree_refresh_paths(told.walked.tree, told.walked.pool, paths, 1, &told.changes,
                                        NULL, NULL, &error),
                     JIG_ERROR_IO);
    close_told(&told);
    buf_free(&root);
}

/* Where the links of a workspace lead is known, and what is elsewhere costs no look at them. */
static void test_a_file_among_many_links(void **state)
{
    const char *top = *state;
    struct buf path = {0}, target = {0};
    put(top, "files/f", "");
    put(top, "other/f", "");
    for (int i = 0; i < 100; i++) {
        buf_clear(&path);
        buf_clear(&target);
        buf_printf(&path, "links/l%d", i);
        buf_printf(&target, "../files/missing%d", i);
        make_link(top, path.data, i == 0 ? "../files/f" : i % 2 ? target.data : "l0");
    }
    struct told told = open_told(top);
    put(top, "other/missing7", "");
    put(top, "files/missing8", "");
    tell(&told, "other/missing7 files/missing8");
    assert_told(&told, "+files/missing8 +other/missing7");
    assert_nothing_missed(&told, top);
    put(top, "files/missing7", "");
    tell(&told, "files/missing7");
    assert_gave_up(&told, top, "a symbolic link changed");
    remove_all(top, "files/f");
    tell(&told, "files/f"); /* half of the links led there, all but one through another */
    assert_gave_up(&told, top, "a symbolic link changed");
    assert_files(&told.walked, "files/missing7 files/missing8 links/l7 other/f other/missing7");
    put(top, "elsewhere/g", "");
    make_link(top, "files/f", "../elsewhere/f");
    tell(&told, "files/f elsewhere");
    assert_gave_up(&told, top, "a symbolic link changed");
    put(top, "elsewhere/f", "");
    tell(&told, "elsewhere/f");
    assert_gave_up(&told, top, "a symbolic link changed");
    close_told(&told);
    buf_free(&path);
    buf_free(&target);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_before_the_first_refresh),
        TEST(test_it_is_asked_for_a_refresh_until_there_is_one),
        TEST(test_ignore_rules),
        TEST(test_ignore_rules_of_the_repository),
        TEST(test_links),
        TEST(test_a_link_that_only_led_on),
        TEST(test_locks_of_editors_are_no_links),
        TEST(test_folders_outside_of_the_walk),
        TEST(test_folders_behind_links),
        TEST(test_a_path_through_a_link_that_nobody_knows),
        TEST(test_outside_of_the_root),
        TEST(test_the_root_is_gone),
        TEST(test_a_file_among_many_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
