/* Rings of slices: what each worker recorded comes out in order, and nests; the oldest give way. */
#include "cmocka_all.h"

#include "jig/scheduler.h"
#include "jig/trace.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

/* All slices of a trace, as they were told. */
struct told {
    struct jig_trace_slice slices[MOST];
    uint32_t workers[MOST];
    uint32_t count;
};

static void take(void *context, uint32_t worker, const struct jig_trace_slice *slice)
{
    struct told *told = context;
    assert_true(told->count < MOST);
    told->workers[told->count] = worker;
    told->slices[told->count++] = *slice;
}

static struct told read_all(const struct jig_trace *trace)
{
    struct told told = {0};
    jig_trace_each(trace, take, &told);
    return told;
}

static void add(struct jig_trace *trace, uint32_t worker, const char *name, uint64_t begin_ns,
                uint64_t end_ns)
{
    jig_trace_slice(trace, worker, &(struct jig_trace_slice){"test", name, begin_ns, end_ns});
}

static void test_off_is_a_null_pointer(void **state)
{
    (void)state;
    add(NULL, 0, "nothing", 0, 1);
    assert_int_equal(jig_trace_now(NULL), 0);
    jig_trace_destroy(NULL);
}

static void test_workers_come_one_after_the_other(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(3, 8);
    assert_int_equal(jig_trace_workers(trace), 3);
    add(trace, 2, "a", 10, 20);
    add(trace, 0, "b", 30, 40);
    add(trace, 2, "c", 50, 60);
    struct told told = read_all(trace);
    assert_int_equal(told.count, 3);
    static const uint32_t workers[] = {0, 2, 2};
    static const char *const names[] = {"b", "a", "c"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(told.workers[i], workers[i]);
        assert_string_equal(told.slices[i].name, names[i]);
        assert_string_equal(told.slices[i].category, "test");
    }
    assert_int_equal(told.slices[0].begin_ns, 30);
    assert_int_equal(told.slices[0].end_ns, 40);
    jig_trace_destroy(trace);
}

static void test_a_worker_without_a_ring_leaves_no_slice(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1, 8);
    add(trace, 1, "lost", 0, 1);
    assert_int_equal(read_all(trace).count, 0);
    jig_trace_destroy(trace);
}

/* An inner slice ends, and so is recorded, before the outer one, but comes out after it. */
static void test_containers_come_before_what_they_contain(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1, 8);
    add(trace, 0, "innermost", 0, 50);
    add(trace, 0, "inner", 0, 100);
    add(trace, 0, "second", 200, 300);
    add(trace, 0, "outer", 0, 1000);
    struct told told = read_all(trace);
    static const char *const order[] = {"outer", "inner", "innermost", "second"};
    for (int i = 0; i < 4; i++)
        assert_string_equal(told.slices[i].name, order[i]);
    jig_trace_destroy(trace);
}

static void test_a_slice_that_sticks_out_is_cut_to_nest(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1, 8);
    add(trace, 0, "inner", 900, 1005);
    add(trace, 0, "outer", 0, 1000);
    add(trace, 0, "next", 1000, 1010);
    struct told told = read_all(trace);
    assert_int_equal(told.slices[1].end_ns, 1000);
    assert_int_equal(told.slices[2].end_ns, 1010);
    jig_trace_destroy(trace);
}

static void test_the_oldest_make_room_and_are_counted(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(2, 4);
    for (uint64_t i = 0; i < 6; i++)
        add(trace, 0, "many", i, i + 1);
    add(trace, 1, "one", 0, 1);
    struct told told = read_all(trace);
    assert_int_equal(told.count, 5);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(told.slices[i].begin_ns, i + 2);
    assert_int_equal(jig_trace_lost(trace), 2);
    jig_trace_destroy(trace);
}

static void test_cleared_it_is_empty(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1, 2);
    for (uint64_t i = 0; i < 3; i++)
        add(trace, 0, "before", i, i);
    jig_trace_clear(trace);
    assert_int_equal(jig_trace_lost(trace), 0);
    add(trace, 0, "after", 7, 8);
    struct told told = read_all(trace);
    assert_int_equal(told.count, 1);
    assert_string_equal(told.slices[0].name, "after");
    jig_trace_destroy(trace);
}

static void do_nothing(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    (void)context, (void)begin, (void)end, (void)worker;
}

static void test_a_pool_records_its_workers_stretches(void **state)
{
    (void)state;
    struct jig_pool *pool = jig_pool_create(3);
    struct jig_trace *trace = jig_trace_create(jig_pool_threads(pool), 16);
    jig_pool_for(pool, 1000, 1, do_nothing, NULL);
    assert_int_equal(read_all(trace).count, 0);
    jig_pool_set_trace(pool, trace, "hash files");
    jig_pool_for(pool, 1000, 1, do_nothing, NULL);
    struct told told = read_all(trace); /* while the pool lives: the run has ended */
    assert_true(told.count > 0);
    assert_int_equal(told.workers[0], 0);
    assert_string_equal(told.slices[0].name, "hash files");
    assert_string_equal(told.slices[0].category, "worker");
    jig_pool_set_trace(pool, NULL, NULL);
    jig_pool_for(pool, 1000, 1, do_nothing, NULL);
    assert_int_equal(read_all(trace).count, told.count);
    jig_pool_destroy(pool);
    jig_trace_destroy(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_off_is_a_null_pointer),
        cmocka_unit_test(test_workers_come_one_after_the_other),
        cmocka_unit_test(test_a_worker_without_a_ring_leaves_no_slice),
        cmocka_unit_test(test_containers_come_before_what_they_contain),
        cmocka_unit_test(test_a_slice_that_sticks_out_is_cut_to_nest),
        cmocka_unit_test(test_the_oldest_make_room_and_are_counted),
        cmocka_unit_test(test_cleared_it_is_empty),
        cmocka_unit_test(test_a_pool_records_its_workers_stretches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
