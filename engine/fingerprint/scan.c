/*
 * The scan: groups files by directory, so that each directory is opened once and its files are
 * looked up by their bare names, and spreads the groups over the pool.
 */
#include "engine/fingerprint/fingerprint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    BATCH_FILES = 256, /* a larger directory is split, so that one thread is not left with it */
    WORTH_A_DIRFD = 3, /* opening and closing the directory costs about two path walks */
};

/* Files of one directory, in scan_state.order. */
struct batch {
    uint32_t begin;
    uint32_t end;
};

/* A worker's results, on cache lines of its own; only that worker writes them during the scan. */
struct tally {
    _Alignas(64) struct fingerprint_counts counts;
    struct file_list missed;
    file_id failed; /* lowest failing file id; GRAPH_NONE: none */
    int errnum;
};

struct scan_state {
    struct fingerprint_scan *scan;
    file_id *order; /* the scan's files, grouped by directory */
    VEC(struct batch) batches;
    struct tally *tallies; /* [worker] */
};

/* So few that sorting them by insertion is less than counting all directories. */
static file_id *group_few(const struct fingerprint_scan *scan)
{
    const struct graph_file *files = scan->graph->files.data;
    file_id *order = mem_array(scan->count, sizeof *order);
    for (uint32_t i = 0; i < scan->count; i++) {
        file_id file = scan->files[i];
        uint32_t at = i;
        for (; at > 0 && files[order[at - 1]].dir > files[file].dir; at--)
            order[at] = order[at - 1];
        order[at] = file;
    }
    return order;
}

/* Counting sort of the files by directory; within one, in the order given. */
static file_id *group_by_directory(const struct fingerprint_scan *scan)
{
    enum { FEW = 64 };
    if (scan->count <= FEW)
        return group_few(scan);
    const struct graph_file *files = scan->graph->files.data;
    uint32_t *offsets = mem_array((size_t)scan->graph->strs.count + 1, sizeof *offsets);
    for (uint32_t i = 0; i < scan->count; i++)
        offsets[files[scan->files[i]].dir + 1]++;
    for (uint32_t i = 0; i < scan->graph->strs.count; i++)
        offsets[i + 1] += offsets[i];
    file_id *order = mem_array(scan->count, sizeof *order);
    for (uint32_t i = 0; i < scan->count; i++)
        order[offsets[files[scan->files[i]].dir]++] = scan->files[i];
    free(offsets);
    return order;
}

static void cut_batches(struct scan_state *state)
{
    const struct graph_file *files = state->scan->graph->files.data;
    for (uint32_t begin = 0; begin < state->scan->count;) {
        str_id dir = files[state->order[begin]].dir;
        uint32_t end = begin + 1;
        while (end < state->scan->count && end - begin < BATCH_FILES &&
               files[state->order[end]].dir == dir)
            end++;
        vec_push(&state->batches, ((struct batch){begin, end}));
        begin = end;
    }
}

static void look_at(struct scan_state *state, struct tally *tally, int dirfd, file_id file,
                    const char *name)
{
    struct fingerprint_scan *scan = state->scan;
    struct file_record *record = &scan->history->files.data[file];
    uint64_t misses = tally->counts.misses;
    bool made = scan->graph->files.data[file].producer != GRAPH_NONE;
    int errnum = (made ? fingerprint_made_file : fingerprint_file)(
        dirfd, name, scan->clock, scan->tick, record, &tally->counts);
    if (errnum && (tally->failed == GRAPH_NONE || file < tally->failed)) {
        tally->failed = file;
        tally->errnum = errnum;
    }
    if (scan->missed && tally->counts.misses != misses)
        vec_push(&tally->missed, file);
    if (scan->terms) {
        str_id path = scan->graph->files.data[file].path;
        scan->terms[file] = fingerprint_term(graph_str(scan->graph, path),
                                             graph_str_length(scan->graph, path), record->digest);
    }
}

int fingerprint_graph_file(const struct graph *graph, file_id file, struct fingerprint_clock clock,
                           uint64_t tick, struct file_record *record,
                           struct fingerprint_counts *counts)
{
    bool made = graph->files.data[file].producer != GRAPH_NONE;
    return (made ? fingerprint_made_file : fingerprint_file)(AT_FDCWD, graph_path(graph, file),
                                                             clock, tick, record, counts);
}

static void run_batch(struct scan_state *state, struct tally *tally, struct batch batch)
{
    const struct graph *graph = state->scan->graph;
    str_id dir = graph->files.data[state->order[batch.begin]].dir;
    uint32_t dir_length = graph_str_length(graph, dir);
    int dirfd = AT_FDCWD;
    uint32_t skip = 0; /* bytes of each path that the descriptor stands for */
    if (dir_length && batch.end - batch.begin >= WORTH_A_DIRFD) {
        int fd = open(graph_str(graph, dir), O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0) {
            dirfd = fd;
            skip = dir_length + (graph_str(graph, dir)[dir_length - 1] != '/');
        }
    }
    for (uint32_t i = batch.begin; i < batch.end; i++) {
        file_id file = state->order[i];
        const char *name = graph_path(graph, file) + skip;
        look_at(state, tally, dirfd, file, *name ? name : "."); /* "/" is its own directory */
    }
    if (dirfd != AT_FDCWD)
        close(dirfd);
}

static void run_batches(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    struct scan_state *state = context;
    for (uint32_t i = begin; i < end; i++)
        run_batch(state, &state->tallies[worker], state->batches.data[i]);
}

static void add_counts(struct fingerprint_counts *to, const struct fingerprint_counts *from)
{
    to->stats += from->stats;
    to->hits += from->hits;
    to->misses += from->misses;
    to->hashed += from->hashed;
    to->hashed_bytes += from->hashed_bytes;
    to->changed += from->changed;
}

enum jig_status fingerprint_scan(struct fingerprint_scan *scan, struct jig_error *error)
{
    uint32_t workers = jig_pool_threads(scan->pool);
    struct scan_state state = {.scan = scan, .order = group_by_directory(scan)};
    state.tallies = aligned_alloc(_Alignof(struct tally), workers * sizeof *state.tallies);
    if (!state.tallies)
        mem_exhausted(workers * sizeof *state.tallies);
    for (uint32_t i = 0; i < workers; i++)
        state.tallies[i] = (struct tally){.failed = GRAPH_NONE};
    cut_batches(&state);
    jig_pool_for(scan->pool, state.batches.count, 1, run_batches, &state);

    file_id failed = GRAPH_NONE;
    int errnum = 0;
    for (uint32_t i = 0; i < workers; i++) {
        add_counts(&scan->counts, &state.tallies[i].counts);
        if (state.tallies[i].failed < failed) {
            failed = state.tallies[i].failed;
            errnum = state.tallies[i].errnum;
        }
        for (uint32_t m = 0; m < state.tallies[i].missed.count; m++)
            vec_push(scan->missed, state.tallies[i].missed.data[m]);
        vec_free(&state.tallies[i].missed);
    }
    free(state.tallies);
    free(state.order);
    vec_free(&state.batches);
    if (failed != GRAPH_NONE)
        return jig_fail_errno(error, errnum, "stat(%s)", graph_path(scan->graph, failed));
    return JIG_OK;
}
