#include "tools/jig/daemon_warm.h"

#include "engine/session/internal.h"
#include "tools/jig/building.h"
#include "tools/jig/daemon_fresh.h"

#include <pthread.h>
#include <stdlib.h>

struct daemon_warm {
    struct daemon_warm_options options;
    struct work work; /* no session: none has been opened, or it was of no use any more */
    struct jig_change_set *changes;
    bool looked;            /* it has looked at everything once, its folders being watched */
    bool finished;          /* the last build came to an end that leaves the session sound */
    bool follow;            /* it has folders that are not watched yet */
    char *const *variables; /* of the build that is going on */
    struct buf listed;      /* the variables that count, as they were in the last build */
    pthread_mutex_t mutex;
    struct daemon_fresh *fresh; /* replaced under the mutex; NULL as long as there is no session */
};

/* ---- life -------------------------------------------------------------------------------- */

struct daemon_warm *daemon_warm_create(const struct daemon_warm_options *options)
{
    struct daemon_warm *warm = mem_zalloc(sizeof *warm);
    warm->options = *options;
    warm->changes = jig_change_set_create();
    pthread_mutex_init(&warm->mutex, NULL);
    return warm;
}

static void set_fresh(struct daemon_warm *warm, struct daemon_fresh *fresh)
{
    pthread_mutex_lock(&warm->mutex);
    struct daemon_fresh *old = warm->fresh;
    warm->fresh = fresh;
    pthread_mutex_unlock(&warm->mutex);
    daemon_fresh_destroy(old);
}

/* Closes the session, which writes down what it has put off. */
static void drop(struct daemon_warm *warm)
{
    set_fresh(warm, NULL);
    work_close(&warm->work);
    jig_change_set_clear(warm->changes);
}

/* The same when somebody else has written meanwhile: what he left is newer. */
static void drop_unsaved(struct daemon_warm *warm)
{
    warm->work.session->unsaved = warm->work.session->deferred = false;
    drop(warm);
}

void daemon_warm_destroy(struct daemon_warm *warm, bool save)
{
    if (!warm)
        return;
    bool same = false;
    if (warm->work.session &&
        (!save || state_regain(warm->work.session->state, false, &same, NULL) || !same))
        drop_unsaved(warm);
    drop(warm);
    jig_change_set_destroy(warm->changes);
    buf_free(&warm->listed);
    pthread_mutex_destroy(&warm->mutex);
    free(warm);
}

/* ---- opening ----------------------------------------------------------------------------- */

/* Takes the kept session for a build, or closes it if it is of no use any more. */
static enum jig_status take_again(struct daemon_warm *warm, struct building *building,
                                  struct jig_error *error)
{
    struct jig_session *session = warm->work.session;
    bool same = false;
    warm->work.building = building; /* which tells whom it waits for */
    enum jig_status status = state_regain(session->state, true, &same, error);
    warm->work.building = NULL;
    if (status || !same)
        drop_unsaved(warm);
    else if (session->options.phony_cycle_error != building->request->phony_cycle_error)
        drop(warm);
    return status;
}

static enum jig_status open_session(struct daemon_warm *warm, struct building *building,
                                    struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    warm->finished = false;
    if (warm->work.session)
        status = take_again(warm, building, error);
    if (warm->work.session || status)
        return status;
    status = building_open(building, &warm->work, error);
    if (status)
        return status;
    warm->looked = false;
    set_fresh(warm, daemon_fresh_create(warm->options.log, warm->options.context));
    warm->options.kept(warm->options.context, warm->work.session->state_directory);
    return JIG_OK;
}

/* ---- building ---------------------------------------------------------------------------- */

/* The value of a variable in an environment that is not this process' own; NULL: not set. */
static const char *value_in(char *const *variables, const char *name)
{
    size_t length = strlen(name);
    for (; *variables; variables++) {
        if (strncmp(*variables, name, length) == 0 && (*variables)[length] == '=')
            return *variables + length + 1;
    }
    return NULL;
}

/* Whether variables that pipelines list are others than in the last build. */
static bool is_another_environment(struct daemon_warm *warm)
{
    struct buf now = {0};
    const struct pipelines *pipelines = warm->work.session->pipelines;
    for (uint32_t i = 0; pipelines && i < pipelines->config.pipeline_count; i++) {
        const struct string_list *env = &pipelines->config.pipelines[i].env;
        for (uint32_t k = 0; k < env->count; k++) {
            const char *value = value_in(warm->variables, env->data[k]);
            buf_printf(&now, "%s%s%s", env->data[k], value ? "=" : "", value ? value : "");
            buf_append_char(&now, '\0');
        }
    }
    bool another = now.length != warm->listed.length ||
                   (now.length && memcmp(now.data, warm->listed.data, now.length) != 0);
    buf_free(&warm->listed);
    warm->listed = now;
    return another;
}

/*
 * What a session was opened with may have changed until its folders are watched. So they are
 * watched first, and then it looks at everything, also at what it has seen while it was opened.
 */
static void prepare_first_look(struct daemon_warm *warm)
{
    daemon_fresh_begin(warm->fresh, warm->work.session);
    warm->work.session->just_loaded = false;
    jig_change_set_lose(warm->changes, "the daemon has just begun");
}

static void find_changes(struct daemon_warm *warm)
{
    if (!warm->looked)
        prepare_first_look(warm);
    else
        daemon_fresh_take(warm->fresh, warm->work.session->state_directory, warm->changes);
    if (is_another_environment(warm) && warm->looked)
        jig_change_set_lose(warm->changes, "the environment changed");
}

/* A cancelled build looks as one that was interrupted on a terminal. */
static enum jig_status as_interrupted(struct building *building, struct jig_error *error)
{
    building->results.build.exit_code = EXIT_INTERRUPTED;
    return jig_fail(error, JIG_ERROR_INTERRUPTED, "interrupted by user");
}

static enum jig_status run(struct daemon_warm *warm, struct building *building,
                           struct jig_error *error)
{
    struct jig_session *session = warm->work.session;
    if (!warm->options.begin(warm->options.context, session))
        return as_interrupted(building, error);
    find_changes(warm);
    enum jig_status status = building_run(building, &warm->work, warm->changes, error);
    warm->options.end(warm->options.context);
    jig_session_uncancel(session);
    if (status == JIG_ERROR_CANCELLED)
        status = as_interrupted(building, error);
    bool reached = status == JIG_OK || status == JIG_ERROR_JOB;
    if (reached) /* else the next build has to look at these, too */
        jig_change_set_clear(warm->changes);
    warm->finished = reached || status == JIG_ERROR_INTERRUPTED;
    warm->follow = building->results.build.folders_changed || !warm->looked;
    warm->looked |= reached;
    return status;
}

/* Keeps the session for the next build, if that can rely on it. */
static void put_away(struct daemon_warm *warm)
{
    struct jig_session *session = warm->work.session;
    if (!session)
        return;
    /* Inside of another's build the session may not write, and would not later either. */
    if (!warm->finished || state_is_joined(session->state) || !session->graph) {
        drop(warm);
        return;
    }
    if (warm->follow)
        daemon_fresh_follow(warm->fresh, session);
    state_lend(session->state);
}

static int build(struct daemon_warm *warm, struct building *building)
{
    struct jig_error error = {0};
    building_begin(building);
    enum jig_status status = open_session(warm, building, &error);
    if (!status)
        status = run(warm, building, &error);
    int code = building_tell(building, &warm->work, status, &error);
    put_away(warm);
    building_end(building);
    return code;
}

int daemon_warm_build(struct daemon_warm *warm, const struct build_request *request,
                      const struct place *place, char *const *variables)
{
    struct building building = {.face = FACE_JIG, .request = request, .hosted = true};
    int code;
    warm->variables = variables;
    if (building_take_place(&building, place, &code) && building_choose(&building, &code))
        code = build(warm, &building);
    building_free(&building);
    return code;
}

/* ---- telling ----------------------------------------------------------------------------- */

uint64_t daemon_warm_idle_ms(const struct daemon_warm *warm)
{
    return warm->work.session && warm->work.session->pipelines
               ? warm->work.session->pipelines->config.daemon_idle_ms
               : 0;
}

void daemon_warm_describe(struct daemon_warm *warm, struct daemon_state *state)
{
    uint32_t watched = 0, polled = 0;
    pthread_mutex_lock(&warm->mutex);
    if (warm->fresh)
        daemon_fresh_count(warm->fresh, &watched, &polled);
    state->warm = warm->fresh != NULL;
    pthread_mutex_unlock(&warm->mutex);
    state->watched = watched;
    state->polled = polled;
}
