#include "tools/jig/daemon_warm.h"

#include "engine/session/internal.h"
#include "tools/jig/daemon_fresh.h"

#include <pthread.h>
#include <stdlib.h>

struct daemon_warm {
    struct daemon_warm_options options;
    struct jig_session *session; /* NULL: none */
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
    jig_session_close(warm->session);
    warm->session = NULL;
    jig_change_set_clear(warm->changes);
}

/* The same when somebody else has written meanwhile: what he left is newer. */
static void drop_unsaved(struct daemon_warm *warm)
{
    warm->session->unsaved = warm->session->deferred = false;
    drop(warm);
}

void daemon_warm_destroy(struct daemon_warm *warm, bool save)
{
    if (!warm)
        return;
    bool same = false;
    if (warm->session && (!save || state_regain(warm->session->state, false, &same, NULL) || !same))
        drop_unsaved(warm);
    drop(warm);
    jig_change_set_destroy(warm->changes);
    buf_free(&warm->listed);
    pthread_mutex_destroy(&warm->mutex);
    free(warm);
}

/* ---- opening ----------------------------------------------------------------------------- */

/* Takes the kept session for a build with these options, or closes it if it is of no use any more.
 */
static enum jig_status take_again(struct daemon_warm *warm,
                                  const struct jig_session_options *options,
                                  struct jig_error *error)
{
    struct jig_session *session = warm->session;
    bool same = false;
    session->options.on_event = options->on_event;
    session->options.context = options->context;
    enum jig_status status = state_regain(session->state, true, &same, error);
    if (status || !same)
        drop_unsaved(warm);
    else if (session->options.phony_cycle_error != options->phony_cycle_error)
        drop(warm);
    return status;
}

static enum jig_status open_anew(struct daemon_warm *warm,
                                 const struct jig_session_options *options, struct jig_error *error)
{
    struct jig_session_options own = *options;
    own.manifest = warm->options.manifest; /* which outlive this build */
    own.state_dir = warm->options.state_dir;
    own.once = false;
    enum jig_status status = jig_session_open(&own, &warm->session, error);
    if (status)
        return status;
    warm->looked = false;
    set_fresh(warm, daemon_fresh_create(warm->options.log, warm->options.context));
    warm->options.kept(warm->options.context, warm->session->state_directory);
    return JIG_OK;
}

static enum jig_status open_session(void *context, const struct jig_session_options *options,
                                    struct jig_session **session, struct jig_error *error)
{
    struct daemon_warm *warm = context;
    enum jig_status status = JIG_OK;
    warm->finished = false;
    if (warm->session)
        status = take_again(warm, options, error);
    if (!warm->session && !status)
        status = open_anew(warm, options, error);
    *session = warm->session;
    return status;
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
    const struct pipelines *pipelines = warm->session->pipelines;
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
    daemon_fresh_begin(warm->fresh, warm->session);
    warm->session->just_loaded = false;
    jig_change_set_lose(warm->changes, "the daemon has just begun");
}

static void find_changes(struct daemon_warm *warm)
{
    if (!warm->looked)
        prepare_first_look(warm);
    else
        daemon_fresh_take(warm->fresh, warm->session->state_directory, warm->changes);
    if (is_another_environment(warm) && warm->looked)
        jig_change_set_lose(warm->changes, "the environment changed");
}

/* A cancelled build looks as one that was interrupted on a terminal. */
static enum jig_status as_interrupted(struct jig_build_result *result, struct jig_error *error)
{
    result->exit_code = 130;
    return jig_fail(error, JIG_ERROR_INTERRUPTED, "interrupted by user");
}

static enum jig_status build(void *context, struct jig_session *session,
                             const struct jig_build_options *options,
                             struct jig_build_result *result, struct jig_error *error)
{
    struct daemon_warm *warm = context;
    if (!warm->options.begin(warm->options.context, session))
        return as_interrupted(result, error);
    find_changes(warm);
    enum jig_status status = jig_session_update(session, warm->changes, options, result, error);
    warm->options.end(warm->options.context);
    jig_session_uncancel(session);
    jig_change_set_clear(warm->changes);
    if (status == JIG_ERROR_CANCELLED)
        status = as_interrupted(result, error);
    warm->finished = status == JIG_OK || status == JIG_ERROR_JOB || status == JIG_ERROR_INTERRUPTED;
    warm->follow = result->folders_changed || !warm->looked;
    warm->looked |= warm->finished;
    return status;
}

static void stop(void *context)
{
    struct daemon_warm *warm = context;
    jig_session_cancel(warm->session);
}

/* ---- closing ----------------------------------------------------------------------------- */

static void close_session(void *context, struct jig_session *session, enum jig_status status)
{
    struct daemon_warm *warm = context;
    (void)status;
    if (!session)
        return;
    /* Inside of another's build the session may not write, and would not later either. */
    if (!warm->finished || state_is_joined(session->state) || !session->graph) {
        drop(warm);
        return;
    }
    if (warm->follow)
        daemon_fresh_follow(warm->fresh, session);
    session->options.on_event = NULL;
    session->options.context = NULL;
    state_lend(session->state);
}

struct build_host daemon_warm_host(struct daemon_warm *warm, char *const *variables)
{
    warm->variables = variables;
    return (struct build_host){.context = warm,
                               .open = open_session,
                               .build = build,
                               .stop = stop,
                               .close = close_session};
}

/* ---- telling ----------------------------------------------------------------------------- */

uint64_t daemon_warm_idle_ms(const struct daemon_warm *warm)
{
    return warm->session && warm->session->pipelines
               ? warm->session->pipelines->config.daemon_idle_ms
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
