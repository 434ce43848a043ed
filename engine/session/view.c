/*
 * What discovery knows, as records of files: a job's inputs are then like any others.
 */
#include "engine/session/internal.h"

#include <fcntl.h>

/* Counts the look at a source that discovery took. */
static void count_look(struct jig_session *session, file_id file, const struct file_record *fresh)
{
    const struct file_record *old = &session->history->files.data[file];
    bool stands = old->ctime_ns == fresh->ctime_ns && old->mtime_ns == fresh->mtime_ns &&
                  old->size == fresh->size && old->inode == fresh->inode &&
                  (old->flags & FILE_MISSING) == (fresh->flags & FILE_MISSING);
    session_count_look(session, file, stands ? LOOK_HIT : look_missed(old->flags, fresh->flags));
}

/* Gives the file this record; true if that says something new of its content. */
static bool take_record(struct jig_session *session, file_id file, struct file_record record)
{
    struct file_record *old = &session->history->files.data[file];
    bool changed = !(old->flags & FILE_KNOWN) || !digest_equal(old->digest, record.digest);
    record.changed_tick = changed ? history_tick(session->history) : old->changed_tick;
    *old = record;
    return changed;
}

/* What jobs make is looked at when the plan is made: discovery may have seen what they left before.
 */
static void take_modules(struct jig_session *session, struct file_list *changed)
{
    struct pipelines *pipelines = session->pipelines;
    const struct graph *graph = session->graph;
    if (pipelines->fresh.count < graph->files.count)
        vec_extend(&pipelines->fresh, graph->files.count - pipelines->fresh.count);
    memset(pipelines->fresh.data, 0, pipelines->fresh.count);
    for (module_id id = 0; id < graph->modules.count; id++) {
        file_id file = graph->modules.data[id];
        const struct file_record *record = discovery_record(pipelines->discovery, id);
        if (graph->files.data[file].producer != GRAPH_NONE || !(record->flags & FILE_KNOWN))
            continue;
        count_look(session, file, record);
        if (take_record(session, file, *record))
            vec_push(changed, file);
        pipelines->fresh.data[file] = 1;
    }
}

static struct file_record record_of_view(const struct jig_session *session,
                                         const struct graph_view *view)
{
    return (struct file_record){
        .digest = view_digest(session->graph, session->pipelines->discovery, view),
        .flags = FILE_KNOWN,
    };
}

/* A graph that was filled in another way has views that nobody has looked through yet. */
static bool all_views_are_known(const struct jig_session *session)
{
    const struct graph *graph = session->graph;
    bool known = true;
    for (uint32_t i = 0; i < graph->views.count; i++)
        known &= session->history->files.data[graph->views.data[i].file].flags & FILE_KNOWN;
    return known;
}

/*
 * As long as the view of all that was discovered says the same, so do the others. It is recorded
 * last: whoever finds it can rely on them.
 */
static void take_views(struct jig_session *session, struct file_list *changed)
{
    const struct graph *graph = session->graph;
    const struct graph_view *all = NULL;
    for (uint32_t i = 0; i < graph->views.count && !all; i++) {
        if (graph->views.data[i].kind == GRAPH_VIEW_DISCOVERY)
            all = &graph->views.data[i];
    }
    if (!all)
        return;
    struct file_record whole = record_of_view(session, all);
    const struct file_record *before = &session->history->files.data[all->file];
    if (digest_equal(before->digest, whole.digest) && all_views_are_known(session))
        return;
    for (uint32_t i = 0; i < graph->views.count; i++) {
        const struct graph_view *view = &graph->views.data[i];
        if (view != all && take_record(session, view->file, record_of_view(session, view)))
            vec_push(changed, view->file);
    }
    take_record(session, all->file, whole);
    vec_push(changed, all->file);
}

void session_take_discovered(struct jig_session *session)
{
    struct file_list changed = {0};
    bool failed = false;
    take_modules(session, &changed);
    take_views(session, &changed);
    session_keep_records(session, changed.data, changed.count, &failed);
    vec_free(&changed);
}
