/*
 * Fingerprints: what stat says of a file, and the digest of its content.
 *
 * When size, both times, inode, device and mode are what the record says and the record is not
 * racy, its digest stands and the file is not opened. Otherwise the content is hashed, and only
 * another digest is a change. A record is racy (git's word) when the file was younger than the
 * granularity of its timestamps at the moment it was looked at: it could change again without its
 * times showing it, so it is hashed again next time.
 *
 * The digest of a file is XXH3-128 of its content; zero for a missing file; and for a directory of
 * its mtime, for a device, pipe or socket of its identity, and for a file that may not be read of
 * what stat says of it.
 *
 * Knows files, not jobs. Everything here may be called from any thread as long as no two threads
 * work on the same record.
 */
#ifndef FINGERPRINT_FINGERPRINT_H
#define FINGERPRINT_FINGERPRINT_H

#include "engine/base/buf.h"
#include "engine/graph/graph.h"
#include "engine/state/history.h"
#include "jig/scheduler.h"

/* How the file system's clock relates to ours, so that file times can be compared with now. */
struct fingerprint_clock {
    int64_t offset_ns; /* file system time minus CLOCK_REALTIME */
    /* A write after somebody looked at a file's times is stamped exactly, not with a clock that
     * ticks every few milliseconds (Linux 6.13's multigrain timestamps). */
    bool fine;
};

/*
 * Measures the clock of the file system that holds the open, writable file `fd` by setting its
 * times to now. On failure the clocks are taken to agree, and to tick.
 */
struct fingerprint_clock fingerprint_measure_clock(int fd);

/* What looking at files cost. hits + misses == looked at, when nothing failed. */
struct fingerprint_counts {
    uint64_t stats;  /* statx calls */
    uint64_t hits;   /* the record stood (missing files that stay missing count) */
    uint64_t misses; /* something had to be found out anew */
    uint64_t hashed; /* files whose content was read */
    uint64_t hashed_bytes;
    uint64_t changed; /* records whose digest became another one */
};

/*
 * Brings `record` up to date with `name` relative to `dirfd`. Sets changed_tick to `tick` when the
 * digest became another one (or nothing was known). Adds to `counts`. Returns 0, or an errno when
 * the file system will not say (permission on the way there, an I/O error, a loop of links); the
 * record then holds nothing.
 */
int fingerprint_file(int dirfd, const char *name, struct fingerprint_clock clock, uint64_t tick,
                     struct file_record *record, struct fingerprint_counts *counts);

/*
 * As fingerprint_file, for a file that some job makes. Two kinds of such files do not say what they
 * stand for: an empty one, a stamp that a job touches when it has done something, and a thin
 * archive, which only names its members. Their mtime is part of their digest, so whenever their job
 * wrote them again they are changed files, as they are to every tool that decides by age, and what
 * depends on them is not cut off by mistake.
 */
int fingerprint_made_file(int dirfd, const char *name, struct fingerprint_clock clock,
                          uint64_t tick, struct file_record *record,
                          struct fingerprint_counts *counts);

/* Content that is read on the way, for a caller who needs it whenever it is new. */
struct fingerprint_reading {
    struct buf bytes; /* the caller's; reused from one file to the next */
    size_t limit;     /* longer files are digested all the same, and not kept */
    enum fingerprint_read {
        READING_NONE,     /* the record stood, or there is nothing that can be read */
        READING_KEPT,     /* `bytes` is exactly what the record's digest is of */
        READING_TOO_LONG, /* it was read, in pieces that are gone */
    } outcome;
};

/*
 * As fingerprint_file, or fingerprint_made_file when `made`; what has to be read is left in
 * `reading`, so that the one who looks into it sees the bytes that were digested. A caller who
 * wants to see the content though the record would stand sets FILE_RACY in it.
 */
int fingerprint_read_file(int dirfd, const char *name, bool made, struct fingerprint_clock clock,
                          uint64_t tick, struct file_record *record,
                          struct fingerprint_reading *reading, struct fingerprint_counts *counts);

/* The right one of the first two for a file of the graph, by its path from the current directory.
 */
int fingerprint_graph_file(const struct graph *graph, file_id file, struct fingerprint_clock clock,
                           uint64_t tick, struct file_record *record,
                           struct fingerprint_counts *counts);

/* Whether a racy record could be made a sound one by hashing the file now: it is old enough. */
bool fingerprint_can_settle(const struct file_record *record, struct fingerprint_clock clock);

/*
 * One input's or output's share in a job's digests: mixes where the file is with what it holds, so
 * that terms can be summed in any order (digest_add).
 */
struct digest fingerprint_term(const char *path, size_t length, struct digest content);

/* A scan: many files at once, on the pool, a directory at a time. */
struct fingerprint_scan {
    const struct graph *graph;
    struct history *history; /* the files' records are brought up to date */
    struct jig_pool *pool;
    const file_id *files; /* which; each at most once */
    uint32_t count;
    struct fingerprint_clock clock;
    uint64_t tick;
    struct digest *terms;     /* [file_id]; set for each scanned file; may be NULL */
    struct file_list *missed; /* files whose record was written anew are appended; or NULL */

    struct fingerprint_counts counts; /* out */
};

/*
 * Runs the scan. O(count) system calls. JIG_ERROR_IO names the first file that could not be looked
 * at; all others have been.
 */
enum jig_status fingerprint_scan(struct fingerprint_scan *scan, struct jig_error *error);

#endif
