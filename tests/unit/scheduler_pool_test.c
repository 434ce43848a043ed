/* The pool's loop: every index once, on numbered workers, with no thread that is not needed. */
#include "cmocka_all.h"

#include "jig/scheduler.h"
#include "scheduler_support.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct cover {
    uint32_t count;
    uint32_t grain;
    uint32_t threads;
    uint8_t *visits; /* [count] plain: two visits at once would be a race */
    atomic_uint calls;
    atomic_uint wrong; /* ranges that are too long or empty, workers that do not exist */
    pthread_t caller;
};

static void visit(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    struct cover *cover = context;
    atomic_fetch_add(&cover->calls, 1);
    if (end <= begin || end - begin > cover->grain || end > cover->count)
        atomic_fetch_add(&cover->wrong, 1);
    if (worker >= cover->threads || (worker == 0) != pthread_equal(pthread_self(), cover->caller))
        atomic_fetch_add(&cover->wrong, 1);
    for (uint32_t i = begin; i < end; i++)
        cover->visits[i]++;
}

static void run_cover(struct jig_pool *pool, uint32_t count, uint32_t grain, struct cover *out)
{
    *out = (struct cover){.count = count, .grain = grain ? grain : 1, .caller = pthread_self()};
    out->threads = jig_pool_threads(pool);
    out->visits = calloc(count + 1, 1);
    jig_pool_for(pool, count, grain, visit, out);
}

static void check_cover(struct cover *out)
{
    assert_int_equal(out->wrong, 0);
    for (uint32_t i = 0; i < out->count; i++)
        assert_int_equal(out->visits[i], 1);
    free(out->visits);
}

static void cover(struct jig_pool *pool, uint32_t count, uint32_t grain, struct cover *out)
{
    run_cover(pool, count, grain, out);
    check_cover(out);
}

static void test_each_index_is_visited_once(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 2, 3, 63, 64, 65, 1000, 4097, 100000};
    static const uint32_t grains[] = {0, 1, 2, 7, 64, 1000, 1000000};
    for (uint32_t threads = 1; threads <= 8; threads++) {
        struct jig_pool *pool = jig_pool_create(threads);
        struct cover out;
        for (uint32_t c = 0; c < sizeof counts / sizeof *counts; c++)
            for (uint32_t g = 0; g < sizeof grains / sizeof *grains; g++)
                cover(pool, counts[c], grains[g], &out);
        jig_pool_destroy(pool);
    }
}

static void test_a_loop_of_nothing_calls_nothing(void **state)
{
    (void)state;
    struct jig_pool *pool = jig_pool_create(4);
    struct cover out;
    cover(pool, 0, 1, &out);
    assert_int_equal(out.calls, 0);
    jig_pool_destroy(pool);
}

static void test_one_grain_is_one_call_and_starts_no_thread(void **state)
{
    (void)state;
    struct jig_pool *pool = jig_pool_create(4);
    struct cover out;
    uint32_t before = threads_started;
    cover(pool, 64, 64, &out);
    assert_int_equal(out.calls, 1);
    assert_int_equal(threads_started - before, 0);
    jig_pool_destroy(pool);
}

static void test_a_pool_of_one_leaves_loops_to_the_caller(void **state)
{
    (void)state;
    struct jig_pool *pool = jig_pool_create(1);
    struct cover out;
    uint32_t before = threads_started;
    cover(pool, 10000, 10000, &out);
    assert_int_equal(threads_started - before, 0);
    jig_pool_destroy(pool);
}

/* Every worker's call waits for all others: it returns only if all take part at the same time. */
struct meeting {
    pthread_barrier_t barrier;
};

static void meet(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    (void)begin, (void)end, (void)worker;
    struct meeting *meeting = context;
    pthread_barrier_wait(&meeting->barrier);
}

static void test_all_workers_take_part_at_once(void **state)
{
    (void)state;
    for (uint32_t threads = 2; threads <= 16; threads *= 2) {
        struct jig_pool *pool = jig_pool_create(threads);
        struct meeting meeting;
        uint32_t before = threads_started;
        pthread_barrier_init(&meeting.barrier, NULL, threads);
        for (int round = 0; round < 100; round++)
            jig_pool_for(pool, threads, 1, meet, &meeting);
        assert_int_equal(threads_started - before, threads - 1);
        pthread_barrier_destroy(&meeting.barrier);
        jig_pool_destroy(pool);
    }
}

/* More than one word of idle bits. */
static void test_more_than_64_workers(void **state)
{
    (void)state;
    struct jig_pool *pool = jig_pool_create(150);
    struct meeting meeting;
    pthread_barrier_init(&meeting.barrier, NULL, 150);
    for (int round = 0; round < 3; round++)
        jig_pool_for(pool, 150, 1, meet, &meeting);
    pthread_barrier_destroy(&meeting.barrier);
    jig_pool_destroy(pool);
}

static void test_sizes_of_pools(void **state)
{
    (void)state;
    static const uint32_t asked[] = {1, 2, 3, JIG_POOL_MAX_THREADS, JIG_POOL_MAX_THREADS + 1};
    static const uint32_t got[] = {2, 2, 3, JIG_POOL_MAX_THREADS, JIG_POOL_MAX_THREADS};
    for (uint32_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct jig_pool *pool = jig_pool_create(asked[i]);
        assert_int_equal(jig_pool_threads(pool), got[i]);
        jig_pool_destroy(pool);
    }
    struct jig_pool *pool = jig_pool_create(0);
    assert_true(jig_pool_threads(pool) >= 2);
    jig_pool_destroy(pool);
    jig_pool_destroy(NULL);
}

/* A pool may be used by different threads, one after the other. */
struct user {
    struct jig_pool *pool;
    struct cover cover;
};

static void *use(void *argument)
{
    struct user *user = argument;
    run_cover(user->pool, 10000, 16, &user->cover);
    return NULL;
}

static void test_the_caller_may_change_between_runs(void **state)
{
    (void)state;
    struct user user = {.pool = jig_pool_create(3)};
    for (int round = 0; round < 20; round++) {
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, use, &user), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        check_cover(&user.cover);
        use(&user);
        check_cover(&user.cover);
    }
    jig_pool_destroy(user.pool);
}

/* An idle pool, whose threads have all been started, leaves the processor alone. */
static void test_an_idle_pool_uses_no_processor_time(void **state)
{
    (void)state;
    struct jig_pool *pool = jig_pool_create(4);
    struct meeting meeting;
    pthread_barrier_init(&meeting.barrier, NULL, 4);
    jig_pool_for(pool, 4, 1, meet, &meeting);
    pthread_barrier_destroy(&meeting.barrier);
    wait_until_others_sleep();

    uint64_t before = process_cpu_ns();
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    uint64_t used = process_cpu_ns() - before;
    assert_in_range(used, 0, 3000000); /* one part in a hundred of one processor */
    jig_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_index_is_visited_once),
        cmocka_unit_test(test_a_loop_of_nothing_calls_nothing),
        cmocka_unit_test(test_one_grain_is_one_call_and_starts_no_thread),
        cmocka_unit_test(test_a_pool_of_one_leaves_loops_to_the_caller),
        cmocka_unit_test(test_all_workers_take_part_at_once),
        cmocka_unit_test(test_more_than_64_workers),
        cmocka_unit_test(test_sizes_of_pools),
        cmocka_unit_test(test_the_caller_may_change_between_runs),
        cmocka_unit_test(test_an_idle_pool_uses_no_processor_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
