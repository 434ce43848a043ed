/* Submitted tasks: each runs once, on a thread of the pool, whatever the caller is doing. */
#include "cmocka_all.h"

#include "jig/scheduler.h"
#include "scheduler_support.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

/* A task that notes how it was run and says so. */
struct noted {
    struct jig_task task; /* first, so that a task's address is the noted one's */
    struct log *log;
    uint32_t times; /* plain: two runs at once would be a race */
    uint32_t worker;
    pthread_t thread;
    bool signals_blocked;
};

struct log {
    sem_t done;
    struct noted *order[1000];
    atomic_uint count;
};

static void note(struct jig_task *task, uint32_t worker)
{
    struct noted *noted = (struct noted *)task;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    noted->times++;
    noted->worker = worker;
    noted->thread = pthread_self();
    noted->signals_blocked = sigismember(&mask, SIGINT) && sigismember(&mask, SIGCHLD);
    noted->log->order[atomic_fetch_add(&noted->log->count, 1)] = noted;
    sem_post(&noted->log->done);
}

static void wait_for(struct log *log, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        while (sem_wait(&log->done) != 0)
            continue;
}

static struct noted *make_tasks(struct log *log, uint32_t count)
{
    sem_init(&log->done, 0, 0);
    atomic_store(&log->count, 0);
    struct noted *tasks = calloc(count, sizeof *tasks);
    for (uint32_t i = 0; i < count; i++) {
        tasks[i].task.run = note;
        tasks[i].log = log;
    }
    return tasks;
}

static void test_a_task_runs_once_beside_the_caller(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 4; threads++) {
        struct jig_pool *pool = jig_pool_create(threads);
        static struct log log;
        struct noted *tasks = make_tasks(&log, 1000);
        for (uint32_t i = 0; i < 1000; i++)
            assert_int_equal(jig_pool_submit(pool, &tasks[i].task, NULL), JIG_OK);
        wait_for(&log, 1000); /* the caller gives no help */
        for (uint32_t i = 0; i < 1000; i++) {
            assert_int_equal(tasks[i].times, 1);
            assert_in_range(tasks[i].worker, 1, jig_pool_threads(pool) - 1);
            assert_false(pthread_equal(tasks[i].thread, pthread_self()));
            assert_true(tasks[i].signals_blocked);
        }
        jig_pool_destroy(pool);
        free(tasks);
    }
}

static void test_a_task_wakes_a_sleeping_pool(void **state)
{
    (void)state;
    struct jig_pool *pool = jig_pool_create(2);
    static struct log log;
    struct noted *tasks = make_tasks(&log, 100);
    for (uint32_t i = 0; i < 100; i++) {
        if (i % 10 == 1)
            wait_until_others_sleep();
        assert_int_equal(jig_pool_submit(pool, &tasks[i].task, NULL), JIG_OK);
        wait_for(&log, 1);
    }
    jig_pool_destroy(pool);
    free(tasks);
}

static void test_one_thread_runs_tasks_in_order(void **state)
{
    (void)state;
    struct jig_pool *pool = jig_pool_create(1);
    static struct log log;
    struct noted *tasks = make_tasks(&log, 1000);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(jig_pool_submit(pool, &tasks[i].task, NULL), JIG_OK);
    wait_for(&log, 1000);
    for (uint32_t i = 0; i < 1000; i++)
        assert_ptr_equal(log.order[i], &tasks[i]);
    jig_pool_destroy(pool);
    free(tasks);
}

/* Tasks that wait for each other need as many threads awake as there are tasks. */
struct meeting_task {
    struct jig_task task;
    pthread_barrier_t *barrier;
};

static void meet(struct jig_task *task, uint32_t worker)
{
    (void)worker;
    pthread_barrier_wait(((struct meeting_task *)task)->barrier);
}

static void test_as_many_tasks_run_at_once_as_there_are_threads(void **state)
{
    (void)state;
    struct jig_pool *pool = jig_pool_create(5);
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 5);
    for (int round = 0; round < 200; round++) {
        struct meeting_task tasks[4];
        for (int i = 0; i < 4; i++) {
            tasks[i] = (struct meeting_task){{.run = meet}, &barrier};
            assert_int_equal(jig_pool_submit(pool, &tasks[i].task, NULL), JIG_OK);
        }
        pthread_barrier_wait(&barrier); /* they do not touch their tasks after this */
    }
    jig_pool_destroy(pool);
    pthread_barrier_destroy(&barrier);
}

struct submitter {
    struct jig_pool *pool;
    struct noted *tasks;
};

static void *submit_100(void *argument)
{
    struct submitter *submitter = argument;
    for (uint32_t i = 0; i < 100; i++)
        jig_pool_submit(submitter->pool, &submitter->tasks[i].task, NULL);
    return NULL;
}

static void test_any_thread_may_submit(void **state)
{
    (void)state;
    struct jig_pool *pool = jig_pool_create(3);
    static struct log log;
    struct noted *tasks = make_tasks(&log, 800);
    pthread_t threads[8];
    struct submitter submitters[8];
    for (uint32_t i = 0; i < 8; i++) {
        submitters[i] = (struct submitter){pool, tasks + i * 100};
        assert_int_equal(pthread_create(&threads[i], NULL, submit_100, &submitters[i]), 0);
    }
    wait_for(&log, 800);
    for (uint32_t i = 0; i < 8; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (uint32_t i = 0; i < 800; i++)
        assert_int_equal(tasks[i].times, 1);
    jig_pool_destroy(pool);
    free(tasks);
}

struct again {
    struct jig_task task;
    struct jig_pool *pool;
    uint32_t left;
};

static void run_again(struct jig_task *task, uint32_t worker)
{
    (void)worker;
    struct again *again = (struct again *)task;
    if (--again->left > 0)
        jig_pool_submit(again->pool, task, NULL);
}

static void test_destroying_a_pool_finishes_its_tasks_and_what_they_submit(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 3; threads++) {
        struct jig_pool *pool = jig_pool_create(threads);
        static struct log log;
        struct noted *tasks = make_tasks(&log, 100);
        struct again again = {.task.run = run_again, .pool = pool, .left = 100};
        for (uint32_t i = 0; i < 100; i++)
            jig_pool_submit(pool, &tasks[i].task, NULL);
        jig_pool_submit(pool, &again.task, NULL);
        jig_pool_destroy(pool);
        assert_int_equal(log.count, 100);
        assert_int_equal(again.left, 0);
        free(tasks);
    }
}

static void add_up(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    (void)worker;
    atomic_fetch_add((atomic_uint *)context, end - begin);
}

static int run_nothing(void *context, uint32_t task, uint32_t worker)
{
    (void)task, (void)worker;
    atomic_fetch_add((atomic_uint *)context, 1);
    return 0;
}

/* With no thread to be had, runs are done by the caller; tasks are refused until one can start. */
static void test_without_threads_the_caller_does_runs_and_tasks_are_refused(void **state)
{
    (void)state;
    static const uint32_t offsets[4] = {0}, none[3] = {0};
    const struct jig_graph_desc graph = {3, offsets, none, none};
    struct jig_pool *pool = jig_pool_create(4);
    static struct log log;
    struct noted *tasks = make_tasks(&log, 1);
    struct jig_error error;
    atomic_uint done = 0;

    atomic_store(&no_more_threads, true);
    jig_pool_for(pool, 1000, 1, add_up, &done);
    assert_int_equal(done, 1000);
    assert_int_equal(jig_graph_run(pool, &graph, run_nothing, &done, NULL, NULL), JIG_OK);
    assert_int_equal(done, 1003);
    assert_int_equal(jig_pool_submit(pool, &tasks->task, &error), JIG_ERROR_IO);
    assert_int_equal(error.status, JIG_ERROR_IO);

    atomic_store(&no_more_threads, false);
    assert_int_equal(jig_pool_submit(pool, &tasks->task, &error), JIG_OK);
    wait_for(&log, 1);
    jig_pool_destroy(pool);
    free(tasks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_task_runs_once_beside_the_caller),
        cmocka_unit_test(test_a_task_wakes_a_sleeping_pool),
        cmocka_unit_test(test_one_thread_runs_tasks_in_order),
        cmocka_unit_test(test_as_many_tasks_run_at_once_as_there_are_threads),
        cmocka_unit_test(test_any_thread_may_submit),
        cmocka_unit_test(test_destroying_a_pool_finishes_its_tasks_and_what_they_submit),
        cmocka_unit_test(test_without_threads_the_caller_does_runs_and_tasks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
