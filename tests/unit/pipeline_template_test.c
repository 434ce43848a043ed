/* Templates: what placeholders stand for, and what commands come of them. */
#include "cmocka_all.h"

#include "pipeline_config_support.h"

#include <string.h>

static const struct config_pipeline in_package = {
    .name = "packages/a#p",
    .package = "packages/a",
    .out_root = "packages/a/gen",
    .generate = {.options = "{\"a\":\"it's\"}"},
};
static const struct config_pipeline in_root = {
    .name = "p", .package = "", .out_root = ".", .generate = {.options = "{}"}};

static const char *const outputs[] = {"gen/a b", "gen/c"};
static const char *const sources[] = {"x", "y z", "q'r"};

static void check(const struct config_pipeline *pipeline, const char *source, const char *text,
                  bool quote, const char *expected)
{
    const struct template_values values = {pipeline, source, outputs, 2, sources, 3};
    struct buf out = {0};
    buf_append_str(&out, "|");
    template_expand(text, &values, quote, &out);
    assert_int_equal(out.data[0], '|');
    assert_string_equal(out.data + 1, expected);
    buf_free(&out);
}

static void check_plain(const char *source, const char *text, const char *expected)
{
    check(&in_package, source, text, false, expected);
}

static void test_parts_of_the_source(void **state)
{
    (void)state;
    const char *source = "packages/a/src/user.model.proto";
    check_plain(source, "{source}", "packages/a/src/user.model.proto");
    check_plain(source, "{dir}", "src");
    check_plain(source, "{name}", "user.model.proto");
    check_plain(source, "{stem}", "user.model");
    check_plain(source, "{ext}", ".proto");
    check_plain(source, "{package}", "packages/a");
    check_plain(source, "{out_root}", "packages/a/gen");
    check_plain(source, "<{dir}/{stem}{ext}>", "<src/user.model.proto>");
}

static void test_the_folder_is_relative_to_the_package_when_the_source_is_in_it(void **state)
{
    (void)state;
    check_plain("packages/a/x.ts", "{dir}", ".");
    check_plain("packages/a/b/c/x.ts", "{dir}", "b/c");
    check_plain("packages/ab/x.ts", "{dir}", "packages/ab");
    check_plain("packages/x.ts", "{dir}", "packages");
    check_plain("x.ts", "{dir}", ".");
    check(&in_root, "x.ts", "{dir} {package}", false, ". .");
    check(&in_root, "b/c/x.ts", "{dir}", false, "b/c");
}

static void test_suffixes(void **state)
{
    (void)state;
    check_plain("a.b/x", "{stem}|{ext}", "x|");
    check_plain(".hidden", "{stem}|{ext}", ".hidden|");
    check_plain(".hidden.ts", "{stem}|{ext}", ".hidden|.ts");
    check_plain("x.", "{stem}|{ext}", "x|.");
    check_plain("..x", "{stem}|{ext}", ".|.x");
}

static void test_doubled_braces_are_braces(void **state)
{
    (void)state;
    check_plain("s", "{{source}}", "{source}");
    check_plain("s", "{{{source}}}", "{s}");
    check_plain("s", "}}{{", "}{");
    check_plain("s", "", "");
}

static void test_outputs_and_sources(void **state)
{
    (void)state;
    check_plain("s", "{out},{out1},{out2}", "gen/a b,gen/a b,gen/c");
    check_plain("s", "{outputs}", "gen/a b gen/c");
    check_plain("s", "--in={sources}", "--in=x y z q'r");
    check_plain("s", "{options}", "{\"a\":\"it's\"}");
}

static void test_what_is_put_in_is_quoted_for_the_shell_and_what_is_there_is_not(void **state)
{
    (void)state;
    check(&in_package, "it's.x", "cat {source} > $HOME/{out}", true,
          "cat 'it'\\''s.x' > $HOME/'gen/a b'");
    check(&in_package, "x", "f {sources}; g {outputs}", true,
          "f x 'y z' 'q'\\''r'; g 'gen/a b' gen/c");
    check(&in_package, "x", "{{ echo {options}; }}", true, "{ echo '{\"a\":\"it'\\''s\"}'; }");
}

static struct config_pipeline with_output(const char *const *template)
{
    struct config_pipeline pipeline = in_package;
    pipeline.outputs = (struct string_list){(const char **)(uintptr_t) template, 1};
    return pipeline;
}

static bool output(const char *template, const char *source, const char *expected)
{
    const struct config_pipeline pipeline = with_output(&template);
    struct buf path = {0};
    buf_append_str(&path, "before/../");
    bool inside = config_output_path(&pipeline, 0, source, &path);
    assert_memory_equal(path.data, "before/../", 10);
    assert_string_equal(path.data + 10, expected);
    assert_int_equal(path.length, strlen(path.data));
    buf_free(&path);
    return inside;
}

static void test_outputs_are_canonical_paths(void **state)
{
    (void)state;
    assert_true(output("{out_root}/{dir}/{stem}.h", "packages/a/x.c", "packages/a/gen/x.h"));
    assert_true(output("./a//b/./{name}", "packages/a/x.c", "a/b/x.c"));
    assert_true(output("{package}/{dir}/../gen/{stem}", "packages/a/src/x.c", "packages/a/gen/x"));
}

static void test_an_output_that_leaves_the_root_is_told(void **state)
{
    (void)state;
    assert_false(output("{dir}/../{stem}", "packages/a/x.c", "../x"));
    assert_false(output("{dir}/../../..", "packages/a/b/x.c", "../.."));
    assert_true(output("{dir}/../..{stem}", "packages/a/b/x.c", "..x"));
}

static void command(struct config_pipeline *pipeline, const char *expected)
{
    const struct template_values values = {pipeline, "a b.c", outputs, 2, sources, 3};
    struct buf out = {0};
    config_command(pipeline, &values, &out);
    assert_string_equal(out.data, expected);
    buf_free(&out);
}

static void test_the_words_of_a_command_stay_words(void **state)
{
    (void)state;
    const char *words[] = {"cc", "-o",        "{out}",     "{source}",    "-I{dir}/$x",
                           "",   "{sources}", "{outputs}", "-x={sources}"};
    struct config_pipeline pipeline = in_package;
    pipeline.generate.argv = (struct string_list){words, 9};
    command(&pipeline, "cc -o 'gen/a b' 'a b.c' '-I./$x' '' x 'y z' 'q'\\''r' 'gen/a b' gen/c "
                       "'-x=x y z q'\\''r'");
}

static void test_shell_text_stays_text(void **state)
{
    (void)state;
    struct config_pipeline pipeline = in_package;
    pipeline.generate.shell = "sort {source} | uniq > {out} && touch \"$X\"";
    command(&pipeline, "sort 'a b.c' | uniq > 'gen/a b' && touch \"$X\"");
}

static void test_arguments_of_a_request_end_with_nul(void **state)
{
    (void)state;
    const char *words[] = {"{source}", "", "{sources}", "--out={out}"};
    struct config_pipeline pipeline = in_package;
    pipeline.generate.arguments = (struct string_list){words, 4};
    const struct template_values values = {&pipeline, "a b.c", outputs, 2, sources, 3};
    static const char expected[] = "a b.c\0\0x\0y z\0q'r\0--out=gen/a b";
    struct buf out = {0};
    config_arguments(&pipeline, &values, &out);
    assert_int_equal(out.length, sizeof expected);
    assert_memory_equal(out.data, expected, sizeof expected);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_of_the_source),
        cmocka_unit_test(test_the_folder_is_relative_to_the_package_when_the_source_is_in_it),
        cmocka_unit_test(test_suffixes),
        cmocka_unit_test(test_doubled_braces_are_braces),
        cmocka_unit_test(test_outputs_and_sources),
        cmocka_unit_test(test_what_is_put_in_is_quoted_for_the_shell_and_what_is_there_is_not),
        cmocka_unit_test(test_outputs_are_canonical_paths),
        cmocka_unit_test(test_an_output_that_leaves_the_root_is_told),
        cmocka_unit_test(test_the_words_of_a_command_stay_words),
        cmocka_unit_test(test_shell_text_stays_text),
        cmocka_unit_test(test_arguments_of_a_request_end_with_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
