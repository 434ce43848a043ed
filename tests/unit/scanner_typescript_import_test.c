/* What TypeScript and JavaScript files import. */
#include "scanner_support.h"

static void imports(const char *text, const char *expected)
{
    check_imports(SCANNER_TYPESCRIPT, "a.ts", text, expected);
}

static void static_imports(void **state)
{
    (void)state;
    imports("import a from './a'", "static ./a default>a\n");
    imports("import { b, c as d, default as e } from \"./b\";", "static ./b b c>d default>e\n");
    imports("import a, { b, } from './a'", "static ./a default>a b\n");
    imports("import * as ns from './a'", "static ./a * *>ns\n");
    imports("import a, * as ns from './a'", "static ./a * default>a *>ns\n");
    imports("import './a'; import'./b'", "static ./a *\nstatic ./b *\n");
    imports("import {} from './a'", "static ./a\n");
    imports("import { \"a b\" as c } from './a'", "static ./a a b>c\n");
}

static void types_are_told_apart(void **state)
{
    (void)state;
    imports("import type { A } from './a'", "type ./a A\n");
    imports("import type A from './a'", "type ./a default>A\n");
    imports("import type * as A from './a'", "type ./a * *>A\n");
    imports("export type { A } from './a'", "reexport ./a A\n");
    imports("export type * from './a'", "reexport ./a *\n");
    imports("import { type A, type B as C, d } from './a'", "static ./a A B>C d\n");
}

static void words_that_are_names_too(void **state)
{
    (void)state;
    imports("import type from './a'", "static ./a default>type\n");
    imports("import type, { b } from './a'", "static ./a default>type b\n");
    imports("import type from from './a'", "type ./a default>from\n");
    imports("import from from './a'", "static ./a default>from\n");
    imports("import { type } from './a'", "static ./a type\n");
    imports("import { type as as } from './a'", "static ./a type>as\n");
    imports("import { type as } from './a'", "static ./a as\n");
    imports("import { type as as b } from './a'", "static ./a as>b\n");
    imports("import { from, as as of } from './a'", "static ./a from as>of\n");
    imports("import defer * as a from './a'", "static ./a * *>a\n");
}

static void import_equals(void **state)
{
    (void)state;
    imports("import a = require('./a')", "static ./a * *>a\n");
    imports("import type a = require('./a');", "type ./a * *>a\n");
    imports("import a = b.c; import d from './d'", "static ./d default>d\n");
    imports("export import a = require('./a')", "static ./a * *>a\n");
}

static void exports_from(void **state)
{
    (void)state;
    imports("export * from './a'", "reexport ./a *\n");
    imports("export * as ns from './a'", "reexport ./a * *>ns\n");
    imports("export { a, b as c, default } from './a'", "reexport ./a a b>c default\n");
    imports("export { a, b as c }", "");
}

static void calls(void **state)
{
    (void)state;
    imports("f(() => import('./a'))", "dynamic ./a * *>\"./a\"\n");
    imports("const a = require(\"./a\")", "require ./a * *>\"./a\"\n");
    imports("import(`./a`, { with: {} })", "dynamic ./a * *>\"./a\"\n");
    imports("let a: typeof import('./a')", "dynamic ./a * *>\"./a\"\n");
    imports("require('./a'); require('./a')", "require ./a * *>\"./a\"\n");
    imports("import.meta.url; import('./a').then()", "dynamic ./a * *>\"./a\"\n");
}

static void computed_calls(void **state)
{
    (void)state;
    imports("require(name)", "computed name *\n");
    imports("import('./' + name)", "computed './' + name *\n");
    imports("import(`./${name}`)", "computed `./${name}` *\n");
    imports("import('./a' + '.mjs'); import(name)", "computed './a' + '.mjs' *\ncomputed name *\n");
    imports("require(", "computed  *\n");
}

static void expressions_in_loops(void **state)
{
    (void)state;
    imports("for (const a of /`/.source) {}\nimport './b'", "static ./b *\n");
    imports("for (of of /'/g) {}\nimport './b'", "static ./b *\n");
    imports("for (const [a] of\n/\"/g) {}\nimport './b'", "static ./b *\n");
    imports("a = (of / 2); b = '/'; import './b'", "static ./b *\n");
    imports("a = of / 2; b = c.of / 2; import './b'", "static ./b *\n");
}

static void ends_of_lines(void **state)
{
    (void)state;
    imports("// a\xe2\x80\xa8import './b'", "static ./b *\n");
    imports("// \xc3\xa9 \xe2\x80\xa6\xe2\x80\xa9import './b'", "static ./b *\n");
    imports("// a\xe2\x80\xa8/// <reference path='./b' />\n", "type ./b *\n");
}

static void what_only_looks_like_an_import(void **state)
{
    (void)state;
    imports("a.import('x'); a?.require('x'); a.require(y)", "");
    imports("({ import: 1, require: 2 })", "");
    imports("// import './a'\n/* import './b'\n */ '\\'; import \"./c\"'", "");
    imports("`import './a' ${'import \"b\"'} import './c'`", "");
    imports("interface A { require(id: string): any; import(x: A): B }", "computed x: A *\n");
    imports("function require(name) {}", "");
    imports("importx('a'); $import('b'); import_('c')", "");
}

static void strings_are_decoded(void **state)
{
    (void)state;
    imports("import './\\x61\\u0062\\u{63}\\\n'", "static ./abc *\n");
    imports("import '\\u00e9\\ud83d\\ude00'", "static \xc3\xa9\xf0\x9f\x98\x80 *\n");
    imports("import 'it\\'s'", "static it's *\n");
    imports("\\u0069mport './a'", "static ./a *\n");
}

static void attributes_and_missing_semicolons(void **state)
{
    (void)state;
    imports("import a from './a' with { type: 'json' }\nimport './b'",
            "static ./a default>a\nstatic ./b *\n");
    imports("import a from './a' assert { type: 'json' };import './b'",
            "static ./a default>a\nstatic ./b *\n");
    imports("import a\nfrom\n'./a'\nimport './b'\nf()\nexport * from './c'\n(g)",
            "static ./a default>a\nstatic ./b *\nreexport ./c *\n");
}

static void beginnings_of_files(void **state)
{
    (void)state;
    imports("\xef\xbb\xbfimport './a'", "static ./a *\n");
    imports("#!/usr/bin/env node 'it\nimport './a'", "static ./a *\n");
}

static void references(void **state)
{
    (void)state;
    imports("/// <reference path=\"a.d.ts\" />\n/* c */\n/// <reference types='node'/>\nf()",
            "type ./a.d.ts *\ntype node *\n");
    imports("///<reference path='../a.d.ts' />", "type ../a.d.ts *\n");
    imports("/// <reference lib=\"es2015\" />\n// <reference path='a' />", "");
    imports("f()\n/// <reference path='a' />", "");
}

static void modules_declared_elsewhere(void **state)
{
    (void)state;
    imports("declare module 'a' { import { b } from './b'; export * from './c' }",
            "static ./b b\ntype ./c *\n");
    imports("import './b'; declare module './a' { interface A {} }", "static ./b *\ntype ./a *\n");
    imports("declare module 'a'", "");
}

static void lines_are_told(void **state)
{
    (void)state;
    struct facts facts =
        scan_text(SCANNER_TYPESCRIPT, "a.ts", "/*\n\n*/ import './a'\r\nf(\nimport('./b'))\n");
    assert_int_equal(facts.imports.count, 2);
    assert_int_equal(facts.imports.data[0].line, 3);
    assert_int_equal(facts.imports.data[1].line, 5);
    facts_free(&facts);
}

static void facts_of_many_files_lie_together(void **state)
{
    (void)state;
    struct scanner *scanner;
    struct facts facts = {0};
    assert_int_equal(scanner_create(SCANNER_TYPESCRIPT, NULL, &scanner, NULL), JIG_OK);
    scanner_scan(scanner, "a.ts", "import { a } from './a'", 23, &facts);
    scanner_scan(scanner, "b.ts", "import { b } from './b'", 23, &facts);
    scanner_destroy(scanner);
    check_import_facts(&facts, "static ./a a\nstatic ./b b\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(static_imports),
        cmocka_unit_test(types_are_told_apart),
        cmocka_unit_test(words_that_are_names_too),
        cmocka_unit_test(import_equals),
        cmocka_unit_test(exports_from),
        cmocka_unit_test(calls),
        cmocka_unit_test(computed_calls),
        cmocka_unit_test(expressions_in_loops),
        cmocka_unit_test(ends_of_lines),
        cmocka_unit_test(what_only_looks_like_an_import),
        cmocka_unit_test(strings_are_decoded),
        cmocka_unit_test(attributes_and_missing_semicolons),
        cmocka_unit_test(beginnings_of_files),
        cmocka_unit_test(references),
        cmocka_unit_test(modules_declared_elsewhere),
        cmocka_unit_test(lines_are_told),
        cmocka_unit_test(facts_of_many_files_lie_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
