/* The options of a build, under both names. */
#include "cmocka_all.h"

#include "jig/session.h"
#include "tools/jig/command.h"

#include <string.h>

enum { MOST_WORDS = 16 };

/* Parses the words of `line`, which must outlive the request. */
static enum options_outcome parse(const struct command *command, char *line,
                                  struct build_request *request)
{
    static char name[] = "jig";
    char *argv[MOST_WORDS] = {name};
    int argc = 1;
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    enum options_outcome outcome = options_parse(command, argc, argv, request);
    if (outcome == OPTIONS_GO && request->target_count)
        assert_string_equal(request->targets[0], argv[argc - request->target_count]);
    request->targets = NULL; /* points into argv */
    return outcome;
}

static void test_defaults(void **state)
{
    (void)state;
    struct build_request request;
    char line[] = "";
    assert_int_equal(parse(&command_build, line, &request), OPTIONS_GO);
    assert_null(request.manifest); /* to be found */
    assert_int_equal(request.failures, 1);
    assert_int_equal(request.depth, JIG_UNLIMITED);
    assert_null(request.affected);
    assert_int_equal(request.filters.count, 0);
    assert_int_equal(request.slots, 0);
    assert_int_equal(request.target_count, 0);
    assert_int_equal(request.stats, STATS_NONE);
}

static void test_all_of_a_build(void **state)
{
    (void)state;
    struct build_request request;
    char line[] = "-C out -f x.ninja -j7 -k 3 -l 1.5 -n -v --quiet --explain --trace t.json";
    assert_int_equal(parse(&command_build, line, &request), OPTIONS_GO);
    assert_string_equal(request.directory, "out");
    assert_string_equal(request.manifest, "x.ninja");
    assert_int_equal(request.slots, 7);
    assert_int_equal(request.failures, 3);
    assert_true(request.max_load > 1.49 && request.max_load < 1.51);
    assert_true(request.dry_run && request.verbose && request.quiet && request.explain);
    assert_string_equal(request.trace, "t.json");
}

static void test_the_daemon(void **state)
{
    (void)state;
    struct build_request request;
    char unsaid[] = "";
    assert_int_equal(parse(&command_build, unsaid, &request), OPTIONS_GO);
    assert_int_equal(request.daemon, DAEMON_UNSAID);
    char asked[] = "--daemon target";
    assert_int_equal(parse(&command_build, asked, &request), OPTIONS_GO);
    assert_int_equal(request.daemon, DAEMON_ASKED);
    char last_counts[] = "--daemon --no-daemon";
    assert_int_equal(parse(&command_build, last_counts, &request), OPTIONS_GO);
    assert_int_equal(request.daemon, DAEMON_REFUSES);
    char ninja[] = "--daemon";
    assert_int_equal(parse(&command_ninja, ninja, &request), OPTIONS_UNKNOWN);
}

static void test_ninjas_manifest_has_a_name(void **state)
{
    (void)state;
    struct build_request request;
    char line[] = "";
    assert_int_equal(parse(&command_ninja, line, &request), OPTIONS_GO);
    assert_string_equal(request.manifest, "build.ninja");
}

static void test_all_of_pipelines(void **state)
{
    (void)state;
    struct build_request request;
    char line[] = "--filter a/** --depth 2 --filter=...b --affected origin/main --no-cache "
                  "--cache-dir c --write-delta d.json --show-cache";
    assert_int_equal(parse(&command_build, line, &request), OPTIONS_GO);
    assert_int_equal(request.filters.count, 2);
    assert_string_equal(request.filters.data[0], "a/**");
    assert_string_equal(request.filters.data[1], "...b");
    assert_int_equal(request.depth, 2);
    assert_string_equal(request.affected, "origin/main");
    assert_string_equal(request.cache_dir, "c");
    assert_string_equal(request.delta, "d.json");
    assert_true(request.no_cache && request.show_cache);
    build_request_free(&request);
}

static void test_a_depth_of_none_is_none(void **state)
{
    (void)state;
    struct build_request request;
    char none[] = "--depth 0";
    assert_int_equal(parse(&command_build, none, &request), OPTIONS_GO);
    assert_int_equal(request.depth, 0);
    char negative[] = "--depth -1";
    assert_int_equal(parse(&command_build, negative, &request), OPTIONS_WRONG);
    char word[] = "--depth deep";
    assert_int_equal(parse(&command_build, word, &request), OPTIONS_WRONG);
}

static void test_pipelines_options_are_not_ninjas(void **state)
{
    (void)state;
    struct build_request request;
    char filter[] = "--filter a";
    assert_int_equal(parse(&command_ninja, filter, &request), OPTIONS_UNKNOWN);
    char cache[] = "--cache-dir c";
    assert_int_equal(parse(&command_ninja, cache, &request), OPTIONS_UNKNOWN);
}

static void test_options_of_cache(void **state)
{
    (void)state;
    struct build_request request;
    char line[] = "show --json --cache-dir c a.ts -C dir";
    assert_int_equal(parse(&command_cache, line, &request), OPTIONS_GO);
    assert_true(request.json);
    assert_string_equal(request.cache_dir, "c");
    assert_int_equal(request.target_count, 2);
    char filter[] = "show --filter x";
    assert_int_equal(parse(&command_cache, filter, &request), OPTIONS_UNKNOWN);
}

static void test_targets_and_options_mix(void **state)
{
    (void)state;
    struct build_request request;
    char line[] = "a -v b -j 2 c";
    assert_int_equal(parse(&command_build, line, &request), OPTIONS_GO);
    assert_int_equal(request.target_count, 3);
    assert_true(request.verbose);
    assert_int_equal(request.slots, 2);
}

static void test_two_dashes_end_options(void **state)
{
    (void)state;
    struct build_request request;
    char line[] = "-v -- -n";
    assert_int_equal(parse(&command_build, line, &request), OPTIONS_GO);
    assert_int_equal(request.target_count, 1);
    assert_false(request.dry_run);
}

static void test_a_tool_ends_ninjas_options(void **state)
{
    (void)state;
    struct build_request request;
    char line[] = "-v -t clean -g all";
    assert_int_equal(parse(&command_ninja, line, &request), OPTIONS_GO);
    assert_string_equal(request.tool, "clean");
    assert_true(request.verbose);
    assert_int_equal(request.target_count, 2);
}

static void test_debug_modes(void **state)
{
    (void)state;
    struct build_request request;
    char line[] = "-d stats -d explain -d keepdepfile -dkeeprsp";
    assert_int_equal(parse(&command_ninja, line, &request), OPTIONS_GO);
    assert_int_equal(request.stats, STATS_TABLE);
    assert_true(request.explain && request.keep_depfile && request.keep_rspfile);
    char wrong[] = "-d nonsense";
    assert_int_equal(parse(&command_ninja, wrong, &request), OPTIONS_WRONG);
}

static void test_warning_flags(void **state)
{
    (void)state;
    struct build_request request;
    char error[] = "-w phonycycle=err";
    assert_int_equal(parse(&command_ninja, error, &request), OPTIONS_GO);
    assert_true(request.phony_cycle_error);
    char last_counts[] = "-w phonycycle=err -w phonycycle=warn -w dupbuild=err";
    assert_int_equal(parse(&command_ninja, last_counts, &request), OPTIONS_GO);
    assert_false(request.phony_cycle_error);
    char wrong[] = "-w nonsense";
    assert_int_equal(parse(&command_ninja, wrong, &request), OPTIONS_WRONG);
}

static void test_forms_of_stats(void **state)
{
    (void)state;
    struct build_request request;
    char table[] = "--stats";
    assert_int_equal(parse(&command_build, table, &request), OPTIONS_GO);
    assert_int_equal(request.stats, STATS_TABLE);
    char json[] = "--stats=json";
    assert_int_equal(parse(&command_build, json, &request), OPTIONS_GO);
    assert_int_equal(request.stats, STATS_JSON);
    char wrong[] = "--stats=xml";
    assert_int_equal(parse(&command_build, wrong, &request), OPTIONS_WRONG);
}

static void test_a_command_knows_its_own_options_only(void **state)
{
    (void)state;
    struct build_request request;
    char generated[] = "-g";
    assert_int_equal(parse(&command_clean, generated, &request), OPTIONS_GO);
    assert_true(request.generated);
    char again[] = "-g";
    assert_int_equal(parse(&command_build, again, &request), OPTIONS_UNKNOWN);
    char trace[] = "--trace t.json";
    assert_int_equal(parse(&command_clean, trace, &request), OPTIONS_UNKNOWN);
    char tool[] = "-t clean";
    assert_int_equal(parse(&command_build, tool, &request), OPTIONS_UNKNOWN);
}

static void test_help_and_version(void **state)
{
    (void)state;
    struct build_request request;
    char help[] = "-h";
    assert_int_equal(parse(&command_ninja, help, &request), OPTIONS_HELP);
    char version[] = "--version";
    assert_int_equal(parse(&command_ninja, version, &request), OPTIONS_VERSION);
}

static void test_slots(void **state)
{
    (void)state;
    uint32_t slots;
    assert_true(options_parse_slots("16", &slots));
    assert_int_equal(slots, 16);
    assert_true(options_parse_slots("0", &slots));
    assert_int_equal(slots, JIG_UNLIMITED);
    assert_true(options_parse_slots("99999999999", &slots));
    assert_int_equal(slots, JIG_UNLIMITED);
    assert_false(options_parse_slots("-1", &slots));
    assert_false(options_parse_slots("", &slots));
    assert_false(options_parse_slots("4x", &slots));
}

static void test_failures(void **state)
{
    (void)state;
    uint32_t failures;
    assert_true(options_parse_failures("2", &failures));
    assert_int_equal(failures, 2);
    assert_true(options_parse_failures("0", &failures));
    assert_int_equal(failures, JIG_UNLIMITED);
    assert_true(options_parse_failures("-5", &failures));
    assert_int_equal(failures, JIG_UNLIMITED);
    assert_false(options_parse_failures("all", &failures));
}

static void test_load(void **state)
{
    (void)state;
    double load;
    assert_true(options_parse_load("2.5", &load));
    assert_true(load > 2.49 && load < 2.51);
    assert_false(options_parse_load("high", &load));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_all_of_a_build),
        cmocka_unit_test(test_the_daemon),
        cmocka_unit_test(test_ninjas_manifest_has_a_name),
        cmocka_unit_test(test_all_of_pipelines),
        cmocka_unit_test(test_a_depth_of_none_is_none),
        cmocka_unit_test(test_pipelines_options_are_not_ninjas),
        cmocka_unit_test(test_options_of_cache),
        cmocka_unit_test(test_targets_and_options_mix),
        cmocka_unit_test(test_two_dashes_end_options),
        cmocka_unit_test(test_a_tool_ends_ninjas_options),
        cmocka_unit_test(test_debug_modes),
        cmocka_unit_test(test_warning_flags),
        cmocka_unit_test(test_forms_of_stats),
        cmocka_unit_test(test_a_command_knows_its_own_options_only),
        cmocka_unit_test(test_help_and_version),
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
