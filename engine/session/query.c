/*
 * Questions about the graph that a session holds: what a file needs, what needs it, how it is made.
 */
#include "engine/session/internal.h"

#include <stdlib.h>

struct asking {
    struct jig_session *session;
    enum jig_query_relation relation;
    uint32_t depth;
    jig_query_fn found;
    void *context;
    uint8_t *seen;        /* [file_id] */
    struct file_list now; /* files at this depth; grows through virtual ones, which cost nothing */
    struct file_list next;
    uint32_t level;
};

static void reach(struct asking *asking, file_id file)
{
    const struct graph *graph = asking->session->graph;
    if (asking->seen[file])
        return;
    asking->seen[file] = 1;
    if (graph_is_virtual(graph, file)) {
        vec_push(&asking->now, file);
        return;
    }
    job_id producer = graph->files.data[file].producer;
    bool made = producer != GRAPH_NONE && !(graph->jobs.data[producer].flags & GRAPH_JOB_PHONY);
    const struct jig_query_file what = {
        .path = graph_path(graph, file), .depth = asking->level + 1, .made = made};
    asking->found(asking->context, &what);
    vec_push(&asking->next, file);
}

/* What the job that makes the file reads or waits for. */
static void reach_needed(struct asking *asking, file_id file)
{
    const struct graph *graph = asking->session->graph;
    const struct history *history = asking->session->history;
    job_id producer = graph->files.data[file].producer;
    if (producer == GRAPH_NONE)
        return;
    const struct graph_job *job = &graph->jobs.data[producer];
    const struct job_record *record = &history->jobs.data[producer];
    for (uint32_t i = 0; i < job->in_count + job->order_only_count; i++)
        reach(asking, graph_inputs(graph, job)[i]);
    for (uint32_t i = 0; i < record->deps_count; i++)
        reach(asking, history_deps(history, record)[i]);
}

static bool reads(const struct asking *asking, job_id id, file_id file)
{
    const struct graph *graph = asking->session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    const struct job_record *record = &asking->session->history->jobs.data[id];
    bool found = false;
    for (uint32_t i = 0; i < job->in_count + job->order_only_count && !found; i++)
        found = graph_inputs(graph, job)[i] == file;
    for (uint32_t i = 0; i < record->deps_count && !found; i++)
        found = history_deps(asking->session->history, record)[i] == file;
    return found;
}

/* What jobs that read the file make. */
static void reach_needing(struct asking *asking, file_id file)
{
    const struct graph *graph = asking->session->graph;
    uint32_t count;
    const job_id *readers = live_readers(asking->session, file, &count);
    for (uint32_t r = 0; r < count; r++) {
        const struct graph_job *job = &graph->jobs.data[readers[r]];
        for (uint32_t i = 0; i < job->out_count && reads(asking, readers[r], file); i++)
            reach(asking, graph_outputs(graph, job)[i]);
    }
}

static void walk(struct asking *asking)
{
    for (; asking->now.count && asking->level < asking->depth; asking->level++) {
        for (uint32_t i = 0; i < asking->now.count; i++) {
            if (asking->relation == JIG_QUERY_NEEDS)
                reach_needed(asking, asking->now.data[i]);
            else
                reach_needing(asking, asking->now.data[i]);
        }
        struct file_list done = asking->now;
        asking->now = asking->next;
        asking->next = done;
        asking->next.count = 0;
    }
}

static enum jig_status find(struct jig_session *session, const char *path, file_id *file,
                            struct jig_error *error)
{
    if (!session->graph)
        return jig_fail(error, JIG_ERROR_USAGE, "there is no graph: the manifest was not read");
    return session_find_target(session, path, file, error);
}

enum jig_status jig_session_query_files(struct jig_session *session, const char *path,
                                        enum jig_query_relation relation, uint32_t depth,
                                        jig_query_fn found, void *context, struct jig_error *error)
{
    file_id file;
    enum jig_status status = find(session, path, &file, error);
    if (status)
        return status;
    struct asking asking = {.session = session,
                            .relation = relation,
                            .depth = depth,
                            .found = found,
                            .context = context,
                            .seen = mem_array(session->graph->files.count, 1)};
    asking.seen[file] = 1;
    vec_push(&asking.now, file);
    walk(&asking);
    free(asking.seen);
    vec_free(&asking.now);
    vec_free(&asking.next);
    return JIG_OK;
}

enum jig_status jig_session_query_job(struct jig_session *session, const char *path,
                                      struct jig_query_job *out, struct jig_error *error)
{
    file_id file;
    enum jig_status status = find(session, path, &file, error);
    if (status)
        return status;
    const struct graph *graph = session->graph;
    job_id id = graph->files.data[file].producer;
    if (id == GRAPH_NONE)
        return jig_fail(error, JIG_ERROR_USAGE, "no job makes '%s'", path);
    const struct graph_job *job = &graph->jobs.data[id];
    const struct job_record *record = &session->history->jobs.data[id];
    buf_clear(&session->asked_command);
    buf_clear(&session->asked_description);
    graph_rope_append(graph, job->command, &session->asked_command);
    graph_rope_append(graph, job->description, &session->asked_description);
    struct jig_query_job answer = {
        .size = out->size,
        .rule = graph_str(graph, job->rule),
        .command = buf_cstr(&session->asked_command),
        .description = buf_cstr(&session->asked_description),
        .output_count = job->out_count,
        .input_count = job->in_count,
        .discovered_count = record->deps_count,
        .recorded = record->flags & JOB_RECORDED,
        .duration_ms = record->cost.duration_ms,
        .processor_ms = record->cost.processor_ms,
        .peak_kib = record->cost.peak_kib,
        .stale = id < session->live.is_stale.count && session->live.is_stale.data[id],
    };
    memcpy(out, &answer, out->size < sizeof answer ? out->size : sizeof answer);
    return JIG_OK;
}
