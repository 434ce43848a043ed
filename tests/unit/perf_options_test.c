/* The command line of jig-perf. */
#include "cmocka_all.h"

#include "tools/perf/options.h"

#include <getopt.h>

enum { GO_ON = -1, MOST_WORDS = 16 };

static struct perf_options options;

static int read_words(const char *first, ...)
{
    char *argv[MOST_WORDS] = {(char *)(uintptr_t) "jig-perf"};
    int argc = 1;
    va_list words;
    va_start(words, first);
    for (const char *word = first; word; word = va_arg(words, const char *))
        argv[argc++] = (char *)(uintptr_t)word;
    va_end(words);
    optind = 0;
    opterr = 0;
    return perf_options_read(argc, argv, &options);
}

static void test_all_scenarios_are_measured_by_default(void **state)
{
    (void)state;
    assert_int_equal(read_words("--fixture", "small-app", NULL), GO_ON);
    assert_int_equal(options.command, PERF_MEASURE);
    for (uint32_t i = 0; i < SCENARIOS; i++)
        assert_true(options.wanted[i]);
    assert_int_equal(options.iterations, 5);
    assert_string_equal(options.directory, ".cache/perf");
}

static void test_scenarios_add_up(void **state)
{
    (void)state;
    assert_int_equal(read_words("--fixture", "small-app", "--scenario", "noop", "--scenario",
                                "edit-1", "--iterations", "3", NULL),
                     GO_ON);
    for (uint32_t i = 0; i < SCENARIOS; i++)
        assert_int_equal(options.wanted[i], i == SCENARIO_NOOP || i == SCENARIO_EDIT_1);
    assert_int_equal(options.iterations, 3);
}

static void test_a_gate_measures_ten_pairs_and_not_off(void **state)
{
    (void)state;
    assert_int_equal(read_words("gate", "--fixture", "20k", "--baseline", "v1", NULL), GO_ON);
    assert_int_equal(options.command, PERF_GATE);
    assert_int_equal(options.iterations, 10);
    assert_false(options.wanted[SCENARIO_OFF]);
    assert_true(options.wanted[SCENARIO_COLD]);
}

static void test_compare_takes_two_files(void **state)
{
    (void)state;
    assert_int_equal(read_words("compare", "a.json", "b.json", "--json", NULL), GO_ON);
    assert_string_equal(options.before, "a.json");
    assert_string_equal(options.now, "b.json");
    assert_true(options.json);
}

static void test_what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    const int no = EXIT_PERF_UNABLE;
    assert_int_equal(read_words(NULL, NULL), no);
    assert_int_equal(read_words("--fixture", "20k", "more", NULL), no);
    assert_int_equal(read_words("--fixture", "20k", "--iterations", "0", NULL), no);
    assert_int_equal(read_words("--fixture", "20k", "--iterations", "-1", NULL), no);
    assert_int_equal(read_words("--fixture", "20k", "--iterations", "1x", NULL), no);
    assert_int_equal(read_words("--fixture", "20k", "--scenario", "hot", NULL), no);
    assert_int_equal(read_words("--fixture", "20k", "--baseline", "v1", NULL), no);
    assert_int_equal(read_words("--no-such-option", NULL), no);
    assert_int_equal(read_words("gate", "--fixture", "20k", NULL), no);
    assert_int_equal(
        read_words("gate", "--fixture", "20k", "--baseline", "v1", "--baseline-jig", "jig", NULL),
        no);
    assert_int_equal(
        read_words("gate", "--fixture", "20k", "--baseline", "v1", "--iterations", "3", NULL), no);
    assert_int_equal(read_words("compare", "a.json", NULL), no);
    assert_int_equal(read_words("compare", "a.json", "b.json", "c.json", NULL), no);
    assert_int_equal(read_words("compare", "a.json", "b.json", "--fixture", "20k", NULL), no);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_scenarios_are_measured_by_default),
        cmocka_unit_test(test_scenarios_add_up),
        cmocka_unit_test(test_a_gate_measures_ten_pairs_and_not_off),
        cmocka_unit_test(test_compare_takes_two_files),
        cmocka_unit_test(test_what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
