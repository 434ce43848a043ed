#include "tools/jig/run_build.h"

#include "jig/scheduler.h"
#include "tools/jig/processors.h"
#include "tools/jig/stats.h"
#include "tools/jig/status.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TICK_MS = 1000, EXIT_READER_GONE = 128 + SIGPIPE };

/* A build on its way. */
struct building {
    enum face face;
    const struct build_request *request;
    struct status_format format;
    struct status *status;
    struct jig_trace *trace;
    uint32_t slots;
    bool stopping; /* because nobody reads what is written */
};

bool enter_directory(enum face face, const struct build_request *request, bool tell)
{
    if (!request->directory)
        return true;
    if (tell) {
        /* Editors look for this line, quotes included, to find the files that messages name. */
        printf("%s: Entering directory `%s'\n", face_name(face), request->directory);
        fflush(stdout);
    }
    if (chdir(request->directory) == 0)
        return true;
    face_wrong_usage(face, "jig help build", "chdir to '%s' - %s", request->directory,
                     strerror(errno));
    return false;
}

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
    raise(SIGTERM);
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
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    options.manifest = building->request->manifest;
    options.read_only = building->request->dry_run;
    options.phony_cycle_error = building->request->phony_cycle_error;
    options.on_event = on_event;
    options.context = building;
    options.trace = building->trace;
    return jig_session_open(&options, session, error);
}

static enum jig_status build(struct building *building, struct jig_build_result *result,
                             struct jig_error *error)
{
    const struct build_request *request = building->request;
    struct jig_session *session;
    enum jig_status status = open_session(building, &session, error);
    if (status)
        return status;
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
    status = jig_session_build(session, &options, result, error);
    jig_session_close(session);
    return status;
}

/* Says how it ended, where the jobs' own lines do not. */
static void tell_end(const struct building *building, enum jig_status status,
                     const struct jig_error *error)
{
    const char *name = face_name(building->face);
    if (status == JIG_ERROR_JOB || status == JIG_ERROR_INTERRUPTED)
        printf("%s: build stopped: %s.\n", name, error->message);
    else if (status)
        face_error(building->face, error);
    else if (status_was_idle(building->status) && !building->request->quiet)
        printf("%s: no work to do.\n", name);
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
    if (building->trace &&
        jig_trace_write_chrome(building->trace, building->request->trace, &error))
        face_error(building->face, &error);
}

int run_build(enum face face, const struct build_request *request)
{
    struct building building = {.face = face, .request = request};
    struct jig_error error = {0};
    if (parse_format(&building, &error)) {
        status_format_free(&building.format);
        return face_wrong_usage(face, "jig help build", "%s", error.message);
    }
    if (!enter_directory(face, request, !request->quiet)) {
        status_format_free(&building.format);
        return face_exit_code(face, JIG_ERROR_USAGE, 0);
    }
    survive_closed_pipe();
    building.slots =
        request->slots ? request->slots : processors_default_slots(processors_available());
    const struct status_options options = {
        .face = face,
        .out = stdout,
        .err = stderr,
        .terminal = terminal_detect(STDOUT_FILENO),
        .format = &building.format,
        .verbose = request->verbose,
        .quiet = request->quiet,
        .explain = request->explain,
        .slots = building.slots,
    };
    building.status = status_create(&options);
    building.trace = create_trace(request);

    struct jig_build_result result = {0};
    enum jig_status status = build(&building, &result, &error);
    status_end(building.status);
    tell_end(&building, status, &error);
    stats_write(request->stats, &result, stdout);
    write_trace(&building);
    int code = exit_code(&building, face_exit_code(face, status, result.exit_code));

    jig_trace_destroy(building.trace);
    status_destroy(building.status);
    status_format_free(&building.format);
    return code;
}
