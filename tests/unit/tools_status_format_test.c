/* The format of a status line, in both notations. */
#include "cmocka_all.h"

#include "tools/jig/status_format.h"

static const struct status_numbers some = {.started = 7,
                                           .finished = 5,
                                           .running = 2,
                                           .total = 20,
                                           .elapsed_ms = 2500,
                                           .current_rate = 4,
                                           .done = 0.25};

typedef enum jig_status (*parse_fn)(struct status_format *format, const char *text,
                                    struct jig_error *error);

static void shows(parse_fn parse, const char *text, const struct status_numbers *numbers,
                  const char *expected)
{
    struct status_format format = {0};
    struct buf out = {0};
    assert_int_equal(parse(&format, text, NULL), JIG_OK);
    status_format_fill(&format, numbers, "DESC", &out);
    assert_string_equal(buf_cstr(&out), expected);
    buf_free(&out);
    status_format_free(&format);
}

static void fails(parse_fn parse, const char *text, const char *message)
{
    struct status_format format = {0};
    struct jig_error error;
    assert_int_equal(parse(&format, text, &error), JIG_ERROR_USAGE);
    assert_string_equal(error.message, message);
    status_format_free(&format);
}

static void test_counts(void **state)
{
    (void)state;
    shows(status_format_parse_percent, "[%f/%t] ", &some, "[5/20] DESC");
    shows(status_format_parse_percent, "%s %r %u ", &some, "7 2 13 DESC");
    shows(status_format_parse_percent, "", &some, "DESC");
    shows(status_format_parse_percent, "%%f%%", &some, "%f%DESC");
}

static void test_percent_is_three_wide(void **state)
{
    (void)state;
    struct status_numbers all = some;
    all.finished = all.total;
    struct status_numbers none = {0};
    shows(status_format_parse_percent, "%p ", &some, " 25% DESC");
    shows(status_format_parse_percent, "%p ", &all, "100% DESC");
    shows(status_format_parse_percent, "%p ", &none, "  0% DESC");
    shows(status_format_parse_percent, "%P ", &some, " 25% DESC");
}

static void test_rates(void **state)
{
    (void)state;
    struct status_numbers early = some;
    early.elapsed_ms = 0;
    early.current_rate = -1;
    shows(status_format_parse_percent, "%o %c ", &some, "2.0 4.0 DESC");
    shows(status_format_parse_percent, "%o %c ", &early, "? ? DESC");
}

static void test_times(void **state)
{
    (void)state;
    struct status_numbers unforeseen = some;
    unforeseen.done = 0;
    shows(status_format_parse_percent, "%e %w ", &some, "2.500 00:02 DESC");
    shows(status_format_parse_percent, "%E %W ", &some, "7.500 00:07 DESC");
    shows(status_format_parse_percent, "%E %W ", &unforeseen, "? ? DESC");
}

static void test_hours_come_to_both_times_at_once(void **state)
{
    (void)state;
    struct status_numbers long_one = some;
    long_one.elapsed_ms = 1800 * 1000;
    shows(status_format_parse_percent, "%w %W ", &long_one, "0:30:00 1:30:00 DESC");
    long_one.elapsed_ms = 36061 * 1000;
    long_one.done = 0;
    shows(status_format_parse_percent, "%w %W ", &long_one, "10:01:01 ? DESC");
}

static void test_unknown_placeholder(void **state)
{
    (void)state;
    fails(status_format_parse_percent, "[%x] ", "unknown placeholder '%x' in $NINJA_STATUS");
    fails(status_format_parse_percent, "50%", "unknown placeholder '%' in $NINJA_STATUS");
}

static void test_variables(void **state)
{
    (void)state;
    shows(status_format_parse_dollar, "<${finished}/$total> $description", &some, "<5/20> DESC");
    shows(status_format_parse_dollar, "$started $running $remaining", &some, "7 2 13");
    shows(status_format_parse_dollar, "$progress|$predicted_progress", &some, " 25%| 25%");
    shows(status_format_parse_dollar, "$rate $current_rate", &some, "2.0 4.0");
    shows(status_format_parse_dollar, "$elapsed $elapsed_seconds $eta $eta_seconds", &some,
          "00:02 2.500 00:07 7.500");
}

static void test_description_only_where_it_is_asked_for(void **state)
{
    (void)state;
    shows(status_format_parse_dollar, "$finished", &some, "5");
    shows(status_format_parse_dollar, "[$description] $finished", &some, "[DESC] 5");
}

static void test_dollar_escapes(void **state)
{
    (void)state;
    shows(status_format_parse_dollar, "$$ $:$ .", &some, "$ : .");
    shows(status_format_parse_dollar, "$finished.$total", &some, "5.20");
}

static void test_unknown_variable(void **state)
{
    (void)state;
    fails(status_format_parse_dollar, "$nope ", "unknown variable 'nope' in --status format");
    fails(status_format_parse_dollar, "${a.b}", "unknown variable 'a.b' in --status format");
}

static void test_bad_escape(void **state)
{
    (void)state;
    const char *message = "invalid --status: bad $-escape (literal $ must be written as $$)";
    fails(status_format_parse_dollar, "100$", message);
    fails(status_format_parse_dollar, "$(total)", message);
    fails(status_format_parse_dollar, "${total", message);
}

static void test_tells_time(void **state)
{
    (void)state;
    const struct {
        const char *text;
        bool tells;
    } cases[] = {{"[%f/%t] ", false}, {"%e", true}, {"%w", true},
                 {"%E", true},        {"%W", true}, {"%P", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct status_format format = {0};
        assert_int_equal(status_format_parse_percent(&format, cases[i].text, NULL), JIG_OK);
        assert_int_equal(status_format_tells_time(&format), cases[i].tells);
        status_format_free(&format);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_percent_is_three_wide),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_hours_come_to_both_times_at_once),
        cmocka_unit_test(test_unknown_placeholder),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_description_only_where_it_is_asked_for),
        cmocka_unit_test(test_dollar_escapes),
        cmocka_unit_test(test_unknown_variable),
        cmocka_unit_test(test_bad_escape),
        cmocka_unit_test(test_tells_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
