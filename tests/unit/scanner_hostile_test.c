/* Any bytes, of any size: some facts, in linear time and a small stack, and never a crash. */
#include "scanner_support.h"

#include "engine/base/buf.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static const char regex_pattern[] = "^import (?<import>\\w+)|^def (?<definition>\\w+)";

static const enum scanner_kind kinds[] = {SCANNER_NONE,  SCANNER_TYPESCRIPT, SCANNER_C,
                                          SCANNER_PROTO, SCANNER_GRAPHQL,    SCANNER_REGEX};

static void scan_as_all(const char *text, size_t length)
{
    static const char *const paths[] = {"a.ts", "a.tsx"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t path_count = kinds[i] == SCANNER_TYPESCRIPT ? 2 : 1;
        for (size_t j = 0; j < path_count; j++) {
            struct facts facts = scan_bytes(kinds[i], regex_pattern, paths[j], text, length);
            assert_true(facts.definitions.count > 0);
            const struct fact_definition *last =
                &facts.definitions.data[facts.definitions.count - 1];
            assert_string_equal(facts_text(&facts, last->name), "");
            facts_free(&facts);
        }
    }
}

/* `unit` as often as it fits into `length` bytes. */
static char *repeat(const char *unit, size_t length)
{
    size_t step = strlen(unit);
    char *text = malloc(length);
    assert_non_null(text);
    for (size_t i = 0; i < length; i++)
        text[i] = unit[i % step];
    return text;
}

static void nothing(void **state)
{
    (void)state;
    scan_as_all("", 0);
}

static void every_byte_and_pair_of_bytes(void **state)
{
    (void)state;
    for (int i = 0; i < 256 * 256; i += 13) {
        char text[2] = {(char)(i >> 8), (char)i};
        scan_as_all(text, 2);
    }
}

/* Something unfinished of each kind, cut after every byte. */
static void every_end(void **state)
{
    (void)state;
    static const char text[] =
        "\xef\xbb\xbf#!x\n/// <reference path='a'/>\nimport type a, { b as c, \"d\\u{1}\" } from "
        "'e'"
        " with { f: 'g' };export * as h from `i`;import j = require('k')\nexport default class"
        " extends l<m> { n?: o = <p q='r' {...s}>t{`u${`v`}w`}</p> / 1 } / /x[/]\\//gi;\n"
        "const { y: [z = 1, ...A], [B]: C } = import('D'), \\u0045 = 0x1e+1, F: G<H> = <I,>() => {}"
        "\n#include \"J\"\n#include <K>\n#include L\\\n M\nR\"x(N)x\" '\\''\nmessage O { P = 1; }"
        " import public \"Q\\x\" 'R';\nextend S { T u = 1 [v = 2]; }\n# import W.x, Y from \"Z\"\n"
        "query a($b: C) @d(e: \"\"\"f\"\"\") { ...g }\ndef h\nimport i";
    for (size_t length = 0; length < sizeof text; length++)
        scan_as_all(text, length);
}

static void ten_megabytes_in_a_line(void **state)
{
    (void)state;
    static const char *const units[] = {
        "import 'a';", "a = b / c; ", "x=/a/,",   "'a' ",          "`${a}` ",     "a<b>(c) ",
        "let a;",      "\\u{61}",     "require(", "R\"a(b",        "message a{}", "query a{b}",
        "/*a*/",       "a b1 c2 d3 ", "\xc2\xa0", "import{a as b",
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = i == 0 ? 10 << 20 : 256 << 10;
        char *text = repeat(units[i], length);
        scan_as_all(text, length);
        free(text);
    }
}

/* What opens and never closes, and closes and never opened; brackets that nest come first. */
static const char *const unfinished[] = {
    "(",
    "[",
    "{",
    "`${",
    "<a>",
    "<a b={",
    "a<",
    "=/[",
    "/*",
    "\"",
    "'",
    "`",
    "//",
    "@a(",
    "</",
    "R\"(",
    "'''",
    "<a<",
    "a ? ",
    "#if\n",
    "import(",
    "const{a:",
    ")",
    "]",
    "}",
    "class a extends ",
    "function a(): ",
    "export default ",
    "\"\"\"",
};

enum { BRACKETS = 6, UNFINISHED = sizeof unfinished / sizeof *unfinished };

static void scan_unfinished(size_t count, size_t length)
{
    for (size_t i = 0; i < count; i++) {
        char *text = repeat(unfinished[i], length);
        scan_as_all(text, length);
        free(text);
    }
}

static void what_never_closes(void **state)
{
    (void)state;
    scan_unfinished(UNFINISHED, 64 << 10);
}

static void *scan_deeply(void *context)
{
    (void)context;
    scan_unfinished(BRACKETS, 1 << 20);
    return NULL;
}

/* Nesting does not use the thread's stack: this one has less than a byte for most of them. */
static void nesting_in_a_small_stack(void **state)
{
    (void)state;
    pthread_attr_t attributes;
    pthread_t thread;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, 192 << 10), 0);
    assert_int_equal(pthread_create(&thread, &attributes, scan_deeply, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
}

static void a_million_brackets_are_matched(void **state)
{
    (void)state;
    enum { DEPTH = 1000000 };
    char *text = malloc(2 * DEPTH + 16);
    assert_non_null(text);
    memset(text, '(', DEPTH);
    memset(text + DEPTH, ')', DEPTH);
    strcpy(text + 2 * DEPTH, "\nimport 'a'");
    check_imports(SCANNER_TYPESCRIPT, "a.ts", text, "static a *\n");
    free(text);
}

static void many_names(void **state)
{
    (void)state;
    enum { NAMES = 100000 };
    struct buf text = {0};
    buf_append_str(&text, "let a0");
    for (int i = 1; i < NAMES; i++)
        buf_printf(&text, ",a%d=a%d", i, i - 1);
    buf_append_str(&text, "\nexport {a1");
    for (int i = 2; i < NAMES; i++)
        buf_printf(&text, ",a%d", i);
    buf_append_str(&text, "}");
    struct facts facts = scan_text(SCANNER_TYPESCRIPT, "a.ts", text.data);
    assert_int_equal(facts.definitions.count, NAMES + 1);
    assert_int_equal(facts.definitions.data[0].exported, 0);
    assert_int_equal(facts.definitions.data[NAMES - 1].exported, 1);
    facts_free(&facts);
    buf_free(&text);
}

static void nul_bytes_are_bytes(void **state)
{
    (void)state;
    static const char text[] = "\0;import 'a';/*\0*/export const c = '\0'";
    struct facts facts = scan_bytes(SCANNER_TYPESCRIPT, NULL, "a.ts", text, sizeof text - 1);
    assert_int_equal(facts.imports.count, 1);
    assert_int_equal(facts.definitions.count, 2);
    facts_free(&facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),
        cmocka_unit_test(every_byte_and_pair_of_bytes),
        cmocka_unit_test(every_end),
        cmocka_unit_test(ten_megabytes_in_a_line),
        cmocka_unit_test(what_never_closes),
        cmocka_unit_test(nesting_in_a_small_stack),
        cmocka_unit_test(a_million_brackets_are_matched),
        cmocka_unit_test(many_names),
        cmocka_unit_test(nul_bytes_are_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
