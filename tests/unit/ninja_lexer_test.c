/* The lexer: tokens, names, strings with escapes, and where errors point. */
#include "cmocka_all.h"

#include "engine/base/buf.h"
#include "engine/manifest/ninja/lexer.h"
#include "engine/manifest/ninja/ninja.h"

#include <stdio.h>
#include <stdlib.h>

/* A lexer over a copy of `text` that has the padding it needs, and not a byte more. */
static struct lexer start(const char *text, size_t length)
{
    char *copy = calloc(length + SCAN_PADDING, 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    struct lexer lexer;
    lexer_start(&lexer, "input");
    lexer_feed(&lexer, copy, length);
    return lexer;
}

static struct lexer start_text(const char *text)
{
    return start(text, strlen(text));
}

static void stop(struct lexer *lexer)
{
    free((char *)lexer->text);
}

/* The parts in ninja's notation for tests: [text][$variable]. */
static void serialize(const struct parts *parts, struct buf *out)
{
    buf_clear(out);
    bool open = false;
    for (uint32_t i = 0; i < parts->count; i++) {
        const struct part *part = &parts->data[i];
        if (open && part->is_variable)
            buf_append_char(out, ']');
        if (!open || part->is_variable)
            buf_append_str(out, part->is_variable ? "[$" : "[");
        buf_append(out, part->text, part->length);
        if (part->is_variable)
            buf_append_char(out, ']');
        open = !part->is_variable;
    }
    if (open)
        buf_append_char(out, ']');
}

static void assert_value(const char *text, const char *expected)
{
    struct lexer lexer = start_text(text);
    struct parts parts = {0};
    struct buf serialized = {0};
    assert_int_equal(lexer_read_value(&lexer, &parts, NULL), JIG_OK);
    serialize(&parts, &serialized);
    assert_string_equal(buf_cstr(&serialized), expected);
    buf_free(&serialized);
    vec_free(&parts);
    stop(&lexer);
}

static void assert_value_error(struct lexer lexer, const char *expected)
{
    struct parts parts = {0};
    struct jig_error error;
    struct buf text = {0};
    assert_int_equal(lexer_read_value(&lexer, &parts, &error), JIG_ERROR_SYNTAX);
    ninja_error_text(&error, &text);
    assert_string_equal(buf_cstr(&text), expected);
    buf_free(&text);
    vec_free(&parts);
    stop(&lexer);
}

static void test_value_is_text_and_variables(void **state)
{
    (void)state;
    assert_value("plain text $var $VaR ${x}\n", "[plain text ][$var][ ][$VaR][ ][$x]");
    assert_value("\n", "");
    assert_value("a b:c|d\n", "[a b:c|d]");
    assert_value("$a$b${c}\n", "[$a][$b][$c]");
    assert_value("tab\tstays # as does this\n", "[tab\tstays # as does this]");
    assert_value("back\\slash\\\n", "[back\\slash\\]");
    assert_value("crlf\r\n", "[crlf]");
}

static void test_escapes(void **state)
{
    (void)state;
    assert_value("$ $$ab c$: $\ncde\n", "[ $ab c: cde]");
    assert_value("a$\n     b\n", "[ab]");
    assert_value("a$\r\n  b\n", "[ab]");
    assert_value("$$$$$$\n", "[$$$]");
    assert_value("$$x\n", "[$x]");
}

static void test_dot_ends_a_bare_variable_but_not_a_braced_one(void **state)
{
    (void)state;
    assert_value("$bar.dots ${bar.dots}\n", "[$bar][.dots ][$bar.dots]");
}

static void test_long_plain_text_is_found_to_its_end(void **state)
{
    (void)state;
    char text[128], expected[128];
    for (size_t length = 0; length < 70; length++) {
        memset(text, 'x', length);
        strcpy(text + length, "$v\n");
        snprintf(expected, sizeof expected, length ? "[%.*s][$v]" : "%.*s[$v]", (int)length, text);
        assert_value(text, expected);
    }
}

/* The quick test must agree with what quotes words. */
static void test_word_is_what_quoting_leaves_alone(void **state)
{
    (void)state;
    char text[40];
    struct buf quoted = {0};
    for (int c = 1; c < 256; c++) {
        for (size_t length = 1; length < sizeof text; length++) {
            memset(text, 'w', sizeof text);
            text[length * 7 / 8] = (char)c;
            buf_clear(&quoted);
            buf_append_shell_quoted(&quoted, text, length);
            assert_int_equal(scan_is_word(text, length), quoted.length == length);
        }
    }
    assert_false(scan_is_word("", 0));
    buf_free(&quoted);
}

static void test_path_ends_at_delimiters(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected, *rest;
    } cases[] = {
        {"foo bar", "[foo]", "bar"},
        {"foo   $\n  bar", "[foo]", "bar"},
        {"foo:bar", "[foo]", ":bar"},
        {"foo|bar", "[foo]", "|bar"},
        {"foo\nbar", "[foo]", "\nbar"},
        {"foo\r\nbar", "[foo]", "\r\nbar"},
        {"a$ b$:c d", "[a b:c]", "d"},
        {"a$\n   b c", "[ab]", "c"},
        {"$x/y z", "[$x][/y]", "z"},
        {"a#b\tc d", "[a#b\tc]", "d"},
        {": x", "", ": x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lexer lexer = start_text(cases[i].text);
        struct parts parts = {0};
        struct buf serialized = {0};
        assert_int_equal(lexer_read_path(&lexer, &parts, NULL), JIG_OK);
        serialize(&parts, &serialized);
        assert_string_equal(buf_cstr(&serialized), cases[i].expected);
        assert_string_equal(lexer.next, cases[i].rest);
        buf_free(&serialized);
        vec_free(&parts);
        stop(&lexer);
    }
}

static void test_names(void **state)
{
    (void)state;
    struct lexer lexer = start_text("foo baR baz_123 foo-bar foo.dots %");
    static const char *const expected[] = {"foo", "baR", "baz_123", "foo-bar", "foo.dots"};
    struct view name;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_true(lexer_read_name(&lexer, &name));
        assert_true(view_is(name, expected[i]));
    }
    assert_false(lexer_read_name(&lexer, &name));
    assert_ptr_equal(lexer.next, lexer.token);
    stop(&lexer);
}

static void test_tokens(void **state)
{
    (void)state;
    struct lexer lexer = start_text("build pool rule default include subninja = : | || |@ builder\n"
                                    "# comment\n"
                                    "  # indented comment\n"
                                    "  x\n"
                                    "   \r\n"
                                    "rule.x");
    static const enum token expected[] = {
        TOKEN_BUILD,    TOKEN_POOL,    TOKEN_RULE,    TOKEN_DEFAULT, TOKEN_INCLUDE,
        TOKEN_SUBNINJA, TOKEN_EQUALS,  TOKEN_COLON,   TOKEN_PIPE,    TOKEN_PIPE2,
        TOKEN_PIPEAT,   TOKEN_NAME,    TOKEN_NEWLINE, TOKEN_INDENT,  TOKEN_NAME,
        TOKEN_NEWLINE,  TOKEN_NEWLINE, TOKEN_NAME,    TOKEN_EOF,     TOKEN_EOF,
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_string_equal(lexer_token_name(lexer_read(&lexer)), lexer_token_name(expected[i]));
    stop(&lexer);
}

static void test_token_can_be_put_back(void **state)
{
    (void)state;
    struct lexer lexer = start_text("build x");
    assert_false(lexer_accept(&lexer, TOKEN_RULE));
    assert_true(lexer_accept(&lexer, TOKEN_BUILD));
    assert_true(lexer_accept(&lexer, TOKEN_NAME));
    assert_true(lexer_accept(&lexer, TOKEN_EOF));
    stop(&lexer);
}

static void test_unfinished_comment_is_no_token(void **state)
{
    (void)state;
    struct lexer lexer = start_text("# foo");
    assert_int_equal(lexer_read(&lexer), TOKEN_ERROR);
    assert_string_equal(lexer_describe_error(&lexer), "lexing error");
    stop(&lexer);
}

static void test_tab_is_told_to_be_a_tab(void **state)
{
    (void)state;
    struct lexer lexer = start_text("   \tfoobar");
    assert_int_equal(lexer_read(&lexer), TOKEN_INDENT);
    assert_int_equal(lexer_read(&lexer), TOKEN_ERROR);
    assert_string_equal(lexer_describe_error(&lexer), "tabs are not allowed, use spaces");
    stop(&lexer);
}

static void test_nul_is_not_the_end(void **state)
{
    (void)state;
    struct lexer lexer = start("a\0b", 3);
    assert_int_equal(lexer_read(&lexer), TOKEN_NAME);
    assert_int_equal(lexer_read(&lexer), TOKEN_ERROR);
    assert_string_equal(lexer_describe_error(&lexer), "NUL bytes are not allowed");
    assert_int_equal(lexer_read(&lexer), TOKEN_NAME);
    assert_int_equal(lexer_read(&lexer), TOKEN_EOF);
    stop(&lexer);
}

static void test_errors_in_values(void **state)
{
    (void)state;
    assert_value_error(start_text("foo$\nbad $"),
                       "input:2: bad $-escape (literal $ must be written as $$)\n"
                       "bad $\n"
                       "    ^ near here");
    assert_value_error(start_text("no end"), "input:1: unexpected EOF\n"
                                             "no end\n"
                                             "      ^ near here");
    assert_value_error(start_text("a\rb\n"), "input:1: lexing error\n"
                                             "a\rb\n"
                                             " ^ near here");
    assert_value_error(start("ab\0c\n", 5), "input:1: NUL bytes are not allowed\n"
                                            "ab\n"
                                            "  ^ near here");
    static const char *const bad_escapes[] = {"x $[\n",     "x ${\n",   "x ${}\n", "x ${a\n",
                                              "x ${a b}\n", "x $\rz\n", "x $\t\n", "x $.\n"};
    for (size_t i = 0; i < sizeof bad_escapes / sizeof *bad_escapes; i++) {
        char expected[128];
        snprintf(expected, sizeof expected,
                 "input:1: bad $-escape (literal $ must be written as $$)\n"
                 "%.*s\n"
                 "  ^ near here",
                 (int)strlen(bad_escapes[i]) - 1, bad_escapes[i]);
        assert_value_error(start_text(bad_escapes[i]), expected);
    }
}

static void test_newline_escape_needs_version_1_14(void **state)
{
    (void)state;
    static const char message[] = "input:1: using $^ escape requires specifying "
                                  "'ninja_required_version' with version greater or equal 1.14\n";
    assert_value_error(start_text("foo$\nbar$^newline foo\n"), message);
    struct lexer old = start_text("a$^b\n");
    old.required_major = 1;
    old.required_minor = 13;
    assert_value_error(old, message);

    struct lexer lexer = start_text("foo$\nbar$^newline foo\n");
    lexer.required_major = 1;
    lexer.required_minor = 14;
    struct parts parts = {0};
    struct buf serialized = {0};
    assert_int_equal(lexer_read_value(&lexer, &parts, NULL), JIG_OK);
    serialize(&parts, &serialized);
    assert_string_equal(buf_cstr(&serialized), "[foobar\nnewline foo]");
    buf_free(&serialized);
    vec_free(&parts);
    stop(&lexer);
}

static void test_lines_are_counted(void **state)
{
    (void)state;
    struct lexer lexer = start_text("a\n\nb $\n c\n# x\nd\n");
    static const uint32_t expected[] = {1, 1, 2, 3, 4, 4, 6, 6, 7};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        lexer_read(&lexer);
        assert_int_equal(lexer_line(&lexer), expected[i]);
    }
    stop(&lexer);
}

static void test_lines_go_on_from_text_to_text(void **state)
{
    (void)state;
    struct lexer first = start_text("a\nb\n"), lexer = first;
    lexer_read(&lexer);
    lexer_finish(&lexer);
    struct lexer second = start_text("c\nd\n");
    lexer_feed(&lexer, second.text, 4);
    lexer_read(&lexer);
    assert_int_equal(lexer_line(&lexer), 3);
    lexer_read(&lexer);
    lexer_read(&lexer);
    assert_int_equal(lexer_line(&lexer), 4);
    struct jig_error error;
    lexer_fail(&lexer, &error, "oops");
    assert_int_equal(error.line, 4);
    assert_string_equal(error.excerpt, "d");
    stop(&first);
    stop(&second);
}

/* Fails at column `column` (0-based) of a line of `length` bytes. */
static struct jig_error error_at(size_t column, size_t length)
{
    char text[512];
    memset(text, 'x', length);
    text[length] = '\n';
    struct lexer lexer = start(text, length + 1);
    lexer.token = lexer.text + column;
    struct jig_error error;
    lexer_fail(&lexer, &error, "oops");
    stop(&lexer);
    return error;
}

static void assert_error_at(size_t column, size_t length, const char *expected)
{
    struct jig_error error = error_at(column, length);
    struct buf text = {0};
    ninja_error_text(&error, &text);
    assert_string_equal(buf_cstr(&text), expected);
    buf_free(&text);
}

#define X10 "xxxxxxxxxx"
#define X70 X10 X10 X10 X10 X10 X10 X10
#define S10 "          "
#define S70 S10 S10 S10 S10 S10 S10 S10

static void test_excerpt_is_cut_as_ninja_cuts_it(void **state)
{
    (void)state;
    assert_error_at(1, 3, "input:1: oops\nxxx\n ^ near here");
    assert_error_at(71, 71, "input:1: oops\n" X70 "x\n" S70 " ^ near here");
    assert_error_at(1, 72, "input:1: oops\n" X70 "xx...\n ^ near here");
    assert_error_at(71, 100, "input:1: oops\n" X70 "xx...\n" S70 " ^ near here");
    assert_error_at(72, 100, "input:1: oops\n");
    assert_error_at(0, 3, "input:1: oops\n");
}

static void test_caret_always_points_into_the_excerpt(void **state)
{
    (void)state;
    for (size_t column = 0; column <= 400; column++) {
        struct jig_error error = error_at(column, 400);
        assert_int_equal(error.line, 1);
        assert_int_equal(error.column, column + 1);
        assert_in_range(error.caret, 0, strlen(error.excerpt));
        assert_in_range(strlen(error.excerpt), 1, 78);
        if (column < 400)
            assert_int_equal(error.excerpt[error.caret], 'x');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value_is_text_and_variables),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_dot_ends_a_bare_variable_but_not_a_braced_one),
        cmocka_unit_test(test_long_plain_text_is_found_to_its_end),
        cmocka_unit_test(test_word_is_what_quoting_leaves_alone),
        cmocka_unit_test(test_path_ends_at_delimiters),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_token_can_be_put_back),
        cmocka_unit_test(test_unfinished_comment_is_no_token),
        cmocka_unit_test(test_tab_is_told_to_be_a_tab),
        cmocka_unit_test(test_nul_is_not_the_end),
        cmocka_unit_test(test_errors_in_values),
        cmocka_unit_test(test_newline_escape_needs_version_1_14),
        cmocka_unit_test(test_lines_are_counted),
        cmocka_unit_test(test_lines_go_on_from_text_to_text),
        cmocka_unit_test(test_excerpt_is_cut_as_ninja_cuts_it),
        cmocka_unit_test(test_caret_always_points_into_the_excerpt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
