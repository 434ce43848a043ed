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

/* The ninja that jig stands in for: what `ninja --version` prints and messages name. */
#define NINJA_COMPAT_VERSION "1.13.0"
/* The highest ninja_required_version whose language is understood: `$^` came with 1.14. */
#define NINJA_LANGUAGE_VERSION "1.14"

struct ninja_options {
    bool phony_cycle_error; /* -w phonycycle=err: a phony job that names itself is an error */
    /*
     * How many bytes of text the graph may hold, and one evaluated string may come to; beyond
     * is JIG_ERROR_LIMIT. 0 is the most there can be, just under 4 GiB.
     */
    uint32_t text_limit;
    /* Told of each thing that is odd but accepted; may be NULL. Its status is JIG_OK. */
    void (*warn)(void *context, const struct jig_error *what);
    /* Reads a manifest file, appending to `out`; returns 0 or errno. NULL reads the disk. */
    int (*read_file)(void *context, const char *path, struct buf *out);
    void *context;
};

/*
 * Parses `path` into the empty graph `graph` and seals it: files, jobs with ropes and recipes,
 * pools, defaults, and the list of manifest files read. `options` may be NULL. A manifest file
 * that no statement names is in the graph as a discovered file.
 *
 * On error the graph is good only for graph_destroy, and `error` has ninja's wording, the file,
 * line and column, and the offending line. O(bytes), one pass, plus O(text of all commands).
 *
 * Stricter than ninja in this: NUL bytes (which ninja takes for the end of the file), an unknown
 * `deps` type and a cycle of rule variables are errors wherever they stand, not only in what is
 * built, and includes nest at most 100 deep.
 */
enum jig_status ninja_parse(struct graph *graph, const char *path,
                            const struct ninja_options *options, struct jig_error *error);

/*
 * The value of `builddir` as far as it can be known from the start of the manifest: its first
 * 64 KiB, before the first build statement, without the files it includes. Appends nothing when
 * there is none. Cheap: this runs before the image is looked for. Never fails; a malformed
 * manifest has no builddir here.
 */
void ninja_peek_builddir(const char *path, struct buf *out);

/*
 * Appends an error in ninja's format, byte for byte, to which the caller adds "ninja: error: "
 * and a newline:
 *
 *     FILE:LINE: MESSAGE
 *     the line, cut after 72 bytes with "..."
 *             ^ near here
 *
 * The excerpt is shown as it is in error->excerpt, but only when 1 < column <= 72: ninja shows
 * none at the start of a line and none that would have to be scrolled, though the message then
 * still ends with a newline. The struct has an excerpt in those cases too (a window around the
 * place, beginning with "...", when it is far to the right), and `caret` always points into it,
 * so that jig's own format can always show the place.
 *
 * Without a line it is "FILE: MESSAGE", and without a file "MESSAGE".
 */
void ninja_error_text(const struct jig_error *error, struct buf *out);

#endif
