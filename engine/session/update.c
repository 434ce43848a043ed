/*
 * Updates: from a change set to the jobs that have to be considered. An update reads from top to
 * bottom of session_try_update; whatever it cannot do in proportion to the change, it says why, and
 * everything is looked at instead.
 */
#include "engine/base/io.h"
#include "engine/session/internal.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- whether it can be done at all ------------------------------------------------------------
 */

/* Takes over a version that the set tells. True if it is another one than before. */
static bool take_version(char *kept, size_t size, const char *told)
{
    bool other = told && kept[0] && strcmp(kept, told) != 0;
    if (told)
        snprintf(kept, size, "%s", told);
    return other;
}

/* Another version of generators or of their schema makes all jobs run. */
static const char *take_versions(struct jig_session *session, const struct jig_change_set *changes)
{
    struct live *live = &session->live;
    bool generator =
        take_version(live->generator, sizeof live->generator, jig_change_set_generator(changes));
    bool schema = take_version(live->schema, sizeof live->schema, jig_change_set_schema(changes));
    if (!session->pipelines || (!generator && !schema))
        return NULL;
    session->force = true;
    return generator ? "the version of the generators changed"
                     : "the version of the schema changed";
}

static const char *find_refusal(struct jig_session *session, const struct jig_change_set *changes,
                                const struct jig_build_options *options)
{
    const char *other_version = take_versions(session, changes);
    if (session->options.once)
        return "the session was opened for one build";
    if (!session->live.request.given)
        return "nothing was built before";
    if (!session->loaded)
        return "the manifest could not be read";
    if (other_version)
        return other_version;
    if (jig_change_set_lost(changes))
        return jig_change_set_lost(changes);
    if (session->live.full_reason[0])
        return session->live.full_reason;
    if (options->dry_run)
        return "it is a dry run";
    if (!live_is_about(session, options))
        return "something else was asked for than before";
    if (live_has_grown(session)) {
        session->pipelines->fill_anew = session->pipelines->select_anew = true;
        return "the graph has grown old";
    }
    return NULL;
}

/* ---- carrying it out --------------------------------------------------------------------------
 */

/* The jobs in scope include one that makes this file. */
static bool is_remade(const struct plan *plan, file_id file)
{
    job_id producer = plan->graph->files.data[file].producer;
    return producer != GRAPH_NONE && plan->jobs[producer].in_scope;
}

/* What jobs may make must not be the graph itself. */
static void check_scope(const struct jig_session *session, char *why, size_t size)
{
    const struct plan *plan = &session->plan;
    for (uint32_t i = 0; !session->pipelines && i < session->graph->manifests.count; i++) {
        if (is_remade(plan, session->graph->manifests.data[i]))
            snprintf(why, size, "the manifest has to be made anew");
    }
    for (uint32_t i = 0; i < session->dyndeps_read.count; i++) {
        if (is_remade(plan, session->dyndeps_read.data[i]))
            snprintf(why, size, "a dyndep file has to be made anew");
    }
}

/* Whether the job's pipeline has to wait for modules that are made in this round. */
static bool is_for_later(const struct build *build, job_id id)
{
    const struct pipelines *pipelines = build->session->pipelines;
    if (!pipelines || build->round + 1 >= pipelines->rounds.count)
        return false;
    uint32_t pipeline = build->session->graph->jobs.data[id].pipeline;
    return pipeline && pipelines->rounds.of[pipeline - 1] > build->round;
}

static bool is_in_scope(void *context, job_id id)
{
    struct build *build = context;
    const struct live *live = &build->session->live;
    if (id >= live->wanted.count || !live->wanted.data[id])
        return false;
    bool later = is_for_later(build, id);
    if (later)
        live_add_stale(build->session, id); /* it is reached, so its turn will come */
    return !later;
}

static const job_id *readers_of(void *context, file_id file, uint32_t *count)
{
    return live_readers(((struct build *)context)->session, file, count);
}

/* The jobs that were stale go into the plan, which now answers for them. */
static enum jig_status add_stale(struct build *build, struct jig_error *error)
{
    struct live *live = &build->session->live;
    const struct plan_scope scope = {readers_of, is_in_scope, build};
    struct job_list stale = {live->stale.data, live->stale.count, live->stale.capacity};
    for (uint32_t i = 0; i < stale.count; i++)
        live->is_stale.data[stale.data[i]] = 0;
    memset(&live->stale, 0, sizeof live->stale); /* it may be filled again meanwhile */
    enum jig_status status = plan_add_scope(build->plan, stale.data, stale.count, scope, error);
    vec_free(&stale);
    return status;
}

enum jig_status session_build_stale(struct build *build, char *why, size_t size,
                                    struct jig_error *error)
{
    struct jig_session *session = build->session;
    struct jig_build_result *result = build->result;
    uint64_t start_ns = clock_monotonic_ns();
    build->plan = session_begin_plan(session);
    if (session->adoption.count)
        build->plan->adoption = session->adoption.data;
    enum jig_status status = add_stale(build, error);
    check_scope(session, why, size);
    if (why[0])
        return JIG_OK;
    if (!status)
        status = plan_decide(build->plan, false, error);
    result->jobs_wanted += build->plan->wanted_jobs;
    result->jobs_considered += build->plan->order.count;
    result->plan_ns += clock_monotonic_ns() - start_ns;
    if (!status)
        status = session_carry_out(build, error);
    live_take(build);
    return status;
}

/* ---- a build.ninja ----------------------------------------------------------------------------
 */

static bool manifest_has_changed(const struct jig_session *session)
{
    const struct graph *graph = session->graph;
    bool changed = false;
    for (uint32_t i = 0; i < graph->manifests.count && !changed; i++)
        changed = !digest_equal(session->history->files.data[graph->manifests.data[i]].digest,
                                graph->manifest_digests.data[i]);
    return changed;
}

static enum jig_status update_manifest(struct build *build, const struct jig_change_set *changes,
                                       char *why, size_t size, struct jig_error *error)
{
    struct jig_session *session = build->session;
    struct file_list files = {0};
    change_files(session, changes, &files);
    enum jig_status status = JIG_OK;
    if (files.count) {
        build->plan = session_begin_plan(session);
        status = session_scan(build, &files, error);
    }
    vec_free(&files);
    if (manifest_has_changed(session))
        snprintf(why, size, "the manifest changed");
    else if (!status && session->live.stale.count)
        status = session_build_stale(build, why, size, error);
    return status;
}

/* ---- all of it --------------------------------------------------------------------------------
 */

enum jig_status session_try_update(struct jig_session *session,
                                   const struct jig_change_set *changes,
                                   const struct jig_build_options *options,
                                   struct jig_build_result *result, char *why, size_t size,
                                   struct jig_error *error)
{
    const char *refusal = find_refusal(session, changes, options);
    if (refusal) {
        snprintf(why, size, "%s", refusal);
        return JIG_OK;
    }
    session_request_keep(&session->live.request, options);
    struct build build = {.session = session,
                          .options = &session->live.request.options,
                          .result = result,
                          .round = UINT32_MAX - 1};
    session_count_anew(session);
    uint64_t begin_ns = record_stage(session, "update");
    enum jig_status status = session->pipelines
                                 ? session_update_pipelines(&build, changes, why, size, error)
                                 : update_manifest(&build, changes, why, size, error);
    vec_free(&build.ran);
    progress_free(&build);
    session->deferred = true;
    if (!status && !why[0])
        status = session_save_little(session, error);
    result->kind = result->jobs_considered || result->outputs_removed ? JIG_UPDATE_INCREMENTAL
                                                                      : JIG_UPDATE_NONE;
    record_slice(session, "update", "update", begin_ns);
    return status;
}
