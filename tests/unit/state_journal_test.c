/*
 * The journal, through the state that keeps it: what is recorded is loaded again, on top of the
 * image it was recorded on.
 */
#include "state_support.h"

#include "engine/state/journal.h"

#include <msgpack.h>
#include <stdio.h>
#include <string.h>

/* ---- recording -------------------------------------------------------------------------- */

static void test_recorded_jobs_are_found_again(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h new.h", 50);
    record(&session, 0);
    world_run(&session.world, 1, "", 60);
    record(&session, 1);
    world_run(&session.world, 0, "x.h", 70);
    record(&session, 0);
    assert_found(dir, end_session(&session));
}

static void test_the_clock_goes_on_after_what_was_recorded(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    for (uint64_t i = 0; i < 100; i++)
        world_run(&session.world, 0, "x.h", i);
    record(&session, 0);
    uint64_t clock = session.world.history->clock.data[0];
    struct buf known = end_session(&session);
    buf_free(&known);
    session = begin_session(dir, NULL);
    assert_true(history_tick(session.world.history) > clock);
    known = end_session(&session);
    buf_free(&known);
}

static void test_a_withdrawn_job_has_no_record(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 2, "", 50);
    record(&session, 2);
    assert_int_equal(state_withdraw_job(session.state, session.world.graph, 2, NULL), JIG_OK);
    session.world.history->jobs.data[2] = (struct job_record){0};
    assert_found(dir, end_session(&session));
}

static void test_a_discovered_file_joins_the_graph(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    uint32_t files = session.world.graph->files.count;
    world_run(&session.world, 0, "x.h deep/new.h", 50);
    record(&session, 0);
    struct buf known = end_session(&session);
    buf_free(&known);

    session = begin_session(dir, NULL);
    struct graph *graph = session.world.graph;
    assert_int_equal(graph->files.count, files + 1);
    file_id file = graph_find_file(graph, "deep/new.h", 10);
    assert_int_equal(file, files);
    assert_true(graph->files.data[file].flags & GRAPH_FILE_DISCOVERED);
    known = end_session(&session);
    buf_free(&known);
}

static void test_a_journal_of_known_files_needs_no_lookup_by_path(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h y.h", 50);
    record(&session, 0);
    struct buf known = end_session(&session);
    buf_free(&known);

    session = begin_session(dir, NULL);
    assert_int_equal(session.world.history->jobs.data[0].cost.duration_ms, 51);
    assert_null(session.world.graph->index);
    known = end_session(&session);
    buf_free(&known);
}

static void test_each_path_is_written_once(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    for (uint64_t i = 0; i < 10; i++) {
        world_run(&session.world, 0, i % 2 ? "x.h only-once.h" : "only-once.h", 50 + i);
        record(&session, 0);
    }
    struct buf known = end_session(&session);
    buf_free(&known);
    session = begin_session(dir, NULL); /* nor again by the next process */
    world_run(&session.world, 0, "only-once.h", 90);
    record(&session, 0);
    known = end_session(&session);
    buf_free(&known);

    struct buf file = slurp(dir->journal);
    char *first = memmem(file.data, file.length, "only-once.h", 11);
    assert_non_null(first);
    size_t rest = file.length - (size_t)(first + 11 - file.data);
    assert_null(memmem(first + 11, rest, "only-once.h", 11));
    buf_free(&file);
}

static void test_jobs_of_another_graph_are_recorded_under_their_own_paths(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h", 50);
    record(&session, 0);

    /* The manifest changes: other ids, a job less, a job more. */
    struct world old = session.world;
    struct world fresh = make_world();
    job_id added = world_job(&fresh, "c.o", "c.c");
    job_id kept = world_job(&fresh, "b.o b.d", "b.c");
    world_job(&fresh, "a.o", "a.c");
    history_destroy(fresh.history);
    fresh.history = history_rebind(old.history, old.graph, fresh.graph);
    free_world(&old);
    session.world = fresh;
    world_run(&session.world, added, "x.h z.h", 80);
    record(&session, added);
    world_run(&session.world, kept, "z.h", 90);
    record(&session, kept);
    assert_found(dir, end_session(&session));
}

static void test_a_job_the_graph_has_not_becomes_an_orphan(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    job_id added = world_job(&session.world, "c.o c.d", "c.c");
    job_id other = world_job(&session.world, "d.o", "d.c");
    world_run(&session.world, added, "x.h", 50);
    record(&session, added);
    world_run(&session.world, other, "", 51);
    record(&session, other);
    world_run(&session.world, added, "x.h y.h", 52); /* replaces its record, as an orphan too */
    record(&session, added);
    struct buf known = end_session(&session);
    buf_free(&known);

    session = begin_session(dir, NULL);
    const struct history *history = session.world.history;
    assert_int_equal(history->orphans.count, 2);
    assert_int_equal(history->orphans.data[0].outs_count, 2);
    assert_int_equal(history->orphans.data[0].record.cost.duration_ms, 53);
    assert_int_equal(history->orphans.data[0].record.deps_count, 2);
    assert_true(history_is_sound(history, session.world.graph));
    known = end_session(&session);
    buf_free(&known);
}

static void test_a_withdrawn_orphan_is_forgotten(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    job_id added[3];
    static const char *const names[] = {"c.o", "d.o", "e.o"};
    for (int i = 0; i < 3; i++) {
        added[i] = world_job(&session.world, names[i], "c.c");
        world_run(&session.world, added[i], "x.h", 50 + (uint64_t)i);
        record(&session, added[i]);
    }
    state_withdraw_job(session.state, session.world.graph, added[0], NULL);
    state_withdraw_job(session.state, session.world.graph, added[2], NULL);
    session.world.history->jobs.data[added[0]] = (struct job_record){0};
    session.world.history->jobs.data[added[2]] = (struct job_record){0};
    assert_found(dir, end_session(&session));
}

static void test_a_file_record_is_kept_at_the_latest_when_closing(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_know(&session.world, "a.c", 70);
    file_id source = world_file(&session.world, "a.c");
    assert_int_equal(
        state_record_file(session.state, session.world.graph, session.world.history, source, NULL),
        JIG_OK);
    assert_int_equal(journal_bytes(&session), 0);
    assert_found(dir, end_session(&session));
}

static void test_file_records_do_not_pile_up_in_memory(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_know(&session.world, "a.c", 70);
    file_id source = world_file(&session.world, "a.c");
    for (int i = 0; i < 2000; i++)
        state_record_file(session.state, session.world.graph, session.world.history, source, NULL);
    assert_true(journal_bytes(&session) > 64 * 1024);
    struct buf known = end_session(&session);
    buf_free(&known);
}

/* ---- any MessagePack reader can read it -------------------------------------------------- */

static void test_msgpack_reads_the_whole_file(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h new.h", 50);
    record(&session, 0);
    state_withdraw_job(session.state, session.world.graph, 0, NULL);
    struct buf known = end_session(&session);
    buf_free(&known);

    struct buf file = slurp(dir->journal);
    msgpack_unpacked value;
    msgpack_unpacked_init(&value);
    size_t offset = 0;
    uint64_t kinds[8] = {0};
    uint32_t values = 0, entries = 0;
    while (msgpack_unpack_next(&value, file.data, file.length, &offset) == MSGPACK_UNPACK_SUCCESS) {
        assert_int_equal(value.data.type, MSGPACK_OBJECT_ARRAY);
        const msgpack_object_array *outer = &value.data.via.array;
        if (values++ == 0) {
            assert_int_equal(outer->size, 5);
            assert_memory_equal(outer->ptr[0].via.str.ptr, "jig journal", 11);
            assert_int_equal(outer->ptr[1].via.u64, JOURNAL_VERSION);
            assert_int_equal(outer->ptr[4].via.map.size, 3);
            continue;
        }
        assert_int_equal(outer->size, 3);
        assert_int_equal(outer->ptr[2].type, MSGPACK_OBJECT_ARRAY);
        for (uint32_t i = 0; i < outer->ptr[2].via.array.size; i++) {
            msgpack_object entry = outer->ptr[2].via.array.ptr[i];
            assert_int_equal(entry.type, MSGPACK_OBJECT_ARRAY);
            kinds[entries++] = entry.via.array.ptr[0].via.u64;
        }
    }
    assert_int_equal(offset, file.length);
    assert_int_equal(values, 3);
    /* a.o's path and record, the paths it discovered, the job; and then its withdrawal */
    static const uint64_t expected[] = {1, 2, 1, 1, 3, 4};
    assert_int_equal(entries, 6);
    assert_memory_equal(kinds, expected, sizeof expected);
    msgpack_unpacked_destroy(&value);
    buf_free(&file);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_temp_dir, remove_temp_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_recorded_jobs_are_found_again),
        TEST(test_the_clock_goes_on_after_what_was_recorded),
        TEST(test_a_withdrawn_job_has_no_record),
        TEST(test_a_discovered_file_joins_the_graph),
        TEST(test_a_journal_of_known_files_needs_no_lookup_by_path),
        TEST(test_each_path_is_written_once),
        TEST(test_jobs_of_another_graph_are_recorded_under_their_own_paths),
        TEST(test_a_job_the_graph_has_not_becomes_an_orphan),
        TEST(test_a_withdrawn_orphan_is_forgotten),
        TEST(test_a_file_record_is_kept_at_the_latest_when_closing),
        TEST(test_file_records_do_not_pile_up_in_memory),
        TEST(test_msgpack_reads_the_whole_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
