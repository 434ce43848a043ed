/*
 * What the image's and the journal's fuzz targets share: a scratch directory, a small state to
 * start from, and the check that whatever was loaded can be used.
 *
 * An input begins with a byte that says how to read the rest. Inputs made of edits to a state
 * that the target writes itself need no seeds that a new format version would make worthless.
 */
#ifndef TESTS_FUZZ_FUZZ_STATE_H
#define TESTS_FUZZ_FUZZ_STATE_H

#include "fuzz.h"

#include "engine/state/state.h"

struct fuzz_dir {
    char path[64];
    char image[96];
    char image_temporary[96];
    char journal[96];
    char journal_temporary[96];
    char lock[96];
};

/* The process' scratch directory, made by the first call and removed at exit. */
const struct fuzz_dir *fuzz_dir(void);

/* The input, consumed from its beginning; 0 behind its end. */
struct fuzz_input {
    const uint8_t *data;
    size_t left;
};
uint32_t fuzz_take(struct fuzz_input *input, unsigned bytes);

/* A graph of three jobs with a history. */
struct state_loaded fuzz_small_state(void);
void fuzz_free(struct state_loaded *loaded);

void fuzz_write_file(const char *path, const void *bytes, size_t length);
/*
 * Changes a file's bytes: the input gives the new length (2 bytes; 0 or too much: as it is), then
 * any number of edits, each an offset (2 bytes) and a byte.
 */
void fuzz_edit(struct buf *file, struct fuzz_input *input);

/*
 * Opens and loads what is in the scratch directory and walks over all of it. Stops the process when
 * that is not sound, or when there was more than one notice. Returns the number of notices.
 */
uint32_t fuzz_load_and_use(bool read_only);

#endif
