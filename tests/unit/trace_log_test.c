/* A build's trace is written and read again; what cannot be the trace of a build is refused. */
#include "trace_support.h"

#include "engine/trace/log.h"

#include <string.h>

static struct trace_log read_back(const struct trace_log *log)
{
    struct buf bytes = {0};
    struct trace_log again;
    struct jig_error error;
    trace_log_encode(log, &bytes);
    if (trace_log_decode(bytes.data, bytes.length, &again, &error))
        fail_msg("%s", error.message);
    buf_free(&bytes);
    return again;
}

static void test_equal_words_have_one_name_and_equal_texts_need_not(void **state)
{
    (void)state;
    struct trace_log log = {0};
    trace_text rule = trace_log_word(&log, "cc");
    assert_int_equal(trace_log_word(&log, "link") == rule, false);
    assert_int_equal(trace_log_word(&log, "cc"), rule);
    trace_text path = trace_log_text(&log, "cc");
    assert_int_not_equal(path, rule);
    assert_string_equal(trace_log_str(&log, path), "cc");
    assert_int_equal(trace_log_text(&log, ""), 0);
    assert_int_equal(trace_log_word(&log, ""), 0);
    assert_string_equal(trace_log_str(&log, 0), "");
    trace_log_free(&log);
}

static void test_what_is_read_is_what_was_written(void **state)
{
    (void)state;
    struct trace_log log;
    trace_small(&log);
    struct trace_log again = read_back(&log);
    struct buf first = {0}, second = {0};
    trace_log_encode(&log, &first);
    trace_log_encode(&again, &second);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);

    assert_int_equal(again.began_ns, log.began_ns);
    assert_int_equal(again.jobs.count, 3);
    const struct trace_job *last = &again.jobs.data[2];
    assert_string_equal(trace_log_str(&again, last->output), "app");
    assert_string_equal(trace_log_str(&again, last->reason), "input-changed");
    assert_int_equal(last->deps_count, 2);
    assert_int_equal(trace_log_deps(&again, last)[1], 1);
    assert_int_equal(last->end_ns, 9000);
    assert_int_equal(last->exit_code, -1);
    assert_int_equal(again.slices.data[1].end_ns, 900);
    assert_string_equal(trace_log_str(&again, again.numbers.data[0].name), "files");
    assert_int_equal(again.numbers.data[0].value, UINT64_MAX);
    trace_log_free(&again);
    trace_log_free(&log);
    buf_free(&first);
    buf_free(&second);
}

static void test_an_empty_log_is_one_too(void **state)
{
    (void)state;
    struct trace_log log = {0};
    struct trace_log again = read_back(&log);
    assert_int_equal(again.jobs.count, 0);
    trace_log_free(&again);
}

static void test_a_file_cut_short_anywhere_is_refused(void **state)
{
    (void)state;
    struct trace_log log, again;
    struct buf bytes = {0};
    trace_small(&log);
    trace_log_encode(&log, &bytes);
    for (size_t length = 0; length < bytes.length; length++)
        assert_int_equal(trace_log_decode(bytes.data, length, &again, NULL), JIG_ERROR_CORRUPT);
    buf_append_char(&bytes, '\0');
    assert_int_equal(trace_log_decode(bytes.data, bytes.length, &again, NULL), JIG_ERROR_CORRUPT);
    buf_free(&bytes);
    trace_log_free(&log);
}

static void test_a_file_with_any_bit_changed_is_refused(void **state)
{
    (void)state;
    struct trace_log log, again;
    struct buf bytes = {0};
    trace_small(&log);
    trace_log_encode(&log, &bytes);
    for (size_t bit = 0; bit < bytes.length * 8; bit++) {
        bytes.data[bit / 8] = (char)(bytes.data[bit / 8] ^ 1 << bit % 8);
        assert_int_equal(trace_log_decode(bytes.data, bytes.length, &again, NULL),
                         JIG_ERROR_CORRUPT);
        bytes.data[bit / 8] = (char)(bytes.data[bit / 8] ^ 1 << bit % 8);
    }
    buf_free(&bytes);
    trace_log_free(&log);
}

/* Each breaks one promise of log.h; the file's checksum is right all the same. */
static void break_dependency(struct trace_log *log)
{
    log->deps.data[0] = 2; /* the job itself */
}

static void break_readiness(struct trace_log *log)
{
    log->jobs.data[2].ready_ns = 1; /* before what it waits for had ended */
}

static void break_end(struct trace_log *log)
{
    log->duration_ns = 8999;
}

static void break_slot(struct trace_log *log)
{
    log->jobs.data[1].slot = log->jobs.data[0].slot;
}

static void break_fate(struct trace_log *log)
{
    log->jobs.data[0].fate = TRACE_PASSED; /* and took time */
}

static void break_nesting(struct trace_log *log)
{
    log->slices.data[1].end_ns = 1001;
}

static void break_worker(struct trace_log *log)
{
    log->workers = 1;
}

static void break_order(struct trace_log *log)
{
    log->samples.data[0].time_ns = 5001;
}

static void break_name(struct trace_log *log)
{
    log->jobs.data[0].rule = log->offsets.count + 1;
}

static void break_pool(struct trace_log *log)
{
    log->pools.data[0].depth = 0;
}

static void test_what_cannot_be_is_refused(void **state)
{
    (void)state;
    void (*const breaks[])(struct trace_log *) = {
        break_dependency, break_readiness, break_end,   break_slot, break_fate,
        break_nesting,    break_worker,    break_order, break_name, break_pool};
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        struct trace_log log, again;
        struct buf bytes = {0};
        trace_small(&log);
        breaks[i](&log);
        trace_log_encode(&log, &bytes);
        if (trace_log_decode(bytes.data, bytes.length, &again, NULL) != JIG_ERROR_CORRUPT)
            fail_msg("break %zu was accepted", i);
        buf_free(&bytes);
        trace_log_free(&log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_words_have_one_name_and_equal_texts_need_not),
        cmocka_unit_test(test_what_is_read_is_what_was_written),
        cmocka_unit_test(test_an_empty_log_is_one_too),
        cmocka_unit_test(test_a_file_cut_short_anywhere_is_refused),
        cmocka_unit_test(test_a_file_with_any_bit_changed_is_refused),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
