/* What is written where: lines that are overwritten, blocks that stay, a terminal given away. */
#include "cmocka_all.h"

#include "tools/jig/screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct screen screen;
    char *text;
    size_t length;
};

static void begin(struct fixture *fixture, bool smart, uint32_t columns)
{
    *fixture = (struct fixture){0};
    fixture->screen.terminal = (struct terminal){.smart = smart, .fd = -1, .columns = columns};
    fixture->screen.out = open_memstream(&fixture->text, &fixture->length);
    assert_non_null(fixture->screen.out);
}

static void end(struct fixture *fixture, const char *expected)
{
    screen_flush(&fixture->screen);
    assert_string_equal(fixture->text, expected);
    fclose(fixture->screen.out);
    free(fixture->text);
    screen_free(&fixture->screen);
}

static void status(struct fixture *fixture, const char *line)
{
    screen_status(&fixture->screen, line, strlen(line));
}

static void block(struct fixture *fixture, const char *bytes)
{
    screen_block(&fixture->screen, bytes, strlen(bytes));
}

static void test_a_status_line_overwrites_the_last(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 80);
    status(&f, "one");
    status(&f, "two");
    block(&f, "");
    end(&f, "\rone\x1b[K\rtwo\x1b[K\n");
}

static void test_elsewhere_lines_stay(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, false, 0);
    status(&f, "one");
    status(&f, "two");
    block(&f, "");
    end(&f, "one\ntwo\n");
}

static void test_lines_fit_the_terminal(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 9);
    status(&f, "0123456789");
    end(&f, "\r012...789\x1b[K");
}

static void test_unknown_width_cuts_nothing(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 0);
    status(&f, "0123456789");
    end(&f, "\r0123456789\x1b[K");
}

static void test_a_block_starts_on_a_new_line(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 80);
    status(&f, "one");
    block(&f, "output\n");
    status(&f, "two");
    end(&f, "\rone\x1b[K\noutput\n\rtwo\x1b[K");
}

static void test_a_block_without_newline_is_not_overwritten(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 80);
    block(&f, "output");
    status(&f, "one");
    end(&f, "output\n\rone\x1b[K");
    begin(&f, false, 0);
    block(&f, "output");
    status(&f, "one");
    end(&f, "output\none\n");
}

static void test_a_block_may_hold_nul(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, false, 0);
    screen_block(&f.screen, "a\0b\n", 4);
    screen_flush(&f.screen);
    assert_int_equal(f.length, 4);
    assert_memory_equal(f.text, "a\0b\n", 4);
    end(&f, "a");
}

static void test_giving_the_terminal_away_ends_the_line(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 80);
    status(&f, "one");
    screen_hand_over(&f.screen);
    assert_string_equal(f.text, "\rone\x1b[K\n"); /* flushed: the other may write now */
    end(&f, "\rone\x1b[K\n");
}

static void test_nothing_is_written_to_a_terminal_given_away(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 80);
    screen_hand_over(&f.screen);
    status(&f, "one");
    block(&f, "output\n");
    status(&f, "two");
    status(&f, "three");
    screen_flush(&f.screen);
    assert_string_equal(f.text, "");
    screen_take_back(&f.screen);
    end(&f, "one\noutput\n\rthree\x1b[K");
}

static void test_no_line_is_lost_that_would_have_stayed(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, false, 0);
    screen_hand_over(&f.screen);
    status(&f, "one");
    status(&f, "two");
    block(&f, "no newline");
    status(&f, "three");
    screen_take_back(&f.screen);
    end(&f, "one\ntwo\nno newline\nthree\n");
}

static void test_taking_back_what_was_not_given_away(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 80);
    status(&f, "one");
    screen_take_back(&f.screen);
    end(&f, "\rone\x1b[K");
}

static void test_a_failed_write_is_remembered(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    struct screen screen = {.out = full, .terminal = {.fd = -1}};
    screen_status(&screen, "one", 3);
    assert_int_equal(screen.lost, 0); /* it waits in the buffer */
    screen_flush(&screen);
    assert_int_equal(screen.lost, ENOSPC);
    screen_free(&screen);
    fclose(full);
}

/* ---- areas ------------------------------------------------------------------------------- */

/* `text` has the lines of the area, the status line first, separated by '|'. */
static void area(struct fixture *fixture, const char *text)
{
    struct buf lines[SCREEN_ROWS + 1] = {0};
    uint32_t count = 0;
    for (; *text; text++) {
        if (*text == '|')
            count++;
        else
            buf_append_char(&lines[count], *text);
    }
    screen_area(&fixture->screen, &lines[0], &lines[1], count);
    for (uint32_t i = 0; i <= count; i++)
        buf_free(&lines[i]);
}

static void test_an_area_overwrites_the_last(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 80);
    area(&f, "one|a|b");
    area(&f, "two|a|c");
    end(&f, "\rone\x1b[K\na\x1b[K\nb\x1b[K\x1b[2A\rtwo\x1b[K\na\x1b[K\nc\x1b[K");
}

static void test_rows_too_many_are_cleared(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 80);
    area(&f, "one|a|b");
    area(&f, "two");
    end(&f, "\rone\x1b[K\na\x1b[K\nb\x1b[K\x1b[2A\rtwo\x1b[K\x1b[J");
}

static void test_a_block_takes_the_rows_and_leaves_the_line(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 80);
    area(&f, "one|a|b");
    block(&f, "text\n");
    area(&f, "two|a");
    end(&f, "\rone\x1b[K\na\x1b[K\nb\x1b[K\x1b[2A\n\x1b[Jtext\n\rtwo\x1b[K\na\x1b[K");
}

static void test_an_area_after_an_unended_line_leaves_that(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 80);
    block(&f, "text");
    area(&f, "one|a");
    end(&f, "text\n\rone\x1b[K\na\x1b[K");
}

static void test_rows_are_cut(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 7);
    area(&f, "123456789|abcdefghi");
    end(&f, "\r12...89\x1b[K\nab...hi\x1b[K");
}

static void test_what_a_narrower_window_has_broken_is_cleared(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 20);
    area(&f, "123456789012345|abcdefghijkl|x");
    f.screen.terminal.columns = 10;
    /* Two rows of the line, two of the first row, and one. */
    area(&f, "1|a|x");
    end(&f, "\r123456789012345\x1b[K\nabcdefghijkl\x1b[K\nx\x1b[K"
            "\x1b[3A\x1b[1A\r\x1b[J\r1\x1b[K\na\x1b[K\nx\x1b[K\x1b[J");
}

static void test_who_has_the_terminal_sees_no_rows(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, 80);
    area(&f, "one|a");
    screen_hand_over(&f.screen);
    area(&f, "two|a");
    screen_take_back(&f.screen);
    end(&f, "\rone\x1b[K\na\x1b[K\x1b[1A\n\x1b[J\rtwo\x1b[K");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_status_line_overwrites_the_last),
        cmocka_unit_test(test_elsewhere_lines_stay),
        cmocka_unit_test(test_lines_fit_the_terminal),
        cmocka_unit_test(test_unknown_width_cuts_nothing),
        cmocka_unit_test(test_a_block_starts_on_a_new_line),
        cmocka_unit_test(test_a_block_without_newline_is_not_overwritten),
        cmocka_unit_test(test_a_block_may_hold_nul),
        cmocka_unit_test(test_giving_the_terminal_away_ends_the_line),
        cmocka_unit_test(test_nothing_is_written_to_a_terminal_given_away),
        cmocka_unit_test(test_no_line_is_lost_that_would_have_stayed),
        cmocka_unit_test(test_taking_back_what_was_not_given_away),
        cmocka_unit_test(test_a_failed_write_is_remembered),
        cmocka_unit_test(test_an_area_overwrites_the_last),
        cmocka_unit_test(test_rows_too_many_are_cleared),
        cmocka_unit_test(test_a_block_takes_the_rows_and_leaves_the_line),
        cmocka_unit_test(test_an_area_after_an_unended_line_leaves_that),
        cmocka_unit_test(test_rows_are_cut),
        cmocka_unit_test(test_what_a_narrower_window_has_broken_is_cleared),
        cmocka_unit_test(test_who_has_the_terminal_sees_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
