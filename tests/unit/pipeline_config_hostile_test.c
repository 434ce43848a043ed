/* Text that is no configuration, by accident or on purpose: told, quickly, where it is wrong. */
#include "cmocka_all.h"

#include "pipeline_config_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void assert_error(const char *text, const char *expected)
{
    assert_string_equal(error_of(text, strlen(text)), expected);
}

/* The error of what `text` holds, which is freed. */
static void assert_error_of(struct buf *text, const char *expected)
{
    assert_string_equal(error_of(text->data, text->length), expected);
    buf_free(text);
}

static void append_times(struct buf *text, const char *what, uint32_t times)
{
    while (times-- > 0)
        buf_append_str(text, what);
}

static void test_bytes_that_are_no_text(void **state)
{
    (void)state;
    static const char nul[] = "version: 1\npools: \0\n";
    assert_string_equal(error_of(nul, sizeof nul - 1), "2:8: a NUL byte: this is no text");
    assert_error("version: 1\n# caf\xe9\n", "2:6: a byte that is not UTF-8");
    assert_error("\xff\xfe"
                 "v\x01",
                 "1:1: a byte that is not UTF-8");
    assert_error("version: 1 # \xed\xa0\x80", "1:14: a byte that is not UTF-8");
    assert_error("version: 1 # \xc0\xaf", "1:14: a byte that is not UTF-8");
    assert_error("version: 1 # \xf4\x90\x80\x80", "1:14: a byte that is not UTF-8");
    assert_error("version: 1 # \xe2\x82", "1:14: a byte that is not UTF-8");
    assert_error("version: 1\nx: \x01\n", "2:4: control characters are not allowed");
    assert_error("version: 1\npools: { \"a\\0b\": 1 }\n", "2:10: a NUL character in text");
}

static void test_a_file_without_anything(void **state)
{
    (void)state;
    assert_error("", "1:1: the file has no `version`");
    assert_error("# nothing but a comment\n", "1:1: the file has no `version`");
    assert_error("~", "1:1: the file must be a mapping (`key: value`)");
}

static void test_a_byte_order_mark_and_dos_line_ends_are_nothing_special(void **state)
{
    (void)state;
    struct config config;
    parse(&config, "\xef\xbb\xbfversion: 1\r\ngitignore: false\r\n");
    assert_true(config.no_ignore);
    config_free(&config);
    assert_error("\xef\xbb\xbfversion: 1\r\ngitignore: x\r\n",
                 "2:12: `gitignore` must be true or false");
    assert_error("\xef\xbb\xbfversion: x\r\n", "1:13: `version` must be 1, the only one there is");
}

static void test_columns_count_bytes_and_the_caret_points_at_them(void **state)
{
    (void)state;
    const char *text = "version: 1\npools: { \"é€😀\": 1, b: x }\n";
    struct config config;
    struct jig_error error;
    assert_int_equal(config_parse(&config, "jig.yaml", text, strlen(text), &error),
                     JIG_ERROR_MANIFEST);
    config_free(&config);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 29);
    assert_string_equal(error.excerpt, "pools: { \"é€😀\": 1, b: x }");
    assert_int_equal(error.caret, 28);
    assert_int_equal(error.excerpt[error.caret], 'x');
}

static void test_of_a_long_line_only_the_part_around_the_mistake_is_shown(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_append_str(&text, "version: 1\ngitignore: [");
    append_times(&text, "é, ", 100000);
    buf_append_str(&text, "]\n");
    struct config config;
    struct jig_error error;
    assert_int_equal(config_parse(&config, "jig.yaml", text.data, text.length, &error),
                     JIG_ERROR_MANIFEST);
    config_free(&config);
    assert_int_equal(error.column, 12);
    assert_true(strlen(error.excerpt) < 120);
    assert_int_equal(error.excerpt[error.caret], '[');
    buf_clear(&text);

    buf_append_str(&text, "version: 1\npools: {");
    append_times(&text, "    ", 1000);
    buf_append_str(&text, "a: here, ");
    append_times(&text, "    ", 1000);
    buf_append_str(&text, "}\n");
    assert_int_equal(config_parse(&config, "jig.yaml", text.data, text.length, &error),
                     JIG_ERROR_MANIFEST);
    config_free(&config);
    assert_int_equal(error.column, 4012);
    assert_memory_equal(error.excerpt, "...", 3);
    assert_memory_equal(error.excerpt + error.caret, "here", 4);
    buf_free(&text);
}

static void test_terminals_are_told_nothing_they_might_obey(void **state)
{
    (void)state;
    const char *text = "version: 1\n\"a\\e[31m\\nb\": 1 # \t\n";
    struct config config;
    struct jig_error error;
    config_parse(&config, "jig.yaml", text, strlen(text), &error);
    config_free(&config);
    assert_string_equal(error.message, "unknown key 'a?[31m?b' in the file");

    text = "version: 1 # \x1b[31m\tred\n";
    config_parse(&config, "jig.yaml", text, strlen(text), &error);
    config_free(&config);
    assert_string_equal(error.message, "control characters are not allowed");
    assert_string_equal(error.excerpt, "version: 1 # ?[31m red");
    assert_int_equal(error.caret, 13);
}

static void test_a_long_key_is_cut(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_append_str(&text, "version: 1\n? ");
    append_times(&text, "x", 100000);
    buf_append_str(&text, "\n: 1\n");
    assert_true(strlen(error_of(text.data, text.length)) < 200);
    buf_free(&text);
}

static void test_tabs_are_told_to_be_tabs(void **state)
{
    (void)state;
    const char *text = "version: 1\npipelines:\n\t- name: a\n";
    struct config config;
    struct jig_error error;
    assert_int_equal(config_parse(&config, "jig.yaml", text, strlen(text), &error),
                     JIG_ERROR_SYNTAX);
    config_free(&config);
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 1);
    assert_string_equal(error.advice, "YAML is indented with spaces, never with tabs");
}

static void test_a_megabyte_is_too_much(void **state)
{
    (void)state;
    struct buf text = {0};
    struct config config;
    buf_append_str(&text, "version: 1\n#");
    append_times(&text, "x", (1 << 20) - 1 - (uint32_t)text.length);
    parse(&config, text.data);
    config_free(&config);
    buf_append_char(&text, 'x');
    assert_error_of(&text, "1:1: 1 MiB or more: too large for a jig.yaml");
}

static void test_aliases_cannot_multiply(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_append_str(&text, "version: 1\npools: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
        buf_printf(&text, "k%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            buf_printf(&text, "*a%d,", i - 1);
        buf_append_str(&text, "]\n");
    }
    assert_error_of(&text, "7:22: aliases that repeat more than 1 MiB");
}

static void test_an_alias_is_not_part_of_what_it_stands_for(void **state)
{
    (void)state;
    assert_error("version: 1\npools: &a [*a]\n", "2:12: an alias without an anchor before it");
}

static void test_nesting_has_an_end(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_append_str(&text, "version: 1\npools: ");
    append_times(&text, "[", 500000);
    assert_error_of(&text, "2:71: nested deeper than 64");

    buf_append_str(&text, "version: 1\npools: &a ");
    append_times(&text, "[", 40);
    append_times(&text, "]", 40);
    buf_append_str(&text, "\ngitignore: ");
    append_times(&text, "[", 40);
    buf_append_str(&text, "*a");
    append_times(&text, "]", 40);
    assert_error_of(&text, "3:52: nested deeper than 64");
}

static void test_anchors_have_an_end(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_append_str(&text, "version: 1\npools: [");
    append_times(&text, "&a x,", 300);
    assert_error_of(&text, "2:1289: more than 256 anchors in a file");
}

static uint32_t told; /* by the reports of one config_check */

static void count(void *context, const struct jig_error *what)
{
    (void)context;
    assert_true(what->message[0]);
    told++;
}

static void test_of_very_many_problems_a_hundred_are_told(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_append_str(&text, "version: 1\npipelines: [");
    append_times(&text, "{nam: x, collect: y, pool: z, outputs: o},", 20000);
    buf_append_str(&text, "]\n");
    const char *name = "many.yaml";
    char folder[] = "/tmp/jig-config-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    FILE *file = fopen(name, "w");
    assert_int_equal(fwrite(text.data, 1, text.length, file), text.length);
    fclose(file);
    struct config config;
    told = 0;
    uint32_t all = config_check(&config, &name, 1, count, NULL, NULL);
    config_free(&config);
    unlink(name);
    rmdir(folder);
    assert_int_equal(told, 100);
    assert_true(all >= 60000);
    buf_free(&text);
}

static void test_a_chain_of_collects_may_be_as_long_as_it_likes(void **state)
{
    (void)state;
    enum { LENGTH = 15000 };
    struct buf text = {0};
    buf_append_str(&text, "version: 1\npipelines:\n");
    for (int i = 0; i < LENGTH; i++)
        buf_printf(&text, "- {name: n%d, collect: n%d, generate: {shell: x}, outputs: o}\n", i,
                   i + 1);
    buf_printf(&text, "- {name: n%d, sources: x, generate: {shell: x}, outputs: '{name}'}\n",
               LENGTH);
    struct config config;
    parse(&config, text.data);
    assert_int_equal(config.pipeline_count, LENGTH + 1);
    for (uint32_t i = 0; i < LENGTH; i++)
        assert_int_equal(config.pipelines[i].collects[0], i + 1);
    config_free(&config);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_that_are_no_text),
        cmocka_unit_test(test_a_file_without_anything),
        cmocka_unit_test(test_a_byte_order_mark_and_dos_line_ends_are_nothing_special),
        cmocka_unit_test(test_columns_count_bytes_and_the_caret_points_at_them),
        cmocka_unit_test(test_of_a_long_line_only_the_part_around_the_mistake_is_shown),
        cmocka_unit_test(test_terminals_are_told_nothing_they_might_obey),
        cmocka_unit_test(test_a_long_key_is_cut),
        cmocka_unit_test(test_tabs_are_told_to_be_tabs),
        cmocka_unit_test(test_a_megabyte_is_too_much),
        cmocka_unit_test(test_aliases_cannot_multiply),
        cmocka_unit_test(test_an_alias_is_not_part_of_what_it_stands_for),
        cmocka_unit_test(test_nesting_has_an_end),
        cmocka_unit_test(test_anchors_have_an_end),
        cmocka_unit_test(test_of_very_many_problems_a_hundred_are_told),
        cmocka_unit_test(test_a_chain_of_collects_may_be_as_long_as_it_likes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
