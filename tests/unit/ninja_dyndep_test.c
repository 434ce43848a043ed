/* Dyndep files: what they say, and what they must not say. */
#include "ninja_manifest.h"

#include "engine/manifest/ninja/dyndep.h"

#include <stdlib.h>

#define VERSION "ninja_dyndep_version = 1\n"
#define MANIFEST                                                                                   \
    "rule touch\n"                                                                                 \
    "  command = touch $out\n"                                                                     \
    "build out otherout: touch || input\n"                                                         \
    "  dyndep = input\n"

/* Loads `text` as the dyndep file "input" of `manifest`'s jobs. */
static enum jig_status load(struct manifest *m, const char *manifest, const char *text,
                            struct dyndep *out)
{
    manifest_add(m, "build.ninja", manifest);
    manifest_must_parse(m);
    manifest_add(m, "input", text);
    file_id file = graph_find_file(m->graph, "input", 5);
    assert_int_not_equal(file, GRAPH_NONE);
    return dyndep_load(m->graph, file, &m->options, out, &m->error);
}

/* Each job as "FIRST OUTPUT > further outputs < further inputs", with "!" for restat. */
static char *describe(const struct manifest *m, const struct dyndep *dyndep)
{
    struct buf out = {0};
    buf_append_str(&out, "");
    for (uint32_t i = 0; i < dyndep->jobs.count; i++) {
        const struct dyndep_job *job = &dyndep->jobs.data[i];
        const char *path = buf_cstr(&dyndep->paths) + job->paths;
        buf_printf(&out, "%s%s >",
                   graph_path(m->graph, graph_job_key(m->graph, &m->graph->jobs.data[job->job])),
                   job->restat ? "!" : "");
        for (uint32_t k = 0; k < job->output_count + job->input_count; k++) {
            buf_printf(&out, k == job->output_count ? " < %s" : " %s", path);
            path += strlen(path) + 1;
        }
        buf_append_char(&out, '\n');
    }
    return out.data;
}

static void test_statements(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {VERSION "build out: dyndep\n", "out >\n"},
        {"ninja_dyndep_version = 1-extra\nbuild out: dyndep\n", "out >\n"},
        {"ninja_dyndep_version = 1.0\nbuild out: dyndep\n", "out >\n"},
        {"ninja_dyndep_version = 1.0-extra\nbuild out: dyndep\n", "out >\n"},
        {"# comment\n" VERSION "build out: dyndep\n", "out >\n"},
        {"\n" VERSION "build out: dyndep\n", "out >\n"},
        {"# comment\r\n\r\nninja_dyndep_version = 1\r\nbuild out: dyndep\r\n", "out >\n"},
        {VERSION "build out | : dyndep |\n", "out >\n"},
        {VERSION "build out: dyndep | impin\n", "out > < impin\n"},
        {VERSION "build out: dyndep | impin1 impin2\n", "out > < impin1 impin2\n"},
        {VERSION "build out | impout: dyndep\n", "out > impout\n"},
        {VERSION "build out | impout1 impout2 : dyndep\n", "out > impout1 impout2\n"},
        {VERSION "build out | o1 o2: dyndep | i1 i2\n", "out > o1 o2 < i1 i2\n"},
        {VERSION "build out: dyndep\n  restat = 1\n", "out! >\n"},
        {VERSION "build out: dyndep\n  restat =\n", "out >\n"},
        {VERSION "build otherout: dyndep\n", "out >\n"},
        {VERSION "build ./x/../out | ./a//b: dyndep | ../c/ $$d$ e\n", "out > a/b < ../c $d e\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m = {0};
        struct dyndep dyndep = {0};
        if (load(&m, MANIFEST, cases[i].text, &dyndep))
            fail_msg("%s", manifest_error_text(&m));
        char *described = describe(&m, &dyndep);
        assert_string_equal(described, cases[i].expected);
        free(described);
        dyndep_free(&dyndep);
        manifest_free(&m);
    }
}

static void test_several_jobs_share_one_file(void **state)
{
    (void)state;
    struct manifest m = {0};
    struct dyndep dyndep = {0};
    assert_int_equal(load(&m, MANIFEST "build out2: touch input\n  dyndep = input\n",
                          VERSION "build out: dyndep | a\nbuild out2 | b: dyndep\n  restat = 1\n",
                          &dyndep),
                     JIG_OK);
    char *described = describe(&m, &dyndep);
    assert_string_equal(described, "out > < a\nout2! > b\n");
    free(described);
    dyndep_free(&dyndep);
    manifest_free(&m);
}

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "input:1: expected 'ninja_dyndep_version = ...'\n"},
        {"ninja_dyndep_version = 1.0", "input:1: unexpected EOF\nninja_dyndep_version = 1.0\n      "
                                       "                    ^ near here"},
        {"ninja_dyndep_version = 0\n", "input:1: unsupported 'ninja_dyndep_version = 0'\n"
                                       "ninja_dyndep_version = 0\n"
                                       "                        ^ near here"},
        {"ninja_dyndep_version = 1.1\n", "input:1: unsupported 'ninja_dyndep_version = 1.1'\n"
                                         "ninja_dyndep_version = 1.1\n"
                                         "                          ^ near here"},
        {VERSION VERSION, "input:2: unexpected identifier\n"},
        {"not_ninja_dyndep_version = 1\n", "input:1: expected 'ninja_dyndep_version = ...'\n"
                                           "not_ninja_dyndep_version = 1\n"
                                           "                            ^ near here"},
        {"build out: dyndep\n", "input:1: expected 'ninja_dyndep_version = ...'\n"},
        {"= 1\n", "input:1: unexpected '='\n"},
        {" = 1\n", "input:1: unexpected indent\n"},
        {VERSION "rule x\n", "input:2: unexpected 'rule'\n"},
        {VERSION "%\n", "input:2: lexing error\n"},
        {VERSION "build out: dyndep\nbuild out: dyndep\n",
         "input:3: multiple statements for 'out'\nbuild out: dyndep\n         ^ near here"},
        {VERSION "build out: dyndep\nbuild otherout: dyndep\n",
         "input:3: multiple statements for 'otherout'\nbuild otherout: dyndep\n"
         "              ^ near here"},
        {VERSION "build", "input:2: unexpected EOF\nbuild\n     ^ near here"},
        {VERSION "build :\n", "input:2: expected path\nbuild :\n      ^ near here"},
        {VERSION "build missing: dyndep\n",
         "input:2: no build statement exists for 'missing'\nbuild missing: dyndep\n"
         "             ^ near here"},
        {VERSION "build input: dyndep\n",
         "input:2: no build statement exists for 'input'\nbuild input: dyndep\n"
         "           ^ near here"},
        {VERSION "build out", "input:2: unexpected EOF\nbuild out\n         ^ near here"},
        {VERSION "build out:",
         "input:2: expected build command name 'dyndep'\nbuild out:\n          ^ near here"},
        {VERSION "build out: touch",
         "input:2: expected build command name 'dyndep'\nbuild out: touch\n           ^ near here"},
        {VERSION "build out: dyndep",
         "input:2: unexpected EOF\nbuild out: dyndep\n                 ^ near here"},
        {VERSION "build out exp: dyndep\n",
         "input:2: explicit outputs not supported\nbuild out exp: dyndep\n"
         "             ^ near here"},
        {VERSION "build out: dyndep exp\n",
         "input:2: explicit inputs not supported\nbuild out: dyndep exp\n"
         "                     ^ near here"},
        {VERSION "build out: dyndep ||\n",
         "input:2: order-only inputs not supported\nbuild out: dyndep ||\n"
         "                  ^ near here"},
        {VERSION "build out: dyndep\n  not_restat = 1\n",
         "input:3: binding is not 'restat'\n  not_restat = 1\n                ^ near here"},
        {VERSION "build out: dyndep\n  restat = 1\n  restat = 1\n", "input:4: unexpected indent\n"},
        {VERSION "build $x: dyndep\n",
         "input:2: empty path\nbuild $x: dyndep\n        ^ near here"},
        {VERSION "build out: dyndep | $x\n", "input:3: empty path\n"},
        {VERSION "build out | $!: dyndep\n",
         "input:2: bad $-escape (literal $ must be written as $$)\nbuild out | $!: dyndep\n"
         "            ^ near here"},

        /* against the graph */
        {VERSION, "'out' not mentioned in its dyndep file 'input'"},
        {VERSION "build out | out: dyndep\n", "multiple rules generate out"},
        {VERSION "build out | a ./a: dyndep\n", "multiple rules generate a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m = {0};
        struct dyndep dyndep = {0};
        assert_int_not_equal(load(&m, MANIFEST, cases[i].text, &dyndep), JIG_OK);
        assert_string_equal(manifest_error_text(&m), cases[i].error);
        dyndep_free(&dyndep);
        manifest_free(&m);
    }
}

static void test_job_without_the_binding_must_not_be_mentioned(void **state)
{
    (void)state;
    struct manifest m = {0};
    struct dyndep dyndep = {0};
    assert_int_equal(load(&m, MANIFEST "build plain other: touch input\n",
                          VERSION "build out: dyndep\nbuild other: dyndep\n", &dyndep),
                     JIG_ERROR_MANIFEST);
    assert_string_equal(m.error.message,
                        "dyndep file 'input' mentions output 'plain' whose build statement does "
                        "not have a dyndep binding for the file");
    dyndep_free(&dyndep);
    manifest_free(&m);
}

static void test_missing_file(void **state)
{
    (void)state;
    struct manifest m = {0};
    manifest_must_parse_text(&m, "rule r\n  command = c\nbuild a: r || dd\n  dyndep = dd\n");
    struct dyndep dyndep = {0};
    file_id file = graph_find_file(m.graph, "dd", 2);
    assert_int_equal(dyndep_load(m.graph, file, NULL, &dyndep, &m.error), JIG_ERROR_IO);
    assert_string_equal(m.error.message, "loading 'dd': No such file or directory");
    dyndep_free(&dyndep);
    manifest_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements),
        cmocka_unit_test(test_several_jobs_share_one_file),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_job_without_the_binding_must_not_be_mentioned),
        cmocka_unit_test(test_missing_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
