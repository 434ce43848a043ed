/* tree_kind: what it answers, what it costs, and that a refresh notices when an answer changes. */
#include "walk_support.h"

#include <stdio.h>
#include <string.h>

/* A refreshed tree to ask. */
static struct walked ask_in(const char *top)
{
    struct walked walked = open_tree(top, OLD);
    refresh(&walked);
    return walked;
}

/* That the next refresh says that something changed, and the one after that it did not. */
static void assert_noticed(struct walked *walked)
{
    refresh(walked);
    assert_true(walked->changed);
    refresh(walked);
    assert_false(walked->changed);
}

static void test_kinds(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    struct walked walked = ask_in(top);
    assert_int_equal(kind(&walked, "a"), TREE_FOLDER);
    assert_int_equal(kind(&walked, "a/b"), TREE_FILE);
    assert_int_equal(kind(&walked, "a/c"), TREE_MISSING);
    assert_int_equal(kind(&walked, "a/b/c"), TREE_MISSING);
    assert_int_equal(kind(&walked, "x/y/z"), TREE_MISSING);
    assert_int_equal(kind(&walked, "."), TREE_FOLDER);
    assert_int_equal(kind(&walked, ""), TREE_FOLDER);
    assert_int_equal(kind(&walked, ".."), TREE_FOLDER);
    assert_int_equal(kind(&walked, "/"), TREE_FOLDER);
    assert_int_equal(tree_kind(walked.tree, "a\0b", 3), TREE_MISSING);
    close_tree(&walked);
}

static void test_nothing_is_known_before_the_first_refresh(void **state)
{
    struct column columns[TREE_COLUMN_COUNT];
    put(*state, "a", "");
    struct walked walked = open_tree(*state, OLD);
    assert_int_equal(kind(&walked, "a"), TREE_MISSING);
    assert_int_equal(kind(&walked, "/"), TREE_FOLDER);
    tree_columns(walked.tree, columns);
    refresh(&walked);
    assert_int_equal(kind(&walked, "a"), TREE_FILE);
    close_tree(&walked);
}

static void test_left_out_is_there_all_the_same(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "dist\n");
    put(top, "dist/a", "");
    put(top, ".hidden/b", "");
    put(top, "node_modules/p/package.json", "");
    struct walked walked = ask_in(top);
    assert_files(&walked, "");
    assert_int_equal(kind(&walked, "dist/a"), TREE_FILE);
    assert_int_equal(kind(&walked, ".hidden/b"), TREE_FILE);
    assert_int_equal(kind(&walked, "node_modules/p/package.json"), TREE_FILE);
    assert_int_equal(kind(&walked, "node_modules/q/package.json"), TREE_MISSING);
    refresh(&walked);
    assert_false(walked.changed);
    assert_int_equal(walked.counts.folders_read, 0);
    assert_files(&walked, ""); /* asked about is not walked */
    close_tree(&walked);
}

static void test_asked_folders_are_watched(void **state)
{
    const char *top = *state;
    put(top, "node_modules/p/index.js", "");
    struct walked walked = ask_in(top);
    assert_int_equal(kind(&walked, "node_modules/p/index.ts"), TREE_MISSING);
    put(top, "node_modules/p/index.ts", "");
    assert_noticed(&walked);
    assert_int_equal(kind(&walked, "node_modules/p/index.ts"), TREE_FILE);
    remove_all(top, "node_modules/p/index.ts");
    assert_noticed(&walked);
    assert_int_equal(kind(&walked, "node_modules/p/index.ts"), TREE_MISSING);
    close_tree(&walked);
}

static void test_folders_nobody_asked_about_are_not(void **state)
{
    const char *top = *state;
    put(top, "node_modules/p/index.js", "");
    struct walked walked = ask_in(top);
    put(top, "node_modules/q/index.js", "");
    refresh(&walked);
    assert_false(walked.changed);
    close_tree(&walked);
}

static void test_missing_folder_that_appears_is_noticed(void **state)
{
    const char *top = *state;
    make_dirs(top, "node_modules");
    struct walked walked = ask_in(top);
    assert_int_equal(kind(&walked, "node_modules/p/lib/index.js"), TREE_MISSING);
    assert_int_equal(kind(&walked, "x/y/z"), TREE_MISSING);
    make_dirs(top, "x");
    assert_noticed(&walked);
    assert_int_equal(kind(&walked, "x/y/z"), TREE_MISSING);
    assert_int_equal(kind(&walked, "node_modules/p/lib/index.js"), TREE_MISSING);
    put(top, "node_modules/p/lib/index.js", "");
    assert_noticed(&walked);
    assert_int_equal(kind(&walked, "node_modules/p/lib/index.js"), TREE_FILE);
    close_tree(&walked);
}

static void test_folder_that_vanishes_and_returns_is_noticed(void **state)
{
    const char *top = *state;
    put(top, ".out/gen/a", "");
    struct walked walked = ask_in(top);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kind(&walked, ".out/gen/a"), TREE_FILE);
        remove_all(top, ".out");
        assert_noticed(&walked);
        assert_int_equal(kind(&walked, ".out/gen/a"), TREE_MISSING);
        put(top, ".out/gen/a", "");
        assert_noticed(&walked);
    }
    close_tree(&walked);
}

static void test_another_process_notices_for_us(void **state)
{
    const char *top = *state;
    struct buf root = {0};
    buf_printf(&root, "%s/root", top);
    put(top, "root/.dir/a", "");
    struct walked first = ask_in(root.data);
    assert_int_equal(kind(&first, ".dir/b"), TREE_MISSING);
    assert_int_equal(kind(&first, "../outside"), TREE_MISSING);
    struct walked second = reload(&first, root.data);
    refresh(&second);
    assert_false(second.changed);
    assert_int_equal(second.counts.folders_read, 0);
    put(top, "root/.dir/b", "");
    struct walked third = reload(&second, root.data);
    assert_noticed(&third);
    put(top, "outside", "");
    assert_noticed(&third);
    close_tree(&first);
    close_tree(&second);
    close_tree(&third);
    buf_free(&root);
}

static void test_outside_only_what_was_asked_matters(void **state)
{
    const char *top = *state;
    struct buf root = {0}, absolute = {0};
    buf_printf(&root, "%s/root", top);
    buf_printf(&absolute, "%s/other/x", top);
    make_dirs(top, "root");
    make_dirs(top, "shared");
    struct walked walked = ask_in(root.data);
    assert_int_equal(kind(&walked, "../shared/a"), TREE_MISSING);
    assert_int_equal(kind(&walked, "../shared/deep/b"), TREE_MISSING);
    assert_int_equal(kind(&walked, absolute.data), TREE_MISSING);
    put(top, "shared/c", "");
    put(top, "other/y", "");
    refresh(&walked);
    assert_false(walked.changed);
    put(top, "shared/a", "");
    assert_noticed(&walked);
    put(top, "shared/deep/b", "");
    assert_noticed(&walked);
    put(top, "other/x", "");
    assert_noticed(&walked);
    assert_int_equal(kind(&walked, "../shared/a"), TREE_FILE);
    assert_int_equal(kind(&walked, "../shared/deep/b"), TREE_FILE);
    assert_int_equal(kind(&walked, absolute.data), TREE_FILE);
    assert_int_equal(kind(&walked, "../shared/deep"), TREE_FOLDER);
    close_tree(&walked);
    buf_free(&root);
    buf_free(&absolute);
}

static void test_links_are_followed(void **state)
{
    const char *top = *state;
    put(top, "packages/ui/index.ts", "");
    make_link(top, "node_modules/@org/ui", "../../packages/ui");
    make_link(top, "node_modules/loop", "loop");
    make_link(top, "node_modules/self", ".");
    struct walked walked = ask_in(top);
    assert_int_equal(kind(&walked, "node_modules/@org/ui"), TREE_FOLDER);
    assert_int_equal(kind(&walked, "node_modules/@org/ui/index.ts"), TREE_FILE);
    assert_int_equal(kind(&walked, "node_modules/@org/ui/none.ts"), TREE_MISSING);
    assert_int_equal(kind(&walked, "node_modules/loop"), TREE_MISSING);
    assert_int_equal(kind(&walked, "node_modules/loop/x"), TREE_MISSING);
    assert_int_equal(kind(&walked, "node_modules/self/self/self/@org"), TREE_FOLDER);
    refresh(&walked);
    assert_false(walked.changed);
    close_tree(&walked);
}

static void test_link_that_leads_elsewhere_is_noticed(void **state)
{
    const char *top = *state;
    put(top, "one/a", "");
    put(top, "two/b", "");
    make_link(top, "current", "one");
    make_link(top, ".links/current", "../current");
    struct walked walked = ask_in(top);
    assert_int_equal(kind(&walked, ".links/current/a"), TREE_FILE);
    remove_all(top, "current");
    make_link(top, "current", "two");
    assert_noticed(&walked);
    assert_int_equal(kind(&walked, ".links/current/a"), TREE_MISSING);
    assert_int_equal(kind(&walked, ".links/current/b"), TREE_FILE);
    close_tree(&walked);
}

static void test_target_of_a_link_that_comes_and_goes_is_noticed(void **state)
{
    const char *top = *state;
    make_dirs(top, ".store");
    make_link(top, ".links/x", "../.store/x");
    struct walked walked = ask_in(top);
    assert_int_equal(kind(&walked, ".links/x"), TREE_MISSING);
    put(top, ".store/x", ""); /* no folder that is watched changes */
    assert_noticed(&walked);
    assert_int_equal(kind(&walked, ".links/x"), TREE_FILE);
    remove_all(top, ".store/x");
    put(top, ".store/x/y", "");
    assert_noticed(&walked);
    assert_int_equal(kind(&walked, ".links/x"), TREE_FOLDER);
    assert_int_equal(kind(&walked, ".links/x/y"), TREE_FILE);
    put(top, ".links/other", ""); /* its own folder is read again, and still it is remembered */
    refresh(&walked);
    remove_all(top, ".store/x");
    assert_noticed(&walked);
    assert_int_equal(kind(&walked, ".links/x"), TREE_MISSING);
    close_tree(&walked);
}

static const char *link_text(struct walked *walked, const char *path)
{
    static char text[64];
    size_t length = tree_read_link(walked->tree, path, strlen(path), text, sizeof text);
    assert_int_equal(length ? strlen(text) : 0, length);
    return length ? text : "";
}

static void test_what_a_link_says_can_be_read(void **state)
{
    const char *top = *state;
    put(top, "a/x", "");
    make_link(top, "file", "a/x");
    make_link(top, "folder", "./a/");
    make_link(top, "a/nowhere", "/none/at/all");
    struct walked walked = ask_in(top);
    assert_string_equal(link_text(&walked, "file"), "a/x");
    assert_string_equal(link_text(&walked, "folder"), "./a/");
    assert_string_equal(link_text(&walked, "folder/nowhere"), "/none/at/all");
    assert_string_equal(link_text(&walked, "a"), "");
    assert_string_equal(link_text(&walked, "a/x"), "");
    assert_string_equal(link_text(&walked, "folder/x"), "");
    assert_string_equal(link_text(&walked, "none/none"), "");
    assert_string_equal(link_text(&walked, ""), "");
    char little[3];
    assert_int_equal(tree_read_link(walked.tree, "file", 4, little, sizeof little), 0);
    close_tree(&walked);
}

static void test_what_was_seen_to_be_no_link_is_told_without_looking(void **state)
{
    const char *top = *state;
    put(top, "a/x", "");
    put(top, "node_modules/p/index.js", "");
    make_link(top, "a/link", "x");
    struct walked walked = ask_in(top);
    const struct {
        const char *path;
        bool seen;
    } questions[] = {
        {"a", true},
        {"a/x", true},
        {"node_modules", true},
        {"a/link", false},
        {"a/none", false},
        {"a/x/y", false},
        {"none/at/all", false},
        {"node_modules/p/index.js", false}, /* nobody has looked there */
        {"..", false},
        {"../a", false},
        {"/", false},
        {".", false},
    };
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        assert_int_equal(
            tree_saw_no_link(walked.tree, questions[i].path, strlen(questions[i].path)),
            questions[i].seen);
    put(top, "node_modules/q/index.js", ""); /* … nor does anybody after having been asked */
    refresh(&walked);
    assert_false(walked.changed);
    close_tree(&walked);
}

static void test_link_to_another_of_its_kind_is_noticed(void **state)
{
    const char *top = *state;
    put(top, "one/a", "");
    put(top, "two/a", "");
    make_link(top, "current", "one");
    struct walked walked = ask_in(top);
    assert_string_equal(link_text(&walked, "current"), "one");
    refresh(&walked);
    assert_false(walked.changed);
    remove_all(top, "current");
    make_link(top, "current", "two");
    assert_noticed(&walked);
    assert_string_equal(link_text(&walked, "current"), "two");
    close_tree(&walked);
}

static void test_link_outside_to_another_of_its_kind_is_noticed(void **state)
{
    const char *top = *state;
    make_dirs(top, "root");
    put(top, "one/a", "");
    put(top, "two/a", "");
    make_link(top, "current", "one");
    char root[256];
    snprintf(root, sizeof root, "%s/root", top);
    struct walked walked = ask_in(root);
    assert_string_equal(link_text(&walked, "../current"), "one");
    refresh(&walked);
    assert_false(walked.changed);
    remove_all(top, "current");
    make_link(top, "current", "two");
    assert_noticed(&walked);
    assert_string_equal(link_text(&walked, "../current"), "two");
    refresh(&walked);
    assert_false(walked.changed);
    close_tree(&walked);
}

static void test_compact_keeps_what_was_asked_in_this_session(void **state)
{
    const char *top = *state;
    put(top, ".one/a", "");
    put(top, ".two/deep/b", "");
    struct walked first = ask_in(top);
    kind(&first, ".one/a");
    kind(&first, ".two/deep/b");
    struct walked second = reload(&first, top);
    refresh(&second);
    assert_int_equal(second.counts.folders_statted, 4);
    kind(&second, ".two/deep/b");
    tree_compact(second.tree);
    refresh(&second);
    assert_int_equal(second.counts.folders_statted, 3);
    put(top, ".one/b", "");
    refresh(&second);
    assert_false(second.changed);
    put(top, ".two/deep/c", "");
    assert_noticed(&second);
    close_tree(&first);
    close_tree(&second);
}

static void test_very_long_paths_are_missing(void **state)
{
    struct walked walked = ask_in(*state);
    struct buf path = {0};
    for (int i = 0; i < 1000000; i++)
        buf_append_str(&path, "a/");
    assert_int_equal(kind(&walked, path.data), TREE_MISSING);
    path.data[4001] = '\0'; /* as deep as a path can be */
    assert_int_equal(kind(&walked, path.data), TREE_MISSING);
    memset(path.data, 'a', 4000);
    assert_int_equal(kind(&walked, path.data), TREE_MISSING);
    buf_free(&path);
    close_tree(&walked);
}

#define KIND_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIND_TEST(test_kinds),
        KIND_TEST(test_nothing_is_known_before_the_first_refresh),
        KIND_TEST(test_left_out_is_there_all_the_same),
        KIND_TEST(test_asked_folders_are_watched),
        KIND_TEST(test_folders_nobody_asked_about_are_not),
        KIND_TEST(test_missing_folder_that_appears_is_noticed),
        KIND_TEST(test_folder_that_vanishes_and_returns_is_noticed),
        KIND_TEST(test_another_process_notices_for_us),
        KIND_TEST(test_outside_only_what_was_asked_matters),
        KIND_TEST(test_links_are_followed),
        KIND_TEST(test_link_that_leads_elsewhere_is_noticed),
        KIND_TEST(test_target_of_a_link_that_comes_and_goes_is_noticed),
        KIND_TEST(test_what_a_link_says_can_be_read),
        KIND_TEST(test_what_was_seen_to_be_no_link_is_told_without_looking),
        KIND_TEST(test_link_to_another_of_its_kind_is_noticed),
        KIND_TEST(test_link_outside_to_another_of_its_kind_is_noticed),
        KIND_TEST(test_compact_keeps_what_was_asked_in_this_session),
        KIND_TEST(test_very_long_paths_are_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
