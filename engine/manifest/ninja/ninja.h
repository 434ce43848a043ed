/*
 * The ninja language: reads a build.ninja and what it includes into a job graph.
 *
 * Language reference: https://ninja-build.org/manual.html. Knows nothing of how jobs run.
 */
#ifndef MANIFEST_NINJA_NINJA_H
#define MANIFEST_NINJA_NINJA_H

#include "engine/base/buf.h"
#include "engine/graph/graph.h"
#include "jig/error.h"

struct ninja_options {
    bool phony_cycle_error; /* -w phonycycle=err: a phony job that names itself is an error */
    /* Told of each thing that is odd but accepted; may be NULL. */
    void (*warn)(void *context, const struct jig_error *what);
    /* Reads a manifest file, appending to `out`; returns 0 or errno. NULL reads the disk. */
    int (*read_file)(void *context, const char *path, struct buf *out);
    void *context;
};

/*
 * Parses `path` into the empty graph `graph` and seals it: files, jobs with ropes and recipes,
 * pools, defaults, and the list of manifest files read. `options` may be NULL.
 *
 * On error the graph is good only for graph_destroy, and `error` has ninja's wording, the file,
 * line and column, and the offending line. O(bytes), one pass, plus O(text of all commands).
 */
enum jig_status ninja_parse(struct graph *graph, const char *path,
                            const struct ninja_options *options, struct jig_error *error);

/*
 * The value of `builddir` as far as it can be known from the start of the manifest: its first
 * 64 KiB, before the first build statement. Appends nothing when there is none. Cheap: this runs
 * before the image is looked for. Never fails; a malformed manifest has no builddir here.
 */
void ninja_peek_builddir(const char *path, struct buf *out);

#endif
