/*
 * Discovered inputs: what a job turns out to have read, from its depfile or from the include lines
 * it printed.
 */
#include "engine/base/io.h"
#include "engine/manifest/ninja/depfile.h"
#include "engine/session/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Sets or clears the scratch marks of the job's own inputs and outputs. */
static void mark_own_files(struct jig_session *session, const struct graph_job *job, uint8_t mark)
{
    const file_id *files = graph_outputs(session->graph, job);
    for (uint32_t i = 0; i < job->out_count + job->in_count; i++)
        session->marks.data[files[i]] = mark;
}

static file_id add_file(struct graph *graph, const char *path)
{
    uint32_t known = graph->files.count;
    file_id file = graph_add_file(graph, path, strlen(path));
    if (file >= known)
        graph->files.data[file].flags |= GRAPH_FILE_DISCOVERED;
    return file;
}

void session_list_discovered(struct jig_session *session, job_id id, const struct buf *paths,
                             uint32_t count, struct file_list *out)
{
    struct graph *graph = session->graph;
    uint32_t first = out->count;
    const char *path = buf_cstr(paths);
    for (uint32_t i = 0; i < count; i++, path += strlen(path) + 1)
        vec_push(out, add_file(graph, path));
    history_fit(session->history, graph);
    uint8_t *marks = session_marks(session);
    mark_own_files(session, &graph->jobs.data[id], 1);
    uint32_t kept = first;
    for (uint32_t i = first; i < out->count; i++) {
        if (!marks[out->data[i]])
            out->data[kept++] = out->data[i];
        marks[out->data[i]] = 1;
    }
    /* Dropped files are own ones or repeat kept ones, so these two undo all marks. */
    mark_own_files(session, &graph->jobs.data[id], 0);
    for (uint32_t i = first; i < kept; i++)
        marks[out->data[i]] = 0;
    out->count = kept;
}

enum jig_status session_read_depfile(struct jig_session *session, job_id id, bool remove,
                                     struct file_list *out, struct jig_error *error)
{
    const struct graph *graph = session->graph;
    struct buf path = {0};
    struct buf text = {0};
    struct depfile depfile = {0};
    graph_rope_append(graph, graph->jobs.data[id].depfile, &path);
    int errnum = io_read_file(AT_FDCWD, path.data, &text);
    enum jig_status status = JIG_OK;
    if (errnum && errnum != ENOENT)
        status = jig_fail_errno(error, errnum, "loading '%s'", path.data);
    else if (!errnum && text.length)
        status = depfile_parse(path.data, text.data, text.length, &depfile, error);
    if (!status) {
        session_list_discovered(session, id, &depfile.inputs, depfile.input_count, out);
        if (remove && !errnum)
            unlink(path.data);
    }
    depfile_free(&depfile);
    buf_free(&text);
    buf_free(&path);
    return status;
}

static uint32_t filter_includes(const struct graph *graph, const struct graph_job *job,
                                struct buf *output, struct buf *paths)
{
    const char *prefix =
        job->msvc_deps_prefix == GRAPH_NONE ? NULL : graph_str(graph, job->msvc_deps_prefix);
    return msvc_filter_includes(output, prefix, paths);
}

void session_hide_includes(const struct graph *graph, const struct graph_job *job,
                           struct buf *output)
{
    struct buf paths = {0};
    filter_includes(graph, job, output, &paths);
    buf_free(&paths);
}

enum jig_status session_discover(struct jig_session *session, job_id id, bool keep_depfile,
                                 struct buf *output, struct file_list *out, struct jig_error *error)
{
    const struct graph_job *job = &session->graph->jobs.data[id];
    if (job->flags & GRAPH_JOB_DEPS_MSVC) {
        struct buf paths = {0};
        uint32_t count = filter_includes(session->graph, job, output, &paths);
        session_list_discovered(session, id, &paths, count, out);
        buf_free(&paths);
        return JIG_OK;
    }
    if ((job->flags & GRAPH_JOB_DEPS_GCC) && !job->depfile.count)
        return jig_fail(error, JIG_ERROR_MANIFEST,
                        "edge with deps=gcc but no depfile makes no sense");
    if (job->depfile.count)
        return session_read_depfile(session, id, (job->flags & GRAPH_JOB_DEPS_GCC) && !keep_depfile,
                                    out, error);
    return JIG_OK;
}
