/*
 * What is kept between builds, in numbers: `jig cache show` and `jig build --show-cache`.
 */
#ifndef JIG_TOOL_OVERVIEW_H
#define JIG_TOOL_OVERVIEW_H

#include "engine/session/internal.h"
#include "tools/jig/tally.h"

struct overview_file {
    char *name;
    uint64_t bytes;
};

/* Zero-initialised is empty. */
struct overview {
    char *directory;                 /* where it is kept */
    VEC(struct overview_file) files; /* what lies there, by name in byte order */
    uint64_t bytes;                  /* of all of these */
    uint32_t files_known;            /* files with a fingerprint … */
    uint32_t files_racy;             /* … of which these are looked into again next time */
    uint32_t jobs;                   /* that the manifest has … */
    uint32_t jobs_recorded;          /* … and those of them with a record */
    uint32_t jobs_gone;              /* records of jobs that it has no more */
    uint32_t modules;                /* of pipelines: sources whose imports are known */
    uint32_t imports, definitions;   /* of these */
    struct tally tally;
};

/* Takes the numbers from an open session and its directory. Free with overview_free. */
void overview_take(struct overview *overview, const struct jig_session *session);
void overview_free(struct overview *overview);

/* Appends it as lines for people, or as one line of JSON. */
void overview_append_text(const struct overview *overview, struct buf *out);
void overview_append_json(const struct overview *overview, struct buf *out);

#endif
