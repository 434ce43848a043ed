/* What becomes of requests when time passes, shown with a clock that the test moves. */
#include "codegen_worker_support.h"

#include "engine/codegen/worker_group.h"

#include <stdlib.h>

#define SECOND UINT64_C(1000000000)

struct fixture {
    struct finished finished;
    struct worker_group *group;
    uint32_t next_id;
};

/* One worker that takes two requests at a time, for two seconds each. */
static struct fixture *make_fixture(void)
{
    struct fixture *fixture = mem_zalloc(sizeof *fixture);
    const char *const argv[] = {PROBE_WORKER, NULL};
    fixture->next_id = 1;
    finished_init(&fixture->finished, NULL, NULL);
    fixture->group = worker_group_create(&(struct codegen_generator){
        .kind = CODEGEN_WORKER, .pipeline = "p", .argv = argv, .multiplex = 2, .timeout_ms = 2000});
    fixture->group->finished = &fixture->finished;
    fixture->group->next_id = &fixture->next_id;
    fixture->group->grace = SECOND;
    return fixture;
}

static void add_request(struct fixture *fixture, uint32_t job, const char *argument, uint64_t now)
{
    struct request *request = mem_zalloc(sizeof *request);
    const char *const arguments[] = {argument, NULL};
    request->result.job = job;
    assert_true(worker_request_begin(&request->body, arguments, NULL, 0));
    finished_announce(&fixture->finished);
    request_queue_add(&fixture->group->waiting, request);
    worker_group_dispatch(fixture->group, now);
}

/* Waits for something to happen to the one worker. False when that was its end. */
static bool wait_worker(struct fixture *fixture, uint64_t now)
{
    struct worker_group *group = fixture->group;
    struct pollfd polls[WORKER_POLLS];
    assert_int_equal(group->workers.count, 1);
    worker_watch(group->workers.data[0], polls);
    assert_true(poll(polls, WORKER_POLLS, -1) > 0);
    if (!worker_handle(group, group->workers.data[0], polls, now))
        return true;
    group->workers.count = 0;
    return false;
}

static struct codegen_result wait_finished(struct fixture *fixture, uint64_t now)
{
    struct codegen_result result;
    while (!finished_take(&fixture->finished, &result))
        wait_worker(fixture, now);
    buf_free(&result.output);
    return result;
}

static void free_fixture(struct fixture *fixture, uint64_t now)
{
    worker_group_close(fixture->group, now);
    while (fixture->group->workers.count > 0)
        wait_worker(fixture, now);
    worker_group_free(fixture->group);
    finished_destroy(&fixture->finished);
    free(fixture);
}

static void test_only_the_late_request_times_out(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    add_request(fixture, 1, "hang", 1 * SECOND);
    add_request(fixture, 2, "hold", 2 * SECOND);
    assert_int_equal(worker_group_due(fixture->group), 3 * SECOND);
    worker_group_expire(fixture->group, 3 * SECOND - 1);
    assert_int_equal(fixture->group->workers.data[0]->state, WORKER_READY);
    worker_group_expire(fixture->group, 3 * SECOND);
    struct codegen_result late = wait_finished(fixture, 10 * SECOND);
    assert_int_equal(late.job, 1);
    assert_true(late.timed_out);
    /* The other one is sent again, with all of its time, beside a third. */
    add_request(fixture, 3, "plain", 10 * SECOND);
    for (int i = 0; i < 2; i++) {
        struct codegen_result result = wait_finished(fixture, 10 * SECOND);
        assert_int_equal(result.exit_code, 0);
        assert_false(result.timed_out);
    }
    free_fixture(fixture, 10 * SECOND);
}

static void test_a_cancelled_worker_has_a_grace(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    fixture->group->timeout = 0;
    add_request(fixture, 1, "hang", SECOND);
    worker_group_interrupt(fixture->group, SECOND);
    const struct worker *worker = fixture->group->workers.data[0];
    assert_int_equal(worker->terminate_at, SECOND + SECOND / 2);
    assert_int_equal(worker->kill_at, 2 * SECOND);
    assert_int_equal(worker_group_due(fixture->group), SECOND + SECOND / 2);
    assert_true(wait_finished(fixture, SECOND).interrupted);
    free_fixture(fixture, SECOND);
}

/* A retry gets a worker of its own, and nobody joins it there. */
static void test_a_retry_is_alone(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    add_request(fixture, 1, "hold", SECOND);
    add_request(fixture, 2, "crash=1", SECOND);
    while (wait_worker(fixture, SECOND))
        continue;
    worker_group_dispatch(fixture->group, SECOND);
    assert_int_equal(fixture->group->workers.count, 1);
    assert_true(fixture->group->workers.data[0]->alone);
    assert_int_equal(fixture->group->workers.data[0]->busy, 1);
    add_request(fixture, 3, "plain", SECOND);
    assert_int_equal(fixture->group->workers.data[0]->busy, 1);
    worker_group_close(fixture->group, SECOND);
    worker_group_dispatch(fixture->group, SECOND);
    for (int i = 0; i < 3; i++) {
        struct codegen_result result = wait_finished(fixture, SECOND);
        assert_true(result.interrupted || result.job == 2);
    }
    free_fixture(fixture, SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_temp_dir, leave_temp_dir)
        TEST(test_only_the_late_request_times_out),
        TEST(test_a_cancelled_worker_has_a_grace),
        TEST(test_a_retry_is_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
