/* The traces that builds leave: what they say is what happened. All are read back from disk, which
 * refuses what cannot be. */
#include "session_support.h"

#include "engine/trace/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Two objects, a phony name for both, a program; and one job that fails. */
#define MANIFEST                                                                                   \
    "pool few\n  depth = 1\n"                                                                      \
    "rule cat\n  command = cat $in > $out\n"                                                       \
    "rule keep\n  command = cmp -s $in $out || cp $in $out\n  restat = 1\n"                        \
    "rule false\n  command = exit 3\n"                                                             \
    "build a.o: cat a.c\n  pool = few\n"                                                           \
    "build b.o: keep b.c\n"                                                                        \
    "build objects: phony a.o b.o\n"                                                               \
    "build app: cat a.o b.o || objects\n"                                                          \
    "build second: cat b.o\n"                                                                      \
    "build bad: false\n"                                                                           \
    "default app second\n"

struct fixture {
    struct probe probe;
    void *directory;
};

static int enter(void **state)
{
    static struct fixture fixture;
    int failed = session_enter_tree(state);
    if (failed)
        return failed;
    put("build.ninja", MANIFEST);
    put("a.c", "a\n");
    put("b.c", "b\n");
    fixture.directory = *state;
    fixture.probe = (struct probe){0};
    probe_open(&fixture.probe, "build.ninja", NULL);
    *state = &fixture;
    return 0;
}

static int leave(void **state)
{
    struct fixture *fixture = *state;
    probe_close(&fixture->probe);
    return session_leave_tree(&fixture->directory);
}

static uint32_t kept(void)
{
    struct trace_keeper keeper;
    trace_keeper_init(&keeper, ".jig");
    trace_keeper_look(&keeper);
    uint32_t count = keeper.kept.count;
    trace_keeper_free(&keeper);
    return count;
}

/* The youngest trace; the caller frees it. */
static struct trace_log last(void)
{
    struct trace_keeper keeper;
    struct trace_log log;
    struct jig_error error;
    struct buf path = {0};
    trace_keeper_init(&keeper, ".jig");
    trace_keeper_look(&keeper);
    assert_true(keeper.kept.count > 0);
    trace_keeper_path(&keeper, keeper.kept.data[keeper.kept.count - 1].number, &path);
    if (trace_read(path.data, &log, &error))
        fail_msg("%s", error.message);
    buf_free(&path);
    trace_keeper_free(&keeper);
    return log;
}

static const struct trace_job *find(const struct trace_log *log, const char *output)
{
    for (uint32_t i = 0; i < log->jobs.count; i++)
        if (strcmp(trace_log_str(log, log->jobs.data[i].output), output) == 0)
            return &log->jobs.data[i];
    return NULL;
}

static bool waited_for(const struct trace_log *log, const char *output, const char *other)
{
    const struct trace_job *job = find(log, output);
    for (uint32_t i = 0; i < job->deps_count; i++)
        if (&log->jobs.data[trace_log_deps(log, job)[i]] == find(log, other))
            return true;
    return false;
}

static uint64_t number(const struct trace_log *log, const char *name)
{
    for (uint32_t i = 0; i < log->numbers.count; i++)
        if (strcmp(trace_log_str(log, log->numbers.data[i].name), name) == 0)
            return log->numbers.data[i].value;
    fail_msg("no number %s", name);
    return 0;
}

static bool has_slice(const struct trace_log *log, const char *category)
{
    for (uint32_t i = 0; i < log->slices.count; i++)
        if (strcmp(trace_log_str(log, log->slices.data[i].category), category) == 0)
            return true;
    return false;
}

#define assert_text(log, name, text) assert_string_equal(trace_log_str(log, name), text)

static void test_every_job_is_there_with_what_it_waited_for(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(probe_build(&fixture->probe), JIG_OK);
    struct trace_log log = last();
    assert_int_equal(log.jobs.count, 5);
    assert_int_equal(find(&log, "objects")->fate, TRACE_PHONY);
    assert_true(waited_for(&log, "objects", "a.o"));
    assert_true(waited_for(&log, "app", "a.o"));
    assert_true(waited_for(&log, "app", "b.o"));
    assert_true(waited_for(&log, "app", "objects"));
    assert_false(waited_for(&log, "second", "a.o"));
    const struct trace_job *object = find(&log, "a.o");
    assert_int_equal(object->fate, TRACE_RAN);
    assert_int_equal(object->deps_count, 0);
    assert_int_equal(object->exit_code, 0);
    assert_true(object->end_ns > object->start_ns);
    assert_true(object->peak_rss > 0);
    assert_text(&log, object->rule, "cat");
    assert_text(&log, object->pool, "few");
    assert_text(&log, object->reason, "never-built");
    assert_text(&log, find(&log, "b.o")->pool, "");
    assert_int_equal(log.pools.count, 1);
    assert_int_equal(log.pools.data[0].depth, 1);
    trace_log_free(&log);
}

static void test_what_the_build_was_is_there(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(probe_build(&fixture->probe), JIG_OK);
    struct trace_log log = last();
    char *here = getcwd(NULL, 0);
    assert_text(&log, log.directory, here);
    assert_text(&log, log.manifest, "build.ninja");
    assert_text(&log, log.version, jig_version());
    assert_text(&log, log.kind, "full");
    assert_text(&log, log.outcome, "done");
    assert_text(&log, log.asked, "");
    assert_int_equal(log.slots, 2);
    assert_true(log.processors >= 1);
    assert_int_equal(number(&log, "jobs_run"), 4);
    assert_int_equal(number(&log, "jobs_wanted"), fixture->probe.result.jobs_wanted);
    assert_true(has_slice(&log, "parse")); /* by the call that opened the session */
    assert_true(has_slice(&log, "plan"));
    assert_true(has_slice(&log, "stat"));
    assert_true(has_slice(&log, "run"));
    assert_true(has_slice(&log, "save"));
    free(here);
    trace_log_free(&log);
}

static void test_a_build_with_nothing_to_do_leaves_none(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(probe_build(&fixture->probe), JIG_OK);
    assert_int_equal(kept(), 1);
    assert_int_equal(probe_build(&fixture->probe), JIG_OK);
    assert_int_equal(probe_update(&fixture->probe), JIG_OK);
    assert_int_equal(kept(), 1);
}

static void test_an_update_leaves_its_own(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(probe_build(&fixture->probe), JIG_OK);
    put("a.c", "other\n");
    assert_int_equal(probe_changed(&fixture->probe, "a.c"), JIG_OK);
    assert_int_equal(kept(), 2);
    struct trace_log log = last();
    assert_text(&log, log.kind, "incremental");
    assert_text(&log, find(&log, "a.o")->reason, "input-changed");
    assert_text(&log, find(&log, "a.o")->reason_file, "a.c");
    assert_null(find(&log, "b.o"));
    assert_true(waited_for(&log, "app", "a.o"));
    assert_true(has_slice(&log, "update"));
    assert_false(has_slice(&log, "parse"));
    trace_log_free(&log);
}

static void test_what_was_spared_is_there_as_spared(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(probe_build(&fixture->probe), JIG_OK);
    put("build.ninja", MANIFEST "# another text, for b.o's rule\n");
    unlink("b.o");
    assert_int_equal(probe_build(&fixture->probe), JIG_OK);
    struct trace_log log = last();
    assert_text(&log, find(&log, "b.o")->reason, "output-missing");
    const struct trace_job *second = find(&log, "second");
    assert_int_equal(second->fate, TRACE_PASSED);
    assert_int_equal(second->start_ns, second->end_ns);
    assert_text(&log, second->reason, "");
    assert_true(waited_for(&log, "second", "b.o"));
    assert_int_equal(number(&log, "jobs_passed"), 2);
    trace_log_free(&log);
}

static void test_a_failed_job_has_its_exit_code(void **state)
{
    struct fixture *fixture = *state;
    struct jig_build_options options = JIG_BUILD_OPTIONS;
    const char *targets[] = {"app", "bad"};
    options.targets = targets;
    options.target_count = 2;
    options.failures = JIG_UNLIMITED;
    struct jig_build_result result = JIG_BUILD_RESULT;
    assert_int_equal(jig_session_build(fixture->probe.session, &options, &result, NULL),
                     JIG_ERROR_JOB);
    struct trace_log log = last();
    assert_int_equal(find(&log, "bad")->exit_code, 3);
    assert_text(&log, log.outcome, "failed");
    assert_text(&log, log.asked, "app bad");
    assert_int_equal(log.slots, 1);
    trace_log_free(&log);
}

static void stop_it(struct probe *probe, const char *output)
{
    if (strcmp(output, "app") == 0)
        jig_session_cancel(probe->session);
}

static void test_a_cancelled_build_leaves_what_it_did(void **state)
{
    struct fixture *fixture = *state;
    fixture->probe.on_start = stop_it;
    assert_int_equal(probe_build(&fixture->probe), JIG_ERROR_CANCELLED);
    struct trace_log log = last();
    assert_text(&log, log.outcome, "interrupted");
    assert_non_null(find(&log, "a.o"));
    trace_log_free(&log);
}

static void test_a_session_that_may_not_write_leaves_none(void **state)
{
    (void)state;
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    struct jig_build_options build = JIG_BUILD_OPTIONS;
    struct jig_build_result result = JIG_BUILD_RESULT;
    struct jig_session *session;
    put("other/build.ninja", MANIFEST);
    assert_int_equal(chdir("other"), 0);
    put("a.c", "a\n");
    put("b.c", "b\n");
    options.read_only = true;
    build.dry_run = true;
    assert_int_equal(jig_session_open(&options, &session, NULL), JIG_OK);
    assert_int_equal(jig_session_build(session, &build, &result, NULL), JIG_OK);
    jig_session_close(session);
    assert_int_equal(access(".jig", F_OK), -1);
    assert_int_equal(chdir(".."), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_job_is_there_with_what_it_waited_for, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(test_what_the_build_was_is_there, enter, leave),
        cmocka_unit_test_setup_teardown(test_a_build_with_nothing_to_do_leaves_none, enter, leave),
        cmocka_unit_test_setup_teardown(test_an_update_leaves_its_own, enter, leave),
        cmocka_unit_test_setup_teardown(test_what_was_spared_is_there_as_spared, enter, leave),
        cmocka_unit_test_setup_teardown(test_a_failed_job_has_its_exit_code, enter, leave),
        cmocka_unit_test_setup_teardown(test_a_cancelled_build_leaves_what_it_did, enter, leave),
        cmocka_unit_test_setup_teardown(test_a_session_that_may_not_write_leaves_none, enter,
                                        leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
