/*
 * `ninja -t recompact` and `ninja -t restat`: care for what is kept between builds.
 *
 * Build generators call both after they have written a manifest, sometimes inside a job of a build
 * that is going on. So neither reads the manifest, neither waits for the build directory's lock
 * (what they do only saves later builds some time), and having nothing to do is success.
 */
#include "engine/base/path.h"
#include "engine/fingerprint/fingerprint.h"
#include "engine/manifest/ninja/ninja.h"
#include "engine/state/state.h"
#include "tools/jig/ninja_tool.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct kept {
    struct state *state;
    struct state_loaded loaded;
    struct buf directory;
};

static void notice(void *context, const struct jig_error *what)
{
    (void)context;
    face_notice(FACE_NINJA, what);
}

/* Where the state of builds of `manifest` is: in `builddir`, or else in what the manifest says. */
static void find_directory(const char *manifest, const char *builddir, struct buf *out)
{
    if (builddir)
        buf_append_str(out, builddir);
    else
        ninja_peek_builddir(manifest, out);
    if (out->length)
        buf_append_char(out, '/');
    buf_append_str(out, ".jig");
}

static void close_kept(struct kept *kept)
{
    graph_destroy(kept->loaded.graph);
    history_destroy(kept->loaded.history);
    state_close(kept->state);
    buf_free(&kept->directory);
}

/*
 * Opens and loads the state, if there is any and nobody has it. *exit_code is set when there is
 * nothing to go on with.
 */
static bool open_kept(const struct build_request *request, const char *builddir, struct kept *kept,
                      int *exit_code)
{
    struct stat unused;
    struct jig_error error;
    *exit_code = 0;
    find_directory(request->manifest, builddir, &kept->directory);
    if (stat(kept->directory.data, &unused) < 0)
        return false;
    const struct state_options options = {
        .directory = kept->directory.data, .read_only = request->dry_run, .notice = notice};
    enum jig_status status = state_open(&options, &kept->state, &error);
    if (status == JIG_ERROR_LOCKED)
        return false;
    if (status) {
        face_error(FACE_NINJA, &error);
        *exit_code = 1;
        return false;
    }
    state_load(kept->state, &kept->loaded);
    return kept->loaded.graph != NULL;
}

/* ---- recompact --------------------------------------------------------------------------- */

static bool any_exists(const struct graph *graph, const file_id *files, uint32_t count)
{
    struct stat unused;
    for (uint32_t i = 0; i < count; i++) {
        if (lstat(graph_path(graph, files[i]), &unused) == 0)
            return true;
    }
    return false;
}

/* Forgets jobs that the manifest no longer has and whose outputs are gone. */
static void drop_orphans(const struct graph *graph, struct history *history)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < history->orphans.count; i++) {
        const struct orphan orphan = history->orphans.data[i];
        if (any_exists(graph, history->deps.data + orphan.outs_begin, orphan.outs_count))
            history->orphans.data[left++] = orphan;
    }
    history->orphans.count = left;
}

int ninja_tool_recompact(struct tool *tool, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct kept kept = {0};
    int code;
    if (open_kept(tool->request, NULL, &kept, &code)) {
        struct jig_error error;
        drop_orphans(kept.loaded.graph, kept.loaded.history);
        if (state_fold(kept.state, kept.loaded.graph, kept.loaded.history, &error)) {
            face_error(FACE_NINJA, &error);
            code = 1;
        }
    }
    close_kept(&kept);
    return code;
}

/* ---- restat ------------------------------------------------------------------------------ */

static struct fingerprint_clock measure_clock(const struct kept *kept)
{
    struct fingerprint_clock clock = {0};
    struct buf path = {0};
    buf_printf(&path, "%s/lock", kept->directory.data);
    int fd = open(path.data, O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        clock = fingerprint_measure_clock(fd);
        close(fd);
    }
    buf_free(&path);
    return clock;
}

/* Looks at an output again, and keeps what was found when it is news. */
static enum jig_status restat_file(struct kept *kept, struct fingerprint_clock clock, file_id file,
                                   struct jig_error *error)
{
    struct graph *graph = kept->loaded.graph;
    struct history *history = kept->loaded.history;
    struct fingerprint_counts counts = {0};
    uint64_t tick = history_tick(history);
    int errnum = fingerprint_file(AT_FDCWD, graph_path(graph, file), clock, tick,
                                  &history->files.data[file], &counts);
    if (errnum)
        return jig_fail_errno(error, errnum, "stat(%s)", graph_path(graph, file));
    if (!counts.misses)
        return JIG_OK;
    return state_record_file(kept->state, graph, history, file, error);
}

static bool is_recorded_output(const struct kept *kept, file_id file)
{
    job_id producer = kept->loaded.graph->files.data[file].producer;
    return producer != GRAPH_NONE &&
           (kept->loaded.history->jobs.data[producer].flags & JOB_RECORDED) &&
           (kept->loaded.history->files.data[file].flags & FILE_KNOWN);
}

static file_id find_file(struct graph *graph, const char *word)
{
    char *path = mem_strndup(word, strlen(word) + 1);
    size_t length = path_canonicalize(path, strlen(path));
    file_id file = length ? graph_find_file(graph, path, length) : GRAPH_NONE;
    free(path);
    return file;
}

static enum jig_status restat(struct kept *kept, char **words, struct jig_error *error)
{
    struct fingerprint_clock clock = measure_clock(kept);
    enum jig_status status = JIG_OK;
    if (!*words) {
        for (file_id file = 0; !status && file < kept->loaded.graph->files.count; file++) {
            if (is_recorded_output(kept, file))
                status = restat_file(kept, clock, file, error);
        }
        return status;
    }
    for (; !status && *words; words++) {
        file_id file = find_file(kept->loaded.graph, *words);
        if (file != GRAPH_NONE && is_recorded_output(kept, file))
            status = restat_file(kept, clock, file, error);
    }
    return status;
}

/*
 * ninja compares ages, and its restat makes it believe outputs whose ages somebody has changed.
 * Nothing in jig depends on ages. What is left to do is to look at outputs that were moved, copied
 * or touched, so that the next build need not hash them. An output whose content is another one
 * than its job left stays out of date.
 */
int ninja_tool_restat(struct tool *tool, int argc, char **argv)
{
    static const struct option longs[] = {
        {"builddir", required_argument, NULL, 'b'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    const char *builddir = NULL;
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        if (option != 'b') {
            printf("usage: ninja -t restat [--builddir=DIR] [outputs]\n");
            return 1;
        }
        builddir = optarg;
    }
    struct kept kept = {0};
    struct jig_error error;
    int code;
    if (open_kept(tool->request, builddir, &kept, &code) && restat(&kept, argv + optind, &error)) {
        face_error(FACE_NINJA, &error);
        code = 1;
    }
    close_kept(&kept);
    return code;
}
