/* What the lexer has to tell apart, seen by the import that stands behind it. */
#include "scanner_support.h"

#include <stdio.h>

/* The import behind the text is found, and no other. */
static void ends(const char *path, const char *text)
{
    char with_import[1024];
    snprintf(with_import, sizeof with_import, "%s\nimport './z'", text);
    check_imports(SCANNER_TYPESCRIPT, path, with_import, "static ./z *\n");
}

static void script(const char *text)
{
    ends("a.ts", text);
    ends("a.tsx", text);
}

static void regular_expressions(void **state)
{
    (void)state;
    script("x = /import '`\"/");
    script("x = /[/'\"`]/g");
    script("x = /\\/'/");
    script("return /'/");
    script("f(/'/, /\"/)");
    script("if (a) /'/.test(b)");
    script("while (f(a)) /'/.exec(b)");
    script("{ a } /'/.test(b)");
    script("case /'/: /\"/");
    script("a => /'/");
    script("a\n/'/g.b'");
    script("function f() {}\n/'/.test(a)");
    script("x = typeof /'/");
    script("!/'/.test(a)");
    script("a?.5:/'/");
}

static void divisions(void **state)
{
    (void)state;
    script("x = a / b; y = '/'");
    script("x = (a) / b; y = '/'");
    script("x = a[0] / b; y = '/'");
    script("x = {} / b; y = '/'");
    script("x = function () {} / b; y = '/'");
    script("x = class {} / b; y = '/'");
    script("x = a++ / b; y = '/'");
    script("x = a! / b; y = '/'");
    script("x = `a` / b; y = '/'");
    script("x = 1 / b; y = '/'");
    script("x = this / b; y = '/'");
    script("x = a.if(b) / c; y = '/'");
    script("x = a.return / c; y = '/'");
    script("x /= b; y = '/'");
}

static void templates(void **state)
{
    (void)state;
    script("`a ${b} c`");
    script("`${`${`'`}`}`");
    script("`${{ a: { b: `}` } }}`");
    script("`\\`${'`'}\\${`");
    script("tag`'${/`/}'`");
}

static void comments(void **state)
{
    (void)state;
    script("// '\n/* ` */ /** \" **/ /**/ a");
    script("a // '\r'b'");
    script("a /* \n */ /'/");
}

static void words_and_numbers(void **state)
{
    (void)state;
    script("x = 0x1e+'' + 1e+5 + .5 + 1_000n + 1..toString()");
    script("caf\xc3\xa9 = \\u{61}b\\u0063 + #private in a");
    script("a\xc2\xa0=\xe2\x80\xa8\xe3\x80\x80 '\xe2\x80\xa9'");
}

static void elements(void **state)
{
    (void)state;
    ends("a.tsx", "x = <div>it's {\"}\"} <b a='<' c=\"'\n'\">`</b> import './no' </div>");
    ends("a.jsx", "x = <><A.B c:d={`}`} e-f {...g} /> it's </>");
    ends("a.js", "x = a ? <b>'</b> : <c/>; y = <d e=<f>'</f>>'</d>");
    ends("a.tsx", "f(<a>'</a>, x => <b>'</b>); return <c>'</c>");
    ends("a.tsx", "x = <A<B<C>> d={1}>'</A>");
    ends("a.tsx", "x = <a /* ' */ // '\n>{/* ' */}{'</a>'}</a>");
    ends("a.tsx", "x = { a: <b>'</b>, c() { return <d>'</d> } }");
    ends("a.tsx", "switch (a) { case 1: return <b>'</b>; default: <c>'</c> }");
    ends("a.tsx", "class A { b = <c>'</c>; d = () => <e>'</e> }");
    ends("a.tsx", "x = a && <b>'</b> || !<c>'</c>");
    ends("a.tsx", "x = <a>{b.map((c) => (<d>'{c}'</d>))}</a> / 2; y = '/'");
}

static void angles_that_begin_no_element(void **state)
{
    (void)state;
    ends("a.ts", "x = <div>y; z = '</div>'");
    ends("a.ts", "x = <T>(y: T) => '>'");
    ends("a.tsx", "x = <T,>(y: T) => '>'");
    ends("a.tsx", "x = <T extends U>(y: T) => '>'");
    ends("a.tsx", "x = <const T extends U>(y: T) => '>'");
    ends("a.tsx", "type A = <T>(x: T) => '>'");
    ends("a.tsx", "interface A { <T>(x: T): '>'; b: <T>() => '>' }");
    ends("a.tsx", "let f: <T>(x: T) => '>' = g");
    ends("a.tsx", "function f(a: <T>(x: T) => '>', b?: <T>() => '>') {}");
    ends("a.tsx", "class A { b: <T>() => '>'; c<T>(): T {} }");
    ends("a.tsx", "x = a < b; y = f<T>('>'); z = a<b>c");
    ends("a.tsx", "type A = B\nx = <c>'</c>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regular_expressions),
        cmocka_unit_test(divisions),
        cmocka_unit_test(templates),
        cmocka_unit_test(comments),
        cmocka_unit_test(words_and_numbers),
        cmocka_unit_test(elements),
        cmocka_unit_test(angles_that_begin_no_element),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
