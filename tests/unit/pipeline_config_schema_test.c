/* The editors' schema has the keys that the configuration has, and no others. */
#include "cmocka_all.h"

#include "pipeline_config_support.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *schema;

static int read_schema(void **state)
{
    (void)state;
    schema = json_load_file(CONFIG_SCHEMA, JSON_REJECT_DUPLICATES, NULL);
    return schema ? 0 : -1;
}

static int free_schema(void **state)
{
    (void)state;
    json_decref(schema);
    return 0;
}

/* What the advice of the error of `text` says is valid where its unknown key is: "a, b, c". */
static void valid_keys(const char *text, struct buf *keys)
{
    struct config config;
    struct jig_error error;
    static const char prefix[] = "valid here: ";
    assert_int_equal(config_parse(&config, "jig.yaml", text, strlen(text), &error),
                     JIG_ERROR_MANIFEST);
    config_free(&config);
    assert_memory_equal(error.advice, prefix, sizeof prefix - 1);
    buf_append_str(keys, error.advice + sizeof prefix - 1);
}

static void assert_same_keys(const char *text, const json_t *definition)
{
    json_t *properties = json_object_get(definition, "properties");
    assert_true(json_is_false(json_object_get(definition, "additionalProperties")));
    struct buf keys = {0};
    valid_keys(text, &keys);
    size_t count = 0;
    for (char *key = strtok(keys.data, ", "); key; key = strtok(NULL, ", ")) {
        if (!json_object_get(properties, key))
            fail_msg("the schema has no '%s'", key);
        count++;
    }
    assert_int_equal(json_object_size(properties), count);
    buf_free(&keys);
}

static json_t *definition(const char *name)
{
    return json_object_get(json_object_get(schema, "$defs"), name);
}

static void test_keys_of_the_file(void **state)
{
    (void)state;
    assert_same_keys("unknown: 1\n", schema);
}

static void test_keys_of_a_pipeline(void **state)
{
    (void)state;
    assert_same_keys("version: 1\npipelines: [{ unknown: 1 }]\n", definition("pipeline"));
}

static void test_keys_of_scan(void **state)
{
    (void)state;
    assert_same_keys("version: 1\npipelines: [{ name: a, sources: x, scan: { unknown: 1 } }]\n",
                     definition("scan"));
}

static void test_keys_of_generate(void **state)
{
    (void)state;
    assert_same_keys("version: 1\npipelines: [{ name: a, sources: x, outputs: '{name}',"
                     " generate: { unknown: 1 } }]\n",
                     definition("generate"));
}

static void test_keys_of_daemon(void **state)
{
    (void)state;
    assert_same_keys("version: 1\ndaemon: { unknown: 1 }\n", definition("daemon"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_of_the_file),
        cmocka_unit_test(test_keys_of_a_pipeline),
        cmocka_unit_test(test_keys_of_scan),
        cmocka_unit_test(test_keys_of_generate),
        cmocka_unit_test(test_keys_of_daemon),
    };
    return cmocka_run_group_tests(tests, read_schema, free_schema);
}
