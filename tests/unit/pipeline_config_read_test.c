/* What a jig.yaml's keys mean, and what stands for those that are left out. */
#include "cmocka_all.h"

#include "pipeline_config_support.h"

#include <string.h>

/* A configuration of one pipeline with these sources and, each on a line, these keys. */
#define WITH(sources, keys)                                                                        \
    "version: 1\npools: { p: 3 }\npipelines:\n  - name: a\n    sources: " sources                  \
    "\n    outputs: o/{name}\n" keys
#define SHELL "    generate: { shell: x }\n"

static void test_a_value_stands_for_a_list_of_one(void **state)
{
    (void)state;
    struct config config;
    parse(&config, WITH("a.x", SHELL "    env: CI\n    exclude: b.x\n"));
    assert_list(&config.pipelines[0].sources, "a.x");
    assert_list(&config.pipelines[0].exclude, "b.x");
    assert_list(&config.pipelines[0].env, "CI");
    assert_list(&config.pipelines[0].outputs, "o/{name}");
    config_free(&config);
}

static void test_defaults(void **state)
{
    (void)state;
    struct config config;
    parse(&config, WITH("a.x", SHELL));
    assert_int_equal(config.pipeline_count, 1);
    const struct config_pipeline *a = &config.pipelines[0];
    assert_string_equal(a->name, "a");
    assert_string_equal(a->package, "");
    assert_string_equal(a->file, "jig.yaml");
    assert_int_equal(a->line, 4);
    assert_int_equal(a->scan.kind, SCANNER_NONE);
    assert_null(a->collects);
    assert_string_equal(a->generate.version, "");
    assert_string_equal(a->generate.options, "{}");
    assert_int_equal(a->generate.workers, 0);
    assert_string_equal(a->out_root, "");
    assert_int_equal(a->pool, CONFIG_NO_POOL);
    assert_int_equal(a->timeout_ms, 0);
    assert_string_equal(a->description, "a {source}");
    assert_int_equal(a->depends, DEPENDS_SELF);
    assert_int_equal(a->sees, SEES_CONTENT);
    assert_false(config.no_ignore);
    config_free(&config);
}

static enum scanner_kind kind_of(const char *sources)
{
    struct buf text = {0};
    struct config config;
    buf_printf(&text, WITH("%s", SHELL), sources);
    parse(&config, text.data);
    enum scanner_kind kind = config.pipelines[0].scan.kind;
    assert_int_equal(config.pipelines[0].depends,
                     kind == SCANNER_NONE ? DEPENDS_SELF : DEPENDS_TRANSITIVE);
    config_free(&config);
    buf_free(&text);
    return kind;
}

static void test_the_scan_is_told_by_suffixes_that_agree(void **state)
{
    (void)state;
    assert_int_equal(kind_of("'**/*.ts'"), SCANNER_TYPESCRIPT);
    assert_int_equal(kind_of("['*.tsx', '*.d.ts', 'a.mjs']"), SCANNER_TYPESCRIPT);
    assert_int_equal(kind_of("'*.{ts,tsx,cjs}'"), SCANNER_TYPESCRIPT);
    assert_int_equal(kind_of("'{a.ts,b/*.tsx}'"), SCANNER_TYPESCRIPT);
    assert_int_equal(kind_of("'*.{test,spec}.ts'"), SCANNER_TYPESCRIPT);
    assert_int_equal(kind_of("'*.{d.ts,js}'"), SCANNER_TYPESCRIPT);
    assert_int_equal(kind_of("['*.cc', '*.h', '*.hpp']"), SCANNER_C);
    assert_int_equal(kind_of("'*.proto'"), SCANNER_PROTO);
    assert_int_equal(kind_of("['*.graphql', '*.gql']"), SCANNER_GRAPHQL);
    assert_int_equal(kind_of("['*.ts', '*.proto']"), SCANNER_NONE);
    assert_int_equal(kind_of("['*.ts', '*.md']"), SCANNER_NONE);
    assert_int_equal(kind_of("'*.{ts,md}'"), SCANNER_NONE);
    assert_int_equal(kind_of("'{ts,md}'"), SCANNER_NONE);
    assert_int_equal(kind_of("ts"), SCANNER_NONE);
    assert_int_equal(kind_of("'*.*'"), SCANNER_NONE);
}

static void test_roots_and_extensions_of_a_scan(void **state)
{
    (void)state;
    struct config config;
    const struct config_scan *scan;
    parse(&config, WITH("'*.proto'", SHELL));
    scan = &config.pipelines[0].scan;
    assert_list(&scan->roots, ".");
    config_free(&config);

    parse_as(&config, "p/jig.yaml", WITH("'*.gql'", SHELL));
    scan = &config.pipelines[0].scan;
    assert_list(&scan->roots, "p");
    assert_list(&scan->extensions, ".graphql .gql");
    config_free(&config);

    parse_as(&config, "p/jig.yaml",
             WITH("'*.c'", SHELL "    scan: { include_dirs: [include, .., ../q] }\n"));
    scan = &config.pipelines[0].scan;
    assert_int_equal(scan->kind, SCANNER_C);
    assert_list(&scan->roots, "p/include . q");
    config_free(&config);

    parse_as(&config, "p/jig.yaml", WITH("'*.ts'", SHELL "    scan: { tsconfig: t.json }\n"));
    scan = &config.pipelines[0].scan;
    assert_int_equal(scan->roots.count, 0);
    assert_string_equal(scan->tsconfig, "p/t.json");
    config_free(&config);
}

static uint32_t timeout_of(const char *timeout)
{
    struct buf text = {0};
    struct config config;
    buf_printf(&text, WITH("a.x", SHELL "    timeout: %s\n"), timeout);
    parse(&config, text.data);
    uint32_t ms = config.pipelines[0].timeout_ms;
    config_free(&config);
    buf_free(&text);
    return ms;
}

static void test_durations(void **state)
{
    (void)state;
    assert_int_equal(timeout_of("30s"), 30000);
    assert_int_equal(timeout_of("500ms"), 500);
    assert_int_equal(timeout_of("2m"), 120000);
    assert_int_equal(timeout_of("1h"), 3600000);
    assert_int_equal(timeout_of("45"), 45000);
    assert_int_equal(timeout_of("'45'"), 45000);
    assert_int_equal(timeout_of("0"), 0);
    assert_int_equal(timeout_of("4294967295ms"), UINT32_MAX);
}

static void test_generators(void **state)
{
    (void)state;
    struct config config;
    const struct config_generator *generate;
    parse(&config, WITH("a.x", "    generate: { command: [cp, 1, true], version: 1.10 }\n"));
    generate = &config.pipelines[0].generate;
    assert_int_equal(generate->kind, GENERATOR_COMMAND);
    assert_list(&generate->argv, "cp 1 true");
    assert_null(generate->shell);
    assert_string_equal(generate->version, "1.10");
    config_free(&config);

    parse(&config, WITH("a.x", "    generate: { worker: w, workers: 3, multiplex: 2,"
                               " arguments: ['{source}', '{out}'] }\n"));
    generate = &config.pipelines[0].generate;
    assert_int_equal(generate->kind, GENERATOR_WORKER);
    assert_list(&generate->argv, "w");
    assert_list(&generate->arguments, "{source} {out}");
    assert_int_equal(generate->workers, 3);
    assert_int_equal(generate->multiplex, 2);
    config_free(&config);

    parse_as(&config, "a/jig.yaml", WITH("a.x", "    generate: { plugin: ../p/q.so }\n"));
    generate = &config.pipelines[0].generate;
    assert_int_equal(generate->kind, GENERATOR_PLUGIN);
    assert_string_equal(generate->plugin, "p/q.so");
    config_free(&config);

    parse(&config, WITH("a.x", "    generate: { builtin: copy }\n"));
    generate = &config.pipelines[0].generate;
    assert_int_equal(generate->kind, GENERATOR_BUILTIN);
    assert_string_equal(generate->builtin, "copy");
    config_free(&config);
}

static void test_pools(void **state)
{
    (void)state;
    struct config config;
    parse(&config, WITH("a.x", SHELL "    pool: p\n"));
    assert_int_equal(config.pool_count, 1);
    assert_int_equal(config.pipelines[0].pool, 0);
    assert_string_equal(config.pools[0].name, "p");
    assert_int_equal(config.pools[0].depth, 3);
    config_free(&config);
}

static void test_the_console_is_a_pool_of_one_that_needs_no_declaration(void **state)
{
    (void)state;
    struct config config;
    parse(&config, WITH("a.x", SHELL "    pool: console\n"));
    const struct config_pool *pool = &config.pools[config.pipelines[0].pool];
    assert_string_equal(pool->name, "console");
    assert_int_equal(pool->depth, 1);
    config_free(&config);
}

static void test_settings(void **state)
{
    (void)state;
    struct config config;
    parse(&config, "version: 1\ngitignore: false\n");
    assert_true(config.no_ignore);
    assert_int_equal(config.pipeline_count, 0);
    config_free(&config);
}

static void test_a_file_is_known_by_its_text(void **state)
{
    (void)state;
    struct config config;
    const char *text = "version: 1\n";
    parse_as(&config, "./a/../jig.yaml", text);
    assert_int_equal(config.file_count, 1);
    assert_string_equal(config.files[0].path, "jig.yaml");
    assert_true(digest_equal(config.files[0].digest, digest_of(text, strlen(text))));
    config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_value_stands_for_a_list_of_one),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_the_scan_is_told_by_suffixes_that_agree),
        cmocka_unit_test(test_roots_and_extensions_of_a_scan),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_generators),
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_the_console_is_a_pool_of_one_that_needs_no_declaration),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_a_file_is_known_by_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
