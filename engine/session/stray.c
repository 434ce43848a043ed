/*
 * Strays: files that commands leave beside their outputs and that nobody declares. They are no
 * failure, but nothing tracks them: they are not made again when they are missing, and not deleted
 * when their source is gone. So they are told.
 *
 * A folder is listed before the first job that has outputs in it starts, and again at the end.
 */
#include "engine/base/path.h"
#include "engine/session/internal.h"

#include <dirent.h>
#include <stdlib.h>

/* What a folder held before. */
struct strays_folder {
    char *path;           /* "." is the root */
    const char *pipeline; /* one that writes there; the config's */
    VEC(uint64_t) names;  /* digests of them, ascending */
};

static int by_number(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static uint64_t digest_name(const char *name)
{
    return digest_of(name, strlen(name)).low;
}

static void list_folder(struct strays_folder *folder)
{
    DIR *dir = opendir(folder->path);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        vec_push(&folder->names, digest_name(entry->d_name));
    if (dir)
        closedir(dir);
    if (folder->names.count)
        qsort(folder->names.data, folder->names.count, sizeof(uint64_t), by_number);
}

static bool is_watched(const struct strays *strays, const char *path, size_t length)
{
    for (uint32_t i = 0; i < strays->folders.count; i++) {
        const char *known = strays->folders.data[i].path;
        if (strncmp(known, path, length) == 0 && known[length] == '\0')
            return true;
    }
    return false;
}

void strays_watch(struct jig_session *session, job_id id)
{
    struct strays *strays = &session->pipelines->strays;
    const struct graph *graph = session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    const struct config_pipeline *pipeline =
        &session->pipelines->config.pipelines[job->pipeline - 1];
    if (pipeline->generate.kind != GENERATOR_COMMAND && pipeline->generate.kind != GENERATOR_WORKER)
        return; /* they write through us */
    for (uint32_t i = 0; i < job->out_count; i++) {
        file_id file = graph_outputs(graph, job)[i];
        str_id dir = graph->files.data[file].dir;
        /* Almost always the one of the job before, and never more than the pipelines have. */
        if (strays->last && dir + 1 == strays->last)
            continue;
        strays->last = dir + 1;
        const char *path = graph_str_length(graph, dir) ? graph_str(graph, dir) : ".";
        if (is_watched(strays, path, strlen(path)))
            continue;
        struct strays_folder folder = {.path = mem_strndup(path, strlen(path)),
                                       .pipeline = pipeline->name};
        list_folder(&folder);
        vec_push(&strays->folders, folder);
    }
}

static void tell(struct jig_session *session, const struct strays_folder *folder, const char *path)
{
    struct jig_error what;
    jig_fail(&what, JIG_OK,
             "'%s' was written beside the outputs of pipeline '%s', and no pipeline declares it",
             path, folder->pipeline);
    strncpy(what.advice, "add it to `outputs`, so that it is tracked", sizeof what.advice - 1);
    event_notice(session, &what);
}

static void check_folder(struct jig_session *session, const struct strays_folder *folder)
{
    struct buf path = {0};
    DIR *dir = opendir(folder->path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        uint64_t digest = digest_name(entry->d_name);
        if (entry->d_type == DT_DIR || entry->d_name[0] == '.' ||
            (folder->names.count &&
             bsearch(&digest, folder->names.data, folder->names.count, sizeof digest, by_number)))
            continue;
        buf_clear(&path);
        if (strcmp(folder->path, ".") != 0)
            buf_printf(&path, "%s/", folder->path);
        buf_append_str(&path, entry->d_name);
        file_id file = graph_find_file(session->graph, path.data, path.length);
        if (file == GRAPH_NONE || session->graph->files.data[file].producer == GRAPH_NONE)
            tell(session, folder, path.data);
    }
    if (dir)
        closedir(dir);
    buf_free(&path);
}

void strays_tell(struct jig_session *session)
{
    struct strays *strays = &session->pipelines->strays;
    for (uint32_t i = 0; i < strays->folders.count; i++)
        check_folder(session, &strays->folders.data[i]);
    strays_forget(session);
}

void strays_forget(struct jig_session *session)
{
    struct strays *strays = &session->pipelines->strays;
    for (uint32_t i = 0; i < strays->folders.count; i++) {
        free(strays->folders.data[i].path);
        vec_free(&strays->folders.data[i].names);
    }
    vec_free(&strays->folders);
    strays->last = 0;
}
