/*
 * Building pipelines. What a job depends on is known only when the modules it imports have been
 * scanned, and some of these are made by other jobs. So the pipelines that make modules are built
 * first, round by round, and what they made is scanned before the next round is planned; a plan
 * never has to grow while it is carried out.
 */
#include "engine/session/internal.h"

#include <stdlib.h>

/* How often what was made may lead to another graph before we take it that this never ends. */
enum { SETTLING_LIMIT = 16 };

/* Appends the wanted modules that pipelines of this round make. */
static void list_modules(const struct build *build, uint32_t round, struct file_list *out)
{
    const struct jig_session *session = build->session;
    const struct graph *graph = session->graph;
    uint8_t *listed = mem_array(graph->files.count, 1);
    for (module_id id = 0; id < graph->modules.count; id++) {
        file_id file = graph->modules.data[id];
        job_id producer = graph->files.data[file].producer;
        if (producer == GRAPH_NONE || listed[file] ||
            !(build->plan->file_marks[file] & PLAN_FILE_WANTED))
            continue;
        if (session->pipelines->rounds.of[graph->jobs.data[producer].pipeline - 1] != round)
            continue;
        listed[file] = 1;
        vec_push(out, file);
    }
    free(listed);
}

/* The modules of a round that the build's targets need. */
static enum jig_status find_modules(struct build *build, uint32_t round, struct file_list *out,
                                    struct jig_error *error)
{
    build->plan = session_begin_plan(build->session);
    enum jig_status status = session_add_targets(build, error);
    if (!status)
        list_modules(build, round, out);
    return status;
}

/* Builds and scans one round's modules. *changed: whether the graph is another one now. */
static enum jig_status build_round(struct build *build, uint32_t round, bool *changed,
                                   struct jig_error *error)
{
    struct jig_session *session = build->session;
    struct file_list modules = {0};
    enum jig_status status = find_modules(build, round, &modules, error);
    uint32_t ran_before = build->result->jobs_run;
    if (!status && modules.count)
        status = session_build_files(session, build->options, &modules, build->result, error);
    /* What did not fail is there, and the rest is still to be built. */
    if (status == JIG_ERROR_JOB && build->result->jobs_failed < build->options->failures)
        status = JIG_OK;
    if (!status && build->result->jobs_run != ran_before && !build->options->dry_run)
        status = session_follow_modules(session, &modules, changed, error);
    vec_free(&modules);
    return status;
}

/* Scans again all modules that jobs make, whatever round they are of. */
static enum jig_status settle_modules(struct build *build, bool *changed, struct jig_error *error)
{
    struct jig_session *session = build->session;
    const struct graph *graph = session->graph;
    struct file_list made = {0};
    for (module_id id = 0; id < graph->modules.count; id++) {
        file_id file = graph->modules.data[id];
        if (graph->files.data[file].producer != GRAPH_NONE)
            vec_push(&made, file);
    }
    enum jig_status status = JIG_OK;
    if (made.count)
        status = session_follow_modules(session, &made, changed, error);
    vec_free(&made);
    return status;
}

/* Every round, then what was asked for; that fails if a round has left failed jobs behind. */
static enum jig_status build_rounds(struct build *build, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    const struct rounds *rounds = &build->session->pipelines->rounds;
    for (uint32_t round = 0; !status && round + 1 < rounds->count; round++) {
        bool changed = false;
        status = build_round(build, round, &changed, error);
    }
    return status ? status
                  : session_build_targets(build->session, build->options, build->result, error);
}

void session_forget_failures(struct jig_session *session)
{
    for (uint32_t i = 0; i < session->pipelines->failed.count; i++)
        free(session->pipelines->failed.data[i]);
    vec_free(&session->pipelines->failed);
}

enum jig_status session_build_pipelines(struct jig_session *session,
                                        const struct jig_build_options *options,
                                        struct jig_build_result *result, struct jig_error *error)
{
    struct build build = {.session = session, .options = options, .result = result};
    session_forget_failures(session);
    if (session_remove_stale(&build)) {
        session->pipelines->select_anew = true;
        enum jig_status status = session_load_pipelines(session, error);
        if (status)
            return status;
    }
    for (int i = 0; i < SETTLING_LIMIT; i++) {
        uint32_t ran_before = result->jobs_run;
        bool changed = false;
        enum jig_status status = build_rounds(&build, error);
        if (!status && result->jobs_run != ran_before && !options->dry_run)
            status = settle_modules(&build, &changed, error);
        if (status || !changed)
            return status;
    }
    return jig_fail(error, JIG_ERROR_MANIFEST,
                    "what the pipelines make changes what they depend on, each time anew");
}
