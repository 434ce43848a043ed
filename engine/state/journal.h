/*
 * The journal: what was recorded since the image was written, appended record by record.
 *
 * The file is a sequence of MessagePack values: a header (header.h), which names the image the
 * records go on top of and holds a random nonce, then records. A record is an array of checksum,
 * length and entries; the checksum is seeded with the nonce and the record's own offset, so
 * that bytes of another journal, or of this one at another place, never verify. A record counts
 * whole or not at all. docs/reference/state-format.md has every byte.
 *
 * An entry is a path, a file's record, a job's record or a withdrawn job. Entries name files by
 * number: the first path of the journal is 0, the next 1. So each path is written once, and
 * entries stand on their own: they can be applied to any graph, or to none.
 *
 * Usage: journal_open → journal_replay or journal_restart → (journal_put_… → journal_commit)… →
 * journal_close. One thread.
 */
#ifndef STATE_JOURNAL_H
#define STATE_JOURNAL_H

#include "engine/graph/graph.h"
#include "engine/state/history.h"
#include "engine/state/pack.h"

/* Raised with every change of what records look like or of what their values mean. */
enum { JOURNAL_VERSION = 2 };

struct journal {
    const char *path;      /* borrowed */
    const char *temporary; /* borrowed; where a new journal is made before it is renamed to path */
    bool read_only;

    int fd;             /* -1: no file; the first commit makes one */
    uint64_t image_id;  /* of the image the records go on top of; 0: of none */
    uint64_t nonce;     /* of this journal; 0 exactly when there is no file */
    uint64_t end;       /* bytes that verified or were committed */
    struct buf content; /* the file as it was opened; empty once replayed */

    VEC(uint64_t) paths;    /* [number]: XXH3-64 of the path */
    VEC(uint32_t) numbers;  /* [file_id]: likely number of its path; `paths` tells if it is so */
    uint32_t settled_paths; /* those of committed records */

    struct buf record;      /* the record being put together, beginning with its frame */
    uint32_t entries;       /* in it */
    VEC(uint32_t) mentions; /* numbers of the files that the entry being put names */
};

/* An empty journal over `path`; both strings must outlive it. */
void journal_init(struct journal *journal, const char *path, const char *temporary, bool read_only);

/*
 * Reads the file and checks its header. JIG_OK with nonce 0: there is none. JIG_ERROR_CORRUPT,
 * JIG_ERROR_IO: it cannot be used, `error` goes on from "<path>: "; the journal is as after
 * journal_restart with image 0.
 */
enum jig_status journal_open(struct journal *journal, struct jig_error *error);

/*
 * Applies the records of an opened journal, in order, to `graph` and `history`, and counts them in
 * *records. Files not in the graph are added to it (GRAPH_FILE_DISCOVERED); jobs not in it become
 * orphans. JIG_ERROR_CORRUPT when the file goes on after its last good record; the rest is cut
 * off. With read_only an unfinished record at the end is no error: another process may be writing
 * it. O(bytes).
 */
enum jig_status journal_replay(struct journal *journal, struct graph *graph,
                               struct history *history, uint32_t *records, struct jig_error *error);

/*
 * Leaves the file alone and forgets it and all that was put: the next commit makes a new one, for
 * records on top of image `image_id`.
 */
void journal_restart(struct journal *journal, uint64_t image_id);
void journal_close(struct journal *journal);

/* Adds an entry to the next record. Costs a hash of each path named. */
void journal_put_job(struct journal *journal, const struct graph *graph,
                     const struct history *history, job_id job);
void journal_put_withdrawal(struct journal *journal, const struct graph *graph, job_id job);
/* Does nothing when the history knows nothing of the file. */
void journal_put_file(struct journal *journal, const struct graph *graph,
                      const struct history *history, file_id file);

/*
 * Writes what was put as one record, with one write. On failure nothing of it is in the file, and
 * it is forgotten. JIG_ERROR_IO; JIG_ERROR_LIMIT when it would have 4 GiB. Nothing put: no write.
 */
enum jig_status journal_commit(struct journal *journal, struct jig_error *error);

/* ---- internal: between journal.c (the file) and entry.c (what is in a record) ------------ */

enum {
    JOURNAL_FRAME_BYTES = 15,  /* of a record, before its entries; see journal.c */
    JOURNAL_ENTRIES_BYTES = 5, /* an array 32: how the entries begin */
};

/* What a replay keeps from one record to the next. */
struct replay {
    struct journal *journal;
    struct graph *graph;
    struct history *history;
    struct file_list files; /* [number] */
    struct file_list outs;  /* of the entry being read */
    struct file_list deps;
    VEC(uint32_t) orphan_of; /* [file_id]: the orphan with that key, plus 1; 0: none */
};

/* Applies the entries of one record. False when they make no sense. */
bool journal_apply(struct replay *replay, struct pack_reader *entries);

#endif
