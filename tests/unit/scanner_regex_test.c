/* Imports by a user's own pattern, and the kinds of scanners by name. */
#include "scanner_support.h"

static struct facts scan(const char *pattern, const char *text)
{
    return scan_bytes(SCANNER_REGEX, pattern, "a.x", text, strlen(text));
}

static void the_first_group_is_the_specifier(void **state)
{
    (void)state;
    struct facts facts = scan("^use (\\S+)", "use a\n use b\nuse c/d");
    check_import_facts(&facts, "quoted a * *>\"a\"\nquoted c/d * *>\"c/d\"\n");
}

static void a_group_called_import_is_the_specifier(void **state)
{
    (void)state;
    struct facts facts = scan("(use|load) (?<import>\\w+)", "use a, load b");
    check_import_facts(&facts, "quoted a * *>\"a\"\nquoted b * *>\"b\"\n");
}

static void definitions_reach_to_the_next(void **state)
{
    (void)state;
    static const char pattern[] = "^use (?<import>\\w+)|^def (?<definition>\\w+)";
    static const char text[] = "use a\ndef b\n x\ndef c\n b\nuse d";
    struct facts facts = scan(pattern, text);
    check_definition_facts(&facts, "+other b -\n+other c - \"d\" b\nother - \"a\"\n");
}

static void matches_of_nothing_end(void **state)
{
    (void)state;
    struct facts facts = scan("(x*)", "axb");
    check_import_facts(&facts, "quoted x * *>\"x\"\n");
    facts = scan("(?=(x))", "xx");
    check_import_facts(&facts, "quoted x * *>\"x\"\n");
    facts = scan("x", "xx");
    check_import_facts(&facts, "");
}

static void what_takes_too_long_ends(void **state)
{
    (void)state;
    char text[4096];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct facts facts = scan("((a+)+)+$b", text);
    check_import_facts(&facts, "");
}

static void bad_patterns_are_told(void **state)
{
    (void)state;
    struct scanner *scanner = NULL;
    struct jig_error error = {0};
    assert_int_equal(scanner_create(SCANNER_REGEX, "a(b", &scanner, &error), JIG_ERROR_SYNTAX);
    assert_int_equal(error.column, 4);
    assert_non_null(strstr(error.message, "parenthesis"));
    assert_null(scanner);
}

static void kinds_have_names(void **state)
{
    (void)state;
    for (int i = SCANNER_NONE; i <= SCANNER_REGEX; i++) {
        enum scanner_kind kind;
        assert_true(scanner_kind_of(scanner_kind_name((enum scanner_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    enum scanner_kind kind;
    assert_false(scanner_kind_of("typescripts", &kind));
    assert_false(scanner_kind_of("", &kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_group_is_the_specifier),
        cmocka_unit_test(a_group_called_import_is_the_specifier),
        cmocka_unit_test(definitions_reach_to_the_next),
        cmocka_unit_test(matches_of_nothing_end),
        cmocka_unit_test(what_takes_too_long_ends),
        cmocka_unit_test(bad_patterns_are_told),
        cmocka_unit_test(kinds_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
