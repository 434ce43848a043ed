/* Which built-ins there are, and how their options are checked. */
#include "codegen_support.h"

#include <string.h>

static void test_every_name_is_one(void **state)
{
    (void)state;
    size_t count = 0;
    for (const char *const *name = codegen_builtin_names; *name; name++, count++)
        assert_true(codegen_is_builtin(*name));
    assert_int_equal(count, 4);
    assert_false(codegen_is_builtin("embedd"));
    assert_false(codegen_is_builtin(""));
}

static void test_who_sees_facts(void **state)
{
    (void)state;
    assert_true(codegen_builtin_sees_facts("manifest-json"));
    assert_true(codegen_builtin_sees_facts("ts-index"));
    assert_false(codegen_builtin_sees_facts("copy"));
    assert_false(codegen_builtin_sees_facts("embed"));
}

/* ---- checking ------------------------------------------------------------------------------- */

static void assert_good(const char *name, const char *options, uint32_t outputs, bool collect)
{
    struct jig_error error;
    if (codegen_builtin_check(name, options, outputs, collect, &error))
        fail_msg("%s", error.message);
}

static struct jig_error assert_bad(const char *name, const char *options, uint32_t outputs,
                                   bool collect, const char *message)
{
    struct jig_error error;
    assert_int_equal(codegen_builtin_check(name, options, outputs, collect, &error),
                     JIG_ERROR_USAGE);
    assert_string_equal(error.message, message);
    return error;
}

static void test_good_uses(void **state)
{
    (void)state;
    assert_good("copy", "{}", 1, false);
    assert_good("copy", NULL, 1, false);
    assert_good("embed", "{\"alignment\":64,\"form\":\"string\",\"namespace\":\"a\"}", 2, false);
    assert_good("embed", "{\"symbol\":\"icon_{stem}\"}", 2, false);
    assert_good("manifest-json", "{\"imports\":false}", 1, true);
    assert_good("manifest-json", "{}", 1, false);
    assert_good("ts-index", "{\"extension\":\"js\",\"style\":\"namespaces\"}", 1, true);
}

static void test_another_number_of_outputs(void **state)
{
    (void)state;
    assert_bad("copy", "{}", 2, false, "copy makes 1 output, not 2");
    assert_bad("embed", "{}", 1, false, "embed makes 2 outputs, not 1");
}

static void test_collecting_what_is_about_one_module(void **state)
{
    (void)state;
    assert_bad("copy", "{}", 1, true, "copy makes something of one module: it cannot collect");
}

static void test_an_unknown_key_names_the_nearest(void **state)
{
    (void)state;
    struct jig_error error = assert_bad("embed", "{\"symbl\":\"x\"}", 2, false,
                                        "embed has no option 'symbl'; did you mean 'symbol'?");
    assert_string_equal(error.advice, "options of embed: symbol, namespace, alignment, form");
    error = assert_bad("embed", "{\"colour\":1}", 2, false, "embed has no option 'colour'");
    error = assert_bad("copy", "{\"x\":1}", 1, false, "copy has no option 'x'");
    assert_string_equal(error.advice, "copy has no options");
}

static void test_wrong_types(void **state)
{
    (void)state;
    assert_bad("embed", "{\"symbol\":1}", 2, false, "option 'symbol' of embed has to be text");
    assert_bad("embed", "{\"alignment\":\"8\"}", 2, false,
               "option 'alignment' of embed has to be a whole number");
    assert_bad("manifest-json", "{\"imports\":\"yes\"}", 1, false,
               "option 'imports' of manifest-json has to be true or false");
    assert_bad("ts-index", "{\"extension\":\"mjs\"}", 1, false,
               "option 'extension' of ts-index has to be 'none', 'js' or 'ts'");
    assert_bad("ts-index", "{\"style\":null}", 1, false,
               "option 'style' of ts-index has to be 'stars' or 'namespaces'");
}

static void test_values_that_make_no_sense(void **state)
{
    (void)state;
    const char *const alignments[] = {"0", "-8", "3", "8192", "9223372036854775807"};
    for (size_t i = 0; i < 5; i++) {
        struct buf options = {0};
        buf_printf(&options, "{\"alignment\":%s}", alignments[i]);
        assert_bad("embed", options.data, 2, false,
                   "option 'alignment' of embed has to be a power of two up to 4096");
        buf_free(&options);
    }
    struct jig_error error;
    assert_int_equal(codegen_builtin_check("embed", "{\"symbol\":\"a b\"}", 2, false, &error),
                     JIG_ERROR_USAGE);
}

static void test_what_is_no_mapping(void **state)
{
    (void)state;
    assert_bad("copy", "[]", 1, false, "options of copy have to be a mapping");
    struct jig_error error;
    assert_int_equal(codegen_builtin_check("copy", "{", 1, false, &error), JIG_ERROR_USAGE);
    assert_non_null(strstr(error.message, "options of copy are not valid JSON"));
}

static void test_adding_checks_as_well(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t index;
    struct jig_error error;
    const struct codegen_generator wrong = {
        .kind = CODEGEN_BUILTIN, .pipeline = "p", .name = "copy", .options = "{\"x\":1}"};
    assert_int_equal(codegen_add(bench.codegen, &wrong, &index, &error), JIG_ERROR_USAGE);
    const struct codegen_generator unknown = {
        .kind = CODEGEN_BUILTIN, .pipeline = "p", .name = "cpoy"};
    assert_int_equal(codegen_add(bench.codegen, &unknown, &index, &error), JIG_ERROR_USAGE);
    assert_string_equal(error.message, "there is no built-in generator 'cpoy'");
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name_is_one),
        cmocka_unit_test(test_who_sees_facts),
        cmocka_unit_test(test_good_uses),
        cmocka_unit_test(test_another_number_of_outputs),
        cmocka_unit_test(test_collecting_what_is_about_one_module),
        cmocka_unit_test(test_an_unknown_key_names_the_nearest),
        cmocka_unit_test(test_wrong_types),
        cmocka_unit_test(test_values_that_make_no_sense),
        cmocka_unit_test(test_what_is_no_mapping),
        cmocka_unit_test(test_adding_checks_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
