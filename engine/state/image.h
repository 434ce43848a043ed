/*
 * The image: named columns in one file, checked and then used where they lie.
 *
 * The file is one MessagePack array: the header (a directory of the columns with a checksum
 * each), then for each column a bin of padding and a bin with the elements as they are in
 * memory, beginning at a multiple of 64 bytes. docs/reference/state-format.md has every byte.
 *
 * It knows nothing of what the columns mean. An image is never changed: a new one takes its name
 * by rename, so a process that has the old one mapped keeps it.
 */
#ifndef STATE_IMAGE_H
#define STATE_IMAGE_H

#include "engine/base/column.h"
#include "engine/state/header.h"
#include "jig/error.h"

#include <stddef.h>
#include <stdint.h>

/* Raised with every change of a column's layout, or of what its values mean. */
enum { IMAGE_VERSION = 3 };

struct image {
    void *map; /* private and writable; NULL when there is no image */
    size_t bytes;
    uint64_t id;               /* of this image; never 0 */
    uint64_t absorbed_journal; /* nonce of the journal whose records are in it; 0: of none */
};

/*
 * Maps the image at `path`, verifies every checksum and points `columns` into the mapping, where
 * they stay until image_unmap. JIG_OK with map NULL: there is no such file. JIG_ERROR_CORRUPT:
 * it is not an image with exactly these columns, or is damaged; JIG_ERROR_IO: it could not be
 * read; after either `columns` are as they were. O(bytes), about as fast as memory is read.
 */
enum jig_status image_map(struct image *image, const char *path, const struct column *columns,
                          uint32_t count, struct jig_error *error);
void image_unmap(struct image *image);

/*
 * Writes an image to `temporary`, brings it to the disk and renames it to `path`. Takes id and
 * absorbed_journal from `image` and sets its bytes; map is left alone. JIG_ERROR_LIMIT when a
 * column has 4 GiB or more; JIG_ERROR_IO. After a failure `path` is what it was.
 */
enum jig_status image_write(struct image *image, const char *path, const char *temporary,
                            const struct column *columns, uint32_t count, struct jig_error *error);

/* The same for a file of columns of another kind, with a name and a version of its own. */
enum jig_status image_map_as(struct image *image, struct header_kind kind, const char *path,
                             const struct column *columns, uint32_t count, struct jig_error *error);
enum jig_status image_write_as(struct image *image, struct header_kind kind, const char *path,
                               const char *temporary, const struct column *columns, uint32_t count,
                               struct jig_error *error);

#endif
