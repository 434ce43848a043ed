/* The presenter: which events make which bytes. */
#include "cmocka_all.h"

#include "tools/jig/status.h"

#include <stdlib.h>
#include <string.h>

#define MS 1000000ull

struct fixture {
    struct status_options options;
    struct status_format format;
    struct status *status;
    struct jig_progress progress;
    uint64_t now_ns;
    char *out_text, *err_text;
    size_t out_length, err_length;
};

static uint64_t fixture_now(void *clock)
{
    return *(const uint64_t *)clock;
}

/* A presenter that writes to memory; options may be changed until start. */
static void prepare(struct fixture *f, const char *format)
{
    *f = (struct fixture){.now_ns = 1000 * MS};
    assert_int_equal(status_format_parse_percent(&f->format, format, NULL), JIG_OK);
    f->options = (struct status_options){
        .face = FACE_NINJA,
        .out = open_memstream(&f->out_text, &f->out_length),
        .err = open_memstream(&f->err_text, &f->err_length),
        .terminal = {.fd = -1, .columns = 60},
        .format = &f->format,
        .slots = 2,
        .now_ns = fixture_now,
        .clock = &f->now_ns,
    };
}

static void emit(struct fixture *f, enum jig_event_kind kind, const struct jig_job_view *job,
                 const struct jig_job_outcome *outcome)
{
    const struct jig_event event = {
        .kind = kind, .progress = &f->progress, .job = job, .outcome = outcome};
    status_event(f->status, &event);
}

static void start(struct fixture *f, uint32_t total)
{
    f->status = status_create(&f->options);
    f->progress = (struct jig_progress){.total = total, .start_ns = f->now_ns};
    emit(f, JIG_EVENT_PLANNED, NULL, NULL);
}

static struct jig_job_view job(const char *name)
{
    return (struct jig_job_view){.rule = "r",
                                 .description = "",
                                 .command = name,
                                 .outputs = name,
                                 .output = name,
                                 .reason = "never built",
                                 .reason_word = "never-built",
                                 .reason_file = ""};
}

static void job_starts(struct fixture *f, struct jig_job_view *view)
{
    view->start_ns = f->now_ns;
    f->progress.started++;
    f->progress.running++;
    emit(f, JIG_EVENT_EXPLAIN, view, NULL);
    emit(f, JIG_EVENT_JOB_STARTED, view, NULL);
}

static void job_ends(struct fixture *f, const struct jig_job_view *view, int code, const char *text)
{
    const struct jig_job_outcome outcome = {
        .exit_code = code, .text = text, .text_length = strlen(text), .end_ns = f->now_ns};
    f->progress.finished++;
    f->progress.running--;
    f->progress.failed += code != 0;
    emit(f, JIG_EVENT_JOB_FINISHED, view, &outcome);
}

static void end(struct fixture *f, const char *out, const char *err)
{
    status_end(f->status);
    fflush(f->options.err);
    assert_string_equal(f->out_text, out);
    assert_string_equal(f->err_text, err);
    status_destroy(f->status);
    status_format_free(&f->format);
    fclose(f->options.out);
    fclose(f->options.err);
    free(f->out_text);
    free(f->err_text);
}

/* ---- lines ------------------------------------------------------------------------------- */

static void test_a_line_when_a_job_finishes(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "[%f/%t] ");
    start(&f, 2);
    struct jig_job_view a = job("a"), b = job("b");
    job_starts(&f, &a);
    job_starts(&f, &b);
    job_ends(&f, &b, 0, "");
    job_ends(&f, &a, 0, "");
    end(&f, "[1/2] b\n[2/2] a\n", "");
}

static void test_smart_terminal(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "[%f/%t] ");
    f.options.terminal.smart = true;
    start(&f, 2);
    struct jig_job_view a = job("a"), b = job("b");
    job_starts(&f, &a);
    job_ends(&f, &a, 0, "");
    job_starts(&f, &b);
    job_ends(&f, &b, 0, "text\n");
    end(&f, "\r[0/2] a\x1b[K\r[1/2] a\x1b[K\r[1/2] b\x1b[K\r[2/2] b\x1b[K\ntext\n", "");
}

static void test_description_if_there_is_one(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    start(&f, 1);
    struct jig_job_view a = job("cc -c a.c");
    a.description = "CC a.o";
    job_starts(&f, &a);
    job_ends(&f, &a, 0, "");
    end(&f, "CC a.o\n", "");
}

static void test_verbose_shows_the_command_and_overwrites_nothing(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    f.options.terminal.smart = true;
    f.options.verbose = true;
    start(&f, 1);
    struct jig_job_view a = job("cc -c a.c");
    a.description = "CC a.o";
    job_starts(&f, &a);
    job_ends(&f, &a, 0, "");
    end(&f, "cc -c a.c\n", "");
}

static void test_quiet_shows_output_and_failures_only(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "[%f/%t] ");
    f.options.quiet = true;
    start(&f, 2);
    struct jig_job_view a = job("a"), b = job("b");
    job_starts(&f, &a);
    job_ends(&f, &a, 0, "warning\n");
    job_starts(&f, &b);
    job_ends(&f, &b, 1, "");
    end(&f, "warning\nFAILED: [code=1] b \nb\n", "");
}

static void test_passed_jobs_shrink_the_total(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "[%f/%t] ");
    start(&f, 3);
    struct jig_job_view a = job("a"), b = job("b"), c = job("c");
    job_starts(&f, &a);
    job_ends(&f, &a, 0, "");
    f.progress.total--;
    emit(&f, JIG_EVENT_JOB_PASSED, &b, NULL);
    job_starts(&f, &c);
    job_ends(&f, &c, 0, "");
    end(&f, "[1/3] a\n[2/2] c\n", "");
}

/* ---- output and failures ----------------------------------------------------------------- */

static void test_failure_heads_the_output(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "[%f/%t] ");
    start(&f, 1);
    struct jig_job_view a = job("false");
    a.outputs = "x y";
    job_starts(&f, &a);
    job_ends(&f, &a, 7, "why\n");
    end(&f, "[1/1] false\nFAILED: [code=7] x y \nfalse\nwhy\n", "");
}

static void test_failure_in_colour(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    f.options.terminal.colour = true;
    start(&f, 1);
    struct jig_job_view a = job("a");
    job_starts(&f, &a);
    job_ends(&f, &a, 1, "\x1b[1mbold\x1b[0m\n");
    end(&f, "a\n\x1b[31mFAILED: [code=1] \x1b[0ma \na\n\x1b[1mbold\x1b[0m\n", "");
}

static void test_colours_of_jobs_are_taken_out(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    start(&f, 1);
    struct jig_job_view a = job("a");
    job_starts(&f, &a);
    job_ends(&f, &a, 0, "\x1b[1mbold\x1b[0m\n");
    end(&f, "a\nbold\n", "");
}

static void test_output_without_newline_gets_one(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    start(&f, 2);
    struct jig_job_view a = job("a"), b = job("b");
    job_starts(&f, &a);
    job_ends(&f, &a, 0, "text");
    job_starts(&f, &b);
    job_ends(&f, &b, 0, "more");
    end(&f, "a\ntext\nb\nmore\n", "");
}

/* ---- console ----------------------------------------------------------------------------- */

static void test_a_console_job_has_the_terminal_to_itself(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "[%f/%t] ");
    start(&f, 3);
    struct jig_job_view a = job("a"), b = job("b"), own = job("own");
    own.console = true;
    job_starts(&f, &a);
    job_starts(&f, &own);
    assert_string_equal(f.out_text, "[0/3] own\n");
    job_ends(&f, &a, 0, "of a\n");
    job_starts(&f, &b);
    job_ends(&f, &b, 1, "");
    assert_string_equal(f.out_text, "[0/3] own\n");
    job_ends(&f, &own, 0, "");
    end(&f, "[0/3] own\n[1/3] a\nof a\n[2/3] b\nFAILED: [code=1] b \nb\n", "");
}

static void test_a_console_job_that_never_ends_keeps_nothing_back(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    start(&f, 2);
    struct jig_job_view a = job("a"), own = job("own");
    own.console = true;
    job_starts(&f, &a);
    job_starts(&f, &own);
    job_ends(&f, &a, 0, "");
    end(&f, "own\na\n", ""); /* interrupted: no event tells its end */
}

/* ---- explanations and notices ------------------------------------------------------------ */

static void test_explanation_comes_with_the_line(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    f.options.explain = true;
    start(&f, 1);
    struct jig_job_view a = job("a");
    a.reason = "input changed: a.c";
    job_starts(&f, &a);
    assert_string_equal(f.err_text ? f.err_text : "", "");
    job_ends(&f, &a, 0, "");
    end(&f, "a\n", "ninja explain: a: input changed: a.c\n");
}

static void test_explanation_is_told_once_on_a_smart_terminal(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    f.options.face = FACE_JIG;
    f.options.explain = true;
    f.options.terminal.smart = true;
    start(&f, 1);
    struct jig_job_view a = job("a");
    job_starts(&f, &a);
    job_ends(&f, &a, 0, "");
    end(&f, "\ra\x1b[K\ra\x1b[K\n", "jig explain: a: never built\n");
}

static void test_explanation_waits_for_the_terminal(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    f.options.explain = true;
    start(&f, 2);
    struct jig_job_view a = job("a"), own = job("own");
    own.console = true;
    job_starts(&f, &a);
    job_starts(&f, &own);
    job_ends(&f, &a, 0, "");
    assert_string_equal(f.err_text, "ninja explain: own: never built\n");
    job_ends(&f, &own, 0, "");
    end(&f, "own\na\n", "ninja explain: own: never built\nninja explain: a: never built\n");
}

static void test_notice_does_not_run_into_a_line(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    f.options.terminal.smart = true;
    start(&f, 1);
    struct jig_job_view a = job("a");
    job_starts(&f, &a);
    struct jig_error what;
    jig_fail(&what, JIG_OK, "something odd");
    const struct jig_event event = {
        .kind = JIG_EVENT_NOTICE, .progress = &f.progress, .notice = &what};
    status_event(f.status, &event);
    job_ends(&f, &a, 0, "");
    end(&f, "\ra\x1b[K\n\ra\x1b[K\n", "ninja: warning: something odd\n");
}

static void test_waiting_names_the_holder(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    f.options.face = FACE_JIG;
    start(&f, 0);
    const struct jig_event event = {
        .kind = JIG_EVENT_WAITING, .progress = &f.progress, .holder = 4711};
    status_event(f.status, &event);
    end(&f, "", "jig: waiting for process 4711, which is building here\n");
}

/* ---- numbers ----------------------------------------------------------------------------- */

static void test_a_finished_job_still_counts_as_running_on_its_own_line(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "%s %r %u|");
    start(&f, 3);
    struct jig_job_view a = job("a"), b = job("b");
    job_starts(&f, &a);
    job_starts(&f, &b);
    job_ends(&f, &a, 0, "");
    end(&f, "2 2 1|a\n", "");
}

static void test_times_come_from_the_clock(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "%e %E %o %c %P|");
    start(&f, 4);
    struct jig_job_view a = job("a"), b = job("b");
    job_starts(&f, &a);
    f.now_ns += 1000 * MS;
    job_ends(&f, &a, 0, "");
    job_starts(&f, &b);
    f.now_ns += 1000 * MS;
    job_ends(&f, &b, 0, "");
    end(&f, "1.000 3.000 1.0 ?  25%|a\n2.000 2.000 1.0 2.0  50%|b\n", "");
}

static void test_recorded_durations_foretell_the_end(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "%E %P|");
    f.status = status_create(&f.options);
    f.progress =
        (struct jig_progress){.total = 3, .expected = 2, .expected_ms = 4000, .start_ns = f.now_ns};
    emit(&f, JIG_EVENT_PLANNED, NULL, NULL);
    struct jig_job_view a = job("a"), b = job("b");
    job_starts(&f, &a);
    f.now_ns += 1000 * MS;
    f.progress.expected = 1;
    f.progress.expected_ms = 3000;
    job_ends(&f, &a, 0, ""); /* 1 s done, 3 s recorded, and one job as long as their mean, 2 s */
    job_starts(&f, &b);
    f.now_ns += 3000 * MS;
    f.progress.expected = 0;
    f.progress.expected_ms = 0;
    job_ends(&f, &b, 0, "");
    end(&f, "5.000  16%|a\n2.000  66%|b\n", "");
}

static void test_a_record_that_is_far_off_is_not_believed(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "%P|");
    f.status = status_create(&f.options);
    f.progress = (struct jig_progress){
        .total = 2, .expected = 2, .expected_ms = 2000000, .start_ns = f.now_ns};
    emit(&f, JIG_EVENT_PLANNED, NULL, NULL);
    struct jig_job_view a = job("a");
    job_starts(&f, &a);
    f.now_ns += 20000 * MS;
    f.progress.expected = 1;
    f.progress.expected_ms = 1000000;
    job_ends(&f, &a, 0, "");
    end(&f, " 50%|a\n", "");
}

static void test_tick_refreshes_the_line(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "%e|");
    f.options.terminal.smart = true;
    start(&f, 1);
    emit(&f, JIG_EVENT_TICK, NULL, NULL); /* no line to refresh yet */
    struct jig_job_view a = job("a");
    job_starts(&f, &a);
    f.now_ns += 1500 * MS;
    emit(&f, JIG_EVENT_TICK, NULL, NULL);
    end(&f, "\r0.000|a\x1b[K\r1.500|a\x1b[K\n", "");
}

static void output_removed(struct fixture *f, const char *path)
{
    const struct jig_event event = {
        .kind = JIG_EVENT_REMOVED, .progress = &f->progress, .path = path};
    status_event(f->status, &event);
}

static void test_a_removed_output_has_a_line_that_stays(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "[%f/%t] ");
    f.options.terminal.smart = true;
    start(&f, 1);
    struct jig_job_view a = job("a");
    output_removed(&f, "gen/x.json");
    job_starts(&f, &a);
    job_ends(&f, &a, 0, "");
    end(&f, "removed gen/x.json (its source is gone)\n\r[0/1] a\x1b[K\r[1/1] a\x1b[K\n", "");
}

static void test_a_quiet_build_removes_without_a_word(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    f.options.quiet = true;
    start(&f, 0);
    output_removed(&f, "gen/x.json");
    end(&f, "", "");
}

static void test_idle_until_a_job_starts(void **state)
{
    (void)state;
    struct fixture f;
    prepare(&f, "");
    start(&f, 1);
    assert_true(status_was_idle(f.status));
    struct jig_job_view a = job("a");
    job_starts(&f, &a);
    job_ends(&f, &a, 0, "");
    assert_false(status_was_idle(f.status));
    f.progress = (struct jig_progress){.start_ns = f.now_ns};
    emit(&f, JIG_EVENT_PLANNED, NULL, NULL); /* the manifest was made; now what was asked for */
    assert_true(status_was_idle(f.status));
    end(&f, "a\n", "");
}

/* ---- areas ------------------------------------------------------------------------------- */

static void prepare_area(struct fixture *f)
{
    prepare(f, "[%f/%t] ");
    f->options.face = FACE_JIG;
    f->options.form = PROGRESS_AREA;
    f->options.usual_format = true;
    f->options.terminal.smart = true;
}

static void ticks_after(struct fixture *f, uint64_t ms)
{
    f->now_ns += ms * MS;
    emit(f, JIG_EVENT_TICK, NULL, NULL);
}

static void test_a_job_has_a_row_after_a_second(void **state)
{
    (void)state;
    struct fixture f;
    prepare_area(&f);
    start(&f, 1);
    struct jig_job_view a = job("a");
    job_starts(&f, &a);
    ticks_after(&f, 900);
    ticks_after(&f, 600);
    end(&f,
        "\r[0/1] a\x1b[K"
        "\r[0/1] a\x1b[K\n   1.5 s  a\x1b[K"
        "\x1b[1A\r[0/1] a\x1b[K\x1b[J\n",
        "");
}

static void test_an_area_says_rate_and_time_left(void **state)
{
    (void)state;
    struct fixture f;
    prepare_area(&f);
    start(&f, 9);
    struct jig_job_view a = job("a"), b = job("b");
    job_starts(&f, &a);
    f.now_ns += 2000 * MS;
    f.progress.left_ms = 16000;
    job_ends(&f, &a, 0, "");
    job_starts(&f, &b);
    end(&f, "\r[0/9] a\x1b[K\r[1/9] 0.5/s, 16 s left  a\x1b[K\r[1/9] b\x1b[K\n",
        "");
}

static void test_a_format_that_somebody_gave_stays_without_pace(void **state)
{
    (void)state;
    struct fixture f;
    prepare_area(&f);
    f.options.usual_format = false;
    start(&f, 9);
    struct jig_job_view a = job("a");
    job_starts(&f, &a);
    f.now_ns += 2000 * MS;
    job_ends(&f, &a, 0, "");
    end(&f, "\r[0/9] a\x1b[K\r[1/9] a\x1b[K\n", "");
}

static void test_an_area_is_not_drawn_with_each_of_many_events(void **state)
{
    (void)state;
    struct fixture f;
    prepare_area(&f);
    start(&f, 1000);
    for (int i = 0; i < 1000; i++) {
        struct jig_job_view a = job("a");
        job_starts(&f, &a);
        f.now_ns += MS / 10;
        job_ends(&f, &a, 0, "");
    }
    /* 100 ms: at the beginning, after 50 ms, and at the end. */
    end(&f, "\r[0/1000] a\x1b[K\r[500/1000] a\x1b[K\r[1000/1000] a\x1b[K\n", "");
}

static void test_output_comes_below_the_line_of_its_job(void **state)
{
    (void)state;
    struct fixture f;
    prepare_area(&f);
    start(&f, 2);
    struct jig_job_view a = job("a"), b = job("b");
    job_starts(&f, &a);
    job_starts(&f, &b);
    job_ends(&f, &a, 0, "text\n");
    job_ends(&f, &b, 0, "");
    end(&f, "\r[0/2] a\x1b[K\r[1/2] a\x1b[K\ntext\n\r[2/2] b\x1b[K\n", "");
}

static void test_an_area_comes_back_below_output(void **state)
{
    (void)state;
    struct fixture f;
    prepare_area(&f);
    start(&f, 2);
    struct jig_job_view a = job("a"), b = job("b");
    job_starts(&f, &a);
    job_starts(&f, &b);
    ticks_after(&f, 1000);
    job_ends(&f, &a, 0, "text\n");
    ticks_after(&f, 125);
    end(&f,
        "\r[0/2] a\x1b[K"
        "\r[0/2] b\x1b[K\n   1.0 s  a\x1b[K\n   1.0 s  b\x1b[K"
        "\x1b[2A\r[1/2] a\x1b[K\x1b[J\ntext\n"
        "\r[1/2] a\x1b[K\n   1.1 s  b\x1b[K"
        "\x1b[1A\r[1/2] a\x1b[K\x1b[J\n",
        "");
}

static void test_a_quiet_build_has_no_area(void **state)
{
    (void)state;
    struct fixture f;
    prepare_area(&f);
    f.options.quiet = true;
    start(&f, 1);
    struct jig_job_view a = job("a");
    job_starts(&f, &a);
    ticks_after(&f, 5000);
    end(&f, "", "");
}

/* ---- few words --------------------------------------------------------------------------- */

static void prepare_sparse(struct fixture *f)
{
    prepare(f, "[%f/%t] ");
    f->options.face = FACE_JIG;
    f->options.form = PROGRESS_SPARSE;
}

static void test_a_log_says_each_half_minute_how_far_it_is(void **state)
{
    (void)state;
    struct fixture f;
    prepare_sparse(&f);
    start(&f, 3400);
    struct jig_job_view a = job("a");
    job_starts(&f, &a);
    ticks_after(&f, 29999);
    f.progress.finished = 1200;
    f.progress.left_ms = 55000;
    ticks_after(&f, 1);
    ticks_after(&f, 29999);
    f.progress.finished = 2400;
    job_ends(&f, &a, 0, "");
    end(&f, "jig: 1200 of 3400 jobs, 55 s left\n", "");
}

static void test_a_log_has_lines_for_what_prints_only(void **state)
{
    (void)state;
    struct fixture f;
    prepare_sparse(&f);
    start(&f, 3);
    struct jig_job_view a = job("a"), b = job("b"), c = job("c");
    job_starts(&f, &a);
    job_ends(&f, &a, 0, "");
    job_starts(&f, &b);
    job_ends(&f, &b, 0, "text\n");
    job_starts(&f, &c);
    job_ends(&f, &c, 1, "");
    end(&f, "[2/3] b\ntext\nFAILED: [code=1] c \nc\n", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_when_a_job_finishes),
        cmocka_unit_test(test_smart_terminal),
        cmocka_unit_test(test_description_if_there_is_one),
        cmocka_unit_test(test_verbose_shows_the_command_and_overwrites_nothing),
        cmocka_unit_test(test_quiet_shows_output_and_failures_only),
        cmocka_unit_test(test_passed_jobs_shrink_the_total),
        cmocka_unit_test(test_failure_heads_the_output),
        cmocka_unit_test(test_failure_in_colour),
        cmocka_unit_test(test_colours_of_jobs_are_taken_out),
        cmocka_unit_test(test_output_without_newline_gets_one),
        cmocka_unit_test(test_a_console_job_has_the_terminal_to_itself),
        cmocka_unit_test(test_a_console_job_that_never_ends_keeps_nothing_back),
        cmocka_unit_test(test_explanation_comes_with_the_line),
        cmocka_unit_test(test_explanation_is_told_once_on_a_smart_terminal),
        cmocka_unit_test(test_explanation_waits_for_the_terminal),
        cmocka_unit_test(test_notice_does_not_run_into_a_line),
        cmocka_unit_test(test_waiting_names_the_holder),
        cmocka_unit_test(test_a_finished_job_still_counts_as_running_on_its_own_line),
        cmocka_unit_test(test_times_come_from_the_clock),
        cmocka_unit_test(test_recorded_durations_foretell_the_end),
        cmocka_unit_test(test_a_record_that_is_far_off_is_not_believed),
        cmocka_unit_test(test_tick_refreshes_the_line),
        cmocka_unit_test(test_a_removed_output_has_a_line_that_stays),
        cmocka_unit_test(test_a_quiet_build_removes_without_a_word),
        cmocka_unit_test(test_idle_until_a_job_starts),
        cmocka_unit_test(test_a_job_has_a_row_after_a_second),
        cmocka_unit_test(test_an_area_says_rate_and_time_left),
        cmocka_unit_test(test_a_format_that_somebody_gave_stays_without_pace),
        cmocka_unit_test(test_an_area_is_not_drawn_with_each_of_many_events),
        cmocka_unit_test(test_output_comes_below_the_line_of_its_job),
        cmocka_unit_test(test_an_area_comes_back_below_output),
        cmocka_unit_test(test_a_quiet_build_has_no_area),
        cmocka_unit_test(test_a_log_says_each_half_minute_how_far_it_is),
        cmocka_unit_test(test_a_log_has_lines_for_what_prints_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
