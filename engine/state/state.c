#include "engine/state/state.h"

#include "engine/base/arena.h"
#include "engine/state/header.h"
#include "engine/state/image.h"
#include "engine/state/journal.h"
#include "engine/state/lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    /* File records wait for company up to this many bytes. */
    PENDING_BYTES = 64 * 1024,
    /* A journal smaller than this is replayed in less time than an image takes to be written. */
    SMALLEST_FOLD = 64 * 1024,
    /* How often a reader without the lock starts over when a fold comes between its two files. */
    READ_ATTEMPTS = 4,
};

enum recording_kind {
    RECORD_JOB,
    RECORD_WITHDRAWAL,
    RECORD_FILE,
};

/* Something to record. */
struct recording {
    enum recording_kind kind;
    const struct graph *graph;
    const struct history *history; /* NULL for a withdrawal */
    uint32_t id;                   /* of the job or file */
};

/* Which file lies at a path; all 0 when there is none. */
struct seen_file {
    uint64_t device, inode;
    int64_t size;
    struct timespec mtime, ctime;
};

struct state {
    struct state_options options; /* directory is not kept */
    struct arena strings;
    const char *lock_path;
    const char *image_path;
    const char *image_temporary;
    struct lock lock;
    struct image image; /* what is mapped; lives until the next load */
    struct journal journal;
    uint64_t image_id;    /* of the image on disk; 0: there is none that can be used */
    uint64_t image_bytes; /* its size */
    bool loaded;          /* image_id and journal are what is on disk */
    bool healing;         /* something on disk had to be ignored and is still there */
    bool lent;            /* others may have the lock; then this is what we left: */
    struct seen_file left_lock, left_image, left_journal;
};

/* ---- opening and closing ---------------------------------------------------------------- */

static const char *path_in(struct arena *arena, const char *directory, const char *name)
{
    size_t length = strlen(directory) + 1 + strlen(name);
    char *path = arena_alloc(arena, length + 1);
    snprintf(path, length + 1, "%s/%s", directory, name);
    return path;
}

static enum jig_status take_lock(struct state *state, bool wait, struct jig_error *error)
{
    const struct lock_request request = {
        .path = state->lock_path,
        .wait = wait,
        .join_ancestor = state->options.join_ancestor,
        .waiting = state->options.waiting,
        .context = state->options.context,
    };
    return lock_take(&state->lock, &request, error);
}

enum jig_status state_open(const struct state_options *options, struct state **out,
                           struct jig_error *error)
{
    struct state *state = mem_zalloc(sizeof *state);
    state->options = *options;
    state->options.directory = NULL;
    state->lock.fd = -1;
    state->lock_path = path_in(&state->strings, options->directory, "lock");
    state->image_path = path_in(&state->strings, options->directory, "image");
    state->image_temporary = path_in(&state->strings, options->directory, "image.tmp");
    journal_init(&state->journal, path_in(&state->strings, options->directory, "journal"),
                 path_in(&state->strings, options->directory, "journal.tmp"), options->read_only);
    *out = state;
    enum jig_status status = options->read_only ? JIG_OK : take_lock(state, options->wait, error);
    if (status) {
        state_close(state);
        *out = NULL;
        return status;
    }
    if (state->lock.held_by_ancestor) {
        state->options.read_only = true;
        state->journal.read_only = true;
    }
    return JIG_OK;
}

bool state_is_joined(const struct state *state)
{
    return state->lock.held_by_ancestor;
}

/* Writes what still waits. Only cached fingerprints do, so a failure loses nothing but time. */
static void flush(struct state *state)
{
    if (state->loaded && !state->options.read_only && !state->lent)
        journal_commit(&state->journal, NULL);
}

void state_close(struct state *state)
{
    if (!state)
        return;
    flush(state);
    journal_close(&state->journal);
    image_unmap(&state->image);
    lock_drop(&state->lock);
    arena_free(&state->strings);
    free(state);
}

/* ---- lending ----------------------------------------------------------------------------- */

static struct seen_file see(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return (struct seen_file){0};
    return (struct seen_file){st.st_dev, st.st_ino, st.st_size, st.st_mtim, st.st_ctim};
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_same_file(struct seen_file a, struct seen_file b)
{
    return a.device == b.device && a.inode == b.inode;
}

static bool is_unchanged(struct seen_file a, struct seen_file b)
{
    return is_same_file(a, b) && a.size == b.size && is_same_time(a.mtime, b.mtime) &&
           is_same_time(a.ctime, b.ctime);
}

void state_lend(struct state *state)
{
    if (state->options.read_only || state->lent)
        return;
    flush(state);
    state->left_lock = see(state->lock_path);
    state->left_image = see(state->image_path);
    state->left_journal = see(state->journal.path);
    state->lent = true;
    lock_drop(&state->lock);
}

enum jig_status state_regain(struct state *state, bool wait, bool *same, struct jig_error *error)
{
    *same = true;
    if (!state->lent)
        return JIG_OK;
    enum jig_status status = take_lock(state, wait, error);
    if (status)
        return status;
    state->lent = false;
    /* Who only looks, or builds and finds nothing to do, takes the lock and writes nothing else. */
    *same = !state->lock.held_by_ancestor &&
            is_same_file(state->left_lock, see(state->lock_path)) &&
            is_unchanged(state->left_image, see(state->image_path)) &&
            is_unchanged(state->left_journal, see(state->journal.path));
    return JIG_OK;
}

/* ---- loading ---------------------------------------------------------------------------- */

/* The first thing of a load that had to be ignored; what follows from it is not told again. */
struct finding {
    const char *path; /* NULL: nothing so far */
    struct jig_error error;
};

/* `part` of the file, e.g. "the end of ", is ignored, with this `consequence`. */
static void note(struct finding *finding, const char *part, const char *path,
                 const char *consequence, const struct jig_error *why)
{
    if (finding->path)
        return;
    finding->path = path;
    jig_fail(&finding->error, why->status, "%s'%s' is ignored, so %s: %s", part, path, consequence,
             why->message);
    snprintf(finding->error.file, sizeof finding->error.file, "%s", path);
}

static void discard(struct state_loaded *loaded)
{
    graph_destroy(loaded->graph);
    history_destroy(loaded->history);
    *loaded = (struct state_loaded){0};
}

/* Leaves graph and history NULL when there is no image that can be used. */
static void load_image(struct state *state, struct state_loaded *out, struct finding *finding)
{
    struct column columns[GRAPH_COLUMN_COUNT + HISTORY_COLUMN_COUNT];
    out->graph = mem_zalloc(sizeof *out->graph);
    out->history = mem_zalloc(sizeof *out->history);
    graph_columns(out->graph, columns);
    history_columns(out->history, columns + GRAPH_COLUMN_COUNT);

    struct jig_error error;
    enum jig_status status = image_map(&state->image, state->image_path, columns,
                                       sizeof columns / sizeof *columns, &error);
    bool exists = state->image.map != NULL;
    if (!status && exists &&
        (!graph_is_sound(out->graph) || !history_is_sound(out->history, out->graph)))
        status = jig_fail(&error, JIG_ERROR_CORRUPT, "what it says contradicts itself");
    if (status)
        note(finding, "", state->image_path, "everything is built again", &error);
    if (status || !exists) {
        discard(out);
        image_unmap(&state->image);
    }
}

/* How a journal stands to the image beside it. */
enum relation {
    JOURNAL_ABSENT,
    JOURNAL_APPLIES,
    JOURNAL_ABSORBED, /* its records are in the image */
    JOURNAL_FOREIGN,  /* it belongs to another image */
};

/*
 * A fold renames the new image into place and then removes the journal that went into it. Killed
 * in between, it leaves the two side by side: the image names that journal by its nonce, and the
 * journal is passed over without a word. The other order would lose the journal's records.
 *
 * Where there is no usable image, any journal applies: its entries name files by path and say what
 * content went in and came out, so they are as true without the image as with it.
 */
static enum relation relate(const struct image *image, const struct journal *journal)
{
    if (!journal->nonce)
        return JOURNAL_ABSENT;
    if (!image->map || image->id == journal->image_id)
        return JOURNAL_APPLIES;
    return image->absorbed_journal == journal->nonce ? JOURNAL_ABSORBED : JOURNAL_FOREIGN;
}

/*
 * Opens both files. The journal comes first: a fold that happens in between makes it one that the
 * image absorbed, where in the other order the journal would be a stranger's. Only two folds in
 * between do that here, and then a reader that has no lock starts over.
 */
static enum relation open_pair(struct state *state, struct state_loaded *out,
                               struct finding *finding)
{
    for (int attempt = 1;; attempt++) {
        struct jig_error error;
        enum jig_status status = journal_open(&state->journal, &error);
        load_image(state, out, finding);
        if (status)
            note(finding, "", state->journal.path, "the jobs it recorded run again", &error);
        enum relation relation = relate(&state->image, &state->journal);
        if (relation != JOURNAL_FOREIGN || !state->options.read_only || attempt == READ_ATTEMPTS)
            return relation;
        discard(out);
        image_unmap(&state->image);
    }
}

static void replay(struct state *state, struct state_loaded *out, struct finding *finding)
{
    if (!out->graph) {
        out->graph = graph_create();
        out->history = history_create(out->graph);
    }
    struct jig_error error;
    if (journal_replay(&state->journal, out->graph, out->history, &out->journal_records, &error))
        note(finding, "the end of ", state->journal.path, "the jobs recorded there run again",
             &error);
    if (out->graph->files.count == 0 && !state->image_id)
        discard(out); /* a journal that says nothing */
}

void state_load(struct state *state, struct state_loaded *out)
{
    struct finding finding = {0};
    *out = (struct state_loaded){0};
    image_unmap(&state->image);
    enum relation relation = open_pair(state, out, &finding);
    state->image_id = state->image.id;
    state->image_bytes = state->image.bytes;
    if (relation == JOURNAL_APPLIES) {
        replay(state, out, &finding);
    } else {
        if (relation == JOURNAL_FOREIGN) {
            struct jig_error error;
            jig_fail(&error, JIG_ERROR_CORRUPT, "it does not belong to the image beside it");
            note(&finding, "", state->journal.path, "the jobs it recorded run again", &error);
        }
        journal_restart(&state->journal, state->image_id);
    }
    state->loaded = true;
    state->healing = finding.path != NULL;
    if (finding.path && state->options.notice)
        state->options.notice(state->options.context, &finding.error);
}

/* ---- recording -------------------------------------------------------------------------- */

static void put(struct journal *journal, const struct recording *what)
{
    const struct graph *graph = what->graph;
    if (what->kind == RECORD_WITHDRAWAL) {
        journal_put_withdrawal(journal, graph, what->id);
    } else if (what->kind == RECORD_FILE) {
        journal_put_file(journal, graph, what->history, what->id);
    } else {
        const struct graph_job *job = &graph->jobs.data[what->id];
        for (uint32_t i = 0; i < job->out_count; i++)
            journal_put_file(journal, graph, what->history, graph_outputs(graph, job)[i]);
        journal_put_job(journal, graph, what->history, what->id);
    }
}

static enum jig_status record(struct state *state, struct recording what, struct jig_error *error)
{
    if (state->options.read_only)
        return JIG_OK;
    if (state->lock.fd < 0)
        return jig_fail(error, JIG_ERROR_LOCKED, "cannot record in '%s': it is not locked",
                        state->journal.path);
    if (!state->loaded)
        return jig_fail(error, JIG_ERROR_USAGE, "the state is changed before it was loaded");
    put(&state->journal, &what);
    if (what.kind == RECORD_FILE && state->journal.record.length < PENDING_BYTES)
        return JIG_OK;
    return journal_commit(&state->journal, error);
}

enum jig_status state_record_job(struct state *state, const struct graph *graph,
                                 const struct history *history, job_id job, struct jig_error *error)
{
    return record(state, (struct recording){RECORD_JOB, graph, history, job}, error);
}

enum jig_status state_withdraw_job(struct state *state, const struct graph *graph, job_id job,
                                   struct jig_error *error)
{
    return record(state, (struct recording){RECORD_WITHDRAWAL, graph, NULL, job}, error);
}

enum jig_status state_record_file(struct state *state, const struct graph *graph,
                                  const struct history *history, file_id file,
                                  struct jig_error *error)
{
    return record(state, (struct recording){RECORD_FILE, graph, history, file}, error);
}

/* ---- folding ---------------------------------------------------------------------------- */

bool state_wants_fold(const struct state *state)
{
    if (state->options.read_only)
        return false;
    return state->image_id == 0 || state->healing ||
           (state->journal.end > SMALLEST_FOLD && state->journal.end > state->image_bytes / 4);
}

enum jig_status state_fold(struct state *state, struct graph *graph, struct history *history,
                           struct jig_error *error)
{
    if (state->options.read_only)
        return JIG_OK;
    if (state->lent)
        return jig_fail(error, JIG_ERROR_LOCKED, "cannot write '%s': it is not locked",
                        state->image_path);
    if (!state->loaded)
        return jig_fail(error, JIG_ERROR_USAGE, "the state is written before it was loaded");
    history_fit(history, graph);
    history_compact(history);
    struct column columns[GRAPH_COLUMN_COUNT + HISTORY_COLUMN_COUNT];
    graph_columns(graph, columns);
    history_columns(history, columns + GRAPH_COLUMN_COUNT);

    struct image image = {.id = header_fresh_id(), .absorbed_journal = state->journal.nonce};
    enum jig_status status = image_write(&image, state->image_path, state->image_temporary, columns,
                                         sizeof columns / sizeof *columns, error);
    if (status)
        return status;
    state->image_id = image.id;
    state->image_bytes = image.bytes;
    state->healing = false;
    journal_restart(&state->journal, image.id);
    unlink(state->journal.path);
    return JIG_OK;
}

void state_sizes(const struct state *state, uint64_t *image_bytes, uint64_t *journal_bytes)
{
    *image_bytes = state->image_bytes;
    *journal_bytes = state->journal.end;
}
