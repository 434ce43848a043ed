/* What C and C++ files include. */
#include "scanner_support.h"

static void includes(const char *text, const char *expected)
{
    check_imports(SCANNER_C, "a.c", text, expected);
}

static void quoted_and_angled(void **state)
{
    (void)state;
    includes("#include \"a.h\"\n#include <b/c.h>\n",
             "quoted a.h * *>\"a.h\"\nangled b/c.h * *><b/c.h>\n");
    includes("  #\t/* c */ include/**/\"a.h\" // d", "quoted a.h * *>\"a.h\"\n");
    includes("#include \"a\\b.h\"", "quoted a\\b.h * *>\"a\\b.h\"\n");
    includes("#include_next <a>\n#import \"b\"\n#embed \"c\" limit(1)",
             "angled a * *><a>\nquoted b * *>\"b\"\nquoted c * *>\"c\"\n");
}

static void once_for_each_file(void **state)
{
    (void)state;
    includes("#include \"a\"\n#include \"a\"\n#include <a>",
             "quoted a * *>\"a\"\nangled a * *><a>\n");
}

static void computed(void **state)
{
    (void)state;
    includes("#include HEADER(x)  \n", "computed HEADER(x) *\n");
    includes("#include \"a", "computed \"a *\n");
    includes("#include", "computed  *\n");
}

static void skipped_groups_are_listed(void **state)
{
    (void)state;
    includes("#if 0\n#include \"a\"\n#endif", "quoted a * *>\"a\"\n");
}

static void lines_that_go_on(void **state)
{
    (void)state;
    includes("#inc\\\nlude \\\r\n \"a\"", "quoted a * *>\"a\"\n");
    includes("// \\\n#include \"a\"", "");
    includes("#define X \\\n#include \"a\"", "");
}

static void other_spellings(void **state)
{
    (void)state;
    includes("%:include \"a\"\n %: include <b>", "quoted a * *>\"a\"\nangled b * *><b>\n");
    includes("a %:include \"a\"\nb % c", "");
    includes("#include \"a\\\n.h\"", "quoted a.h * *>\"a.h\"\n");
    includes("#include <a\\\r\n.h>", "angled a.h * *><a.h>\n");
}

static void questions_for_files(void **state)
{
    (void)state;
    includes("#if defined(A) && __has_include(<a.h>) || __has_include ( \"b.h\" )\n#endif",
             "angled a.h * *><a.h>\nquoted b.h * *>\"b.h\"\n");
    includes("#elif __has_embed(\"a\" limit(1))", "quoted a * *>\"a\"\n");
    includes("#if __has_include(A) && defined __has_include\n#if __has_include(\n", "");
    check_differ(SCANNER_C, "a.c", "", "#if __has_include(\"a\")", "#if __has_include(<a>)");
}

static void what_only_looks_like_an_include(void **state)
{
    (void)state;
    includes("/*\n#include \"a\"\n*/ x #include \"b\"", "");
    includes("s = \"\\\n#include <a>\"; c = '\"';\n", "");
    includes("r = R\"x(\n#include \"a\"\n)\" )x\"; u8R\"(\n#include <b>\n)\"", "");
    includes("#if has_include(<a.h>)\n#pragma once \"b\"\n#includes <c>\n", "");
    includes("/* unfinished\n#include \"a\"", "");
}

static void what_only_looks_like_a_literal(void **state)
{
    (void)state;
    includes("int a = 1'000'000; // '\n#include \"a\"", "quoted a * *>\"a\"\n");
    includes("#error don't\n#include \"a\"", "quoted a * *>\"a\"\n");
    includes("xR\"(\n#include \"a\"\n", "quoted a * *>\"a\"\n");
    includes("\"unfinished\n#include \"a\"", "quoted a * *>\"a\"\n");
}

static void the_text_is_one_definition(void **state)
{
    (void)state;
    check_definitions(SCANNER_C, "a.c", "#include <a>\nint main(void) { return 0; }",
                      "other - <a>\n");
}

static void digests(void **state)
{
    (void)state;
    check_same(SCANNER_C, "a.c", "", "int a=b+c;", "int /* d */ a\n= b + c; // e");
    check_differ(SCANNER_C, "a.c", "", "a - -b", "a --b");
    check_differ(SCANNER_C, "a.c", "", "#define a(b) c", "#define a (b) c");
    check_differ(SCANNER_C, "a.c", "", "#define a\nb", "#define a b");
    check_differ(SCANNER_C, "a.c", "", "R\"(a\\\nb)\"", "R\"(ab)\"");
}

static void lines_are_told(void **state)
{
    (void)state;
    struct facts facts = scan_text(SCANNER_C, "a.c", "\n\\\n#include <a>\n\n#include B");
    assert_int_equal(facts.imports.count, 2);
    assert_int_equal(facts.imports.data[0].line, 3);
    assert_int_equal(facts.imports.data[1].line, 5);
    facts_free(&facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quoted_and_angled),
        cmocka_unit_test(once_for_each_file),
        cmocka_unit_test(computed),
        cmocka_unit_test(skipped_groups_are_listed),
        cmocka_unit_test(lines_that_go_on),
        cmocka_unit_test(other_spellings),
        cmocka_unit_test(questions_for_files),
        cmocka_unit_test(what_only_looks_like_an_include),
        cmocka_unit_test(what_only_looks_like_a_literal),
        cmocka_unit_test(the_text_is_one_definition),
        cmocka_unit_test(digests),
        cmocka_unit_test(lines_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
