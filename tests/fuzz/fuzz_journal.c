/*
 * Replays journals that are arbitrary bytes, edited journals, and journals whose records verify but
 * hold anything; with an image below them and without. Whatever a journal says, a sound state
 * must come of it, its bad end must be off the disk afterwards, and the next record must count.
 */
#include "fuzz_state.h"

#include "engine/base/io.h"
#include "engine/state/journal.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum mode { MODE_BYTES, MODE_EDITED, MODE_RECORDS, MODES };

/* A journal of three records, on the image if there is one. */
static void write_good_journal(const struct state_loaded *small)
{
    const struct state_options options = {.directory = fuzz_dir()->path};
    struct state *state;
    unlink(fuzz_dir()->journal);
    FUZZ_CHECK(state_open(&options, &state, NULL) == JIG_OK);
    struct state_loaded loaded;
    state_load(state, &loaded);
    fuzz_free(&loaded);
    for (job_id job = 0; job < small->graph->jobs.count; job++)
        state_record_job(state, small->graph, small->history, job, NULL);
    state_close(state);
}

static void write_image(struct state_loaded *small)
{
    const struct state_options options = {.directory = fuzz_dir()->path};
    struct state *state;
    FUZZ_CHECK(state_open(&options, &state, NULL) == JIG_OK);
    struct state_loaded loaded;
    state_load(state, &loaded);
    fuzz_free(&loaded);
    FUZZ_CHECK(state_fold(state, small->graph, small->history, NULL) == JIG_OK);
    state_close(state);
}

static void edit_journal(struct fuzz_input *input)
{
    struct buf file = {0};
    FUZZ_CHECK(io_read_file(AT_FDCWD, fuzz_dir()->journal, &file) == 0);
    fuzz_edit(&file, input);
    fuzz_write_file(fuzz_dir()->journal, file.data, file.length);
    buf_free(&file);
}

/* Appends records: each is a count of entries (1 byte), a length (1 byte), and so many bytes. */
static void append_records(struct fuzz_input *input)
{
    struct journal journal;
    journal_init(&journal, fuzz_dir()->journal, fuzz_dir()->journal_temporary, false);
    FUZZ_CHECK(journal_open(&journal, NULL) == JIG_OK);
    journal.end = journal.content.length;
    while (input->left > 0) {
        const size_t before = JOURNAL_FRAME_BYTES + JOURNAL_ENTRIES_BYTES;
        uint32_t entries = fuzz_take(input, 1), length = fuzz_take(input, 1);
        buf_reserve(&journal.record, before);
        journal.record.length = before;
        for (; length > 0 && input->left > 0; length--)
            buf_append_char(&journal.record, (char)fuzz_take(input, 1));
        journal.entries = entries + 1;
        FUZZ_CHECK(journal_commit(&journal, NULL) == JIG_OK);
    }
    journal_close(&journal);
}

/* One more record on top of what is there; then it is there, and nothing is odd. */
static void record_on_top(const struct state_loaded *small)
{
    const struct state_options options = {.directory = fuzz_dir()->path};
    struct state *state;
    FUZZ_CHECK(state_open(&options, &state, NULL) == JIG_OK);
    struct state_loaded loaded;
    state_load(state, &loaded);
    fuzz_free(&loaded);
    small->history->jobs.data[0].cost.duration_ms = 4711;
    FUZZ_CHECK(state_record_job(state, small->graph, small->history, 0, NULL) == JIG_OK);
    state_load(state, &loaded);
    bool found = false;
    for (job_id job = 0; job < loaded.graph->jobs.count; job++)
        found |= loaded.history->jobs.data[job].cost.duration_ms == 4711;
    for (uint32_t i = 0; i < loaded.history->orphans.count; i++)
        found |= loaded.history->orphans.data[i].record.cost.duration_ms == 4711;
    FUZZ_CHECK(found);
    fuzz_free(&loaded);
    state_close(state);
    FUZZ_CHECK(fuzz_load_and_use(false) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct state_loaded small = fuzz_small_state();
    uint32_t how = fuzz_take(&input, 1);
    unlink(fuzz_dir()->image);
    unlink(fuzz_dir()->journal);
    if (how & 0x80)
        write_image(&small);
    write_good_journal(&small);
    switch (how % 0x80 % MODES) {
    case MODE_BYTES:
        fuzz_write_file(fuzz_dir()->journal, input.data, input.left);
        break;
    case MODE_EDITED:
        edit_journal(&input);
        break;
    default:
        append_records(&input);
        break;
    }
    fuzz_load_and_use(false);
    record_on_top(&small);
    fuzz_free(&small);
    return 0;
}
