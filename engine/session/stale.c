/*
 * Outputs that no job makes any more, because their source or their pipeline is gone. Only files
 * that jig has made are deleted, and of these only those that hold what it left in them.
 */
#include "engine/base/path.h"
#include "engine/session/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

uint8_t *session_mark_made(const struct graph *graph, const struct history *history)
{
    uint8_t *made = mem_array(graph->files.count, 1);
    for (job_id id = 0; id < history->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        for (uint32_t i = 0; history->jobs.data[id].flags && i < job->out_count; i++)
            made[graph_outputs(graph, job)[i]] = 1;
    }
    for (uint32_t i = 0; i < history->orphans.count; i++) {
        const struct orphan *orphan = &history->orphans.data[i];
        for (uint32_t o = 0; o < orphan->outs_count; o++)
            made[history->deps.data[orphan->outs_begin + o]] = 1;
    }
    return made;
}

/* Whether the file holds what its record says. Brings the record up to date. */
static bool is_as_recorded(struct build *build, file_id file)
{
    struct jig_session *session = build->session;
    struct file_record *record = &session->history->files.data[file];
    struct fingerprint_counts counts = {0};
    struct digest recorded = record->digest;
    const uint32_t not_a_file = FILE_MISSING | FILE_DIRECTORY;
    int errnum = fingerprint_made_file(AT_FDCWD, graph_path(session->graph, file), session->clock,
                                       history_tick(session->history), record, &counts);
    return !errnum && !(record->flags & not_a_file) && digest_equal(record->digest, recorded);
}

/* Removes the folders that the file was the last in. */
static void remove_empty_folders(const char *path)
{
    char *folder = mem_strndup(path, strlen(path));
    for (size_t length = path_dir_length(folder, strlen(folder)); length;
         length = path_dir_length(folder, length)) {
        folder[length] = '\0';
        if (rmdir(folder) < 0)
            break;
    }
    free(folder);
}

/* False when it is there still; that has been told. */
static bool remove_file(struct build *build, file_id file)
{
    struct jig_session *session = build->session;
    const char *path = graph_path(session->graph, file);
    struct file_record *record = &session->history->files.data[file];
    struct digest before = record->digest;
    if (unlink(path) < 0 && errno != ENOENT) {
        struct jig_error what;
        jig_fail_errno(&what, errno, "'%s' is not made any more, and cannot be removed", path);
        event_notice(session, &what);
        return false;
    }
    remove_empty_folders(path);
    *record = (struct file_record){.flags = FILE_KNOWN | FILE_MISSING,
                                   .changed_tick = history_tick(session->history)};
    build->result->outputs_removed++;
    delta_note_removed(session, path, before);
    const struct jig_event event = {
        .kind = JIG_EVENT_REMOVED, .progress = &build->progress, .path = path};
    if (session->options.on_event)
        session->options.on_event(session->options.context, &event);
    return true;
}

static void notice_kept(struct jig_session *session, file_id file)
{
    struct jig_error what;
    jig_fail(&what, JIG_OK,
             "'%s' is not made any more, and has been changed since it was; it is left alone",
             graph_path(session->graph, file));
    event_notice(session, &what);
}

/* Whether the records of the orphan's outputs are those that its job left. */
static bool records_are_of(const struct jig_session *session, const struct orphan *orphan)
{
    const struct graph *graph = session->graph;
    struct digest sum = {0};
    for (uint32_t i = 0; i < orphan->outs_count; i++) {
        file_id file = session->history->deps.data[orphan->outs_begin + i];
        sum =
            digest_add(sum, fingerprint_term(graph_path(graph, file),
                                             graph_str_length(graph, graph->files.data[file].path),
                                             session->history->files.data[file].digest));
    }
    return digest_equal(sum, orphan->record.outputs);
}

/* What a job that was killed with jig has left is nothing that anybody else could want. */
static bool is_of_an_unfinished_job(const struct orphan *orphan)
{
    return (orphan->record.flags & JOB_UNSTEADY) && digest_is_zero(orphan->record.outputs);
}

/* Whether a file of any kind, a dangling link too, lies there. */
static bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* Returns whether that is settled: nothing of the orphan has to be known any longer. */
static bool remove_outputs(struct build *build, const struct orphan *orphan)
{
    struct jig_session *session = build->session;
    const struct graph *graph = session->graph;
    bool known = records_are_of(session, orphan);
    bool unfinished = is_of_an_unfinished_job(orphan);
    bool settled = true;
    for (uint32_t i = 0; i < orphan->outs_count; i++) {
        file_id file = session->history->deps.data[orphan->outs_begin + i];
        job_id producer = graph->files.data[file].producer;
        if (producer != GRAPH_NONE) /* another job's now, as soon as it has run */
            settled &= session->history->jobs.data[producer].flags != 0;
        else if (!is_there(graph_path(graph, file)))
            continue;
        else if (unfinished || (known && is_as_recorded(build, file)))
            settled &= remove_file(build, file);
        else
            notice_kept(session, file);
    }
    return settled;
}

bool session_remove_stale(struct build *build)
{
    struct jig_session *session = build->session;
    struct history *history = session->history;
    if (!history->orphans.count || session->options.read_only || build->options->dry_run ||
        session->pipelines->blind)
        return false;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < history->orphans.count; i++) {
        if (!remove_outputs(build, &history->orphans.data[i]))
            history->orphans.data[kept++] = history->orphans.data[i];
    }
    bool any = kept != history->orphans.count;
    history->orphans.count = kept;
    session->unsaved |= any;
    return any;
}
