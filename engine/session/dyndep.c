/*
 * Dyndep files: the graph is whole only once they are built and read. So they are built first, as
 * the manifest is: round by round, the ones that need no other unread dyndep file, until every
 * wanted job that has one knows what it says. Only then is the build proper planned, and a plan
 * never has to grow while it is carried out.
 */
#include "engine/manifest/ninja/dyndep.h"

#include "engine/session/internal.h"

#include <stdlib.h>

bool session_has_dyndeps(const struct jig_session *session)
{
    for (job_id id = 0; id < session->graph->jobs.count; id++) {
        if (session->graph->jobs.data[id].dyndep != GRAPH_NONE)
            return true;
    }
    return false;
}

void session_forget_dyndeps(struct jig_session *session)
{
    for (job_id id = 0; id < session->graph->jobs.count; id++)
        graph_clear_dyndep(session->graph, id);
    session->dyndeps_read.count = 0;
}

static bool is_read(const struct jig_session *session, file_id file)
{
    for (uint32_t i = 0; i < session->dyndeps_read.count; i++) {
        if (session->dyndeps_read.data[i] == file)
            return true;
    }
    return false;
}

/* Appends the dyndep files that wanted jobs name and nobody has read, each once. */
static void list_unread(const struct build *build, struct file_list *out)
{
    const struct jig_session *session = build->session;
    for (uint32_t i = 0; i < build->plan->order.count; i++) {
        file_id file = session->graph->jobs.data[build->plan->order.data[i]].dyndep;
        if (file == GRAPH_NONE || is_read(session, file))
            continue;
        bool listed = false;
        for (uint32_t k = 0; k < out->count && !listed; k++)
            listed = out->data[k] == file;
        if (!listed)
            vec_push(out, file);
    }
}

/* Walks from the targets, or from `file` alone, and lists the unread dyndep files on the way. */
static enum jig_status find_unread(struct build *build, file_id file, struct file_list *out,
                                   struct jig_error *error)
{
    build->plan = session_begin_plan(build->session);
    enum jig_status status = file == GRAPH_NONE ? session_add_targets(build, error)
                                                : plan_add_target(build->plan, file, error);
    if (!status)
        list_unread(build, out);
    return status;
}

/* Of `unread`, those that can be built without knowing another. */
static enum jig_status choose_buildable(struct build *build, const struct file_list *unread,
                                        struct file_list *out, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    for (uint32_t i = 0; !status && i < unread->count; i++) {
        struct file_list needed = {0};
        status = find_unread(build, unread->data[i], &needed, error);
        if (!needed.count)
            vec_push(out, unread->data[i]);
        vec_free(&needed);
    }
    if (!status && !out->count)
        status = jig_fail(error, JIG_ERROR_MANIFEST,
                          "dyndep file '%s' can only be made by jobs that need it",
                          graph_path(build->session->graph, unread->data[0]));
    return status;
}

static enum jig_status apply(struct jig_session *session, const struct dyndep *dyndep,
                             struct jig_error *error)
{
    struct graph *graph = session->graph;
    enum jig_status status = JIG_OK;
    for (uint32_t i = 0; !status && i < dyndep->jobs.count; i++) {
        const struct dyndep_job *told = &dyndep->jobs.data[i];
        struct file_list files = {0};
        const char *path = dyndep->paths.data ? dyndep->paths.data + told->paths : "";
        for (uint32_t k = 0; k < told->output_count + told->input_count; k++) {
            vec_push(&files, graph_add_file(graph, path, strlen(path)));
            path += strlen(path) + 1;
        }
        const struct graph_dyndep extra = {files.data, told->output_count,
                                           files.data + told->output_count, told->input_count};
        status = graph_set_dyndep(graph, told->job, &extra, error);
        vec_free(&files);
    }
    history_fit(session->history, graph);
    return status;
}

static enum jig_status read_dyndep(struct jig_session *session, file_id file,
                                   struct jig_error *error)
{
    struct dyndep dyndep = {0};
    enum jig_status status = dyndep_load(session->graph, file, NULL, &dyndep, error);
    if (!status)
        status = apply(session, &dyndep, error);
    dyndep_free(&dyndep);
    if (!status)
        vec_push(&session->dyndeps_read, file);
    return status;
}

/* Brings the files up to date as targets of a build of their own, and reads them. */
static enum jig_status build_and_read(struct build *build, const struct file_list *files,
                                      struct jig_error *error)
{
    struct jig_session *session = build->session;
    char **paths = mem_array(files->count, sizeof *paths); /* the graph's text may move */
    for (uint32_t i = 0; i < files->count; i++) {
        const char *path = graph_path(session->graph, files->data[i]);
        paths[i] = mem_strndup(path, strlen(path));
    }
    struct jig_build_options options = *build->options;
    options.targets = (const char *const *)paths;
    options.target_count = files->count;
    enum jig_status status = session_build_targets(session, &options, build->result, error);
    for (uint32_t i = 0; !status && i < files->count; i++) {
        status = read_dyndep(session, files->data[i], error);
        /* A dry run has built nothing, so there may be nothing to read. */
        if (status && build->options->dry_run) {
            vec_push(&session->dyndeps_read, files->data[i]);
            status = JIG_OK;
        }
    }
    for (uint32_t i = 0; i < files->count; i++)
        free(paths[i]);
    free(paths);
    return status;
}

enum jig_status session_complete_graph(struct jig_session *session,
                                       const struct jig_build_options *options,
                                       struct jig_build_result *result, struct jig_error *error)
{
    if (!session_has_dyndeps(session))
        return JIG_OK;
    struct build build = {.session = session, .options = options, .result = result};
    session_forget_dyndeps(session);
    for (;;) {
        struct file_list unread = {0};
        struct file_list buildable = {0};
        enum jig_status status = find_unread(&build, GRAPH_NONE, &unread, error);
        bool complete = !status && !unread.count;
        if (!status && unread.count)
            status = choose_buildable(&build, &unread, &buildable, error);
        if (!status && buildable.count)
            status = build_and_read(&build, &buildable, error);
        vec_free(&unread);
        vec_free(&buildable);
        if (status || complete)
            return status;
    }
}
