/* Graphs: built from edges; run in an order that respects them; stopped; found to be cyclic. */
#include "cmocka_all.h"

#include "jig/scheduler.h"
#include "scheduler_support.h"

#include <pthread.h>
#include <stdatomic.h>

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof *(array))

/* ---- building --------------------------------------------------------------------------- */

static void test_a_graph_has_the_edges_it_was_built_from(void **state)
{
    (void)state;
    static const struct jig_graph_edge edges[] = {{2, 0}, {0, 1}, {2, 1}, {2, 0}, {3, 1}};
    struct jig_graph_desc graph;
    assert_int_equal(jig_graph_from_edges(4, edges, COUNT(edges), &graph, NULL), JIG_OK);
    static const uint32_t offsets[] = {0, 1, 1, 4, 5};
    static const uint32_t successors[] = {1, 0, 1, 0, 1};
    static const uint32_t predecessors[] = {2, 3, 0, 0};
    assert_int_equal(graph.count, 4);
    assert_memory_equal(graph.offsets, offsets, sizeof offsets);
    assert_memory_equal(graph.successors, successors, sizeof successors);
    assert_memory_equal(graph.predecessors, predecessors, sizeof predecessors);
    jig_graph_free(&graph);
    assert_null(graph.offsets);
    jig_graph_free(&graph);
}

static void test_an_edge_to_nowhere_is_refused(void **state)
{
    (void)state;
    static const struct jig_graph_edge bad[][2] = {{{0, 1}, {0, 2}}, {{0, 1}, {2, 0}}};
    for (uint32_t i = 0; i < 2; i++) {
        struct jig_graph_desc graph;
        struct jig_error error;
        assert_int_equal(jig_graph_from_edges(2, bad[i], 2, &graph, &error), JIG_ERROR_USAGE);
        assert_string_equal(error.message, "edge 1 names a task that is not there");
        assert_int_equal(graph.count, 0);
        assert_null(graph.offsets);
    }
}

static void test_too_many_edges_are_refused(void **state)
{
    (void)state;
    struct jig_graph_desc graph;
    assert_int_equal(jig_graph_from_edges(1, NULL, UINT64_C(1) << 32, &graph, NULL),
                     JIG_ERROR_LIMIT);
}

/* ---- running ---------------------------------------------------------------------------- */

/* Notes the order in which tasks begin, and stops where told to. */
struct record {
    uint32_t order[2000];
    atomic_uint ran;
    uint32_t stop_at; /* task */
    int stop_with;
};

static int run(void *context, uint32_t task, uint32_t worker)
{
    (void)worker;
    struct record *record = context;
    record->order[atomic_fetch_add(&record->ran, 1)] = task;
    return task == record->stop_at ? record->stop_with : 0;
}

static enum jig_status run_edges(uint32_t threads, uint32_t count,
                                 const struct jig_graph_edge *edges, uint32_t edge_count,
                                 struct record *record, struct jig_graph_result *result,
                                 struct jig_error *error)
{
    struct jig_pool *pool = jig_pool_create(threads);
    struct jig_graph_desc graph;
    assert_int_equal(jig_graph_from_edges(count, edges, edge_count, &graph, NULL), JIG_OK);
    enum jig_status status = jig_graph_run(pool, &graph, run, record, result, error);
    jig_graph_free(&graph);
    jig_pool_destroy(pool);
    return status;
}

static void test_an_empty_graph_runs(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 2; threads++) {
        struct record record = {0};
        struct jig_graph_result result;
        assert_int_equal(run_edges(threads, 0, NULL, 0, &record, &result, NULL), JIG_OK);
        assert_int_equal(result.ran, 0);
        assert_int_equal(result.failed, UINT32_MAX);
    }
}

static void test_a_chain_runs_in_order_and_starts_no_thread(void **state)
{
    (void)state;
    struct jig_graph_edge edges[999];
    for (uint32_t i = 0; i < 999; i++)
        edges[i] = (struct jig_graph_edge){999 - i, 998 - i};
    struct record record = {.stop_at = UINT32_MAX};
    struct jig_graph_result result;
    uint32_t before = threads_started;
    assert_int_equal(run_edges(4, 1000, edges, 999, &record, &result, NULL), JIG_OK);
    assert_int_equal(threads_started - before, 0);
    assert_int_equal(result.ran, 1000);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(record.order[i], 999 - i);
}

static void test_a_task_waits_for_all_its_predecessors(void **state)
{
    (void)state;
    /* 0 .. 9 before 10, which an edge given twice also names twice, before 11 .. 20. */
    struct jig_graph_edge edges[21];
    for (uint32_t i = 0; i < 10; i++) {
        edges[i] = (struct jig_graph_edge){i, 10};
        edges[10 + i] = (struct jig_graph_edge){10, 11 + i};
    }
    edges[20] = (struct jig_graph_edge){3, 10};
    for (uint32_t threads = 1; threads <= 4; threads++) {
        struct record record = {.stop_at = UINT32_MAX};
        assert_int_equal(run_edges(threads, 21, edges, 21, &record, NULL, NULL), JIG_OK);
        assert_int_equal(record.ran, 21);
        assert_int_equal(record.order[10], 10);
    }
}

/* Tasks 1 .. 4 of the next graph wait for each other, so four workers must be awake at once. */
static int meet(void *context, uint32_t task, uint32_t worker)
{
    (void)worker;
    if (task > 0)
        pthread_barrier_wait(context);
    return 0;
}

static void test_tasks_that_become_ready_together_run_at_once(void **state)
{
    (void)state;
    static const struct jig_graph_edge edges[] = {{0, 1}, {0, 2}, {0, 3}, {0, 4}};
    struct jig_pool *pool = jig_pool_create(4);
    struct jig_graph_desc graph;
    assert_int_equal(jig_graph_from_edges(5, edges, 4, &graph, NULL), JIG_OK);
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 4);
    for (int round = 0; round < 200; round++) {
        if (round % 20 == 1)
            wait_until_others_sleep();
        assert_int_equal(jig_graph_run(pool, &graph, meet, &barrier, NULL, NULL), JIG_OK);
    }
    jig_pool_destroy(pool);
    pthread_barrier_destroy(&barrier);
    jig_graph_free(&graph);
}

static void test_a_cycle_is_found_and_all_else_is_run(void **state)
{
    (void)state;
    /* 0 -> 1 -> 2 -> 1, 2 -> 3, and 4 apart. */
    static const struct jig_graph_edge edges[] = {{0, 1}, {1, 2}, {2, 1}, {2, 3}};
    for (uint32_t threads = 1; threads <= 4; threads++) {
        struct record record = {.stop_at = UINT32_MAX};
        struct jig_graph_result result;
        struct jig_error error;
        assert_int_equal(run_edges(threads, 5, edges, 4, &record, &result, &error),
                         JIG_ERROR_USAGE);
        assert_string_equal(error.message, "3 of 5 tasks wait for each other");
        assert_int_equal(result.ran, 2);
        assert_int_equal(record.order[0] + record.order[1], 4);
    }
}

static void test_a_task_that_waits_for_itself_is_a_cycle(void **state)
{
    (void)state;
    static const struct jig_graph_edge edges[] = {{0, 0}};
    struct record record = {.stop_at = UINT32_MAX};
    assert_int_equal(run_edges(2, 1, edges, 1, &record, NULL, NULL), JIG_ERROR_USAGE);
    assert_int_equal(record.ran, 0);
}

/* ---- stopping --------------------------------------------------------------------------- */

static void test_a_failing_task_stops_the_run(void **state)
{
    (void)state;
    struct jig_graph_edge edges[999];
    for (uint32_t i = 0; i < 999; i++)
        edges[i] = (struct jig_graph_edge){i, i + 1};
    for (uint32_t threads = 1; threads <= 4; threads++) {
        struct record record = {.stop_at = 500, .stop_with = -7};
        struct jig_graph_result result;
        struct jig_error error;
        assert_int_equal(run_edges(threads, 1000, edges, 999, &record, &result, &error),
                         JIG_ERROR_CANCELLED);
        assert_int_equal(record.ran, 501);
        assert_int_equal(result.ran, 501);
        assert_int_equal(result.failed, 500);
        assert_int_equal(result.value, -7);
        assert_string_equal(error.message, "task 500 stopped the run with -7");
    }
}

/* The first of 1,000 independent tasks fails: others may be under way, most must not begin. */
static void test_what_is_ready_does_not_begin_after_a_failure(void **state)
{
    (void)state;
    struct record record = {.stop_at = 999, .stop_with = 1}; /* newest first: begins first */
    struct jig_graph_result result;
    assert_int_equal(run_edges(1, 1000, NULL, 0, &record, &result, NULL), JIG_ERROR_CANCELLED);
    assert_int_equal(result.ran, 1);
}

static void test_a_pool_runs_again_after_a_failure(void **state)
{
    (void)state;
    struct jig_pool *pool = jig_pool_create(3);
    struct jig_graph_desc graph;
    assert_int_equal(jig_graph_from_edges(1000, NULL, 0, &graph, NULL), JIG_OK);
    for (uint32_t round = 0; round < 100; round++) {
        struct record failing = {.stop_at = round * 10, .stop_with = 1};
        struct record good = {.stop_at = UINT32_MAX};
        struct jig_graph_result result;
        assert_int_equal(jig_graph_run(pool, &graph, run, &failing, &result, NULL),
                         JIG_ERROR_CANCELLED);
        assert_int_equal(result.failed, round * 10);
        assert_int_equal(jig_graph_run(pool, &graph, run, &good, &result, NULL), JIG_OK);
        assert_int_equal(result.ran, 1000);
        assert_int_equal(result.failed, UINT32_MAX);
    }
    jig_graph_free(&graph);
    jig_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_graph_has_the_edges_it_was_built_from),
        cmocka_unit_test(test_an_edge_to_nowhere_is_refused),
        cmocka_unit_test(test_too_many_edges_are_refused),
        cmocka_unit_test(test_an_empty_graph_runs),
        cmocka_unit_test(test_a_chain_runs_in_order_and_starts_no_thread),
        cmocka_unit_test(test_a_task_waits_for_all_its_predecessors),
        cmocka_unit_test(test_tasks_that_become_ready_together_run_at_once),
        cmocka_unit_test(test_a_cycle_is_found_and_all_else_is_run),
        cmocka_unit_test(test_a_task_that_waits_for_itself_is_a_cycle),
        cmocka_unit_test(test_a_failing_task_stops_the_run),
        cmocka_unit_test(test_what_is_ready_does_not_begin_after_a_failure),
        cmocka_unit_test(test_a_pool_runs_again_after_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
