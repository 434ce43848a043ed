/* Recipes: when variables are looked up, where, and how commands are put together. */
#include "ninja_manifest.h"

static void test_commands(void **state)
{
    (void)state;
    static const struct {
        const char *text, *output, *command;
    } cases[] = {
        {"l = one-letter-test\n"
         "rule link\n"
         "  command = ld $l $extra $with_under -o $out $in\n"
         "extra = -pthread\n"
         "with_under = -under\n"
         "build a: link b c\n",
         "a", "ld one-letter-test -pthread -under -o a b c"},
        {"rule link\n"
         "  command = ld $extra -o $out $in\n"
         "nested1 = 1\n"
         "nested2 = $nested1/2\n"
         "build supernested: link x\n"
         "  extra = $nested2/3\n",
         "supernested", "ld 1/2/3 -o supernested x"},
        {"foo = bar\nrule cmd\n  command = cmd $foo $in $out\nbuild inner: cmd a\n  foo = baz\n",
         "inner", "cmd baz a inner"},
        {"rule foo\n  command = ${out}bar$$baz$$$\nblah\nx = $$dollar\nbuild $x: foo y\n",
         "$dollar", "'$dollar'bar$baz$blah"},
        {"rule r\n  command = foo bar $\n    baz\nbuild a: r\n", "a", "foo bar baz"},
        {"rule r\n  command = cat $in_newline > $out\nbuild out: r in in2\n", "out",
         "cat in\nin2 > out"},
        {"rule r\n  command = <$in> <$out>\nbuild a b | c: r d | e || f |@ g\n", "a", "<d> <a b>"},
        {"rule r\n  command = <$in>\nbuild a: r\n", "a", "<>"},
        {"rule r\n  command = <$out>\nbuild | a: r b\n", "a", "<>"},
        {"rule r\n  command = cat $rspfile > $out\n  rspfile = $rspfile\n  rspfile_content = $in\n"
         "build out: r in\n  rspfile = out.rsp\n",
         "out", "cat out.rsp > out"},
        /* what the shell would change is quoted */
        {"rule r\n  command = $in > $out\nbuild a$ b: r it's $$x ok+-_./9\n", "a b",
         "'it'\\''s' '$x' ok+-_./9 > 'a b'"},
        {"rule r\n  command = $in\nbuild a: r caf\xc3\xa9 a=b\n", "a", "'caf\xc3\xa9' 'a=b'"},
        {"rule r\n  command = $in $in_newline\nbuild a: r b$:c\n", "a", "'b:c' 'b:c'"},
        /* a rule's variable that refers to another one */
        {"rule r\n  command = $description; $depfile\n  description = D $out\n  depfile = $out.d\n"
         "build a: r\n",
         "a", "D a; a.d"},
        /* one file's quoting also holds inside a variable that the command refers to */
        {"rule r\n  command = $depfile\n  depfile = $out.d\nbuild a$ b: r\n", "a b", "'a b'.d"},
        /* bindings of a statement do not see each other, nor $in */
        {"x = file\nrule r\n  command = $y\nbuild a: r b\n  x = edge\n  y = $x$in\n", "a", "file"},
        {"rule r\n  command = $x\nbuild a: r\n  x = 1\n  x = 2\n", "a", "2"},
        {"rule r\n  command = 1\n  command = 2\nbuild a: r\n", "a", "2"},
        /* $in and $out cannot be set */
        {"in = x\nrule r\n  command = $in\nbuild a: r b\n  in = y\n", "a", "b"},
        {"rule r\n  command = ${a.b}$a.b\na.b = dotted\na = plain\nbuild x: r\n", "x",
         "dottedplain.b"},
        {"rule r\n  command = [$undefined]\nbuild a: r\n", "a", "[]"},
        {"rule r\n  command = a\\b\\ c \nbuild a: r\n", "a", "a\\b\\ c "},
        {"ninja_required_version = 1.14\nrule r\n  command = a$^b\nbuild a: r\n", "a", "a\nb"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m = {0};
        manifest_must_parse_text(&m, cases[i].text);
        assert_string_equal(manifest_command(&m, cases[i].output), cases[i].command);
        manifest_free(&m);
    }
}

static void test_rule_sees_the_final_value_of_a_files_variable(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "v = first\n"
                                 "rule r\n"
                                 "  command = $v\n"
                                 "  deps = $kind\n"
                                 "build a: r\n"
                                 "v = last\n"
                                 "kind = gcc\n");
    assert_string_equal(manifest_command(&m, "a"), "last");
    assert_int_equal(manifest_job(&m, "a")->flags, GRAPH_JOB_DEPS_GCC);
    manifest_free(&m);
}

static void test_all_else_sees_the_value_at_its_place(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "v = first\n"
                                 "w = $v\n"
                                 "rule r\n"
                                 "  command = $w $x\n"
                                 "build $v/out: r $v/in\n"
                                 "  x = $v\n"
                                 "v = last\n");
    assert_string_equal(manifest_statement(&m, "first/out"), "build first/out: r first/in");
    assert_string_equal(manifest_command(&m, "first/out"), "first first");
    manifest_free(&m);
}

static void test_statement_before_rule_before_file(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "description = file\n"
                                 "rule r\n"
                                 "  command = $description $depfile\n"
                                 "  description = rule\n"
                                 "build a: r\n"
                                 "  x = 1\n"
                                 "build b: r\n"
                                 "  description = statement\n"
                                 "depfile = file\n");
    assert_string_equal(manifest_command(&m, "a"), "rule file");
    assert_string_equal(manifest_command(&m, "b"), "statement file");
    manifest_free(&m);
}

/* As ninja does it: such a statement has no scope of its own, so the file's comes first. */
static void test_statement_without_variables_takes_the_files_before_the_rules(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "command = file\n"
                                 "rule r\n"
                                 "  command = rule\n"
                                 "build a: r\n"
                                 "build b: r\n"
                                 "  x = 1\n");
    assert_string_equal(manifest_command(&m, "a"), "file");
    assert_string_equal(manifest_command(&m, "b"), "rule");
    manifest_free(&m);
}

static void test_rspfile_of_a_file_does_not_apply_to_its_rules(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "rspfile = x.rsp\n"
                                 "rule r\n"
                                 "  command = c\n"
                                 "build a: r\n"
                                 "  y = 1\n");
    assert_int_equal(manifest_job(&m, "a")->rspfile.count, 0);
    manifest_free(&m);
}

static void test_paths_are_not_quoted_but_content_is(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "rule r\n"
                                 "  command = c $depfile\n"
                                 "  description = $out\n"
                                 "  depfile = $out.d\n"
                                 "  rspfile = $out.rsp\n"
                                 "  rspfile_content = $in\n"
                                 "build a$ b: r c$ d\n");
    const struct graph_job *job = manifest_job(&m, "a b");
    assert_string_equal(manifest_rope(&m, job->command), "c 'a b'.d");
    assert_string_equal(manifest_rope(&m, job->description), "'a b'");
    assert_string_equal(manifest_rope(&m, job->depfile), "a b.d");
    assert_string_equal(manifest_rope(&m, job->rspfile), "a b.rsp");
    assert_string_equal(manifest_rope(&m, job->rspfile_content), "'c d'");
    manifest_free(&m);
}

static void test_phony_job_has_no_command(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "command = x\nbuild a: phony b\n");
    assert_int_equal(manifest_job(&m, "a")->command.count, 0);
    manifest_free(&m);
}

static void test_commands_share_their_pieces(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "flags = -O2 -Wall\n"
                                 "rule cc\n  command = cc $flags $inc -c $in -o $out\n"
                                 "build a.o: cc a.c\n  inc = -I include\n"
                                 "build b.o: cc b.c\n  inc = -I include\n");
    const struct graph_job *a = manifest_job(&m, "a.o"), *b = manifest_job(&m, "b.o");
    const str_id *pieces = m.graph->pieces.data;
    assert_int_equal(a->command.count, b->command.count);
    uint32_t different = 0;
    for (uint32_t i = 0; i < a->command.count; i++)
        different += pieces[a->command.begin + i] != pieces[b->command.begin + i];
    assert_int_equal(different, 2); /* $in and $out */
    manifest_free(&m);
}

static void test_cycles(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *message;
    } cases[] = {
        {"  command = $command\n", "cycle in rule variables: command -> command"},
        {"  command = $description\n  description = $command\n",
         "cycle in rule variables: description -> command -> description"},
        {"  command = $restat $description\n  restat = fine\n"
         "  description = $depfile\n  depfile = $rspfile\n  rspfile = $description\n"
         "  rspfile_content = x\n",
         "cycle in rule variables: description -> depfile -> rspfile -> description"},
        {"  command = x\n  description = $description\n",
         "cycle in rule variables: description -> description"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m = {0};
        char text[512];
        snprintf(text, sizeof text, "rule r\n%sbuild ok: phony\nbuild a: r\n  x = 1\n",
                 cases[i].rule);
        manifest_add(&m, "input", text);
        assert_int_equal(manifest_parse(&m), JIG_ERROR_MANIFEST);
        assert_string_equal(m.error.message, cases[i].message);
        assert_string_equal(m.error.file, "input");
        assert_int_not_equal(m.error.line, 0);
        manifest_free(&m);
    }
}

static void test_what_looks_like_a_cycle_but_is_none(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "rule r\n"
                                 "  command = $description $description $depfile\n"
                                 "  description = $depfile\n"
                                 "  depfile = $command\n"
                                 "build a: r\n"
                                 "  depfile = d\n");
    assert_string_equal(manifest_command(&m, "a"), "d d d");
    manifest_free(&m);
}

static void test_cycle_in_pool_and_dyndep(void **state)
{
    (void)state;
    assert_manifest_error("rule r\n  command = c\n  pool = $pool\nbuild a: r\n",
                          "input:4: cycle in rule variables: pool -> pool");
    assert_manifest_error("rule r\n  command = c\n  dyndep = $dyndep\nbuild a: r\n",
                          "input:4: cycle in rule variables: dyndep -> dyndep");
}

static void test_unknown_deps_type(void **state)
{
    (void)state;
    assert_manifest_error("rule r\n  command = c\n  deps = $t\nbuild ok: phony\nbuild a: r\n"
                          "t = bogus\n",
                          "input:5: unknown deps type 'bogus'");
}

static void test_recipe_digest_follows_the_command(void **state)
{
    (void)state;
    struct manifest one = {0}, same = {0}, other = {0};
    manifest_must_parse_text(&one, "rule r\n  command = cc $x\nbuild a: r\n  x = -O2\n");
    manifest_must_parse_text(&same, "f = O2\nrule r\n  command = cc -$f\nbuild a: r\n");
    manifest_must_parse_text(&other, "rule r\n  command = cc $x\nbuild a: r\n  x = -O3\n");
    struct digest digest = manifest_job(&one, "a")->recipe;
    assert_true(digest_equal(digest, manifest_job(&same, "a")->recipe));
    assert_false(digest_equal(digest, manifest_job(&other, "a")->recipe));
    manifest_free(&one);
    manifest_free(&same);
    manifest_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_rule_sees_the_final_value_of_a_files_variable),
        cmocka_unit_test(test_all_else_sees_the_value_at_its_place),
        cmocka_unit_test(test_statement_before_rule_before_file),
        cmocka_unit_test(test_statement_without_variables_takes_the_files_before_the_rules),
        cmocka_unit_test(test_rspfile_of_a_file_does_not_apply_to_its_rules),
        cmocka_unit_test(test_paths_are_not_quoted_but_content_is),
        cmocka_unit_test(test_phony_job_has_no_command),
        cmocka_unit_test(test_commands_share_their_pieces),
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_what_looks_like_a_cycle_but_is_none),
        cmocka_unit_test(test_cycle_in_pool_and_dyndep),
        cmocka_unit_test(test_unknown_deps_type),
        cmocka_unit_test(test_recipe_digest_follows_the_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
