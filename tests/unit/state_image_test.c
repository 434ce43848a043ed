/*
 * The image: columns written to a file and pointed at again, and everything that can be wrong with
 * such a file. docs/reference/state-format.md is the format that is checked here byte by byte.
 */
#include "state_support.h"

#include "engine/state/header.h"
#include "engine/state/image.h"

#include <fcntl.h>
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- two columns of our own ------------------------------------------------------------- */

struct pair {
    uint64_t a;
    uint32_t b, c;
};

struct table {
    VEC(char) letters;
    VEC(struct pair) pairs;
    VEC(uint32_t) none;
};

enum { TABLE_COLUMNS = 3 };

static void table_columns(struct table *table, struct column out[TABLE_COLUMNS])
{
    out[0] = COLUMN("letters", &table->letters);
    out[1] = COLUMN("pairs", &table->pairs);
    out[2] = COLUMN("none", &table->none);
}

static struct table make_table(void)
{
    struct table table = {0};
    for (uint32_t i = 0; i < 5; i++)
        vec_push(&table.letters, (char)('a' + i));
    for (uint32_t i = 0; i < 9; i++)
        vec_push(&table.pairs, ((struct pair){(uint64_t)i << 40, i, ~i}));
    return table;
}

static void free_table(struct table *table)
{
    vec_free(&table->letters);
    vec_free(&table->pairs);
    vec_free(&table->none);
}

static void write_table(const struct test_dir *dir, struct table *table)
{
    struct column columns[TABLE_COLUMNS];
    table_columns(table, columns);
    struct image image = {.id = 77, .absorbed_journal = 88};
    struct jig_error error;
    if (image_write(&image, dir->image, dir->image_temporary, columns, TABLE_COLUMNS, &error))
        fail_msg("%s", error.message);
    struct stat st;
    assert_int_equal(stat(dir->image, &st), 0);
    assert_int_equal(image.bytes, st.st_size);
}

static enum jig_status map_table(const struct test_dir *dir, struct image *image,
                                 struct table *table, struct jig_error *error)
{
    struct column columns[TABLE_COLUMNS];
    table_columns(table, columns);
    return image_map(image, dir->image, columns, TABLE_COLUMNS, error);
}

/* The image on disk is refused, with a message that holds `why`, and no column was pointed. */
static void assert_refused(const struct test_dir *dir, const char *why)
{
    struct table table = {0};
    struct image image;
    struct jig_error error = {0};
    assert_int_not_equal(map_table(dir, &image, &table, &error), JIG_OK);
    assert_null(image.map);
    assert_null(table.letters.data);
    assert_null(table.pairs.data);
    if (!strstr(error.message, why))
        fail_msg("\"%s\" does not say \"%s\"", error.message, why);
}

/* ---- what is written is read ------------------------------------------------------------ */

static void test_columns_come_back_where_they_lie(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);

    struct table found = {0};
    struct image image;
    assert_int_equal(map_table(dir, &image, &found, NULL), JIG_OK);
    assert_int_equal(image.id, 77);
    assert_int_equal(image.absorbed_journal, 88);
    assert_int_equal(found.letters.count, 5);
    assert_memory_equal(found.letters.data, "abcde", 5);
    assert_int_equal(found.pairs.count, 9);
    assert_memory_equal(found.pairs.data, table.pairs.data, 9 * sizeof(struct pair));
    assert_int_equal(found.none.count, 0);

    const char *map = image.map;
    assert_true((char *)found.pairs.data > map && (char *)found.pairs.data < map + image.bytes);
    assert_int_equal((uintptr_t)found.letters.data % 64, 0);
    assert_int_equal((uintptr_t)found.pairs.data % 64, 0);
    assert_int_equal((uintptr_t)found.none.data % 64, 0);
    image_unmap(&image);
    free_table(&table);
}

static void test_columns_may_be_changed_without_changing_the_file(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    struct buf before = slurp(dir->image);

    struct table found = {0};
    struct image image;
    assert_int_equal(map_table(dir, &image, &found, NULL), JIG_OK);
    found.pairs.data[3].a = 12345; /* in place */
    vec_push(&found.letters, 'f'); /* moves out of the mapping */
    vec_push(&found.none, 1u);
    assert_memory_equal(found.letters.data, "abcdef", 6);
    free_table(&found);
    image_unmap(&image);

    struct buf after = slurp(dir->image);
    assert_int_equal(before.length, after.length);
    assert_memory_equal(before.data, after.data, before.length);
    buf_free(&before);
    buf_free(&after);
    free_table(&table);
}

static void test_a_mapped_image_survives_its_replacement(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    struct table found = {0};
    struct image image;
    assert_int_equal(map_table(dir, &image, &found, NULL), JIG_OK);
    vec_push(&table.pairs, ((struct pair){1, 2, 3}));
    table.pairs.data[0].a = 99;
    write_table(dir, &table);
    assert_int_equal(found.pairs.count, 9);
    assert_int_equal(found.pairs.data[0].a, 0);
    image_unmap(&image);
    free_table(&table);
}

static void test_no_file_is_no_error(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = {0};
    struct image image;
    assert_int_equal(map_table(dir, &image, &table, NULL), JIG_OK);
    assert_null(image.map);
}

/* ---- any MessagePack reader can read it -------------------------------------------------- */

static void assert_str(msgpack_object object, const char *text)
{
    assert_int_equal(object.type, MSGPACK_OBJECT_STR);
    assert_int_equal(object.via.str.size, strlen(text));
    assert_memory_equal(object.via.str.ptr, text, strlen(text));
}

/* The value of `key`, which must be the map's pair number `at`. */
static msgpack_object value_at(msgpack_object map, uint32_t at, const char *key)
{
    assert_int_equal(map.type, MSGPACK_OBJECT_MAP);
    assert_true(at < map.via.map.size);
    assert_str(map.via.map.ptr[at].key, key);
    return map.via.map.ptr[at].val;
}

static void test_msgpack_reads_the_whole_file(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    struct buf file = slurp(dir->image);

    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t offset = 0;
    assert_int_equal(msgpack_unpack_next(&unpacked, file.data, file.length, &offset),
                     MSGPACK_UNPACK_SUCCESS);
    assert_int_equal(offset, file.length); /* one value, and nothing behind it */
    assert_int_equal(unpacked.data.type, MSGPACK_OBJECT_ARRAY);
    assert_int_equal(unpacked.data.via.array.size, 5 + 2 * TABLE_COLUMNS);
    const msgpack_object *elements = unpacked.data.via.array.ptr;
    assert_str(elements[0], "jig image");
    assert_int_equal(elements[1].via.u64, IMAGE_VERSION);
    msgpack_object header = elements[4];
    assert_int_equal(header.via.map.size, 5);
    assert_int_equal(value_at(header, 0, "jig").type, MSGPACK_OBJECT_STR);
    assert_str(value_at(header, 1, "byte_order"), "little");
    assert_int_equal(value_at(header, 2, "id").via.u64, 77);
    assert_int_equal(value_at(header, 3, "absorbed_journal").via.u64, 88);
    msgpack_object columns = value_at(header, 4, "columns");
    assert_int_equal(columns.via.array.size, TABLE_COLUMNS);

    static const char *const names[TABLE_COLUMNS] = {"letters", "pairs", "none"};
    static const uint64_t element_bytes[TABLE_COLUMNS] = {1, sizeof(struct pair), 4};
    static const uint64_t counts[TABLE_COLUMNS] = {5, 9, 0};
    for (uint32_t i = 0; i < TABLE_COLUMNS; i++) {
        msgpack_object column = columns.via.array.ptr[i];
        assert_int_equal(column.via.map.size, 5);
        assert_str(value_at(column, 0, "name"), names[i]);
        assert_int_equal(value_at(column, 1, "element_bytes").via.u64, element_bytes[i]);
        assert_int_equal(value_at(column, 2, "count").via.u64, counts[i]);
        msgpack_object padding = elements[5 + 2 * i], payload = elements[6 + 2 * i];
        assert_int_equal(padding.type, MSGPACK_OBJECT_BIN);
        assert_int_equal(payload.type, MSGPACK_OBJECT_BIN);
        assert_int_equal(payload.via.bin.size, element_bytes[i] * counts[i]);
        if (counts[i]) /* msgpack-c points elsewhere for an empty bin */
            assert_int_equal(payload.via.bin.ptr - file.data,
                             value_at(column, 3, "offset").via.u64);
        assert_true(value_at(column, 4, "checksum").via.u64 ==
                    XXH3_64bits(payload.via.bin.ptr, payload.via.bin.size));
    }
    assert_memory_equal(elements[6].via.bin.ptr, "abcde", 5);
    msgpack_unpacked_destroy(&unpacked);
    buf_free(&file);
    free_table(&table);
}

/* ---- damage ----------------------------------------------------------------------------- */

static void test_every_truncation_is_noticed(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    struct buf file = slurp(dir->image);
    for (size_t length = file.length; length-- > 0;) {
        assert_int_equal(truncate(dir->image, (off_t)length), 0);
        assert_refused(dir, "");
    }
    buf_free(&file);
    free_table(&table);
}

static void test_every_flipped_bit_is_noticed(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    struct buf file = slurp(dir->image);
    int fd = open(dir->image, O_WRONLY);
    for (size_t bit = 0; bit < file.length * 8; bit++) {
        char byte = (char)(file.data[bit / 8] ^ (1 << bit % 8));
        assert_int_equal(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
        assert_refused(dir, "");
        assert_int_equal(pwrite(fd, &file.data[bit / 8], 1, (off_t)(bit / 8)), 1);
    }
    close(fd);
    struct table found = {0};
    struct image image;
    assert_int_equal(map_table(dir, &image, &found, NULL), JIG_OK);
    image_unmap(&image);
    buf_free(&file);
    free_table(&table);
}

static void test_bytes_behind_the_end_are_noticed(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    struct buf file = slurp(dir->image);
    spill(dir->image, file.data, file.length + 1); /* the buf's terminator */
    assert_refused(dir, "after its end");
    buf_free(&file);
    free_table(&table);
}

static void test_what_is_no_image_is_named(void **state)
{
    const struct test_dir *dir = *state;
    spill(dir->image, "", 0);
    assert_refused(dir, "it is empty");
    spill(dir->image, "{\"not\": \"MessagePack\"}", 22);
    assert_refused(dir, "it is not a jig image");
    unlink(dir->image);

    assert_int_equal(mkdir(dir->image, 0777), 0);
    assert_refused(dir, "it is not a file");
    rmdir(dir->image);
    assert_int_equal(symlink("image", dir->image), 0);
    assert_refused(dir, "it cannot be opened");
    unlink(dir->image);
    assert_int_equal(mkfifo(dir->image, 0666), 0);
    assert_refused(dir, "it is not a file");
}

/* ---- other writers ---------------------------------------------------------------------- */

/* Offsets of the fixed fields, as the format documents them. */
enum { VERSION_AT = 14, HEADER_LENGTH_AT = 19, CHECKSUM_AT = 24, HEADER_AT = 32 };

/* Replaces `from` by `to`, of the same length, in the header, and makes the checksum right. */
static void edit_header(const struct test_dir *dir, const void *from, const void *to, size_t length)
{
    struct buf file = slurp(dir->image);
    uint32_t header_length =
        (uint32_t)pack_load_be((unsigned char *)file.data + HEADER_LENGTH_AT, 4);
    char *header = file.data + HEADER_AT;
    char *place = memmem(header, header_length, from, length);
    assert_non_null(place);
    memcpy(place, to, length);
    pack_store_be((unsigned char *)file.data + CHECKSUM_AT, XXH3_64bits(header, header_length), 8);
    spill(dir->image, file.data, file.length);
    buf_free(&file);
}

static void test_another_format_version_is_named(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    int fd = open(dir->image, O_WRONLY);
    unsigned char version[4];
    pack_store_be(version, 1000, 4);
    assert_int_equal(pwrite(fd, version, 4, VERSION_AT), 4);
    close(fd);
    assert_refused(dir, "it has format version 1000 and this jig reads version 3");
    free_table(&table);
}

static void test_another_byte_order_is_named(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    edit_header(dir, "\xa6little", "\xa6middle", 7);
    assert_refused(dir, "byte order");
    free_table(&table);
}

static void test_an_image_of_no_identity_is_refused(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    edit_header(dir, "\xcf\0\0\0\0\0\0\0\x4d", "\xcf\0\0\0\0\0\0\0\0", 9);
    assert_refused(dir, "makes no sense");
    free_table(&table);
}

static void test_columns_must_be_those_expected(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();

    write_table(dir, &table);
    edit_header(dir, "letters", "lettres", 7);
    assert_refused(dir, "does not have the columns this jig knows (letters of 1 bytes)");

    struct column columns[TABLE_COLUMNS];
    table_columns(&table, columns);
    columns[1].element_bytes = 8; /* records have grown since */
    struct image image = {.id = 1};
    assert_int_equal(
        image_write(&image, dir->image, dir->image_temporary, columns, TABLE_COLUMNS, NULL),
        JIG_OK);
    assert_refused(dir, "does not have the columns this jig knows (pairs of 16 bytes)");

    table_columns(&table, columns);
    assert_int_equal(
        image_write(&image, dir->image, dir->image_temporary, columns, TABLE_COLUMNS - 1, NULL),
        JIG_OK);
    assert_refused(dir, "does not have the columns this jig knows");
    free_table(&table);
}

static void test_offsets_that_verify_must_also_fit(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    unsigned char count[5] = {0xce, 0, 0, 0, 9}, other[5] = {0xce};
    static const uint32_t counts[] = {0, 8, 10, 11, 0x10000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        write_table(dir, &table);
        pack_store_be(other + 1, counts[i], 4);
        edit_header(dir, count, other, sizeof count);
        assert_refused(dir, "");
    }
    free_table(&table);
}

/* ---- writing that fails ----------------------------------------------------------------- */

/* The old image is still there, whole, and nothing is left of the new one. */
static void assert_old_image_stands(const struct test_dir *dir)
{
    struct table found = {0};
    struct image image;
    assert_int_equal(map_table(dir, &image, &found, NULL), JIG_OK);
    assert_int_equal(image.id, 77);
    image_unmap(&image);
    assert_false(exists(dir->image_temporary));
}

static void test_a_write_cut_at_any_length_leaves_the_old_image(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    struct stat st;
    assert_int_equal(stat(dir->image, &st), 0);
    struct column columns[TABLE_COLUMNS];
    table_columns(&table, columns);
    for (off_t limit = 0; limit < st.st_size; limit += 7) {
        struct image image = {.id = 78};
        struct jig_error error;
        limit_file_size((uint64_t)limit);
        enum jig_status status =
            image_write(&image, dir->image, dir->image_temporary, columns, TABLE_COLUMNS, &error);
        unlimit_file_size();
        assert_int_equal(status, JIG_ERROR_IO);
        assert_non_null(strstr(error.message, "File too large"));
        assert_old_image_stands(dir);
    }
    free_table(&table);
}

static void test_a_full_disk_leaves_the_old_image(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    assert_int_equal(symlink("/dev/full", dir->image_temporary), 0);
    struct column columns[TABLE_COLUMNS];
    table_columns(&table, columns);
    struct image image = {.id = 78};
    struct jig_error error;
    assert_int_equal(
        image_write(&image, dir->image, dir->image_temporary, columns, TABLE_COLUMNS, &error),
        JIG_ERROR_IO);
    assert_non_null(strstr(error.message, "No space left on device"));
    assert_old_image_stands(dir);
    free_table(&table);
}

static void test_what_cannot_be_brought_to_the_disk_replaces_nothing(void **state)
{
    const struct test_dir *dir = *state;
    struct table table = make_table();
    write_table(dir, &table);
    /* Takes every byte, and cannot be synced. */
    assert_int_equal(symlink("/dev/null", dir->image_temporary), 0);
    struct column columns[TABLE_COLUMNS];
    table_columns(&table, columns);
    struct image image = {.id = 78};
    assert_int_equal(
        image_write(&image, dir->image, dir->image_temporary, columns, TABLE_COLUMNS, NULL),
        JIG_ERROR_IO);
    assert_old_image_stands(dir);
    free_table(&table);
}

static void test_a_column_of_4_gib_is_over_the_limit(void **state)
{
    const struct test_dir *dir = *state;
    struct pair only[1] = {{0}};
    void *data = only; /* nothing of the column is looked at */
    uint32_t count = 1u << 28, capacity = 0;
    const struct column column = {"pairs", &data, &count, &capacity, sizeof(struct pair)};
    struct image image = {.id = 1};
    struct jig_error error;
    assert_int_equal(image_write(&image, dir->image, dir->image_temporary, &column, 1, &error),
                     JIG_ERROR_LIMIT);
    assert_non_null(strstr(error.message, "pairs"));
    assert_false(exists(dir->image));
    assert_false(exists(dir->image_temporary));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_temp_dir, remove_temp_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_columns_come_back_where_they_lie),
        TEST(test_columns_may_be_changed_without_changing_the_file),
        TEST(test_a_mapped_image_survives_its_replacement),
        TEST(test_no_file_is_no_error),
        TEST(test_msgpack_reads_the_whole_file),
        TEST(test_every_truncation_is_noticed),
        TEST(test_every_flipped_bit_is_noticed),
        TEST(test_bytes_behind_the_end_are_noticed),
        TEST(test_what_is_no_image_is_named),
        TEST(test_another_format_version_is_named),
        TEST(test_another_byte_order_is_named),
        TEST(test_an_image_of_no_identity_is_refused),
        TEST(test_columns_must_be_those_expected),
        TEST(test_offsets_that_verify_must_also_fit),
        TEST(test_a_write_cut_at_any_length_leaves_the_old_image),
        TEST(test_a_full_disk_leaves_the_old_image),
        TEST(test_what_cannot_be_brought_to_the_disk_replaces_nothing),
        TEST(test_a_column_of_4_gib_is_over_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
