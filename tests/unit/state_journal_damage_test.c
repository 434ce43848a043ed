/*
 * A journal that is cut, damaged, stale or forged loses its end and nothing else; a record that
 * cannot be written leaves no trace.
 */
#include "state_support.h"

#include "engine/state/journal.h"

#include <fcntl.h>
#include <msgpack.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- damage ----------------------------------------------------------------------------- */

enum { RECORDS = 4 };

/* A journal of some records on an image, and what is known after each of them. */
struct history_of_journal {
    struct buf file;
    size_t ends[RECORDS + 1];      /* [n]: the file's length after n records */
    struct buf known[RECORDS + 1]; /* [n]: what is known then */
};

static struct buf known_on_disk(const struct test_dir *dir)
{
    struct state *reader = open_read_only(dir->path, NULL);
    struct world world = load_world(reader);
    struct buf known = facts(world.graph, world.history);
    free_world(&world);
    state_close(reader);
    return known;
}

static struct history_of_journal make_journal(const struct test_dir *dir)
{
    struct history_of_journal made = {0};
    struct session session = begin_with_image(dir);
    made.known[0] = known_on_disk(dir);
    for (size_t n = 1; n <= RECORDS; n++) {
        job_id job = (job_id)(n % 3);
        if (n == 3)
            job = world_job(&session.world, "c.o", "c.c"); /* unknown to the image */
        if (n == 2) {
            state_withdraw_job(session.state, session.world.graph, job, NULL);
        } else {
            world_run(&session.world, job, n == 1 ? "x.h new.h" : "new.h", 50 + n);
            record(&session, job);
        }
        made.ends[n] = journal_bytes(&session);
        made.known[n] = known_on_disk(dir);
    }
    struct buf known = end_session(&session);
    buf_free(&known);
    made.file = slurp(dir->journal);
    assert_int_equal(made.file.length, made.ends[RECORDS]);
    made.ends[0] = 30; /* of the header there is more than that, and less than of a record */
    while (memcmp(made.file.data + made.ends[0], "\x93\xcf", 2) != 0)
        made.ends[0]++;
    return made;
}

static void free_journal(struct history_of_journal *made)
{
    buf_free(&made->file);
    for (size_t n = 0; n <= RECORDS; n++)
        buf_free(&made->known[n]);
}

/* The number of records that lie whole within `length` bytes. */
static size_t records_within(const struct history_of_journal *made, size_t length)
{
    size_t n = 0;
    while (n < RECORDS && made->ends[n + 1] <= length)
        n++;
    return n;
}

static void assert_known_after(const struct test_dir *dir, const struct history_of_journal *made,
                               size_t records, uint32_t notices_expected)
{
    struct notices notices = {0};
    struct session session = begin_session(dir, &notices);
    bool wants_fold = state_wants_fold(session.state);
    struct buf known = end_session(&session);
    assert_string_equal(buf_cstr(&known), buf_cstr(&made->known[records]));
    assert_int_equal(notices.count, notices_expected);
    assert_int_equal(wants_fold, notices_expected > 0);
    buf_free(&known);
}

static void test_every_truncation_keeps_the_whole_records(void **state)
{
    const struct test_dir *dir = *state;
    struct history_of_journal made = make_journal(dir);
    for (size_t length = 0; length <= made.file.length; length++) {
        spill(dir->journal, made.file.data, length);
        size_t records = records_within(&made, length);
        bool clean = length == made.ends[records];
        assert_known_after(dir, &made, records, clean ? 0 : 1);
        if (length >= made.ends[0]) /* and the torn end is off the disk */
            assert_known_after(dir, &made, records, 0);
    }
    free_journal(&made);
}

static void test_every_flipped_bit_keeps_the_records_before_it(void **state)
{
    const struct test_dir *dir = *state;
    struct history_of_journal made = make_journal(dir);
    struct buf file = {0};
    for (size_t bit = 0; bit < made.file.length * 8; bit++) {
        buf_clear(&file);
        buf_append(&file, made.file.data, made.file.length);
        file.data[bit / 8] = (char)(file.data[bit / 8] ^ (1 << bit % 8));
        spill(dir->journal, file.data, file.length);
        assert_known_after(dir, &made, records_within(&made, bit / 8), 1);
    }
    buf_free(&file);
    free_journal(&made);
}

static void test_recording_goes_on_behind_a_cut(void **state)
{
    const struct test_dir *dir = *state;
    struct history_of_journal made = make_journal(dir);
    for (size_t length = made.ends[0]; length <= made.file.length; length += 11) {
        spill(dir->journal, made.file.data, length);
        struct notices notices = {0};
        struct session session = begin_session(dir, &notices);
        world_run(&session.world, 0, "new.h after.h", 90);
        record(&session, 0);
        assert_found(dir, end_session(&session));
    }
    free_journal(&made);
}

static void test_a_journal_that_is_no_journal_is_replaced_by_the_next_record(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    struct buf known = end_session(&session);
    buf_free(&known);
    spill(dir->journal, "text", 4);
    struct notices notices = {0};
    session = begin_session(dir, &notices);
    assert_int_equal(notices.count, 1);
    assert_non_null(strstr(notices.last.message, "it is not a jig journal"));
    assert_string_equal(notices.last.file, dir->journal);
    world_run(&session.world, 0, "x.h", 90);
    record(&session, 0);
    assert_found(dir, end_session(&session));
}

static void test_another_format_version_is_named(void **state)
{
    const struct test_dir *dir = *state;
    struct history_of_journal made = make_journal(dir);
    made.file.data[19] = 9; /* the last byte of the version; docs/reference/state-format.md */
    spill(dir->journal, made.file.data, made.file.length);
    struct notices notices = {0};
    struct session session = begin_session(dir, &notices);
    struct buf known = end_session(&session);
    assert_string_equal(buf_cstr(&known), buf_cstr(&made.known[0]));
    assert_int_equal(notices.count, 1);
    assert_non_null(strstr(notices.last.message, "format version 9"));
    buf_free(&known);
    free_journal(&made);
}

static void test_a_directory_in_its_place_is_told(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    struct buf known = end_session(&session);
    assert_int_equal(mkdir(dir->journal, 0777), 0);
    struct notices notices = {0};
    session = begin_session(dir, &notices);
    assert_int_equal(notices.count, 1);
    world_run(&session.world, 0, "x.h", 90);
    struct jig_error error;
    assert_int_equal(
        state_record_job(session.state, session.world.graph, session.world.history, 0, &error),
        JIG_ERROR_IO);
    assert_non_null(strstr(error.message, dir->journal));
    struct buf unused = end_session(&session);
    buf_free(&unused);
    rmdir(dir->journal);
    assert_found(dir, known);
}

static void test_a_pipe_in_its_place_is_not_waited_for(void **state)
{
    const struct test_dir *dir = *state;
    assert_int_equal(mkfifo(dir->journal, 0666), 0);
    struct notices notices = {0};
    struct state *reader = open_read_only(dir->path, &notices);
    struct world world = load_world(reader);
    assert_null(world.graph);
    assert_int_equal(notices.count, 1);
    state_close(reader);
}

static void test_stale_records_never_verify(void **state)
{
    const struct test_dir *dir = *state;
    struct history_of_journal made = make_journal(dir);

    /* The same record once more behind itself, then the first record in the second's place. */
    struct buf file = {0};
    buf_append(&file, made.file.data, made.ends[1]);
    buf_append(&file, made.file.data + made.ends[0], made.ends[1] - made.ends[0]);
    spill(dir->journal, file.data, file.length);
    assert_known_after(dir, &made, 1, 1);

    /* A journal just like it, but a later one, whose file still has the old one's second half. */
    struct buf header = {0};
    buf_append(&header, made.file.data, made.ends[0]);
    unlink(dir->journal);
    struct session session = begin_session(dir, NULL);
    world_run(&session.world, 1, "x.h new.h", 51);
    record(&session, 1);
    assert_int_equal(journal_bytes(&session), made.ends[1]);
    struct buf known = end_session(&session);
    struct buf later = slurp(dir->journal);
    buf_append(&later, made.file.data + made.ends[1], made.file.length - made.ends[1]);
    spill(dir->journal, later.data, later.length);
    struct notices notices = {0};
    session = begin_session(dir, &notices);
    struct buf found = end_session(&session);
    assert_string_equal(buf_cstr(&found), buf_cstr(&known));
    assert_int_equal(notices.count, 1);
    buf_free(&found);
    buf_free(&known);
    buf_free(&later);
    buf_free(&header);
    buf_free(&file);
    free_journal(&made);
}

static void test_a_reader_passes_over_a_record_that_is_being_written(void **state)
{
    const struct test_dir *dir = *state;
    struct history_of_journal made = make_journal(dir);
    for (size_t length = made.ends[0]; length < made.file.length; length++) {
        spill(dir->journal, made.file.data, length);
        struct notices notices = {0};
        struct state *reader = open_read_only(dir->path, &notices);
        struct world world = load_world(reader);
        assert_same_facts(world.graph, world.history, &made.known[records_within(&made, length)]);
        assert_int_equal(notices.count, 0);
        free_world(&world);
        state_close(reader);
        struct stat st;
        assert_int_equal(stat(dir->journal, &st), 0);
        assert_int_equal(st.st_size, length);
    }
    free_journal(&made);
}

/* ---- writing that fails ----------------------------------------------------------------- */

static void test_a_record_that_does_not_fit_leaves_the_journal_as_it_was(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h", 50);
    record(&session, 0);
    uint64_t before = journal_bytes(&session);
    for (uint64_t room = 0; room < 200; room++) {
        world_run(&session.world, 1, "x.h long-name-of-a-header.h", 60);
        struct jig_error error;
        limit_file_size(before + room);
        enum jig_status status =
            state_record_job(session.state, session.world.graph, session.world.history, 1, &error);
        unlimit_file_size();
        assert_int_equal(status, JIG_ERROR_IO);
        assert_non_null(strstr(error.message, "File too large"));
        assert_int_equal(journal_bytes(&session), before);
        struct stat st;
        assert_int_equal(stat(dir->journal, &st), 0);
        assert_int_equal(st.st_size, before);
    }
    world_run(&session.world, 2, "long-name-of-a-header.h", 70);
    record(&session, 2);
    record(&session, 1);
    assert_found(dir, end_session(&session));
}

static void test_a_full_disk_makes_no_half_a_journal(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    assert_int_equal(symlink("/dev/full", dir->journal_temporary), 0);
    world_run(&session.world, 0, "x.h", 50);
    struct jig_error error;
    assert_int_equal(
        state_record_job(session.state, session.world.graph, session.world.history, 0, &error),
        JIG_ERROR_IO);
    assert_non_null(strstr(error.message, "No space left on device"));
    assert_false(exists(dir->journal));
    record(&session, 0);
    assert_found(dir, end_session(&session));
}

static void test_garbage_behind_the_end_is_overwritten(void **state)
{
    const struct test_dir *dir = *state;
    struct session session = begin_with_image(dir);
    world_run(&session.world, 0, "x.h", 50);
    record(&session, 0);
    /* A failed write that could not be cut off again. */
    char garbage[1000];
    memset(garbage, 0x93, sizeof garbage);
    int fd = open(dir->journal, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, garbage, sizeof garbage), sizeof garbage);
    close(fd);
    world_run(&session.world, 1, "x.h", 60);
    record(&session, 1);
    struct buf known = end_session(&session);

    struct notices notices = {0};
    session = begin_session(dir, &notices);
    struct buf found = end_session(&session);
    assert_string_equal(buf_cstr(&found), buf_cstr(&known));
    assert_int_equal(notices.count, 1);
    buf_free(&found);
    assert_found(dir, known);
}

/* ---- records that verify and make no sense ----------------------------------------------- */

/* Entries that are packed by hand into a record with a right checksum. */
struct forgery {
    const char *what;
    uint32_t entries;
    void (*pack)(msgpack_packer *to);
};

static void pack_path(msgpack_packer *to, const char *path, size_t length)
{
    msgpack_pack_array(to, 3);
    msgpack_pack_uint32(to, 1);
    pack_write_bin(to, path, (uint32_t)length);
    msgpack_pack_uint32(to, 999999);
}

static void pack_digest(msgpack_packer *to)
{
    pack_write_bin(to, "0123456789abcdef", 16);
}

/* A job with output `out` and discovered input `dep`, by number. */
static void pack_job(msgpack_packer *to, uint32_t out, uint32_t dep, uint64_t tick, uint32_t flags)
{
    msgpack_pack_array(to, 9);
    msgpack_pack_uint32(to, 3);
    msgpack_pack_array(to, 1);
    msgpack_pack_uint32(to, out);
    msgpack_pack_uint64(to, tick);
    msgpack_pack_uint32(to, 1);
    msgpack_pack_uint32(to, flags);
    pack_digest(to);
    pack_digest(to);
    pack_digest(to);
    msgpack_pack_array(to, 1);
    msgpack_pack_uint32(to, dep);
}

static void pack_file(msgpack_packer *to, uint32_t file, uint32_t flags, uint32_t digest_bytes)
{
    msgpack_pack_array(to, 11);
    msgpack_pack_uint32(to, 2);
    msgpack_pack_uint32(to, file);
    for (int field = 0; field < 6; field++)
        msgpack_pack_uint32(to, 1);
    msgpack_pack_uint32(to, flags);
    pack_write_bin(to, "0123456789abcdef", digest_bytes);
    msgpack_pack_uint32(to, 1);
}

static void forge_nothing(msgpack_packer *to)
{
    (void)to;
}
static void forge_number(msgpack_packer *to)
{
    msgpack_pack_uint32(to, 7);
}
static void forge_unknown_kind(msgpack_packer *to)
{
    msgpack_pack_array(to, 2);
    msgpack_pack_uint32(to, 5);
    msgpack_pack_uint32(to, 0);
}
static void forge_short_entry(msgpack_packer *to)
{
    msgpack_pack_array(to, 2);
    msgpack_pack_uint32(to, 1);
    pack_write_bin(to, "p", 1);
}
static void forge_huge_entry(msgpack_packer *to)
{
    msgpack_pack_array(to, UINT32_MAX);
}
static void forge_empty_path(msgpack_packer *to)
{
    pack_path(to, "", 0);
}
static void forge_path_with_nul(msgpack_packer *to)
{
    pack_path(to, "a\0b", 3);
}
static void forge_unknown_output(msgpack_packer *to)
{
    pack_job(to, 12345, 0, 1, JOB_RECORDED);
}
static void forge_unknown_input(msgpack_packer *to)
{
    pack_job(to, 0, UINT32_MAX, 1, JOB_RECORDED);
}
static void forge_late_tick(msgpack_packer *to)
{
    pack_job(to, 0, 0, UINT64_MAX, JOB_RECORDED);
}
static void forge_job_flags(msgpack_packer *to)
{
    pack_job(to, 0, 0, 1, 1u << 30);
}
static void forge_no_outputs(msgpack_packer *to)
{
    msgpack_pack_array(to, 9);
    msgpack_pack_uint32(to, 3);
    msgpack_pack_array(to, 0);
    for (int field = 0; field < 3; field++)
        msgpack_pack_uint32(to, 1);
    for (int field = 0; field < 3; field++)
        pack_digest(to);
    msgpack_pack_array(to, 0);
}
static void forge_huge_list(msgpack_packer *to)
{
    msgpack_pack_array(to, 9);
    msgpack_pack_uint32(to, 3);
    msgpack_pack_array(to, UINT32_MAX);
    msgpack_pack_uint32(to, 0);
}
static void forge_unknown_file(msgpack_packer *to)
{
    pack_file(to, 12345, FILE_KNOWN, 16);
}
static void forge_file_flags(msgpack_packer *to)
{
    pack_file(to, 0, 1u << 30, 16);
}
static void forge_short_digest(msgpack_packer *to)
{
    pack_file(to, 0, FILE_KNOWN, 15);
}
static void forge_unknown_withdrawal(msgpack_packer *to)
{
    msgpack_pack_array(to, 2);
    msgpack_pack_uint32(to, 4);
    msgpack_pack_uint32(to, 12345);
}
static void forge_path_then_rubbish(msgpack_packer *to)
{
    pack_path(to, "numbered.h", 10); /* must not count as a number taken */
    msgpack_pack_nil(to);
}
static void forge_more_than_counted(msgpack_packer *to)
{
    pack_path(to, "p", 1);
    pack_path(to, "q", 1);
}

static void append_forgery(const struct test_dir *dir, const struct forgery *forgery)
{
    struct journal journal;
    journal_init(&journal, dir->journal, dir->journal_temporary, false);
    assert_int_equal(journal_open(&journal, NULL), JIG_OK);
    journal.end = journal.content.length;
    const size_t before = JOURNAL_FRAME_BYTES + JOURNAL_ENTRIES_BYTES;
    buf_reserve(&journal.record, before);
    journal.record.length = before;
    msgpack_packer writer = pack_writer(&journal.record);
    forgery->pack(&writer);
    journal.entries = forgery->entries;
    assert_int_equal(journal_commit(&journal, NULL), JIG_OK);
    journal_close(&journal);
}

static void test_forged_records_are_cut_off(void **state)
{
    const struct test_dir *dir = *state;
    static const struct forgery forgeries[] = {
        {"fewer entries than counted", 1, forge_nothing},
        {"more entries than counted", 1, forge_more_than_counted},
        {"an entry that is a number", 1, forge_number},
        {"an unknown kind", 1, forge_unknown_kind},
        {"an entry with too few fields", 1, forge_short_entry},
        {"an entry with 4 G fields", 1, forge_huge_entry},
        {"4 G entries", UINT32_MAX, forge_short_entry},
        {"an empty path", 1, forge_empty_path},
        {"a path with a NUL", 1, forge_path_with_nul},
        {"an unknown output", 1, forge_unknown_output},
        {"an unknown input", 1, forge_unknown_input},
        {"a tick at the end of time", 1, forge_late_tick},
        {"unknown job flags", 1, forge_job_flags},
        {"a job without outputs", 1, forge_no_outputs},
        {"a list of 4 G files", 1, forge_huge_list},
        {"an unknown file", 1, forge_unknown_file},
        {"unknown file flags", 1, forge_file_flags},
        {"a short digest", 1, forge_short_digest},
        {"an unknown withdrawal", 1, forge_unknown_withdrawal},
        {"a path and then rubbish", 2, forge_path_then_rubbish},
    };
    struct history_of_journal made = make_journal(dir);
    for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
        spill(dir->journal, made.file.data, made.file.length);
        append_forgery(dir, &forgeries[i]);
        struct notices notices = {0};
        struct session session = begin_session(dir, &notices);
        if (notices.count != 1)
            fail_msg("%s: %u notices", forgeries[i].what, notices.count);
        assert_same_facts(session.world.graph, session.world.history, &made.known[RECORDS]);
        world_run(&session.world, 0, "after.h", 90); /* numbers go on as if it had not been */
        record(&session, 0);
        assert_found(dir, end_session(&session));
    }
    free_journal(&made);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_temp_dir, remove_temp_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_truncation_keeps_the_whole_records),
        TEST(test_every_flipped_bit_keeps_the_records_before_it),
        TEST(test_recording_goes_on_behind_a_cut),
        TEST(test_a_journal_that_is_no_journal_is_replaced_by_the_next_record),
        TEST(test_another_format_version_is_named),
        TEST(test_a_directory_in_its_place_is_told),
        TEST(test_a_pipe_in_its_place_is_not_waited_for),
        TEST(test_stale_records_never_verify),
        TEST(test_a_reader_passes_over_a_record_that_is_being_written),
        TEST(test_a_record_that_does_not_fit_leaves_the_journal_as_it_was),
        TEST(test_a_full_disk_makes_no_half_a_journal),
        TEST(test_garbage_behind_the_end_is_overwritten),
        TEST(test_forged_records_are_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
