/* `options` as JSON: YAML 1.2's core schema. */
#include "cmocka_all.h"

#include "pipeline_config_support.h"

#include <string.h>

static void check(const char *yaml, const char *json)
{
    struct buf text = {0};
    struct config config;
    buf_printf(&text,
               "version: 1\npipelines:\n- name: a\n  sources: x\n  outputs: '{name}'\n"
               "  generate:\n    shell: x\n    options: %s\n",
               yaml);
    parse(&config, text.data);
    assert_string_equal(config.pipelines[0].generate.options, json);
    config_free(&config);
    buf_free(&text);
}

static void test_keys_are_sorted_by_bytes(void **state)
{
    (void)state;
    check("{ b: 1, a: 2, B: 3, '': 4, a.b: { d: 1, c: 2 } }",
          "{\"\":4,\"B\":3,\"a\":2,\"a.b\":{\"c\":2,\"d\":1},\"b\":1}");
    check("{}", "{}");
}

static void test_nulls_and_booleans(void **state)
{
    (void)state;
    check("{ a: [null, Null, NULL, ~, !!str null, 'null', nUll] }",
          "{\"a\":[null,null,null,null,\"null\",\"null\",\"nUll\"]}");
    check("{ a: }", "{\"a\":null}");
    check("{ a: '' }", "{\"a\":\"\"}");
    check("{ a: [true, True, TRUE, false, False, FALSE] }",
          "{\"a\":[true,true,true,false,false,false]}");
    check("{ a: [yes, no, on, off, y, tRue, 'true'] }",
          "{\"a\":[\"yes\",\"no\",\"on\",\"off\",\"y\",\"tRue\",\"true\"]}");
}

static void test_integers(void **state)
{
    (void)state;
    check("{ a: [0, -1, +12, 007, 0o17, 0x1F, 9223372036854775807, -9223372036854775808] }",
          "{\"a\":[0,-1,12,7,15,31,9223372036854775807,-9223372036854775808]}");
    check("{ a: [0x, 0o8, 1_000, 0b1, 1:30, '1', -] }",
          "{\"a\":[\"0x\",\"0o8\",\"1_000\",\"0b1\",\"1:30\",\"1\",\"-\"]}");
}

static void test_reals_with_no_more_digits_than_they_need(void **state)
{
    (void)state;
    check("{ a: [0.1, 1., .5, -2.5e3, 1e2, 3.25E-2, +.5] }",
          "{\"a\":[0.1,1.0,0.5,-2500.0,100.0,0.0325,0.5]}");
    check("{ a: [0.30000000000000004] }", "{\"a\":[0.30000000000000004]}");
    check("{ a: [1.2.3, 1e, e5, ., 1e5x, 2024-01-01] }",
          "{\"a\":[\"1.2.3\",\"1e\",\"e5\",\".\",\"1e5x\",\"2024-01-01\"]}");
}

static void test_text_is_kept_as_it_is(void **state)
{
    (void)state;
    check("{ a: \"line\\nbreak \\\" \\\\ \\u00e9 \\U0001F600\" }",
          "{\"a\":\"line\\nbreak \\\" \\\\ é 😀\"}");
    check("\n      a: |\n        one\n        two\n      b: >-\n        three\n        four",
          "{\"a\":\"one\\ntwo\\n\",\"b\":\"three four\"}");
}

static void test_aliases_are_copies(void **state)
{
    (void)state;
    check("{ a: &x { k: [1] }, b: *x }", "{\"a\":{\"k\":[1]},\"b\":{\"k\":[1]}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_are_sorted_by_bytes),
        cmocka_unit_test(test_nulls_and_booleans),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_reals_with_no_more_digits_than_they_need),
        cmocka_unit_test(test_text_is_kept_as_it_is),
        cmocka_unit_test(test_aliases_are_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
