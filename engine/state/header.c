#include "engine/state/header.h"

#include "engine/base/digest.h"
#include "engine/base/io.h"

#include <sys/random.h>
#include <unistd.h>

/* Elements up to and including the header. */
enum { ELEMENTS = 5 };

/* An array 16, then name as fixstr, version and length as uint 32, checksum as uint 64. */
enum { ARRAY_BYTES = 3, STR_BYTES = 1, U32_BYTES = 5, U64_BYTES = 9 };

static void write_prefix(struct buf *out, struct header_kind kind, uint32_t elements,
                         uint32_t length, uint64_t checksum)
{
    unsigned char array[ARRAY_BYTES] = {0xdc};
    pack_store_be(array + 1, elements, 2);
    buf_append(out, array, sizeof array);
    msgpack_packer writer = pack_writer(out);
    pack_write_str(&writer, kind.name);
    msgpack_pack_fix_uint32(&writer, kind.version);
    msgpack_pack_fix_uint32(&writer, length);
    msgpack_pack_fix_uint64(&writer, checksum);
}

size_t header_offset(struct header_kind kind)
{
    return ARRAY_BYTES + STR_BYTES + strlen(kind.name) + U32_BYTES + U32_BYTES + U64_BYTES;
}

void header_write(struct buf *out, struct header_kind kind, const struct buf *header, uint32_t more)
{
    write_prefix(out, kind, ELEMENTS + more, (uint32_t)header->length,
                 XXH3_64bits(header->data, header->length));
    buf_append(out, header->data, header->length);
}

enum jig_status header_read(const void *bytes, size_t length, struct header_kind kind,
                            struct header *out, struct jig_error *error)
{
    if (length == 0)
        return jig_fail(error, JIG_ERROR_CORRUPT, "it is empty");
    struct pack_reader reader = pack_reader(bytes, length);
    uint32_t elements = pack_read_array(&reader);
    pack_expect_key(&reader, kind.name);
    if (reader.failed)
        return jig_fail(error, JIG_ERROR_CORRUPT, "it is not a %s", kind.name);
    uint32_t version = pack_read_u32(&reader);
    if (!reader.failed && version != kind.version)
        return jig_fail(error, JIG_ERROR_CORRUPT,
                        "it has format version %u and this jig reads version %u", version,
                        kind.version);
    uint32_t header_length = pack_read_u32(&reader);
    uint64_t checksum = pack_read_uint(&reader);
    size_t offset = header_offset(kind);
    if (reader.failed || elements < ELEMENTS || length < offset || header_length > length - offset)
        return jig_fail(error, JIG_ERROR_CORRUPT, "it is cut short");

    /* Reading accepts other encodings of the same numbers; the file must have the one written. */
    struct buf expected = {0};
    write_prefix(&expected, kind, elements, header_length, checksum);
    const char *header = (const char *)bytes + offset;
    bool verified =
        memcmp(bytes, expected.data, offset) == 0 && XXH3_64bits(header, header_length) == checksum;
    buf_free(&expected);
    if (!verified)
        return jig_fail(error, JIG_ERROR_CORRUPT, "its header does not match its checksum");
    out->map = pack_reader(header, header_length);
    out->more = elements - ELEMENTS;
    out->end = offset + header_length;
    return JIG_OK;
}

uint64_t header_fresh_id(void)
{
    uint64_t id = 0;
    if (getrandom(&id, sizeof id, GRND_NONBLOCK) != sizeof id) {
        const uint64_t words[] = {(uint64_t)clock_realtime_ns(), clock_monotonic_ns(),
                                  (uint64_t)getpid()};
        id = XXH3_64bits(words, sizeof words);
    }
    return id ? id : 1;
}
