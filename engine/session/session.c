/*
 * The conductor: open, build, close. A build reads from top to bottom of jig_session_build.
 */
#include "engine/base/io.h"
#include "engine/base/path.h"
#include "engine/manifest/ninja/ninja.h"
#include "engine/session/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* How often a manifest may be generated anew before we take it that it never settles. */
enum { REGENERATION_LIMIT = 100 };

const char *jig_version(void)
{
    return JIG_VERSION;
}

/* ---- open and close ---------------------------------------------------------------------- */

static void tell_waiting(void *context, int64_t holder)
{
    static const struct jig_progress idle;
    struct jig_session *session = context;
    struct jig_event event = {.kind = JIG_EVENT_WAITING, .progress = &idle, .holder = holder};
    if (session->options.on_event)
        session->options.on_event(session->options.context, &event);
}

char *session_choose_state_directory(const char *manifest, const char *given)
{
    struct buf path = {0};
    if (given)
        return mem_strndup(given, strlen(given));
    if (!session_names_pipelines(manifest)) {
        ninja_peek_builddir(manifest, &path);
    } else if (strcmp(manifest, "jig.yaml") != 0) {
        /* Of its own: what one manifest does not know of would be stale to it. */
        buf_printf(&path, ".jig-%s", manifest);
        return path.data;
    }
    if (path.length)
        buf_append_char(&path, '/');
    buf_append_str(&path, ".jig");
    return path.data;
}

static char *choose_state_directory(const struct jig_session *session)
{
    return session_choose_state_directory(session->manifest, session->options.state_dir);
}

/*
 * Options of a caller who was compiled against an older header are shorter, and what they lack is
 * as usual. False: they are of a newer one, or were never initialised.
 */
static bool take_options(const void *given, size_t size, void *known, size_t known_size)
{
    if (size <= sizeof(size_t) || size > known_size)
        return false;
    memcpy(known, given, size);
    memcpy(known, &known_size, sizeof known_size); /* each begins with its size */
    return true;
}

static enum jig_status open_state(struct jig_session *session, struct jig_error *error)
{
    const struct state_options options = {
        .directory = session->state_directory,
        .wait = session->options.wait,
        .read_only = session->options.read_only || session->options.no_cache,
        .join_ancestor = true,
        .waiting = tell_waiting,
        .notice = event_notice_callback,
        .context = session,
    };
    enum jig_status status = state_open(&options, &session->state, error);
    if (!status && state_is_joined(session->state))
        session->options.read_only = true;
    return status;
}

/* Compares the clocks by a file of ours in the state directory; nothing of value is in it. */
static struct fingerprint_clock measure_clock(const struct jig_session *session)
{
    struct fingerprint_clock clock = {0};
    if (session->options.read_only)
        return clock;
    struct buf path = {0};
    buf_printf(&path, "%s/lock", session->state_directory);
    int fd = open(path.data, O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        clock = fingerprint_measure_clock(fd);
        close(fd);
    }
    buf_free(&path);
    return clock;
}

enum jig_status jig_session_open(const struct jig_session_options *options,
                                 struct jig_session **out, struct jig_error *error)
{
    *out = NULL;
    struct jig_session_options known = JIG_SESSION_OPTIONS;
    if (!take_options(options, options->size, &known, sizeof known) || !known.manifest ||
        !*known.manifest)
        return jig_fail(error, JIG_ERROR_USAGE, "the session's options are not of this version");
    options = &known;
    struct jig_session *session = mem_zalloc(sizeof *session);
    session->options = known;
    session->cancel_fd = -1;
    size_t length = strlen(options->manifest);
    session->manifest = mem_alloc(length + 2);
    memcpy(session->manifest, options->manifest, length + 1);
    path_canonicalize(session->manifest, length);
    enum jig_status status = JIG_OK;
    if (access(session->manifest, F_OK) < 0)
        status = jig_fail_errno(error, errno, "loading '%s'", session->manifest);
    if (!status)
        status = session_open_cancellation(session, error);
    if (!status) {
        session->state_directory = choose_state_directory(session);
        session->pool = jig_pool_create(options->threads);
        status = open_state(session, error);
        /* Only now: what another build was waited for is no part of this one. */
        record_open(session, !options->no_cache && !options->read_only);
    }
    if (!status)
        session->clock = measure_clock(session);
    if (!status && session_names_pipelines(session->manifest))
        status = session_open_pipelines(session, error);
    if (!status)
        status = session_load(session, error);
    if (status) {
        jig_session_close(session);
        return status;
    }
    record_opened(session);
    *out = session;
    return JIG_OK;
}

void jig_session_close(struct jig_session *session)
{
    if (!session)
        return;
    session_save_late(session);
    session_close_pipelines(session);
    session_unload(session);
    live_free(session);
    buf_free(&session->asked_command);
    buf_free(&session->asked_description);
    vec_free(&session->looked);
    vec_free(&session->marks);
    state_close(session->state);
    jig_pool_destroy(session->pool);
    record_close(session);
    session_close_cancellation(session);
    free(session->state_directory);
    free(session->manifest);
    free(session);
}

/* ---- build --------------------------------------------------------------------------------- */

/* A phase of the build, timed for the result and the trace. */
struct phase {
    const char *category;
    const char *name;
    uint64_t start_ns;
    uint64_t *total_ns;
};

static struct phase phase_begin(struct build *build, const char *category, const char *name,
                                uint64_t *total_ns)
{
    const struct jig_session *session = build->session;
    const struct jig_event event = {
        .kind = JIG_EVENT_PHASE, .progress = &build->progress, .phase = name};
    if (session->options.on_event)
        session->options.on_event(session->options.context, &event);
    return (struct phase){category, name, record_stage(build->session, name), total_ns};
}

static void phase_end(struct build *build, struct phase phase)
{
    *phase.total_ns += clock_monotonic_ns() - phase.start_ns;
    record_slice(build->session, phase.category, phase.name, phase.start_ns);
    record_stage(build->session, "settle");
}

/* Finds out what the targets need and gives every job its verdict. */
static enum jig_status make_plan(struct build *build, struct jig_error *error)
{
    struct jig_build_result *result = build->result;
    struct phase phase = phase_begin(build, "plan", "find what is wanted", &result->plan_ns);
    build->plan = session_begin_plan(build->session);
    if (build->session->adoption.count)
        build->plan->adoption = build->session->adoption.data;
    if (build->of_everything)
        live_begin(build->session, build->options);
    enum jig_status status = session_add_targets(build, error);
    phase_end(build, phase);
    if (status)
        return status;

    phase = phase_begin(build, "stat", "fingerprint files", &result->scan_ns);
    struct file_list files = {build->plan->files.data, build->plan->files.count, 0};
    status = session_scan(build, &files, error);
    phase_end(build, phase);
    if (status)
        return status;

    phase = phase_begin(build, "plan", "decide", &result->plan_ns);
    status = plan_decide(build->plan, build->force, error);
    phase_end(build, phase);
    result->jobs_wanted = build->plan->wanted_jobs;
    result->jobs_considered += build->plan->order.count;
    return status;
}

static void adopt(struct build *build)
{
    for (uint32_t i = 0; i < build->plan->adopted.count; i++)
        session_adopt(build, build->plan->adopted.data[i]);
    build->plan->adopted.count = 0;
}

enum jig_status session_carry_out(struct build *build, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    progress_begin(build);
    adopt(build);
    event_emit(build, JIG_EVENT_PLANNED, NULL, NULL);
    struct phase phase = phase_begin(build, "run", "run jobs", &build->result->run_ns);
    if (build->plan->unfinished)
        status = session_execute(build, error);
    adopt(build);
    if (!build->options->dry_run && (build->ran.count || build->found_something))
        session_settle(build);
    phase_end(build, phase);
    progress_end(build);
    build->session->waited_ns += build->waited_ns;
    build->waited_ns = 0; /* of this plan; there may be another one */
    return status;
}

/* One plan, carried out: for the manifest itself, then for what the user asked for. */
static enum jig_status build_once(struct build *build, struct jig_error *error)
{
    enum jig_status status = make_plan(build, error);
    bool planned = !status;
    if (planned)
        status = session_carry_out(build, error);
    if (build->of_everything && !planned)
        live_distrust(build->session, "the last build could not be planned");
    else if (build->of_everything && build->options->dry_run)
        live_distrust(build->session, "the last build was a dry run");
    else if (build->of_everything && !live_is_off(build->session))
        live_take(build);
    vec_free(&build->ran);
    progress_free(build);
    return status;
}

static struct build begin(struct jig_session *session, const struct jig_build_options *options,
                          struct jig_build_result *result)
{
    return (struct build){
        .session = session, .options = options, .result = result, .progress = session->earlier};
}

enum jig_status session_build_targets(struct jig_session *session,
                                      const struct jig_build_options *options,
                                      struct jig_build_result *result, struct jig_error *error)
{
    return session_build_files(session, options, NULL, result, error);
}

enum jig_status session_build_files(struct jig_session *session,
                                    const struct jig_build_options *options,
                                    const struct file_list *files, struct jig_build_result *result,
                                    struct jig_error *error)
{
    struct build build = begin(session, options, result);
    build.files = files;
    build.of_everything = !files && options == session->asked;
    build.force = session->force;
    return build_once(&build, error);
}

void session_count_anew(struct jig_session *session)
{
    session->earlier = (struct jig_progress){.start_ns = clock_monotonic_ns()};
}

/* So that what was written until now is older than what is written from now on. */
static void leave_tick(void)
{
    const struct timespec moment = {.tv_nsec = 500 * 1000};
    for (int64_t tick_ns = coarse_now_ns(); coarse_now_ns() == tick_ns;)
        nanosleep(&moment, NULL);
}

/*
 * The manifest is a target like any other when some job makes it, or a phony one stands for it and
 * what makes it, as GN has it. Each time that job ran, the graph is another one, so it is loaded
 * again and asked again.
 */
static enum jig_status bring_manifest_up_to_date(struct jig_session *session,
                                                 const struct jig_build_options *options,
                                                 struct jig_build_result *result,
                                                 struct jig_error *error)
{
    for (int round = 0; round < REGENERATION_LIMIT; round++) {
        file_id manifest = session->graph->manifests.data[0];
        job_id producer = session->graph->files.data[manifest].producer;
        if (producer == GRAPH_NONE)
            return JIG_OK;
        const char *target = session->manifest;
        struct jig_build_options only_manifest = *options;
        only_manifest.targets = &target;
        only_manifest.target_count = 1;
        uint32_t ran_before = result->jobs_run;
        enum jig_status status = session_complete_graph(session, &only_manifest, result, error);
        if (!status)
            status = session_build_targets(session, &only_manifest, result, error);
        if (status == JIG_ERROR_JOB && error) {
            char why[sizeof error->message];
            memcpy(why, error->message, sizeof why);
            return jig_fail(error, JIG_ERROR_MANIFEST, "rebuilding '%s': %s", session->manifest,
                            why);
        }
        if (status || options->dry_run || result->jobs_run == ran_before)
            return status;
        result->manifest_changed = true;
        leave_tick();
        session_count_anew(session);
        /* What this round recorded is in the journal, which the load reads. */
        status = session_load(session, error);
        if (status)
            return status;
    }
    return jig_fail(error, JIG_ERROR_MANIFEST,
                    "manifest '%s' still dirty after %d tries, perhaps system time is not set",
                    session->manifest, REGENERATION_LIMIT);
}

static enum jig_status build_manifest(struct jig_session *session,
                                      const struct jig_build_options *options,
                                      struct jig_build_result *result, struct jig_error *error)
{
    session_count_anew(session);
    enum jig_status status = session_load_again(session, error);
    if (!status)
        status = bring_manifest_up_to_date(session, options, result, error);
    session_count_anew(session);
    if (!status)
        status = session_complete_graph(session, options, result, error);
    if (!status)
        status = session_build_targets(session, options, result, error);
    return status;
}

static enum jig_status build_pipelines(struct jig_session *session,
                                       const struct jig_build_options *options,
                                       struct jig_build_result *result, struct jig_error *error)
{
    delta_begin(session);
    session_count_anew(session);
    enum jig_status status = JIG_OK;
    if (!session->just_loaded)
        status = session_load_pipelines(session, error);
    session->just_loaded = false;
    if (!status)
        status = session_build_pipelines(session, options, result, error);
    if (session->graph) {
        delta_finish(session);
        strays_tell(session);
    }
    return status;
}

/* Hits, misses and files left out, which add up to the files. */
static void report_looks(struct jig_session *session, struct jig_build_result *result)
{
    const uint64_t *looks = session->looks;
    result->files_hit = looks[LOOK_HIT];
    result->missed_new = looks[LOOK_NEW];
    result->missed_stat = looks[LOOK_STAT];
    result->missed_racy = looks[LOOK_RACY];
    result->missed_gone = looks[LOOK_GONE];
    result->files_missed = looks[LOOK_NEW] + looks[LOOK_STAT] + looks[LOOK_RACY] + looks[LOOK_GONE];
    for (; session->graph && session->files_counted < session->graph->files.count;
         session->files_counted++)
        session->real_files += !graph_is_virtual(session->graph, session->files_counted);
    result->files = session->real_files;
    uint64_t seen = result->files_hit + result->files_missed;
    result->files_skipped = result->files > seen ? result->files - seen : 0;
}

/* Before a build or an update: what it tells begins at nothing. `out` is the caller's. */
static enum jig_status begin_call(struct jig_session *session,
                                  const struct jig_build_options *given,
                                  struct jig_build_options *options,
                                  struct jig_build_result *result,
                                  const struct jig_build_result *out, struct jig_error *error)
{
    *result = (struct jig_build_result)JIG_BUILD_RESULT;
    memset(session->looks, 0, sizeof session->looks);
    session->build++;
    session->waited_ns = 0;
    session->call_start_ns = clock_monotonic_ns();
    record_begin(session);
    if (given && !take_options(given, given->size, options, sizeof *options))
        return jig_fail(error, JIG_ERROR_USAGE, "the build's options are not of this version");
    if (out && out->size < sizeof out->size)
        return jig_fail(error, JIG_ERROR_USAGE, "the result was not initialised");
    return JIG_OK;
}

/* How long the call has taken so far, less what was spent waiting for jobs. */
static uint64_t engine_ns(const struct jig_session *session)
{
    uint64_t whole_ns = clock_monotonic_ns() - session->call_start_ns;
    return whole_ns > session->waited_ns ? whole_ns - session->waited_ns : 0;
}

/* After it: what the whole call came to. */
static void end_call(struct jig_session *session, const struct jig_build_options *options,
                     enum jig_status status, struct jig_build_result *result)
{
    result->load_ns = session->load_ns;
    session->load_ns = 0;
    result->graph_reused = session->graph_reused;
    report_looks(session, result);
    if (session->graph)
        result->jobs = session->graph->jobs.count;
    if (session->pipelines)
        session_report_discovery(session, result);
    state_sizes(session->state, &result->image_bytes, &result->journal_bytes);
    result->files_looked = result->files_statted;
    result->folders_changed = session->folders_changed;
    session->folders_changed = false;
    bool changed = result->jobs_run || result->outputs_removed || result->missed_stat ||
                   result->missed_new || result->missed_gone;
    if (!status && changed)
        session->live.generation++;
    result->generation = session->live.generation;
    result->engine_ns = engine_ns(session);
    record_end(session, options, status, result);
    result->engine_ns = engine_ns(session); /* with that */
    if (status == JIG_ERROR_CANCELLED)
        jig_session_uncancel(session);
}

/* Everything is looked at, because of `why`. */
static enum jig_status build_all(struct jig_session *session,
                                 const struct jig_build_options *options, const char *why,
                                 struct jig_build_result *result, struct jig_error *error)
{
    result->kind = JIG_UPDATE_FULL;
    snprintf(result->full_reason, sizeof result->full_reason, "%s", why);
    session->folders_changed = true;
    session->asked = options;
    live_distrust(session, "the last build did not come to its end");
    enum jig_status status = session->pipelines ? build_pipelines(session, options, result, error)
                                                : build_manifest(session, options, result, error);
    if (!session->options.once && session->loaded && session->graph &&
        !session->live.full_reason[0])
        live_prepare(session);
    session->asked = NULL;
    session->force = false;
    bool told =
        status == JIG_ERROR_JOB || status == JIG_ERROR_INTERRUPTED || status == JIG_ERROR_CANCELLED;
    if (status && !told)
        live_distrust(session, "the last build failed");
    uint64_t save_start_ns = clock_monotonic_ns();
    struct jig_error save_error;
    enum jig_status saved = session->graph ? session_save(session, &save_error) : JIG_OK;
    if (saved && !status) {
        if (error)
            *error = save_error;
        status = saved;
    }
    result->save_ns = clock_monotonic_ns() - save_start_ns;
    record_slice(session, "save", "save state", save_start_ns);
    return status;
}

/* The caller's struct may be of an older version, and shorter. */
static void hand_over(const struct jig_build_result *from, struct jig_build_result *to)
{
    size_t size = to->size < sizeof *from ? to->size : sizeof *from;
    memcpy(to, from, size);
    to->size = size;
}

enum jig_status jig_session_build(struct jig_session *session,
                                  const struct jig_build_options *options,
                                  struct jig_build_result *out, struct jig_error *error)
{
    struct jig_build_result result;
    struct jig_build_options known = JIG_BUILD_OPTIONS;
    enum jig_status status = begin_call(session, options, &known, &result, out, error);
    if (!status)
        status = build_all(session, &known, "a build was asked for", &result, error);
    end_call(session, &known, status, &result);
    if (out)
        hand_over(&result, out);
    return status;
}

enum jig_status jig_session_update(struct jig_session *session,
                                   const struct jig_change_set *changes,
                                   const struct jig_build_options *options,
                                   struct jig_build_result *out, struct jig_error *error)
{
    struct jig_build_result result;
    struct jig_build_options known = JIG_BUILD_OPTIONS;
    enum jig_status status = begin_call(session, options, &known, &result, out, error);
    const struct jig_build_options *last = &session->live.request.options;
    options = options || !session->live.request.given ? &known : last;
    if (!status) {
        char why[sizeof result.full_reason] = "";
        status = session_try_update(session, changes, options, &result, why, sizeof why, error);
        if (why[0]) {
            result.kind = JIG_UPDATE_FULL;
            status = build_all(session, options, why, &result, error);
        }
    }
    end_call(session, options, status, &result);
    if (out)
        hand_over(&result, out);
    return status;
}
