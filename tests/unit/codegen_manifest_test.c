/* manifest-json: byte-exact, whatever order the facts come in. */
#include "codegen_support.h"

#include <jansson.h>

static const struct jig_generation_import imports[] = {
    {"react", NULL, 0, 1, "static"},
    {"./b", "src/b.ts", 0, 2, "static"},
    {"./gone", NULL, 1, 3, "static"},
    {"./b", "src/b.ts", 0, 9, "type"},
};

static const struct jig_generation_definition definitions[] = {
    {"user", "value", 1, 4}, {"hidden", "value", 0, 5},  {"Id", "type", 1, 6},
    {"user", "value", 1, 7}, {"default", "class", 1, 8},
};

static const char *const outputs[] = {"gen/z.json", "gen/a.json"};
static const char *const digests[] = {"22", "11"};

static const struct jig_generation_module modules[] = {
    {"src/a.ts", "aa", imports, 4, definitions, 5, outputs, digests, 2},
    {"src/b.ts", "bb", NULL, 0, NULL, 0, NULL, NULL, 0},
};

static struct jig_generation registry(size_t module_count)
{
    static const char *const registry_outputs[] = {"gen/registry.json"};
    return (struct jig_generation){.size = sizeof(struct jig_generation),
                                   .pipeline = "packages/a#registry",
                                   .options = "{}",
                                   .modules = modules,
                                   .module_count = module_count,
                                   .outputs = registry_outputs,
                                   .output_count = 1};
}

static void test_everything(void **state)
{
    (void)state;
    struct jig_generation generation = registry(2);
    make("manifest-json", "{}", &generation);
    assert_true(holds_text(
        "gen/registry.json",
        "{\n"
        "  \"version\": 1,\n"
        "  \"pipeline\": \"packages/a#registry\",\n"
        "  \"modules\": [\n"
        "    {\n"
        "      \"path\": \"src/a.ts\",\n"
        "      \"digest\": \"aa\",\n"
        "      \"imports\": [\n"
        "        {\"specifier\": \"./b\", \"path\": \"src/b.ts\", \"resolution\": \"file\"},\n"
        "        {\"specifier\": \"./gone\", \"path\": null, \"resolution\": \"unresolved\"},\n"
        "        {\"specifier\": \"react\", \"path\": null, \"resolution\": \"external\"}\n"
        "      ],\n"
        "      \"exports\": [\n"
        "        {\"name\": \"Id\", \"kind\": \"type\"},\n"
        "        {\"name\": \"default\", \"kind\": \"class\"},\n"
        "        {\"name\": \"user\", \"kind\": \"value\"}\n"
        "      ],\n"
        "      \"outputs\": [\n"
        "        {\"path\": \"gen/a.json\", \"digest\": \"11\"},\n"
        "        {\"path\": \"gen/z.json\", \"digest\": \"22\"}\n"
        "      ]\n"
        "    },\n"
        "    {\n"
        "      \"path\": \"src/b.ts\",\n"
        "      \"digest\": \"bb\",\n"
        "      \"imports\": [],\n"
        "      \"exports\": []\n"
        "    }\n"
        "  ]\n"
        "}\n"));
}

static void test_less(void **state)
{
    (void)state;
    struct jig_generation generation = registry(1);
    make("manifest-json", "{\"digests\":false,\"imports\":false,\"exports\":false}", &generation);
    assert_true(holds_text("gen/registry.json", "{\n"
                                                "  \"version\": 1,\n"
                                                "  \"pipeline\": \"packages/a#registry\",\n"
                                                "  \"modules\": [\n"
                                                "    {\n"
                                                "      \"path\": \"src/a.ts\",\n"
                                                "      \"outputs\": [\n"
                                                "        {\"path\": \"gen/a.json\"},\n"
                                                "        {\"path\": \"gen/z.json\"}\n"
                                                "      ]\n"
                                                "    }\n"
                                                "  ]\n"
                                                "}\n"));
}

static void test_no_modules(void **state)
{
    (void)state;
    struct jig_generation generation = registry(0);
    make("manifest-json", "{}", &generation);
    assert_true(holds_text("gen/registry.json", "{\n"
                                                "  \"version\": 1,\n"
                                                "  \"pipeline\": \"packages/a#registry\",\n"
                                                "  \"modules\": []\n"
                                                "}\n"));
}

static void test_order_of_facts_does_not_matter(void **state)
{
    (void)state;
    const struct jig_generation_import turned[] = {imports[3], imports[2], imports[1], imports[0]};
    const struct jig_generation_definition few[] = {definitions[4], definitions[2], definitions[0]};
    struct jig_generation_module module = modules[0];
    module.imports = turned;
    module.definitions = few;
    module.definition_count = 3;
    struct jig_generation generation = registry(1);
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t manifest = add_builtin(&bench, "manifest-json", "{}");
    assert_int_equal(generate(&bench, manifest, &generation).written, 1);
    generation.modules = &module;
    assert_int_equal(generate(&bench, manifest, &generation).written, 0);
    bench_close(&bench);
}

static void test_odd_names_make_valid_json(void **state)
{
    (void)state;
    const struct jig_generation_module odd = {.path = "a\"\\\n\xFF.ts", .digest = "00"};
    struct jig_generation generation = registry(1);
    generation.modules = &odd;
    make("manifest-json", "{}", &generation);
    json_t *document = json_load_file("gen/registry.json", 0, NULL);
    assert_non_null(document);
    const json_t *path =
        json_object_get(json_array_get(json_object_get(document, "modules"), 0), "path");
    assert_string_equal(json_string_value(path), "a\"\\\n\xEF\xBF\xBD.ts");
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_temp_dir, leave_temp_dir)
        TEST(test_everything),
        TEST(test_less),
        TEST(test_no_modules),
        TEST(test_order_of_facts_does_not_matter),
        TEST(test_odd_names_make_valid_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
