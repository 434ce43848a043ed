/*
 * From one build to the next: which jobs are known to be up to date, and which have to be
 * considered.
 *
 * A build of everything that was asked for leaves each wanted job in one of two states: up to date,
 * or *stale* (it failed, was not reached, or what it read has changed since). As long as nothing is
 * missed, an update need only consider the stale jobs, those that what changed makes stale, and
 * those that follow from these.
 *
 * Nothing is missed because there is one place where a file's record can become another one during
 * a build or an update: whoever looks at files tells live_touch of each that did. When the build
 * ends, live_take decides with the final content: a job that was found up to date too early, before
 * a file it reads changed again, is stale.
 */
#include "engine/session/internal.h"

#include <stdio.h>
#include <stdlib.h>

struct plan *session_begin_plan(struct jig_session *session)
{
    if (session->plan.graph != session->graph) {
        plan_free(&session->plan);
        plan_create(&session->plan, session->graph, session->history);
    }
    plan_begin(&session->plan);
    return &session->plan;
}

void live_distrust(struct jig_session *session, const char *why)
{
    struct live *live = &session->live;
    if (!live->full_reason[0])
        snprintf(live->full_reason, sizeof live->full_reason, "%s", why);
}

void live_forget(struct jig_session *session)
{
    struct live *live = &session->live;
    live->wanted.count = live->is_stale.count = live->stale.count = 0;
    reverse_free(&live->readers);
    links_free(&session->links);
    around_free(&session->around);
    live->readers_made = false;
    plan_free(&session->plan);
    live_distrust(session, "the graph was made anew");
}

void live_free(struct jig_session *session)
{
    struct live *live = &session->live;
    vec_free(&live->wanted);
    vec_free(&live->is_stale);
    vec_free(&live->stale);
    vec_free(&live->found);
    reverse_free(&live->readers);
    session_request_free(&live->request);
    plan_free(&session->plan);
}

/* ---- who reads a file -------------------------------------------------------------------------
 */

static const uint32_t *discovered_by(const void *context, uint32_t job, uint32_t *count)
{
    const struct history *history = context;
    const struct job_record *record = &history->jobs.data[job];
    *count = record->deps_count;
    return history_deps(history, record);
}

static void make_readers(struct jig_session *session)
{
    struct live *live = &session->live;
    reverse_build(&live->readers, session->graph->files.count, session->history->jobs.count,
                  discovered_by, session->history);
    live->readers_made = true;
}

void live_note_discovered(struct jig_session *session, job_id id, const file_id *deps,
                          uint32_t count)
{
    struct live *live = &session->live;
    for (uint32_t i = 0; live->readers_made && i < count; i++)
        reverse_add(&live->readers, deps[i], id);
    live->readers_made = live->readers_made && !reverse_is_worn(&live->readers);
}

const job_id *live_readers(void *context, file_id file, uint32_t *count)
{
    struct jig_session *session = context;
    struct live *live = &session->live;
    uint32_t declared, discovered;
    if (!live->readers_made)
        make_readers(session);
    const job_id *by = reverse_find(&live->readers, file, &discovered);
    const job_id *jobs = graph_consumers(session->graph, file, &declared);
    *count = declared;
    if (!discovered)
        return jobs;
    live->found.count = 0;
    for (uint32_t i = 0; i < declared; i++)
        vec_push(&live->found, jobs[i]);
    for (uint32_t i = 0; i < discovered; i++)
        vec_push(&live->found, by[i]);
    *count = live->found.count;
    return live->found.data;
}

/* What the graph and discovery hold, in bytes or as good as that. */
static uint64_t size_of(const struct jig_session *session)
{
    const struct graph *graph = session->graph;
    uint64_t size = graph->text.count + (uint64_t)graph->edges.count * sizeof *graph->edges.data +
                    (uint64_t)graph->files.count * sizeof(struct file_record);
    if (session->pipelines)
        size += (uint64_t)discovery_module_count(session->pipelines->discovery) *
                (sizeof(struct module) + sizeof(struct file_record));
    return size;
}

bool live_has_grown(const struct jig_session *session)
{
    enum { LITTLE = 2 << 20 };
    return session->pipelines && size_of(session) > 2 * session->live.size + LITTLE;
}

void live_prepare(struct jig_session *session)
{
    uint32_t count;
    /* Columns that lie in the image are copied when they first grow: now, and not in an update. */
    vec_reserve(&session->history->files, 1);
    vec_reserve(&session->history->jobs, 1);
    vec_reserve(&session->graph->files, 1);
    vec_reserve(&session->graph->edges, 1);
    vec_reserve(&session->graph->strs, 1);
    if (session->graph->files.count)
        live_readers(session, 0, &count);
    if (session->pipelines)
        session_prepare_updates(session, NULL);
    links_fit(&session->links, session->graph);
    around_fit(&session->around, session->graph);
    session->live.size = size_of(session);
}

/* ---- stale jobs -------------------------------------------------------------------------------
 */

/* Room for jobs that the graph has got since; those are wanted by nobody yet. */
static void fit(struct jig_session *session)
{
    struct live *live = &session->live;
    uint32_t jobs = session->graph->jobs.count;
    if (live->wanted.count < jobs)
        vec_extend(&live->wanted, jobs - live->wanted.count);
    if (live->is_stale.count < jobs)
        vec_extend(&live->is_stale, jobs - live->is_stale.count);
}

void live_add_stale(struct jig_session *session, job_id id)
{
    struct live *live = &session->live;
    if (live_is_off(session))
        return;
    fit(session);
    if (live->is_stale.data[id])
        return;
    live->is_stale.data[id] = 1;
    vec_push(&live->stale, id);
}

void live_want(struct jig_session *session, job_id id)
{
    if (live_is_off(session))
        return;
    fit(session);
    session->live.wanted.data[id] = 1;
    live_add_stale(session, id);
}

void live_drop(struct jig_session *session, job_id id)
{
    struct live *live = &session->live;
    fit(session);
    live->wanted.data[id] = 0;
    if (!live->is_stale.data[id])
        return;
    live->is_stale.data[id] = 0;
    for (uint32_t i = 0; i < live->stale.count; i++) {
        if (live->stale.data[i] == id) {
            live->stale.data[i] = live->stale.data[--live->stale.count];
            break;
        }
    }
}

void live_touch(struct jig_session *session, file_id file)
{
    job_id producer = session->graph->files.data[file].producer;
    if (live_is_off(session))
        return;
    if (producer != GRAPH_NONE)
        live_add_stale(session, producer);
    uint32_t count;
    const job_id *readers = live_readers(session, file, &count);
    for (uint32_t i = 0; i < count; i++)
        live_add_stale(session, readers[i]);
}

bool live_is_off(const struct jig_session *session)
{
    return session->options.once || !session->live.request.given;
}

/* ---- a build ----------------------------------------------------------------------------------
 */

void live_begin(struct jig_session *session, const struct jig_build_options *options)
{
    struct live *live = &session->live;
    if (live->wanted.count)
        memset(live->wanted.data, 0, live->wanted.count);
    if (live->is_stale.count)
        memset(live->is_stale.data, 0, live->is_stale.count);
    live->stale.count = 0;
    live->full_reason[0] = '\0';
    if (options != &live->request.options)
        session_request_keep(&live->request, options);
}

bool live_is_about(const struct jig_session *session, const struct jig_build_options *options)
{
    return session_request_wants_same(&session->live.request, options);
}

/*
 * A phony job has nothing that could be out of date but its term, which follows from those of what
 * it stands for. If that is another one now, its readers have not seen it.
 */
static void pass_phony_again(struct build *build, job_id id)
{
    const struct graph *graph = build->session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    struct plan *plan = build->plan;
    struct digest before = plan->terms[graph_job_key(graph, job)];
    plan_pass_phony(plan, job);
    bool stands = digest_equal(before, plan->terms[graph_job_key(graph, job)]);
    for (uint32_t i = 0; !stands && i < job->out_count; i++)
        live_touch(build->session, graph_outputs(graph, job)[i]);
}

static bool is_up_to_date(struct build *build, job_id id)
{
    uint8_t verdict = build->plan->jobs[id].verdict;
    if (verdict != PLAN_CLEAN && verdict != PLAN_DONE)
        return false;
    if (build->session->graph->jobs.data[id].flags & GRAPH_JOB_PHONY) {
        pass_phony_again(build, id);
        return true;
    }
    return plan_evaluate(build->plan, id).kind == REASON_NONE;
}

/* Decides again on the jobs that were touched, or ran; the list may grow meanwhile. */
static void settle_touched(struct build *build)
{
    struct live *live = &build->session->live;
    VEC(job_id) still = {0};
    for (uint32_t i = 0; i < live->stale.count; i++) {
        job_id id = live->stale.data[i];
        if (live->wanted.data[id] && !is_up_to_date(build, id))
            vec_push(&still, id);
        else
            live->is_stale.data[id] = 0;
    }
    vec_free(&live->stale);
    memcpy(&live->stale, &still, sizeof still);
}

void live_take(struct build *build)
{
    struct jig_session *session = build->session;
    struct live *live = &session->live;
    const struct plan *plan = build->plan;
    fit(session);
    plan_forget_remade(build->plan);
    for (uint32_t i = 0; i < plan->entered.count; i++) {
        job_id id = plan->entered.data[i];
        uint8_t verdict = plan->jobs[id].verdict;
        live->wanted.data[id] = 1;
        if (verdict != PLAN_CLEAN && verdict != PLAN_DONE)
            live_add_stale(session, id);
    }
    for (uint32_t i = 0; i < build->ran.count; i++)
        live_add_stale(session, build->ran.data[i]);
    settle_touched(build);
}
