/*
 * What earlier runs left: for each file the fingerprint it last had, for each job what its last
 * successful run saw and made. Parallel to one graph's ids.
 *
 * The two halves are independent. File records are a cache (what stat said → what the content
 * was): losing one costs a hash, nothing else. Job records decide what is up to date; they hold
 * digests of content, never ages, so they stay true whatever happens to the file records.
 *
 * Not thread-safe, except that different threads may update different file records.
 */
#ifndef STATE_HISTORY_H
#define STATE_HISTORY_H

#include "engine/graph/graph.h"

/* Everything statx says that a change of content cannot leave alone, and the content's digest. */
struct file_record {
    uint64_t size;    /* bytes */
    int64_t mtime_ns; /* since 1970 */
    int64_t ctime_ns;
    uint64_t inode;
    uint64_t device;
    struct digest digest;  /* see fingerprint.h for what it is for missing and special files */
    uint64_t changed_tick; /* history.tick when the digest last became another one */
    uint32_t mode;         /* type and permissions */
    uint32_t flags;        /* enum file_record_flag */
};

enum file_record_flag {
    FILE_KNOWN = 1u << 0,   /* the record holds something; clear: nothing is known */
    FILE_RACY = 1u << 1,    /* too young when it was read: hash again next time */
    FILE_MISSING = 1u << 2, /* there was no such file */
    FILE_DIRECTORY = 1u << 3,
    FILE_FLAGS = FILE_KNOWN | FILE_RACY | FILE_MISSING | FILE_DIRECTORY,
};

/* What a run of a job took. Nothing is decided by it but what is worth doing first, and foretold.
 */
struct job_cost {
    uint32_t duration_ms;  /* wall time; at least 1 once recorded */
    uint32_t processor_ms; /* of all its processes, user and system; 0: none, or not known */
    uint32_t peak_kib;     /* the largest process' resident memory, in KiB; 0: not known */
};

/* The last successful run of a job. */
struct job_record {
    struct digest recipe;  /* the graph's recipe digest at that time */
    struct digest inputs;  /* sum of the input terms it was run with; see plan.h */
    struct digest outputs; /* sum of the output terms it left */
    uint64_t tick;         /* history.tick when it was recorded */
    uint32_t deps_begin;   /* discovered inputs, in history.deps */
    uint32_t deps_count;
    uint32_t flags; /* enum job_record_flag */
    struct job_cost cost;
};

enum job_record_flag {
    JOB_RECORDED = 1u << 0, /* clear: the job never succeeded, or its record was withdrawn */
    JOB_UNSTEADY = 1u << 1, /* an input changed while it ran, so what it saw is not known */
    JOB_FLAGS = JOB_RECORDED | JOB_UNSTEADY,
};

/* The record of a job that the manifest no longer has. */
struct orphan {
    struct job_record record;
    uint32_t outs_begin; /* its outputs, in history.deps; the first is the job's key */
    uint32_t outs_count;
};

struct history {
    VEC(struct file_record) files; /* [file_id], as many as the graph's files */
    VEC(struct job_record) jobs;   /* [job_id], as many as the graph's jobs */
    VEC(file_id) deps;             /* ranges of file ids; replaced ranges are garbage */
    VEC(struct orphan) orphans;
    VEC(uint64_t) clock; /* one element: the tick */
};

enum { HISTORY_COLUMN_COUNT = 5 };

/* An empty history for `graph`. Free with history_destroy. */
struct history *history_create(const struct graph *graph);
void history_destroy(struct history *history);

void history_columns(struct history *history, struct column out[HISTORY_COLUMN_COUNT]);
/* As graph_is_sound, for a history loaded beside `graph`. */
bool history_is_sound(const struct history *history, const struct graph *graph);

/* Brings `files` and `jobs` to the graph's counts after files or jobs were added. */
void history_fit(struct history *history, const struct graph *graph);

/* No clock comes this far; a larger tick on disk is a forgery. */
#define HISTORY_LAST_TICK ((uint64_t)INT64_MAX)

/* Advances and returns the clock that orders events across runs. Never 0. */
uint64_t history_tick(struct history *history);

/*
 * Replaces the record of `job`, with `deps_count` discovered inputs, which are copied unless they
 * are the ones it had. `deps` may point into history.deps only if it is the job's present range.
 */
void history_set_job(struct history *history, job_id job, const struct job_record *record,
                     const file_id *deps, uint32_t deps_count);

/*
 * An orphan made of copies of `outs` (the key first, at least one) and `deps`, neither of them in
 * history.deps. Not yet in history.orphans: the caller puts it there.
 */
struct orphan history_make_orphan(struct history *history, const struct job_record *record,
                                  const file_id *outs, uint32_t outs_count, const file_id *deps,
                                  uint32_t deps_count);

/* The job whose key output is `file`, or GRAPH_NONE. */
static inline job_id history_job_of_key(const struct graph *graph, file_id file)
{
    job_id job = graph->files.data[file].producer;
    if (job == GRAPH_NONE || graph_job_key(graph, &graph->jobs.data[job]) != file)
        return GRAPH_NONE;
    return job;
}

static inline const file_id *history_deps(const struct history *history,
                                          const struct job_record *record)
{
    return history->deps.data + record->deps_begin;
}

/*
 * A history for `new_graph` with all that `old_history` knows of `old_graph`: files by path,
 * jobs by their key output's path. What a recorded job discovered becomes a file of the new
 * graph (GRAPH_FILE_DISCOVERED); a job that the new graph has not becomes an orphan, and an orphan
 * that it has again becomes a job's record. Records of files that nothing of this names are
 * dropped: they are a cache. O(size of both).
 */
struct history *history_rebind(const struct history *old_history, const struct graph *old_graph,
                               struct graph *new_graph);

/* Drops replaced ranges of `deps`. O(jobs) when there are none, else O(size of the history). */
void history_compact(struct history *history);

#endif
