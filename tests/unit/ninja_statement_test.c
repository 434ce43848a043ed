/* Statements: what build, rule, pool and default statements put into the graph. */
#include "ninja_manifest.h"

#define CAT "rule cat\n  command = cat $in > $out\n"

static void test_empty_manifest(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "");
    assert_int_equal(m.graph->jobs.count, 0);
    assert_int_equal(m.graph->pools.count, 2);
    manifest_free(&m);
}

static void test_build_statements(void **state)
{
    (void)state;
    static const struct {
        const char *text, *output, *expected;
    } cases[] = {
        {"build result: cat in_1.cc in-2.O\n", "result", "build result: cat in_1.cc in-2.O"},
        {"build foo: cat bar | baz\n", "foo", "build foo: cat bar | baz"},
        {"build foo: cat bar || baz\n", "foo", "build foo: cat bar || baz"},
        {"build foo: cat bar |@ baz\n", "foo", "build foo: cat bar |@ baz"},
        {"build a b | c d: cat e f | g h || i j |@ k l\n", "a",
         "build a b | c d: cat e f | g h || i j |@ k l"},
        {"build a: cat || c\n", "a", "build a: cat || c"},
        {"build foo | imp: cat bar\n", "imp", "build foo | imp: cat bar"},
        {"build foo | : cat bar\n", "foo", "build foo: cat bar"},
        {"build | imp : cat bar\n", "imp", "build | imp: cat bar"},
        {"build a: cat | || |@\n", "a", "build a: cat"},
        {"build a: cat b b\n", "a", "build a: cat b b"},
        {"build a: cat c $\n d e f\n", "a", "build a: cat c d e f"},
        {"build foo$ bar: cat $$one two$$$ three\n", "foo bar",
         "build foo bar: cat $one two$ three"},
        {"build out: cat in/1 in//2\n", "out", "build out: cat in/1 in/2"},
        {"build ./out.o: cat ./bar/baz/../foo.cc\n", "out.o", "build out.o: cat bar/foo.cc"},
        {"build a: cat ../../x ../y/../z .h b/. c/\n", "a", "build a: cat ../../x ../z .h b c"},
        {"dir = out\nbuild $dir/exe: cat src\n", "out/exe", "build out/exe: cat src"},
        {"build $v: cat $w/x\n  v = late\n  w = y\n", "late", "build late: cat y/x"},
        {"v = file\nbuild a: cat $v\n  v = edge\n", "a", "build a: cat edge"},
        {"build a: cat b\r\n", "a", "build a: cat b"},
        {"build a : cat b \n", "a", "build a: cat b"},
        {"build a:cat b|c||d|@e\n", "a", "build a: cat b | c || d |@ e"},
        {"build caf\xc3\xa9: cat \xe2\x82\xac.c\n", "caf\xc3\xa9",
         "build caf\xc3\xa9: cat \xe2\x82\xac.c"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m = {0};
        char text[512];
        snprintf(text, sizeof text, CAT "%s", cases[i].text);
        manifest_must_parse_text(&m, text);
        assert_string_equal(manifest_statement(&m, cases[i].output), cases[i].expected);
        manifest_free(&m);
    }
}

static void test_one_path_is_one_file_however_it_is_spelled(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, CAT "build out: cat in/1 in//2\n"
                                     "build in/1: cat\n"
                                     "build in/../in/2: cat\n");
    const struct graph_job *out = manifest_job(&m, "out");
    assert_int_equal(m.graph->files.data[graph_inputs(m.graph, out)[0]].producer, 1);
    assert_int_equal(m.graph->files.data[graph_inputs(m.graph, out)[1]].producer, 2);
    assert_int_equal(graph_find_file(m.graph, "in//2", 5), GRAPH_NONE);
    manifest_free(&m);
}

static void test_job_says_where_it_is_declared(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, CAT "# comment\n"
                                     "build a $\n"
                                     "  b: cat\n"
                                     "\n"
                                     "build c: cat\n");
    assert_int_equal(manifest_job(&m, "b")->line, 4);
    assert_int_equal(manifest_job(&m, "c")->line, 7);
    assert_string_equal(graph_str(m.graph, manifest_job(&m, "c")->manifest), "input");
    manifest_free(&m);
}

static void test_keywords_are_names_where_a_name_is_expected(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "rule build\n"
                                 "  command = rule run $out\n"
                                 "build subninja: build include default foo.cc\n"
                                 "default subninja\n");
    assert_string_equal(manifest_statement(&m, "subninja"),
                        "build subninja: build include default foo.cc");
    manifest_free(&m);
}

static void test_comments_and_blank_lines_are_skipped_where_indented_too(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "  #indented comment\n"
                                 "  \n"
                                 "rule cat\n"
                                 "  command = cat $in > $out\n"
                                 "  #generator = 1\n"
                                 "  restat = 1 # not a comment\n"
                                 "  #comment\n"
                                 "build result: cat in_1.cc in-2.O\n"
                                 "  #comment\n"
                                 "  \n"
                                 "variable=1\n"
                                 "build $variable: cat\n");
    assert_int_equal(manifest_job(&m, "result")->flags, GRAPH_JOB_RESTAT);
    manifest_job(&m, "1");
    manifest_free(&m);
}

static void test_crlf_is_accepted(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "# comment with crlf\r\n",
        "foo = foo\nbar = bar\r\n",
        "pool link_pool\r\n  depth = 15\r\n\r\n",
        "rule xyz\r\n  command = something$expand \r\n  description = YAY!\r\n",
        "x = a$\r\n  b\r\nbuild $x: phony c $\r\n  d\r\n  y = z\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct manifest m = {0};
        manifest_must_parse_text(&m, texts[i]);
        manifest_free(&m);
    }
}

static void test_rule_may_set_each_of_its_variables(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "rule cat\n"
                                 "  command = a\n"
                                 "  depfile = a\n"
                                 "  deps = a\n"
                                 "  description = a\n"
                                 "  dyndep = a\n"
                                 "  generator = a\n"
                                 "  msvc_deps_prefix = a\n"
                                 "  pool = a\n"
                                 "  restat = a\n"
                                 "  rspfile = a\n"
                                 "  rspfile_content = a\n");
    manifest_free(&m);
}

static void test_flags(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t flags;
    } cases[] = {
        {"rule r\n  command = c\nbuild a: r\n", 0},
        {"rule r\n  command = c\n  restat = 1\nbuild a: r\n", GRAPH_JOB_RESTAT},
        {"rule r\n  command = c\n  restat =\nbuild a: r\n", 0},
        {"rule r\n  command = c\n  restat = 1\nbuild a: r\n  restat =\n", 0},
        {"rule r\n  command = c\nbuild a: r\n  restat = 1\n", GRAPH_JOB_RESTAT},
        {"rule r\n  command = c\n  generator = 1\nbuild a: r\n", GRAPH_JOB_GENERATOR},
        {"rule r\n  command = c\n  deps = gcc\n  depfile = d\nbuild a: r\n", GRAPH_JOB_DEPS_GCC},
        {"rule r\n  command = c\n  deps = gcc\nbuild a b: r\n", GRAPH_JOB_DEPS_GCC},
        {"rule r\n  command = c\n  deps = $kind\nbuild a: r\n  kind = msvc\n", GRAPH_JOB_DEPS_MSVC},
        {"rule r\n  command = c\n  deps = gcc\nbuild a: r\n  deps =\n", 0},
        {"build a: phony b\n", GRAPH_JOB_PHONY},
        {"restat = 1\nrule r\n  command = c\nbuild a: r\n", GRAPH_JOB_RESTAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m = {0};
        manifest_must_parse_text(&m, cases[i].text);
        assert_int_equal(manifest_job(&m, "a")->flags, cases[i].flags);
        manifest_free(&m);
    }
}

static void test_deps_prefix_is_kept_for_msvc(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "rule r\n  command = c\n  deps = msvc\n"
                                 "  msvc_deps_prefix = Hinweis: $w: \n"
                                 "w = Einlesen\n"
                                 "build a: r\n"
                                 "build b: r\n  msvc_deps_prefix =\n");
    assert_string_equal(graph_str(m.graph, manifest_job(&m, "a")->msvc_deps_prefix),
                        "Hinweis: Einlesen: ");
    assert_int_equal(manifest_job(&m, "b")->msvc_deps_prefix, GRAPH_NONE);
    manifest_free(&m);
}

static void test_pools(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "n = 1\n"
                                 "pool link\n  depth = ${n}5\n"
                                 "pool none\n  depth = 0\n"
                                 "pool twice\n  depth = 1\n  depth = 2\n"
                                 "rule r\n  command = c\n  pool = link\n"
                                 "build a: r\n"
                                 "build b: r\n  pool =\n"
                                 "build c: r\n  pool = console\n"
                                 "build d: r\n  pool = $p\n"
                                 "p = twice\n"
                                 "build e: r\n  pool = $p\n");
    const struct graph_pool *pools = m.graph->pools.data;
    assert_int_equal(m.graph->pools.count, 5);
    assert_string_equal(graph_str(m.graph, pools[2].name), "link");
    assert_int_equal(pools[2].depth, 15);
    assert_int_equal(pools[3].depth, 0);
    assert_int_equal(pools[4].depth, 2);
    assert_int_equal(manifest_job(&m, "a")->pool, 2);
    assert_int_equal(manifest_job(&m, "b")->pool, GRAPH_POOL_DEFAULT);
    assert_int_equal(manifest_job(&m, "c")->pool, GRAPH_POOL_CONSOLE);
    assert_int_equal(manifest_job(&m, "d")->pool, GRAPH_POOL_DEFAULT); /* $p was not set then */
    assert_int_equal(manifest_job(&m, "e")->pool, 4);
    manifest_free(&m);
}

static void test_default_statements_add_up(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, CAT "build a: cat foo\n"
                                     "build b: cat foo\n"
                                     "build c: cat foo\n"
                                     "build d: cat foo\n"
                                     "third = c\n"
                                     "default a ./b\n"
                                     "default $third\n");
    struct file_list targets = {0};
    assert_int_equal(graph_default_targets(m.graph, &targets, NULL), JIG_OK);
    assert_int_equal(targets.count, 3);
    assert_string_equal(graph_path(m.graph, targets.data[0]), "a");
    assert_string_equal(graph_path(m.graph, targets.data[1]), "b");
    assert_string_equal(graph_path(m.graph, targets.data[2]), "c");
    vec_free(&targets);
    manifest_free(&m);
}

static void test_without_default_statements_there_are_no_defaults(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, CAT "build a: cat foo\nbuild b: cat foo\n");
    assert_int_equal(m.graph->defaults.count, 0);
    manifest_free(&m);
}

static void test_phony_self_reference_is_dropped_with_a_warning(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "build a: phony a\n"
                                 "build b: phony x b y || b z |@ b\n");
    assert_string_equal(manifest_statement(&m, "a"), "build a: phony");
    assert_string_equal(manifest_statement(&m, "b"), "build b: phony x y || z |@ b");
    assert_string_equal(buf_cstr(&m.warnings), "phony target 'a' names itself as an input; "
                                               "ignoring [-w phonycycle=warn]\n"
                                               "phony target 'b' names itself as an input; "
                                               "ignoring [-w phonycycle=warn]\n");
    manifest_free(&m);
}

static void test_phony_self_reference_stays_when_it_is_to_be_an_error(void **state)
{
    (void)state;
    struct manifest m = {.options.phony_cycle_error = true};
    manifest_must_parse_text(&m, "build a: phony a\n");
    assert_string_equal(manifest_statement(&m, "a"), "build a: phony a");
    assert_int_equal(m.warnings.length, 0);
    manifest_free(&m);
}

static void test_only_the_self_reference_that_old_cmake_wrote_is_dropped(void **state)
{
    (void)state;
    static const char *const kept[] = {"build a b: phony a", "build a | b: phony a",
                                       "build a: phony a | c", "build | a: phony a"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        struct manifest m = {0};
        char text[128];
        snprintf(text, sizeof text, "%s\n", kept[i]);
        manifest_must_parse_text(&m, text);
        assert_string_equal(manifest_statement(&m, "a"), kept[i]);
        assert_int_equal(m.warnings.length, 0);
        manifest_free(&m);
    }
}

static void test_dyndep_may_be_any_input(void **state)
{
    (void)state;
    static const char *const statements[] = {
        "build result: cat in dd\n  dyndep = dd\n",
        "build result: cat in | dd\n  dyndep = ./dd\n",
        "rule dyn\n  command = c\n  dyndep = $in\nbuild result: dyn dd\n",
        "d = d\nbuild result: cat in || dd\n  dyndep = $d$d\n",
    };
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        struct manifest m = {0};
        char text[256];
        snprintf(text, sizeof text, CAT "%s", statements[i]);
        manifest_must_parse_text(&m, text);
        const struct graph_job *job = manifest_job(&m, "result");
        assert_int_equal(job->flags, GRAPH_JOB_DYNDEP);
        assert_string_equal(graph_path(m.graph, job->dyndep), "dd");
        manifest_free(&m);
    }
}

static void test_without_dyndep_there_is_none(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, CAT "build result: cat in\n");
    assert_int_equal(manifest_job(&m, "result")->dyndep, GRAPH_NONE);
    manifest_free(&m);
}

static void test_required_version(void **state)
{
    (void)state;
    static const struct {
        const char *text, *warning;
    } cases[] = {
        {"ninja_required_version = 1\n", ""},
        {"ninja_required_version = 1.3\n", ""},
        {"ninja_required_version = 1.14\nx = a$^b\n", ""},
        {"ninja_required_version = 0.9\n",
         "ninja executable version (1.13.0) greater than build file ninja_required_version (0.9); "
         "versions may be incompatible.\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m = {0};
        manifest_must_parse_text(&m, cases[i].text);
        assert_string_equal(buf_cstr(&m.warnings), cases[i].warning);
        manifest_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_manifest),
        cmocka_unit_test(test_build_statements),
        cmocka_unit_test(test_one_path_is_one_file_however_it_is_spelled),
        cmocka_unit_test(test_job_says_where_it_is_declared),
        cmocka_unit_test(test_keywords_are_names_where_a_name_is_expected),
        cmocka_unit_test(test_comments_and_blank_lines_are_skipped_where_indented_too),
        cmocka_unit_test(test_crlf_is_accepted),
        cmocka_unit_test(test_rule_may_set_each_of_its_variables),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_deps_prefix_is_kept_for_msvc),
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_default_statements_add_up),
        cmocka_unit_test(test_without_default_statements_there_are_no_defaults),
        cmocka_unit_test(test_phony_self_reference_is_dropped_with_a_warning),
        cmocka_unit_test(test_phony_self_reference_stays_when_it_is_to_be_an_error),
        cmocka_unit_test(test_only_the_self_reference_that_old_cmake_wrote_is_dropped),
        cmocka_unit_test(test_dyndep_may_be_any_input),
        cmocka_unit_test(test_without_dyndep_there_is_none),
        cmocka_unit_test(test_required_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
