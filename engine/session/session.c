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

/* `.jig` in the manifest's `builddir`, or in the current directory. */
static char *choose_state_directory(const char *manifest)
{
    struct buf path = {0};
    ninja_peek_builddir(manifest, &path);
    if (path.length)
        buf_append_char(&path, '/');
    buf_append_str(&path, ".jig");
    return path.data;
}

static enum jig_status open_state(struct jig_session *session, struct jig_error *error)
{
    const struct state_options options = {
        .directory = session->state_directory,
        .wait = session->options.wait,
        .read_only = session->options.read_only,
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
    if (options->size != sizeof *options || !options->manifest || !*options->manifest)
        return jig_fail(error, JIG_ERROR_USAGE, "the session's options are not of this version");
    struct jig_session *session = mem_zalloc(sizeof *session);
    session->options = *options;
    size_t length = strlen(options->manifest);
    session->manifest = mem_alloc(length + 2);
    memcpy(session->manifest, options->manifest, length + 1);
    path_canonicalize(session->manifest, length);
    enum jig_status status = JIG_OK;
    if (access(session->manifest, F_OK) < 0)
        status = jig_fail_errno(error, errno, "loading '%s'", session->manifest);
    if (!status) {
        session->state_directory = choose_state_directory(session->manifest);
        session->pool = jig_pool_create(options->threads);
        jig_pool_set_trace(session->pool, options->trace, "fingerprint batch");
        status = open_state(session, error);
    }
    if (!status) {
        session->clock = measure_clock(session);
        status = session_load(session, error);
    }
    if (status) {
        jig_session_close(session);
        return status;
    }
    *out = session;
    return JIG_OK;
}

void jig_session_close(struct jig_session *session)
{
    if (!session)
        return;
    session_unload(session);
    state_close(session->state);
    jig_pool_destroy(session->pool);
    free(session->state_directory);
    free(session->manifest);
    free(session);
}

/* ---- build --------------------------------------------------------------------------------- */

/* Remembers what a scan found out, so that the next process need not. */
static void keep_fingerprints(struct build *build, const struct file_list *missed)
{
    enum { TOO_MANY_TO_JOURNAL = 1000 };
    struct jig_session *session = build->session;
    if (session->options.read_only || build->save_failed || !missed->count)
        return;
    if (session->unsaved || missed->count > TOO_MANY_TO_JOURNAL) {
        session->unsaved = true; /* a new image will hold them */
        return;
    }
    for (uint32_t i = 0; i < missed->count && !build->save_failed; i++) {
        struct jig_error error;
        build->save_failed = state_record_file(session->state, session->graph, session->history,
                                               missed->data[i], &error) != JIG_OK;
        if (build->save_failed)
            event_notice(session, &error);
    }
}

enum jig_status session_scan(struct build *build, const struct file_list *files,
                             struct jig_error *error)
{
    struct jig_session *session = build->session;
    struct file_list missed = {0};
    struct fingerprint_scan scan = {
        .graph = session->graph,
        .history = session->history,
        .pool = session->pool,
        .files = files->data,
        .count = files->count,
        .clock = session->clock,
        .tick = history_tick(session->history),
        .terms = build->plan.terms,
        .missed = &missed,
    };
    enum jig_status status = fingerprint_scan(&scan, error);
    build->result->files_statted += scan.counts.stats;
    build->result->files_hit += scan.counts.hits;
    build->result->files_missed += scan.counts.misses;
    build->result->files_hashed += scan.counts.hashed;
    build->result->bytes_hashed += scan.counts.hashed_bytes;
    keep_fingerprints(build, &missed);
    vec_free(&missed);
    return status;
}

/* A phase of the build, timed for the result and the trace. */
struct phase {
    const char *category;
    const char *name;
    uint64_t start_ns;
    uint64_t *total_ns;
};

static struct phase phase_begin(const char *category, const char *name, uint64_t *total_ns)
{
    return (struct phase){category, name, clock_monotonic_ns(), total_ns};
}

static void phase_end(const struct build *build, struct phase phase)
{
    uint64_t end_ns = clock_monotonic_ns();
    *phase.total_ns += end_ns - phase.start_ns;
    jig_trace_slice(build->session->options.trace, JIG_LANE_WORKER, 0,
                    &(struct jig_trace_slice){.category = phase.category,
                                              .name = phase.name,
                                              .begin_ns = phase.start_ns,
                                              .end_ns = end_ns});
}

/* Finds out what the targets need and gives every job its verdict. */
static enum jig_status make_plan(struct build *build, struct jig_error *error)
{
    struct jig_build_result *result = build->result;
    struct phase phase = phase_begin("plan", "find what is wanted", &result->plan_ns);
    plan_create(&build->plan, build->session->graph, build->session->history);
    if (build->session->adoption.count)
        build->plan.adoption = build->session->adoption.data;
    enum jig_status status = session_add_targets(build, error);
    phase_end(build, phase);
    if (status)
        return status;

    phase = phase_begin("stat", "fingerprint files", &result->scan_ns);
    struct file_list files = {build->plan.files.data, build->plan.files.count, 0};
    status = session_scan(build, &files, error);
    phase_end(build, phase);
    if (status)
        return status;

    phase = phase_begin("plan", "decide", &result->plan_ns);
    status = plan_decide(&build->plan, false, error);
    phase_end(build, phase);
    result->jobs_wanted = build->plan.wanted_jobs;
    return status;
}

static void adopt(struct build *build)
{
    for (uint32_t i = 0; i < build->plan.adopted.count; i++)
        session_adopt(build, build->plan.adopted.data[i]);
    build->plan.adopted.count = 0;
}

/* Sums up how long the jobs that may run took last time. */
static void expect(struct build *build)
{
    const struct plan *plan = &build->plan;
    for (uint32_t i = 0; plan->to_run && i < plan->order.count; i++) {
        job_id id = plan->order.data[i];
        uint8_t verdict = plan->jobs[id].verdict;
        if (verdict != PLAN_RUN && verdict != PLAN_MAYBE)
            continue;
        uint32_t ms = build->session->history->jobs.data[id].duration_ms;
        build->progress.expected += ms > 0;
        build->progress.expected_ms += ms;
    }
}

/* One plan, carried out: for the manifest itself, then for what the user asked for. */
static enum jig_status build_once(struct build *build, struct jig_error *error)
{
    enum jig_status status = make_plan(build, error);
    if (!status) {
        build->progress = (struct jig_progress){.total = build->plan.to_run,
                                                .start_ns = build->progress.start_ns};
        expect(build);
        adopt(build);
        event_emit(build, JIG_EVENT_PLANNED, NULL, NULL);
        struct phase phase = phase_begin("run", "run jobs", &build->result->run_ns);
        if (build->plan.unfinished)
            status = session_execute(build, error);
        adopt(build);
        if (!build->options->dry_run && (build->ran.count || build->result->files_missed))
            session_settle(build);
        phase_end(build, phase);
    }
    plan_free(&build->plan);
    vec_free(&build->ran);
    return status;
}

static struct build begin(struct jig_session *session, const struct jig_build_options *options,
                          struct jig_build_result *result)
{
    return (struct build){.session = session,
                          .options = options,
                          .result = result,
                          .progress = {.start_ns = clock_monotonic_ns()}};
}

enum jig_status session_build_targets(struct jig_session *session,
                                      const struct jig_build_options *options,
                                      struct jig_build_result *result, struct jig_error *error)
{
    struct build build = begin(session, options, result);
    return build_once(&build, error);
}

/* So that what was written until now is older than what is written from now on. */
static void leave_tick(void)
{
    const struct timespec moment = {.tv_nsec = 500 * 1000};
    for (int64_t tick_ns = coarse_now_ns(); coarse_now_ns() == tick_ns;)
        nanosleep(&moment, NULL);
}

/*
 * The manifest is a target like any other when some job makes it. Each time that job ran, the graph
 * is another one, so it is loaded again and asked again.
 */
static enum jig_status bring_manifest_up_to_date(struct jig_session *session,
                                                 const struct jig_build_options *options,
                                                 struct jig_build_result *result,
                                                 struct jig_error *error)
{
    for (int round = 0; round < REGENERATION_LIMIT; round++) {
        file_id manifest = session->graph->manifests.data[0];
        job_id producer = session->graph->files.data[manifest].producer;
        if (producer == GRAPH_NONE || (session->graph->jobs.data[producer].flags & GRAPH_JOB_PHONY))
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
        /* What this round recorded is in the journal, which the load reads. */
        status = session_load(session, error);
        if (status)
            return status;
    }
    return jig_fail(error, JIG_ERROR_MANIFEST,
                    "manifest '%s' still dirty after %d tries, perhaps system time is not set",
                    session->manifest, REGENERATION_LIMIT);
}

enum jig_status jig_session_build(struct jig_session *session,
                                  const struct jig_build_options *options,
                                  struct jig_build_result *result, struct jig_error *error)
{
    struct jig_build_result unwanted;
    if (!result)
        result = &unwanted;
    *result = (struct jig_build_result){0};
    if (options->size != sizeof *options)
        return jig_fail(error, JIG_ERROR_USAGE, "the build's options are not of this version");

    enum jig_status status = bring_manifest_up_to_date(session, options, result, error);
    if (!status)
        status = session_complete_graph(session, options, result, error);
    if (!status)
        status = session_build_targets(session, options, result, error);
    uint64_t save_start_ns = clock_monotonic_ns();
    struct jig_error save_error;
    enum jig_status saved = session->graph ? session_save(session, &save_error) : JIG_OK;
    if (saved && !status) {
        if (error)
            *error = save_error;
        status = saved;
    }
    result->save_ns = clock_monotonic_ns() - save_start_ns;
    result->load_ns = session->load_ns;
    result->graph_reused = session->graph_reused;
    if (session->graph) {
        result->files = session->graph->files.count;
        result->jobs = session->graph->jobs.count;
    }
    state_sizes(session->state, &result->image_bytes, &result->journal_bytes);
    return status;
}
