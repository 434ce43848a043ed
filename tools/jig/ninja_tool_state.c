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
#include "engine/plan/plan.h"
#include "engine/state/state.h"
#include "tools/jig/ninja_tool.h"
#include "tools/jig/orphans.h"

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

int ninja_tool_recompact(struct tool *tool, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct kept kept = {0};
    int code;
    if (open_kept(tool->request, NULL, &kept, &code)) {
        struct jig_error error;
        orphans_drop(kept.loaded.graph, kept.loaded.history);
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

/* Looks at one file again. */
static enum jig_status look_again(struct kept *kept, struct fingerprint_clock clock, file_id file,
                                  bool *is_news, struct jig_error *error)
{
    struct history *history = kept->loaded.history;
    const struct graph *graph = kept->loaded.graph;
    struct fingerprint_counts counts = {0};
    int errnum = fingerprint_graph_file(graph, file, clock, history_tick(history),
                                        &history->files.data[file], &counts);
    *is_news = counts.misses > 0;
    return errnum ? jig_fail_errno(error, errnum, "stat(%s)", graph_path(graph, file)) : JIG_OK;
}

static bool is_recorded(const struct kept *kept, job_id job)
{
    return job != GRAPH_NONE && (kept->loaded.history->jobs.data[job].flags & JOB_RECORDED);
}

/* Looks at all outputs of recorded jobs, so that the next build need not hash them. */
static enum jig_status refresh_all(struct kept *kept, struct jig_error *error)
{
    struct graph *graph = kept->loaded.graph;
    struct history *history = kept->loaded.history;
    struct fingerprint_clock clock = measure_clock(kept);
    enum jig_status status = JIG_OK;
    for (file_id file = 0; !status && file < graph->files.count; file++) {
        bool is_news;
        if (!is_recorded(kept, graph->files.data[file].producer))
            continue;
        status = look_again(kept, clock, file, &is_news, error);
        if (!status && is_news)
            status = state_record_file(kept->state, graph, history, file, error);
    }
    return status;
}

/* Takes the outputs of `job` as they are now for what its last run left. */
static enum jig_status accept(struct kept *kept, struct plan *plan, job_id id,
                              struct jig_error *error)
{
    struct history *history = kept->loaded.history;
    const struct graph_job *job = &kept->loaded.graph->jobs.data[id];
    struct fingerprint_clock clock = measure_clock(kept);
    enum jig_status status = JIG_OK;
    for (uint32_t i = 0; !status && i < job->out_count; i++) {
        file_id file = graph_outputs(kept->loaded.graph, job)[i];
        bool is_news;
        status = look_again(kept, clock, file, &is_news, error);
        plan_refresh_term(plan, file);
    }
    if (status)
        return status;
    history->jobs.data[id].outputs = plan_outputs_digest(plan, job);
    history->jobs.data[id].tick = history_tick(history);
    return state_record_job(kept->state, kept->loaded.graph, history, id, error);
}

static enum jig_status accept_named(struct kept *kept, char **words, struct jig_error *error)
{
    struct graph *graph = kept->loaded.graph;
    struct plan plan;
    enum jig_status status = JIG_OK;
    plan_create(&plan, graph, kept->loaded.history);
    for (; !status && *words; words++) {
        char *path = mem_strndup(*words, strlen(*words) + 1);
        size_t length = path_canonicalize(path, strlen(path));
        file_id file = length ? graph_find_file(graph, path, length) : GRAPH_NONE;
        free(path);
        job_id job = file == GRAPH_NONE ? GRAPH_NONE : graph->files.data[file].producer;
        if (is_recorded(kept, job))
            status = accept(kept, &plan, job, error);
    }
    plan_free(&plan);
    return status;
}

/*
 * ninja compares ages, and restat makes it believe outputs whose ages somebody has changed.
 * Nothing in jig depends on ages, so without names all there is to do is look at outputs that were
 * moved, copied or touched; one whose content is not what its job left stays out of date. Naming
 * an output says more: that it is right as it is.
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
    if (open_kept(tool->request, builddir, &kept, &code)) {
        enum jig_status status =
            optind < argc ? accept_named(&kept, argv + optind, &error) : refresh_all(&kept, &error);
        if (status) {
            face_error(FACE_NINJA, &error);
            code = 1;
        }
    }
    close_kept(&kept);
    return code;
}
