#include "tools/jig/watch_judge.h"

#include "engine/base/path.h"
#include "engine/discovery/walk/glob.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { HAS_SOURCES = 1, HAS_OUTPUTS = 2 };

static bool is_made(const struct graph *graph, file_id file)
{
    job_id producer = graph->files.data[file].producer;
    return producer != GRAPH_NONE && !(graph->jobs.data[producer].flags & GRAPH_JOB_PHONY);
}

static bool is_manifest(const struct graph *graph, file_id file)
{
    bool found = false;
    for (uint32_t i = 0; i < graph->manifests.count && !found; i++)
        found = graph->manifests.data[i] == file;
    return found;
}

/* live_readers may name jobs that read it no more. */
static bool is_read_by(const struct jig_session *session, job_id id, file_id file)
{
    const struct graph_job *job = &session->graph->jobs.data[id];
    const struct job_record *record = &session->history->jobs.data[id];
    bool found = false;
    for (uint32_t i = 0; i < job->in_count + job->order_only_count && !found; i++)
        found = graph_inputs(session->graph, job)[i] == file;
    for (uint32_t i = 0; i < record->deps_count && !found; i++)
        found = history_deps(session->history, record)[i] == file;
    return found;
}

/* Whether anything comes from it. The outputs of jobs that are no more stay in the graph. */
static bool is_source(struct jig_session *session, file_id file)
{
    uint32_t count;
    const job_id *readers = live_readers(session, file, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (is_read_by(session, readers[i], file))
            return true;
    }
    return is_manifest(session->graph, file);
}

static void learn_folders(struct watch_judge *judge, struct jig_session *session)
{
    const struct graph *graph = session->graph;
    judge->strs = graph->strs.count;
    judge->folders = mem_array(judge->strs, 1);
    for (file_id id = 0; id < graph->files.count; id++) {
        if (graph_is_virtual(graph, id))
            continue;
        uint8_t *has = &judge->folders[graph->files.data[id].dir];
        if (is_made(graph, id))
            *has |= HAS_OUTPUTS;
        else if (!(*has & HAS_SOURCES) && is_source(session, id))
            *has |= HAS_SOURCES;
    }
}

/* A pattern that does not compile has been told by the session. */
static void learn_patterns(struct watch_judge *judge, const struct config *config)
{
    for (uint32_t i = 0; i < config->pipeline_count; i++) {
        const struct string_list *sources = &config->pipelines[i].sources;
        for (uint32_t s = 0; s < sources->count; s++) {
            struct glob *glob;
            if (glob_compile(sources->data[s], &glob, NULL) == JIG_OK)
                vec_push(&judge->sources, glob);
        }
    }
}

static void learn(struct watch_judge *judge, struct jig_session *session)
{
    struct graph *graph = session->graph;
    if (judge->graph == graph && judge->files == graph->files.count)
        return;
    watch_judge_forget(judge);
    judge->graph = graph;
    judge->files = graph->files.count;
    learn_folders(judge, session);
    if (session->pipelines)
        learn_patterns(judge, &session->pipelines->config);
}

/* What is known to lie in a folder; nothing in one that no known file lies in. */
static uint8_t folder_has(const struct watch_judge *judge, const char *path, size_t length)
{
    str_id dir = graph_find_str(judge->graph, path, length);
    return dir < judge->strs ? judge->folders[dir] : 0;
}

/* As the walk has it, which does not offer hidden names to patterns. */
static bool is_hidden(const char *path)
{
    bool hidden = false;
    while (path && !hidden) {
        hidden = *path == '.' && strncmp(path, "../", 3) != 0;
        path = strchr(path, '/');
        path += path != NULL;
    }
    return hidden;
}

static bool is_new_source(const struct watch_judge *judge, const char *path, size_t length)
{
    struct stat st;
    if (is_hidden(path) || stat(path, &st) < 0)
        return false; /* one that is gone and was a source is known to the graph */
    for (uint32_t i = 0; i < judge->sources.count; i++) {
        if (glob_match(judge->sources.data[i], path, length))
            return true;
    }
    return false;
}

/* Whether jobs make files somewhere below a folder. O(texts of the graph). */
static bool has_outputs_below(const struct watch_judge *judge, const char *path, size_t length)
{
    for (str_id dir = 0; dir < judge->strs; dir++) {
        const char *text = graph_str(judge->graph, dir);
        if (judge->folders[dir] & HAS_OUTPUTS && strncmp(text, path, length) == 0 &&
            (text[length] == '/' || !text[length]))
            return true;
    }
    return false;
}

/* A name that neither the graph nor a pattern knows. */
static enum change_origin judge_stranger(const struct watch_judge *judge, const char *path,
                                         size_t length)
{
    struct stat st;
    size_t folder = path_dir_length(path, length);
    if (is_hidden(path) || stat(path, &st) < 0)
        return CHANGE_OF_NOTHING;
    if (folder_has(judge, path, folder) != HAS_SOURCES)
        return CHANGE_OF_UNKNOWN;
    bool strange =
        S_ISDIR(st.st_mode) ? has_outputs_below(judge, path, length) : !S_ISREG(st.st_mode);
    return strange ? CHANGE_OF_UNKNOWN : CHANGE_OF_NEWCOMER;
}

enum change_origin watch_judge_path(struct watch_judge *judge, struct jig_session *session,
                                    const char *path)
{
    size_t length = strlen(path);
    if (!session || !session->graph)
        return CHANGE_OF_SOURCE; /* a manifest that cannot be read: anything may mend it */
    file_id file = graph_find_file(session->graph, path, length);
    if (file != GRAPH_NONE && is_made(session->graph, file))
        return CHANGE_OF_OUTPUT;
    if (file != GRAPH_NONE && is_source(session, file))
        return CHANGE_OF_SOURCE;
    learn(judge, session);
    if (folder_has(judge, path, length) & HAS_SOURCES || is_new_source(judge, path, length))
        return CHANGE_OF_SOURCE;
    return judge_stranger(judge, path, length);
}

void watch_judge_forget(struct watch_judge *judge)
{
    for (uint32_t i = 0; i < judge->sources.count; i++)
        glob_destroy(judge->sources.data[i]);
    vec_free(&judge->sources);
    free(judge->folders);
    *judge = (struct watch_judge){0};
}
