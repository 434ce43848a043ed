/* The header that every state file begins with. */
#include "state_support.h"

#include "engine/base/digest.h"
#include "engine/state/header.h"

#include <stdlib.h>
#include <string.h>

static const struct header_kind KIND = {"jig thing", 3, .is_cache = false};

/* A file of this kind whose header is the map {"key": 5}, with two more elements. */
static struct buf make_file(void)
{
    struct buf map = {0}, file = {0};
    msgpack_packer writer = pack_writer(&map);
    msgpack_pack_map(&writer, 1);
    pack_write_str(&writer, "key");
    msgpack_pack_uint32(&writer, 5);
    header_write(&file, KIND, &map, 2);
    buf_free(&map);
    return file;
}

/* Reads from memory of just `length` bytes, so that a sanitizer sees what is beyond. */
static void assert_refused(const void *bytes, size_t length, const char *why)
{
    char *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    struct header header;
    struct jig_error error = {0};
    assert_int_equal(header_read(copy, length, KIND, &header, &error), JIG_ERROR_CORRUPT);
    if (!strstr(error.message, why))
        fail_msg("\"%s\" does not say \"%s\"", error.message, why);
    free(copy);
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    struct buf file = make_file();
    struct header header;
    assert_int_equal(header_read(file.data, file.length, KIND, &header, NULL), JIG_OK);
    assert_int_equal(header.more, 2);
    assert_int_equal(header.end, file.length);
    pack_expect_map(&header.map, 1);
    pack_expect_key(&header.map, "key");
    assert_int_equal(pack_read_uint(&header.map), 5);
    assert_true(pack_is_done(&header.map));
    buf_free(&file);
}

static void test_the_fixed_part_is_32_bytes_for_a_name_of_nine(void **state)
{
    (void)state;
    assert_int_equal(header_offset(KIND), 32);
}

static void test_every_truncation_is_refused(void **state)
{
    (void)state;
    struct buf file = make_file();
    for (size_t length = 0; length < file.length; length++)
        assert_refused(file.data, length, "it is ");
    buf_free(&file);
}

static void test_every_flipped_bit_is_refused(void **state)
{
    (void)state;
    struct buf file = make_file();
    for (size_t bit = 8 * 3; bit < file.length * 8; bit++) { /* the count is the caller's affair */
        file.data[bit / 8] = (char)(file.data[bit / 8] ^ (1 << bit % 8));
        assert_refused(file.data, file.length, "");
        file.data[bit / 8] = (char)(file.data[bit / 8] ^ (1 << bit % 8));
    }
    buf_free(&file);
}

static void test_another_version_is_named_whatever_follows_it(void **state)
{
    (void)state;
    assert_refused("\x92\xa9jig thing\x07", 12, "format version 7 and this jig reads version 3");
}

static void test_shorter_numbers_are_refused(void **state)
{
    (void)state;
    assert_refused("\x95\xa9jig thing\x03\x00\x00\x80", 15, "it is cut short");
}

static void test_other_encodings_of_the_same_numbers_are_refused(void **state)
{
    (void)state;
    struct buf file = make_file();
    /* Version in 1 byte instead of 5, length in 9 instead of 5: all else is where it was. */
    unsigned char *bytes = (unsigned char *)file.data;
    uint64_t length = pack_load_be(bytes + 19, 4);
    bytes[13] = 3;
    bytes[14] = 0xcf;
    pack_store_be(bytes + 15, length, 8);
    assert_refused(file.data, file.length, "does not match its checksum");
    buf_free(&file);
}

static void test_fresh_ids_differ_and_are_not_zero(void **state)
{
    (void)state;
    uint64_t first = header_fresh_id(), second = header_fresh_id();
    assert_true(first != 0 && second != 0 && first != second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_the_fixed_part_is_32_bytes_for_a_name_of_nine),
        cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_every_flipped_bit_is_refused),
        cmocka_unit_test(test_another_version_is_named_whatever_follows_it),
        cmocka_unit_test(test_shorter_numbers_are_refused),
        cmocka_unit_test(test_other_encodings_of_the_same_numbers_are_refused),
        cmocka_unit_test(test_fresh_ids_differ_and_are_not_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
