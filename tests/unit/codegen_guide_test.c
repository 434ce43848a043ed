/* docs/guides/generators.md does what it says: its manifests are read, its programs are run. */
#include "codegen_support.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "engine/manifest/pipeline/config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* The text of the guide's block number `index` in `language`, to be freed; NULL when there is none.
 */
static char *guide_block(const char *language, int index)
{
    struct buf guide = {0}, fence = {0};
    assert_int_equal(io_read_file(AT_FDCWD, PROBE_SOURCE "/docs/guides/generators.md", &guide), 0);
    buf_printf(&fence, "\n```%s\n", language);
    const char *at = guide.data;
    for (; at && index >= 0; index--) {
        at = strstr(at, fence.data);
        at = at ? at + fence.length : NULL;
    }
    char *block = at ? mem_strndup(at, (size_t)(strstr(at, "```") - at)) : NULL;
    buf_free(&guide);
    buf_free(&fence);
    return block;
}

static void test_manifests_are_valid(void **state)
{
    (void)state;
    int count = 0;
    for (char *block; (block = guide_block("yaml", count)); count++) {
        struct config config = {0};
        struct jig_error error;
        if (config_parse(&config, "jig.yaml", block, strlen(block), &error))
            fail_msg("%s\n%u: %s", block, error.line, error.message);
        config_free(&config);
        free(block);
    }
    assert_int_equal(count, 4);
}

/* Copies the example plugin's folder, runs the guide's command beside it, and the plugin on its
 * texts. */
static void build_and_run_plugin(int block)
{
    assert_int_equal(
        system("cp -r " PROBE_SOURCE "/fixtures . && ln -s " PROBE_SOURCE "/include include"), 0);
    char *build = guide_block("sh", block);
    struct buf command = {0};
    buf_printf(&command, "{ %s\n} >log", build);
    assert_int_equal(system(command.data), 0);
    const struct jig_generation generation =
        ONE_TO_ONE("fixtures/plugin-upper/texts/morning.txt", "gen/morning.txt");
    struct bench bench;
    bench_open(&bench, 0);
    struct codegen_result result =
        generate(&bench, add_plugin(&bench, "fixtures/plugin-upper/upper.so", "{}"), &generation);
    assert_string_equal(buf_cstr(&result.output), "");
    assert_true(holds_text("gen/morning.txt", "GOOD MORNING.\nHOW ARE YOU?\n"));
    bench_close(&bench);
    buf_free(&command);
    free(build);
}

static void test_plugin_built_by_the_compiler(void **state)
{
    (void)state;
    build_and_run_plugin(0);
}

static void test_plugin_built_by_cmake(void **state)
{
    (void)state;
    build_and_run_plugin(1);
}

static void test_worker(void **state)
{
    (void)state;
    if (system("python3 -c pass") != 0)
        skip();
    char *program = guide_block("python", 0);
    put_file("upper_worker.py", program);
    put_file("texts/a.txt", "Text\n");
    put_file("gen/x", "");
    const char *const argv[] = {"python3", "upper_worker.py", NULL};
    const char *const arguments[][3] = {{"texts/a.txt", "gen/a.txt", NULL},
                                        {"texts/none.txt", "gen/none.txt", NULL}};
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t worker = add_generator(&bench, &(struct codegen_generator){.kind = CODEGEN_WORKER,
                                                                        .pipeline = "upper",
                                                                        .argv = argv,
                                                                        .workers = 1,
                                                                        .multiplex = 1,
                                                                        .timeout_ms = 60000});
    for (uint32_t i = 0; i < 2; i++) {
        codegen_start(bench.codegen, &(struct codegen_job){.generator = worker,
                                                           .arguments = arguments[i],
                                                           .outputs = &arguments[i][1],
                                                           .output_count = 1});
        struct codegen_result result = wait_result(&bench);
        assert_int_equal(result.exit_code, i);
        if (i == 1)
            assert_says(&result.output, "No such file or directory: 'texts/none.txt'");
        buf_free(&result.output);
    }
    assert_true(holds_text("gen/a.txt", "TEXT\n"));
    bench_close(&bench);
    free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_temp_dir, leave_temp_dir)
        cmocka_unit_test(test_manifests_are_valid),
        TEST(test_plugin_built_by_the_compiler),
        TEST(test_plugin_built_by_cmake),
        TEST(test_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
