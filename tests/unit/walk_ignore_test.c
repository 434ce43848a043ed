/* Ignore files, one rule of gitignore(5) a test; walk_oracle_test.c asks git itself. */
#include "cmocka_all.h"

#include "engine/discovery/walk/ignore.h"

#include <stdio.h>
#include <string.h>

/* A path that ends in a slash is a folder's. */
static enum ignore_verdict verdict(const char *text, const char *path)
{
    struct ignore_file *file = ignore_parse(text, strlen(text));
    size_t length = strlen(path);
    bool is_folder = path[length - 1] == '/';
    enum ignore_verdict found = ignore_match(file, path, length - is_folder, is_folder);
    ignore_destroy(file);
    return found;
}

static void assert_ignored(const char *text, const char *path)
{
    if (verdict(text, path) != IGNORE_YES)
        fail_msg("`%s` does not ignore %s", text, path);
}

static void assert_silent(const char *text, const char *path)
{
    if (verdict(text, path) != IGNORE_SILENT)
        fail_msg("`%s` has something to say of %s", text, path);
}

static void test_name_matches_at_any_depth(void **state)
{
    (void)state;
    assert_ignored("build", "build");
    assert_ignored("build", "a/b/build");
    assert_ignored("*.o", "a/b/c.o");
    assert_silent("build", "builder");
}

static void test_slash_ties_a_rule_to_its_folder(void **state)
{
    (void)state;
    assert_ignored("/build", "build");
    assert_silent("/build", "a/build");
    assert_ignored("a/build", "a/build");
    assert_silent("a/build", "x/a/build");
    assert_ignored("a/*.o", "a/x.o");
    assert_silent("a/*.o", "a/b/x.o");
}

static void test_trailing_slash_means_folders(void **state)
{
    (void)state;
    assert_ignored("build/", "a/build/");
    assert_silent("build/", "a/build");
}

static void test_two_stars(void **state)
{
    (void)state;
    assert_ignored("**/foo", "foo");
    assert_ignored("**/foo", "a/b/foo");
    assert_ignored("a/**", "a/b/c");
    assert_silent("a/**", "a/");
    assert_ignored("a/**/b", "a/b");
    assert_ignored("a/**/b", "a/x/y/b");
    assert_ignored("**", "anything");
    assert_ignored("a**b", "x/aXXb");
    assert_silent("x/a**b", "x/a/b");
}

static void test_later_rules_win(void **state)
{
    (void)state;
    assert_ignored("*.log\n!keep.log\nkeep.*", "keep.log");
    assert_int_equal(verdict("*.log\n!keep.log", "keep.log"), IGNORE_NO);
    assert_ignored("*.log\n!keep.log", "other.log");
}

static void test_comments_and_blank_lines_say_nothing(void **state)
{
    (void)state;
    assert_silent("#a\n\n   \n", "#a");
    assert_ignored("\\#a", "#a");
    assert_ignored("\\!a", "!a");
}

static void test_trailing_spaces_go_unless_escaped(void **state)
{
    (void)state;
    assert_ignored("a  ", "a");
    assert_ignored("a\\ ", "a ");
    assert_silent("a\\ ", "a");
    assert_ignored("a b", "a b");
}

static void test_lines_of_windows_and_its_byte_order_mark(void **state)
{
    (void)state;
    assert_ignored("a\r\nb\r\n", "b");
    assert_ignored("\xef\xbb\xbf"
                   "a\n",
                   "a");
}

static void test_nonsense_matches_nothing(void **state)
{
    (void)state;
    static const char *const nonsense[] = {"[a",  "a\\",  "/",          "!",
                                           "//a", "a//b", "[[:what:]]", "./a"};
    static const char *const paths[] = {"a", "[a", "a\\", "a/b", "b"};
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        for (size_t j = 0; j < sizeof paths / sizeof *paths; j++)
            assert_silent(nonsense[i], paths[j]);
    }
}

static void test_characters_are_bytes(void **state)
{
    (void)state;
    assert_silent("?", "\xc3\xa9");
    assert_ignored("??", "\xc3\xa9");
}

static void test_line_ends_at_a_nul(void **state)
{
    (void)state;
    static const char text[] = "a\0b\nc\n";
    struct ignore_file *file = ignore_parse(text, sizeof text - 1);
    assert_int_equal(ignore_match(file, "a", 1, false), IGNORE_YES);
    assert_int_equal(ignore_match(file, "c", 1, false), IGNORE_YES);
    assert_int_equal(ignore_match(file, "b", 1, false), IGNORE_SILENT);
    ignore_destroy(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_matches_at_any_depth),
        cmocka_unit_test(test_slash_ties_a_rule_to_its_folder),
        cmocka_unit_test(test_trailing_slash_means_folders),
        cmocka_unit_test(test_two_stars),
        cmocka_unit_test(test_later_rules_win),
        cmocka_unit_test(test_comments_and_blank_lines_say_nothing),
        cmocka_unit_test(test_trailing_spaces_go_unless_escaped),
        cmocka_unit_test(test_lines_of_windows_and_its_byte_order_mark),
        cmocka_unit_test(test_nonsense_matches_nothing),
        cmocka_unit_test(test_characters_are_bytes),
        cmocka_unit_test(test_line_ends_at_a_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
