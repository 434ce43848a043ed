/*
 * What discovery knows, as records of files: a job's inputs are then like any others.
 */
#include "engine/session/internal.h"

#include <stdlib.h>

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
    if (memcmp(old, &record, sizeof record) != 0) /* a page that is written is copied */
        *old = record;
    if (changed && session->plan.graph == session->graph) {
        plan_fit(&session->plan);
        plan_refresh_term(&session->plan, file);
        live_touch(session, file);
    }
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

static const struct graph_view *find_discovery_view(const struct graph *graph)
{
    for (uint32_t i = 0; i < graph->views.count; i++) {
        if (graph->views.data[i].kind == GRAPH_VIEW_DISCOVERY)
            return &graph->views.data[i];
    }
    return NULL;
}

/* Components that hold, or reach, a module with another content. They come after those they import.
 */
static uint8_t *mark_changed(const struct discovery *discovery, const struct digest *before,
                             const struct digest *now)
{
    uint32_t count = discovery_component_count(discovery);
    uint8_t *changed = mem_array(count, 1);
    for (uint32_t component = 0; component < count; component++) {
        uint32_t members;
        const module_id *member = discovery_component(discovery, component, &members);
        for (uint32_t m = 0; m < members; m++) {
            uint32_t targets;
            const module_id *target = discovery_targets(discovery, member[m], &targets);
            changed[component] |= !digest_equal(before[member[m]], now[member[m]]);
            for (uint32_t t = 0; t < targets; t++)
                changed[component] |= changed[discovery_module(discovery, target[t])->component];
        }
    }
    return changed;
}

/* Whether what the view says can be different, given the components that changed. */
static bool may_differ(const struct jig_session *session, const struct graph_view *view,
                       const uint8_t *changed)
{
    const struct discovery *discovery = session->pipelines->discovery;
    if (!changed)
        return true;
    if (view->kind != GRAPH_VIEW_DEFINITION)
        return false; /* what imports lead to is part of the structure */
    module_id module = discovery_find(discovery, graph_path(session->graph, view->of), view->lens);
    return module == MODULE_NONE || changed[discovery_module(discovery, module)->component];
}

/*
 * As long as the view of all that was discovered says the same, so do the others; when it says what
 * follows from the contents that modules had before, only those views have to be looked through
 * that reach a module with another one. It is recorded last: whoever finds it can rely on the
 * others.
 */
static void take_views(struct jig_session *session, const struct digest *before,
                       struct file_list *list)
{
    const struct pipelines *pipelines = session->pipelines;
    const struct graph *graph = session->graph;
    const struct graph_view *all = find_discovery_view(graph);
    if (!all)
        return;
    const struct digest *now = pipelines->contents.data;
    const struct digest recorded = session->history->files.data[all->file].digest;
    const struct file_record whole = {.digest = view_discovered(pipelines->discovery, now),
                                      .flags = FILE_KNOWN};
    bool known = all_views_are_known(session);
    if (known && digest_equal(recorded, whole.digest))
        return;
    uint8_t *changed = NULL;
    if (known && digest_equal(recorded, view_discovered(pipelines->discovery, before)))
        changed = mark_changed(pipelines->discovery, before, now);
    for (uint32_t i = 0; i < graph->views.count; i++) {
        const struct graph_view *view = &graph->views.data[i];
        if (view != all && may_differ(session, view, changed) &&
            take_record(session, view->file, record_of_view(session, view)))
            vec_push(list, view->file);
    }
    free(changed);
    take_record(session, all->file, whole);
    vec_push(list, all->file);
}

/*
 * What the modules held when the views were last looked through, as far as is known: in this
 * session, or else by the records of an earlier one.
 */
static struct digest *contents_before(const struct jig_session *session)
{
    const struct pipelines *pipelines = session->pipelines;
    const struct graph *graph = session->graph;
    struct digest *before = mem_array(graph->modules.count, sizeof *before);
    bool same = pipelines->contents.count == graph->modules.count &&
                digest_equal(pipelines->contents_of, pipelines->stamp);
    for (module_id id = 0; id < graph->modules.count; id++)
        before[id] = same ? pipelines->contents.data[id]
                          : session->history->files.data[graph->modules.data[id]].digest;
    return before;
}

static void note_contents(struct pipelines *pipelines)
{
    uint32_t count = discovery_module_count(pipelines->discovery);
    pipelines->contents.count = 0;
    for (module_id id = 0; id < count; id++)
        vec_push(&pipelines->contents, discovery_record(pipelines->discovery, id)->digest);
    pipelines->contents_of = pipelines->stamp;
}

void session_take_discovered(struct jig_session *session)
{
    struct file_list changed = {0};
    bool failed = false;
    struct digest *before = contents_before(session);
    note_contents(session->pipelines);
    take_modules(session, &changed);
    take_views(session, before, &changed);
    session_keep_records(session, changed.data, changed.count, &failed);
    free(before);
    vec_free(&changed);
}

/* ---- after an update ---------------------------------------------------------------------------
 */

/* Views by the number that discovery is given for them. */
static struct digest watch_view(struct jig_session *session, uint32_t index)
{
    const struct graph *graph = session->graph;
    struct discovery *discovery = session->pipelines->discovery;
    const struct graph_view *view = &graph->views.data[index];
    if (view->kind != GRAPH_VIEW_DEFINITION)
        return view_digest(graph, discovery, view);
    module_id module = discovery_find(discovery, graph_path(graph, view->of), view->lens);
    if (module == MODULE_NONE)
        return (struct digest){0};
    return discovery_watch_definition(discovery, module, graph_str(graph, view->name), index);
}

static void look_through(struct jig_session *session, uint32_t index, struct file_list *changed)
{
    if (index >= session->graph->views.count)
        return; /* of a graph that is gone */
    const struct graph_view *view = &session->graph->views.data[index];
    const struct file_record record = {.digest = watch_view(session, index), .flags = FILE_KNOWN};
    if (take_record(session, view->file, record))
        vec_push(changed, view->file);
}

/* What the imports of a module, or of all modules of a pipeline, lead to. */
static void look_through_imports(struct jig_session *session,
                                 const struct discovery_updated *updated, struct file_list *changed)
{
    struct pipelines *pipelines = session->pipelines;
    const struct graph *graph = session->graph;
    for (uint32_t i = 0; i < updated->modules.count; i++) {
        const struct discovery_update *update = &updated->modules.data[i];
        uint32_t view = amend_imports_view(pipelines->amend, update->id);
        if ((update->shape || update->is_new) && view != GRAPH_NONE)
            look_through(session, view, changed);
    }
    for (uint32_t v = 0; v < pipelines->module_views.count; v++) {
        uint32_t index = pipelines->module_views.data[v];
        uint32_t pipeline = graph->views.data[index].pipeline - 1;
        bool look = false;
        for (uint32_t i = 0; i < updated->modules.count && !look; i++) {
            const struct discovery_update *update = &updated->modules.data[i];
            look = (update->shape || update->is_new) &&
                   amend_is_source(pipelines->amend, pipeline,
                                   discovery_path(pipelines->discovery, update->id));
        }
        if (look)
            look_through(session, index, changed);
    }
}

static void take_views_updated(struct jig_session *session, const struct discovery_updated *updated,
                               uint32_t first_view, struct file_list *changed)
{
    const struct graph *graph = session->graph;
    uint32_t count;
    bool all;
    const uint32_t *touched =
        discovery_touched_definitions(session->pipelines->discovery, &count, &all);
    VEC(uint32_t) views = {0}; /* looking through them moves the list that was given */
    for (uint32_t i = 0; i < count && !all; i++)
        vec_push(&views, touched[i]);
    for (uint32_t i = 0; i < views.count; i++)
        look_through(session, views.data[i], changed);
    vec_free(&views);
    for (uint32_t i = 0; i < first_view && all; i++) {
        if (graph->views.data[i].kind == GRAPH_VIEW_DEFINITION)
            look_through(session, i, changed);
    }
    for (uint32_t i = first_view; i < graph->views.count; i++) {
        if (graph->views.data[i].kind == GRAPH_VIEW_MODULES)
            vec_push(&session->pipelines->module_views, i);
        look_through(session, i, changed);
    }
    look_through_imports(session, updated, changed);
}

static void take_modules_updated(struct jig_session *session,
                                 const struct discovery_updated *updated, struct file_list *changed)
{
    struct pipelines *pipelines = session->pipelines;
    const struct graph *graph = session->graph;
    for (uint32_t i = 0; i < updated->modules.count; i++) {
        module_id id = updated->modules.data[i].id;
        file_id file = graph->modules.data[id];
        const struct file_record *record = discovery_record(pipelines->discovery, id);
        while (pipelines->contents.count <= id)
            vec_push(&pipelines->contents, (struct digest){0});
        pipelines->contents.data[id] = record->digest;
        if (graph->files.data[file].producer != GRAPH_NONE)
            continue;
        count_look(session, file, record);
        /* Of one that cannot be read the record says nothing, which is something new as well. */
        if (take_record(session, file, *record))
            vec_push(changed, file);
    }
}

void session_take_updated(struct jig_session *session, const struct discovery_updated *updated,
                          uint32_t first_view)
{
    struct file_list changed = {0};
    bool failed = false;
    history_fit(session->history, session->graph);
    take_modules_updated(session, updated, &changed);
    take_views_updated(session, updated, first_view, &changed);
    session->pipelines->views_unrecorded = true;
    session_keep_records(session, changed.data, changed.count, &failed);
    vec_free(&changed);
}

void session_watch_views(struct jig_session *session)
{
    const struct graph *graph = session->graph;
    uint32_t count;
    bool all;
    discovery_touched_definitions(session->pipelines->discovery, &count, &all);
    session->pipelines->module_views.count = 0;
    for (uint32_t i = 0; i < graph->views.count; i++) {
        if (graph->views.data[i].kind == GRAPH_VIEW_DEFINITION)
            watch_view(session, i);
        else if (graph->views.data[i].kind == GRAPH_VIEW_MODULES)
            vec_push(&session->pipelines->module_views, i);
    }
}

void session_record_views(struct jig_session *session)
{
    struct pipelines *pipelines = session->pipelines;
    const struct graph_view *all = find_discovery_view(session->graph);
    if (!pipelines->views_unrecorded || !all)
        return;
    pipelines->views_unrecorded = false;
    note_contents(pipelines);
    const struct file_record whole = {
        .digest = view_discovered(pipelines->discovery, pipelines->contents.data),
        .flags = FILE_KNOWN};
    bool failed = false;
    if (take_record(session, all->file, whole))
        session_keep_records(session, &all->file, 1, &failed);
}
