/* What GraphQL files import and define. */
#include "scanner_support.h"

static void imports(const char *text, const char *expected)
{
    check_imports(SCANNER_GRAPHQL, "a.graphql", text, expected);
}

static void definitions(const char *text, const char *expected)
{
    check_definitions(SCANNER_GRAPHQL, "a.graphql", text, expected);
}

static void whole_files(void **state)
{
    (void)state;
    imports("#import \"./a.graphql\"\n# import './b'\n#import * from \"c\"",
            "quoted ./a.graphql *\nquoted ./b *\nquoted c *\n");
    imports("query Q { a } #import 'a'\r\n", "quoted a *\n");
}

static void names(void **state)
{
    (void)state;
    imports("# import A, B.c, Query.* from 'a'", "quoted a A B Query\n");
}

static void what_only_looks_like_an_import(void **state)
{
    (void)state;
    imports("# imports 'a'\n# import what is important\n#import \"a\n\"\"\"\n#import 'b'\n\"\"\"",
            "");
    imports("query { a(b: \"#import 'c'\") }", "");
}

static void kinds_of_definitions(void **state)
{
    (void)state;
    definitions("query A($b: C = { d: 1 }) { e { ...F } } mutation G { h } fragment F on I { j }\n"
                "\"desc\" type K implements L & M @n(o: {}) { p(q: R): S! } enum T { U }\n"
                "union V = W | type scalar X extend input Y { z: Int } directive @aa on QUERY | "
                "FIELD\ninterface BB",
                "+operation A C F b d e\n+operation G h\n+fragment F I j on\n"
                "+type K L M R S implements n o p q\n+enum T U\n+type V W type\n+type X\n"
                "+type Y Int z\n+other aa FIELD QUERY on\n+type BB\nother -\n");
}

static void what_has_no_name_is_loose(void **state)
{
    (void)state;
    definitions("scalar A { b } query { c } schema { query: D }", "+type A\nother - D b c query\n");
}

static void digests(void **state)
{
    (void)state;
    check_same(SCANNER_GRAPHQL, "a.graphql", "A", "query A{b,c}", "query A { # d\n b\n c }");
    check_differ(SCANNER_GRAPHQL, "a.graphql", "A", "query A { b }", "query A { c }");
    check_differ(SCANNER_GRAPHQL, "a.graphql", "A", "\"b\" type A { c: D }",
                 "\"\" type A { c: D }");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files),
        cmocka_unit_test(names),
        cmocka_unit_test(what_only_looks_like_an_import),
        cmocka_unit_test(kinds_of_definitions),
        cmocka_unit_test(what_has_no_name_is_loose),
        cmocka_unit_test(digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
