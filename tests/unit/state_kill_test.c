/*
 * kill -9: whatever state_record_job reported as written is found by the next process, from the
 * very first build on, in the middle of folds too.
 */
#include "state_support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOBS = 8, ROUNDS = 40 };

/* The graph that every process parses: JOBS jobs without a record. */
static struct world parse_manifest(void)
{
    struct world world = make_world();
    for (unsigned i = 0; i < JOBS; i++) {
        char out[32], in[32];
        snprintf(out, sizeof out, "out%u.o", i);
        snprintf(in, sizeof in, "in%u.c", i);
        world_job(&world, out, in);
    }
    return world;
}

/* All that is on disk, on the parsed graph. */
static struct session begin_build(const struct test_dir *dir, struct notices *notices)
{
    struct session session = begin_session(dir, notices);
    struct world parsed = parse_manifest();
    if (session.world.graph) {
        history_destroy(parsed.history);
        parsed.history = history_rebind(session.world.history, session.world.graph, parsed.graph);
        free_world(&session.world);
    }
    session.world = parsed;
    return session;
}

/*
 * Runs jobs round and round for ever and reports the number of each run once it is recorded. Run
 * number n is of job n % JOBS and leaves n + 1 as its duration.
 */
static _Noreturn void build(const struct test_dir *dir, int report, uint64_t first_run)
{
    struct session session = begin_build(dir, NULL);
    for (uint64_t run = first_run;; run++) {
        char dep[64];
        snprintf(dep, sizeof dep, "common.h header%llu.h", (unsigned long long)run % 100);
        world_run(&session.world, (job_id)(run % JOBS), dep, run);
        record(&session, (job_id)(run % JOBS));
        if (write(report, &run, sizeof run) != sizeof run)
            _exit(1);
        if (run % 64 == 0 &&
            state_fold(session.state, session.world.graph, session.world.history, NULL))
            _exit(2);
    }
}

/* Kills a build once it has reported `runs` runs. Returns the last run reported. */
static uint64_t build_and_kill(const struct test_dir *dir, uint64_t first_run, unsigned runs)
{
    int report[2];
    assert_int_equal(pipe(report), 0);
    pid_t builder = fork();
    if (builder == 0) {
        close(report[0]);
        build(dir, report[1], first_run);
    }
    close(report[1]);
    uint64_t run = 0, last = 0;
    for (unsigned seen = 0; read(report[0], &run, sizeof run) == sizeof run; last = run) {
        if (++seen == runs)
            kill(builder, SIGKILL); /* and read on: it may have got further */
    }
    close(report[0]);
    int status;
    assert_int_equal(waitpid(builder, &status, 0), builder);
    assert_true(WIFSIGNALED(status));
    return last;
}

static void test_every_reported_record_outlives_the_process(void **state)
{
    const struct test_dir *dir = *state;
    unsigned seed = 42;
    uint64_t next_run = 1;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t last = build_and_kill(dir, next_run, 1 + (unsigned)rand_r(&seed) % 100);
        struct notices notices = {0};
        struct session session = begin_build(dir, &notices);
        assert_true(notices.count <= 1); /* a record that was just being written */
        uint64_t recorded = 0;
        for (job_id job = 0; job < JOBS; job++) {
            uint64_t run = session.world.history->jobs.data[job].cost.duration_ms;
            recorded = run > recorded ? run : recorded;
        }
        assert_true(recorded >= last + 1);
        for (uint64_t run = last; run > 0 && run + JOBS > last; run--) {
            const struct job_record *kept = &session.world.history->jobs.data[run % JOBS];
            assert_int_equal(kept->flags, JOB_RECORDED);
            assert_true(kept->cost.duration_ms >= run + 1);
            assert_int_equal(kept->deps_count, 2);
        }
        assert_int_equal(session.world.history->orphans.count, 0);
        struct buf known = end_session(&session);
        buf_free(&known);
        next_run = recorded;
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_temp_dir, remove_temp_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_reported_record_outlives_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
