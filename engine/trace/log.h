/*
 * The trace of one build as data: what was made, when, why, what it waited for and what it used.
 *
 *     struct trace_log log = {0};
 *     log.began_ns = …; log.slots = …;
 *     trace_log_add_job(&log, &(struct trace_job){.output = trace_log_text(&log, path), …}, …);
 *     trace_log_encode(&log, &bytes);
 *     trace_log_free(&log);
 *
 *     if (trace_log_decode(bytes.data, bytes.length, &log, &error)) …
 *
 * On disk it is MessagePack, described in docs/reference/trace-format.md; any reader of that can
 * read it. Whoever decodes one may rely on all that the comments here say: a file that breaks it is
 * refused as a whole.
 *
 * All times are ns since the build began, on the monotonic clock. Not thread-safe.
 */
#ifndef TRACE_LOG_H
#define TRACE_LOG_H

#include "engine/base/buf.h"
#include "engine/base/memory.h"

#include <stdbool.h>
#include <stdint.h>

/* Names a text of a log; 0 is the empty one. Equal texts may have several names. */
typedef uint32_t trace_text;

/* What became of a job. */
enum trace_fate {
    TRACE_RAN,    /* it was run, well or not; see exit_code */
    TRACE_PASSED, /* it looked as if it had to run, and at its turn it had not to */
    TRACE_PHONY,  /* it only stands for others */
    TRACE_FATES,
};

struct trace_job {
    trace_text output;      /* its first */
    trace_text rule;        /* the rule's or the pipeline's name */
    trace_text pool;        /* the pool it needed a place in; "" when in none */
    trace_text reason;      /* why it ran, one word, e.g. "input-changed"; "" unless TRACE_RAN */
    trace_text reason_file; /* the file that the reason names; "" when none */
    uint32_t fate;          /* enum trace_fate */
    uint32_t slot;          /* 0-based; the place in which it ran: no two at a time in one */
    uint32_t expected_ms;   /* what its last run took; 0: not known */
    int32_t exit_code;      /* 0: well; 128 + n: killed by signal n */
    uint32_t deps_begin;    /* jobs of this log that it had to wait for: a range of log.deps */
    uint32_t deps_count;
    uint64_t ready_ns; /* when all those had ended */
    uint64_t start_ns; /* not before ready_ns; of one that did not run, the same as … */
    uint64_t end_ns;   /* … this, which is not before start_ns */
    uint64_t user_ns;  /* processor time, of it and all it waited for */
    uint64_t system_ns;
    uint64_t peak_rss;      /* bytes; 0: not known */
    uint64_t read_bytes;    /* from disk */
    uint64_t written_bytes; /* to disk */
};

/* A stretch of time on one of the engine's threads. Those of one thread nest: of two, one contains
 * the other or they do not overlap. */
struct trace_slice {
    uint32_t worker;     /* 0 is the session's thread */
    trace_text category; /* "load", "walk", "stat", "plan", "run", "save", … */
    trace_text name;     /* what a person reads */
    uint64_t begin_ns;
    uint64_t end_ns; /* not before begin_ns */
};

/* What the machine was at, at one moment. */
struct trace_sample {
    uint64_t time_ns;
    uint64_t busy_ns;         /* of all processors, since the machine started */
    uint64_t available_bytes; /* memory that could be had */
};

/* What the build foretold of its end, at one moment. */
struct trace_forecast {
    uint64_t time_ns;
    uint64_t end_ns; /* when it would be done */
};

/* A pool of the manifest that some job of the log is in. */
struct trace_pool {
    trace_text name;
    uint32_t depth; /* places; at least 1 */
};

/* A number of the build's result, by its name in struct jig_build_result. */
struct trace_number {
    trace_text name;
    uint64_t value;
};

/* A hash table of texts that have been named once and for all; the names, 0 where it is free. */
struct trace_word_table {
    trace_text *names;
    uint32_t count;
    uint32_t capacity; /* a power of 2, or 0 */
};

struct trace_log {
    int64_t began_ns;       /* wall clock, since 1970 */
    uint64_t duration_ns;   /* of the whole build; no time here is after it */
    trace_text version;     /* of jig */
    trace_text directory;   /* where it was built, absolute */
    trace_text manifest;    /* relative to that */
    trace_text asked;       /* targets or filters, separated by spaces; "" for all */
    trace_text kind;        /* "full" or "incremental" */
    trace_text full_reason; /* why it was full; may be "" */
    trace_text outcome;     /* "done", "failed", "interrupted" or "error" */
    uint32_t processors;    /* that jig could use */
    uint32_t slots;         /* jobs at a time; 0: no limit */
    uint32_t workers;       /* threads of the engine */
    uint64_t lost_slices;   /* how many of the oldest slices had to make room for younger ones */

    VEC(struct trace_job) jobs; /* every one after those it waited for */
    VEC(uint32_t) deps;         /* indices of jobs */
    VEC(struct trace_slice)
    slices;                           /* of one worker after the other's, each in order of begin_ns,
                                         and of those that begin together the longer one first */
    VEC(struct trace_sample) samples; /* in order of time */
    VEC(struct trace_forecast) forecasts; /* in order of time */
    VEC(struct trace_pool) pools;
    VEC(struct trace_number) numbers;

    struct buf text;               /* all texts but "", each ended by a NUL */
    VEC(uint32_t) offsets;         /* [trace_text - 1] where in `text` */
    struct trace_word_table words; /* while a log is being made */
};

/* Adds a text; "" has the name 0. O(length). */
trace_text trace_log_text(struct trace_log *log, const char *text);
/* The same for texts that come again and again: the same text has the same name. */
trace_text trace_log_word(struct trace_log *log, const char *word);
/* The text of a name. Until a text is added. */
const char *trace_log_str(const struct trace_log *log, trace_text name);

/* A number of the build's result, or 0 if the log does not have it. O(numbers). */
uint64_t trace_log_number(const struct trace_log *log, const char *name);

/* Appends a job with `count` dependencies, indices of jobs already there. Amortised O(count). */
void trace_log_add_job(struct trace_log *log, const struct trace_job *job, const uint32_t *deps,
                       uint32_t count);

static inline const uint32_t *trace_log_deps(const struct trace_log *log,
                                             const struct trace_job *job)
{
    return job->deps_count ? log->deps.data + job->deps_begin : NULL;
}

/* Appends the log, as it is kept, to `out`. O(size). */
void trace_log_encode(const struct trace_log *log, struct buf *out);
/*
 * Makes a log of what trace_log_encode wrote. JIG_ERROR_CORRUPT, with nothing to be freed, when it
 * is damaged or of another version. O(size); what it takes of memory is in proportion to `length`.
 */
enum jig_status trace_log_decode(const void *bytes, size_t length, struct trace_log *log,
                                 struct jig_error *error);
void trace_log_free(struct trace_log *log);

#endif
