/*
 * The delta: what a build changed among the outputs of pipelines.
 */
#include "engine/session/internal.h"

#include <stdlib.h>

void delta_begin(struct jig_session *session)
{
    struct pipelines *pipelines = session->pipelines;
    arena_free(&pipelines->delta_text);
    vec_free(&pipelines->changes);
    vec_free(&pipelines->delta);
}

static char *keep_text(struct pipelines *pipelines, const char *text)
{
    return arena_strndup(&pipelines->delta_text, text, strlen(text));
}

static bool is_there(const struct file_record *record)
{
    return (record->flags & (FILE_KNOWN | FILE_MISSING | FILE_DIRECTORY)) == FILE_KNOWN;
}

void delta_note(struct build *build, job_id id)
{
    struct jig_session *session = build->session;
    const struct graph *graph = session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    for (uint32_t i = 0; session->pipelines && i < job->out_count; i++) {
        file_id file = graph_outputs(graph, job)[i];
        const struct file_record *record = &session->history->files.data[file];
        const struct change change = {
            .path = keep_text(session->pipelines, graph_path(graph, file)),
            .pipeline = keep_text(session->pipelines, graph_str(graph, job->rule)),
            .before = is_there(record) ? record->digest : (struct digest){0},
        };
        vec_push(&session->pipelines->changes, change);
    }
}

void delta_note_removed(struct jig_session *session, const char *path, struct digest before)
{
    const struct change change = {
        .path = keep_text(session->pipelines, path), .pipeline = "", .before = before};
    vec_push(&session->pipelines->changes, change);
}

/* By path; of one path, in the order in which things happened. */
static int by_path(const void *a, const void *b)
{
    const struct change *left = a;
    const struct change *right = b;
    int order = strcmp(left->path, right->path);
    return order ? order : (left->order > right->order) - (left->order < right->order);
}

/* "" for what is not there. */
static void format_digest(struct digest digest, char out[33])
{
    if (digest_is_zero(digest))
        out[0] = '\0';
    else
        digest_format(digest, out);
}

static struct digest digest_now(struct jig_session *session, const char *path)
{
    file_id file = graph_find_file(session->graph, path, strlen(path));
    if (file == GRAPH_NONE || !is_there(&session->history->files.data[file]))
        return (struct digest){0};
    return session->history->files.data[file].digest;
}

static void add_entry(struct jig_session *session, const struct change *first,
                      const struct change *last)
{
    struct digest after = digest_now(session, first->path);
    if (digest_equal(first->before, after))
        return;
    struct jig_delta_entry entry = {
        .kind = digest_is_zero(first->before) ? JIG_DELTA_ADDED
                : digest_is_zero(after)       ? JIG_DELTA_REMOVED
                                              : JIG_DELTA_UPDATED,
        .path = first->path,
        .pipeline = last->pipeline,
    };
    format_digest(after, entry.digest);
    format_digest(first->before, entry.old_digest);
    vec_push(&session->pipelines->delta, entry);
}

void delta_finish(struct jig_session *session)
{
    struct pipelines *pipelines = session->pipelines;
    struct change *changes = pipelines->changes.data;
    uint32_t count = pipelines->changes.count;
    for (uint32_t i = 0; i < count; i++)
        changes[i].order = i;
    if (count)
        qsort(changes, count, sizeof *changes, by_path);
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i + 1;
        while (end < count && strcmp(changes[end].path, changes[i].path) == 0)
            end++;
        add_entry(session, &changes[i], &changes[end - 1]);
        i = end;
    }
}

const struct jig_delta_entry *jig_session_delta(const struct jig_session *session, uint32_t *count)
{
    *count = session->pipelines ? session->pipelines->delta.count : 0;
    return session->pipelines ? session->pipelines->delta.data : NULL;
}
