/*
 * Image and journal together, from one process to the next: what a fold leaves, what happens when
 * one of the two is missing, damaged or another's, and readers beside a writer.
 */
#include "state_support.h"

#include "engine/state/image.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void fold(struct session *session)
{
    struct jig_error error;
    if (state_fold(session->state, session->world.graph, session->world.history, &error))
        fail_msg("%s", error.message);
}

static void discard(struct session *session)
{
    struct buf known = end_session(session);
    buf_free(&known);
}

/* ---- from build to build ---------------------------------------------------------------- */

static void test_nothing_is_found_where_nothing_was_kept(void **state)
{
    const struct test_dir *dir = *state;
    struct notices notices = {0};
    struct session session = begin_session(dir, &notices);
    assert_null(session.world.graph);
    assert_null(session.world.history);
    assert_int_equal(notices.count, 0);
    assert_true(state_wants_fold(session.state));
    discard(&session);
    assert_false(exists(dir->image));
    assert_false(exists(dir->journal));
}

static void test_a_fold_keeps_all_and_empties_the_journal(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h new.h", 50);
    record(&session, 0);
    fold(&session);
    assert_int_equal(journal_bytes(&session), 0);
    assert_false(exists(dir->journal));
    assert_false(exists(dir->image_temporary));
    assert_false(state_wants_fold(session.state));
    assert_found(dir, end_session(&session));
}

static void test_a_session_goes_on_after_its_fold(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h new.h", 50);
    fold(&session);
    world_run(&session.world, 1, "new.h newer.h", 60);
    record(&session, 1);
    assert_found(dir, end_session(&session));
}

static void test_loaded_columns_lie_in_the_image(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    const struct graph *graph = session.world.graph;
    const struct history *history = session.world.history;
    assert_int_equal(graph->jobs.count, 3);
    assert_int_equal(graph->text.capacity, 0); /* borrowed */
    assert_int_equal(graph->jobs.capacity, 0);
    assert_int_equal(history->files.capacity, 0);
    assert_int_equal(history->deps.capacity, 0);
    discard(&session);
}

static void test_a_fold_drops_replaced_ranges(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    for (uint64_t i = 0; i < 10; i++)
        world_run(&session.world, 0, i % 2 ? "x.h" : "x.h y.h", i);
    fold(&session);
    assert_int_equal(session.world.history->deps.count, 2);
    assert_found(dir, end_session(&session));
}

static void test_a_fold_is_wanted_when_the_journal_has_grown(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    while (journal_bytes(&session) <= 64 * 1024) {
        assert_false(state_wants_fold(session.state));
        world_run(&session.world, 0, "x.h", 50);
        record(&session, 0);
    }
    assert_true(state_wants_fold(session.state));
    discard(&session);
}

static void test_nothing_is_written_over_what_was_not_loaded(void **state)
{
    const struct test_dir *dir = *state;
    struct world world = make_small_world();
    struct state *opened = open_state(dir->path, NULL);
    assert_int_equal(state_fold(opened, world.graph, world.history, NULL), JIG_ERROR_USAGE);
    assert_int_equal(state_record_job(opened, world.graph, world.history, 0, NULL),
                     JIG_ERROR_USAGE);
    assert_int_equal(state_fold(opened, world.graph, world.history, NULL), JIG_ERROR_USAGE);
    state_close(opened);
    free_world(&world);
}

/* ---- a journal without an image ---------------------------------------------------------- */

/* What was recorded by a first build that never got to its fold. */
static struct buf record_without_image(const struct test_dir *dir)
{
    struct session session = begin_session(dir, NULL);
    session.world = make_small_world();
    for (file_id file = 0; file < session.world.graph->files.count; file++)
        state_record_file(session.state, session.world.graph, session.world.history, file, NULL);
    for (job_id job = 0; job < 3; job++)
        record(&session, job);
    return end_session(&session);
}

static void test_a_journal_alone_brings_its_jobs_to_a_new_graph(void **state)
{
    const struct test_dir *dir = *state;
    struct buf known = record_without_image(dir);
    struct notices notices = {0};
    struct session session = begin_session(dir, &notices);
    assert_int_equal(notices.count, 0);
    assert_true(state_wants_fold(session.state));
    assert_int_equal(session.world.graph->jobs.count, 0);
    assert_int_equal(session.world.graph->manifests.count, 0);
    assert_int_equal(session.world.history->orphans.count, 3);

    struct world parsed = make_small_world();
    history_destroy(parsed.history);
    parsed.history = history_rebind(session.world.history, session.world.graph, parsed.graph);
    assert_int_equal(parsed.history->orphans.count, 0);
    assert_same_facts(parsed.graph, parsed.history, &known);
    free_world(&parsed);
    discard(&session);
    buf_free(&known);
}

static void test_a_journal_alone_is_appended_to_and_folded(void **state)
{
    const struct test_dir *dir = *state;
    struct buf known = record_without_image(dir);
    assert_found(dir, known);
    struct session session = begin_session(dir, NULL);
    struct world parsed = make_small_world();
    world_run(&parsed, 0, "z.h", 90);
    free_world(&session.world);
    session.world = parsed;
    record(&session, 0);
    fold(&session);
    assert_found(dir, end_session(&session));
}

/* ---- two files that do not belong together ------------------------------------------------ */

static void test_a_fold_killed_before_it_removed_the_journal_goes_unnoticed(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h new.h", 50);
    record(&session, 0);
    struct buf absorbed = slurp(dir->journal);
    world_run(&session.world, 0, "x.h newer.h", 60); /* not in that journal */
    fold(&session);
    spill(dir->journal, absorbed.data, absorbed.length);
    assert_found(dir, end_session(&session));

    session = begin_session(dir, NULL); /* and the next record starts a journal of its own */
    assert_int_equal(journal_bytes(&session), 0);
    assert_false(state_wants_fold(session.state));
    world_run(&session.world, 1, "x.h", 70);
    record(&session, 1);
    assert_found(dir, end_session(&session));
    buf_free(&absorbed);
}

static void test_a_first_fold_killed_before_it_removed_the_journal_goes_unnoticed(void **state)
{
    const struct test_dir *dir = *state;
    struct buf known = record_without_image(dir);
    buf_free(&known);
    struct buf absorbed = slurp(dir->journal);
    struct session session = begin_session(dir, NULL);
    fold(&session);
    spill(dir->journal, absorbed.data, absorbed.length);
    assert_found(dir, end_session(&session));
    buf_free(&absorbed);
}

static void test_a_journal_of_another_image_is_ignored_and_told(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h new.h", 50);
    record(&session, 0);
    struct buf foreign = slurp(dir->journal);
    fold(&session);
    fold(&session); /* two images later */
    spill(dir->journal, foreign.data, foreign.length);
    struct buf known = end_session(&session);

    struct notices notices = {0};
    session = begin_session(dir, &notices);
    assert_int_equal(notices.count, 1);
    assert_non_null(strstr(notices.last.message, "does not belong to the image"));
    assert_string_equal(notices.last.file, dir->journal);
    assert_same_facts(session.world.graph, session.world.history, &known);
    assert_true(state_wants_fold(session.state));
    fold(&session);
    discard(&session);
    assert_found(dir, known);
    buf_free(&foreign);
}

/* ---- a damaged image --------------------------------------------------------------------- */

static void flip_bit(const char *path, off_t offset, int bit)
{
    int fd = open(path, O_RDWR);
    unsigned char byte;
    assert_int_equal(pread(fd, &byte, 1, offset), 1);
    byte = (unsigned char)(byte ^ (1u << bit));
    assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
    close(fd);
}

static void test_a_damaged_image_is_told_once_and_started_without(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    discard(&session);
    flip_bit(dir->image, 2000, 3);
    struct notices notices = {0};
    session = begin_session(dir, &notices);
    assert_null(session.world.graph);
    assert_int_equal(notices.count, 1);
    assert_int_equal(notices.last.status, JIG_ERROR_CORRUPT);
    assert_string_equal(notices.last.file, dir->image);
    assert_true(state_wants_fold(session.state));
    session.world = make_small_world();
    fold(&session);
    assert_found(dir, end_session(&session));
}

static void test_a_journal_outlives_its_image(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h new.h", 50);
    record(&session, 0);
    discard(&session);
    flip_bit(dir->image, 2000, 3);

    for (uint32_t recorded = 1; recorded <= 2; recorded++) { /* it is appended to as well */
        struct notices notices = {0};
        session = begin_session(dir, &notices);
        assert_int_equal(notices.count, 1);
        assert_int_equal(session.world.history->orphans.count, recorded);
        free_world(&session.world);
        session.world = make_small_world();
        record(&session, 1);
        discard(&session);
    }
}

static void test_a_damaged_image_and_journal_are_told_once(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h new.h", 50);
    record(&session, 0);
    discard(&session);
    flip_bit(dir->image, 2000, 3);
    flip_bit(dir->journal, 40, 3);
    struct notices notices = {0};
    session = begin_session(dir, &notices);
    assert_int_equal(notices.count, 1);
    assert_string_equal(notices.last.file, dir->image);
    assert_null(session.world.graph);
    discard(&session);
}

/* A graph of some size, with everything set from a generator that always does the same. */
static struct world make_larger_world(void)
{
    struct world world = make_world();
    char outs[64], ins[64];
    for (unsigned i = 0; i < 400; i++) {
        snprintf(outs, sizeof outs, "out/dir%u/object%u.o", i % 7, i);
        snprintf(ins, sizeof ins, "src/source%u.c out/dir%u/object%u.o", i, (i - 1) % 7, i - 1);
        if (i == 0)
            snprintf(ins, sizeof ins, "src/source.c");
        job_id job = world_job(&world, outs, ins);
        world_run(&world, job, i % 2 ? "a.h b.h c.h" : "b.h d.h", i);
    }
    return world;
}

static void test_random_damage_to_a_larger_image_is_noticed(void **state)
{
    const struct test_dir *dir = *state;
    struct world world = make_larger_world();
    write_image(dir->path, &world);
    free_world(&world);
    struct buf image = slurp(dir->image);
    unsigned seed = 12345;
    for (int round = 0; round < 500; round++) {
        off_t offset = (off_t)((size_t)rand_r(&seed) % image.length);
        int bit = rand_r(&seed) % 8;
        flip_bit(dir->image, offset, bit);
        struct notices notices = {0};
        struct session session = begin_session(dir, &notices);
        assert_int_equal(notices.count, 1);
        assert_null(session.world.graph);
        discard(&session);
        flip_bit(dir->image, offset, bit);
    }
    buf_free(&image);
}

/* ---- an image that verifies and contradicts itself ----------------------------------------- */

static void spoil_text(struct graph *g, struct history *h)
{
    (void)h;
    g->text.data[g->text.count - 1] = 'x';
}
static void spoil_str(struct graph *g, struct history *h)
{
    (void)h;
    g->strs.data[1].length = UINT32_MAX;
}
static void spoil_path(struct graph *g, struct history *h)
{
    (void)h;
    g->files.data[0].path = g->strs.count;
}
static void spoil_producer(struct graph *g, struct history *h)
{
    (void)h;
    g->files.data[0].producer = g->jobs.count;
}
static void spoil_edge(struct graph *g, struct history *h)
{
    (void)h;
    g->edges.data[0] = g->files.count;
}
static void spoil_job(struct graph *g, struct history *h)
{
    (void)h;
    g->jobs.data[0].in_count = UINT32_MAX;
}
static void spoil_rope(struct graph *g, struct history *h)
{
    (void)h;
    g->jobs.data[1].command.begin = UINT32_MAX;
}
static void spoil_default(struct graph *g, struct history *h)
{
    (void)h;
    vec_push(&g->defaults, UINT32_MAX);
}
static void spoil_history(struct graph *g, struct history *h)
{
    (void)g;
    h->jobs.data[0].deps_begin = UINT32_MAX;
}

static void test_an_image_that_contradicts_itself_is_not_believed(void **state)
{
    const struct test_dir *dir = *state;
    static void (*const spoil[])(struct graph *, struct history *) = {
        spoil_text, spoil_str,  spoil_path,    spoil_producer, spoil_edge,
        spoil_job,  spoil_rope, spoil_default, spoil_history,
    };
    for (size_t i = 0; i < sizeof spoil / sizeof *spoil; i++) {
        struct world world = make_small_world();
        spoil[i](world.graph, world.history);
        struct column columns[GRAPH_COLUMN_COUNT + HISTORY_COLUMN_COUNT];
        graph_columns(world.graph, columns);
        history_columns(world.history, columns + GRAPH_COLUMN_COUNT);
        struct image image = {.id = 1};
        assert_int_equal(image_write(&image, dir->image, dir->image_temporary, columns,
                                     GRAPH_COLUMN_COUNT + HISTORY_COLUMN_COUNT, NULL),
                         JIG_OK);
        free_world(&world);

        struct notices notices = {0};
        struct session session = begin_session(dir, &notices);
        if (session.world.graph || notices.count != 1)
            fail_msg("spoilt in way %zu and believed", i);
        assert_non_null(strstr(notices.last.message, "contradicts itself"));
        discard(&session);
    }
}

/* ---- folds that fail --------------------------------------------------------------------- */

static void test_a_fold_on_a_full_disk_loses_nothing(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h new.h", 50);
    record(&session, 0);
    assert_int_equal(symlink("/dev/full", dir->image_temporary), 0);
    struct jig_error error;
    assert_int_equal(state_fold(session.state, session.world.graph, session.world.history, &error),
                     JIG_ERROR_IO);
    assert_non_null(strstr(error.message, "No space left on device"));
    world_run(&session.world, 1, "new.h", 60);
    record(&session, 1);
    assert_found(dir, end_session(&session));
}

/* ---- readers ----------------------------------------------------------------------------- */

static void test_a_reader_makes_and_changes_nothing(void **state)
{
    const struct test_dir *dir = *state;
    assert_int_equal(rmdir(dir->path), 0);
    struct state *reader = open_read_only(dir->path, NULL);
    struct world world = load_world(reader);
    assert_null(world.graph);
    world = make_small_world();
    assert_int_equal(state_record_job(reader, world.graph, world.history, 0, NULL), JIG_OK);
    assert_int_equal(state_record_file(reader, world.graph, world.history, 0, NULL), JIG_OK);
    assert_int_equal(state_withdraw_job(reader, world.graph, 0, NULL), JIG_OK);
    assert_false(state_wants_fold(reader));
    assert_int_equal(state_fold(reader, world.graph, world.history, NULL), JIG_OK);
    free_world(&world);
    state_close(reader);
    assert_false(exists(dir->path));
    assert_int_equal(mkdir(dir->path, 0777), 0); /* for the teardown */
}

/* Records and folds over and over; every state it leaves on disk has a higher clock. */
static _Noreturn void write_and_fold(const struct test_dir *dir)
{
    struct session session = begin_session(dir, NULL);
    for (uint64_t i = 0; i < 300; i++) {
        world_run(&session.world, (job_id)(i % 3), i % 5 ? "x.h" : "x.h y.h", i);
        record(&session, (job_id)(i % 3));
        if (i % 4 == 3)
            fold(&session);
    }
    discard(&session);
    _exit(0);
}

static void test_readers_beside_a_writer_find_one_state_or_the_next(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    discard(&session);
    pid_t writer = fork();
    if (writer == 0)
        write_and_fold(dir);
    uint64_t last_clock = 0;
    int status;
    do {
        struct notices notices = {0};
        struct state *reader = open_read_only(dir->path, &notices);
        struct world world = load_world(reader);
        assert_int_equal(notices.count, 0);
        assert_non_null(world.graph);
        uint64_t clock = world.history->clock.data[0];
        assert_true(clock >= last_clock);
        last_clock = clock;
        free_world(&world);
        state_close(reader);
    } while (waitpid(writer, &status, WNOHANG) == 0);
    assert_int_equal(status, 0);
    assert_true(last_clock > 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_temp_dir, remove_temp_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_is_found_where_nothing_was_kept),
        TEST(test_a_fold_keeps_all_and_empties_the_journal),
        TEST(test_a_session_goes_on_after_its_fold),
        TEST(test_loaded_columns_lie_in_the_image),
        TEST(test_a_fold_drops_replaced_ranges),
        TEST(test_a_fold_is_wanted_when_the_journal_has_grown),
        TEST(test_nothing_is_written_over_what_was_not_loaded),
        TEST(test_a_journal_alone_brings_its_jobs_to_a_new_graph),
        TEST(test_a_journal_alone_is_appended_to_and_folded),
        TEST(test_a_fold_killed_before_it_removed_the_journal_goes_unnoticed),
        TEST(test_a_first_fold_killed_before_it_removed_the_journal_goes_unnoticed),
        TEST(test_a_journal_of_another_image_is_ignored_and_told),
        TEST(test_a_damaged_image_is_told_once_and_started_without),
        TEST(test_a_journal_outlives_its_image),
        TEST(test_a_damaged_image_and_journal_are_told_once),
        TEST(test_random_damage_to_a_larger_image_is_noticed),
        TEST(test_an_image_that_contradicts_itself_is_not_believed),
        TEST(test_a_fold_on_a_full_disk_loses_nothing),
        TEST(test_a_reader_makes_and_changes_nothing),
        TEST(test_readers_beside_a_writer_find_one_state_or_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
