/*
 * From jig.yaml to a graph: which files there are, which of them are sources, what they import, and
 * whether the graph that the state kept still follows from all that.
 */
#include "engine/manifest/pipeline/fill.h"

#include "engine/base/io.h"
#include "engine/session/internal.h"

#include <stdlib.h>

/* ---- open and close ------------------------------------------------------------------------- */

bool session_names_pipelines(const char *manifest)
{
    size_t length = strlen(manifest);
    return (length > 5 && strcmp(manifest + length - 5, ".yaml") == 0) ||
           (length > 4 && strcmp(manifest + length - 4, ".yml") == 0);
}

enum jig_status session_open_pipelines(struct jig_session *session, struct jig_error *error)
{
    if (strchr(session->manifest, '/'))
        return jig_fail(
            error, JIG_ERROR_USAGE,
            "'%s' is not in the current directory, which has to be the root of its tree",
            session->manifest);
    struct buf cache = {0};
    buf_printf(&cache, "%s/discovery", session->state_directory);
    const struct discovery_options options = {
        .root = ".",
        .cache = session->options.no_cache ? NULL : cache.data,
        .pool = session->pool,
        .clock = session->clock,
        .read_only = session->options.read_only,
        .notice = event_notice_callback,
        .context = session,
    };
    session->pipelines = mem_zalloc(sizeof *session->pipelines);
    session->pipelines->discovery = discovery_create(&options);
    if (!session->options.once)
        discovery_live(session->pipelines->discovery);
    buf_free(&cache);
    return JIG_OK;
}

void session_close_pipelines(struct jig_session *session)
{
    struct pipelines *pipelines = session->pipelines;
    if (!pipelines)
        return;
    session_forget_amend(session);
    discovery_destroy(pipelines->discovery);
    lenses_free(&pipelines->lenses);
    config_free(&pipelines->config);
    rounds_free(&pipelines->rounds);
    vec_free(&pipelines->fresh);
    vec_free(&pipelines->contents);
    vec_free(&pipelines->module_views);
    delta_begin(session);
    strays_forget(session);
    session_forget_failures(session);
    free(pipelines);
    session->pipelines = NULL;
}

/* ---- configuration -------------------------------------------------------------------------- */

/* Paths of the manifests that the walk finds, the root's first. */
struct manifest_list {
    const char *name; /* what they are called */
    VEC(char *) paths;
};

static void add_manifest(void *context, const char *path, size_t length)
{
    struct manifest_list *list = context;
    size_t name = strlen(list->name);
    if (length > name && path[length - name - 1] == '/' &&
        memcmp(path + length - name, list->name, name) == 0)
        vec_push(&list->paths, mem_strndup(path, length));
}

static enum jig_status read_config(struct jig_session *session, struct jig_error *error)
{
    struct pipelines *pipelines = session->pipelines;
    struct manifest_list list = {.name = session->manifest};
    vec_push(&list.paths, mem_strndup(session->manifest, strlen(session->manifest)));
    tree_each_file(discovery_tree(pipelines->discovery), add_manifest, &list);
    session_forget_amend(session);
    lenses_free(&pipelines->lenses);
    config_free(&pipelines->config);
    pipelines->config = (struct config){0};
    enum jig_status status = config_read(&pipelines->config, (const char *const *)list.paths.data,
                                         list.paths.count, event_notice_callback, session, error);
    if (!status)
        lenses_of(&pipelines->lenses, &pipelines->config);
    for (uint32_t i = 0; i < list.paths.count; i++)
        free(list.paths.data[i]);
    vec_free(&list.paths);
    return status;
}

/* Each pipeline's salt, in one allocation each; the caller frees them with free_salts. */
enum jig_status session_make_salts(const struct config *config, char ***out,
                                   struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    *out = mem_array(config->pipeline_count + 1, sizeof **out);
    for (uint32_t i = 0; i < config->pipeline_count && !status; i++) {
        struct buf salt = {0};
        status = fill_salt(&config->pipelines[i], &salt, error);
        (*out)[i] = salt.data;
    }
    return status;
}

void session_free_salts(const struct config *config, char **salts)
{
    for (uint32_t i = 0; i < config->pipeline_count; i++)
        free(salts[i]);
    free(salts);
}

/* ---- the graph that the state kept ---------------------------------------------------------- */

/* Whether the graph was filled from the same manifest files. */
static bool has_same_manifests(const struct graph *graph, const struct config *config)
{
    if (!graph || graph->manifests.count != config->file_count ||
        graph->manifest_digests.count != config->file_count + 1)
        return false;
    bool same = true;
    for (uint32_t i = 0; i < config->file_count && same; i++)
        same = strcmp(graph_path(graph, graph->manifests.data[i]), config->files[i].path) == 0 &&
               digest_equal(graph->manifest_digests.data[i], config->files[i].digest);
    return same;
}

/*
 * What discovery is to look at when neither the names in the tree nor the configuration have
 * changed: the sources and outputs that the graph has.
 */
static void request_again(const struct jig_session *session, struct fill *fill)
{
    const struct graph *graph = session->graph;
    const struct pipelines *pipelines = session->pipelines;
    const uint32_t lens_count = pipelines->lenses.all.count;
    uint8_t *seen = mem_array((size_t)graph->files.count * lens_count, 1);
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        if (job->flags & GRAPH_JOB_PHONY)
            continue;
        for (uint32_t i = 0; i < job->out_count; i++)
            vec_push(&fill->made, graph_path(graph, graph_outputs(graph, job)[i]));
        uint32_t p = job->pipeline - 1;
        if (pipelines->config.pipelines[p].collects)
            continue;
        file_id source = graph_inputs(graph, job)[0];
        uint32_t lens = pipelines->lenses.of[p];
        if (seen[(size_t)source * lens_count + lens]++)
            continue;
        bool made = graph->files.data[source].producer != GRAPH_NONE;
        vec_push(&fill->sources,
                 ((struct discovery_source){graph_path(graph, source), lens, made}));
    }
    free(seen);
}

/* Jobs of a sound graph may still be of pipelines that this configuration does not have. */
static bool jobs_fit(const struct graph *graph, const struct config *config)
{
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        bool phony = job->flags & GRAPH_JOB_PHONY;
        if (phony ? job->pipeline != 0
                  : job->pipeline == 0 || job->pipeline > config->pipeline_count ||
                        (!job->in_count && !config->pipelines[job->pipeline - 1].collects) ||
                        job->out_count != config->pipelines[job->pipeline - 1].outputs.count)
            return false;
    }
    return true;
}

static struct digest make_stamp(const struct pipelines *pipelines, char *const *salts)
{
    struct digest structure = discovery_structure(pipelines->discovery);
    struct buf text = {0};
    buf_printf(&text, "%d %s", FILL_VERSION, JIG_VERSION);
    buf_append(&text, &structure, sizeof structure);
    for (uint32_t i = 0; i < pipelines->config.pipeline_count; i++) {
        buf_append(&text, salts[i], strlen(salts[i]) + 1);
        fill_list_tools(&pipelines->config.pipelines[i], discovery_tree(pipelines->discovery),
                        &text);
        buf_append_char(&text, '\0');
    }
    struct digest stamp = digest_of(text.data, text.length);
    buf_free(&text);
    return stamp;
}

/* The stamp that a graph was filled with; zero if there is none. */
static struct digest stamp_of(const struct graph *graph)
{
    if (!graph || !graph->manifests.count ||
        graph->manifest_digests.count != graph->manifests.count + 1)
        return (struct digest){0};
    return graph->manifest_digests.data[graph->manifests.count];
}

/* Whether the session's graph follows from what discovery has just found. */
static bool graph_stands(struct jig_session *session, char *const *salts)
{
    struct pipelines *pipelines = session->pipelines;
    const struct graph *graph = session->graph;
    pipelines->stamp = make_stamp(pipelines, salts);
    return graph && !pipelines->fill_anew && has_same_manifests(graph, &pipelines->config) &&
           digest_equal(stamp_of(graph), pipelines->stamp) && jobs_fit(graph, &pipelines->config);
}

/* Whether the graph's sources are those that would be selected now. */
static bool can_scan_again(const struct jig_session *session)
{
    return session->graph && !session->pipelines->select_anew &&
           has_same_manifests(session->graph, &session->pipelines->config) &&
           jobs_fit(session->graph, &session->pipelines->config);
}

static enum jig_status scan_again(struct jig_session *session, struct jig_error *error)
{
    struct pipelines *pipelines = session->pipelines;
    struct fill fill = {.config = &pipelines->config};
    request_again(session, &fill);
    const struct discovery_request request = {
        .lenses = pipelines->lenses.all.data,
        .lens_count = pipelines->lenses.all.count,
        .sources = fill.sources.data,
        .source_count = fill.sources.count,
        .made = fill.made.data,
        .made_count = fill.made.count,
    };
    enum jig_status status = discovery_scan(pipelines->discovery, &request, error);
    fill_free(&fill);
    return status;
}

/* ---- another graph -------------------------------------------------------------------------- */

struct offer {
    struct selector *selector;
    struct graph *old_graph;
    const uint8_t *made; /* [file of old_graph] */
};

/* A file on the disk is a source only if it is not what a job has left there. */
static void offer_file(void *context, const char *path, size_t length)
{
    const struct offer *offer = context;
    if (offer->old_graph) {
        file_id file = graph_find_file(offer->old_graph, path, length);
        if (file != GRAPH_NONE && offer->made[file])
            return;
    }
    selector_offer(offer->selector, path, length);
}

static enum jig_status select_sources(struct jig_session *session, struct fill *fill,
                                      struct jig_error *error)
{
    struct offer offer = {.old_graph = session->graph};
    enum jig_status status =
        selector_create(&session->pipelines->config, fill->graph, &offer.selector, error);
    if (status)
        return status;
    uint8_t *made = session->graph ? session_mark_made(session->graph, session->history) : NULL;
    offer.made = made;
    tree_each_file(discovery_tree(session->pipelines->discovery), offer_file, &offer);
    status = selector_finish(offer.selector, &fill->selection, error);
    selector_destroy(offer.selector);
    free(made);
    return status;
}

/* Gives the new graph its jobs, and the session the new graph. */
static void adopt_graph(struct jig_session *session, struct fill *fill, char *const *salts)
{
    struct graph *old_graph = session->graph;
    struct history *old_history = session->history;
    live_forget(session);
    session_forget_amend(session);
    session->files_counted = session->real_files = 0;
    fill_finish(fill, session->pipelines->discovery, (const char *const *)salts);
    session->graph = fill->graph;
    fill->graph = NULL;
    vec_push(&session->graph->manifest_digests, session->pipelines->stamp);
    session->history = old_graph ? history_rebind(old_history, old_graph, session->graph)
                                 : history_create(session->graph);
    session->unsaved = true;
    session->pipelines->fill_anew = false;
    graph_destroy(old_graph);
    history_destroy(old_history);
}

/* Finds the sources, and fills another graph unless the one there is follows from them too. */
static enum jig_status select_and_fill(struct jig_session *session, char *const *salts,
                                       struct jig_error *error)
{
    struct pipelines *pipelines = session->pipelines;
    struct fill fill;
    fill_begin(&fill, &pipelines->config, &pipelines->lenses);
    enum jig_status status = select_sources(session, &fill, error);
    if (!status) {
        struct discovery_request request = fill_request(&fill);
        status = discovery_scan(pipelines->discovery, &request, error);
    }
    if (!status && !graph_stands(session, salts))
        adopt_graph(session, &fill, salts);
    fill_free(&fill);
    return status;
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* The rounds of the present graph. Only modules that jobs make need more than one. */
static void find_rounds(struct jig_session *session)
{
    struct pipelines *pipelines = session->pipelines;
    const struct graph *graph = session->graph;
    rounds_free(&pipelines->rounds);
    VEC(struct rounds_source) sources = {0};
    uint32_t *maker_of = mem_array(graph->modules.count, sizeof *maker_of);
    bool any = false;
    for (module_id id = 0; id < graph->modules.count; id++) {
        job_id producer = graph->files.data[graph->modules.data[id]].producer;
        maker_of[id] =
            producer == GRAPH_NONE ? UINT32_MAX : graph->jobs.data[producer].pipeline - 1;
        any |= producer != GRAPH_NONE;
    }
    for (job_id id = 0; any && id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        if (!job->pipeline || pipelines->config.pipelines[job->pipeline - 1].collects)
            continue;
        uint32_t p = job->pipeline - 1;
        module_id module =
            discovery_find(pipelines->discovery, graph_path(graph, graph_inputs(graph, job)[0]),
                           pipelines->lenses.of[p]);
        if (module != MODULE_NONE)
            vec_push(&sources, ((struct rounds_source){p, module}));
    }
    rounds_find(&pipelines->rounds, &pipelines->config, pipelines->discovery, any ? maker_of : NULL,
                sources.data, sources.count);
    vec_free(&sources);
    free(maker_of);
}

/*
 * Discovery numbers its modules anew in each process, usually in the same way: where it did not,
 * the graph's list follows.
 */
static void follow_numbering(struct jig_session *session)
{
    struct graph *graph = session->graph;
    const struct discovery *discovery = session->pipelines->discovery;
    uint32_t count = discovery_module_count(discovery);
    for (module_id id = 0; id < count; id++) {
        const char *path = discovery_path(discovery, id);
        if (id < graph->modules.count &&
            strcmp(graph_path(graph, graph->modules.data[id]), path) == 0)
            continue;
        file_id file = graph_add_file(graph, path, strlen(path));
        if (id < graph->modules.count)
            graph->modules.data[id] = file;
        else
            vec_push(&graph->modules, file);
    }
    graph->modules.count = count;
    history_fit(session->history, graph);
}

/* Keeps the graph if it follows from what is found, or fills another one. */
static enum jig_status make_graph(struct jig_session *session, bool scanned,
                                  struct jig_error *error)
{
    struct pipelines *pipelines = session->pipelines;
    char **salts;
    enum jig_status status = session_make_salts(&pipelines->config, &salts, error);
    bool known = !status && (scanned || can_scan_again(session));
    if (known && !scanned)
        status = scan_again(session, error);
    bool stands = known && !status && graph_stands(session, salts);
    if (!status && !stands)
        status = select_and_fill(session, salts, error);
    session_free_salts(&pipelines->config, salts);
    if (status)
        return status;
    pipelines->select_anew = false;
    follow_numbering(session);
    find_rounds(session);
    session_take_discovered(session);
    return JIG_OK;
}

/* Looks at the tree again, and finds what of it are modules, and what they import. */
static enum jig_status refresh(struct jig_session *session, struct jig_error *error)
{
    struct pipelines *pipelines = session->pipelines;
    uint64_t begin_ns = record_stage(session, "find modules");
    uint64_t walked_ns = discovery_counts(pipelines->discovery)->walk_ns;
    bool changed;
    enum jig_status status = discovery_refresh(pipelines->discovery, &changed, error);
    pipelines->select_anew |= changed;
    pipelines->blind = discovery_counts(pipelines->discovery)->tree.unreadable > 0;
    walked_ns = discovery_counts(pipelines->discovery)->walk_ns - walked_ns;
    record_slice(session, "discover", "find modules", begin_ns);
    record_stretch(session, "walk", "look at folders", begin_ns, begin_ns + walked_ns);
    return status;
}

enum jig_status session_load_pipelines(struct jig_session *session, struct jig_error *error)
{
    struct pipelines *pipelines = session->pipelines;
    if (!pipelines->loaded) {
        discovery_load(pipelines->discovery);
        session->links.tree = discovery_tree(pipelines->discovery); /* loading may replace it */
        /* Names that the cache knows and the image's graph does not would not look new. */
        pipelines->select_anew =
            !digest_equal(discovery_mark(pipelines->discovery), stamp_of(session->graph));
    }
    pipelines->loaded = true;
    enum jig_status status = refresh(session, error);
    if (!status)
        status = read_config(session, error);
    const struct graph *before = session->graph;
    uint64_t begin_ns = record_stage(session, "scan modules, make the graph");
    if (!status)
        status = make_graph(session, false, error);
    record_slice(session, "plan", "scan modules, make the graph", begin_ns);
    session->graph_reused = before && session->graph == before;
    return status;
}

void session_note_stamp(struct jig_session *session)
{
    struct pipelines *pipelines = session->pipelines;
    struct graph *graph = session->graph;
    if (!pipelines->salts || !graph->manifests.count)
        return;
    struct digest stamp = make_stamp(pipelines, pipelines->salts);
    session->unsaved |= !digest_equal(stamp, pipelines->stamp);
    pipelines->stamp = stamp;
    pipelines->contents_of = stamp;
    graph->manifest_digests.data[graph->manifests.count] = stamp;
}

void session_forget_amend(struct jig_session *session)
{
    struct pipelines *pipelines = session->pipelines;
    amend_destroy(pipelines->amend);
    if (pipelines->salts)
        session_free_salts(&pipelines->config, pipelines->salts);
    pipelines->amend = NULL;
    pipelines->salts = NULL;
}

bool session_is_module(const struct jig_session *session, file_id file)
{
    const struct pipelines *pipelines = session->pipelines;
    bool found = false;
    for (uint32_t lens = 0; lens < pipelines->lenses.all.count && !found; lens++)
        found = discovery_find(pipelines->discovery, graph_path(session->graph, file), lens) !=
                MODULE_NONE;
    return found;
}

enum jig_status session_save_discovery(struct jig_session *session, struct jig_error *error)
{
    discovery_set_mark(session->pipelines->discovery, stamp_of(session->graph));
    return discovery_save(session->pipelines->discovery, error);
}

uint64_t session_discovery_ns(const struct jig_session *session)
{
    if (!session->pipelines)
        return 0;
    const struct discovery_counts *counts = discovery_counts(session->pipelines->discovery);
    return counts->walk_ns + counts->scan_ns + counts->resolve_ns;
}

enum jig_status session_follow_modules(struct jig_session *session, const struct file_list *files,
                                       bool *changed, struct jig_error *error)
{
    struct pipelines *pipelines = session->pipelines;
    const char **paths = mem_array(files->count, sizeof *paths);
    for (uint32_t i = 0; i < files->count; i++)
        paths[i] = graph_path(session->graph, files->data[i]);
    struct digest before = pipelines->stamp;
    enum jig_status status = discovery_rescan(pipelines->discovery, paths, files->count, error);
    free(paths);
    if (!status)
        status = make_graph(session, true, error);
    *changed = !digest_equal(before, pipelines->stamp);
    return status;
}

void session_report_discovery(struct jig_session *session, struct jig_build_result *result)
{
    struct pipelines *pipelines = session->pipelines;
    const struct discovery_counts *now = discovery_counts(pipelines->discovery);
    const struct discovery_counts *then = &pipelines->counted;
    result->folders_statted = now->tree.folders_statted; /* these are of the last walk */
    result->folders_read = now->tree.folders_read;
    result->files_walked = now->tree.entries;
    result->files_statted += now->files.stats - then->files.stats;
    result->files_hashed += now->files.hashed - then->files.hashed;
    result->bytes_hashed += now->files.hashed_bytes - then->files.hashed_bytes;
    result->files_opened = now->opened - then->opened;
    result->files_scanned = now->scanned - then->scanned;
    result->bytes_scanned = now->scanned_bytes - then->scanned_bytes;
    result->imports_resolved = now->resolved - then->resolved;
    result->modules = discovery_module_count(pipelines->discovery);
    result->walk_ns = now->walk_ns - then->walk_ns;
    result->discover_ns = now->scan_ns - then->scan_ns + now->resolve_ns - then->resolve_ns;
    pipelines->counted = *now;
}
