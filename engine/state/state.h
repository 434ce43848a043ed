/*
 * What is kept between runs, in one directory: `image` (graph and history as they were after
 * some build) and `journal` (what was recorded since). docs/reference/state-format.md is the
 * format. Both are MessagePack throughout and checked before anything in them is believed.
 *
 * Usage: state_open (takes the directory's lock) → state_load → state_record_… while building →
 * state_fold or state_close. One thread.
 *
 * Nothing found on disk makes these functions crash, and nothing that does not verify is used:
 * the damage is reported through `notice`, once, and the caller starts from less.
 */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include "engine/graph/graph.h"
#include "engine/state/history.h"
#include "jig/error.h"

struct state;

struct state_options {
    const char *directory; /* made when missing, e.g. "out/.jig" */
    bool wait;             /* wait for another process' lock instead of failing */
    bool read_only;        /* take no lock, change nothing: for queries and dry runs */
    /* When an ancestor of this process holds the lock, go on without it and change nothing: this
     * tool was run by one of the ancestor's jobs (cmake does so inside a manifest's generator), and
     * the ancestor, which waits for us, will see by the files what we did. */
    bool join_ancestor;
    /* Told before waiting for the lock; `holder` is the other process' id, 0 if unknown. May be
     * NULL. */
    void (*waiting)(void *context, int64_t holder);
    /* Told, at most once a load, what on disk had to be ignored. May be NULL. */
    void (*notice)(void *context, const struct jig_error *what);
    void *context;
};

/* What state_load found. */
struct state_loaded {
    /*
     * Both NULL: nothing usable. Caller owns them; to be destroyed before the next state_load and
     * before state_close. Without a usable image but with a journal, `graph` has the files that
     * the journal names and no job and no manifest, and `history` has an orphan for each job
     * recorded: history_rebind brings them to the graph of a manifest freshly read.
     */
    struct graph *graph;
    struct history *history;
    uint32_t journal_records; /* how many journal records were applied to the history */
};

/*
 * Opens the directory and takes its lock (flock on `lock`, which the system drops when the
 * process dies). JIG_ERROR_LOCKED, naming the holder, when another process has it and `wait` is
 * off; JIG_ERROR_IO when the directory cannot be made or written. Free with state_close.
 */
enum jig_status state_open(const struct state_options *options, struct state **out,
                           struct jig_error *error);
void state_close(struct state *state);

/*
 * Whether the lock is held by an ancestor of this process (`join_ancestor`). The state then behaves
 * as if it were read_only.
 */
bool state_is_joined(const struct state *state);

/*
 * Gives the lock away for a while, so that others may build, without forgetting anything: what
 * waits to be written is written. Until state_regain nothing may be recorded or folded.
 */
void state_lend(struct state *state);
/*
 * Takes the lock back; with `wait`, waits for it if need be, else JIG_ERROR_LOCKED. *same says
 * whether the files are those that were left: if not, somebody else has built here, and what this
 * state knows is not what is on disk; it has to be closed. O(1).
 */
enum jig_status state_regain(struct state *state, bool wait, bool *same, struct jig_error *error);

/*
 * Maps the image and applies the journal. The columns of the graph and history returned point
 * into the mapping, which lives until the next state_load or state_close. Never fails: what is
 * wrong is told through `notice` and left out.
 * Cost: mapping and checksum of the image, plus O(journal).
 */
void state_load(struct state *state, struct state_loaded *out);

/*
 * The functions below do nothing, successfully, with read_only. `graph` and `history` may be those
 * of state_load, or any later ones, such as those that history_rebind made.
 */

/*
 * Appends to the journal the job's present record and its outputs' file records; one write,
 * checksummed, in the kernel's hands when the call returns: a killed process loses nothing, a
 * torn write is cut at the next load. Fails with JIG_ERROR_IO (full disk); then the record is not
 * in the journal and later records may still succeed.
 */
enum jig_status state_record_job(struct state *state, const struct graph *graph,
                                 const struct history *history, job_id job,
                                 struct jig_error *error);
/* Appends that the job has no record any more (its outputs were removed or it must run again). */
enum jig_status state_withdraw_job(struct state *state, const struct graph *graph, job_id job,
                                   struct jig_error *error);
/*
 * Appends one file's record: a cache entry worth keeping. It may stay in memory until the next
 * job's record, 64 KiB of such entries or state_close, and a failure to write it be told by one of
 * these.
 */
enum jig_status state_record_file(struct state *state, const struct graph *graph,
                                  const struct history *history, file_id file,
                                  struct jig_error *error);

/*
 * Whether a state_fold is worth its cost now: there is no usable image, something had to be
 * ignored (the next load should not find it again), or the journal has grown past 64 KiB and a
 * quarter of the image. False while state_fold is refused.
 */
bool state_wants_fold(const struct state *state);

/*
 * Writes graph and history as a new image (temporary file, fsync, rename) and starts an empty
 * journal on top of it. Drops garbage from `history`. On failure (full disk) the old image and
 * journal stay and stay valid. JIG_ERROR_LIMIT when a column has 4 GiB or more; JIG_ERROR_USAGE
 * before state_load; JIG_ERROR_LOCKED while the lock is lent.
 */
enum jig_status state_fold(struct state *state, struct graph *graph, struct history *history,
                           struct jig_error *error);

/* Bytes of image and journal, as last loaded or written; for statistics. */
void state_sizes(const struct state *state, uint64_t *image_bytes, uint64_t *journal_bytes);

#endif
