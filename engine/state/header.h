/*
 * How every state file begins: the first elements of a MessagePack array,
 *
 *     [name, format version, header length, header checksum, header, …]
 *
 * all of fixed width up to the header itself, which is a map of `header length` bytes whose
 * XXH3-64 is the checksum. Name and version stay where they are in every version to come, so that
 * any jig can say of any state file what it is.
 */
#ifndef STATE_HEADER_H
#define STATE_HEADER_H

#include "engine/base/buf.h"
#include "engine/state/pack.h"
#include "jig/error.h"

struct header_kind {
    const char *name; /* at most 31 bytes */
    uint32_t version;
    bool is_cache; /* worth nothing after a power cut: not waited for until it is on the disk */
};

/* Where the header begins: the bytes taken by the elements before it. */
size_t header_offset(struct header_kind kind);

/* Appends the beginning of a file whose outer array has `more` elements after the header. */
void header_write(struct buf *out, struct header_kind kind, const struct buf *header,
                  uint32_t more);

struct header {
    struct pack_reader map; /* of the header; borrowed from the bytes that were given */
    uint32_t more;          /* elements after the header */
    size_t end;             /* offset of the first byte after it */
};

/*
 * Checks the beginning of a file. JIG_ERROR_CORRUPT, with a message that goes on from "<path>: ",
 * when it is not of this kind and version or does not verify.
 */
enum jig_status header_read(const void *bytes, size_t length, struct header_kind kind,
                            struct header *out, struct jig_error *error);

/* A number that no other image or journal has: random, never 0. */
uint64_t header_fresh_id(void);

#endif
