/*
 * What of the pipelines is wanted: filters, and what a set of changed paths affects.
 *
 * Both select files; a job is wanted when its source or one of its outputs is selected. From a
 * selected file one can go on in two directions, along imports and through jobs: to what it depends
 * on, or to what depends on it. Depth counts imports only, so that a module and what is generated
 * from it are equally near.
 */
#include "engine/discovery/walk/glob.h"

#include "engine/session/internal.h"

#include <stdlib.h>

struct selecting {
    struct jig_session *session;
    VEC(module_id) next_module; /* [module] the next one that has the same file */
    module_id *module_of;       /* [file_id] the first module; MODULE_NONE */
    uint8_t *selected;          /* [file_id] what is selected in the end */
};

/* ---- along the edges ---------------------------------------------------------------------- */

enum direction { TO_IMPORTED, TO_IMPORTERS };

struct wave {
    const struct selecting *selecting;
    enum direction direction;
    uint8_t *reached;     /* [file_id] */
    struct file_list now; /* at this depth; grows through jobs, which cost nothing */
    struct file_list next;
};

static void reach(struct wave *wave, struct file_list *list, file_id file)
{
    if (wave->reached[file])
        return;
    wave->reached[file] = 1;
    vec_push(list, file);
}

static void reach_by_jobs(struct wave *wave, file_id file)
{
    struct graph *graph = wave->selecting->session->graph;
    if (wave->direction == TO_IMPORTED) {
        job_id producer = graph->files.data[file].producer;
        if (producer == GRAPH_NONE)
            return;
        const struct graph_job *job = &graph->jobs.data[producer];
        for (uint32_t i = 0; i < job->explicit_in_count; i++)
            reach(wave, &wave->now, graph_inputs(graph, job)[i]);
        return;
    }
    uint32_t count;
    const job_id *readers = graph_consumers(graph, file, &count);
    for (uint32_t r = 0; r < count; r++) {
        const struct graph_job *job = &graph->jobs.data[readers[r]];
        bool is_source = false;
        for (uint32_t i = 0; i < job->explicit_in_count && !is_source; i++)
            is_source = graph_inputs(graph, job)[i] == file;
        for (uint32_t i = 0; job->pipeline && is_source && i < job->out_count; i++)
            reach(wave, &wave->now, graph_outputs(graph, job)[i]);
    }
}

static void reach_by_imports(struct wave *wave, file_id file)
{
    const struct selecting *selecting = wave->selecting;
    struct discovery *discovery = selecting->session->pipelines->discovery;
    const struct graph *graph = selecting->session->graph;
    for (module_id id = selecting->module_of[file]; id != MODULE_NONE;
         id = selecting->next_module.data[id]) {
        uint32_t count;
        const module_id *others = wave->direction == TO_IMPORTED
                                      ? discovery_targets(discovery, id, &count)
                                      : discovery_importers(discovery, id, &count);
        for (uint32_t i = 0; i < count; i++)
            reach(wave, &wave->next, graph->modules.data[others[i]]);
    }
}

/* Adds to `marks` all that is within `depth` imports of what they mark already. */
static void spread(const struct selecting *selecting, enum direction direction, uint32_t depth,
                   uint8_t *marks)
{
    struct wave wave = {.selecting = selecting, .direction = direction, .reached = marks};
    for (file_id file = 0; file < selecting->session->graph->files.count; file++) {
        if (marks[file])
            vec_push(&wave.now, file);
    }
    for (uint32_t level = 0; wave.now.count; level++) {
        for (uint32_t i = 0; i < wave.now.count; i++)
            reach_by_jobs(&wave, wave.now.data[i]);
        for (uint32_t i = 0; i < wave.now.count && level < depth; i++)
            reach_by_imports(&wave, wave.now.data[i]);
        struct file_list done = wave.now;
        wave.now = wave.next;
        wave.next = done;
        wave.next.count = 0;
    }
    vec_free(&wave.now);
    vec_free(&wave.next);
}

/* ---- filters --------------------------------------------------------------------------------- */

/* A filter taken apart. */
struct filter {
    bool excludes;
    bool imported;  /* PATTERN...: what it depends on as well */
    bool importers; /* ...PATTERN: what depends on it as well */
    struct glob *glob;
    char *pattern;
};

static enum jig_status parse_filter(const char *text, struct filter *filter,
                                    struct jig_error *error)
{
    *filter = (struct filter){.excludes = text[0] == '!'};
    text += filter->excludes;
    filter->importers = strncmp(text, "...", 3) == 0;
    text += filter->importers ? 3 : 0;
    size_t length = strlen(text);
    filter->imported = length > 3 && strcmp(text + length - 3, "...") == 0;
    length -= filter->imported ? 3 : 0;
    if (length > 2 && strncmp(text, "./", 2) == 0) {
        text += 2;
        length -= 2;
    }
    while (length > 1 && text[length - 1] == '/')
        length--;
    filter->pattern = mem_strndup(text, length);
    struct jig_error why;
    if (!glob_compile(filter->pattern, &filter->glob, &why))
        return JIG_OK;
    jig_fail(error, JIG_ERROR_USAGE, "filter '%s': %s", filter->pattern, why.message);
    free(filter->pattern);
    return JIG_ERROR_USAGE;
}

/* Marks the files of pipelines and modules that match; a folder stands for all below it. */
static bool mark_matches(const struct selecting *selecting, const struct filter *filter,
                         uint8_t *marks)
{
    const struct graph *graph = selecting->session->graph;
    size_t length = strlen(filter->pattern);
    bool any = false;
    for (file_id file = 0; file < graph->files.count; file++) {
        const char *path = graph_path(graph, file);
        job_id producer = graph->files.data[file].producer;
        if (graph_is_virtual(graph, file) ||
            (producer == GRAPH_NONE && selecting->module_of[file] == MODULE_NONE))
            continue;
        bool below = strncmp(path, filter->pattern, length) == 0 && path[length] == '/';
        if (!below && !glob_match(filter->glob, path, strlen(path)))
            continue;
        marks[file] = 1;
        any = true;
    }
    return any;
}

static enum jig_status fail_no_match(struct jig_session *session, const char *text,
                                     struct jig_error *error)
{
    const char *similar = graph_spellcheck(session->graph, text);
    enum jig_status status =
        similar
            ? jig_fail(error, JIG_ERROR_USAGE,
                       "'%s' matches no source and no output, did you mean '%s'?", text, similar)
            : jig_fail(error, JIG_ERROR_USAGE, "'%s' matches no source and no output", text);
    if (error)
        strncpy(error->advice, "patterns are paths relative to the root; `**` is any folders",
                sizeof error->advice - 1);
    return status;
}

static enum jig_status apply_filter(struct selecting *selecting, const char *text, uint32_t depth,
                                    struct jig_error *error)
{
    struct filter filter;
    enum jig_status status = parse_filter(text, &filter, error);
    if (status)
        return status;
    uint32_t count = selecting->session->graph->files.count;
    uint8_t *marks = mem_array(count, 1);
    uint8_t *imported = mem_array(count, 1);
    bool any = mark_matches(selecting, &filter, marks);
    memcpy(imported, marks, count);
    if (filter.importers)
        spread(selecting, TO_IMPORTERS, depth, marks);
    if (filter.imported)
        spread(selecting, TO_IMPORTED, depth, imported);
    for (file_id file = 0; file < count; file++) {
        if (marks[file] || imported[file])
            selecting->selected[file] = !filter.excludes;
    }
    if (!any && !filter.excludes)
        status = fail_no_match(selecting->session, filter.pattern, error);
    glob_destroy(filter.glob);
    free(filter.pattern);
    free(imported);
    free(marks);
    return status;
}

/* ---- what is affected ------------------------------------------------------------------------ */

static void mark_all(uint8_t *marks, uint32_t count)
{
    memset(marks, 1, count);
}

/* A changed path that is in no job may still decide what an import leads to. */
static bool may_change_everything(const struct jig_session *session, const char *path)
{
    const struct graph *graph = session->graph;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    for (uint32_t i = 0; i < graph->manifests.count; i++) {
        if (strcmp(graph_path(graph, graph->manifests.data[i]), path) == 0)
            return true;
    }
    struct tree *tree = discovery_tree(session->pipelines->discovery);
    return discovery_is_config(session->pipelines->discovery, path) ||
           strcmp(name, "package.json") == 0 || strcmp(name, ".gitignore") == 0 ||
           strcmp(name, "pnpm-workspace.yaml") == 0 || strncmp(name, "tsconfig", 8) == 0 ||
           strncmp(name, "jsconfig", 8) == 0 || strcmp(name, session->manifest) == 0 ||
           tree_kind(tree, path, strlen(path)) == TREE_MISSING;
}

/* Jobs read more than their sources: a changed tool affects what it makes. */
static void mark_outputs_of_readers(struct graph *graph, file_id file, uint8_t *marks)
{
    uint32_t count;
    const job_id *readers = graph_consumers(graph, file, &count);
    for (uint32_t r = 0; r < count; r++) {
        const struct graph_job *job = &graph->jobs.data[readers[r]];
        for (uint32_t i = 0; i < job->out_count; i++)
            marks[graph_outputs(graph, job)[i]] = 1;
    }
}

static uint8_t *mark_affected(const struct selecting *selecting,
                              const struct jig_build_options *options)
{
    struct jig_session *session = selecting->session;
    struct graph *graph = session->graph;
    uint8_t *marks = mem_array(graph->files.count, 1);
    for (uint32_t i = 0; i < options->affected_count; i++) {
        const char *path = options->affected[i];
        file_id file = graph_find_file(graph, path, strlen(path));
        if (file != GRAPH_NONE) {
            marks[file] = 1;
            mark_outputs_of_readers(graph, file, marks);
        }
        if (may_change_everything(session, path)) {
            mark_all(marks, graph->files.count);
            return marks;
        }
    }
    spread(selecting, TO_IMPORTERS, options->depth, marks);
    return marks;
}

/* ---- the selection as targets ---------------------------------------------------------------- */

static void map_modules(struct selecting *selecting)
{
    const struct graph *graph = selecting->session->graph;
    selecting->module_of = mem_alloc(graph->files.count * sizeof *selecting->module_of);
    memset(selecting->module_of, 0xff, graph->files.count * sizeof *selecting->module_of);
    for (module_id id = 0; id < graph->modules.count; id++) {
        file_id file = graph->modules.data[id];
        vec_push(&selecting->next_module, selecting->module_of[file]);
        selecting->module_of[file] = id;
    }
}

static bool is_selected(const struct graph *graph, const struct graph_job *job,
                        const uint8_t *marks, bool collects)
{
    bool selected = !collects && marks[graph_inputs(graph, job)[0]];
    for (uint32_t i = 0; i < job->out_count; i++)
        selected |= marks[graph_outputs(graph, job)[i]];
    return selected;
}

static enum jig_status add_jobs(struct build *build, const uint8_t *selected,
                                const uint8_t *affected, struct jig_error *error)
{
    const struct jig_session *session = build->session;
    const struct graph *graph = session->graph;
    enum jig_status status = JIG_OK;
    for (job_id id = 0; id < graph->jobs.count && !status; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        if (!job->pipeline)
            continue;
        bool collects = session->pipelines->config.pipelines[job->pipeline - 1].collects != NULL;
        if ((!selected || is_selected(graph, job, selected, collects)) &&
            (!affected || is_selected(graph, job, affected, collects)))
            status = plan_add_target(build->plan, graph_job_key(graph, job), error);
    }
    return status;
}

enum jig_status session_add_selected(struct build *build, struct jig_error *error)
{
    const struct jig_build_options *options = build->options;
    struct selecting selecting = {.session = build->session};
    uint32_t count = build->session->graph->files.count;
    bool filtered = options->filter_count || options->target_count;
    enum jig_status status = JIG_OK;
    uint8_t *affected = NULL;
    if (filtered || options->only_affected)
        map_modules(&selecting);
    if (filtered)
        selecting.selected = mem_array(count, 1);
    /* Only what is taken away is named: from all there is. */
    if (options->filter_count && !options->target_count && options->filters[0][0] == '!')
        mark_all(selecting.selected, count);
    for (uint32_t i = 0; i < options->target_count && !status; i++)
        status = apply_filter(&selecting, options->targets[i], options->depth, error);
    for (uint32_t i = 0; i < options->filter_count && !status; i++)
        status = apply_filter(&selecting, options->filters[i], options->depth, error);
    if (!status && options->only_affected)
        affected = mark_affected(&selecting, options);
    if (!status)
        status = add_jobs(build, selecting.selected, affected, error);
    vec_free(&selecting.next_module);
    free(selecting.module_of);
    free(selecting.selected);
    free(affected);
    return status;
}
