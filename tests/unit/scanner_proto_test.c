/* What protocol buffer files import and define. */
#include "scanner_support.h"

static void imports(const char *text, const char *expected)
{
    check_imports(SCANNER_PROTO, "a.proto", text, expected);
}

static void definitions(const char *text, const char *expected)
{
    check_definitions(SCANNER_PROTO, "a.proto", text, expected);
}

static void kinds_of_imports(void **state)
{
    (void)state;
    imports("syntax = \"proto3\"; import \"a.proto\";import public 'b';import weak \"c\";"
            "import option \"d\";",
            "quoted a.proto *\nreexport b *\nweak c *\nweak d *\n");
}

static void strings(void **state)
{
    (void)state;
    imports("import 'a' \"b\" /* c */ 'd';", "quoted abd *\n");
    imports("import '\\x61\\142\\'\\\\';", "quoted ab'\\ *\n");
}

static void what_only_looks_like_an_import(void **state)
{
    (void)state;
    imports("// import 'a';\n/* import 'b'; */ option c = \"import 'd';\";", "");
    imports("message M { string import = 1; }", "");
    imports("import a;", "");
}

static void kinds_of_definitions(void **state)
{
    (void)state;
    definitions("message A { message In {} B b = 1; } enum B { C = 0; }\n"
                "service D { rpc E(A) returns (stream B) { option (f) = { g: 1 }; } }",
                "+type A - B In b\n+enum B - C\n+service D - A B E f g\nother -\n");
}

static void extensions_are_known_by_their_fields(void **state)
{
    (void)state;
    definitions("extend A { optional string b = 1 [default = 'x']; repeated C d = 2; }",
                "+other b - A C default\n+other d - A C default\nother -\n");
}

static void all_else_is_loose(void **state)
{
    (void)state;
    definitions("edition = \"2024\"; package a.b; option (c) = { d: 1 }; ; local message E {}",
                "+type E -\nother - a b c d\n");
}

static void digests(void **state)
{
    (void)state;
    check_same(SCANNER_PROTO, "a.proto", "A", "message A{string b=1;}",
               "import 'x'; message A { // c\n string b = 1;\n}");
    check_differ(SCANNER_PROTO, "a.proto", "A", "message A { B b = 1; }", "message A { B b = 2; }");
    check_differ(SCANNER_PROTO, "a.proto", "", "package a;", "package b;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_imports),
        cmocka_unit_test(strings),
        cmocka_unit_test(what_only_looks_like_an_import),
        cmocka_unit_test(kinds_of_definitions),
        cmocka_unit_test(extensions_are_known_by_their_fields),
        cmocka_unit_test(all_else_is_loose),
        cmocka_unit_test(digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
