/*
 * MessagePack as the state files use it (https://github.com/msgpack/msgpack, spec.md): written by
 * msgpack-c's packer into a buf, read one value at a time from a bounded piece of memory.
 *
 *     struct pack_reader reader = pack_reader(bytes, length);
 *     uint32_t count = pack_read_array(&reader);
 *     for (uint32_t i = 0; i < count; i++)
 *         use(pack_read_uint(&reader));
 *     if (reader.failed) … nothing of it may be believed
 *
 * Reading does not use msgpack-c: its unpacker builds a tree and allocates as many elements as a
 * count in the file claims before it has seen one. Here nothing is allocated, a count never
 * exceeds the bytes that are left, and a journal's numbers are read where they lie.
 */
#ifndef STATE_PACK_H
#define STATE_PACK_H

#include "engine/base/buf.h"

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

/* A packer that appends to `out`, which must outlive it. Packing into it cannot fail. */
msgpack_packer pack_writer(struct buf *out);
void pack_write_str(msgpack_packer *writer, const char *text);
void pack_write_bin(msgpack_packer *writer, const void *bytes, uint32_t length);

struct pack_reader {
    const unsigned char *next;
    const unsigned char *end;
    bool failed; /* a value was not what was asked for; every read since gives 0 or nothing */
};

/* Borrowed from what the reader reads; `data` is NULL after a failure. */
struct pack_bytes {
    const char *data;
    uint32_t length;
};

static inline struct pack_reader pack_reader(const void *bytes, size_t length)
{
    const unsigned char *begin = bytes;
    return (struct pack_reader){begin, begin + length, false};
}

uint64_t pack_read_uint(struct pack_reader *reader);
/* As pack_read_uint, but a value above UINT32_MAX fails. */
uint32_t pack_read_u32(struct pack_reader *reader);
int64_t pack_read_int(struct pack_reader *reader);
struct pack_bytes pack_read_str(struct pack_reader *reader);
struct pack_bytes pack_read_bin(struct pack_reader *reader);
/* The number of elements that follow, at most the number of bytes left. */
uint32_t pack_read_array(struct pack_reader *reader);
/* Fails unless the next value is a map of `pairs` pairs, an array of `count`, the string `key`. */
void pack_expect_map(struct pack_reader *reader, uint32_t pairs);
void pack_expect_array(struct pack_reader *reader, uint32_t count);
void pack_expect_key(struct pack_reader *reader, const char *key);

/* True when everything was read and nothing failed. */
static inline bool pack_is_done(const struct pack_reader *reader)
{
    return !reader->failed && reader->next == reader->end;
}

/* Big-endian numbers, as they lie inside MessagePack values of fixed width. */
uint64_t pack_load_be(const unsigned char *from, unsigned bytes);
void pack_store_be(unsigned char *to, uint64_t value, unsigned bytes);

#endif
