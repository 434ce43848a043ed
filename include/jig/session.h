/*
 * A session: one manifest, its job graph and what earlier builds left, held in memory.
 *
 *     struct jig_session_options options = JIG_SESSION_OPTIONS;
 *     struct jig_session *session;
 *     struct jig_error error;
 *     if (jig_session_open(&options, &session, &error)) …
 *     struct jig_build_options build = JIG_BUILD_OPTIONS;
 *     struct jig_build_result result;
 *     enum jig_status status = jig_session_build(session, &build, &result, &error);
 *     jig_session_close(session);
 *
 * A session works in the process' current directory, which is the build directory; it must not
 * change while the session is open. One thread uses a session at a time.
 *
 * Structs that callers fill start with their own size: always initialise them with their macro.
 * That is the promise of stability: fields are only ever added at the end, a program that was
 * compiled against an older header goes on working with a newer library of the same major version,
 * and symbols that no header here declares are not visible.
 */
#ifndef JIG_SESSION_H
#define JIG_SESSION_H

#include "jig/change_set.h"
#include "jig/error.h"
#include "jig/jobserver.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jig_session;

/* ---- events ----------------------------------------------------------------------------- */

enum jig_event_kind {
    JIG_EVENT_NOTICE,       /* `notice`: something odd that did not stop the build */
    JIG_EVENT_WAITING,      /* another process (`holder`) has the build directory */
    JIG_EVENT_PLANNED,      /* a plan was made; `progress->total` says how many jobs may run */
    JIG_EVENT_EXPLAIN,      /* `job` will run; its reason is set, nothing else has happened */
    JIG_EVENT_JOB_STARTED,  /* `job` has a process */
    JIG_EVENT_JOB_FINISHED, /* `job` and `outcome` */
    JIG_EVENT_JOB_PASSED,   /* `job` turned out up to date at its turn; total has shrunk */
    JIG_EVENT_TICK,         /* nothing happened for a while and jobs are running */
    JIG_EVENT_REMOVED,      /* `path`: an output whose source is gone has been deleted */
    JIG_EVENT_PHASE,        /* `phase` begins, e.g. "fingerprint files"; some come more than once */
};

/* A job as a person or a log sees it. All text lives until the callback returns. */
struct jig_job_view {
    uint32_t id; /* dense; the same for as long as the manifest does not change */
    const char *rule;
    const char *description; /* "" when the manifest gives none */
    const char *command;
    const char *outputs;     /* separated by spaces */
    const char *output;      /* the first of them */
    const char *reason;      /* e.g. "input changed: src/a.c" */
    const char *reason_word; /* e.g. "input-changed" */
    const char *reason_file; /* the file the reason names, e.g. "src/a.c"; "" when it names none */
    bool console;            /* owns the terminal while it runs */
    uint64_t start_ns;       /* monotonic; 0 before it started */
};

struct jig_job_outcome {
    int exit_code;      /* 0: it succeeded; 128 + n: killed by signal n */
    const char *text;   /* all it printed, standard output and error as they came */
    size_t text_length; /* bytes; text may hold NUL */
    uint64_t end_ns;    /* monotonic */
    uint64_t user_ns;   /* processor time of the process and what it waited for */
    uint64_t system_ns;
    uint64_t peak_rss;      /* bytes */
    uint64_t read_bytes;    /* from disk, not from a cache */
    uint64_t written_bytes; /* to disk */
    uint32_t slot;          /* 0-based; which process slot it ran in */
};

struct jig_progress {
    uint32_t total; /* jobs that may have to run; shrinks when one turns out up to date */
    uint32_t started;
    uint32_t finished; /* of those started; well or not */
    uint32_t running;
    uint32_t failed;
    uint32_t expected;    /* of those not finished, how many have a recorded duration … */
    uint64_t expected_ms; /* … and the sum of these: what there is to foretell the end by */
    uint64_t start_ns;    /* monotonic, when the build began */
    uint64_t left_ms;     /* how long the jobs will still take, at a guess; 0: not known */
};

struct jig_event {
    enum jig_event_kind kind;
    const struct jig_progress *progress;   /* always set */
    const struct jig_job_view *job;        /* NULL for kinds that name no job */
    const struct jig_job_outcome *outcome; /* JOB_FINISHED only */
    const struct jig_error *notice;        /* NOTICE only */
    int64_t holder;                        /* WAITING only; process id, 0 when unknown */
    const char *path;                      /* REMOVED only */
    const char *phase;                     /* PHASE only; static */
};

/* Called on the session's thread, between steps of the build; must not call the session. */
typedef void (*jig_event_fn)(void *context, const struct jig_event *event);

/* ---- session ---------------------------------------------------------------------------- */

struct jig_session_options {
    size_t size;            /* of this struct */
    const char *manifest;   /* path of the main manifest; pipelines if it ends in .yaml or .yml */
    const char *state_dir;  /* where state is kept; NULL: `.jig`, see jig_session_open */
    bool no_cache;          /* as if nothing had ever been kept, and keep nothing (pipelines) */
    uint32_t threads;       /* of the pool; 0: one a processor */
    bool wait;              /* wait for another process that builds here, instead of failing */
    bool read_only;         /* change nothing on disk: for queries and dry runs */
    bool phony_cycle_error; /* a phony job that names itself is an error, not a warning */
    jig_event_fn on_event;  /* may be NULL */
    void *context;
    bool once;  /* it is for one build: keep nothing that only updates need */
    bool trace; /* make the trace of each build, even of those that are not worth keeping one */
};

#define JIG_SESSION_OPTIONS                                                                        \
    {                                                                                              \
        .size = sizeof(struct jig_session_options), .manifest = "build.ninja", .wait = true        \
    }

/*
 * Reads the manifest (or the image, when the manifest is the one it was made from) and takes the
 * build directory's lock. On failure *session is NULL.
 */
JIG_API enum jig_status jig_session_open(const struct jig_session_options *options,
                                         struct jig_session **session, struct jig_error *error);
/* Ends the session; what is known is on disk already. NULL is allowed. */
JIG_API void jig_session_close(struct jig_session *session);

/* ---- building --------------------------------------------------------------------------- */

#define JIG_UNLIMITED UINT32_MAX

struct jig_build_options {
    size_t size;                /* of this struct */
    const char *const *targets; /* as a user types them, "foo.c^" included; may be NULL */
    uint32_t target_count;      /* 0: the manifest's defaults */
    uint32_t slots;             /* jobs at a time; JIG_UNLIMITED for no limit */
    uint32_t failures;          /* stop starting jobs after so many failed; JIG_UNLIMITED */
    double max_load;            /* start no second job while the load average is higher; 0: off */
    bool dry_run;               /* say what would run, run nothing */
    bool keep_rspfile;          /* leave response files of jobs that succeeded */
    bool keep_depfile;          /* leave depfiles that were read */
    uint32_t tick_ms;           /* how often JIG_EVENT_TICK comes while jobs run; 0: never */

    /*
     * Pipelines only: build what is selected, and what that needs. A filter is a glob on the paths
     * of sources and outputs; `PATTERN...` adds what the matched modules import, `...PATTERN` what
     * imports them, `...PATTERN...` both, and `!PATTERN` takes away. `depth` bounds how far along
     * imports both go. Targets that are no file are taken for filters. Several filters select the
     * union; `affected` narrows it.
     */
    const char *const *filters;
    uint32_t filter_count;
    uint32_t depth; /* JIG_UNLIMITED */
    /* Paths that changed, relative to the root: selects these and all that depends on them. */
    const char *const *affected;
    uint32_t affected_count;
    bool only_affected; /* `affected` counts, even when it is empty */

    /*
     * Start no job but the first without a token of this pool; NULL: there is none. `slots` holds
     * as well, so set it to JIG_UNLIMITED to let tokens alone decide. No effect on a dry run. It
     * must outlive the build, and, where updates repeat these options, those.
     */
    struct jig_jobserver *jobserver;
};

#define JIG_BUILD_OPTIONS                                                                          \
    {                                                                                              \
        .size = sizeof(struct jig_build_options), .slots = 1, .failures = 1,                       \
        .depth = JIG_UNLIMITED                                                                     \
    }

/* How a build found out what to look at. */
enum jig_update_kind {
    JIG_UPDATE_NONE,        /* what the change set names came to nothing: no job was considered */
    JIG_UPDATE_INCREMENTAL, /* what changed, and what depends on it */
    JIG_UPDATE_FULL,        /* everything; `full_reason` says why */
};

/* What a build came to, and what it cost. Initialise with JIG_BUILD_RESULT. */
struct jig_build_result {
    size_t size; /* of this struct, as the caller knows it; the only field that is read */
    enum jig_update_kind kind;
    char full_reason[128]; /* of JIG_UPDATE_FULL, e.g. "the manifest changed"; else "" */
    uint64_t generation;   /* rises with each build that changed something, and ended well */
    bool folders_changed;  /* jig_session_each_folder has others to tell than before */

    uint32_t jobs_wanted; /* jobs that the targets need, phony ones not counted */
    uint32_t jobs_run;    /* processes that were started and ended */
    uint32_t jobs_passed; /* looked as if they had to run, and then did not: early cutoff */
    uint32_t jobs_failed;
    int exit_code;         /* of the last job that failed; 130 when interrupted; else 0 */
    bool manifest_changed; /* the manifest was generated again and read again */
    bool graph_reused;     /* the manifest was not parsed: the image had the graph */
    uint32_t files;        /* in the graph */
    uint32_t jobs;         /* in the graph */

    uint64_t files_statted; /* statx calls */
    uint64_t files_hit;     /* fingerprints that stood when the build began */
    uint64_t files_missed;  /* fingerprints found out anew then, because … */
    uint64_t missed_new;    /* … the file was not known */
    uint64_t missed_stat;   /* … what stat says is different */
    uint64_t missed_racy;   /* … it was too young when it was last looked at */
    uint64_t missed_gone;   /* … it is not there any more */
    uint64_t
        files_skipped; /* known, and not needed for the targets: hit + missed + skipped == files */
    uint64_t files_hashed;
    uint64_t bytes_hashed;

    /* Pipelines only. */
    uint64_t folders_statted;
    uint64_t folders_read;
    uint64_t files_walked;  /* names that the walk came by */
    uint64_t files_opened;  /* sources whose content was read */
    uint64_t files_scanned; /* sources that a scanner saw */
    uint64_t bytes_scanned;
    uint64_t imports_resolved; /* not counting those whose old resolution stood */
    uint32_t modules;
    uint32_t outputs_written; /* by plugins and built-ins */
    uint32_t outputs_kept;    /* of jobs that ran: they made what was there before */
    uint32_t outputs_removed; /* their source is gone */

    uint64_t walk_ns;     /* pipelines: looking at folders */
    uint64_t discover_ns; /* pipelines: fingerprinting and scanning sources, resolving imports */
    uint64_t load_ns;     /* reading the image, or parsing the manifest */
    uint64_t scan_ns;     /* fingerprinting */
    uint64_t plan_ns;     /* deciding */
    uint64_t run_ns;      /* running jobs */
    uint64_t save_ns;     /* writing the image */
    uint64_t image_bytes;
    uint64_t journal_bytes;

    /* Of the whole call, whatever its kind. */
    uint64_t files_looked;    /* files whose state was asked of the disk */
    uint32_t jobs_considered; /* jobs that a verdict was given on; phony ones count */
    uint64_t engine_ns;       /* all of it, less what was spent waiting for jobs */
    uint64_t token_wait_ns;   /* while jobs could have started, had the jobserver had a token */
};

#define JIG_BUILD_RESULT                                                                           \
    {                                                                                              \
        .size = sizeof(struct jig_build_result)                                                    \
    }

/*
 * Brings the targets up to date, the manifest itself first. JIG_OK when they are;
 * JIG_ERROR_JOB when jobs failed, JIG_ERROR_INTERRUPTED after a signal; otherwise nothing was
 * started or the failure is the engine's (disk full), and `error` says what. `result` (may be
 * NULL) is filled in every case.
 */
JIG_API enum jig_status jig_session_build(struct jig_session *session,
                                          const struct jig_build_options *options,
                                          struct jig_build_result *result, struct jig_error *error);

/* ---- updating --------------------------------------------------------------------------- */

/*
 * As jig_session_build, but looks only at what `changes` names and at what depends on it, and
 * believes of everything else that it is as the session last saw it: O(changed + affected),
 * whatever the size of the repository. `options` NULL: those of the last build or update. `result`
 * says by `kind` what it came to, and if it was a full build, why. What failed, or was not reached
 * because something else failed, is tried again by each update until it succeeds.
 *
 * `changes` is only read; whoever collects changes clears it for the next time.
 */
JIG_API enum jig_status jig_session_update(struct jig_session *session,
                                           const struct jig_change_set *changes,
                                           const struct jig_build_options *options,
                                           struct jig_build_result *result,
                                           struct jig_error *error);

/*
 * Stops the build that is going on, or else the next one: its children are stopped and what they
 * had begun to write is removed, as after an interrupt, and it returns JIG_ERROR_CANCELLED. May be
 * called from any thread and from signal handlers.
 */
JIG_API void jig_session_cancel(struct jig_session *session);
/* Takes a cancellation back that came too late to stop anything. */
JIG_API void jig_session_uncancel(struct jig_session *session);

/*
 * Calls `folder` for each folder in which a change can matter: those that lie around known files,
 * those that the walk reached, those in which imports were looked for. Who watches these, each by
 * itself and not what is below, misses nothing; some may not exist (yet). Paths are relative to the
 * session's directory ("." is that itself) or absolute. O(files).
 */
JIG_API void jig_session_each_folder(struct jig_session *session,
                                     void (*folder)(void *context, const char *path),
                                     void *context);

/* ---- queries ---------------------------------------------------------------------------- */

enum jig_query_relation {
    JIG_QUERY_NEEDS,     /* what has to be there before it: inputs of the job that makes it, … */
    JIG_QUERY_NEEDED_BY, /* what has to be made again after it */
};

struct jig_query_file {
    const char *path; /* until the callback returns */
    uint32_t depth;   /* how many jobs lie between, at least 1 */
    bool made;        /* some job makes it */
};

typedef void (*jig_query_fn)(void *context, const struct jig_query_file *file);

/*
 * Calls `found` for each file that stands in that relation to `path`, once, the nearest first, as
 * far as `depth` jobs away (JIG_UNLIMITED). What the last runs of jobs discovered counts.
 * JIG_ERROR_USAGE for a path the graph does not have. O(edges reached + files of the graph).
 */
JIG_API enum jig_status jig_session_query_files(struct jig_session *session, const char *path,
                                                enum jig_query_relation relation, uint32_t depth,
                                                jig_query_fn found, void *context,
                                                struct jig_error *error);

/* The job that makes a file. Text lives until the next call of the session. */
struct jig_query_job {
    size_t size;      /* of this struct; set it with JIG_QUERY_JOB */
    const char *rule; /* of a pipeline: its name */
    const char *command;
    const char *description;
    uint32_t output_count, input_count;
    uint32_t discovered_count; /* inputs that its last run turned out to have */
    bool recorded;             /* its last run succeeded and is on record */
    bool stale;                /* the last build or update left it to be done */
    uint32_t duration_ms;      /* of its last run; 0: unknown */
    uint32_t processor_ms;     /* user and system time of that; 0: none, or unknown */
    uint32_t peak_kib;         /* the most that one of its processes had in memory; 0: unknown */
};

#define JIG_QUERY_JOB                                                                              \
    {                                                                                              \
        .size = sizeof(struct jig_query_job)                                                       \
    }

/* JIG_ERROR_USAGE for a path that no job makes. */
JIG_API enum jig_status jig_session_query_job(struct jig_session *session, const char *path,
                                              struct jig_query_job *job, struct jig_error *error);

/* ---- delta ------------------------------------------------------------------------------ */

enum jig_delta_kind { JIG_DELTA_ADDED, JIG_DELTA_UPDATED, JIG_DELTA_REMOVED };

/* One output of a pipeline that the last build made another one. */
struct jig_delta_entry {
    enum jig_delta_kind kind;
    const char *path;
    const char *pipeline; /* full name; "" for a removed one whose pipeline is not known any more */
    char digest[33];      /* of its content now, 32 hexadecimal digits; "" when it is removed */
    char old_digest[33];  /* as it was before; "" when it is added */
};

/*
 * What the last jig_session_build changed among the outputs, by path in byte order. An output that
 * was made again with the same content is not in it. Lives until the next build or the close.
 */
JIG_API const struct jig_delta_entry *jig_session_delta(const struct jig_session *session,
                                                        uint32_t *count);

/* The version of this library, e.g. "0.1.0". */
JIG_API const char *jig_version(void);

#ifdef __cplusplus
}
#endif

#endif
