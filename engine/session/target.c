/*
 * What the user asked for, as files of the graph.
 */
#include "engine/base/path.h"
#include "engine/session/internal.h"

#include <fcntl.h>
#include <stdlib.h>

/* `source^`: the first output of a job that reads the source. */
static enum jig_status first_output_of(struct jig_session *session, file_id source,
                                       const char *path, file_id *file, struct jig_error *error)
{
    uint32_t count;
    const job_id *consumers = graph_consumers(session->graph, source, &count);
    if (count) {
        *file = graph_job_key(session->graph, &session->graph->jobs.data[consumers[0]]);
        return JIG_OK;
    }
    for (job_id id = 0; id < session->history->jobs.count; id++) {
        const struct job_record *record = &session->history->jobs.data[id];
        const file_id *deps = history_deps(session->history, record);
        for (uint32_t i = 0; i < record->deps_count; i++) {
            if (deps[i] == source) {
                *file = graph_job_key(session->graph, &session->graph->jobs.data[id]);
                return JIG_OK;
            }
        }
    }
    return jig_fail(error, JIG_ERROR_USAGE, "'%s' has no out edge", path);
}

static enum jig_status fail_unknown(struct jig_session *session, const char *path,
                                    struct jig_error *error)
{
    const char *similar = graph_spellcheck(session->graph, path);
    if (similar)
        return jig_fail(error, JIG_ERROR_USAGE, "unknown target '%s', did you mean '%s'?", path,
                        similar);
    return jig_fail(error, JIG_ERROR_USAGE, "unknown target '%s'", path);
}

enum jig_status session_find_target(struct jig_session *session, const char *text, file_id *file,
                                    struct jig_error *error)
{
    size_t length = strlen(text);
    if (length == 0)
        return jig_fail(error, JIG_ERROR_USAGE, "empty path");
    bool of_source = text[length - 1] == '^';
    length -= of_source;
    char *path = mem_alloc(length + 2);
    memcpy(path, text, length);
    length = path_canonicalize(path, length);
    path[length] = '\0';
    *file = graph_find_file(session->graph, path, length);
    enum jig_status status = JIG_OK;
    if (*file == GRAPH_NONE)
        status = fail_unknown(session, path, error);
    else if (of_source)
        status = first_output_of(session, *file, path, file, error);
    free(path);
    return status;
}

/* A target that is a source has nothing to be built; it only has to be there. */
static bool is_missing_source(const struct jig_session *session, file_id file)
{
    struct file_record probe = session->history->files.data[file];
    struct fingerprint_counts counts = {0};
    return session->graph->files.data[file].producer == GRAPH_NONE &&
           !fingerprint_file(AT_FDCWD, graph_path(session->graph, file), session->clock, 0, &probe,
                             &counts) &&
           (probe.flags & FILE_MISSING);
}

static enum jig_status add_target(struct build *build, file_id file, struct jig_error *error)
{
    if (is_missing_source(build->session, file))
        return jig_fail(error, JIG_ERROR_MANIFEST, "'%s' missing and no known rule to make it",
                        graph_path(build->session->graph, file));
    return plan_add_target(build->plan, file, error);
}

enum jig_status session_add_targets(struct build *build, struct jig_error *error)
{
    struct file_list files = {0};
    enum jig_status status = JIG_OK;
    for (uint32_t i = 0; !status && build->files && i < build->files->count; i++)
        status = plan_add_target(build->plan, build->files->data[i], error);
    if (build->files)
        return status;
    if (build->session->pipelines)
        return session_add_selected(build, error);
    for (uint32_t i = 0; !status && i < build->options->target_count; i++) {
        file_id file;
        status = session_find_target(build->session, build->options->targets[i], &file, error);
        if (!status)
            vec_push(&files, file);
    }
    if (!status && !build->options->target_count)
        status = graph_default_targets(build->session->graph, &files, error);
    for (uint32_t i = 0; !status && i < files.count; i++)
        status = add_target(build, files.data[i], error);
    vec_free(&files);
    return status;
}
