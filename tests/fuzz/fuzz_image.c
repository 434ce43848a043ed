/*
 * Loads images that are arbitrary bytes, edited images whose header still verifies, and images
 * that verify altogether but hold anything. Nothing but a sound state may come of it.
 */
#include "fuzz_state.h"

#include "engine/base/digest.h"
#include "engine/base/io.h"
#include "engine/state/image.h"
#include "engine/state/pack.h"

#include <fcntl.h>
#include <string.h>

enum mode { MODE_BYTES, MODE_EDITED, MODE_COLUMNS, MODES };

enum { COLUMNS = GRAPH_COLUMN_COUNT + HISTORY_COLUMN_COUNT };

static void describe(struct state_loaded *state, struct column columns[COLUMNS])
{
    graph_columns(state->graph, columns);
    history_columns(state->history, columns + GRAPH_COLUMN_COUNT);
}

static void write_image(const struct column columns[COLUMNS])
{
    const struct fuzz_dir *dir = fuzz_dir();
    struct image image = {.id = 1};
    enum jig_status status =
        image_write(&image, dir->image, dir->image_temporary, columns, COLUMNS, NULL);
    FUZZ_CHECK(status == JIG_OK);
}

/* Edits the bytes of a good image and makes its header's checksum right again. */
static void write_edited(struct fuzz_input *input)
{
    enum { LENGTH_AT = 19, CHECKSUM_AT = 24, HEADER_AT = 32 }; /* see state-format.md */
    struct state_loaded state = fuzz_small_state();
    struct column columns[COLUMNS];
    describe(&state, columns);
    write_image(columns);
    fuzz_free(&state);

    struct buf file = {0};
    FUZZ_CHECK(io_read_file(AT_FDCWD, fuzz_dir()->image, &file) == 0);
    fuzz_edit(&file, input);
    if (file.length > HEADER_AT) {
        unsigned char *bytes = (unsigned char *)file.data;
        uint64_t length = pack_load_be(bytes + LENGTH_AT, 4);
        if (length <= file.length - HEADER_AT)
            pack_store_be(bytes + CHECKSUM_AT, XXH3_64bits(bytes + HEADER_AT, length), 8);
    }
    fuzz_write_file(fuzz_dir()->image, file.data, file.length);
    buf_free(&file);
}

/* Writes an image of changed columns: each change sets a word of a column, or shortens one. */
static void write_columns(struct fuzz_input *input)
{
    struct state_loaded state = fuzz_small_state();
    struct column columns[COLUMNS];
    describe(&state, columns);
    while (input->left > 0) {
        uint32_t which = fuzz_take(input, 1);
        const struct column *column = &columns[which % 128 % COLUMNS];
        uint32_t place = fuzz_take(input, 2), value = fuzz_take(input, 4);
        size_t bytes = (size_t)*column->count * column->element_bytes;
        if (which >= 128)
            *column->count = value % (*column->count + 1);
        else if (bytes >= sizeof value)
            memcpy((char *)*column->data + place % (bytes - sizeof value + 1), &value,
                   sizeof value);
    }
    write_image(columns);
    fuzz_free(&state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    switch (fuzz_take(&input, 1) % MODES) {
    case MODE_BYTES:
        fuzz_write_file(fuzz_dir()->image, input.data, input.left);
        break;
    case MODE_EDITED:
        write_edited(&input);
        break;
    default:
        write_columns(&input);
        break;
    }
    fuzz_load_and_use(true);
    return 0;
}
