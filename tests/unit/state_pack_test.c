/* Reading MessagePack: what msgpack-c writes is read, and nothing else is. */
#include "state_support.h"

#include "engine/state/pack.h"

#include <string.h>

static const uint64_t UINTS[] = {0,     1,          127,        128,        255,       256,
                                 65535, UINT16_MAX, UINT32_MAX, 1ull << 32, INT64_MAX, UINT64_MAX};
static const int64_t INTS[] = {0,         -1,        -32,      -33,       INT8_MIN,
                               -129,      INT16_MIN, -32769,   INT32_MIN, -2147483649ll,
                               INT64_MIN, INT64_MAX, INT8_MAX, 1ll << 40};

enum { UINT_COUNT = sizeof UINTS / sizeof *UINTS, INT_COUNT = sizeof INTS / sizeof *INTS };

static struct pack_reader reader_of(const struct buf *buf)
{
    return pack_reader(buf->data, buf->length);
}

static void test_integers_of_every_width_are_read(void **state)
{
    (void)state;
    struct buf buf = {0};
    msgpack_packer writer = pack_writer(&buf);
    for (int i = 0; i < UINT_COUNT; i++) {
        msgpack_pack_uint64(&writer, UINTS[i]);
        msgpack_pack_fix_uint64(&writer, UINTS[i]);
    }
    for (int i = 0; i < INT_COUNT; i++)
        msgpack_pack_int64(&writer, INTS[i]);
    struct pack_reader reader = reader_of(&buf);
    for (int i = 0; i < UINT_COUNT; i++) {
        assert_true(pack_read_uint(&reader) == UINTS[i]);
        assert_true(pack_read_uint(&reader) == UINTS[i]);
    }
    for (int i = 0; i < INT_COUNT; i++)
        assert_true(pack_read_int(&reader) == INTS[i]);
    assert_true(pack_is_done(&reader));
    buf_free(&buf);
}

static void test_bytes_and_strings_of_every_width_are_read(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0, 1, 31, 32, 255, 256, 65535, 65536};
    static char text[65537];
    memset(text, 'x', sizeof text - 1);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct buf buf = {0};
        msgpack_packer writer = pack_writer(&buf);
        pack_write_bin(&writer, text, lengths[i]);
        pack_write_str(&writer, text + sizeof text - 1 - lengths[i]);
        struct pack_reader reader = reader_of(&buf);
        struct pack_bytes bin = pack_read_bin(&reader);
        struct pack_bytes str = pack_read_str(&reader);
        assert_true(pack_is_done(&reader));
        assert_int_equal(bin.length, lengths[i]);
        assert_int_equal(str.length, lengths[i]);
        assert_memory_equal(bin.data, text, lengths[i]);
        assert_memory_equal(str.data, text, lengths[i]);
        buf_free(&buf);
    }
}

static void test_arrays_of_every_width_are_read(void **state)
{
    (void)state;
    static const uint32_t counts[] = {0, 1, 15, 16, 65535, 65536};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct buf buf = {0};
        msgpack_packer writer = pack_writer(&buf);
        msgpack_pack_array(&writer, counts[i]);
        for (uint32_t n = 0; n < counts[i]; n++)
            msgpack_pack_uint32(&writer, 1);
        struct pack_reader reader = reader_of(&buf);
        uint32_t left = pack_read_array(&reader);
        assert_int_equal(left, counts[i]);
        while (left-- > 0)
            assert_int_equal(pack_read_uint(&reader), 1);
        assert_true(pack_is_done(&reader));
        buf_free(&buf);
    }
}

static void test_a_count_never_exceeds_the_bytes_that_are_left(void **state)
{
    (void)state;
    static const char claims[] = "\xdd\xff\xff\xff\xff\x01\x02";
    struct pack_reader reader = pack_reader(claims, sizeof claims - 1);
    assert_int_equal(pack_read_array(&reader), 0);
    assert_true(reader.failed);
}

static void test_a_value_cut_short_fails(void **state)
{
    (void)state;
    struct buf buf = {0};
    msgpack_packer writer = pack_writer(&buf);
    msgpack_pack_fix_uint64(&writer, 1);
    pack_write_bin(&writer, "0123456789", 10);
    for (size_t length = 0; length < buf.length; length++) {
        struct pack_reader reader = pack_reader(buf.data, length);
        pack_read_uint(&reader);
        struct pack_bytes bin = pack_read_bin(&reader);
        assert_true(reader.failed);
        assert_null(bin.data);
    }
    buf_free(&buf);
}

static void test_a_value_of_another_type_fails(void **state)
{
    (void)state;
    struct buf buf = {0};
    msgpack_packer writer = pack_writer(&buf);
    msgpack_pack_nil(&writer);
    struct pack_reader reader = reader_of(&buf);
    pack_read_uint(&reader);
    assert_true(reader.failed);
    reader = reader_of(&buf);
    pack_read_int(&reader);
    assert_true(reader.failed);
    reader = reader_of(&buf);
    pack_read_str(&reader);
    assert_true(reader.failed);
    reader = reader_of(&buf);
    pack_read_bin(&reader);
    assert_true(reader.failed);
    reader = reader_of(&buf);
    pack_read_array(&reader);
    assert_true(reader.failed);
    reader = reader_of(&buf);
    pack_expect_map(&reader, 0);
    assert_true(reader.failed);
    buf_free(&buf);
}

static void test_numbers_that_do_not_fit_fail(void **state)
{
    (void)state;
    struct buf buf = {0};
    msgpack_packer writer = pack_writer(&buf);
    msgpack_pack_uint64(&writer, UINT64_MAX);
    struct pack_reader reader = reader_of(&buf);
    pack_read_u32(&reader);
    assert_true(reader.failed);
    reader = reader_of(&buf);
    pack_read_int(&reader);
    assert_true(reader.failed);
    buf_free(&buf);
}

static void test_after_a_failure_nothing_is_read(void **state)
{
    (void)state;
    struct buf buf = {0};
    msgpack_packer writer = pack_writer(&buf);
    msgpack_pack_nil(&writer);
    msgpack_pack_uint32(&writer, 7);
    struct pack_reader reader = reader_of(&buf);
    pack_read_uint(&reader);
    assert_int_equal(pack_read_uint(&reader), 0);
    assert_false(pack_is_done(&reader));
    buf_free(&buf);
}

static void test_keys_must_be_those_expected(void **state)
{
    (void)state;
    static const char *const wrong[] = {"ke", "keys", "kez", ""};
    struct buf buf = {0};
    msgpack_packer writer = pack_writer(&buf);
    pack_write_str(&writer, "key");
    struct pack_reader reader = reader_of(&buf);
    pack_expect_key(&reader, "key");
    assert_true(pack_is_done(&reader));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        reader = reader_of(&buf);
        pack_expect_key(&reader, wrong[i]);
        assert_true(reader.failed);
    }
    buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_of_every_width_are_read),
        cmocka_unit_test(test_bytes_and_strings_of_every_width_are_read),
        cmocka_unit_test(test_arrays_of_every_width_are_read),
        cmocka_unit_test(test_a_count_never_exceeds_the_bytes_that_are_left),
        cmocka_unit_test(test_a_value_cut_short_fails),
        cmocka_unit_test(test_a_value_of_another_type_fails),
        cmocka_unit_test(test_numbers_that_do_not_fit_fail),
        cmocka_unit_test(test_after_a_failure_nothing_is_read),
        cmocka_unit_test(test_keys_must_be_those_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
