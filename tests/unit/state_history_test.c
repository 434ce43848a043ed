/* History: what is known of files and jobs, and how it follows a graph that becomes another. */
#include "state_support.h"

#include <string.h>

static const struct job_record *job_record(const struct world *w, job_id job)
{
    return &w->history->jobs.data[job];
}

static void test_replaces_the_record_of_a_job(void **state)
{
    (void)state;
    struct world w = make_world();
    job_id job = world_job(&w, "a.o", "a.c");
    world_run(&w, job, "x.h y.h", 1);
    world_run(&w, job, "z.h", 2);
    const struct job_record *record = job_record(&w, job);
    assert_int_equal(record->cost.duration_ms, 3);
    assert_int_equal(record->deps_count, 1);
    assert_string_equal(graph_path(w.graph, history_deps(w.history, record)[0]), "z.h");
    free_world(&w);
}

static void test_the_same_discovered_inputs_take_no_new_room(void **state)
{
    (void)state;
    struct world w = make_world();
    job_id job = world_job(&w, "a.o", "a.c");
    world_run(&w, job, "x.h y.h", 1);
    uint32_t used = w.history->deps.count;
    world_run(&w, job, "x.h y.h", 2);
    assert_int_equal(w.history->deps.count, used);
    world_run(&w, job, "y.h x.h", 3);
    assert_int_equal(w.history->deps.count, 2 * used);
    free_world(&w);
}

static void test_compacting_keeps_what_is_known_and_drops_the_rest(void **state)
{
    (void)state;
    struct world old = make_small_world();
    struct world w = {.graph = graph_create()};
    w.history = history_rebind(old.history, old.graph, w.graph); /* all jobs become orphans */
    job_id job = world_job(&w, "new.o", "new.c");
    for (uint64_t i = 0; i < 10; i++)
        world_run(&w, job, i % 2 ? "x.h" : "x.h y.h", i);
    struct buf before = facts(w.graph, w.history);
    history_compact(w.history);
    assert_same_facts(w.graph, w.history, &before);
    assert_int_equal(w.history->deps.count, 1 /* new.o */ + 3 + 4 /* orphans: inputs, outputs */);
    buf_free(&before);
    free_world(&w);
    free_world(&old);
}

static void test_fits_files_and_jobs_added_later(void **state)
{
    (void)state;
    struct world w = make_world();
    graph_add_file(w.graph, "late", 4);
    history_fit(w.history, w.graph);
    assert_int_equal(w.history->files.count, 1);
    assert_int_equal(w.history->files.data[0].flags, 0);
    world_job(&w, "a.o", "late");
    assert_int_equal(w.history->jobs.count, 1);
    assert_int_equal(w.history->jobs.data[0].flags, 0);
    free_world(&w);
}

static void test_the_clock_starts_above_zero_and_rises(void **state)
{
    (void)state;
    struct world w = make_world();
    uint64_t first = history_tick(w.history);
    assert_true(first > 0);
    assert_true(history_tick(w.history) > first);
    free_world(&w);
}

/* ---- rebinding -------------------------------------------------------------------------- */

/* The history of `old` for the graph of `to`, in place of the one it has. */
static void rebind(const struct world *old, struct world *to)
{
    history_destroy(to->history);
    to->history = history_rebind(old->history, old->graph, to->graph);
    assert_true(graph_is_sound(to->graph));
    assert_true(history_is_sound(to->history, to->graph));
}

static void test_rebinding_to_the_same_jobs_keeps_everything(void **state)
{
    (void)state;
    struct world old = make_small_world();
    struct world w = make_world();
    world_job(&w, "prog", "a.o b.o"); /* another order: ids differ */
    world_job(&w, "b.o b.d", "b.c");
    world_job(&w, "a.o", "a.c");
    rebind(&old, &w);
    struct buf expected = facts(old.graph, old.history);
    assert_same_facts(w.graph, w.history, &expected);
    assert_int_equal(w.history->orphans.count, 0);
    assert_int_equal(w.history->clock.data[0], old.history->clock.data[0]);
    buf_free(&expected);
    free_world(&w);
    free_world(&old);
}

static void test_rebinding_adds_discovered_files(void **state)
{
    (void)state;
    struct world old = make_small_world();
    struct world w = make_world();
    world_job(&w, "a.o", "a.c");
    assert_int_equal(graph_find_file(w.graph, "x.h", 3), GRAPH_NONE);
    rebind(&old, &w);
    file_id header = graph_find_file(w.graph, "x.h", 3);
    assert_int_not_equal(header, GRAPH_NONE);
    assert_true(w.graph->files.data[header].flags & GRAPH_FILE_DISCOVERED);
    assert_int_equal(w.history->files.data[header].size, 12);
    file_id source = graph_find_file(w.graph, "a.c", 3);
    assert_false(w.graph->files.data[source].flags & GRAPH_FILE_DISCOVERED);
    free_world(&w);
    free_world(&old);
}

static void test_a_job_that_goes_and_comes_back_keeps_its_record(void **state)
{
    (void)state;
    struct world first = make_small_world();
    struct world second = make_world();
    world_job(&second, "a.o", "a.c");
    rebind(&first, &second);
    assert_int_equal(second.history->orphans.count, 2);
    struct world third = make_world();
    job_id a = world_job(&third, "a.o", "a.c");
    job_id b = world_job(&third, "b.o b.d", "b.c");
    rebind(&second, &third);
    assert_int_equal(third.history->orphans.count, 1); /* prog */
    assert_int_equal(job_record(&third, a)->cost.duration_ms, 21);
    assert_int_equal(job_record(&third, b)->cost.duration_ms, 31);
    assert_int_equal(job_record(&third, b)->deps_count, 1);
    free_world(&third);
    free_world(&second);
    free_world(&first);
}

static void test_an_orphan_never_replaces_the_record_of_a_job(void **state)
{
    (void)state;
    struct world old = make_small_world();
    const file_id key = graph_find_file(old.graph, "a.o", 3);
    const struct job_record stale = {.cost.duration_ms = 99, .flags = JOB_RECORDED};
    vec_push(&old.history->orphans, history_make_orphan(old.history, &stale, &key, 1, NULL, 0));
    struct world w = make_world();
    job_id a = world_job(&w, "a.o", "a.c");
    rebind(&old, &w);
    assert_int_equal(job_record(&w, a)->cost.duration_ms, 21);
    free_world(&w);
    free_world(&old);
}

static void test_an_output_that_is_no_longer_the_first_is_no_key(void **state)
{
    (void)state;
    struct world old = make_small_world();
    struct world w = make_world();
    job_id job = world_job(&w, "b.d b.o", "b.c");
    rebind(&old, &w);
    assert_int_equal(job_record(&w, job)->flags, 0);
    assert_int_equal(w.history->orphans.count, 3);
    free_world(&w);
    free_world(&old);
}

static void test_rebinding_drops_fingerprints_that_nothing_names(void **state)
{
    (void)state;
    struct world old = make_world();
    world_job(&old, "a.o", "a.c");
    world_know(&old, "a.c", 1);
    struct world w = make_world();
    world_job(&w, "other.o", "other.c");
    rebind(&old, &w);
    assert_int_equal(graph_find_file(w.graph, "a.c", 3), GRAPH_NONE);
    free_world(&w);
    free_world(&old);
}

/* ---- soundness -------------------------------------------------------------------------- */

struct unsound {
    const char *what;
    void (*spoil)(struct history *history);
};

static void spoil_file_count(struct history *h)
{
    h->files.count--;
}
static void spoil_job_count(struct history *h)
{
    h->jobs.count--;
}
static void spoil_clock_count(struct history *h)
{
    h->clock.count = 0;
}
static void spoil_clock(struct history *h)
{
    h->clock.data[0] = UINT64_MAX;
}
static void spoil_file_flags(struct history *h)
{
    h->files.data[1].flags |= 1u << 20;
}
static void spoil_job_flags(struct history *h)
{
    h->jobs.data[0].flags |= 1u << 20;
}
static void spoil_dep(struct history *h)
{
    h->deps.data[0] = h->files.count;
}
static void spoil_deps_begin(struct history *h)
{
    h->jobs.data[0].deps_begin = UINT32_MAX;
}
static void spoil_deps_count(struct history *h)
{
    h->jobs.data[0].deps_count = h->deps.count + 1;
}
static void spoil_orphan_flags(struct history *h)
{
    h->orphans.data[0].record.flags = 1u << 20;
}
static void spoil_orphan_outs(struct history *h)
{
    h->orphans.data[0].outs_begin = h->deps.count;
}
static void spoil_orphan_key(struct history *h)
{
    h->orphans.data[0].outs_count = 0;
}
static void spoil_orphan_deps(struct history *h)
{
    h->orphans.data[0].record.deps_begin = h->deps.count;
    h->orphans.data[0].record.deps_count = 1;
}

static void test_what_points_outside_is_not_sound(void **state)
{
    (void)state;
    static const struct unsound cases[] = {
        {"file count", spoil_file_count},
        {"job count", spoil_job_count},
        {"clock count", spoil_clock_count},
        {"clock", spoil_clock},
        {"file flags", spoil_file_flags},
        {"job flags", spoil_job_flags},
        {"dep", spoil_dep},
        {"deps begin", spoil_deps_begin},
        {"deps count", spoil_deps_count},
        {"orphan flags", spoil_orphan_flags},
        {"orphan outs", spoil_orphan_outs},
        {"orphan key", spoil_orphan_key},
        {"orphan deps", spoil_orphan_deps},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world old = make_small_world();
        struct world w = make_world();
        job_id a = world_job(&w, "a.o", "a.c");
        rebind(&old, &w);
        world_run(&w, a, "x.h", 1);
        assert_true(history_is_sound(w.history, w.graph));
        cases[i].spoil(w.history);
        if (history_is_sound(w.history, w.graph))
            fail_msg("sound in spite of its %s", cases[i].what);
        free_world(&w);
        free_world(&old);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replaces_the_record_of_a_job),
        cmocka_unit_test(test_the_same_discovered_inputs_take_no_new_room),
        cmocka_unit_test(test_compacting_keeps_what_is_known_and_drops_the_rest),
        cmocka_unit_test(test_fits_files_and_jobs_added_later),
        cmocka_unit_test(test_the_clock_starts_above_zero_and_rises),
        cmocka_unit_test(test_rebinding_to_the_same_jobs_keeps_everything),
        cmocka_unit_test(test_rebinding_adds_discovered_files),
        cmocka_unit_test(test_a_job_that_goes_and_comes_back_keeps_its_record),
        cmocka_unit_test(test_an_orphan_never_replaces_the_record_of_a_job),
        cmocka_unit_test(test_an_output_that_is_no_longer_the_first_is_no_key),
        cmocka_unit_test(test_rebinding_drops_fingerprints_that_nothing_names),
        cmocka_unit_test(test_what_points_outside_is_not_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
