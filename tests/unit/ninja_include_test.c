/* Manifests of several files: include, subninja, scopes, and the list of what was read. */
#include "ninja_manifest.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void test_include_reads_into_the_same_scope(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(&m, "input",
                 "var = outer\ninclude include.ninja\nrule r\n  command = $var\nbuild a: r\n");
    manifest_add(&m, "include.ninja", "var = inner\n");
    manifest_must_parse(&m);
    assert_string_equal(manifest_command(&m, "a"), "inner");
    manifest_free(&m);
}

static void test_subninja_opens_a_scope_that_sees_its_parent(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(&m, "input",
                 "builddir = some_dir/\n"
                 "rule varref\n"
                 "  command = varref $var\n"
                 "var = outer\n"
                 "build $builddir/outer: varref\n"
                 "subninja test.ninja\n"
                 "build $builddir/outer2: varref\n");
    manifest_add(&m, "test.ninja", "var = inner\nbuild $builddir/inner: varref\n");
    manifest_must_parse(&m);
    assert_string_equal(manifest_command(&m, "some_dir/outer"), "varref outer");
    assert_string_equal(manifest_command(&m, "some_dir/inner"), "varref inner");
    assert_string_equal(manifest_command(&m, "some_dir/outer2"), "varref outer");
    assert_string_equal(graph_str(m.graph, manifest_job(&m, "some_dir/inner")->manifest),
                        "test.ninja");
    manifest_free(&m);
}

static void test_job_below_sees_the_final_value_of_the_parents_variable(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(&m, "input",
                 "rule r\n  command = $v $w\nv = first\nw = 1\nsubninja sub\nv = last\n");
    manifest_add(&m, "sub", "w = mine\nbuild a: r\n");
    manifest_must_parse(&m);
    assert_string_equal(manifest_command(&m, "a"), "last mine");
    manifest_free(&m);
}

static void test_rules_are_scoped_to_their_subninja(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(&m, "input", "include rules.ninja\nsubninja test.ninja\nbuild y : cat\n  x = 1\n");
    manifest_add(&m, "rules.ninja", "rule cat\n  command = outer\n");
    manifest_add(&m, "test.ninja", "include own.ninja\nbuild x : cat\n");
    manifest_add(&m, "own.ninja", "rule cat\n  command = inner\n");
    manifest_must_parse(&m);
    assert_string_equal(manifest_command(&m, "x"), "inner");
    assert_string_equal(manifest_command(&m, "y"), "outer");
    manifest_free(&m);
}

static void test_subninja_may_have_a_phony_of_its_own(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(&m, "input", "subninja sub\nbuild b: phony\n");
    manifest_add(&m, "sub", "rule phony\n  command = real\nbuild a: phony\n");
    manifest_must_parse(&m);
    assert_string_equal(manifest_command(&m, "a"), "real");
    assert_int_equal(manifest_job(&m, "a")->flags, 0);
    assert_int_equal(manifest_job(&m, "b")->flags, GRAPH_JOB_PHONY);
    manifest_free(&m);
}

static void test_pools_are_known_everywhere(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(&m, "input", "subninja sub\nrule r\n  command = c\n  pool = p\nbuild a: r\n");
    manifest_add(&m, "sub", "pool p\n  depth = 3\n");
    manifest_must_parse(&m);
    assert_int_equal(m.graph->pools.data[manifest_job(&m, "a")->pool].depth, 3);
    manifest_free(&m);
}

static void test_path_of_an_include_is_evaluated(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(&m, "input", "d = sub dir\ninclude $d/a$:b.ninja\n");
    manifest_add(&m, "sub dir/a:b.ninja", "build x: phony\n");
    manifest_must_parse(&m);
    manifest_job(&m, "x");
    manifest_free(&m);
}

static void test_errors_below_name_their_own_file(void **state)
{
    (void)state;
    static const struct {
        const char *main, *sub, *error;
    } cases[] = {
        {"include sub\n", "build\n", "sub:1: expected path\nbuild\n     ^ near here"},
        {"subninja sub\n",
         "rule cat\n  command = cat\nbuild out1 out2: cat in1\nbuild out1: cat in2\n"
         "build final: cat out1\n",
         "sub:5: multiple rules generate out1\n"},
        {"build out1: phony\nsubninja sub\n", "build out1: phony\n",
         "sub:2: multiple rules generate out1\n"},
        {"include sub x\n", "",
         "input:1: expected newline, got identifier\ninclude sub x\n            ^ near here"},
        {"subninja sub\nbuild a: r\n", "rule r\n  command = c\n",
         "input:2: unknown build rule 'r'\nbuild a: r\n         ^ near here"},
        {"rule r\n  command = $command\nsubninja sub\n", "\nbuild a: r\n",
         "sub:2: cycle in rule variables: command -> command"},
        {"include sub\n", "ninja_required_version = 1.99\n",
         "sub:1: ninja version (1.13.0) incompatible with build file ninja_required_version "
         "version (1.99).\nninja_required_version = 1.99\n                             ^ near "
         "here"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m = {0};
        manifest_add(&m, "input", cases[i].main);
        manifest_add(&m, "sub", cases[i].sub);
        assert_int_not_equal(manifest_parse(&m), JIG_OK);
        assert_string_equal(manifest_error_text(&m), cases[i].error);
        manifest_free(&m);
    }
}

static void test_required_version_holds_for_files_below(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(
        &m, "input",
        "ninja_required_version = 1.14\ninclude sub\nrule r\n  command = $v\nbuild a: r\n");
    manifest_add(&m, "sub", "v = a$^b\n");
    manifest_must_parse(&m);
    assert_string_equal(manifest_command(&m, "a"), "a\nb");
    manifest_free(&m);
}

static void test_file_that_includes_itself(void **state)
{
    (void)state;
    static const char *const words[] = {"include", "subninja"};
    for (int i = 0; i < 2; i++) {
        struct manifest m = {0};
        char text[64];
        snprintf(text, sizeof text, "\n%s input\n", words[i]);
        manifest_add(&m, "input", text);
        assert_int_equal(manifest_parse(&m), JIG_ERROR_LIMIT);
        assert_string_equal(m.error.message,
                            "loading 'input': files include each other more than 100 deep");
        assert_string_equal(m.error.file, "input");
        assert_int_equal(m.error.line, 2);
        manifest_free(&m);
    }
}

static void test_hundred_files_deep_is_fine(void **state)
{
    (void)state;
    struct manifest m = {0};
    static char names[100][8], texts[100][32];
    for (int i = 0; i < 100; i++) {
        snprintf(names[i], sizeof names[i], "f%d", i);
        snprintf(texts[i], sizeof texts[i], i < 99 ? "subninja f%d\n" : "build x: phony\n", i + 1);
        manifest_add(&m, names[i], texts[i]);
    }
    manifest_must_parse(&m);
    manifest_job(&m, "x");
    assert_int_equal(m.graph->manifests.count, 100);
    manifest_free(&m);
}

static void test_manifest_files_are_listed_once_each(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_add(&m, "./input",
                 "build input: phony\ninclude a\nsubninja ./a\ninclude d/../b\ninclude a\n");
    manifest_add(&m, "a", "");
    manifest_add(&m, "./a", "");
    manifest_add(&m, "d/../b", "");
    manifest_must_parse(&m);
    assert_int_equal(m.graph->manifests.count, 3);
    static const char *const expected[] = {"input", "a", "b"};
    for (uint32_t i = 0; i < 3; i++)
        assert_string_equal(graph_path(m.graph, m.graph->manifests.data[i]), expected[i]);
    /* those that no statement names are no targets */
    const struct graph_file *files = m.graph->files.data;
    assert_int_equal(files[m.graph->manifests.data[0]].flags, 0);
    assert_int_equal(files[m.graph->manifests.data[1]].flags, GRAPH_FILE_DISCOVERED);
    manifest_free(&m);
}

static void test_files_are_read_from_disk(void **state)
{
    (void)state;
    char directory[] = "/tmp/jig-ninja-XXXXXX";
    assert_non_null(mkdtemp(directory));
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    static const char main_text[] = "d = x\nsubninja $dir/sub.ninja\nbuild a: phony b\n";
    char text[256], path[128];
    int length = snprintf(text, sizeof text, "dir = %s\n%s", directory, main_text);
    assert_int_equal(io_write_file(fd, "build.ninja", text, (size_t)length), 0);
    assert_int_equal(io_write_file(fd, "sub.ninja", "build c: phony $d\n", 18), 0);
    snprintf(path, sizeof path, "%s/build.ninja", directory);

    struct manifest m = {.graph = graph_create()};
    assert_int_equal(ninja_parse(m.graph, path, NULL, &m.error), JIG_OK);
    assert_string_equal(manifest_statement(&m, "c"), "build c: phony x");
    assert_string_equal(graph_path(m.graph, m.graph->manifests.data[0]), path);
    manifest_free(&m);

    unlinkat(fd, "build.ninja", 0);
    unlinkat(fd, "sub.ninja", 0);
    close(fd);
    rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_include_reads_into_the_same_scope),
        cmocka_unit_test(test_subninja_opens_a_scope_that_sees_its_parent),
        cmocka_unit_test(test_job_below_sees_the_final_value_of_the_parents_variable),
        cmocka_unit_test(test_rules_are_scoped_to_their_subninja),
        cmocka_unit_test(test_subninja_may_have_a_phony_of_its_own),
        cmocka_unit_test(test_pools_are_known_everywhere),
        cmocka_unit_test(test_path_of_an_include_is_evaluated),
        cmocka_unit_test(test_errors_below_name_their_own_file),
        cmocka_unit_test(test_required_version_holds_for_files_below),
        cmocka_unit_test(test_file_that_includes_itself),
        cmocka_unit_test(test_hundred_files_deep_is_fine),
        cmocka_unit_test(test_manifest_files_are_listed_once_each),
        cmocka_unit_test(test_files_are_read_from_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
