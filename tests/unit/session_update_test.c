/*
 * Updates, as a program sees them that has the public headers. That they do the right thing
 * whatever happens is for tests/model; here is what each single promise of jig/session.h means.
 */
#include "session_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NINJA                                                                                      \
    "rule cat\n  command = cat $in > $out\n"                                                       \
    "rule strict\n  command = ! grep -q FAIL $in && cat $in > $out\n"                              \
    "build a.out: strict a\n"                                                                      \
    "build b.out: cat b\n"                                                                         \
    "build ab.out: cat a.out b.out\n"

#define PIPELINES                                                                                  \
    "version: 1\n"                                                                                 \
    "pipelines:\n"                                                                                 \
    "  - name: upper\n"                                                                            \
    "    sources: src/**/*.txt\n"                                                                  \
    "    generate: { shell: \"tr a-z A-Z < {source} > {out}\" }\n"                                 \
    "    outputs: gen/{dir}/{stem}.up\n"

static void open_ninja(struct probe *probe)
{
    put("build.ninja", NINJA);
    put("a", "a\n");
    put("b", "b\n");
    probe_open(probe, "build.ninja", NULL);
    assert_int_equal(probe_build(probe), JIG_OK);
    assert_string_equal(probe->ran, "a.out ab.out b.out");
}

static void open_pipelines(struct probe *probe)
{
    put("jig.yaml", PIPELINES);
    put("src/a.txt", "a\n");
    put("src/deep/b.txt", "b\n");
    probe_open(probe, "jig.yaml", NULL);
    assert_int_equal(probe_build(probe), JIG_OK);
    assert_string_equal(probe->ran, "gen/src/a.up gen/src/deep/b.up");
}

/* ---- what happens meanwhile ---------------------------------------------------------------- */

static void come_and_go(struct probe *probe)
{
    probe->on_removed = NULL;
    put("src/c.txt", "c\n");
    assert_int_equal(unlink("src/b.txt"), 0);
}

static void edit_b(struct probe *probe, const char *output)
{
    (void)output;
    probe->on_explain = NULL;
    put("b", "while it was not looked at\n");
}

/* A write has its stamp before its data: the job may have read what was there before. */
static void test_a_source_written_just_before_its_job_starts_is_read_again(void **state)
{
    (void)state;
    struct probe probe = {0};
    open_ninja(&probe);
    put("b", "b2\n");
    probe.on_explain = edit_b;
    assert_int_equal(probe_changed(&probe, "b"), JIG_OK);
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_string_equal(probe.ran, "b.out");
    assert_string_equal(get("ab.out"), "a\nwhile it was not looked at\n");
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_string_equal(probe.ran, "");
    probe_close(&probe);
}

/* The folder is read again after an output in it was deleted: what else is different there then
 * must not be taken for known. */
static void test_sources_that_come_and_go_beside_a_deleted_output_count(void **state)
{
    (void)state;
    struct probe probe;
    put("jig.yaml", "version: 1\n"
                    "pipelines:\n"
                    "  - name: upper\n"
                    "    sources: src/*.txt\n"
                    "    generate: { shell: \"tr a-z A-Z < {source} > {out}\" }\n"
                    "    outputs: src/{stem}.up\n");
    put("src/a.txt", "a\n");
    put("src/b.txt", "b\n");
    probe_open(&probe, "jig.yaml", NULL);
    assert_int_equal(probe_build(&probe), JIG_OK);
    probe.on_removed = come_and_go;
    assert_int_equal(unlink("src/a.txt"), 0);
    jig_change_set_removed(probe.changes, "src/a.txt", NULL);
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_null(probe.on_removed);
    jig_change_set_removed(probe.changes, "src/b.txt", NULL);
    jig_change_set_add(probe.changes, "src/c.txt", NULL);
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_string_equal(get("src/c.up"), "C\n");
    assert_int_equal(access("src/a.up", F_OK), -1);
    assert_int_equal(access("src/b.up", F_OK), -1);
    probe_close(&probe);
}

/* The file holds the same before and after: only its times tell. */
static void test_what_a_job_reads_while_it_is_written_does_not_stay(void **state)
{
    (void)state;
    struct probe probe;
    put("jig.yaml", "version: 1\n"
                    "pipelines:\n"
                    "  - name: upper\n"
                    "    sources: src/*.txt\n"
                    "    generate:\n"
                    "      shell: |\n"
                    "        swap=.swap; keep=.keep\n"
                    "        if [ -e $swap ]; then cp {source} $keep; : > {source}; fi\n"
                    "        tr a-z A-Z < {source} > {out}\n"
                    "        if [ -e $swap ]; then rm $swap; cp $keep {source}; fi\n"
                    "    outputs: gen/{stem}.up\n");
    put("src/a.txt", "a\n");
    probe_open(&probe, "jig.yaml", NULL);
    assert_int_equal(probe_build(&probe), JIG_OK);
    put("src/a.txt", "other\n");
    put(".swap", "");
    assert_int_equal(probe_changed(&probe, "src/a.txt"), JIG_OK);
    assert_int_equal(probe_changed(&probe, "src/a.txt"), JIG_OK);
    assert_string_equal(get("gen/a.up"), "OTHER\n");
    probe_close(&probe);
}

/* ---- what a change set may name ------------------------------------------------------------ */

static void test_a_named_file_that_changed_runs_what_depends_on_it(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    put("b", "other\n");
    assert_int_equal(probe_changed(&probe, "b"), JIG_OK);
    assert_string_equal(probe.ran, "ab.out b.out");
    assert_string_equal(get("ab.out"), "a\nother\n");
    probe_close(&probe);
}

static void test_a_named_file_that_did_not_change_runs_nothing(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    uint64_t generation = probe.result.generation;
    assert_int_equal(probe_changed(&probe, "b"), JIG_OK);
    assert_string_equal(probe.ran, "");
    assert_int_equal(probe.result.generation, generation);
    probe_close(&probe);
}

static void test_an_empty_set_runs_nothing(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_string_equal(probe.ran, "");
    assert_int_equal(probe.result.kind, JIG_UPDATE_NONE);
    probe_close(&probe);
}

/* The kinds say what somebody believes has happened; what is there decides. */
static void test_a_wrong_kind_does_no_harm(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    put("b", "other\n");
    jig_change_set_removed(probe.changes, "b", NULL);
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_string_equal(probe.ran, "ab.out b.out");
    put("b", "again\n");
    jig_change_set_add(probe.changes, "b", NULL);
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_string_equal(probe.ran, "ab.out b.out");
    probe_close(&probe);
}

static void test_absolute_and_odd_spellings_name_the_same_file(void **state)
{
    const char *root = *state;
    struct probe probe;
    char path[256];
    open_ninja(&probe);
    put("b", "1\n");
    snprintf(path, sizeof path, "%s/b", root);
    assert_int_equal(probe_changed(&probe, path), JIG_OK);
    assert_string_equal(probe.ran, "ab.out b.out");
    put("b", "22\n");
    assert_int_equal(probe_changed(&probe, ".//x/../b"), JIG_OK);
    assert_string_equal(probe.ran, "ab.out b.out");
    put("b", "333\n");
    snprintf(path, sizeof path, "..%s/b", strrchr(root, '/'));
    assert_int_equal(probe_changed(&probe, path), JIG_OK);
    assert_string_equal(probe.ran, "ab.out b.out");
    probe_close(&probe);
}

static void test_paths_outside_and_never_seen_do_no_harm(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    jig_change_set_add(probe.changes, "never/seen", NULL);
    jig_change_set_removed(probe.changes, "/no/such/place", NULL);
    jig_change_set_updated(probe.changes, "../../../..", NULL);
    jig_change_set_updated(probe.changes, "/etc/passwd", NULL);
    jig_change_set_updated(probe.changes, "b", NULL);
    put("b", "other\n");
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_string_equal(probe.ran, "ab.out b.out");
    probe_close(&probe);
}

static void test_a_file_outside_counts_if_a_job_reads_it(void **state)
{
    const char *root = *state;
    struct probe probe;
    char outside[256], manifest[512];
    snprintf(outside, sizeof outside, "%s-outside", root);
    put(outside, "1\n");
    snprintf(manifest, sizeof manifest, "rule cat\n  command = cat $in > $out\nbuild out: cat %s\n",
             outside);
    put("build.ninja", manifest);
    probe_open(&probe, "build.ninja", NULL);
    assert_int_equal(probe_build(&probe), JIG_OK);
    put(outside, "two\n");
    enum jig_status status = probe_changed(&probe, outside);
    unlink(outside);
    assert_int_equal(status, JIG_OK);
    assert_string_equal(probe.ran, "out");
    assert_string_equal(get("out"), "two\n");
    probe_close(&probe);
}

static void test_a_folder_stands_for_all_in_it(void **state)
{
    (void)state;
    struct probe probe;
    open_pipelines(&probe);
    put("src/a.txt", "other\n");
    put("src/deep/b.txt", "other\n");
    put("src/new/deep/c.txt", "c\n");
    assert_int_equal(probe_changed(&probe, "src"), JIG_OK);
    assert_string_equal(probe.ran, "gen/src/a.up gen/src/deep/b.up gen/src/new/deep/c.up");
    assert_string_equal(get("gen/src/new/deep/c.up"), "C\n");
    probe_close(&probe);
}

static void test_the_root_is_a_folder_too(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    put("a", "other\n");
    put("b", "other\n");
    assert_int_equal(probe_changed(&probe, "."), JIG_OK);
    assert_string_equal(probe.ran, "a.out ab.out b.out");
    probe_close(&probe);
}

/* Folders of a manifest are known by its files alone, in every way to spell them; here one of them
 * is read through a depfile only, and one by its absolute path. */
static void test_folders_of_a_manifest(void **state)
{
    const char *root = *state;
    struct probe probe;
    char manifest[1024], path[256];
    snprintf(manifest, sizeof manifest,
             "rule cat\n  command = cat $in > $out\n"
             "rule deps\n  command = cat $in > $out && echo $out: headers/deep/h > $out.d\n"
             "  depfile = $out.d\n"
             "build in.out: cat in/deep/a\n"
             "build inner.out: cat inner/b\n"
             "build absolute.out: cat %s/other/deep/c\n"
             "build deps.out: deps d\n",
             root);
    put("build.ninja", manifest);
    put("in/deep/a", "1\n");
    put("inner/b", "1\n");
    put("other/deep/c", "1\n");
    put("headers/deep/h", "1\n");
    put("d", "1\n");
    probe_open(&probe, "build.ninja", NULL);
    assert_int_equal(probe_build(&probe), JIG_OK);
    put("in/deep/a", "22\n");
    put("inner/b", "22\n");
    assert_int_equal(probe_changed(&probe, "in"), JIG_OK);
    assert_string_equal(probe.ran, "in.out");
    snprintf(path, sizeof path, "%s/inner/", root);
    assert_int_equal(probe_changed(&probe, path), JIG_OK);
    assert_string_equal(probe.ran, "inner.out");
    put("other/deep/c", "22\n");
    assert_int_equal(probe_changed(&probe, "other"), JIG_OK);
    assert_string_equal(probe.ran, "absolute.out");
    put("headers/deep/h", "22\n");
    snprintf(path, sizeof path, "..%s/headers", strrchr(root, '/'));
    assert_int_equal(probe_changed(&probe, path), JIG_OK);
    assert_string_equal(probe.ran, "deps.out");
    assert_int_equal(unlink("in/deep/a") | rmdir("in/deep") | rmdir("in"), 0);
    jig_change_set_removed(probe.changes, "in", NULL);
    assert_int_equal(probe_update(&probe), JIG_ERROR_MANIFEST);
    probe_close(&probe);
}

static void test_a_folder_around_the_root_has_everything_in_it(void **state)
{
    const char *root = *state;
    struct probe probe;
    char above[256];
    open_ninja(&probe);
    put("a", "other\n");
    put("b", "other\n");
    assert_int_equal(probe_changed(&probe, ".."), JIG_OK);
    assert_string_equal(probe.ran, "a.out ab.out b.out");
    put("a", "another one\n");
    snprintf(above, sizeof above, "%.*s", (int)(strrchr(root, '/') - root), root);
    assert_int_equal(probe_changed(&probe, above), JIG_OK);
    assert_string_equal(probe.ran, "a.out ab.out");
    put("b", "another one\n");
    assert_int_equal(probe_changed(&probe, "/"), JIG_OK);
    assert_string_equal(probe.ran, "ab.out b.out");
    probe_close(&probe);
}

static void test_a_folder_around_the_root_of_pipelines(void **state)
{
    const char *root = *state;
    struct probe probe;
    char above[256];
    open_pipelines(&probe);
    put("src/a.txt", "other\n");
    put("src/new/c.txt", "c\n");
    assert_int_equal(probe_changed(&probe, ".."), JIG_OK);
    assert_string_equal(probe.ran, "gen/src/a.up gen/src/new/c.up");
    put("src/a.txt", "another one\n");
    snprintf(above, sizeof above, "%.*s", (int)(strrchr(root, '/') - root), root);
    assert_int_equal(probe_changed(&probe, above), JIG_OK);
    assert_string_equal(probe.ran, "gen/src/a.up");
    put("src/a.txt", "a third one\n");
    assert_int_equal(probe_changed(&probe, root), JIG_OK);
    assert_string_equal(probe.ran, "gen/src/a.up");
    put("src/new/c.txt", "another one\n");
    snprintf(above, sizeof above, "..%s/src/new", strrchr(root, '/'));
    assert_int_equal(probe_changed(&probe, above), JIG_OK);
    assert_string_equal(probe.ran, "gen/src/new/c.up");
    probe_close(&probe);
}

static void test_a_folder_that_becomes_a_link_is_followed(void **state)
{
    (void)state;
    struct probe probe;
    put("build.ninja", "rule cat\n  command = cat $in > $out\nbuild out: cat lib/deep/x\n");
    put("lib/deep/x", "1\n");
    put("releases/two/deep/x", "two\n");
    put("releases/three/deep/x", "three\n");
    probe_open(&probe, "build.ninja", NULL);
    assert_int_equal(probe_build(&probe), JIG_OK);
    assert_int_equal(rename("lib", "releases/one") | symlink("releases/two", "lib"), 0);
    assert_int_equal(probe_changed(&probe, "lib"), JIG_OK);
    assert_string_equal(probe.ran, "out");
    assert_string_equal(get("out"), "two\n");
    assert_true(probe.result.folders_changed);
    put("releases/two/deep/x", "twenty\n");
    assert_int_equal(probe_changed(&probe, "releases/two/deep/x"), JIG_OK);
    assert_string_equal(get("out"), "twenty\n");
    assert_false(probe.result.folders_changed);
    assert_int_equal(unlink("lib") | symlink("releases/three", "lib"), 0);
    assert_int_equal(probe_changed(&probe, "lib"), JIG_OK);
    assert_string_equal(get("out"), "three\n");
    put("releases/two/deep/x", "nobody's\n");
    assert_int_equal(probe_changed(&probe, "releases/two/deep/x"), JIG_OK);
    assert_string_equal(probe.ran, "");
    put("releases/three/deep/x", "thirty\n");
    assert_int_equal(probe_changed(&probe, "releases/three/deep"), JIG_OK);
    assert_string_equal(get("out"), "thirty\n");
    probe_close(&probe);
}

static void test_what_is_not_named_is_believed_to_be_as_it_was(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    put("a", "other\n");
    put("b", "other\n");
    assert_int_equal(probe_changed(&probe, "b"), JIG_OK);
    if (probe.result.kind != JIG_UPDATE_FULL)
        assert_string_equal(probe.ran, "ab.out b.out");
    jig_change_set_lose(probe.changes, "a test says so");
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_int_equal(probe.result.kind, JIG_UPDATE_FULL);
    assert_string_equal(probe.result.full_reason, "a test says so");
    assert_string_equal(get("ab.out"), "other\nother\n");
    probe_close(&probe);
}

/* ---- sources that come and go --------------------------------------------------------------- */

static void test_a_source_that_comes_and_goes(void **state)
{
    (void)state;
    struct probe probe;
    open_pipelines(&probe);
    put("src/c.txt", "c\n");
    jig_change_set_add(probe.changes, "src/c.txt", NULL);
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_string_equal(probe.ran, "gen/src/c.up");
    unlink("src/c.txt");
    jig_change_set_removed(probe.changes, "src/c.txt", NULL);
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_string_equal(probe.ran, "");
    assert_string_equal(probe.removed, "gen/src/c.up");
    assert_int_not_equal(access("gen/src/c.up", F_OK), 0);
    probe_close(&probe);
}

static void test_an_output_that_was_deleted_is_made_again(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    unlink("ab.out");
    assert_int_equal(probe_changed(&probe, "ab.out"), JIG_OK);
    assert_string_equal(probe.ran, "ab.out");
    probe_close(&probe);
}

static void test_a_manifest_that_changed_is_read_again(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    put("build.ninja", NINJA "build c.out: cat a b\n");
    assert_int_equal(probe_changed(&probe, "build.ninja"), JIG_OK);
    assert_string_equal(probe.ran, "c.out");
    assert_int_equal(probe.result.kind, JIG_UPDATE_FULL);
    assert_string_equal(probe.result.full_reason, "the manifest changed");
    probe_close(&probe);
}

static void test_a_manifest_that_is_wrong_and_right_again(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    put("build.ninja", NINJA "build\n");
    assert_int_equal(probe_changed(&probe, "build.ninja"), JIG_ERROR_SYNTAX);
    assert_int_equal(probe.error.line, 8);
    put("b", "other\n");
    assert_int_not_equal(probe_changed(&probe, "b"), JIG_OK);
    put("build.ninja", NINJA);
    assert_int_equal(probe_changed(&probe, "build.ninja"), JIG_OK);
    assert_string_equal(probe.ran, "ab.out b.out");
    probe_close(&probe);
}

/* ---- failure and repair ---------------------------------------------------------------------- */

static void test_what_failed_is_tried_again_by_each_update(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    uint64_t generation = probe.result.generation;
    put("a", "FAIL\n");
    assert_int_equal(probe_changed(&probe, "a"), JIG_ERROR_JOB);
    assert_string_equal(probe.ran, "a.out");
    assert_int_equal(probe.result.jobs_failed, 1);
    assert_int_equal(probe_update(&probe), JIG_ERROR_JOB);
    assert_string_equal(probe.ran, "a.out");
    assert_int_equal(probe.result.generation, generation);
    put("a", "right\n");
    assert_int_equal(probe_changed(&probe, "a"), JIG_OK);
    assert_string_equal(probe.ran, "a.out ab.out");
    assert_string_equal(get("ab.out"), "right\nb\n");
    assert_int_equal(probe.result.generation, generation + 1);
    probe_close(&probe);
}

static void test_what_was_not_reached_is_made_up_for(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    put("a", "FAIL\n");
    put("b", "other\n");
    jig_change_set_updated(probe.changes, "a", NULL);
    assert_int_equal(probe_changed(&probe, "b"), JIG_ERROR_JOB);
    assert_string_equal(probe.ran, "a.out b.out");
    put("a", "a\n"); /* as it was: a.out is right as it is */
    assert_int_equal(probe_changed(&probe, "a"), JIG_OK);
    assert_string_equal(probe.ran, "ab.out");
    assert_string_equal(get("ab.out"), "a\nother\n");
    probe_close(&probe);
}

static void test_a_missing_source_and_its_return(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    unlink("b");
    assert_int_equal(probe_changed(&probe, "b"), JIG_ERROR_MANIFEST);
    assert_string_equal(probe.ran, "");
    put("b", "back\n");
    assert_int_equal(probe_changed(&probe, "b"), JIG_OK);
    assert_string_equal(probe.ran, "ab.out b.out");
    probe_close(&probe);
}

/* ---- how it is called ------------------------------------------------------------------------ */

static void test_an_update_before_any_build_builds_everything(void **state)
{
    (void)state;
    struct probe probe;
    put("build.ninja", NINJA);
    put("a", "a\n");
    put("b", "b\n");
    probe_open(&probe, "build.ninja", NULL);
    assert_int_equal(probe_changed(&probe, "a"), JIG_OK);
    assert_string_equal(probe.ran, "a.out ab.out b.out");
    assert_int_equal(probe.result.kind, JIG_UPDATE_FULL);
    assert_true(probe.result.full_reason[0]);
    probe_close(&probe);
}

static void test_without_options_those_of_the_last_time_count(void **state)
{
    (void)state;
    struct probe probe;
    put("build.ninja", NINJA);
    put("a", "a\n");
    put("b", "b\n");
    probe_open(&probe, "build.ninja", NULL);
    {
        /* Gone, and written over, when the update wants them. */
        char target[] = "b.out";
        const char *targets[] = {target};
        struct jig_build_options options = JIG_BUILD_OPTIONS;
        options.targets = targets;
        options.target_count = 1;
        assert_int_equal(jig_session_build(probe.session, &options, NULL, NULL), JIG_OK);
        memset(target, 'x', sizeof target - 1);
    }
    put("a", "other\n");
    put("b", "other\n");
    jig_change_set_updated(probe.changes, "a", NULL);
    assert_int_equal(probe_changed(&probe, "b"), JIG_OK);
    assert_string_equal(probe.ran, "b.out");
    probe_close(&probe);
}

static void test_results_and_errors_may_be_left_out(void **state)
{
    (void)state;
    struct probe probe;
    open_ninja(&probe);
    put("a", "FAIL\n");
    jig_change_set_updated(probe.changes, "a", NULL);
    assert_int_equal(jig_session_update(probe.session, probe.changes, NULL, NULL, NULL),
                     JIG_ERROR_JOB);
    assert_int_equal(jig_change_set_count(probe.changes), 1); /* it is only read */
    probe_close(&probe);
}

/* Time waited for jobs is taken off once, however many rounds of jobs there were. */
static void test_the_time_of_the_engine_is_what_jobs_leave(void **state)
{
    (void)state;
    struct probe probe;
    put("jig.yaml", "version: 1\n"
                    "pipelines:\n"
                    "  - name: first\n"
                    "    sources: src/*.txt\n"
                    "    generate: { shell: \"sleep 0.02; cat {source} > {out}\" }\n"
                    "    outputs: gen/{stem}.one\n"
                    "  - name: second\n"
                    "    sources: gen/*.one\n"
                    "    generate: { shell: \"sleep 0.02; cat {source} > {out}\" }\n"
                    "    outputs: gen/{stem}.two\n"
                    "  - name: third\n"
                    "    sources: gen/*.two\n"
                    "    generate: { shell: \"sleep 0.02; cat {source} > {out}\" }\n"
                    "    outputs: gen/{stem}.three\n");
    put("src/a.txt", "1\n");
    probe_open(&probe, "jig.yaml", NULL);
    assert_int_equal(probe_build(&probe), JIG_OK);
    assert_true(probe.result.engine_ns > 0);
    put("src/a.txt", "two\n");
    assert_int_equal(probe_changed(&probe, "src/a.txt"), JIG_OK);
    assert_string_equal(probe.ran, "gen/a.one gen/a.three gen/a.two");
    assert_true(probe.result.engine_ns > 0);
    probe_close(&probe);
}

/* A program that was compiled against a header with fewer fields has a smaller struct. */
static void test_a_smaller_result_is_not_written_over(void **state)
{
    (void)state;
    struct probe probe;
    struct {
        struct jig_build_result result;
        unsigned char canary[64];
    } small;
    open_ninja(&probe);
    memset(&small, 0x5a, sizeof small);
    small.result.size = offsetof(struct jig_build_result, jobs_failed);
    put("b", "other\n");
    jig_change_set_updated(probe.changes, "b", NULL);
    assert_int_equal(jig_session_update(probe.session, probe.changes, NULL, &small.result, NULL),
                     JIG_OK);
    assert_int_equal(small.result.jobs_run, 2);
    const unsigned char *bytes = (const unsigned char *)&small;
    for (size_t i = offsetof(struct jig_build_result, jobs_failed); i < sizeof small; i++)
        assert_int_equal(bytes[i], 0x5a);
    probe_close(&probe);
}

int main(void)
{
#define IN_A_TREE(test)                                                                            \
    cmocka_unit_test_setup_teardown(test, session_enter_tree, session_leave_tree)
    const struct CMUnitTest tests[] = {
        IN_A_TREE(test_sources_that_come_and_go_beside_a_deleted_output_count),
        IN_A_TREE(test_what_a_job_reads_while_it_is_written_does_not_stay),
        IN_A_TREE(test_a_named_file_that_changed_runs_what_depends_on_it),
        IN_A_TREE(test_a_named_file_that_did_not_change_runs_nothing),
        IN_A_TREE(test_an_empty_set_runs_nothing),
        IN_A_TREE(test_a_wrong_kind_does_no_harm),
        IN_A_TREE(test_absolute_and_odd_spellings_name_the_same_file),
        IN_A_TREE(test_paths_outside_and_never_seen_do_no_harm),
        IN_A_TREE(test_a_file_outside_counts_if_a_job_reads_it),
        IN_A_TREE(test_a_folder_stands_for_all_in_it),
        IN_A_TREE(test_the_root_is_a_folder_too),
        IN_A_TREE(test_folders_of_a_manifest),
        IN_A_TREE(test_a_folder_around_the_root_has_everything_in_it),
        IN_A_TREE(test_a_folder_around_the_root_of_pipelines),
        IN_A_TREE(test_a_folder_that_becomes_a_link_is_followed),
        IN_A_TREE(test_what_is_not_named_is_believed_to_be_as_it_was),
        IN_A_TREE(test_a_source_that_comes_and_goes),
        IN_A_TREE(test_a_source_written_just_before_its_job_starts_is_read_again),
        IN_A_TREE(test_an_output_that_was_deleted_is_made_again),
        IN_A_TREE(test_a_manifest_that_changed_is_read_again),
        IN_A_TREE(test_a_manifest_that_is_wrong_and_right_again),
        IN_A_TREE(test_what_failed_is_tried_again_by_each_update),
        IN_A_TREE(test_what_was_not_reached_is_made_up_for),
        IN_A_TREE(test_a_missing_source_and_its_return),
        IN_A_TREE(test_an_update_before_any_build_builds_everything),
        IN_A_TREE(test_without_options_those_of_the_last_time_count),
        IN_A_TREE(test_results_and_errors_may_be_left_out),
        IN_A_TREE(test_the_time_of_the_engine_is_what_jobs_leave),
        IN_A_TREE(test_a_smaller_result_is_not_written_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
