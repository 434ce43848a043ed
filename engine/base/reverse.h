/*
 * A reverse index: for each file, the jobs that name it in some way.
 *
 *     reverse_build(&reverse, files, jobs, named_by, context)     O(edges), by counting sort
 *     reverse_add(&reverse, file, job)                            as jobs come to name more files
 *     jobs = reverse_find(&reverse, file, &count)
 *
 * Nothing is ever taken out: it may name jobs that no longer name the file, and whoever minds
 * looks. What was added is kept beside what was built; when it is worn (half as much was added as
 * was built), it is worth building again. Zero-initialised is empty. Not thread-safe.
 */
#ifndef BASE_REVERSE_H
#define BASE_REVERSE_H

#include "engine/base/memory.h"

#include <stdbool.h>

struct reverse_link {
    uint32_t job;
    uint32_t next; /* one more than the place of the next one; 0: none */
};

struct reverse {
    uint32_t *offsets; /* those of file f are jobs[offsets[f] .. offsets[f + 1]), ascending */
    uint32_t *jobs;
    uint32_t files;                 /* that were there when it was built */
    VEC(uint32_t) heads;            /* [file] one more than the place of its first link; 0: none */
    VEC(struct reverse_link) links; /* what was added */
    VEC(uint32_t) found;            /* what reverse_find returned last, when it has to be joined */
};

/* What the job names; the same file may be named twice. */
typedef const uint32_t *(*reverse_named)(const void *context, uint32_t job, uint32_t *count);

void reverse_build(struct reverse *reverse, uint32_t files, uint32_t jobs, reverse_named named,
                   const void *context);
void reverse_free(struct reverse *reverse);

/* O(log jobs of the file + those added to it). */
void reverse_add(struct reverse *reverse, uint32_t file, uint32_t job);
bool reverse_is_worn(const struct reverse *reverse);

/* Each once; valid until the index is next used. O(1), or O(count) for a file to which some were
 * added. */
const uint32_t *reverse_find(struct reverse *reverse, uint32_t file, uint32_t *count);

#endif
