/* Every error of the language: its words, its line, and where the caret stands. */
#include "ninja_manifest.h"

#define RULE "rule r\n  command = r\n"

static const struct {
    const char *text, *error;
} cases[] = {
    /* names and assignments */
    {"subn", "input:1: expected '=', got eof\nsubn\n    ^ near here"},
    {"foobar", "input:1: expected '=', got eof\nfoobar\n      ^ near here"},
    {"x 3", "input:1: expected '=', got identifier\nx 3\n  ^ near here"},
    {"x = 3", "input:1: unexpected EOF\nx = 3\n     ^ near here"},
    {"x = 3\ny 2", "input:2: expected '=', got identifier\ny 2\n  ^ near here"},
    {"x = $", "input:1: bad $-escape (literal $ must be written as $$)\nx = $\n    ^ near here"},
    {"x = $\n $[\n", "input:2: bad $-escape (literal $ must be written as $$)\n $[\n ^ near here"},
    {"x = a$\n b$\n $\n", "input:4: unexpected EOF\n"},
    {"x =\ty\n\tz = 1\n", "input:2: tabs are not allowed, use spaces\n"},
    {"= 1\n", "input:1: unexpected '='\n"},
    {" x = 1\n", "input:1: unexpected indent\n"},
    {"| x\n", "input:1: unexpected '|'\n"},
    {"|| x\n", "input:1: unexpected '||'\n"},
    {"|@ x\n", "input:1: unexpected '|@'\n"},
    {": x\n", "input:1: unexpected ':'\n"},
    {"%\n", "input:1: lexing error\n"},
    {"# no end", "input:1: lexing error\n"},
    {"x = a\rb\n", "input:1: lexing error\nx = a\rb\n     ^ near here"},

    /* build */
    {"build\n", "input:1: expected path\nbuild\n     ^ near here"},
    {"build : r\n", "input:1: expected path\nbuild : r\n      ^ near here"},
    {"build |\n", "input:1: expected path\nbuild |\n       ^ near here"},
    {"build x: y z\n", "input:1: unknown build rule 'y'\nbuild x: y z\n         ^ near here"},
    {"build x:: y z\n", "input:1: expected build command name\nbuild x:: y z\n        ^ near here"},
    {"build x\n", "input:1: expected ':', got newline ($ also escapes ':')\n"
                  "build x\n       ^ near here"},
    {RULE "build x: r $\n :\n", "input:4: expected newline, got ':'\n :\n ^ near here"},
    {RULE "build x: r |@ y | z\n",
     "input:3: expected newline, got '|'\nbuild x: r |@ y | z\n                ^ near here"},
    {RULE "build $.: r foo\n", "input:3: bad $-escape (literal $ must be written as $$)\n"
                               "build $.: r foo\n      ^ near here"},
    {RULE "build $: r foo\n", "input:3: expected ':', got newline ($ also escapes ':')\n"
                              "build $: r foo\n              ^ near here"},
    {RULE "build $a: r $c\n", "input:4: empty path\n"},
    {RULE "build a: r $c\n", "input:4: empty path\n"},
    {RULE "build a: r |@ $c\n", "input:4: empty path\n"},
    {RULE "build a: r\n  x 1\n", "input:4: expected '=', got identifier\n"
                                 "  x 1\n    ^ near here"},
    {RULE "build a: r\n  && b\n", "input:4: expected variable name\n  && b\n  ^ near here"},
    {RULE "build a: r b", "input:3: unexpected EOF\nbuild a: r b\n            ^ near here"},

    /* outputs */
    {RULE "build out1 out2: r in1\nbuild out1: r in2\nbuild final: r out1\n",
     "input:5: multiple rules generate out1\n"},
    {RULE "build foo baz | foo baq foo: r bar\n",
     "input:4: foo is defined as an output multiple times\n"},
    {RULE "build foo foo foo | foo foo foo foo: r bar\n",
     "input:4: foo is defined as an output multiple times\n"},
    {RULE "build a ./a: r\n", "input:4: a is defined as an output multiple times\n"},
    {RULE "build b: r\nbuild a: r $e\nbuild b $e: r\n", "input:5: empty path\n"},

    /* rule */
    {"rule cat\n", "input:2: expected 'command =' line\n"},
    {"rule cat\n  command =\n", "input:3: expected 'command =' line\n"},
    {"rule cat\n  command = echo\nrule cat\n  command = echo\n",
     "input:3: duplicate rule 'cat'\nrule cat\n        ^ near here"},
    {"rule phony\n  command = x\n",
     "input:1: duplicate rule 'phony'\nrule phony\n          ^ near here"},
    {"rule cat\n  command = echo\n  rspfile = cat.rsp\n",
     "input:4: rspfile and rspfile_content need to be both specified\n"},
    {"rule cat\n  command = echo\n  rspfile_content = $in\n",
     "input:4: rspfile and rspfile_content need to be both specified\n"},
    {"rule cat\n  command = ${fafsd\nfoo = bar\n",
     "input:2: bad $-escape (literal $ must be written as $$)\n"
     "  command = ${fafsd\n            ^ near here"},
    {"rule\n", "input:1: expected rule name\nrule\n    ^ near here"},
    {"rule %foo\n", "input:1: expected rule name\nrule %foo\n     ^ near here"},
    {"rule a b\n", "input:1: expected newline, got identifier\nrule a b\n       ^ near here"},
    {"rule cc\n  command = foo\n  othervar = bar\n",
     "input:3: unexpected variable 'othervar'\n  othervar = bar\n                ^ near here"},
    {"rule cc\n  command = foo\n  in = bar\n",
     "input:3: unexpected variable 'in'\n  in = bar\n          ^ near here"},
    {"rule cc\n  command = foo\n  && bar",
     "input:3: expected variable name\n  && bar\n  ^ near here"},
    {"rule r\n  command = r\n  \n  generator = 1\n", "input:4: unexpected indent\n"},
    {"rule r\n\tcommand = r\n", "input:2: expected 'command =' line\n"},

    /* default */
    {"default\n", "input:1: expected target name\ndefault\n       ^ near here"},
    {"default nonexistent\n",
     "input:1: unknown target 'nonexistent'\ndefault nonexistent\n                   ^ near here"},
    {RULE "build b: r\ndefault b:\n",
     "input:4: expected newline, got ':'\ndefault b:\n         ^ near here"},
    {"default $a\n", "input:1: empty path\ndefault $a\n          ^ near here"},
    {"default input\n", "input:1: unknown target 'input'\ndefault input\n             ^ near here"},

    /* pool */
    {"pool\n", "input:1: expected pool name\npool\n    ^ near here"},
    {"pool foo\n", "input:2: expected 'depth =' line\n"},
    {"pool foo\n  depth = 4\npool foo\n",
     "input:3: duplicate pool 'foo'\npool foo\n        ^ near here"},
    {"pool console\n  depth = 4\n",
     "input:1: duplicate pool 'console'\npool console\n            ^ near here"},
    {"pool foo\n  depth = -1\n",
     "input:2: invalid pool depth\n  depth = -1\n            ^ near here"},
    {"pool foo\n  depth = foo\n",
     "input:2: invalid pool depth\n  depth = foo\n             ^ near here"},
    {"pool foo\n  depth = 1x\n",
     "input:2: invalid pool depth\n  depth = 1x\n            ^ near here"},
    {"pool foo\n  depth = 2147483648\n",
     "input:2: invalid pool depth\n  depth = 2147483648\n                    ^ near here"},
    {"pool foo\n  depth =\n", "input:2: invalid pool depth\n  depth =\n         ^ near here"},
    {"pool foo\n  bar = 1\n",
     "input:2: unexpected variable 'bar'\n  bar = 1\n         ^ near here"},
    {"rule run\n  command = echo\n  pool = unnamed_pool\nbuild out: run in\n",
     "input:5: unknown pool name 'unnamed_pool'\n"},
    {RULE "build a: r\n  pool = $in$out.x\n", "input:5: unknown pool name '.x'\n"},

    /* include */
    {"include\n", "input:1: loading '': No such file or directory\ninclude\n       ^ near here"},
    {"include foo.ninja\n", "input:1: loading 'foo.ninja': No such file or directory\n"
                            "include foo.ninja\n                 ^ near here"},
    {"subninja foo.ninja\n", "input:1: loading 'foo.ninja': No such file or directory\n"
                             "subninja foo.ninja\n                  ^ near here"},

    /* dyndep */
    {RULE "build result: r\n  dyndep = notin\n", "input:5: dyndep 'notin' is not an input\n"},
    {RULE "build result: r |@ v\n  dyndep = v\n", "input:5: dyndep 'v' is not an input\n"},
    {RULE "build result: r\n  dyndep = ./result\n", "input:5: dyndep 'result' is not an input\n"},

    /* ninja_required_version */
    {"ninja_required_version = 1.15\n%%%\n",
     "input:1: ninja version (1.13.0) incompatible with build file ninja_required_version "
     "version (1.15).\nninja_required_version = 1.15\n                             ^ near here"},
    {"ninja_required_version = 2\n",
     "input:1: ninja version (1.13.0) incompatible with build file ninja_required_version "
     "version (2).\nninja_required_version = 2\n                          ^ near here"},
};

static void test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_manifest_error(cases[i].text, cases[i].error);
}

static void test_error_has_its_parts(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(&m, "input", "\nbuild x: nope z\n");
    assert_int_equal(manifest_parse(&m), JIG_ERROR_SYNTAX);
    assert_int_equal(m.error.status, JIG_ERROR_SYNTAX);
    assert_string_equal(m.error.file, "input");
    assert_int_equal(m.error.line, 2);
    assert_int_equal(m.error.column, 10);
    assert_string_equal(m.error.message, "unknown build rule 'nope'");
    assert_string_equal(m.error.excerpt, "build x: nope z");
    assert_int_equal(m.error.caret, 9);
    manifest_free(&m);
}

static void test_error_far_to_the_right_has_an_excerpt_around_it(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(&m, "input",
                 "x = 0123456789012345678901234567890123456789012345678901234567890123456789"
                 "abcdefghijkl$!nopqrstuvwxyz\n");
    assert_int_equal(manifest_parse(&m), JIG_ERROR_SYNTAX);
    assert_string_equal(manifest_error_text(&m),
                        "input:1: bad $-escape (literal $ must be written as $$)\n");
    assert_int_equal(m.error.column, 87);
    assert_string_equal(m.error.excerpt,
                        "...2345678901234567890123456789abcdefghijkl$!nopqrstuvwxyz");
    assert_int_equal(m.error.excerpt[m.error.caret], '$');
    manifest_free(&m);
}

static void test_duplicate_output_says_where_the_first_is(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(&m, "input", RULE "build a: r\nbuild a: r\n");
    assert_int_equal(manifest_parse(&m), JIG_ERROR_MANIFEST);
    assert_string_equal(m.error.advice,
                        "it is an output of the build statement at input:3 already");
    manifest_free(&m);
}

static void test_missing_main_file(void **state)
{
    (void)state;
    struct graph *graph = graph_create();
    struct jig_error error;
    struct buf text = {0};
    assert_int_equal(ninja_parse(graph, "build.ninja", NULL, &error), JIG_ERROR_IO);
    ninja_error_text(&error, &text);
    assert_string_equal(buf_cstr(&text), "loading 'build.ninja': No such file or directory");
    buf_free(&text);
    graph_destroy(graph);
}

static void test_directory_for_a_main_file(void **state)
{
    (void)state;
    struct graph *graph = graph_create();
    struct jig_error error;
    assert_int_equal(ninja_parse(graph, "/", NULL, &error), JIG_ERROR_IO);
    assert_string_equal(error.message, "loading '/': Is a directory");
    graph_destroy(graph);
}

static void test_nobody_needs_to_take_the_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m = {0};
        manifest_add(&m, "input", cases[i].text);
        m.options.read_file = manifest_read_file;
        m.options.context = &m;
        m.graph = graph_create();
        assert_int_not_equal(ninja_parse(m.graph, "input", &m.options, NULL), JIG_OK);
        manifest_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_error_has_its_parts),
        cmocka_unit_test(test_error_far_to_the_right_has_an_excerpt_around_it),
        cmocka_unit_test(test_duplicate_output_says_where_the_first_is),
        cmocka_unit_test(test_missing_main_file),
        cmocka_unit_test(test_directory_for_a_main_file),
        cmocka_unit_test(test_nobody_needs_to_take_the_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
