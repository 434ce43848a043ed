/* /showIncludes: what of MSVC's output is for people and what is for us. */
#include "cmocka_all.h"

#include "engine/manifest/ninja/depfile.h"

#include <string.h>

static void check(const char *from, const char *prefix, const char *output, const char *inputs)
{
    struct buf text = {0}, found = {0}, joined = {0};
    buf_append_str(&text, from);
    uint32_t count = msvc_filter_includes(&text, prefix, &found);
    const char *path = buf_cstr(&found);
    for (uint32_t i = 0; i < count; i++, path += strlen(path) + 1)
        buf_printf(&joined, "%s;", path);
    assert_string_equal(buf_cstr(&text), output);
    assert_string_equal(buf_cstr(&joined), inputs);
    assert_int_equal(text.length, strlen(output));
    buf_free(&text);
    buf_free(&found);
    buf_free(&joined);
}

static void test_include_lines_are_taken_out(void **state)
{
    (void)state;
    check("foo\r\nNote: inc file prefix:  foo.h\r\nbar\r\n", "Note: inc file prefix:", "foo\nbar\n",
          "foo.h;");
    check("Note: including file: c:\\Some Files\\foobar.h\r\n", NULL, "",
          "c:\\Some Files\\foobar.h;");
    check("Note: including file:    c:\\initspaces.h\r\n", "", "", "c:\\initspaces.h;");
    check("Sample compiler output\r\n", NULL, "Sample compiler output\n", "");
    check("", NULL, "", "");
}

static void test_prefix_without_a_path_is_output(void **state)
{
    (void)state;
    check("Note: including file: \n", NULL, "Note: including file: \n", "");
    check("Note: including file:   \n", NULL, "Note: including file:   \n", "");
    check("Note: including file:foo.h\n", NULL, "Note: including file:foo.h\n", "");
}

static void test_lines_that_stay_end_with_one_newline(void **state)
{
    (void)state;
    check("no newline", NULL, "no newline\n", "");
    check("a\rb\r\nc\n\nd", NULL, "a\nb\nc\n\nd\n", "");
    check("Note: including file: a.h", NULL, "", "a.h;");
}

static void test_name_of_the_source_is_dropped(void **state)
{
    (void)state;
    check("foo.cc\r\ncl: warning\r\n", NULL, "cl: warning\n", "");
    check("foo bar.cc\nbaz.c\nFOOBAR.CC\nx.cxx\nx.cpp\nx.c++\n", NULL, "", "");
    check("src\\cl_helper.cc(166) : fatal error C1075: end of file found ...\n", NULL,
          "src\\cl_helper.cc(166) : fatal error C1075: end of file found ...\n", "");
}

static void test_after_an_include_no_line_is_taken_for_the_source(void **state)
{
    (void)state;
    check("foo.cc\r\nNote: including file: foo.h\r\nsomething something foo.cc\r\n", NULL,
          "something something foo.cc\n", "foo.h;");
}

static void test_system_headers_are_left_out(void **state)
{
    (void)state;
    check("Note: including file: c:\\Program Files\\foo.h\r\n"
          "Note: including file: d:\\Microsoft Visual Studio\\bar.h\r\n"
          "Note: including file: path.h\r\n",
          NULL, "", "path.h;");
    check("Note: including file: c:\\PROGRAM FILES (x86)\\foo.h\r\nx.c\r\n", NULL, "x.c\n", "");
}

static void test_header_is_found_once(void **state)
{
    (void)state;
    check("Note: including file: foo.h\r\n"
          "Note: including file: bar.h\r\n"
          "Note: including file: foo.h\r\n",
          NULL, "", "foo.h;bar.h;");
    check("Note: including file: sub/./foo.h\r\n"
          "Note: including file: bar.h\r\n"
          "Note: including file: sub/foo.h\r\n",
          NULL, "", "sub/foo.h;bar.h;");
}

static void test_found_paths_are_appended(void **state)
{
    (void)state;
    struct buf output = {0}, inputs = {0};
    buf_append(&inputs, "first", sizeof "first");
    buf_append_str(&output, "Note: including file: second\n");
    assert_int_equal(msvc_filter_includes(&output, NULL, &inputs), 1);
    assert_int_equal(inputs.length, sizeof "first\0second");
    assert_memory_equal(inputs.data, "first\0second", sizeof "first\0second");
    buf_free(&output);
    buf_free(&inputs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_include_lines_are_taken_out),
        cmocka_unit_test(test_prefix_without_a_path_is_output),
        cmocka_unit_test(test_lines_that_stay_end_with_one_newline),
        cmocka_unit_test(test_name_of_the_source_is_dropped),
        cmocka_unit_test(test_after_an_include_no_line_is_taken_for_the_source),
        cmocka_unit_test(test_system_headers_are_left_out),
        cmocka_unit_test(test_header_is_found_once),
        cmocka_unit_test(test_found_paths_are_appended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
