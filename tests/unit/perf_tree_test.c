/* A tree to measure with: as it was written, edited, and as it was again. */
#include "tools_support.h"

#include "tools/perf/tree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char edited[] = "packages/shared/src/money.ts";

static struct subject subject;

static struct tree make_tree(void **state)
{
    struct tree tree;
    struct jig_error error;
    struct interrupt none = {.fd = -1};
    assert_int_equal(subject_find(&subject, "small-app", NULL, &error), JIG_OK);
    assert_int_equal(tree_make(&tree, &subject, *state, "tree", "jig", &none, &error), JIG_OK);
    return tree;
}

static void add_module(struct tree *tree)
{
    struct buf path = {0};
    struct stat st;
    buf_printf(&path, "tree/%s", edited);
    assert_int_equal(stat(path.data, &st), 0);
    vec_push(&tree->modules, ((struct module){strdup(edited), st.st_size}));
    buf_free(&path);
}

static void test_cleaning_takes_away_all_that_was_not_there(void **state)
{
    struct tree tree = make_tree(state);
    struct jig_error error;
    make_file("tree/.jig/image", "x");
    make_file("tree/gen/deep/below/a.ts", "x");
    make_file("tree/packages/shared/src/made.ts", "x");
    assert_int_equal(tree_clean(&tree, &error), JIG_OK);
    assert_int_not_equal(access("tree/.jig", F_OK), 0);
    assert_int_not_equal(access("tree/gen", F_OK), 0);
    assert_int_not_equal(access("tree/packages/shared/src/made.ts", F_OK), 0);
    assert_int_equal(access("tree/packages/shared/src/money.ts", F_OK), 0);
    shell("test $(find tree -type f | wc -l) = 143"); /* 55 + 8 + 24 + 56 */
    tree_free(&tree);
}

static void test_it_can_be_cleaned_again_and_again(void **state)
{
    struct tree tree = make_tree(state);
    struct jig_error error;
    for (int i = 0; i < 3; i++) {
        make_file("tree/gen/a.ts", "x");
        assert_int_equal(tree_clean(&tree, &error), JIG_OK);
        assert_int_not_equal(access("tree/gen", F_OK), 0);
    }
    tree_free(&tree);
}

static void test_no_two_edits_are_the_same_and_none_grows_the_file(void **state)
{
    struct tree tree = make_tree(state);
    struct jig_error error;
    add_module(&tree);
    struct buf before = file_text("tree/packages/shared/src/money.ts");
    assert_int_equal(tree_edit(&tree, 0, &error), JIG_OK);
    struct buf first = file_text("tree/packages/shared/src/money.ts");
    assert_int_equal(tree_edit(&tree, 0, &error), JIG_OK);
    struct buf second = file_text("tree/packages/shared/src/money.ts");
    assert_memory_equal(first.data, before.data, before.length);
    assert_string_equal(first.data + before.length, "\n// edit 1\n");
    assert_string_equal(second.data + before.length, "\n// edit 2\n");
    buf_free(&before);
    buf_free(&first);
    buf_free(&second);
    tree_free(&tree);
}

static void test_touching_changes_times_and_no_content(void **state)
{
    struct tree tree = make_tree(state);
    struct jig_error error;
    add_module(&tree);
    shell("touch -d @1000000000 tree/packages/shared/src/money.ts");
    struct buf before = file_text("tree/packages/shared/src/money.ts");
    assert_int_equal(tree_touch(&tree, &error), JIG_OK);
    struct buf after = file_text("tree/packages/shared/src/money.ts");
    struct stat st;
    assert_int_equal(stat("tree/packages/shared/src/money.ts", &st), 0);
    assert_true(st.st_mtime > 1000000000);
    assert_string_equal(before.data, after.data);
    buf_free(&before);
    buf_free(&after);
    tree_free(&tree);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_cleaning_takes_away_all_that_was_not_there),
        IN_FOLDER(test_it_can_be_cleaned_again_and_again),
        IN_FOLDER(test_no_two_edits_are_the_same_and_none_grows_the_file),
        IN_FOLDER(test_touching_changes_times_and_no_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
