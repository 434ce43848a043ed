#include "tools/jig/building.h"

#include "engine/session/internal.h"
#include "tools/jig/processors.h"
#include "tools/jig/stats.h"
#include "tools/jig/status_area.h"
#include "tools/jig/text.h"
#include "tools/trace/chrome.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TICK_MS = 1000, EXIT_READER_GONE = 128 + SIGPIPE };

static enum jig_status parse_format(struct building *building, struct jig_error *error)
{
    if (building->request->status)
        return status_format_parse_dollar(&building->format, building->request->status, error);
    const char *format = getenv("NINJA_STATUS");
    return status_format_parse_percent(&building->format, format ? format : "[%f/%t] ", error);
}

/* ---- nobody reads ------------------------------------------------------------------------ */

static void note_nothing(int signal_number)
{
    (void)signal_number;
}

/*
 * Makes a write to a closed pipe fail instead of killing this process with its jobs half done. A
 * handler and not SIG_IGN: jobs would inherit that and write on for ever. One who ignores the
 * signal already has asked for that.
 */
static void survive_closed_pipe(void)
{
    struct sigaction action = {.sa_handler = note_nothing, .sa_flags = SA_RESTART};
    struct sigaction before;
    if (sigaction(SIGPIPE, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
        sigaction(SIGPIPE, &action, NULL);
}

/* errno of the first write that failed, or 0. */
static int output_lost(const struct building *building)
{
    return building->stream ? event_stream_lost(building->stream)
                            : status_output_lost(building->status);
}

/*
 * `jig build | head`: with the reader gone the build is stopped the way a user stops it, so that
 * no job is left behind and what has been done is kept.
 */
static void stop_unread(struct building *building, struct jig_session *session)
{
    if (building->stopping || output_lost(building) != EPIPE || building->request->dry_run)
        return;
    /* Programs are told things before jobs run, when a signal would end this process at once. */
    bool cancels = building->hosted || building->stream;
    building->stopping = !cancels || session;
    if (!cancels)
        raise(SIGTERM);
    else if (session)
        jig_session_cancel(session);
}

static void on_event(void *context, const struct jig_event *event)
{
    const struct work *work = context;
    struct building *building = work->building;
    if (!building)
        return;
    if (building->before_event && !building->before_event(building->context, event))
        return;
    if (building->stream)
        event_stream_tell(building->stream, event, work->session ? work->session->graph : NULL);
    else
        status_event(building->status, event);
    stop_unread(building, work->session);
}

/* ---- the session ------------------------------------------------------------------------- */

enum jig_status building_open(struct building *building, struct work *work, struct jig_error *error)
{
    const struct build_request *request = building->request;
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    options.manifest = building->place.manifest;
    options.state_dir = building->place.state_dir;
    options.no_cache = request->no_cache;
    options.read_only = request->dry_run;
    options.once = building->once;
    options.phony_cycle_error = request->phony_cycle_error;
    options.on_event = on_event;
    options.context = work;
    options.trace = request->trace != NULL;
    work->building = building;
    enum jig_status status = jig_session_open(&options, &work->session, error);
    work->building = NULL;
    return status;
}

void work_close(struct work *work)
{
    jig_session_close(work->session);
    work->session = NULL;
}

/* How often the presenter has to be called, in ms; 0: it need not be. */
static uint32_t tick_ms(const struct building *building)
{
    if (building->tick_ms)
        return building->tick_ms;
    if (building->form == PROGRESS_AREA && !building->request->quiet)
        return STATUS_AREA_TICK_MS;
    bool each_second = building->stream || building->form == PROGRESS_SPARSE ||
                       status_format_tells_time(&building->format);
    return each_second ? TICK_MS : 0;
}

static struct jig_build_options build_options(const struct building *building)
{
    const struct build_request *request = building->request;
    struct jig_build_options options = JIG_BUILD_OPTIONS;
    options.targets = (const char *const *)request->targets;
    options.target_count = (uint32_t)request->target_count;
    options.slots = building->slots;
    options.jobserver = building->jobserver;
    options.failures = request->failures;
    options.max_load = request->max_load;
    options.dry_run = request->dry_run;
    options.keep_rspfile = request->keep_rspfile;
    options.keep_depfile = request->keep_depfile;
    options.tick_ms = tick_ms(building);
    if (building->place.pipelines) {
        const struct choice *choice = &building->choice;
        options.targets = (const char *const *)choice->targets.data;
        options.target_count = choice->targets.count;
        options.depth = request->depth;
        options.only_affected = choice->only_affected || choice->nothing;
        if (!choice->nothing) {
            options.filters = (const char *const *)choice->filters.data;
            options.filter_count = choice->filters.count;
            options.affected = (const char *const *)choice->affected.paths.data;
            options.affected_count = choice->affected.paths.count;
        }
    }
    return options;
}

enum jig_status building_run(struct building *building, struct work *work,
                             const struct jig_change_set *changes, struct jig_error *error)
{
    struct jig_session *session = work->session;
    struct jig_build_result *result = &building->results.build;
    choice_fit(&building->choice, &building->place, session->graph);
    struct jig_build_options options = build_options(building);
    work->building = building;
    enum jig_status status = changes ? jig_session_update(session, changes, &options, result, error)
                                     : jig_session_build(session, &options, result, error);
    if (choice_fit(&building->choice, &building->place, session->graph)) {
        /* The graph is another one now, in which something else is wanted. */
        options = build_options(building);
        status = jig_session_build(session, &options, result, error);
    }
    work->building = NULL;
    return status;
}

/* ---- before and after -------------------------------------------------------------------- */

/* The first option of the request that only pipelines know, or NULL. */
static const char *pipeline_option(const struct build_request *request)
{
    const struct {
        bool given;
        const char *name;
    } options[] = {
        {request->filters.count > 0, "--filter"},  {request->depth != JIG_UNLIMITED, "--depth"},
        {request->affected != NULL, "--affected"}, {request->no_cache, "--no-cache"},
        {request->delta != NULL, "--write-delta"},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (options[i].given)
            return options[i].name;
    }
    return NULL;
}

/* Whether the request makes sense at this place. False: told. */
static bool check(const struct building *building)
{
    const struct build_request *request = building->request;
    if (request->delta && request->dry_run) {
        face_wrong_usage(building->face, "jig help build",
                         "-n changes nothing, so there is no delta to write");
        return false;
    }
    if (request->json && request->show_cache) {
        face_wrong_usage(building->face, "jig help build",
                         "--show-cache is for people; 'jig cache --json' tells programs");
        return false;
    }
    const char *option = pipeline_option(request);
    if (!building->place.pipelines && option) {
        face_wrong_usage(building->face, "jig help build", "%s is for pipelines; '%s' has targets",
                         option, building->place.manifest);
        return false;
    }
    return true;
}

static bool find_format(struct building *building, int *code)
{
    struct jig_error error = {0};
    *code = face_exit_code(building->face, JIG_ERROR_USAGE, 0);
    if (!parse_format(building, &error))
        return true;
    *code = face_wrong_usage(building->face, "jig help build", "%s", error.message);
    return false;
}

bool building_find_place(struct building *building, int *code)
{
    const struct build_request *request = building->request;
    return find_format(building, code) &&
           place_enter(building->face, request, !request->quiet && !request->json,
                       &building->place) &&
           check(building);
}

bool building_take_place(struct building *building, const struct place *place, int *code)
{
    place_copy(&building->place, place);
    return find_format(building, code) && check(building);
}

bool building_choose(struct building *building, int *code)
{
    struct jig_error error = {0};
    if (!building->place.pipelines ||
        !choice_make(&building->choice, &building->place, building->request, &error))
        return true;
    face_error(building->face, &error);
    *code = face_exit_code(building->face, JIG_ERROR_USAGE, 0);
    return false;
}

bool building_prepare(struct building *building, int *code)
{
    return building_find_place(building, code) && building_choose(building, code);
}

void building_free(struct building *building)
{
    status_format_free(&building->format);
    choice_free(&building->choice);
    place_free(&building->place);
}

void building_tell_jobs(const struct jig_build_result *result)
{
    printf("jig: %" PRIu32 " %s run", result->jobs_run,
           text_plural(result->jobs_run, "job", "jobs"));
    if (result->jobs_failed)
        printf(" (%" PRIu32 " failed)", result->jobs_failed);
    printf(", %" PRIu32 " spared", result->jobs_passed);
}

/* Says what a build of pipelines came to: its jobs' own lines may have been written over. */
static void tell_sum(const struct building *building)
{
    const struct jig_build_result *result = &building->results.build;
    const struct delta_counts *delta = &building->results.delta;
    building_tell_jobs(result);
    printf("; outputs: %" PRIu32 " added, %" PRIu32 " updated, %" PRIu32 " removed\n", delta->added,
           delta->updated, delta->removed);
}

/* The same where there is nothing to say of outputs, for logs that have no line a job. */
static void tell_short_sum(const struct building *building)
{
    building_tell_jobs(&building->results.build);
    printf("\n");
}

bool building_was_idle(const struct building *building)
{
    const struct jig_build_result *result = &building->results.build;
    /* Pipelines are built in rounds; that the last of them was idle does not say much. */
    bool busy = building->place.pipelines && (result->jobs_run || result->outputs_removed);
    return (!building->status || status_was_idle(building->status)) && !busy;
}

/* Says how it ended, where the jobs' own lines do not. */
static void tell_end(const struct building *building, enum jig_status status,
                     const struct jig_error *error)
{
    const char *name = face_name(building->face);
    bool idle = building_was_idle(building);
    if (status == JIG_ERROR_JOB || status == JIG_ERROR_INTERRUPTED || status == JIG_ERROR_CANCELLED)
        printf("%s: build stopped: %s.\n", name, error->message);
    else if (status)
        face_error(building->face, error);
    else if (idle && !building->request->quiet)
        printf("%s: no work to do.\n", name);
    if (building->request->quiet || building->request->dry_run || idle)
        return;
    if (building->place.pipelines)
        tell_sum(building);
    else if (building->form == PROGRESS_SPARSE && (building->once || building->hosted))
        tell_short_sum(building);
}

/* Whatever else happened, output that got lost is an error. */
static int exit_code(const struct building *building, int code)
{
    int lost = output_lost(building);
    if (!lost && fflush(stdout))
        lost = errno;
    if (lost == EPIPE)
        return EXIT_READER_GONE;
    if (!lost)
        return code;
    face_complain(building->face, "cannot write to standard output: %s", strerror(lost));
    return code ? code : face_exit_code(building->face, JIG_ERROR_IO, 0);
}

/* As Chrome has traces; for those who want it in a file of their own. */
static void write_trace(const struct building *building, const struct jig_session *session)
{
    struct buf path = {0};
    if (!building->request->trace || !session)
        return;
    place_spell(&building->place, building->request->trace, &path);
    FILE *file = fopen(path.data, "we");
    int errnum = file ? 0 : errno;
    if (file) {
        trace_chrome_write(session_trace(session), file);
        errnum = ferror(file) ? EIO : 0;
        if (fclose(file) != 0)
            errnum = errno;
    }
    if (errnum)
        face_complain(building->face, "cannot write %s: %s", path.data, strerror(errnum));
    buf_free(&path);
}

void building_tell_end(struct building *building, enum jig_status status,
                       const struct jig_error *error, int code)
{
    const struct event_stream_ending ending = {
        .status = status,
        .error = error,
        .exit_code = code,
        .result = &building->results.build,
        .outputs = building->place.pipelines ? &building->results.delta : NULL,
    };
    if (building->stream)
        event_stream_end(building->stream, &ending);
}

static void tell_people(struct building *building, enum jig_status status,
                        const struct jig_error *error)
{
    status_end(building->status);
    tell_end(building, status, error);
    fputs(buf_cstr(&building->results.cache), stdout);
    stats_write(building->request->stats, &building->results.build, stdout);
}

int building_tell(struct building *building, struct work *work, enum jig_status status,
                  const struct jig_error *error)
{
    const struct build_request *request = building->request;
    struct results *results = &building->results;
    if (building->face == FACE_JIG)
        results_take(results, request, &building->place, work->session, status);
    if (!building->stream)
        tell_people(building, status, error);
    write_trace(building, work->session);
    if (!status && results->delta_lost)
        status = JIG_ERROR_IO;
    int code = face_exit_code(building->face, status, results->build.exit_code);
    building_tell_end(building, status, error, code);
    return exit_code(building, code);
}

/* ---- begin and end ----------------------------------------------------------------------- */

static void open_stream(struct building *building)
{
    const struct build_request *request = building->request;
    const struct event_stream_about about = {
        .directory = building->place.root,
        .manifest = building->place.manifest,
        .targets = (const char *const *)request->targets,
        .target_count = (size_t)request->target_count,
        .filters = request->filters.data,
        .filter_count = request->filters.count,
        .dry_run = request->dry_run,
    };
    building->stream = event_stream_open(&about);
}

/* A ninja has one line; so has who wants whole commands, each on a line that stays. */
static enum progress_form form_of(const struct building *building, const struct terminal *terminal)
{
    if (building->face == FACE_NINJA || building->request->verbose)
        return PROGRESS_LINE;
    return progress_form_choose(building->request->progress, terminal, getenv("CI"));
}

static bool is_in_github_actions(void)
{
    const char *value = getenv("GITHUB_ACTIONS");
    return value && strcmp(value, "true") == 0;
}

static void create_status(struct building *building)
{
    const struct build_request *request = building->request;
    struct terminal terminal = terminal_detect(STDOUT_FILENO);
    building->form = form_of(building, &terminal);
    const struct status_options options = {
        .face = building->face,
        .out = stdout,
        .err = stderr,
        .terminal = terminal,
        .form = building->form,
        .format = &building->format,
        .usual_format = !request->status && !getenv("NINJA_STATUS"),
        .verbose = request->verbose,
        .quiet = request->quiet,
        .explain = request->explain,
        .annotate = building->form == PROGRESS_SPARSE && is_in_github_actions(),
        .slots = building->slots,
    };
    building->status = status_create(&options);
}

/* Makes room for as many jobs as make has tokens for, if make is there to be asked. */
static enum jig_status join_jobserver(struct building *building, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    if (!building->hosted && building_heeds_jobserver(building->request))
        status = jig_jobserver_open(getenv("MAKEFLAGS"), &building->jobserver, error);
    if (building->jobserver)
        building->slots = JIG_UNLIMITED;
    return status;
}

static void tell_jobserver(struct building *building, enum jig_status status,
                           const struct jig_error *error)
{
    static const struct jig_progress idle;
    struct jig_error what = *error;
    const struct jig_event event = {.kind = JIG_EVENT_NOTICE, .progress = &idle, .notice = &what};
    if (building->jobserver && building->face == FACE_NINJA && !building->request->quiet)
        printf("ninja: Jobserver mode detected: %s\n", getenv("MAKEFLAGS"));
    if (!status)
        return;
    snprintf(what.message, sizeof what.message, "building without make's jobserver: %.1900s",
             error->message);
    if (building->stream)
        event_stream_tell(building->stream, &event, NULL);
    else
        status_event(building->status, &event);
}

bool building_heeds_jobserver(const struct build_request *request)
{
    return !request->slots && !request->dry_run;
}

void building_begin(struct building *building)
{
    const struct build_request *request = building->request;
    struct jig_error error = {0};
    survive_closed_pipe();
    building->results.build = (struct jig_build_result)JIG_BUILD_RESULT;
    building->slots =
        request->slots ? request->slots : processors_default_slots(processors_available());
    enum jig_status status = join_jobserver(building, &error);
    if (request->json)
        open_stream(building);
    else
        create_status(building);
    tell_jobserver(building, status, &error);
}

void building_end(struct building *building)
{
    status_destroy(building->status);
    building->status = NULL;
    event_stream_close(building->stream);
    building->stream = NULL;
    jig_jobserver_close(building->jobserver);
    building->jobserver = NULL;
    results_free(&building->results);
    building->results = (struct results){0};
}
