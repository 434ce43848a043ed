/* Text as a terminal shows it: eliding, taking control sequences out, guessing at words. */
#include "cmocka_all.h"

#include "tools/jig/text.h"

#include <string.h>

#define MAGENTA "\x1b[0;35m"
#define NOTHING "\x1b[m"
#define RED     "\x1b[1;31m"
#define RESET   "\x1b[0m"

static void elides(const char *from, size_t columns, const char *to)
{
    struct buf text = {0};
    buf_append_str(&text, from);
    text_elide_middle(&text, columns);
    assert_string_equal(buf_cstr(&text), to);
    buf_free(&text);
}

static void test_short_text_stays(void **state)
{
    (void)state;
    elides("Nothing to elide in this short string.", 80, "Nothing to elide in this short string.");
    elides("Nothing to elide in this short string.", 38, "Nothing to elide in this short string.");
    elides("", 0, "");
}

static void test_no_room_but_for_dots(void **state)
{
    (void)state;
    elides("0123456789", 0, "");
    elides("0123456789", 1, ".");
    elides("0123456789", 2, "..");
    elides("0123456789", 3, "...");
}

static void test_the_end_gets_the_odd_column(void **state)
{
    (void)state;
    elides("01234567890123456789", 4, "...9");
    elides("01234567890123456789", 5, "0...9");
    elides("01234567890123456789", 10, "012...6789");
    elides("01234567890123456789", 11, "0123...6789");
    elides("01234567890123456789", 19, "01234567...23456789");
    elides("01234567890123456789", 20, "01234567890123456789");
}

static void test_colours_take_no_room_and_stay(void **state)
{
    (void)state;
    elides("012345" MAGENTA "67890123456789", 10, "012..." MAGENTA "6789");
    elides("012345" MAGENTA "67890123456789", 19, "012345" MAGENTA "67...23456789");
    elides("Nothing " NOTHING " string.", 18, "Nothing " NOTHING " string.");
    elides("0" NOTHING "1234567890123456789", 10, "0" NOTHING "12...6789");
    const char *two = "abcd" RED "efg" RESET "hlkmnopqrstuvwxyz";
    elides(two, 0, RED RESET);
    elides(two, 3, "..." RED RESET);
    elides(two, 5, "a..." RED RESET "z");
    elides(two, 11, "abcd..." RED RESET "wxyz");
    elides(two, 15, "abcd" RED "ef..." RESET "uvwxyz");
    elides(two, 19, "abcd" RED "efg" RESET "h...stuvwxyz");
    elides("abcdef" RED "A" RESET "BC", 8, "ab..." RED "A" RESET "BC");
}

static void test_unfinished_colours_are_text(void **state)
{
    (void)state;
    elides("0123456789\x1b[31", 9, "012...[31");
    elides("\x1b[2K456789abcdef", 9, "\x1b[2...def");
}

static void test_characters_are_not_cut(void **state)
{
    (void)state;
    elides("äöüäöüäöüäöü", 8, "äö...äöü"); /* 12 columns, 24 bytes */
    elides("äöü", 3, "äöü");
}

static void test_wide_characters_take_two_columns(void **state)
{
    (void)state;
    elides("編譯編譯", 8, "編譯編譯");
    elides("編譯編譯編譯", 9, "編...譯"); /* three columns a side have room for one */
    elides("編譯編譯編譯", 7, "編...譯");
}

static void test_bytes_that_are_no_characters_count_one(void **state)
{
    (void)state;
    elides("\xff\xfe\xff\xfe\xff\xfe\xff\xfe", 5, "\xff...\xfe");
    elides("abcdefg\xc3", 5, "a...\xc3");
}

static void makes_plain(const char *from, const char *to)
{
    struct buf out = {0};
    text_append_plain(&out, from, strlen(from));
    assert_string_equal(buf_cstr(&out), to);
    buf_free(&out);
}

static void test_control_sequences_go(void **state)
{
    (void)state;
    makes_plain("foo\x1b[31mred\x1b[0m", "foored");
    makes_plain("affixmgr.cxx:286:15: \x1b[0m\x1b[0;1;35mwarning: \x1b[0m\x1b[1musing\x1b[0m",
                "affixmgr.cxx:286:15: warning: using");
    makes_plain("\x1b[Kx\x1b[2Jy", "xy");
}

static void test_a_lone_escape_goes_alone(void **state)
{
    (void)state;
    makes_plain("a\x1b(b", "a(b");
    makes_plain("foo\x1b", "foo");
    makes_plain("foo\x1b[", "foo");
    makes_plain("foo\x1b[31", "foo");
}

static void test_plain_text_may_hold_nul(void **state)
{
    (void)state;
    struct buf out = {0};
    text_append_plain(&out, "a\0\x1b[1mb", 7);
    assert_int_equal(out.length, 3);
    assert_memory_equal(out.data, "a\0b", 3);
    buf_free(&out);
}

static void assert_visible(const char *text, bool colour, const char *expected)
{
    struct buf out = {0};
    text_append_visible(&out, text, strlen(text), colour);
    assert_string_equal(buf_cstr(&out), expected);
    buf_free(&out);
}

static void test_visible_text_moves_no_cursor(void **state)
{
    (void)state;
    assert_visible("a\tb\r\n\x7f", false, "a?b???");
    assert_visible("\x1b[2Ja\x1b", false, "?[2Ja?");
    assert_visible("\xc2\x9b"
                   "2J\xc2\xa0",
                   false, "?2J\xc2\xa0");
    assert_visible("\xff\xe8\xad\xaf\x80", false, "?\xe8\xad\xaf?");
}

static void test_visible_text_may_have_colours(void **state)
{
    (void)state;
    assert_visible("\x1b[31mred\x1b[0m", true, "\x1b[31mred\x1b[0m");
    assert_visible("\x1b[31mred\x1b[0m", false, "red");
}

static void test_closest_word(void **state)
{
    (void)state;
    static const char *const words[] = {"build", "clean", "query", NULL};
    assert_string_equal(text_closest("bild", words), "build");
    assert_string_equal(text_closest("claen", words), "clean");
    assert_string_equal(text_closest("query", words), "query");
    assert_null(text_closest("something else", words));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_text_stays),
        cmocka_unit_test(test_no_room_but_for_dots),
        cmocka_unit_test(test_the_end_gets_the_odd_column),
        cmocka_unit_test(test_colours_take_no_room_and_stay),
        cmocka_unit_test(test_unfinished_colours_are_text),
        cmocka_unit_test(test_characters_are_not_cut),
        cmocka_unit_test(test_wide_characters_take_two_columns),
        cmocka_unit_test(test_bytes_that_are_no_characters_count_one),
        cmocka_unit_test(test_control_sequences_go),
        cmocka_unit_test(test_a_lone_escape_goes_alone),
        cmocka_unit_test(test_plain_text_may_hold_nul),
        cmocka_unit_test(test_visible_text_moves_no_cursor),
        cmocka_unit_test(test_visible_text_may_have_colours),
        cmocka_unit_test(test_closest_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
