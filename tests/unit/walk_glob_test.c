/* Globs: what each form matches, what is refused, and that matching is never exponential. */
#include "cmocka_all.h"

#include "engine/discovery/walk/glob.h"

#include "engine/base/buf.h"

#include <stdio.h>
#include <string.h>

static struct glob *compile(const char *pattern)
{
    struct glob *glob;
    struct jig_error error;
    if (glob_compile(pattern, &glob, &error) != JIG_OK)
        fail_msg("%s: %s", pattern, error.message);
    return glob;
}

static bool matches(const char *pattern, const char *path)
{
    struct glob *glob = compile(pattern);
    bool matched = glob_match(glob, path, strlen(path));
    glob_destroy(glob);
    return matched;
}

static bool may_match_below(const char *pattern, const char *dir)
{
    struct glob *glob = compile(pattern);
    bool may = glob_may_match_below(glob, dir, strlen(dir));
    glob_destroy(glob);
    return may;
}

static void assert_refused(const char *pattern, uint32_t column)
{
    struct glob *glob;
    struct jig_error error = {0};
    assert_int_equal(glob_compile(pattern, &glob, &error), JIG_ERROR_SYNTAX);
    assert_null(glob);
    assert_int_equal(error.column, column);
    assert_true(error.message[0]);
}

static void test_text_matches_itself(void **state)
{
    (void)state;
    assert_true(matches("src/a.ts", "src/a.ts"));
    assert_false(matches("src/a.ts", "src/a.tsx"));
    assert_false(matches("src/a.ts", "src"));
    assert_false(matches("a.ts", "src/a.ts"));
}

static void test_star_stays_in_its_component(void **state)
{
    (void)state;
    assert_true(matches("*.ts", "a.ts"));
    assert_true(matches("*.ts", ".ts"));
    assert_false(matches("*.ts", "src/a.ts"));
    assert_true(matches("src/*", "src/a"));
    assert_false(matches("src/*", "src/a/b"));
    assert_true(matches("a*b*c", "aXbYbZc"));
    assert_false(matches("a*b*c", "aXbYbZ"));
}

static void test_star_takes_dots_too(void **state)
{
    (void)state;
    assert_true(matches("*", ".hidden"));
    assert_true(matches("**/x", ".hidden/x"));
}

static void test_question_mark_is_one_character(void **state)
{
    (void)state;
    assert_true(matches("?.c", "a.c"));
    assert_false(matches("?.c", ".c"));
    assert_false(matches("?.c", "ab.c"));
    assert_false(matches("a?b", "a/b"));
    assert_true(matches("?", "\xc3\xa9"));         /* one letter of two bytes */
    assert_true(matches("?", "\xf0\x9f\x98\x80")); /* and one of four */
}

static void test_invalid_utf8_is_matched_byte_by_byte(void **state)
{
    (void)state;
    assert_true(matches("a?b", "a\xff"
                               "b"));
    assert_true(matches("??", "\xc3("));
    assert_true(matches("a\xff*", "a\xffxyz"));
    assert_false(matches("\xff", "\xfe"));
    assert_true(matches("??", "\xc0\xaf")); /* a slash in too many bytes is no slash */
}

static void test_set_matches_its_members(void **state)
{
    (void)state;
    assert_true(matches("[abc]", "b"));
    assert_false(matches("[abc]", "d"));
    assert_true(matches("[a-cx-z]", "y"));
    assert_true(matches("[!a-c]", "d"));
    assert_false(matches("[^a-c]", "b"));
    assert_true(matches("[]a]", "]"));
    assert_true(matches("[!]a]", "b"));
    assert_true(matches("[a-]", "-"));
    assert_true(matches("[-a]", "-"));
    assert_true(matches("[\\]]", "]"));
    assert_true(matches("[\xce\xb1-\xcf\x89]", "\xce\xb2")); /* alpha to omega */
    assert_false(matches("[\xce\xb1-\xcf\x89]", "z"));
}

static void test_set_never_matches_a_slash(void **state)
{
    (void)state;
    assert_false(matches("a[/]b", "a/b"));
    assert_false(matches("a[!x]b", "a/b"));
    assert_false(matches("a[.-0]b", "a/b"));
    assert_true(matches("a[^/]b", "axb"));
}

static void test_set_knows_classes(void **state)
{
    (void)state;
    assert_true(matches("[[:alpha:]]", "q"));
    assert_false(matches("[[:alpha:]]", "1"));
    assert_true(matches("[[:digit:]_]", "_"));
    assert_true(matches("[![:space:]]", "x"));
    assert_false(matches("[![:space:]]", " "));
    assert_true(matches("[[:punct:]]", "~"));
    assert_true(matches("[[:xdigit:]][[:upper:]][[:lower:]]", "fXy"));
    assert_true(matches("[[:x]", ":")); /* not a class: a set of `[`, `:` and `x` */
}

static void test_two_stars_are_any_folders_and_none(void **state)
{
    (void)state;
    assert_true(matches("**/*.ts", "a.ts"));
    assert_true(matches("**/*.ts", "x/y/z/a.ts"));
    assert_true(matches("src/**/a", "src/a"));
    assert_true(matches("src/**/a", "src/x/y/a"));
    assert_false(matches("src/**/a", "src/x/b"));
    assert_true(matches("**/b/**/d", "a/b/c/d"));
    assert_true(matches("**/b/**/d", "b/d"));
    assert_false(matches("**/b/**/d", "d/b"));
    assert_true(matches("a/**/b/**/c/*", "a/b/b/c/x/c/y"));
}

static void test_two_stars_at_the_end_are_all_below(void **state)
{
    (void)state;
    assert_true(matches("src/**", "src/a"));
    assert_true(matches("src/**", "src/a/b"));
    assert_false(matches("src/**", "src"));
    assert_true(matches("**", "a"));
    assert_true(matches("**", "a/b"));
}

static void test_two_stars_inside_a_name_are_one(void **state)
{
    (void)state;
    assert_true(matches("a**b", "aXXb"));
    assert_false(matches("a**b", "a/b"));
    assert_false(matches("src/**.ts", "src/x/a.ts"));
}

static void test_braces_are_alternatives(void **state)
{
    (void)state;
    assert_true(matches("*.{ts,tsx}", "a.ts"));
    assert_true(matches("*.{ts,tsx}", "a.tsx"));
    assert_false(matches("*.{ts,tsx}", "a.js"));
    assert_true(matches("{src,lib/**}/*.c", "lib/x/y/a.c"));
    assert_true(matches("a{,.min}.js", "a.js"));
    assert_true(matches("a{,.min}.js", "a.min.js"));
    assert_true(matches("{a,b{c,d{e,f}}}x", "bdfx"));
    assert_false(matches("{a,b{c,d{e,f}}}x", "bx"));
    assert_true(matches("{a,b}{c,d}", "bc"));
    assert_true(matches("{a\\,b,c}", "a,b"));
}

static void test_braces_without_a_choice_are_text(void **state)
{
    (void)state;
    assert_true(matches("{a}", "{a}"));
    assert_true(matches("{}", "{}"));
    assert_true(matches("a}b", "a}b"));
    assert_true(matches("{x{a,b}}", "{xb}"));
    assert_true(matches("{1..3}", "{1..3}"));
}

static void test_backslash_takes_meaning_away(void **state)
{
    (void)state;
    assert_true(matches("\\*", "*"));
    assert_false(matches("\\*", "a"));
    assert_true(matches("\\{a,b\\}", "{a,b}"));
    assert_true(matches("a\\b", "ab"));
    assert_true(matches("\\[a]", "[a]"));
}

static void test_dots_and_double_slashes_go(void **state)
{
    (void)state;
    assert_true(matches("./src//a/./b", "src/a/b"));
}

static void test_mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    assert_refused("", 1);
    assert_refused("src/[ab", 5);
    assert_refused("src/{a,b", 5);
    assert_refused("ab\\", 3);
    assert_refused("/src", 1);
    assert_refused("src/", 4);
    assert_refused("src/../x", 5);
    assert_refused("{a,b}/../c", 7);
    assert_refused("x{a,[b}", 5);
    assert_refused("[[:nonsense:]]", 2);
}

static void test_too_many_alternatives_are_refused(void **state)
{
    (void)state;
    struct buf pattern = {0};
    for (int i = 0; i < 64; i++)
        buf_append_str(&pattern, "{a,b}");
    assert_refused(pattern.data, 1);
    pattern.length = 9 * 5; /* 512 of them are fine */
    pattern.data[pattern.length] = '\0';
    assert_true(matches(pattern.data, "abababaab"));
    buf_free(&pattern);
}

static void test_too_much_text_is_refused(void **state)
{
    (void)state;
    struct buf pattern = {0};
    buf_append_str(&pattern, "{a,b,c,d,e,f,g,h}");
    for (int i = 0; i < 1000 * 1000; i++)
        buf_append_char(&pattern, 'x');
    assert_refused(pattern.data, 1);
    assert_true(matches(pattern.data + strlen("{a,b,c,d,e,f,g,h}"), strchr(pattern.data, 'x')));
    buf_free(&pattern);
}

static void test_a_thousand_alternatives_are_fine(void **state)
{
    (void)state;
    struct buf pattern = {0};
    buf_append_str(&pattern, "src/{file0");
    for (int i = 1; i < 1000; i++)
        buf_printf(&pattern, ",file%d", i);
    buf_append_str(&pattern, "}.ts");
    assert_true(matches(pattern.data, "src/file999.ts"));
    assert_false(matches(pattern.data, "src/file1000.ts"));
    buf_free(&pattern);
}

static void test_deep_braces_are_no_recursion(void **state)
{
    (void)state;
    enum { DEPTH = 20000 };
    struct buf pattern = {0};
    for (int i = 0; i < DEPTH; i++)
        buf_append_char(&pattern, '{');
    for (int i = 0; i < DEPTH; i++)
        buf_append_char(&pattern, '}');
    assert_true(matches(pattern.data, pattern.data));
    buf_free(&pattern);
}

static void test_stars_are_not_exponential(void **state)
{
    (void)state;
    struct buf pattern = {0}, path = {0};
    for (int i = 0; i < 200; i++) {
        buf_append_str(&pattern, "**/a*a*a*a/");
        buf_append_str(&path, "aaaaaaaaaaaaaaaa/");
    }
    buf_append_str(&pattern, "b");
    buf_append_str(&path, "c");
    assert_false(matches(pattern.data, path.data)); /* it ends: that is the test */
    buf_free(&pattern);
    buf_free(&path);
}

static void test_folders_without_matches_are_known(void **state)
{
    (void)state;
    assert_true(may_match_below("src/*/a", ""));
    assert_true(may_match_below("src/*/a", "src"));
    assert_true(may_match_below("src/*/a", "src/x"));
    assert_false(may_match_below("src/*/a", "lib"));
    assert_false(may_match_below("src/*/a", "src/x/a"));
    assert_true(may_match_below("src/**", "src/x/y"));
    assert_true(may_match_below("**/a", "x/y"));
    assert_true(may_match_below("{a,b/c}/x", "b"));
    assert_false(may_match_below("{a,b/c}/x", "c"));
    assert_false(may_match_below("*.c", "src"));
}

static void test_base_is_what_all_matches_lie_below(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"src/**/*.ts", "src"},   {"**/*.ts", ""},
        {"a/b/c", "a/b"},         {"a/{b,c}/d", "a"},
        {"{a/b,a/b/c}", "a"},     {"a/b*/c", "a"},
        {"\\a/\\[x]/*", "a/[x]"}, {"c", ""},
        {"{a,b}/x", ""},          {"{src/x/y,src/x/z/w}", "src/x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct glob *glob = compile(cases[i][0]);
        assert_string_equal(glob_base(glob), cases[i][1]);
        glob_destroy(glob);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_matches_itself),
        cmocka_unit_test(test_star_stays_in_its_component),
        cmocka_unit_test(test_star_takes_dots_too),
        cmocka_unit_test(test_question_mark_is_one_character),
        cmocka_unit_test(test_invalid_utf8_is_matched_byte_by_byte),
        cmocka_unit_test(test_set_matches_its_members),
        cmocka_unit_test(test_set_never_matches_a_slash),
        cmocka_unit_test(test_set_knows_classes),
        cmocka_unit_test(test_two_stars_are_any_folders_and_none),
        cmocka_unit_test(test_two_stars_at_the_end_are_all_below),
        cmocka_unit_test(test_two_stars_inside_a_name_are_one),
        cmocka_unit_test(test_braces_are_alternatives),
        cmocka_unit_test(test_braces_without_a_choice_are_text),
        cmocka_unit_test(test_backslash_takes_meaning_away),
        cmocka_unit_test(test_dots_and_double_slashes_go),
        cmocka_unit_test(test_mistakes_are_told_with_their_place),
        cmocka_unit_test(test_too_many_alternatives_are_refused),
        cmocka_unit_test(test_too_much_text_is_refused),
        cmocka_unit_test(test_a_thousand_alternatives_are_fine),
        cmocka_unit_test(test_deep_braces_are_no_recursion),
        cmocka_unit_test(test_stars_are_not_exponential),
        cmocka_unit_test(test_folders_without_matches_are_known),
        cmocka_unit_test(test_base_is_what_all_matches_lie_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
