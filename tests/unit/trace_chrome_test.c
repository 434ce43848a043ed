/* Chrome's trace events: what viewers need to show slices, arrows and counters. */
#include "trace_made.h"

#include "tools/trace/chrome.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *export_of(const struct made *made)
{
    char *text = NULL;
    size_t length;
    FILE *memory = open_memstream(&text, &length);
    trace_chrome_write(&made->log, memory);
    fclose(memory);
    json_error_t error;
    json_t *whole = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!whole)
        fail_msg("line %d: %s", error.line, error.text);
    free(text);
    return whole;
}

static const char *text_of(const json_t *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event, key));
    return text ? text : "";
}

static double number_of(const json_t *event, const char *key)
{
    return json_number_value(json_object_get(event, key));
}

/* The first event from `*from` on with that phase and name ("": any); *from is then after it. */
static const json_t *next_event(const json_t *whole, const char *phase, const char *name,
                                size_t *from)
{
    const json_t *events = json_object_get(whole, "traceEvents");
    while (*from < json_array_size(events)) {
        const json_t *event = json_array_get(events, (*from)++);
        if (strcmp(text_of(event, "ph"), phase) == 0 &&
            (!*name || strcmp(text_of(event, "name"), name) == 0))
            return event;
    }
    return NULL;
}

static void test_job_is_a_slice_on_its_slot(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    uint32_t a = made_job(&made, "a.o", 5, 10, 30);
    made_reason(&made, a, "input-changed", "a.c");
    made_at(&made, a)->exit_code = 3;
    made_at(&made, a)->slot = 1;
    made_analyse(&made);
    json_t *whole = export_of(&made);
    size_t from = 0;
    const json_t *slice = next_event(whole, "X", "cc", &from);
    assert_non_null(slice);
    const json_t *args = json_object_get(slice, "args");
    assert_true(number_of(slice, "ts") == 10000 && number_of(slice, "dur") == 20000);
    assert_string_equal(text_of(slice, "cat"), "job");
    assert_string_equal(text_of(args, "job"), "a.o");
    assert_string_equal(text_of(args, "reason"), "input changed: a.c");
    assert_true(number_of(args, "exit_code") == 3 && number_of(args, "waited_ms") == 5);
    size_t names = 0;
    const json_t *name = next_event(whole, "M", "thread_name", &names);
    assert_true(number_of(name, "tid") == number_of(slice, "tid"));
    assert_string_equal(text_of(json_object_get(name, "args"), "name"), "slot 1");
    json_decref(whole);
    made_free(&made);
}

static void test_arrow_comes_from_the_job_that_gated(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    uint32_t early = made_job(&made, "early", 0, 0, 10);
    uint32_t late = made_job(&made, "late", 0, 0, 40);
    uint32_t all = made_job(&made, "all", 40, 40, 40, late);
    made_at(&made, all)->fate = TRACE_PHONY;
    made_job(&made, "app", 40, 50, 90, early, all);
    made_analyse(&made);
    json_t *whole = export_of(&made);
    size_t starts = 0, ends = 0;
    const json_t *start = next_event(whole, "s", "", &starts);
    const json_t *end = next_event(whole, "f", "", &ends);
    assert_non_null(start);
    assert_non_null(end);
    assert_null(next_event(whole, "s", "", &starts));
    /* Within the slices of "late" and "app". */
    assert_true(number_of(start, "ts") >= 0 && number_of(start, "ts") < 40000);
    assert_true(number_of(start, "tid") == 1001 + made_at(&made, late)->slot);
    assert_true(number_of(end, "ts") == 50000);
    assert_string_equal(text_of(end, "bp"), "e");
    assert_true(number_of(start, "id") == number_of(end, "id"));
    json_decref(whole);
    made_free(&made);
}

static void counter_is(const json_t *whole, const char *name, const char *series, size_t *from,
                       double us, double value)
{
    const json_t *counter = next_event(whole, "C", name, from);
    if (!counter)
        fail_msg("no further counter '%s'", name);
    double ts = number_of(counter, "ts");
    double is = number_of(json_object_get(counter, "args"), series);
    if (ts != us || is != value)
        fail_msg("%s: %f at %f µs instead of %f at %f", name, is, ts, value, us);
}

static void test_counters_of_jobs(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 100);
    uint32_t a = made_job(&made, "a", 0, 10, 20);
    made_at(&made, a)->peak_rss = 4096;
    made_at(&made, a)->user_ns = 5 * MADE_MS;
    made_job(&made, "b", 5, 20, 30);
    made_analyse(&made);
    json_t *whole = export_of(&made);
    size_t ready = 0, running = 0, cpu = 0, memory = 0;
    counter_is(whole, "ready jobs", "jobs", &ready, 0, 1);
    counter_is(whole, "ready jobs", "jobs", &ready, 5000, 2);
    counter_is(whole, "ready jobs", "jobs", &ready, 10000, 1);
    counter_is(whole, "ready jobs", "jobs", &ready, 20000, 0);
    counter_is(whole, "running jobs", "jobs", &running, 10000, 1);
    counter_is(whole, "running jobs", "jobs", &running, 30000, 0);
    counter_is(whole, "CPU", "processors", &cpu, 10000, 0.5);
    counter_is(whole, "CPU", "processors", &cpu, 20000, 0);
    counter_is(whole, "memory of jobs, at most", "bytes", &memory, 10000, 4096);
    counter_is(whole, "memory of jobs, at most", "bytes", &memory, 20000, 0);
    json_decref(whole);
    made_free(&made);
}

static void test_counters_of_the_machine_where_it_was_sampled(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 100);
    uint32_t a = made_job(&made, "a", 0, 10, 20);
    made_at(&made, a)->user_ns = 5 * MADE_MS;
    vec_push(&made.log.samples, ((struct trace_sample){0, 1000 * MADE_MS, 5000}));
    vec_push(&made.log.samples, ((struct trace_sample){50 * MADE_MS, 1075 * MADE_MS, 4000}));
    made_analyse(&made);
    json_t *whole = export_of(&made);
    size_t cpu = 0, memory = 0;
    counter_is(whole, "CPU", "processors", &cpu, 0, 1.5);
    assert_null(next_event(whole, "C", "CPU", &cpu));
    counter_is(whole, "memory available", "bytes", &memory, 0, 5000);
    counter_is(whole, "memory available", "bytes", &memory, 50000, 4000);
    json_decref(whole);
    made_free(&made);
}

static void test_threads_of_many_workers_and_slots_are_told_apart(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 0, 100);
    made.log.workers = 5000;
    made_slice(&made, 4999, "stat", 0, 1);
    uint32_t a = made_job(&made, "a", 0, 0, 10);
    made_at(&made, a)->slot = UINT32_MAX;
    made_analyse(&made);
    json_t *whole = export_of(&made);
    size_t from = 0;
    const json_t *slice = next_event(whole, "X", "stat", &from);
    const json_t *job = next_event(whole, "X", "cc", &from);
    assert_true(number_of(slice, "tid") == 5000);
    assert_true(number_of(job, "tid") == 5001 + (double)UINT32_MAX);
    json_decref(whole);
    made_free(&made);
}

static void test_names_that_are_no_text_are_valid_json(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 100);
    made_job(&made, "a\"\\\n\x01\xff.o", 0, 0, 10);
    made_analyse(&made);
    json_t *whole = export_of(&made);
    size_t from = 0;
    const json_t *job = next_event(whole, "X", "cc", &from);
    assert_string_equal(text_of(json_object_get(job, "args"), "job"), "a\"\\\n\x01\xef\xbf\xbd.o");
    json_decref(whole);
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_job_is_a_slice_on_its_slot),
        cmocka_unit_test(test_arrow_comes_from_the_job_that_gated),
        cmocka_unit_test(test_counters_of_jobs),
        cmocka_unit_test(test_counters_of_the_machine_where_it_was_sampled),
        cmocka_unit_test(test_threads_of_many_workers_and_slots_are_told_apart),
        cmocka_unit_test(test_names_that_are_no_text_are_valid_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
