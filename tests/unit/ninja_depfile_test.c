/* Depfiles: what is a target, what is an input, and what the escapes mean. */
#include "cmocka_all.h"

#include "engine/manifest/ninja/depfile.h"
#include "engine/manifest/ninja/ninja.h"

#include <stdlib.h>
#include <string.h>

/* The paths, each followed by a semicolon. */
static char *join(const struct buf *paths, uint32_t count)
{
    struct buf out = {0};
    const char *path = paths->data;
    for (uint32_t i = 0; i < count; i++, path += strlen(path) + 1)
        buf_printf(&out, "%s;", path);
    if (!out.data)
        buf_append_str(&out, "");
    return out.data;
}

static const struct {
    const char *text, *targets, *inputs;
} cases[] = {
    {"build/ninja.o: ninja.cc ninja.h eval_env.h manifest_parser.h\n", "build/ninja.o;",
     "ninja.cc;ninja.h;eval_env.h;manifest_parser.h;"},
    {" \\\n  out: in\n", "out;", "in;"},
    {"foo.o: \\\n  bar.h baz.h\n", "foo.o;", "bar.h;baz.h;"},
    {"foo.o: \\\r\n  bar.h baz.h\r\n", "foo.o;", "bar.h;baz.h;"},
    {"foo.o:\tbar.h\tbaz.h", "foo.o;", "bar.h;baz.h;"},
    {"foo.o : bar.h\n", "foo.o;", "bar.h;"},
    {"foo.o:bar.h baz.h:\n", "foo.o:bar.h;baz.h;", ""}, /* a colon ends a path or is part of it */
    {"", "", ""},
    {"\n\n", "", ""},
    {"foo:\n", "foo;", ""},

    /* drive letters, and what Windows tools write */
    {"foo.o: //?/c:/bar.h\n", "foo.o;", "/?/c:/bar.h;"},
    {"c\\:\\gcc\\include\\stddef.o: \\\n c:\\gcc\\include\\stddef.h \n",
     "c:\\gcc\\include\\stddef.o;", "c:\\gcc\\include\\stddef.h;"},
    {"P\\Dir\\Foo.res : \\\n  Dir\\Library\\Foo.rc \\\n  Dir\\Foo.ico \\\n", "P\\Dir\\Foo.res;",
     "Dir\\Library\\Foo.rc;Dir\\Foo.ico;"},

    /* characters */
    {"foo&bar.o foo'bar.o foo\"bar.o: foo&bar.h foo'bar.h foo\"bar.h\n",
     "foo&bar.o;foo'bar.o;foo\"bar.o;", "foo&bar.h;foo'bar.h;foo\"bar.h;"},
    {"C:/Program\\ Files\\ (x86)/Microsoft\\ crtdefs.h: \\\n"
     " en@quot.header~ t+t-x!=1 \\\n"
     " openldap/slapd.d/cn=config/cn=schema/cn={0}core.ldif\\\n"
     " Fu\303\244ball\\\n"
     " a[1]b@2%c",
     "C:/Program Files (x86)/Microsoft crtdefs.h;",
     "en@quot.header~;t+t-x!=1;openldap/slapd.d/cn=config/cn=schema/cn={0}core.ldif;"
     "Fu\303\244ball;a[1]b@2%c;"},

    /* backslashes */
    {"a\\ bc\\ def:   a\\ b c d", "a bc def;", "a b;c;d;"},
    {"a\\ b\\#c.h: \\\\\\\\\\  \\\\\\\\ \\\\share\\info\\\\#1", "a b#c.h;",
     "\\\\ ;\\\\\\\\;\\\\share\\info\\#1;"},
    {"\\!\\@\\#$$\\%\\^\\&\\[\\]\\\\:", "\\!\\@#$\\%\\^\\&\\[\\]\\\\;", ""},
    {"foo1\\: x\nfoo1\\:\nfoo1\\:\r\nfoo1\\:\t\nfoo1\\:", "foo1\\;", "x;"},
    {"a: b\\\\\nc: d", "a;c;", "b\\\\;d;"},
    {"a: b\\", "a;", "b;"},
    {"a: $b $$c", "a;", "b;$c;"},

    /* several targets, several rules */
    {"foo foo: x y z", "foo;", "x;y;z;"},
    {"foo bar: x y z", "foo;bar;", "x;y;z;"},
    {"foo: x\nfoo: \nfoo:\n", "foo;", "x;"},
    {"foo: x\nfoo: y\nfoo \\\nfoo: z\n", "foo;", "x;y;z;"},
    {"foo: x\r\nfoo: y\r\nfoo \\\r\nfoo: z\r\n", "foo;", "x;y;z;"},
    {"foo: x\\\n     y\nfoo \\\nfoo: z\n", "foo;", "x;y;z;"},
    {" foo: x\n foo: y\n foo: z\n", "foo;", "x;y;z;"},
    {"foo: x y z\nx:\ny:\nz:\n", "foo;", "x;y;z;"},
    {"foo: x\nx:\nfoo: y\ny:\nfoo: z\nz:\n", "foo;", "x;y;z;"},
    {"foo: x y\nbar: y z\n", "foo;bar;", "x;y;z;"},

    /* paths are canonical, and each is there once */
    {"./out.o: ./a.h x/../a.h b//c.h a.h ../d.h\n", "out.o;", "a.h;b/c.h;../d.h;"},
};

static void test_paths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = strlen(cases[i].text);
        char *text = malloc(length + 1);
        memcpy(text, cases[i].text, length + 1);
        struct depfile depfile = {0};
        struct jig_error error;
        assert_int_equal(depfile_parse("x.d", text, length, &depfile, &error), JIG_OK);
        char *targets = join(&depfile.targets, depfile.target_count);
        char *inputs = join(&depfile.inputs, depfile.input_count);
        assert_string_equal(targets, cases[i].targets);
        assert_string_equal(inputs, cases[i].inputs);
        free(targets);
        free(inputs);
        depfile_free(&depfile);
        free(text);
    }
}

static void assert_depfile_error(const char *from, const char *expected)
{
    char text[128];
    strcpy(text, from);
    struct depfile depfile = {0};
    struct jig_error error;
    struct buf shown = {0};
    assert_int_equal(depfile_parse("x.d", text, strlen(text), &depfile, &error), JIG_ERROR_SYNTAX);
    ninja_error_text(&error, &shown);
    assert_string_equal(buf_cstr(&shown), expected);
    buf_free(&shown);
    depfile_free(&depfile);
}

static void test_errors(void **state)
{
    (void)state;
    assert_depfile_error("foo.o foo.c\n", "x.d: expected ':' in depfile");
    assert_depfile_error("foo: x y z\nx: alsoin\ny:\nz:\n",
                         "x.d:2: inputs may not also have inputs");
    assert_depfile_error("foo: x \\\n y\n\nx \\\n : alsoin\n",
                         "x.d:5: inputs may not also have inputs");
}

static void test_nul_separates_paths(void **state)
{
    (void)state;
    char text[] = "a: b\0c";
    struct depfile depfile = {0};
    assert_int_equal(depfile_parse("x.d", text, sizeof text - 1, &depfile, NULL), JIG_OK);
    char *inputs = join(&depfile.inputs, depfile.input_count);
    assert_string_equal(inputs, "b;c;");
    free(inputs);
    depfile_free(&depfile);
}

static void test_every_cut_is_read_within_its_bounds(void **state)
{
    (void)state;
    static const char whole[] = "a\\ b\\\\ c\\:d\\#: x\\\r\n y$$z\\: w\\\\\\ v\r\nx y:\n";
    for (size_t length = 0; length < sizeof whole; length++) {
        char *text = malloc(length + 1); /* so that a sanitizer sees what is beyond */
        memcpy(text, whole, length);
        text[length] = '\0';
        struct depfile depfile = {0};
        enum jig_status status = depfile_parse("x.d", text, length, &depfile, NULL);
        assert_true(status == JIG_OK || status == JIG_ERROR_SYNTAX);
        depfile_free(&depfile);
        free(text);
    }
}

static void test_large_depfile_is_read_in_linear_time(void **state)
{
    (void)state;
    enum { MANY = 200000 };
    struct buf text = {0};
    buf_append_str(&text, "out.o:");
    for (int i = 0; i < 2 * MANY; i++)
        buf_printf(&text, " \\\n /usr/include/dir%d/h%d.h", i % 37, i % MANY);
    struct depfile depfile = {0};
    assert_int_equal(depfile_parse("x.d", text.data, text.length, &depfile, NULL), JIG_OK);
    assert_in_range(depfile.input_count, MANY, 2 * MANY);
    assert_int_equal(depfile.target_count, 1);
    depfile_free(&depfile);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_nul_separates_paths),
        cmocka_unit_test(test_every_cut_is_read_within_its_bounds),
        cmocka_unit_test(test_large_depfile_is_read_in_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
