/*
 * One job of a generator that runs inside this process: what it may read, what it has written so
 * far, and what it printed. Built-ins use it directly; plugins see it as jig_generation_api.
 *
 *     generation_begin → (generation_read | generation_write… | generation_print)… →
 *         generation_commit → generation_end
 *
 * Nothing reaches the disk before the commit, and nothing at all unless every output was given its
 * content exactly once. Used by one thread at a time.
 */
#ifndef CODEGEN_GENERATION_H
#define CODEGEN_GENERATION_H

#include "engine/base/buf.h"
#include "engine/base/memory.h"
#include "engine/codegen/codegen.h"
#include "jig/generator.h"

#include <stdbool.h>

/* A file that the job depends on. */
struct generation_file {
    const char *path;
    struct buf *content; /* NULL until it was read */
};

/* What an output is to become. */
struct generation_content {
    const void *bytes;
    size_t length;
    struct buf owned; /* holds `bytes`, unless these are of a file that was read */
    bool given;
};

struct generation {
    const struct jig_generation *job;
    struct generation_content *contents; /* [job->output_count] */
    VEC(struct generation_file) files;   /* sorted by path; made when the first is read */
    bool imports_closed;                 /* imported files are not to be read */
    struct buf printed;
    bool failed; /* the job fails, whatever the generator returns */
};

void generation_begin(struct generation *generation, const struct jig_generation *job,
                      bool imports_closed);
/* Frees all but `printed`, which becomes the caller's. */
void generation_end(struct generation *generation);

/* As `read`, `write` and `print` of jig_generation_api. */
const char *generation_read(struct generation *generation, const char *path, size_t *length);
bool generation_write(struct generation *generation, size_t output, const void *bytes,
                      size_t length);
void generation_print(struct generation *generation, const char *format, ...) JIG_PRINTF(2, 3);
/* As generation_print with a line break after it; the job fails. */
void generation_fail(struct generation *generation, const char *format, ...) JIG_PRINTF(2, 3);

/* As generation_write, but takes what `content` holds, and leaves it empty. */
bool generation_write_buf(struct generation *generation, size_t output, struct buf *content);
/* As generation_write, for bytes that generation_read returned: they are not copied. */
bool generation_write_read(struct generation *generation, size_t output, const void *bytes,
                           size_t length);

/*
 * Writes the outputs. False, with the reason printed, when the job failed before, when an output
 * was not given its content, or when one cannot be written. `result` counts those that were not the
 * same already, and sums up what they hold. Either all temporary files could be written or no
 * output is touched.
 */
bool generation_commit(struct generation *generation, struct codegen_result *result);

#endif
