/* Plugins: loading them, what they may do, and what comes of what they must not. */
#include "codegen_support.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The path of a variant of codegen_probe_plugin.c. */
#define PROBE_PLUGIN(name) PROBE_PLUGIN_PREFIX name ".so"

static const struct jig_generation upper = ONE_TO_ONE("a", "gen/a");

/* `upper` with other options. */
static struct jig_generation doing(const char *options)
{
    struct jig_generation generation = upper;
    generation.options = options;
    return generation;
}

static struct codegen_result run_plugin(const char *plugin, const struct jig_generation *generation)
{
    struct bench bench;
    bench_open(&bench, 0);
    struct codegen_result result = generate(&bench, add_plugin(&bench, plugin, "{}"), generation);
    bench_close(&bench);
    return result;
}

/* Runs the plugin with these options; it must fail, say `part`, and leave no output. */
static int fail_plugin(const char *options, const char *part)
{
    put_file("a", "text");
    struct jig_generation generation = doing(options);
    struct codegen_result result = run_plugin(PROBE_PLUGIN("good"), &generation);
    assert_int_not_equal(result.exit_code, 0);
    assert_says(&result.output, part);
    assert_false(exists("gen"));
    buf_free(&result.output);
    return result.exit_code;
}

static void test_a_plugin_makes_its_output(void **state)
{
    (void)state;
    put_file("a", "text");
    struct codegen_result result = run_plugin(PROBE_PLUGIN("good"), &upper);
    assert_string_equal(buf_cstr(&result.output), "");
    assert_int_equal(result.exit_code, 0);
    assert_int_equal(result.written, 1);
    assert_true(holds_text("gen/a", "TEXT"));
}

/* ---- contents of a job ---------------------------------------------------------------------- */

static void test_nothing_written(void **state)
{
    (void)state;
    assert_int_equal(fail_plugin("nothing", "the generator did not write 'gen/a'\n"), 1);
}

static void test_written_twice(void **state)
{
    (void)state;
    assert_int_equal(fail_plugin("twice", "the generator wrote 'gen/a' twice\n"), 1);
}

static void test_written_beyond(void **state)
{
    (void)state;
    fail_plugin("beyond", "the generator wrote output number 99, but there are 1\n");
}

static void test_half_of_the_outputs(void **state)
{
    (void)state;
    put_file("a", "text");
    const char *const outputs[] = {"gen/a", "gen/b"};
    struct jig_generation generation = upper;
    generation.outputs = outputs;
    generation.output_count = 2;
    struct codegen_result result = run_plugin(PROBE_PLUGIN("good"), &generation);
    assert_says(&result.output, "did not write 'gen/b'\n");
    assert_false(exists("gen"));
    buf_free(&result.output);
}

static void test_what_it_prints_and_returns(void **state)
{
    (void)state;
    assert_int_equal(fail_plugin("complain", "100% wrong\n"), 4);
}

static void test_failing_without_a_word(void **state)
{
    (void)state;
    assert_int_equal(fail_plugin("silent", "returned 4\n"), 4);
    assert_int_equal(fail_plugin("negative", "returned -1\n"), 1);
}

static void test_failing_after_it_has_written(void **state)
{
    (void)state;
    fail_plugin("late-failure", "returned 1\n");
}

/* ---- reading -------------------------------------------------------------------------------- */

static void test_a_file_the_job_does_not_depend_on(void **state)
{
    (void)state;
    put_file("secret", "text");
    fail_plugin("foreign", "cannot read 'secret': the job does not depend on it");
}

static const struct jig_generation_import import_of_b = {
    .specifier = "./b", .path = "b", .line = 1};
static const struct jig_generation_module importer = {
    .path = "a", .digest = "", .imports = &import_of_b, .import_count = 1};

static void test_a_file_that_is_imported(void **state)
{
    (void)state;
    put_file("b", "imported");
    struct jig_generation generation = doing("imported");
    generation.modules = &importer;
    struct codegen_result result = run_plugin(PROBE_PLUGIN("good"), &generation);
    assert_string_equal(buf_cstr(&result.output), "");
    assert_true(holds_text("gen/a", "IMPORTED"));
}

static void test_an_imported_file_whose_content_does_not_count(void **state)
{
    (void)state;
    put_file("b", "imported");
    struct jig_generation generation = doing("imported");
    generation.modules = &importer;
    struct bench bench;
    bench_open(&bench, 0);
    codegen_start(bench.codegen, &(struct codegen_job){
                                     .generator = add_plugin(&bench, PROBE_PLUGIN("good"), "{}"),
                                     .generation = &generation,
                                     .imports_closed = true,
                                 });
    struct codegen_result result = wait_result(&bench);
    assert_int_equal(result.exit_code, 1);
    assert_says(&result.output, "cannot read 'b': the job does not depend on it");
    buf_free(&result.output);
    bench_close(&bench);
}

/* A job that collects depends on the modules, not on what these import. */
static void test_a_file_that_a_collected_module_imports(void **state)
{
    (void)state;
    put_file("b", "imported");
    const char *const outputs[] = {"made"}, *const digests[] = {""};
    struct jig_generation_module module = importer;
    module.outputs = outputs;
    module.output_digests = digests;
    module.output_count = 1;
    struct jig_generation generation = doing("imported");
    generation.modules = &module;
    struct codegen_result result = run_plugin(PROBE_PLUGIN("good"), &generation);
    assert_int_equal(result.exit_code, 1);
    assert_says(&result.output, "cannot read 'b': the job does not depend on it");
    buf_free(&result.output);
}

static void test_an_output_that_is_collected(void **state)
{
    (void)state;
    put_file("made", "collected");
    const char *const outputs[] = {"made"}, *const digests[] = {""};
    const struct jig_generation_module module = {.path = "a",
                                                 .digest = "",
                                                 .outputs = outputs,
                                                 .output_digests = digests,
                                                 .output_count = 1};
    struct jig_generation generation = doing("collected");
    generation.modules = &module;
    struct codegen_result result = run_plugin(PROBE_PLUGIN("good"), &generation);
    assert_string_equal(buf_cstr(&result.output), "");
    assert_true(holds_text("gen/a", "COLLECTED"));
}

/* ---- opening -------------------------------------------------------------------------------- */

static void test_pipelines_share_what_was_opened_first(void **state)
{
    (void)state;
    put_file("a", "text");
    struct bench bench;
    bench_open(&bench, 0);
    struct jig_generation generation = doing("opened");
    uint32_t first = add_plugin(&bench, PROBE_PLUGIN("good"), "first");
    uint32_t second = add_plugin(&bench, PROBE_PLUGIN("good"), "second");
    const uint32_t order[] = {second, first, second};
    for (size_t i = 0; i < 3; i++) {
        struct codegen_result result = generate(&bench, order[i], &generation);
        assert_int_equal(result.exit_code, 0);
        buf_free(&result.output);
        assert_true(holds_text("gen/a", "1 second"));
    }
    bench_close(&bench);
}

static void test_refusing_to_open(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t plugin = add_plugin(&bench, PROBE_PLUGIN("good"), "refuse");
    struct codegen_result result = generate(&bench, plugin, &upper);
    assert_says(&result.output, "did not open: it returned 5\n");
    buf_free(&result.output);
    bench_close(&bench);
}

static void copy_file(const char *from, const char *to)
{
    struct buf text = {0};
    assert_int_equal(io_read_file(AT_FDCWD, from, &text), 0);
    assert_int_equal(io_write_file(AT_FDCWD, "new.so", text.data, text.length), 0);
    assert_int_equal(rename("new.so", to), 0);
    buf_free(&text);
}

static void assert_version(const char *path, const char *expected)
{
    struct buf version = {0};
    struct jig_error error;
    if (codegen_plugin_version(path, &version, &error))
        fail_msg("%s", error.message);
    assert_string_equal(version.data, expected);
    buf_free(&version);
}

/* A name without a slash is one in the root, and not one the system has. */
static void test_name_and_version(void **state)
{
    (void)state;
    copy_file(PROBE_PLUGIN("good"), "plain.so");
    assert_version("plain.so", "probe 1.0");
}

static void test_a_plugin_built_anew_is_loaded_anew(void **state)
{
    (void)state;
    put_file("a", "text");
    copy_file(PROBE_PLUGIN("good"), "p.so");
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t plugin = add_plugin(&bench, "./p.so", "{}");
    struct jig_generation generation = doing("opened");
    for (int i = 0; i < 2; i++) {
        struct codegen_result result = generate(&bench, plugin, &generation);
        assert_string_equal(buf_cstr(&result.output), "");
        assert_true(holds_text("gen/a", "1 {}")); /* what it counts begins again */
        copy_file(PROBE_PLUGIN("good"), "p.so");
    }
    assert_version("./p.so", "probe 1.0");
    copy_file(PROBE_PLUGIN("newer"), "p.so");
    bench_close(&bench);
    assert_version("./p.so", "probe 2.0");
}

/* ---- no plugins ----------------------------------------------------------------------------- */

/* Loading it fails with `part`, when it is asked for its version and when it has a job. */
static void assert_unusable(const char *path, const char *part)
{
    struct buf version = {0};
    struct jig_error error;
    assert_int_equal(codegen_plugin_version(path, &version, &error), JIG_ERROR_USAGE);
    if (!strstr(error.message, part))
        fail_msg("%s", error.message);
    assert_int_equal(version.length, 0);
    struct codegen_result result = run_plugin(path, &upper);
    assert_int_equal(result.exit_code, 1);
    assert_says(&result.output, part);
    buf_free(&result.output);
}

static void test_another_abi(void **state)
{
    (void)state;
    assert_unusable(PROBE_PLUGIN("other_abi"),
                    "was made for version 99 of the plugin interface; this is version 1");
}

static void test_a_description_too_short(void **state)
{
    (void)state;
    assert_unusable(PROBE_PLUGIN("short"), "its description is too short");
}

static void test_no_name(void **state)
{
    (void)state;
    assert_unusable(PROBE_PLUGIN("nameless"), "it has no name");
}

static void test_no_version(void **state)
{
    (void)state;
    assert_unusable(PROBE_PLUGIN("versionless"), "it has no version");
}

static void test_no_description(void **state)
{
    (void)state;
    assert_unusable(PROBE_PLUGIN("null"), "does not describe itself");
}

static void test_no_symbol(void **state)
{
    (void)state;
    assert_unusable(PROBE_PLUGIN("no_symbol"), "it does not export jig_generator");
}

static void test_no_file(void **state)
{
    (void)state;
    assert_unusable("./none.so", "cannot load plugin './none.so'");
}

static void test_no_shared_object(void **state)
{
    (void)state;
    put_file("text.so", "this is text");
    assert_unusable("./text.so", "cannot load plugin './text.so'");
}

/* A copy of a plugin, as far as a full disk or an unfinished link may have come. */
static void test_a_shared_object_cut_short(void **state)
{
    (void)state;
    struct buf whole = {0};
    assert_int_equal(io_read_file(AT_FDCWD, PROBE_PLUGIN("good"), &whole), 0);
    const size_t lengths[] = {0, 3, 64, 100, 4096, 5000, 8192};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        assert_true(lengths[i] < whole.length);
        assert_int_equal(io_write_file(AT_FDCWD, "cut.so", whole.data, lengths[i]), 0);
        assert_unusable("./cut.so", "cannot load plugin './cut.so'");
    }
    buf_free(&whole);
}

/* ---- many at once --------------------------------------------------------------------------- */

/* Also shows that a wake is not lost: the test only looks when it was woken. */
static void test_many_jobs_at_once(void **state)
{
    (void)state;
    enum { JOBS = 300 };
    static char paths[JOBS][2][32];
    static struct jig_generation_module modules[JOBS];
    static const char *outputs[JOBS];
    static struct jig_generation generations[JOBS];
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t plugin = add_plugin(&bench, PROBE_PLUGIN("good"), "{}");
    for (uint32_t i = 0; i < JOBS; i++) {
        snprintf(paths[i][0], sizeof paths[i][0], "src/%u", i);
        snprintf(paths[i][1], sizeof paths[i][1], "gen/%u/out", i % 7 * 1000 + i);
        put_file(paths[i][0], paths[i][0]);
        modules[i] = (struct jig_generation_module){.path = paths[i][0], .digest = ""};
        outputs[i] = paths[i][1];
        generations[i] = upper;
        generations[i].modules = &modules[i];
        generations[i].outputs = &outputs[i];
        codegen_start(
            bench.codegen,
            &(struct codegen_job){.job = i, .generator = plugin, .generation = &generations[i]});
    }
    static bool seen[JOBS];
    for (uint32_t i = 0; i < JOBS; i++) {
        struct codegen_result result = wait_result(&bench);
        assert_int_equal(result.exit_code, 0);
        assert_false(seen[result.job]);
        seen[result.job] = true;
        paths[result.job][0][0] = 'S', paths[result.job][0][1] = 'R', paths[result.job][0][2] = 'C';
        assert_true(holds_text(paths[result.job][1], paths[result.job][0]));
    }
    assert_int_equal(codegen_running(bench.codegen), 0);
    bench_close(&bench);
}

static void test_jobs_not_begun_are_interrupted(void **state)
{
    (void)state;
    put_file("a", "text");
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t plugin = add_plugin(&bench, PROBE_PLUGIN("good"), "{}");
    codegen_interrupt(bench.codegen);
    struct codegen_result result = generate(&bench, plugin, &upper);
    assert_true(result.interrupted);
    assert_int_equal(result.exit_code, 130);
    assert_false(exists("gen"));
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_temp_dir, leave_temp_dir)
        TEST(test_a_plugin_makes_its_output),
        TEST(test_nothing_written),
        TEST(test_written_twice),
        TEST(test_written_beyond),
        TEST(test_half_of_the_outputs),
        TEST(test_what_it_prints_and_returns),
        TEST(test_failing_without_a_word),
        TEST(test_failing_after_it_has_written),
        TEST(test_a_file_the_job_does_not_depend_on),
        TEST(test_a_file_that_is_imported),
        TEST(test_an_imported_file_whose_content_does_not_count),
        TEST(test_a_file_that_a_collected_module_imports),
        TEST(test_an_output_that_is_collected),
        TEST(test_pipelines_share_what_was_opened_first),
        TEST(test_refusing_to_open),
        TEST(test_name_and_version),
        TEST(test_a_plugin_built_anew_is_loaded_anew),
        TEST(test_another_abi),
        TEST(test_a_description_too_short),
        TEST(test_no_name),
        TEST(test_no_version),
        TEST(test_no_description),
        TEST(test_no_symbol),
        TEST(test_no_file),
        TEST(test_no_shared_object),
        TEST(test_a_shared_object_cut_short),
        TEST(test_many_jobs_at_once),
        TEST(test_jobs_not_begun_are_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
