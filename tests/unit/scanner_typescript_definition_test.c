/* What TypeScript and JavaScript files define at their top level, and what uses what. */
#include "scanner_support.h"

static void definitions(const char *text, const char *expected)
{
    check_definitions(SCANNER_TYPESCRIPT, "a.ts", text, expected);
}

static void same(const char *name, const char *a, const char *b)
{
    check_same(SCANNER_TYPESCRIPT, "a.ts", name, a, b);
}

static void differ(const char *name, const char *a, const char *b)
{
    check_differ(SCANNER_TYPESCRIPT, "a.ts", name, a, b);
}

/* ---- names and kinds ----------------------------------------------------------------------- */

static void kinds(void **state)
{
    (void)state;
    definitions("function a() {} async function* b() {} class c {} abstract class d {}\n"
                "enum e { A } const enum f {} interface g {} type h = 1\n"
                "namespace i.j {} module k {} declare const l: 1, m: 2; import n = o.p",
                "function a\nfunction b\nclass c\nclass d\nenum e\nenum f\ntype g\ntype h\n"
                "namespace i\nnamespace k\nvalue l\nvalue m\nvalue n\nother -\n");
}

static void bindings(void **state)
{
    (void)state;
    definitions(
        "let a, b = 1, { c, d: e, [f]: g = h, ...i }: T = j, [k, , { l = { m: 1 } }] = n",
        "value a\nvalue b\nvalue c\nvalue e\nvalue g\nvalue i\nvalue k\nvalue l\nother -\n");
}

static void commas_that_separate_no_bindings(void **state)
{
    (void)state;
    definitions("const a: Map<b, c> = new Map<d, e>(), f = <g, h>(x: g) => x, i = j < k, l = m > n",
                "value a\nvalue f\nvalue i\nvalue l\nother -\n");
    definitions("const a = { b, c }, d = [e, f], g = (h, i), j = k(l, m)",
                "value a\nvalue d\nvalue g\nvalue j\nother -\n");
}

static void words_that_declare_nothing(void **state)
{
    (void)state;
    definitions("type = 1; interface\nx; namespace.y; module(z); declare = 1; abstract + 1; let.a;"
                "async()",
                "other -\n");
}

static void decorated_classes(void **state)
{
    (void)state;
    definitions("import { d } from 'd'\n@d.e({ a: 1 }) @f\nexport class A {}\n@(d) class B {}",
                "+class A d\nclass B d\nother - d\n");
}

/* ---- where statements end ------------------------------------------------------------------ */

static void statements_without_semicolons(void **state)
{
    (void)state;
    definitions("const a = 1\nconst b = a\n  + 2\nlet c = b\n(function () {})\nvar d = () => {}\n"
                "type e = Array<1>\ntype f = 'x'\n  | 'y'\nclass g {}\nconst h = g as const\n"
                "export const i = `x`\nfoo(c)",
                "value a -\nvalue b - a\nvalue c - b\nvalue d\ntype e\ntype f\nclass g\nvalue h g\n"
                "+value i\nother - a b c\n");
}

static void bodies_on_their_own_lines(void **state)
{
    (void)state;
    definitions("function a(): { b: 1 }\n{\n}\nclass c\n  extends d\n{\n}\ninterface e\n{\n}\n"
                "const f = function ()\n{\n}\nfunction g() {}",
                "function a\nclass c\ntype e\nvalue f\nfunction g\nother -\n");
}

static void overloads_are_one_name(void **state)
{
    (void)state;
    definitions("function a(x: 1): void\nfunction a(x: 2): b<1>\nfunction a(x) { c }",
                "function a\nfunction a\nfunction a\nother -\n");
    definitions("declare function a(): void\ndeclare function b(): { c: 1 }\nconst d = 1",
                "function a\nfunction b\nvalue d\nother -\n");
}

/* ---- exports ------------------------------------------------------------------------------- */

static void exports(void **state)
{
    (void)state;
    definitions("export const a = 1; export function b() {} export { c, d as e }\n"
                "const c = 1, d = 2; export type { f }; interface f {}",
                "+value a\n+function b\n+value c\nvalue d\n+type f\n+alias e d\nother -\n");
}

static void default_exports(void **state)
{
    (void)state;
    definitions("export default function a() {}", "function a\n+alias default a\nother -\n");
    definitions("export default function () {}", "+function default\nother -\n");
    definitions("export default class extends a {}", "+class default\nother -\n");
    definitions("export default async function a() {}", "function a\n+alias default a\nother -\n");
    definitions("const a = 1\nexport default a\nf()", "value a\n+alias default a\nother -\n");
    definitions("const a = 1; export default a.b", "value a\n+value default a\nother -\n");
    definitions("export default { a: 1 }", "+value default\nother -\n");
    definitions("export default interface A {}", "type A\n+alias default A\nother -\n");
    definitions("export = a", "+value export=\nother -\n");
}

static void names_of_other_modules(void **state)
{
    (void)state;
    definitions("export { a as b, c } from 'x'; export * as d from 'y'; export * from 'z'",
                "+alias b\n+alias c\n+alias d\nother -\n");
    definitions("import { a } from 'x'; export { a, a as b }", "+alias a a\n+alias b a\nother -\n");
}

static void an_unknown_name_may_be_anything(void **state)
{
    (void)state;
    definitions("export { a }", "+alias a -\nother -\n");
}

/* ---- uses ---------------------------------------------------------------------------------- */

static void uses_of_imports_and_definitions(void **state)
{
    (void)state;
    definitions("import a, { b as c } from 'x'; import * as d from 'y'; import e = require('z')\n"
                "function f() { return a(c, d.g, e) } const h = () => f(), g = 1",
                "function f a c d e\nvalue h f\nvalue g f\nother -\n");
}

static void members_are_no_uses(void **state)
{
    (void)state;
    definitions("import { a } from 'x'\nconst b = { a: 1, c: d.a, e: f?.a }, g = { a }.a",
                "value b a\nvalue g a\nother -\n");
    definitions("import { a } from 'x'; class b { a: number; c() { this.a } }",
                "class b\nother -\n");
}

static void elements_are_uses(void **state)
{
    (void)state;
    check_definitions(SCANNER_TYPESCRIPT, "a.tsx",
                      "import { A, B, c } from 'x'; const d = <A.e c='1' f={B}>c</A.e>",
                      "value d A B\nother -\n");
}

static void calls_are_uses(void **state)
{
    (void)state;
    definitions("const a = () => import('./x'); f(require('./y'))",
                "value a \"./x\"\nother - \"./y\"\n");
}

static void words_with_escapes_are_uses(void **state)
{
    (void)state;
    definitions("const abc = 1; const d = \\u0061bc", "value abc\nvalue d abc\nother -\n");
}

static void what_loose_text_mentions_depends_on_it(void **state)
{
    (void)state;
    definitions("const a = {}, b = 1\nconst c = 2\na.d = c", "value a -\nvalue b -\nvalue c -\n"
                                                             "other - a b c\n");
}

static void what_loose_text_declares_stands_for_it(void **state)
{
    (void)state;
    definitions("if (x) { var a = 1 }\nconst b = a", "value b -\nother -\n");
}

static void what_acts_changes_what_it_reaches(void **state)
{
    (void)state;
    definitions("let a = 1; function f() { a = 2 } f()",
                "value a -\nfunction f - a\nother - a f\n");
    definitions("const a = {}, c = 1; const b = Object.assign(a, 2)",
                "value a -\nvalue c -\nvalue b a\nother - a c\n");
    definitions("const a = {}; class B { static { a.x = 1 } }",
                "value a -\nclass B a\nother - a\n");
    definitions("const a = {}; class B { static x = a.y++ }", "value a -\nclass B a\nother - a\n");
    definitions("const a = {}; const b = new C(a)", "value a -\nvalue b a\nother - a\n");
    definitions("const a = {}; const b = (() => { a.b = 1 })()",
                "value a -\nvalue b a\nother - a\n");
    definitions("let a = 1; const b = a++", "value a -\nvalue b a\nother - a\n");
    definitions("let a = 1; const b = (a += 1)", "value a -\nvalue b a\nother - a\n");
    definitions("let a = 1; const b = a`x`", "value a -\nvalue b a\nother - a\n");
    definitions("let a = 1; const { b = f(a) } = {}", "value a -\nvalue b a\nother - a\n");
    definitions("let a = 1; const b = { c: a, ...f(a) }", "value a -\nvalue b a\nother - a\n");
    definitions("let a = 1; export default f(a)", "value a -\n+value default a\nother - a\n");
    definitions("let a = 1; const b = g ? x => 1 : f(a)", "value a -\nvalue b a\nother - a\n");
    definitions("let a = 1; const b = f<() => void>(a)", "value a -\nvalue b a\nother - a\n");
    definitions("let a = 1; const b = x => 1, c = f(a)",
                "value a -\nvalue b a\nvalue c a\nother - a\n");
}

static void what_is_evaluated_later_does_not_act(void **state)
{
    (void)state;
    definitions("let a = 1; const b = () => a++", "value a\nvalue b a\nother -\n");
    definitions("let a = 1; const b = async (x: T = f(a)): P<T> => g(a)",
                "value a\nvalue b a\nother -\n");
    definitions("let a = 1; const b = <T>(x: T) => f(a)", "value a\nvalue b a\nother -\n");
    definitions("let a = 1; const b = function (x = f(a)) { return g(a) }",
                "value a\nvalue b a\nother -\n");
    definitions("let a = 1; const b = { c() { f(a) }, get d(): T { return f(a) }, e: 1 }",
                "value a\nvalue b a\nother -\n");
    definitions("let a = 1; class B { x = f(a); y() { f(a) } static z() { f(a) } }",
                "value a\nclass B a\nother -\n");
    definitions("let a = 1; const b: (x: T) => U = a", "value a\nvalue b a\nother -\n");
    definitions("enum A { B = 1, C = 'x' }; let a = 1", "enum A\nvalue a\nother -\n");
    definitions("export default () => f(a); let a = 1", "+value default a\nvalue a\nother -\n");
}

static void what_is_declared_for_everyone_counts(void **state)
{
    (void)state;
    definitions("'use client'; export const a = 1", "+value a -\nother -\n");
    definitions("/** @jsx h */ export const a = 1", "+value a -\nother -\n");
    definitions("export const a = 1; declare global { interface B {} }", "+value a -\nother -\n");
    definitions("export const a = 1; declare module 'b' { interface B {} }",
                "+value a -\nother -\n");
}

/* ---- digests ------------------------------------------------------------------------------- */

static void layout_does_not_count(void **state)
{
    (void)state;
    same("a", "const a = b+c", "// x\nconst /* y */ a=\n  b + c;\n");
    same("a", "function a(x){return x}", "function a ( x )\n{\n\treturn x // y\n}");
    same("", "f(1)", "\n f ( 1 ) ;");
    same("a", "const a = 1", "const b = 2; const a = 1; export * from 'x'");
}

static void tokens_count(void **state)
{
    (void)state;
    differ("a", "const a = 1", "const a = 2");
    differ("a", "const a = 'x y'", "const a = 'x  y'");
    differ("a", "const a = b!== c", "const a = b! == c");
    differ("a", "const a = 'b', c", "const a = 'b, c'");
    differ("a", "function a() { return b }", "function a() { return\nb }");
    differ("a", "function a() { b++\nc }", "function a() { b\n++c }");
    differ("", "f(1); g()", "g(); f(1)");
    differ("", "import a from 'a' with { type: 'json' }", "import a from 'a' with { type: 'css' }");
    differ("", "'use client'", "'use server'");
    differ("", "/* @jsx h */", "/* @jsx g */");
    differ("b", "export { a as b }; let a", "export type { a as b }; let a");
    differ("a", "export { a }; let a", "export type { a }; let a");
    differ("b", "export { a as b }; let a, c", "export { c as b }; let a, c");
}

static void places_count_where_order_matters(void **state)
{
    (void)state;
    differ("b", "const a = f(); const b = f()", "const b = f(); const a = f()");
    differ("b", "let a = 1; const b = a; a = 2", "let a = 1; a = 2; const b = a");
    differ("default", "let a = 1; export default a; a = 2", "let a = 1; a = 2; export default a");
    differ("B", "f(); class B extends C {}", "class B extends C {} f()");
    differ("B", "f(); enum B { C = D.E }", "enum B { C = D.E } f()");
    same("b", "f(); const b = { c: [1, 'd', `e`] }", "const b = { c: [1, 'd', `e`] }; f()");
    same("b", "f(); const b = (x: A) => x", "const b = (x: A) => x; f()");
    same("b", "f(); const b = function () {}", "const b = function () {}; f()");
    same("b", "f(); const b: A = 1", "const b: A = 1; f()");
    same("B", "f(); class B { c = d; e() {} }", "class B { c = d; e() {} } f()");
    same("B", "f(); enum B { C, D = 2 }", "enum B { C, D = 2 } f()");
    same("default", "const a = 1; f(); export default a", "const a = 1; export default a; f()");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(bindings),
        cmocka_unit_test(commas_that_separate_no_bindings),
        cmocka_unit_test(words_that_declare_nothing),
        cmocka_unit_test(decorated_classes),
        cmocka_unit_test(statements_without_semicolons),
        cmocka_unit_test(bodies_on_their_own_lines),
        cmocka_unit_test(overloads_are_one_name),
        cmocka_unit_test(exports),
        cmocka_unit_test(default_exports),
        cmocka_unit_test(names_of_other_modules),
        cmocka_unit_test(an_unknown_name_may_be_anything),
        cmocka_unit_test(uses_of_imports_and_definitions),
        cmocka_unit_test(members_are_no_uses),
        cmocka_unit_test(elements_are_uses),
        cmocka_unit_test(calls_are_uses),
        cmocka_unit_test(words_with_escapes_are_uses),
        cmocka_unit_test(what_loose_text_mentions_depends_on_it),
        cmocka_unit_test(what_loose_text_declares_stands_for_it),
        cmocka_unit_test(what_acts_changes_what_it_reaches),
        cmocka_unit_test(what_is_evaluated_later_does_not_act),
        cmocka_unit_test(what_is_declared_for_everyone_counts),
        cmocka_unit_test(places_count_where_order_matters),
        cmocka_unit_test(layout_does_not_count),
        cmocka_unit_test(tokens_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
