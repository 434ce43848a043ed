/* In which form progress is shown, going by where it goes. */
#include "cmocka_all.h"

#include "tools/jig/progress_form.h"

static const struct terminal window = {
    .tty = true, .smart = true, .fd = -1, .columns = 80, .rows = 24};
static const struct terminal low = {.tty = true, .smart = true, .fd = -1, .columns = 80, .rows = 9};
static const struct terminal dumb = {.tty = true, .fd = -1, .columns = 80, .rows = 24};
static const struct terminal file = {.fd = -1};

static void test_a_window_has_an_area(void **state)
{
    (void)state;
    assert_int_equal(progress_form_choose(PROGRESS_AUTO, &window, NULL), PROGRESS_AREA);
}

static void test_a_low_or_a_dumb_one_has_a_line(void **state)
{
    (void)state;
    assert_int_equal(progress_form_choose(PROGRESS_AUTO, &low, NULL), PROGRESS_LINE);
    assert_int_equal(progress_form_choose(PROGRESS_AUTO, &dumb, NULL), PROGRESS_LINE);
}

static void test_a_file_has_a_line_a_job_but_in_ci(void **state)
{
    (void)state;
    assert_int_equal(progress_form_choose(PROGRESS_AUTO, &file, NULL), PROGRESS_LINE);
    assert_int_equal(progress_form_choose(PROGRESS_AUTO, &file, "true"), PROGRESS_SPARSE);
    assert_int_equal(progress_form_choose(PROGRESS_AUTO, &file, "1"), PROGRESS_SPARSE);
}

static void test_values_of_ci_that_mean_no(void **state)
{
    (void)state;
    assert_int_equal(progress_form_choose(PROGRESS_AUTO, &file, ""), PROGRESS_LINE);
    assert_int_equal(progress_form_choose(PROGRESS_AUTO, &file, "0"), PROGRESS_LINE);
    assert_int_equal(progress_form_choose(PROGRESS_AUTO, &file, "false"), PROGRESS_LINE);
}

static void test_a_terminal_in_ci_is_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(progress_form_choose(PROGRESS_AUTO, &window, "true"), PROGRESS_AREA);
    assert_int_equal(progress_form_choose(PROGRESS_AUTO, &dumb, "true"), PROGRESS_LINE);
}

static void test_what_is_asked_for_is_shown_if_it_can_be(void **state)
{
    (void)state;
    assert_int_equal(progress_form_choose(PROGRESS_AREA, &low, NULL), PROGRESS_AREA);
    assert_int_equal(progress_form_choose(PROGRESS_AREA, &dumb, NULL), PROGRESS_LINE);
    assert_int_equal(progress_form_choose(PROGRESS_LINE, &window, "true"), PROGRESS_LINE);
    assert_int_equal(progress_form_choose(PROGRESS_LINE, &file, "true"), PROGRESS_LINE);
    assert_int_equal(progress_form_choose(PROGRESS_NONE, &window, NULL), PROGRESS_NONE);
}

static void test_words(void **state)
{
    (void)state;
    enum progress_form form = PROGRESS_NONE;
    assert_true(progress_form_parse("auto", &form));
    assert_int_equal(form, PROGRESS_AUTO);
    assert_true(progress_form_parse("area", &form));
    assert_int_equal(form, PROGRESS_AREA);
    assert_true(progress_form_parse("line", &form));
    assert_int_equal(form, PROGRESS_LINE);
    assert_true(progress_form_parse("none", &form));
    assert_int_equal(form, PROGRESS_NONE);
    assert_false(progress_form_parse("sparse", &form));
    assert_false(progress_form_parse("", &form));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_window_has_an_area),
        cmocka_unit_test(test_a_low_or_a_dumb_one_has_a_line),
        cmocka_unit_test(test_a_file_has_a_line_a_job_but_in_ci),
        cmocka_unit_test(test_values_of_ci_that_mean_no),
        cmocka_unit_test(test_a_terminal_in_ci_is_a_terminal),
        cmocka_unit_test(test_what_is_asked_for_is_shown_if_it_can_be),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
