/* Many jobs for workers that break down at random: each job ends once, as it has to. */
#include "codegen_worker_support.h"

#include <stdio.h>
#include <string.h>

enum { JOBS = 200 };

/* What a job does, and whether it must succeed. */
enum conduct { GOOD, CRASHES_ONCE, CRASHES, FAILS, TALKS_NONSENSE };

struct stress {
    enum conduct conducts[JOBS];
    char outputs[JOBS][24];
};

/* A linear congruential generator (Knuth, MMIX): the same jobs each time. */
static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static void describe_job(enum conduct conduct, uint32_t job, const char *output, char text[128])
{
    static const char *const signals[] = {"die=9", "die=11", "crash=1", "die=6"};
    static const char *const nonsense[] = {"garbage", "twice", "stranger", "garbage"};
    switch (conduct) {
    case GOOD:
        snprintf(text, 128, "touch=%s", output);
        break;
    case CRASHES_ONCE:
        snprintf(text, 128, "once=once-%u %s touch=%s", job, signals[job % 4], output);
        break;
    case CRASHES:
        snprintf(text, 128, "%s touch=%s", signals[job % 4], output);
        break;
    case FAILS:
        snprintf(text, 128, "exit=%u", 1 + job % 200);
        break;
    case TALKS_NONSENSE:
        snprintf(text, 128, "%s", nonsense[job % 4]);
        break;
    }
}

static void start_all(struct bench *bench, uint32_t generator, struct stress *stress)
{
    for (uint32_t job = 0; job < JOBS; job++) {
        char text[128];
        snprintf(stress->outputs[job], sizeof stress->outputs[job], "out-%u", job);
        describe_job(stress->conducts[job], job, stress->outputs[job], text);
        start_job(bench, generator, job, text, stress->outputs[job]);
    }
}

/* Takes a result and checks that it is the job's first one. */
static struct codegen_result take_one(struct bench *bench, bool seen[JOBS])
{
    struct codegen_result result = wait_result(bench);
    buf_free(&result.output);
    assert_true(result.job < JOBS);
    assert_false(seen[result.job]);
    seen[result.job] = true;
    return result;
}

static void assert_nothing_is_left(struct bench *bench)
{
    struct codegen_result result;
    assert_int_equal(codegen_running(bench->codegen), 0);
    assert_false(codegen_take(bench->codegen, &result));
}

/*
 * A crash hits up to four jobs at once; the good ones among them succeed all the same. One that
 * crashes once fails if that is its second try, after the crash of another.
 */
static void test_crashes_fail_only_those_who_crash(void **state)
{
    (void)state;
    struct bench bench;
    struct stress stress;
    uint64_t random = 1;
    for (uint32_t job = 0; job < JOBS; job++) {
        uint32_t dice = next_random(&random) % 10;
        stress.conducts[job] = dice < 6   ? GOOD
                               : dice < 8 ? CRASHES_ONCE
                               : dice < 9 ? CRASHES
                                          : FAILS;
    }
    bench_open(&bench, 0);
    start_all(&bench, add_probe(&bench, (struct probe){.workers = 4, .multiplex = 4}), &stress);
    bool seen[JOBS] = {false};
    for (uint32_t i = 0; i < JOBS; i++) {
        struct codegen_result result = take_one(&bench, seen);
        enum conduct conduct = stress.conducts[result.job];
        if (conduct == GOOD)
            assert_int_equal(result.exit_code, 0);
        if (conduct >= CRASHES)
            assert_int_not_equal(result.exit_code, 0);
        if (result.exit_code == 0)
            assert_true(exists(stress.outputs[result.job]));
    }
    assert_nothing_is_left(&bench);
    bench_close(&bench);
    assert_int_equal(count_children(), 0);
}

/* Nonsense fails all that the worker had, so that only the bad ones are certain. */
static void test_nonsense_as_well(void **state)
{
    (void)state;
    struct bench bench;
    struct stress stress;
    uint64_t random = 2;
    for (uint32_t job = 0; job < JOBS; job++)
        stress.conducts[job] = next_random(&random) % 2 ? GOOD : next_random(&random) % 5;
    bench_open(&bench, 0);
    start_all(&bench, add_probe(&bench, (struct probe){.workers = 4, .multiplex = 4}), &stress);
    bool seen[JOBS] = {false};
    for (uint32_t i = 0; i < JOBS; i++) {
        struct codegen_result result = take_one(&bench, seen);
        if (stress.conducts[result.job] >= CRASHES)
            assert_int_not_equal(result.exit_code, 0);
        if (result.exit_code == 0)
            assert_true(exists(stress.outputs[result.job]));
    }
    assert_nothing_is_left(&bench);
    bench_close(&bench);
}

static void test_an_interrupt_in_the_middle(void **state)
{
    (void)state;
    struct bench bench;
    struct stress stress;
    uint64_t random = 3;
    for (uint32_t job = 0; job < JOBS; job++)
        stress.conducts[job] = next_random(&random) % 3;
    bench_open(&bench, 100);
    start_all(&bench, add_probe(&bench, (struct probe){.workers = 4, .multiplex = 4}), &stress);
    bool seen[JOBS] = {false};
    uint32_t interrupted = 0;
    for (uint32_t i = 0; i < JOBS; i++) {
        if (i == JOBS / 8)
            codegen_interrupt(bench.codegen);
        interrupted += take_one(&bench, seen).interrupted;
    }
    assert_true(interrupted > 0);
    assert_nothing_is_left(&bench);
    bench_close(&bench);
    assert_int_equal(count_children(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_temp_dir, leave_temp_dir)
        TEST(test_crashes_fail_only_those_who_crash),
        TEST(test_nonsense_as_well),
        TEST(test_an_interrupt_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
