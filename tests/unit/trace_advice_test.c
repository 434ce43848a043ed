/* What a build's trace leads to: groups of jobs, advice, how far off forecasts were. */
#include "trace_made.h"

#include <stdio.h>
#include <string.h>

static const struct trace_advice *advice_of(const struct made *made, enum trace_advice_kind kind)
{
    for (uint32_t i = 0; i < made->analysis.advice.count; i++)
        if (made->analysis.advice.data[i].kind == kind)
            return &made->analysis.advice.data[i];
    return NULL;
}

static void test_a_job_that_gates_the_build(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 4, 1000);
    uint32_t small = made_job(&made, "small.o", 0, 0, 100);
    uint32_t huge = made_job(&made, "huge.o", 0, 0, 900);
    made_job(&made, "app", 900, 900, 1000, small, huge);
    made_analyse(&made);
    const struct trace_advice *gate = advice_of(&made, TRACE_ADVICE_GATE);
    assert_non_null(gate);
    assert_int_equal(gate->job, huge);
    assert_int_equal(gate->gain_ns, 800 * MADE_MS);
    assert_non_null(strstr(gate->title, "huge.o takes 90 %"));
    made_free(&made);
}

static void test_no_gate_where_slots_are_what_is_short(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 1000);
    for (uint32_t i = 0; i < 100; i++)
        made_job(&made, "a.o", 0, i * 10, i * 10 + 10);
    made_analyse(&made);
    assert_null(advice_of(&made, TRACE_ADVICE_GATE));
    assert_null(advice_of(&made, TRACE_ADVICE_DEPS));
    made_free(&made);
}

static void test_a_header_that_makes_most_jobs_run(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 1000);
    for (uint32_t i = 0; i < 10; i++) {
        uint32_t job = made_job(&made, "a.o", 0, i * 100, i * 100 + 100);
        made_reason(&made, job, "input-changed", i < 7 ? "config.h" : "a.c");
    }
    made_analyse(&made);
    const struct trace_advice *header = advice_of(&made, TRACE_ADVICE_HEADER);
    assert_non_null(header);
    assert_string_equal(header->title, "config.h made 7 of 10 jobs run");
    assert_int_equal(header->gain_ns, 700 * MADE_MS);
    made_free(&made);
}

static void test_a_pool_that_starves_slots(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 4, 1000);
    for (uint32_t i = 0; i < 4; i++)
        made_pool(&made, made_job(&made, "app", 0, i * 250, i * 250 + 250), "link", 1);
    made_analyse(&made);
    const struct trace_advice *pool = advice_of(&made, TRACE_ADVICE_POOL);
    assert_non_null(pool);
    assert_int_equal(pool->gain_ns, 750 * MADE_MS);
    assert_non_null(strstr(pool->title, "'link'"));
    made_free(&made);
}

static void test_more_slots_while_there_are_processors(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 1000);
    made.log.processors = 8;
    for (uint32_t i = 0; i < 10; i++)
        made_job(&made, "a.o", 0, i * 100, i * 100 + 100);
    made_analyse(&made);
    const struct trace_advice *slots = advice_of(&made, TRACE_ADVICE_SLOTS);
    assert_non_null(slots);
    assert_int_equal(slots->gain_ns, 500 * MADE_MS);
    assert_non_null(strstr(slots->text, "-j2"));
    made_free(&made);
}

static void make_chain(struct made *made, uint32_t slots, uint32_t jobs)
{
    made_begin(made, slots, jobs * 100);
    for (uint32_t i = 0; i < jobs; i++) {
        uint32_t job = i ? made_job(made, "a", i * 100, i * 100, i * 100 + 100, i - 1)
                         : made_job(made, "a", 0, 0, 100);
        made_at(made, job)->user_ns = 95 * MADE_MS;
    }
    made_analyse(made);
}

static void test_fewer_slots_where_they_would_do(void **state)
{
    (void)state;
    struct made made;
    make_chain(&made, 4, 5);
    const struct trace_advice *slots = advice_of(&made, TRACE_ADVICE_SLOTS);
    assert_non_null(slots);
    assert_int_equal(slots->gain_ns, 0);
    assert_string_equal(slots->title, "1 slot would do as well as 4");
    assert_string_equal(slots->text,
                        "What there was to do waited for other jobs more than for slots. With -j1 "
                        "the build would take as long, 500 ms, and leave more of the machine to "
                        "others.");
    made_free(&made);
}

static void test_a_build_of_few_jobs_says_nothing_of_slots(void **state)
{
    (void)state;
    struct made made;
    make_chain(&made, 4, 4);
    assert_null(advice_of(&made, TRACE_ADVICE_SLOTS));
    made_free(&made);
}

static void test_what_is_saved_is_in_proportion_to_what_was_measured(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 400);
    /* They take 200 ms simulated, and without the pool 100: pauses between them made it 350. */
    for (uint32_t i = 0; i < 4; i++)
        made_pool(&made, made_job(&made, "app", 0, i * 100, i * 100 + 50), "link", 1);
    made_analyse(&made);
    const struct trace_advice *pool = advice_of(&made, TRACE_ADVICE_POOL);
    assert_non_null(pool);
    assert_int_equal(pool->gain_ns, 175 * MADE_MS);
    made_free(&made);
}

static void test_a_job_saves_no_more_than_it_takes(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 400);
    uint32_t a = made_job(&made, "a", 0, 100, 200); /* jig was late with both */
    made_job(&made, "b", 200, 300, 400, a);
    made_job(&made, "c", 0, 0, 10);
    made_analyse(&made);
    const struct trace_advice *gate = advice_of(&made, TRACE_ADVICE_GATE);
    assert_non_null(gate);
    assert_int_equal(gate->gain_ns, 100 * MADE_MS);
    made_free(&made);
}

static void test_no_larger_machine_for_jobs_that_use_processors(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 1000);
    for (uint32_t i = 0; i < 10; i++) {
        uint32_t job = made_job(&made, "a.o", 0, i * 100, i * 100 + 100);
        made_at(&made, job)->user_ns = 95 * MADE_MS;
    }
    made_analyse(&made);
    assert_null(advice_of(&made, TRACE_ADVICE_SLOTS));
    made_free(&made);
}

static void test_memory_that_runs_short(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 1000);
    made_job(&made, "small", 0, 0, 1000);
    uint32_t large = made_job(&made, "large", 0, 0, 1000);
    made_at(&made, large)->peak_rss = (uint64_t)3 << 30;
    vec_push(&made.log.samples, ((struct trace_sample){0, 0, (uint64_t)4 << 30}));
    vec_push(&made.log.samples, ((struct trace_sample){500 * MADE_MS, 0, (uint64_t)100 << 20}));
    made_analyse(&made);
    const struct trace_advice *memory = advice_of(&made, TRACE_ADVICE_MEMORY);
    assert_non_null(memory);
    assert_int_equal(memory->job, large);
    assert_non_null(strstr(memory->title, "100 MiB"));
    made_free(&made);
}

/* Four jobs on two processors that were busy all the time, of which the jobs had `cpu_ms` each. */
static void make_crowded(struct made *made, uint64_t cpu_ms)
{
    made_begin(made, 2, 2000);
    made->log.processors = 2;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t job = made_job(made, "a.o", 0, i / 2 * 1000, i / 2 * 1000 + 1000);
        made_at(made, job)->user_ns = cpu_ms * MADE_MS;
    }
    for (uint64_t i = 0; i <= 4; i++)
        vec_push(&made->log.samples,
                 ((struct trace_sample){i * 500 * MADE_MS, i * 1000 * MADE_MS, (uint64_t)1 << 30}));
    made_analyse(made);
}

static void test_a_machine_that_others_use_is_told_and_needs_no_more_slots(void **state)
{
    (void)state;
    struct made made;
    make_crowded(&made, 300);
    const struct trace_advice *others = advice_of(&made, TRACE_ADVICE_OTHERS);
    assert_non_null(others);
    assert_non_null(strstr(others->text, "busy 100 % of the time, and 70 % of it"));
    assert_null(advice_of(&made, TRACE_ADVICE_SLOTS));
    made_free(&made);
}

static void test_a_machine_that_jobs_fill_is_as_it_should_be(void **state)
{
    (void)state;
    struct made made;
    make_crowded(&made, 950);
    assert_null(advice_of(&made, TRACE_ADVICE_OTHERS));
    made_free(&made);
}

static void test_an_engine_that_takes_long_names_what_it_did(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 1000);
    made_slice(&made, 0, "look", 0, 600);
    made_slice(&made, 0, "hash", 100, 500);
    made_job(&made, "a", 600, 600, 1000);
    made_analyse(&made);
    const struct trace_advice *engine = advice_of(&made, TRACE_ADVICE_ENGINE);
    assert_non_null(engine);
    assert_int_equal(engine->gain_ns, 600 * MADE_MS);
    assert_non_null(strstr(engine->text, "400 ms, went into \"hash\""));
    made_free(&made);
}

static void test_nothing_stands_out_in_a_small_build(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 10);
    made_job(&made, "a", 1, 1, 9);
    made_analyse(&made);
    assert_int_equal(made.analysis.advice.count, 1);
    assert_int_equal(made.analysis.advice.data[0].kind, TRACE_ADVICE_NONE);
    made_free(&made);
}

static void test_the_most_worthwhile_comes_first(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 4, 1000);
    uint32_t huge = made_job(&made, "huge.o", 0, 0, 900);
    for (uint32_t i = 0; i < 5; i++)
        made_reason(&made, made_job(&made, "a.o", 900, 900 + i * 20, 920 + i * 20, huge),
                    "input-changed", "config.h");
    made_analyse(&made);
    for (uint32_t i = 1; i < made.analysis.advice.count; i++)
        assert_true(made.analysis.advice.data[i - 1].gain_ns >=
                    made.analysis.advice.data[i].gain_ns);
    assert_int_equal(made.analysis.advice.data[0].kind, TRACE_ADVICE_GATE);
    made_free(&made);
}

static void test_equal_texts_of_different_names_are_one_group(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    /* Enough of them to make the table of names grow. */
    char path[32];
    for (uint32_t i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "file%u.h", i % 50);
        uint32_t job = made_job(&made, "o", 0, 0, 0);
        made_reason(&made, job, "input-changed", path);
        made_at(&made, job)->slot = 0;
    }
    made_analyse(&made);
    assert_int_equal(made.analysis.reason_files.count, 50);
    for (uint32_t i = 0; i < 50; i++)
        assert_int_equal(made.analysis.reason_files.data[i].jobs, 4);
    assert_int_equal(made.analysis.rules.count, 1);
    assert_int_equal(made.analysis.rules.data[0].jobs, 200);
    made_free(&made);
}

static void test_groups_have_the_longest_first(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 2, 100);
    made_job(&made, "a", 0, 0, 10);
    uint32_t b = made_job(&made, "b", 0, 0, 50);
    made_at(&made, b)->rule = trace_log_word(&made.log, "link");
    made_analyse(&made);
    assert_int_equal(made.analysis.rules.count, 2);
    assert_string_equal(made.analysis.rules.data[0].name, "link");
    assert_int_equal(made.analysis.rules.data[0].longest, b);
    assert_int_equal(made.analysis.rules.data[1].own_ns, 10 * MADE_MS);
    made_free(&made);
}

static void test_forecast_error_is_the_median_of_all(void **state)
{
    (void)state;
    struct made made;
    made_begin(&made, 1, 100);
    vec_push(&made.log.forecasts, ((struct trace_forecast){0, 200 * MADE_MS}));
    vec_push(&made.log.forecasts, ((struct trace_forecast){50 * MADE_MS, 90 * MADE_MS}));
    vec_push(&made.log.forecasts, ((struct trace_forecast){80 * MADE_MS, 110 * MADE_MS}));
    vec_push(&made.log.forecasts, ((struct trace_forecast){100 * MADE_MS, 100 * MADE_MS}));
    made_analyse(&made);
    assert_true(made.analysis.forecast_error > 0.499 && made.analysis.forecast_error < 0.501);
    made_free(&made);
    made_begin(&made, 1, 100);
    made_analyse(&made);
    assert_true(made.analysis.forecast_error < 0);
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_that_gates_the_build),
        cmocka_unit_test(test_no_gate_where_slots_are_what_is_short),
        cmocka_unit_test(test_a_header_that_makes_most_jobs_run),
        cmocka_unit_test(test_a_pool_that_starves_slots),
        cmocka_unit_test(test_more_slots_while_there_are_processors),
        cmocka_unit_test(test_fewer_slots_where_they_would_do),
        cmocka_unit_test(test_a_build_of_few_jobs_says_nothing_of_slots),
        cmocka_unit_test(test_what_is_saved_is_in_proportion_to_what_was_measured),
        cmocka_unit_test(test_a_job_saves_no_more_than_it_takes),
        cmocka_unit_test(test_no_larger_machine_for_jobs_that_use_processors),
        cmocka_unit_test(test_memory_that_runs_short),
        cmocka_unit_test(test_a_machine_that_others_use_is_told_and_needs_no_more_slots),
        cmocka_unit_test(test_a_machine_that_jobs_fill_is_as_it_should_be),
        cmocka_unit_test(test_an_engine_that_takes_long_names_what_it_did),
        cmocka_unit_test(test_nothing_stands_out_in_a_small_build),
        cmocka_unit_test(test_the_most_worthwhile_comes_first),
        cmocka_unit_test(test_equal_texts_of_different_names_are_one_group),
        cmocka_unit_test(test_groups_have_the_longest_first),
        cmocka_unit_test(test_forecast_error_is_the_median_of_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
