/* Text and paths in JSON, which has Unicode only. */
#include "cmocka_all.h"

#include "tools/jig/path_json.h"

#include <stdlib.h>
#include <string.h>

static void assert_text(const char *bytes, size_t length, const char *expected,
                        size_t expected_length)
{
    json_t *string = text_json(bytes, length);
    assert_non_null(string);
    assert_int_equal(json_string_length(string), expected_length);
    assert_memory_equal(json_string_value(string), expected, expected_length);
    json_decref(string);
}

#define ASSERT_TEXT(bytes, expected)                                                               \
    assert_text(bytes, sizeof(bytes) - 1, expected, sizeof(expected) - 1)

#define GONE "\xef\xbf\xbd"

static void test_text_stays(void **state)
{
    (void)state;
    ASSERT_TEXT("", "");
    ASSERT_TEXT("a\n\"\xc3\xa4\xe8\xad\xaf\xf0\x9f\x98\x80",
                "a\n\"\xc3\xa4\xe8\xad\xaf\xf0\x9f\x98\x80");
}

static void test_nul_stays(void **state)
{
    (void)state;
    ASSERT_TEXT("a\0b", "a\0b");
    ASSERT_TEXT("a\0\xff", "a\0" GONE);
}

static void test_each_byte_of_no_character_is_replaced(void **state)
{
    (void)state;
    ASSERT_TEXT("a\xff\xfe"
                "b",
                "a" GONE GONE "b");
    ASSERT_TEXT("\x80", GONE);
    ASSERT_TEXT("\xe8\xad", GONE GONE);
    ASSERT_TEXT("\xe8\xad\xaf\xe8", "\xe8\xad\xaf" GONE);
}

static void test_forms_that_unicode_forbids(void **state)
{
    (void)state;
    ASSERT_TEXT("\xc0\xaf", GONE GONE);                   /* longer than need be */
    ASSERT_TEXT("\xe0\x80\xaf", GONE GONE GONE);          /* likewise */
    ASSERT_TEXT("\xed\xa0\x80", GONE GONE GONE);          /* a surrogate */
    ASSERT_TEXT("\xf4\x90\x80\x80", GONE GONE GONE GONE); /* beyond the last one */
    ASSERT_TEXT("\xf0\x80\x80\x80", GONE GONE GONE GONE);
}

static void assert_json(json_t *object, const char *expected)
{
    char *text = json_dumps(object, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
    json_decref(object);
}

static void test_a_path_that_is_no_text_has_its_bytes_too(void **state)
{
    (void)state;
    json_t *object = json_object();
    path_json_set(object, "good", "a/b");
    path_json_set(object, "path", "a\xff");
    assert_json(object, "{\"good\":\"a/b\",\"path\":\"a" GONE "\",\"path_hex\":\"61ff\"}");
}

static void test_one_of_several(void **state)
{
    (void)state;
    json_t *object = json_object();
    path_json_set_all(object, "good", (const char *const[]){"a", "b"}, 2);
    path_json_set_all(object, "none", NULL, 0);
    path_json_set_all(object, "paths", (const char *const[]){"a", "\xff"}, 2);
    assert_json(object, "{\"good\":[\"a\",\"b\"],\"none\":[],"
                        "\"paths\":[\"a\",\"" GONE "\"],\"paths_hex\":[\"61\",\"ff\"]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_stays),
        cmocka_unit_test(test_nul_stays),
        cmocka_unit_test(test_each_byte_of_no_character_is_replaced),
        cmocka_unit_test(test_forms_that_unicode_forbids),
        cmocka_unit_test(test_a_path_that_is_no_text_has_its_bytes_too),
        cmocka_unit_test(test_one_of_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
