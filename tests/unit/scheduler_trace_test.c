/* The trace: what was recorded comes out as Chrome trace events, lane by lane, in order. */
#include "cmocka_all.h"

#include "jig/scheduler.h"
#include "jig/trace.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- reading a written trace back ---------------------------------------------------------- */

static json_t *write_and_read(const struct jig_trace *trace)
{
    char path[] = "/tmp/jig-trace-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct jig_error error;
    assert_int_equal(jig_trace_write_chrome(trace, path, &error), JIG_OK);
    json_error_t json_error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &json_error);
    if (!root)
        fail_msg("line %d: %s", json_error.line, json_error.text);
    unlink(path);
    return root;
}

/* The n-th event of a phase ("X" or "M") in `tid`; -1 for any. */
static json_t *event(json_t *root, const char *phase, int tid, int n)
{
    size_t i;
    json_t *event;
    json_array_foreach(json_object_get(root, "traceEvents"), i, event)
    {
        if (strcmp(json_string_value(json_object_get(event, "ph")), phase) == 0 &&
            (tid < 0 || json_integer_value(json_object_get(event, "tid")) == tid) && n-- == 0)
            return event;
    }
    return NULL;
}

static const char *text(json_t *event, const char *key)
{
    return json_string_value(json_object_get(event, key));
}

static const char *argument(json_t *event, const char *key)
{
    return text(json_object_get(event, "args"), key);
}

/* Times are given in µs with three digits, so their ns are whole numbers. */
static int64_t ns(json_t *event, const char *key)
{
    return (int64_t)(json_number_value(json_object_get(event, key)) * 1000 + 0.5);
}

static struct jig_trace_slice slice(const char *name, uint64_t begin, uint64_t end)
{
    return (struct jig_trace_slice){
        .category = "test", .name = name, .begin_ns = begin, .end_ns = end};
}

static void add(struct jig_trace *trace, enum jig_lane_kind kind, uint32_t lane,
                struct jig_trace_slice slice)
{
    jig_trace_slice(trace, kind, lane, &slice);
}

/* ---- tests ------------------------------------------------------------------------------ */

static void test_off_is_a_null_pointer(void **state)
{
    (void)state;
    add(NULL, JIG_LANE_WORKER, 0, slice("nothing", 0, 1));
    assert_int_equal(jig_trace_now(NULL), 0);
    jig_trace_destroy(NULL);
}

static void test_each_lane_is_a_named_thread(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(2);
    add(trace, JIG_LANE_SLOT, 1, slice("cc", 1000, 2000));
    json_t *root = write_and_read(trace);
    assert_string_equal(argument(event(root, "M", 0, 0), "name"), "jig");
    static const int tids[] = {1, 2, 1001, 1002};
    static const char *const names[] = {"worker 0", "worker 1", "slot 0", "slot 1"};
    for (int i = 0; i < 4; i++) {
        json_t *name = event(root, "M", tids[i], 0);
        assert_non_null(name);
        assert_string_equal(text(name, "name"), "thread_name");
        assert_string_equal(argument(name, "name"), names[i]);
    }
    assert_non_null(event(root, "X", 1002, 0));
    json_decref(root);
    jig_trace_destroy(trace);
}

static void test_a_worker_without_a_lane_leaves_no_slice(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1);
    add(trace, JIG_LANE_WORKER, 1, slice("lost", 0, 1));
    json_t *root = write_and_read(trace);
    assert_null(event(root, "X", -1, 0));
    json_decref(root);
    jig_trace_destroy(trace);
}

static void test_times_are_microseconds_since_the_first_slice(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1);
    add(trace, JIG_LANE_SLOT, 0, slice("later", 5000000007123, 5000000008000));
    add(trace, JIG_LANE_WORKER, 0, slice("first", 5000000001000, 5000000001001));
    json_t *root = write_and_read(trace);
    json_t *first = event(root, "X", 1, 0), *later = event(root, "X", 1001, 0);
    assert_int_equal(ns(first, "ts"), 0);
    assert_int_equal(ns(first, "dur"), 1);
    assert_int_equal(ns(later, "ts"), 6123);
    assert_int_equal(ns(later, "dur"), 877);
    json_decref(root);
    jig_trace_destroy(trace);
}

static void test_arguments_are_those_given(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1);
    struct jig_trace_slice full = slice("CC a.o", 10, 20);
    full.job = "a.o";
    full.reason = "input changed: a.c";
    full.exit_code = 1;
    full.has_exit_code = true;
    struct jig_trace_slice coded = slice("CC b.o", 30, 40);
    coded.has_exit_code = true;
    add(trace, JIG_LANE_SLOT, 0, full);
    add(trace, JIG_LANE_SLOT, 0, coded);
    add(trace, JIG_LANE_SLOT, 0, slice("bare", 50, 60));
    json_t *root = write_and_read(trace);
    json_t *e = event(root, "X", 1001, 0);
    assert_string_equal(text(e, "name"), "CC a.o");
    assert_string_equal(text(e, "cat"), "test");
    assert_string_equal(argument(e, "job"), "a.o");
    assert_string_equal(argument(e, "reason"), "input changed: a.c");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(e, "args"), "exit_code")),
                     1);
    e = json_object_get(event(root, "X", 1001, 1), "args");
    assert_int_equal(json_object_size(e), 1);
    assert_int_equal(json_integer_value(json_object_get(e, "exit_code")), 0);
    assert_null(json_object_get(event(root, "X", 1001, 2), "args"));
    json_decref(root);
    jig_trace_destroy(trace);
}

static void test_any_text_is_escaped(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1);
    add(trace, JIG_LANE_WORKER, 0, slice("a\"b\\c\n\x01/\xc3\xa4", 0, 1));
    add(trace, JIG_LANE_WORKER, 0, slice("not UTF-8: \xff", 2, 3));
    json_t *root = write_and_read(trace);
    assert_string_equal(text(event(root, "X", 1, 0), "name"), "a\"b\\c\n\x01/\xc3\xa4");
    assert_string_equal(text(event(root, "X", 1, 1), "name"), "not UTF-8: \xc3\xbf");
    json_decref(root);
    jig_trace_destroy(trace);
}

static void test_text_is_copied(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1);
    char name[] = "before", job[] = "x.o";
    struct jig_trace_slice s = slice(name, 0, 1);
    s.job = job;
    add(trace, JIG_LANE_WORKER, 0, s);
    memset(name, '?', sizeof name - 1);
    memset(job, '?', sizeof job - 1);
    json_t *root = write_and_read(trace);
    assert_string_equal(text(event(root, "X", 1, 0), "name"), "before");
    assert_string_equal(argument(event(root, "X", 1, 0), "job"), "x.o");
    json_decref(root);
    jig_trace_destroy(trace);
}

/* An inner slice ends, and so is recorded, before the outer one, but comes out after it. */
static void test_containers_come_before_what_they_contain(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1);
    add(trace, JIG_LANE_WORKER, 0, slice("second", 200, 300));
    add(trace, JIG_LANE_WORKER, 0, slice("innermost", 0, 50));
    add(trace, JIG_LANE_WORKER, 0, slice("inner", 0, 100));
    add(trace, JIG_LANE_WORKER, 0, slice("outer", 0, 1000));
    json_t *root = write_and_read(trace);
    static const char *const order[] = {"outer", "inner", "innermost", "second"};
    for (int i = 0; i < 4; i++)
        assert_string_equal(text(event(root, "X", 1, i), "name"), order[i]);
    json_decref(root);
    jig_trace_destroy(trace);
}

static void test_a_slice_that_sticks_out_is_cut_to_nest(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1);
    add(trace, JIG_LANE_WORKER, 0, slice("outer", 0, 1000));
    add(trace, JIG_LANE_WORKER, 0, slice("inner", 900, 1005));
    json_t *root = write_and_read(trace);
    assert_int_equal(ns(event(root, "X", 1, 1), "dur"), 100);
    json_decref(root);
    jig_trace_destroy(trace);
}

static void test_a_file_that_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    struct jig_trace *trace = jig_trace_create(1);
    struct jig_error error;
    assert_int_equal(jig_trace_write_chrome(trace, "/nowhere/trace.json", &error), JIG_ERROR_IO);
    assert_non_null(strstr(error.message, "/nowhere/trace.json"));
    assert_int_equal(jig_trace_write_chrome(trace, "/dev/full", &error), JIG_ERROR_IO);
    assert_non_null(strstr(error.message, "No space left"));
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
    struct jig_trace *trace = jig_trace_create(jig_pool_threads(pool));
    jig_pool_for(pool, 1000, 1, do_nothing, NULL);
    jig_pool_set_trace(pool, trace, "hash files");
    jig_pool_for(pool, 1000, 1, do_nothing, NULL);
    jig_pool_set_trace(pool, NULL, NULL);
    jig_pool_for(pool, 1000, 1, do_nothing, NULL);
    jig_pool_destroy(pool);
    json_t *root = write_and_read(trace);
    assert_string_equal(text(event(root, "X", 1, 0), "name"), "hash files");
    assert_string_equal(text(event(root, "X", 1, 0), "cat"), "worker");
    json_decref(root);
    jig_trace_destroy(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_off_is_a_null_pointer),
        cmocka_unit_test(test_each_lane_is_a_named_thread),
        cmocka_unit_test(test_a_worker_without_a_lane_leaves_no_slice),
        cmocka_unit_test(test_times_are_microseconds_since_the_first_slice),
        cmocka_unit_test(test_arguments_are_those_given),
        cmocka_unit_test(test_any_text_is_escaped),
        cmocka_unit_test(test_text_is_copied),
        cmocka_unit_test(test_containers_come_before_what_they_contain),
        cmocka_unit_test(test_a_slice_that_sticks_out_is_cut_to_nest),
        cmocka_unit_test(test_a_file_that_cannot_be_written_is_an_error),
        cmocka_unit_test(test_a_pool_records_its_workers_stretches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
