#include "tools/jig/run_build.h"

#include "engine/session/internal.h"
#include "jig/scheduler.h"
#include "tools/jig/choice.h"
#include "tools/jig/daemon_client.h"
#include "tools/jig/processors.h"
#include "tools/jig/results.h"
#include "tools/jig/stats.h"
#include "tools/jig/status.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TICK_MS = 1000, EXIT_READER_GONE = 128 + SIGPIPE };

/* A build on its way. */
struct building {
    enum face face;
    const struct build_request *request;
    const struct build_host *host;
    struct place place;   /* entered */
    struct choice choice; /* of pipelines */
    struct status_format format;
    struct status *status;
    struct jig_trace *trace;
    uint32_t slots;
    bool stopping; /* because nobody reads what is written */
    struct results results;
};

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

/*
 * `jig build | head`: with the reader gone the build is stopped the way a user stops it, so that
 * no job is left behind and what has been done is kept.
 */
static void on_event(void *context, const struct jig_event *event)
{
    struct building *building = context;
    status_event(building->status, event);
    if (building->stopping || status_output_lost(building->status) != EPIPE ||
        building->request->dry_run)
        return;
    building->stopping = true;
    building->host->stop(building->host->context);
}

/* ---- the build --------------------------------------------------------------------------- */

static struct jig_trace *create_trace(const struct build_request *request)
{
    if (!request->trace)
        return NULL;
    /* The session's pool will have as many workers as this one; neither has threads yet. */
    struct jig_pool *pool = jig_pool_create(0);
    struct jig_trace *trace = jig_trace_create(jig_pool_threads(pool));
    jig_pool_destroy(pool);
    return trace;
}

static enum jig_status open_session(struct building *building, struct jig_session **session,
                                    struct jig_error *error)
{
    const struct build_request *request = building->request;
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    options.manifest = building->place.manifest;
    options.state_dir = building->place.state_dir;
    options.no_cache = request->no_cache;
    options.read_only = request->dry_run;
    options.once = true;
    options.phony_cycle_error = request->phony_cycle_error;
    options.on_event = on_event;
    options.context = building;
    options.trace = building->trace;
    return building->host->open(building->host->context, &options, session, error);
}

static struct jig_build_options build_options(const struct building *building)
{
    const struct build_request *request = building->request;
    struct jig_build_options options = JIG_BUILD_OPTIONS;
    options.targets = (const char *const *)request->targets;
    options.target_count = (uint32_t)request->target_count;
    options.slots = building->slots;
    options.failures = request->failures;
    options.max_load = request->max_load;
    options.dry_run = request->dry_run;
    options.keep_rspfile = request->keep_rspfile;
    options.keep_depfile = request->keep_depfile;
    options.tick_ms = status_format_tells_time(&building->format) ? TICK_MS : 0;
    if (building->place.pipelines) {
        const struct choice *choice = &building->choice;
        options.targets = (const char *const *)choice->targets.data;
        options.target_count = choice->targets.count;
        options.filters = (const char *const *)choice->filters.data;
        options.filter_count = choice->filters.count;
        options.depth = request->depth;
        options.affected = (const char *const *)choice->affected.paths.data;
        options.affected_count = choice->affected.paths.count;
        options.only_affected = choice->only_affected;
    }
    return options;
}

static enum jig_status build(struct building *building, struct jig_error *error)
{
    const struct build_request *request = building->request;
    const struct build_host *host = building->host;
    struct jig_session *session;
    enum jig_status status = open_session(building, &session, error);
    if (!status) {
        choice_fit(&building->choice, &building->place, session->graph);
        struct jig_build_options options = build_options(building);
        status = host->build(host->context, session, &options, &building->results.build, error);
    }
    if (building->face == FACE_JIG)
        results_take(&building->results, request, &building->place, session, status);
    host->close(host->context, session, status);
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
    const char *option = pipeline_option(request);
    if (!building->place.pipelines && option) {
        face_wrong_usage(building->face, "jig help build", "%s is for pipelines; '%s' has targets",
                         option, building->place.manifest);
        return false;
    }
    return true;
}

/* Finds out what of the manifest is wanted. False: told. */
static bool choose(struct building *building)
{
    struct jig_error error = {0};
    if (!building->place.pipelines ||
        !choice_make(&building->choice, &building->place, building->request, &error))
        return true;
    face_error(building->face, &error);
    return false;
}

/* Says what a build of pipelines came to: its jobs' own lines may have been written over. */
static void tell_sum(const struct building *building)
{
    const struct jig_build_result *result = &building->results.build;
    const struct delta_counts *delta = &building->results.delta;
    printf("jig: %" PRIu32 " %s run, %" PRIu32 " spared; outputs: %" PRIu32 " added, %" PRIu32
           " updated, %" PRIu32 " removed\n",
           result->jobs_run, result->jobs_run == 1 ? "job" : "jobs", result->jobs_passed,
           delta->added, delta->updated, delta->removed);
}

/* Whether nothing was done, as far as the user is concerned. */
static bool was_idle(const struct building *building)
{
    const struct jig_build_result *result = &building->results.build;
    /* Pipelines are built in rounds; that the last of them was idle does not say much. */
    bool busy = building->place.pipelines && (result->jobs_run || result->outputs_removed);
    return status_was_idle(building->status) && !busy;
}

/* Says how it ended, where the jobs' own lines do not. */
static void tell_end(const struct building *building, enum jig_status status,
                     const struct jig_error *error)
{
    const char *name = face_name(building->face);
    bool idle = was_idle(building);
    if (status == JIG_ERROR_JOB || status == JIG_ERROR_INTERRUPTED)
        printf("%s: build stopped: %s.\n", name, error->message);
    else if (status)
        face_error(building->face, error);
    else if (idle && !building->request->quiet)
        printf("%s: no work to do.\n", name);
    if (building->place.pipelines && !building->request->quiet && !building->request->dry_run &&
        !idle)
        tell_sum(building);
}

/* Whatever else happened, output that got lost is an error. */
static int exit_code(const struct building *building, int code)
{
    int lost = status_output_lost(building->status);
    if (!lost && fflush(stdout))
        lost = errno;
    if (lost == EPIPE)
        return EXIT_READER_GONE;
    if (!lost)
        return code;
    face_complain(building->face, "cannot write to standard output: %s", strerror(lost));
    return code ? code : face_exit_code(building->face, JIG_ERROR_IO, 0);
}

static void write_trace(const struct building *building)
{
    struct jig_error error;
    struct buf path = {0};
    if (!building->trace)
        return;
    place_spell(&building->place, building->request->trace, &path);
    if (jig_trace_write_chrome(building->trace, path.data, &error))
        face_error(building->face, &error);
    buf_free(&path);
}

/* The build proper: everything is ready, and what happens is shown. */
static int show_build(struct building *building)
{
    const struct build_request *request = building->request;
    struct jig_error error = {0};
    survive_closed_pipe();
    building->slots =
        request->slots ? request->slots : processors_default_slots(processors_available());
    const struct status_options options = {
        .face = building->face,
        .out = stdout,
        .err = stderr,
        .terminal = terminal_detect(STDOUT_FILENO),
        .format = &building->format,
        .verbose = request->verbose,
        .quiet = request->quiet,
        .explain = request->explain,
        .slots = building->slots,
    };
    building->status = status_create(&options);
    building->trace = create_trace(request);

    enum jig_status status = build(building, &error);
    status_end(building->status);
    tell_end(building, status, &error);
    fputs(buf_cstr(&building->results.cache), stdout);
    stats_write(request->stats, &building->results.build, stdout);
    write_trace(building);
    if (!status && building->results.delta_lost)
        status = JIG_ERROR_IO;
    int code = face_exit_code(building->face, status, building->results.build.exit_code);
    code = exit_code(building, code);

    jig_trace_destroy(building->trace);
    status_destroy(building->status);
    results_free(&building->results);
    return code;
}

/* The format is what a wrong request is told of first; it is the caller's to free. */
static bool begin(struct building *building)
{
    struct jig_error error = {0};
    if (!parse_format(building, &error))
        return true;
    face_wrong_usage(building->face, "jig help build", "%s", error.message);
    return false;
}

static void end(struct building *building)
{
    status_format_free(&building->format);
    choice_free(&building->choice);
}

int run_build(enum face face, const struct build_request *request)
{
    struct building building = {.face = face,
                                .request = request,
                                .host = &build_host_once,
                                .results.build = JIG_BUILD_RESULT};
    int code = face_exit_code(face, JIG_ERROR_USAGE, 0);
    if (begin(&building) && place_enter(face, request, !request->quiet, &building.place) &&
        check(&building)) {
        bool asks = face == FACE_JIG && daemon_client_is_wanted(request, &building.place);
        bool done = asks && daemon_client_build(request, &building.place, &code);
        if (!done && choose(&building))
            code = show_build(&building);
    }
    end(&building);
    place_free(&building.place);
    return code;
}

int run_build_hosted(const struct build_request *request, const struct place *place,
                     const struct build_host *host)
{
    struct building building = {.face = FACE_JIG,
                                .request = request,
                                .host = host,
                                .place = *place,
                                .results.build = JIG_BUILD_RESULT};
    int code = EXIT_UNABLE;
    if (begin(&building) && choose(&building))
        code = show_build(&building);
    end(&building);
    return code;
}
