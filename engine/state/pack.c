#include "engine/state/pack.h"

#include <string.h>

/* First bytes of MessagePack values, from the specification's table of formats. */
enum tag {
    TAG_FIXINT_LAST = 0x7f,
    TAG_FIXMAP = 0x80,
    TAG_FIXARRAY = 0x90,
    TAG_FIXSTR = 0xa0,
    TAG_NEVER_USED = 0xc1,
    TAG_BIN8 = 0xc4,
    TAG_BIN32 = 0xc6,
    TAG_UINT8 = 0xcc,
    TAG_UINT64 = 0xcf,
    TAG_INT8 = 0xd0,
    TAG_INT64 = 0xd3,
    TAG_STR8 = 0xd9,
    TAG_STR32 = 0xdb,
    TAG_ARRAY16 = 0xdc,
    TAG_MAP16 = 0xde,
    TAG_NEGATIVE_FIXINT = 0xe0,
};

/* ---- writing ---------------------------------------------------------------------------- */

static int append(void *out, const char *bytes, size_t length)
{
    buf_append(out, bytes, length);
    return 0;
}

msgpack_packer pack_writer(struct buf *out)
{
    msgpack_packer writer;
    msgpack_packer_init(&writer, out, append);
    return writer;
}

void pack_write_str(msgpack_packer *writer, const char *text)
{
    size_t length = strlen(text);
    msgpack_pack_str(writer, length);
    msgpack_pack_str_body(writer, text, length);
}

void pack_write_bin(msgpack_packer *writer, const void *bytes, uint32_t length)
{
    msgpack_pack_bin(writer, length);
    msgpack_pack_bin_body(writer, bytes, length);
}

/* ---- reading ---------------------------------------------------------------------------- */

static void fail(struct pack_reader *reader)
{
    reader->failed = true;
    reader->next = reader->end;
}

static size_t left(const struct pack_reader *reader)
{
    return (size_t)(reader->end - reader->next);
}

static unsigned read_tag(struct pack_reader *reader)
{
    if (reader->next == reader->end) {
        fail(reader);
        return TAG_NEVER_USED;
    }
    return *reader->next++;
}

/* An unsigned number of 2^`log2_bytes` bytes. */
static uint64_t read_be(struct pack_reader *reader, unsigned log2_bytes)
{
    unsigned bytes = 1u << log2_bytes;
    if (left(reader) < bytes) {
        fail(reader);
        return 0;
    }
    uint64_t value = pack_load_be(reader->next, bytes);
    reader->next += bytes;
    return value;
}

static uint64_t uint_of_tag(struct pack_reader *reader, unsigned tag)
{
    if (tag <= TAG_FIXINT_LAST)
        return tag;
    if (tag >= TAG_UINT8 && tag <= TAG_UINT64)
        return read_be(reader, tag - TAG_UINT8);
    fail(reader);
    return 0;
}

uint64_t pack_read_uint(struct pack_reader *reader)
{
    return uint_of_tag(reader, read_tag(reader));
}

uint32_t pack_read_u32(struct pack_reader *reader)
{
    uint64_t value = pack_read_uint(reader);
    if (value > UINT32_MAX) {
        fail(reader);
        return 0;
    }
    return (uint32_t)value;
}

int64_t pack_read_int(struct pack_reader *reader)
{
    unsigned tag = read_tag(reader);
    if (tag >= TAG_NEGATIVE_FIXINT)
        return (int8_t)tag;
    if (tag >= TAG_INT8 && tag <= TAG_INT64) {
        unsigned log2_bytes = tag - TAG_INT8;
        unsigned unused_bits = 64 - (8u << log2_bytes);
        return (int64_t)(read_be(reader, log2_bytes) << unused_bits) >> unused_bits;
    }
    uint64_t value = uint_of_tag(reader, tag);
    if (value > INT64_MAX) {
        fail(reader);
        return 0;
    }
    return (int64_t)value;
}

static struct pack_bytes read_body(struct pack_reader *reader, uint64_t length)
{
    if (reader->failed || length > left(reader)) {
        fail(reader);
        return (struct pack_bytes){0};
    }
    struct pack_bytes bytes = {(const char *)reader->next, (uint32_t)length};
    reader->next += length;
    return bytes;
}

struct pack_bytes pack_read_str(struct pack_reader *reader)
{
    unsigned tag = read_tag(reader);
    if ((tag & 0xe0) == TAG_FIXSTR)
        return read_body(reader, tag & 0x1f);
    if (tag >= TAG_STR8 && tag <= TAG_STR32)
        return read_body(reader, read_be(reader, tag - TAG_STR8));
    fail(reader);
    return (struct pack_bytes){0};
}

struct pack_bytes pack_read_bin(struct pack_reader *reader)
{
    unsigned tag = read_tag(reader);
    if (tag >= TAG_BIN8 && tag <= TAG_BIN32)
        return read_body(reader, read_be(reader, tag - TAG_BIN8));
    fail(reader);
    return (struct pack_bytes){0};
}

/* A count of elements after `tag`: in the tag itself, or in 2 or 4 bytes behind it. */
static uint32_t count_of_tag(struct pack_reader *reader, unsigned tag, unsigned fixed,
                             unsigned sixteen)
{
    uint64_t count = 0;
    if ((tag & 0xf0) == fixed)
        count = tag & 0x0f;
    else if (tag == sixteen || tag == sixteen + 1)
        count = read_be(reader, 1 + tag - sixteen);
    else
        fail(reader);
    if (count > left(reader))
        fail(reader);
    return reader->failed ? 0 : (uint32_t)count;
}

uint32_t pack_read_array(struct pack_reader *reader)
{
    return count_of_tag(reader, read_tag(reader), TAG_FIXARRAY, TAG_ARRAY16);
}

void pack_expect_array(struct pack_reader *reader, uint32_t count)
{
    if (pack_read_array(reader) != count)
        fail(reader);
}

void pack_expect_map(struct pack_reader *reader, uint32_t pairs)
{
    if (count_of_tag(reader, read_tag(reader), TAG_FIXMAP, TAG_MAP16) != pairs)
        fail(reader);
}

void pack_expect_key(struct pack_reader *reader, const char *key)
{
    struct pack_bytes got = pack_read_str(reader);
    if (reader->failed || got.length != strlen(key) || memcmp(got.data, key, got.length) != 0)
        fail(reader);
}

/* ---- numbers ---------------------------------------------------------------------------- */

uint64_t pack_load_be(const unsigned char *from, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | from[i];
    return value;
}

void pack_store_be(unsigned char *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = bytes; i-- > 0; value >>= 8)
        to[i] = (unsigned char)value;
}
