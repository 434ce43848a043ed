#include "engine/state/image.h"

#include "engine/base/digest.h"
#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "engine/state/header.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct header_kind STATE_IMAGE = {"jig image", IMAGE_VERSION, .is_cache = false};

static const char *const BYTE_ORDER_NAME =
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "little" : "big";

/* ---- where columns lie ------------------------------------------------------------------ */

enum {
    ALIGNMENT = 64, /* of a column's first element: a cache line, and any vector */
    BIN8_BYTES = 2,
    BIN32_BYTES = 5,
    SEPARATOR_MAX = BIN8_BYTES + ALIGNMENT - 1 + BIN32_BYTES,
};

/*
 * What stands before a column of `payload` bytes when the file is `at` bytes long: a bin 8 of
 * zeros and the beginning of a bin 32. Returns its length.
 */
static uint32_t make_separator(uint64_t at, uint32_t payload, unsigned char out[SEPARATOR_MAX])
{
    uint32_t padding = (uint32_t)(-(at + BIN8_BYTES + BIN32_BYTES) % ALIGNMENT);
    memset(out, 0, SEPARATOR_MAX);
    out[0] = 0xc4;
    out[1] = (unsigned char)padding;
    unsigned char *bin = out + BIN8_BYTES + padding;
    bin[0] = 0xc6;
    pack_store_be(bin + 1, payload, 4);
    return BIN8_BYTES + padding + BIN32_BYTES;
}

/* One line of the directory. */
struct entry {
    struct pack_bytes name;
    uint32_t element_bytes;
    uint32_t count;
    uint64_t offset; /* of the first element, from the beginning of the file */
    uint64_t checksum;
};

static uint64_t column_bytes(const struct column *column)
{
    return (uint64_t)*column->count * column->element_bytes;
}

/* ---- writing ---------------------------------------------------------------------------- */

/* Numbers have fixed width, so the header is as long before the offsets are known as after. */
static void write_header(struct buf *out, struct header_kind kind, const struct image *image,
                         const struct column *columns, const struct entry *entries, uint32_t count)
{
    struct buf header = {0};
    msgpack_packer writer = pack_writer(&header);
    msgpack_pack_map(&writer, 5);
    pack_write_str(&writer, "jig");
    pack_write_str(&writer, JIG_VERSION);
    pack_write_str(&writer, "byte_order");
    pack_write_str(&writer, BYTE_ORDER_NAME);
    pack_write_str(&writer, "id");
    msgpack_pack_fix_uint64(&writer, image->id);
    pack_write_str(&writer, "absorbed_journal");
    msgpack_pack_fix_uint64(&writer, image->absorbed_journal);
    pack_write_str(&writer, "columns");
    msgpack_pack_array(&writer, count);
    for (uint32_t i = 0; i < count; i++) {
        msgpack_pack_map(&writer, 5);
        pack_write_str(&writer, "name");
        pack_write_str(&writer, columns[i].name);
        pack_write_str(&writer, "element_bytes");
        msgpack_pack_fix_uint32(&writer, columns[i].element_bytes);
        pack_write_str(&writer, "count");
        msgpack_pack_fix_uint32(&writer, *columns[i].count);
        pack_write_str(&writer, "offset");
        msgpack_pack_fix_uint64(&writer, entries[i].offset);
        pack_write_str(&writer, "checksum");
        msgpack_pack_fix_uint64(&writer, entries[i].checksum);
    }
    buf_clear(out);
    header_write(out, kind, &header, 2 * count);
    buf_free(&header);
}

/* Fills `entries` and `out`, the file up to the first separator. Returns the file's length. */
static uint64_t lay_out(struct buf *out, struct header_kind kind, const struct image *image,
                        const struct column *columns, struct entry *entries, uint32_t count)
{
    unsigned char separator[SEPARATOR_MAX];
    write_header(out, kind, image, columns, entries, count);
    uint64_t at = out->length;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bytes = (uint32_t)column_bytes(&columns[i]);
        entries[i].offset = at + make_separator(at, bytes, separator);
        entries[i].checksum = XXH3_64bits(*columns[i].data, bytes);
        at = entries[i].offset + bytes;
    }
    write_header(out, kind, image, columns, entries, count);
    return at;
}

static int write_file(int fd, const struct buf *header, const struct column *columns,
                      uint32_t count)
{
    unsigned char separator[SEPARATOR_MAX];
    uint64_t at = header->length;
    int errnum = io_write_all(fd, header->data, header->length);
    for (uint32_t i = 0; i < count && !errnum; i++) {
        uint32_t bytes = (uint32_t)column_bytes(&columns[i]);
        uint32_t length = make_separator(at, bytes, separator);
        errnum = io_write_all(fd, separator, length);
        if (!errnum)
            errnum = io_write_all(fd, *columns[i].data, bytes);
        at += length + bytes;
    }
    return errnum;
}

enum jig_status image_write_as(struct image *image, struct header_kind kind, const char *path,
                               const char *temporary, const struct column *columns, uint32_t count,
                               struct jig_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        if (column_bytes(&columns[i]) > UINT32_MAX)
            return jig_fail(error, JIG_ERROR_LIMIT,
                            "cannot write '%s': column %s has %llu bytes, the limit is 4 GiB", path,
                            columns[i].name, (unsigned long long)column_bytes(&columns[i]));
    }
    struct buf header = {0};
    struct entry *entries = mem_array(count, sizeof *entries);
    uint64_t bytes = lay_out(&header, kind, image, columns, entries, count);

    int errnum = 0;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        errnum = errno;
    } else {
        errnum = write_file(fd, &header, columns, count);
        /* On the disk before it takes the old one's name: after a power cut one of them is whole.
         */
        if (!errnum && !kind.is_cache && fsync(fd) < 0)
            errnum = errno;
        if (close(fd) < 0 && !errnum)
            errnum = errno;
        if (!errnum && rename(temporary, path) < 0)
            errnum = errno;
        if (errnum)
            unlink(temporary);
    }
    buf_free(&header);
    free(entries);
    if (errnum)
        return jig_fail_errno(error, errnum, "cannot write '%s'", path);
    image->bytes = bytes;
    return JIG_OK;
}

enum jig_status image_write(struct image *image, const char *path, const char *temporary,
                            const struct column *columns, uint32_t count, struct jig_error *error)
{
    return image_write_as(image, STATE_IMAGE, path, temporary, columns, count, error);
}

/* ---- reading ---------------------------------------------------------------------------- */

static enum jig_status map_file(struct image *image, const char *path, struct jig_error *error)
{
    /* O_NONBLOCK: something may have put a pipe here, and opening one waits for a writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return JIG_OK;
    if (fd < 0)
        return jig_fail_errno(error, errno, "it cannot be opened");
    enum jig_status status = JIG_OK;
    struct stat st;
    if (fstat(fd, &st) < 0) {
        status = jig_fail_errno(error, errno, "it cannot be read");
    } else if (!S_ISREG(st.st_mode)) {
        status = jig_fail(error, JIG_ERROR_CORRUPT, "it is not a file");
    } else if (st.st_size == 0) {
        status = jig_fail(error, JIG_ERROR_CORRUPT, "it is empty");
    } else {
        /*
         * Pages come in as the checksums walk over them. Not MAP_POPULATE: for a private writable
         * mapping it copies every page, which costs eight times the checksums.
         */
        void *map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
        if (map == MAP_FAILED) {
            status = jig_fail_errno(error, errno, "it cannot be mapped");
        } else {
            image->map = map;
            image->bytes = (size_t)st.st_size;
        }
    }
    close(fd);
    return status;
}

static struct entry read_entry(struct pack_reader *reader)
{
    struct entry entry;
    pack_expect_map(reader, 5);
    pack_expect_key(reader, "name");
    entry.name = pack_read_str(reader);
    pack_expect_key(reader, "element_bytes");
    entry.element_bytes = pack_read_u32(reader);
    pack_expect_key(reader, "count");
    entry.count = pack_read_u32(reader);
    pack_expect_key(reader, "offset");
    entry.offset = pack_read_uint(reader);
    pack_expect_key(reader, "checksum");
    entry.checksum = pack_read_uint(reader);
    return entry;
}

static bool is_entry_of(const struct entry *entry, const struct column *column)
{
    return entry->name.length == strlen(column->name) &&
           memcmp(entry->name.data, column->name, entry->name.length) == 0 &&
           entry->element_bytes == column->element_bytes;
}

/* Checks that the column lies where it must, `at` being the end of what was checked before. */
static enum jig_status check_column(const struct image *image, const struct entry *entry,
                                    const struct column *column, uint64_t *at,
                                    struct jig_error *error)
{
    if (!is_entry_of(entry, column))
        return jig_fail(error, JIG_ERROR_CORRUPT,
                        "it does not have the columns this jig knows (%s of %u bytes)",
                        column->name, column->element_bytes);
    uint64_t bytes = (uint64_t)entry->count * entry->element_bytes;
    unsigned char separator[SEPARATOR_MAX];
    uint32_t length = make_separator(*at, (uint32_t)bytes, separator);
    if (bytes > UINT32_MAX || length + bytes > image->bytes - *at)
        return jig_fail(error, JIG_ERROR_CORRUPT, "it is cut short");
    const char *file = image->map;
    if (entry->offset != *at + length || memcmp(file + *at, separator, length) != 0 ||
        XXH3_64bits(file + entry->offset, bytes) != entry->checksum)
        return jig_fail(error, JIG_ERROR_CORRUPT, "its column %s does not match its checksum",
                        column->name);
    *at = entry->offset + bytes;
    return JIG_OK;
}

static enum jig_status verify(struct image *image, struct header_kind kind,
                              const struct column *columns, struct entry *entries, uint32_t count,
                              struct jig_error *error)
{
    struct header header;
    enum jig_status status = header_read(image->map, image->bytes, kind, &header, error);
    if (status)
        return status;
    struct pack_reader *map = &header.map;
    pack_expect_map(map, 5);
    pack_expect_key(map, "jig");
    pack_read_str(map);
    pack_expect_key(map, "byte_order");
    struct pack_bytes order = pack_read_str(map);
    pack_expect_key(map, "id");
    image->id = pack_read_uint(map);
    pack_expect_key(map, "absorbed_journal");
    image->absorbed_journal = pack_read_uint(map);
    pack_expect_key(map, "columns");
    uint32_t found = pack_read_array(map);
    if (map->failed || image->id == 0)
        return jig_fail(error, JIG_ERROR_CORRUPT, "its header makes no sense");
    if (order.length != strlen(BYTE_ORDER_NAME) ||
        memcmp(order.data, BYTE_ORDER_NAME, order.length) != 0)
        return jig_fail(error, JIG_ERROR_CORRUPT, "it comes from a machine of another byte order");
    if (found != count || header.more != 2 * count)
        return jig_fail(error, JIG_ERROR_CORRUPT, "it does not have the columns this jig knows");

    uint64_t at = header.end;
    for (uint32_t i = 0; i < count && !status; i++) {
        entries[i] = read_entry(map);
        status = map->failed ? jig_fail(error, JIG_ERROR_CORRUPT, "its header makes no sense")
                             : check_column(image, &entries[i], &columns[i], &at, error);
    }
    if (!status && (!pack_is_done(map) || at != image->bytes))
        return jig_fail(error, JIG_ERROR_CORRUPT, "it goes on after its end");
    return status;
}

enum jig_status image_map_as(struct image *image, struct header_kind kind, const char *path,
                             const struct column *columns, uint32_t count, struct jig_error *error)
{
    *image = (struct image){0};
    enum jig_status status = map_file(image, path, error);
    if (status || !image->map)
        return status;
    struct entry *entries = mem_array(count, sizeof *entries);
    status = verify(image, kind, columns, entries, count, error);
    for (uint32_t i = 0; i < count && !status; i++) {
        *columns[i].data = (char *)image->map + entries[i].offset;
        *columns[i].count = entries[i].count;
        *columns[i].capacity = 0;
    }
    free(entries);
    if (status)
        image_unmap(image);
    return status;
}

enum jig_status image_map(struct image *image, const char *path, const struct column *columns,
                          uint32_t count, struct jig_error *error)
{
    return image_map_as(image, STATE_IMAGE, path, columns, count, error);
}

void image_unmap(struct image *image)
{
    if (image->map)
        munmap(image->map, image->bytes);
    *image = (struct image){0};
}
