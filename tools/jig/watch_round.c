/*
 * One build of a watch. While it goes on, watch_round comes by with every event, to look for keys
 * and for a change that is a reason to begin anew.
 */
#include "engine/base/io.h"
#include "engine/base/path.h"
#include "tools/jig/watch_keys.h"
#include "tools/jig/watching.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TICK_MS = 50,
    SYNC_MS = 2000,         /* how long the watch may take to catch up with the disk */
    MOST_ANEW = 10,         /* rounds in a row that changes during another one begin at once … */
    FIRST_PAUSE_MS = 500,   /* … before the next one, and twice as long before each after it, */
    MOST_DOUBLINGS = 7,     /* … but so often only */
    MOST_REASONS = 1 << 16, /* bytes of explanation to keep */
    EXIT_READER_GONE = 128 + SIGPIPE,
};

/* ---- while the build goes on ----------------------------------------------------------------- */

static void stop_build(struct watching *w)
{
    w->stopping = true;
    if (w->work.session)
        jig_session_cancel(w->work.session);
}

/* Other keys wait for the end of the build. */
static void heed_keys(struct watching *w)
{
    for (char key; (key = watch_keys_next());) {
        if (key != 'q') {
            vec_push(&w->keys, key);
            continue;
        }
        watching_end(w, EXIT_DONE);
        stop_build(w);
    }
}

static bool is_readable(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, 0) > 0;
}

/*
 * A change set that is ready and has a reason to build in it stops the build. Not for ever: a job
 * that writes one of its own sources would never end.
 */
static void heed_changes(struct watching *w)
{
    if (w->request.on_change != ON_CHANGE_RESTART || w->anew >= MOST_ANEW ||
        !is_readable(watch_fd(w->watch)))
        return;
    watch_changes_take(&w->changes, w->work.session);
    if (change_is_reason(w->changes.best))
        stop_build(w);
}

static void note_reason(struct watching *w, const struct jig_job_view *job)
{
    if (!w->reasoned)
        buf_clear(&w->reasons);
    w->reasoned = true;
    if (w->reasons.length < MOST_REASONS)
        buf_printf(&w->reasons, "jig explain: %s: %s\n", job->output, job->reason);
}

static void note_run(struct watching *w, uint32_t job, enum watch_run run)
{
    if (job >= w->ran.count)
        vec_extend(&w->ran, job + 1 - w->ran.count);
    w->ran.data[job] = (uint8_t)run;
}

static void follow_job(struct watching *w, const struct jig_event *event)
{
    bool starts = event->kind == JIG_EVENT_JOB_STARTED;
    note_run(w, event->job->id, starts || event->outcome->exit_code ? RUN_BEGUN : RUN_WELL);
    if (starts)
        note_reason(w, event->job);
    if (event->job->console && starts)
        watch_keys_lend();
    else if (event->job->console)
        watch_keys_take_back();
}

static bool before_event(void *context, const struct jig_event *event)
{
    struct watching *w = context;
    if (!w->stopping)
        heed_keys(w);
    if (!w->stopping)
        heed_changes(w);
    switch (event->kind) {
    case JIG_EVENT_JOB_FINISHED:
        follow_job(w, event);
        if (w->stopping && event->outcome->exit_code)
            return false; /* because it was told to end, which is no failure */
        break;
    case JIG_EVENT_JOB_STARTED:
        follow_job(w, event);
        break;
    case JIG_EVENT_NOTICE:
    case JIG_EVENT_WAITING:
    case JIG_EVENT_REMOVED:
        break;
    case JIG_EVENT_PLANNED:
    case JIG_EVENT_EXPLAIN:
    case JIG_EVENT_JOB_PASSED:
    case JIG_EVENT_PHASE:
    case JIG_EVENT_TICK:
        return true; /* shows nothing */
    }
    watch_say_head(w);
    return true;
}

void watch_round_prepare(struct watching *w)
{
    w->building.before_event = before_event;
    w->building.context = w;
    if (watch_keys_exist() || w->request.on_change == ON_CHANGE_RESTART)
        w->building.tick_ms = TICK_MS;
}

/* ---- the session ----------------------------------------------------------------------------- */

static void add_folder(void *watch, const char *path)
{
    watch_folder(watch, path);
}

static void name_folders(struct watching *w)
{
    /* Without a graph it can name but a few, and those that were named before stay right. */
    if (!w->work.session || !w->work.session->graph)
        return;
    jig_session_each_folder(w->work.session, add_folder, w->watch);
    watch_forget_rest(w->watch);
}

/* Whether an error may be mended by editing files. */
static bool is_of_manifest(enum jig_status status)
{
    return status == JIG_ERROR_SYNTAX || status == JIG_ERROR_MANIFEST || status == JIG_ERROR_LIMIT;
}

/* Nobody knows which folders matter but those of the files that are wrong. */
static void watch_wrong_file(struct watching *w)
{
    const char *file = w->error.file;
    char *folder = mem_strndup(file, path_dir_length(file, strlen(file)));
    watch_folder(w->watch, ".");
    if (*folder)
        watch_folder(w->watch, folder);
    free(folder);
}

static enum jig_status open_session(struct watching *w)
{
    enum jig_status status = building_open(&w->building, &w->work, &w->error);
    if (!status) {
        watch_changes_disown(&w->changes, w->work.session->state_directory);
        name_folders(w);
        w->full = true;
    }
    watch_start(w->watch);
    return status;
}

/* What changed since a commit is something else after each change. */
static void renew_choice(struct watching *w)
{
    struct jig_error error;
    if (!choice_renew(&w->building.choice, &w->request, &error))
        return;
    watch_say_head(w);
    face_error(FACE_JIG, &error);
}

static enum jig_status build(struct watching *w, bool with_reason)
{
    enum jig_status status = w->work.session ? JIG_OK : open_session(w);
    if (status)
        return status;
    if (with_reason)
        renew_choice(w);
    return building_run(&w->building, &w->work, w->full ? NULL : w->changes.now, &w->error);
}

/* ---- its end --------------------------------------------------------------------------------- */

/* Whether what it came to is worth a word, given how the last round ended. */
static bool is_news(const struct watching *w, enum jig_status before,
                    const struct jig_error *error_before)
{
    const struct jig_build_result *result = &w->building.results.build;
    if (w->headed || w->asked || w->status != before || result->jobs_run || result->outputs_removed)
        return true;
    bool looked = result->kind == JIG_UPDATE_INCREMENTAL ||
                  (result->kind == JIG_UPDATE_FULL && (w->request.explain || w->request.stats));
    if (!w->status)
        return looked;
    /* What is wrong may be what was wrong before. */
    return strcmp(w->error.message, error_before->message) != 0 ||
           strcmp(w->error.file, error_before->file) != 0 || w->error.line != error_before->line;
}

static void tell_why_full(const struct watching *w)
{
    const struct jig_build_result *result = &w->building.results.build;
    if (w->request.explain && !w->full && result->kind == JIG_UPDATE_FULL)
        fprintf(stderr, "jig explain: everything was looked at: %s\n", result->full_reason);
}

static void tell(struct watching *w, uint64_t start_ns)
{
    const struct jig_build_result *result = &w->building.results.build;
    watch_say_head(w);
    if (!w->reasoned)
        buf_clear(&w->reasons);
    tell_why_full(w);
    if (w->status == JIG_ERROR_CANCELLED)
        jig_fail(&w->error, w->status, "%s", w->ended ? "nobody wants it" : "something changed");
    int code = building_tell(&w->building, &w->work, w->status, &w->error);
    watch_say_sum(w);
    fflush(stdout);
    w->last = (struct watch_last){.end = time(NULL),
                                  .failed = w->status != JIG_OK,
                                  .jobs_run = result->jobs_run,
                                  .took_ms = (clock_monotonic_ns() - start_ns) / 1000000};
    if (w->status == JIG_ERROR_INTERRUPTED || code == EXIT_READER_GONE)
        watching_end(w, code);
}

/* Whether the file must have been changed by somebody else than the job that makes it. */
static bool is_meddled_with(const struct watching *w, file_id file)
{
    const struct graph *graph = w->work.session->graph;
    job_id maker = graph->files.data[file].producer;
    if (maker == GRAPH_NONE)
        return false;
    uint8_t run = maker < w->ran.count ? w->ran.data[maker] : RUN_NOT;
    return run == RUN_NOT || (run == RUN_WELL && access(graph_path(graph, file), F_OK) < 0);
}

static bool has_meddled_output(const struct watching *w)
{
    struct graph *graph = w->work.session ? w->work.session->graph : NULL;
    bool found = false;
    for (uint32_t i = 0; graph && !found && i < jig_change_set_count(w->changes.next); i++) {
        const char *path = jig_change_set_at(w->changes.next, i).path;
        file_id file = graph_find_file(graph, path, strlen(path));
        found = file != GRAPH_NONE && is_meddled_with(w, file);
    }
    return found;
}

/*
 * A job that failed may be tried again with every change, and what it writes before it fails is a
 * change: so that it does not try for ever, what happened until now counts only if it was not its
 * doing. The rest is not forgotten, but waits for another reason.
 */
static void settle_failure(struct watching *w)
{
    const char *folder = w->work.session ? w->work.session->state_directory : ".";
    watch_sync(w->watch, folder, SYNC_MS, NULL);
    watch_changes_take(&w->changes, w->work.session);
    w->again = change_is_reason(w->changes.best) || has_meddled_output(w);
}

/*
 * Has the next round begin, when it is quiet and git does nothing. What changes all the time may be
 * somebody at work, whose last change counts, or jobs that write their own sources: they are tried
 * again for ever, but ever more seldom.
 */
static void call_again(struct watching *w)
{
    w->anew++;
    if (w->anew <= MOST_ANEW) {
        watch_remind(w->watch);
        return;
    }
    uint32_t doublings = w->anew - MOST_ANEW - 1;
    uint64_t pause_ms = FIRST_PAUSE_MS << (doublings < MOST_DOUBLINGS ? doublings : MOST_DOUBLINGS);
    w->pause_end_ns = clock_monotonic_ns() + pause_ms * 1000000;
}

static void conclude(struct watching *w)
{
    bool cancelled = w->status == JIG_ERROR_CANCELLED;
    watch_changes_end(&w->changes, cancelled);
    if (w->stopping && w->work.session)
        jig_session_uncancel(w->work.session); /* it may have come too late */
    w->stopping = false;
    w->again = cancelled || watch_changes_wait(&w->changes);
    w->asked = false;
    w->full &= cancelled;
    if (w->status && !cancelled && !w->ended)
        settle_failure(w);
    w->pause_end_ns = 0;
    if (w->again)
        call_again(w);
    else
        w->anew = 0;
}

void watch_round(struct watching *w)
{
    enum jig_status before = w->status;
    struct jig_error error_before = w->error;
    uint64_t start_ns = clock_monotonic_ns();
    bool with_reason = change_is_reason(w->changes.best) || w->full;
    w->headed = false;
    w->error = (struct jig_error){0};
    w->reasoned = false;
    w->ran.count = 0;
    watch_changes_begin(&w->changes, w->work.session);

    building_begin(&w->building);
    w->status = build(w, with_reason);
    if (is_news(w, before, &error_before))
        tell(w, start_ns);
    else
        building_tell_end(&w->building, w->status, &w->error,
                          face_exit_code(FACE_JIG, w->status, 0));
    bool moved = w->building.results.build.folders_changed;
    building_end(&w->building);

    watch_keys_take_back();
    if (moved)
        name_folders(w);
    if (is_of_manifest(w->status))
        watch_wrong_file(w);
    conclude(w);
}
