/* Text in JSON, read back by a JSON reader. */
#include "cmocka_all.h"

#include "engine/codegen/json_text.h"

#include <jansson.h>
#include <string.h>

/* Encodes `text`; `expected` is what a reader makes of it. */
static void check(const char *text, bool exact, const char *expected)
{
    struct buf out = {0};
    assert_int_equal(json_text_append(&out, text), exact);
    json_t *value = json_loads(out.data, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    assert_string_equal(json_string_value(value), expected);
    json_decref(value);
    buf_free(&out);
}

static void check_same(const char *text)
{
    check(text, true, text);
}

static void test_plain_text(void **state)
{
    (void)state;
    check_same("");
    check_same("src/a b.ts");
}

static void test_every_character_of_ascii(void **state)
{
    (void)state;
    char text[128] = {0};
    for (int i = 1; i < 128; i++)
        text[i - 1] = (char)i;
    check_same(text);
}

static void test_short_escapes_are_used(void **state)
{
    (void)state;
    struct buf out = {0};
    json_text_append(&out, "a\n\"\\\x01");
    assert_string_equal(out.data, "\"a\\n\\\"\\\\\\u0001\"");
    buf_free(&out);
}

static void test_utf8_stays_as_it_is(void **state)
{
    (void)state;
    check_same("\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEF\xBF\xBF \xF0\x90\x80\x80 "
               "\xF4\x8F\xBF\xBF");
}

static void test_what_is_no_utf8_is_replaced(void **state)
{
    (void)state;
#define R "\xEF\xBF\xBD"
    check("\x80", false, R);
    check("a\xFFz", false, "a" R "z");
    check("\xC0\x80", false, R R);             /* longer than need be */
    check("\xE0\x9F\xBF", false, R R R);       /* likewise */
    check("\xED\xA0\x80", false, R R R);       /* a surrogate */
    check("\xF4\x90\x80\x80", false, R R R R); /* beyond the last character */
    check("\xC2", false, R);                   /* cut off */
    check("\xE2\x82", false, R R);
    check("\xE2\x82z", false, R R "z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_text),
        cmocka_unit_test(test_every_character_of_ascii),
        cmocka_unit_test(test_short_escapes_are_used),
        cmocka_unit_test(test_utf8_stays_as_it_is),
        cmocka_unit_test(test_what_is_no_utf8_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
