/*
 * Which jobs come and go with sources.
 */
#include "engine/manifest/pipeline/amending.h"

#include <stdlib.h>

void amend_refuse(struct amend *amend, const char *why)
{
    if (!amend->refusal)
        amend->refusal = why;
}

const char *amend_refusal(const struct amend *amend)
{
    return amend->refusal;
}

/* ---- creation ----------------------------------------------------------------------------------
 */

/* What makes what, and feeds what, from the jobs there are. */
static void find_feeds(struct amend *amend)
{
    const struct graph *graph = amend->filling.graph;
    const struct config *config = amend->fill.config;
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        for (uint32_t i = 0; job->pipeline && i < job->out_count; i++)
            amend->fill.selection.makers.data[graph_outputs(graph, job)[i]] = job->pipeline - 1;
        for (uint32_t i = 0; job->pipeline && i < job->in_count; i++) {
            job_id producer = graph->files.data[graph_inputs(graph, job)[i]].producer;
            uint32_t maker = producer == GRAPH_NONE ? 0 : graph->jobs.data[producer].pipeline;
            if (maker)
                amend->feeds[(maker - 1) * config->pipeline_count + job->pipeline - 1] = 1;
        }
    }
}

static void find_collected(struct amend *amend)
{
    const struct graph *graph = amend->filling.graph;
    const struct config *config = amend->fill.config;
    for (uint32_t p = 0; p < config->pipeline_count; p++) {
        for (uint32_t c = 0; c < config->pipelines[p].collects_count; c++)
            amend->is_collected[config->pipelines[p].collects[c]] = true;
    }
    /* Jobs were added in the order of their sources' paths. */
    for (job_id id = 0; id < graph->jobs.count; id++) {
        uint32_t pipeline = graph->jobs.data[id].pipeline;
        if (pipeline && amend->is_collected[pipeline - 1])
            vec_push(&amend->jobs_of[pipeline - 1], id);
    }
}

static void find_views(struct amend *amend)
{
    struct filling *f = &amend->filling;
    vec_extend(&f->view_of, f->graph->files.count);
    for (uint32_t i = 0; i < f->graph->views.count; i++)
        f->view_of.data[f->graph->views.data[i].file] = i + 1;
}

struct amend *amend_create(const struct amend_options *options)
{
    struct amend *amend = mem_zalloc(sizeof *amend);
    uint32_t count = options->config->pipeline_count;
    amend->fill = (struct fill){
        .config = options->config, .lenses = options->lenses, .graph = options->graph};
    amend->filling = (struct filling){.fill = &amend->fill,
                                      .graph = options->graph,
                                      .discovery = options->discovery,
                                      .closure_of = amend_closure};
    amend->rounds = options->rounds;
    amend->salts = options->salts;
    amend->feeds = mem_array(count, count);
    amend->fill.selection.feeds = amend->feeds;
    vec_extend(&amend->fill.selection.makers, options->graph->files.count);
    memset(amend->fill.selection.makers.data, 0xff, options->graph->files.count * sizeof(uint32_t));
    amend->jobs_of = mem_array(count, sizeof *amend->jobs_of);
    amend->is_collected = mem_array(count, sizeof *amend->is_collected);
    amend->collect_anew = mem_array(count, sizeof *amend->collect_anew);
    amend->patterns = mem_array(count, sizeof *amend->patterns);
    if (selector_create(options->config, NULL, &amend->selector, NULL))
        amend_refuse(amend, "the patterns cannot be read");
    find_feeds(amend);
    find_collected(amend);
    find_views(amend);
    return amend;
}

static void free_changes(struct discovery_changes *changes)
{
    vec_free(&changes->looked);
    vec_free(&changes->appeared);
    vec_free(&changes->vanished);
    vec_free(&changes->made);
    vec_free(&changes->unmade);
    vec_free(&changes->sources);
    vec_free(&changes->dropped);
}

void amend_begin(struct amend *amend)
{
    arena_free(&amend->texts);
    free_changes(&amend->changes);
    amend->added.count = 0;
    amend->unmade.count = amend->changed.count = amend->dropped.count = 0;
    amend->new_files.count = 0;
    memset(amend->collect_anew, 0, amend->fill.config->pipeline_count * sizeof(bool));
    amend->filling.rounds = *amend->rounds;
}

void amend_destroy(struct amend *amend)
{
    if (!amend)
        return;
    uint32_t count = amend->fill.config->pipeline_count;
    amend_begin(amend);
    for (uint32_t p = 0; p < count; p++) {
        vec_free(&amend->jobs_of[p]);
        vec_free(&amend->patterns[p].tools);
    }
    selector_destroy(amend->selector);
    free(amend->jobs_of);
    free(amend->patterns);
    free(amend->feeds);
    vec_free(&amend->fill.selection.makers);
    free(amend->is_collected);
    free(amend->collect_anew);
    vec_free(&amend->places);
    vec_free(&amend->added);
    vec_free(&amend->unmade);
    vec_free(&amend->changed);
    vec_free(&amend->dropped);
    vec_free(&amend->new_files);
    vec_free(&amend->edges);
    vec_free(&amend->filling.view_of);
    vec_free(&amend->filling.listed);
    vec_free(&amend->filling.edges);
    buf_free(&amend->filling.text);
    free(amend);
}

struct discovery_changes *amend_changes(struct amend *amend)
{
    return &amend->changes;
}

const job_id *amend_unmade_jobs(const struct amend *amend, uint32_t *count)
{
    *count = amend->unmade.count;
    return amend->unmade.data;
}

const job_id *amend_changed_jobs(const struct amend *amend, uint32_t *count)
{
    *count = amend->changed.count;
    return amend->changed.data;
}

const job_id *amend_dropped_jobs(const struct amend *amend, uint32_t *count)
{
    *count = amend->dropped.count;
    return amend->dropped.data;
}

const file_id *amend_new_files(const struct amend *amend, uint32_t *count)
{
    *count = amend->new_files.count;
    return amend->new_files.data;
}

bool amend_is_tool(const struct amend *amend, const char *path)
{
    bool named = false;
    for (uint32_t p = 0; p < amend->fill.config->pipeline_count && !named; p++)
        named = tools_name(&amend->fill.config->pipelines[p], path);
    return named;
}

bool amend_is_source(const struct amend *amend, uint32_t pipeline, const char *path)
{
    return selector_wants(amend->selector, pipeline, path);
}

/* ---- coming -------------------------------------------------------------------------------------
 */

static bool leads_to(const struct amend *amend, uint32_t from, uint32_t to, uint8_t *seen)
{
    uint32_t count = amend->fill.config->pipeline_count;
    if (from == to)
        return true;
    seen[from] = 1;
    for (uint32_t next = 0; next < count; next++) {
        if (amend->feeds[from * count + next] && !seen[next] && leads_to(amend, next, to, seen))
            return true;
    }
    return false;
}

static void feed(struct amend *amend, uint32_t maker, uint32_t taker)
{
    uint32_t count = amend->fill.config->pipeline_count;
    uint8_t *known = &amend->feeds[maker * count + taker];
    uint8_t *seen = mem_array(count, 1);
    if (!*known && leads_to(amend, taker, maker, seen))
        amend_refuse(amend, "a pipeline would feed itself");
    *known = 1;
    free(seen);
}

static void add_job(struct amend *amend, uint32_t pipeline, const char *source, bool made);

/* What one more job will make: it counts as being there, and may be a source itself. */
static void add_output(struct amend *amend, uint32_t pipeline, const char *path)
{
    struct graph *graph = amend->filling.graph;
    file_id file = graph_find_file(graph, path, strlen(path));
    if (!selector_allows_output(amend->selector, path))
        amend_refuse(amend, "an output lies where none may");
    if (file != GRAPH_NONE && graph->files.data[file].producer != GRAPH_NONE)
        amend_refuse(amend, "an output would be made by two jobs");
    for (uint32_t i = 0; i < amend->changes.made.count; i++) {
        if (strcmp(amend->changes.made.data[i], path) == 0)
            amend_refuse(amend, "an output would be made by two jobs");
    }
    if (tree_kind(discovery_tree(amend->filling.discovery), path, strlen(path)) != TREE_MISSING)
        amend_refuse(amend, "an output lies in the place of a file that no job made");
    if (amend_is_tool(amend, path))
        amend_refuse(amend, "a tool is to be made");
    vec_push(&amend->changes.made, path);
    vec_push(&amend->changes.appeared, path);
    for (uint32_t p = 0; p < amend->fill.config->pipeline_count && !amend->refusal; p++) {
        if (!selector_wants(amend->selector, p, path))
            continue;
        feed(amend, pipeline, p);
        add_job(amend, p, path, true);
    }
}

static const char *output_path(struct amend *amend, uint32_t pipeline, uint32_t output,
                               const char *source)
{
    struct buf path = {0};
    config_output_path(&amend->fill.config->pipelines[pipeline], output, source, &path);
    const char *kept = arena_strndup(&amend->texts, buf_cstr(&path), path.length);
    buf_free(&path);
    return kept;
}

/* Recursion is as deep as pipelines feed each other, which is in no circle. */
static void add_job(struct amend *amend, uint32_t pipeline, const char *source, bool made)
{
    const struct config_pipeline *config = &amend->fill.config->pipelines[pipeline];
    vec_push(&amend->added, ((struct amend_job){pipeline, source, made, GRAPH_NONE}));
    vec_push(&amend->changes.sources,
             ((struct discovery_source){source, amend->fill.lenses->of[pipeline], made}));
    for (uint32_t o = 0; o < config->outputs.count && !amend->refusal; o++)
        add_output(amend, pipeline, output_path(amend, pipeline, o, source));
}

void amend_source_came(struct amend *amend, const char *path)
{
    const char *source = arena_strndup(&amend->texts, path, strlen(path));
    vec_push(&amend->changes.appeared, source);
    for (uint32_t p = 0; p < amend->fill.config->pipeline_count && !amend->refusal; p++) {
        if (selector_wants(amend->selector, p, source))
            add_job(amend, p, source, false);
    }
}

/* ---- going --------------------------------------------------------------------------------------
 */

static void remove_jobs(struct amend *amend, const char *source);

static void remove_job(struct amend *amend, job_id id)
{
    const struct graph *graph = amend->filling.graph;
    const struct graph_job *job = &graph->jobs.data[id];
    vec_push(&amend->unmade, id);
    for (uint32_t o = 0; o < job->out_count; o++) {
        const char *path = graph_path(graph, graph_outputs(graph, job)[o]);
        const char *kept = arena_strndup(&amend->texts, path, strlen(path));
        vec_push(&amend->changes.unmade, kept);
        vec_push(&amend->changes.vanished, kept);
        if (amend_is_tool(amend, kept))
            amend_refuse(amend, "a tool is made no more");
        remove_jobs(amend, kept);
    }
}

/* Jobs of which this is the source are found by the outputs that they have of it. */
static void remove_jobs(struct amend *amend, const char *source)
{
    struct graph *graph = amend->filling.graph;
    for (uint32_t p = 0; p < amend->fill.config->pipeline_count && !amend->refusal; p++) {
        if (!selector_wants(amend->selector, p, source))
            continue;
        const char *key = output_path(amend, p, 0, source);
        file_id file = graph_find_file(graph, key, strlen(key));
        job_id id = file == GRAPH_NONE ? GRAPH_NONE : graph->files.data[file].producer;
        if (id == GRAPH_NONE || graph->jobs.data[id].pipeline != p + 1)
            continue;
        vec_push(&amend->changes.dropped,
                 ((struct discovery_source){source, amend->fill.lenses->of[p], false}));
        remove_job(amend, id);
    }
}

void amend_source_went(struct amend *amend, const char *path)
{
    const char *source = arena_strndup(&amend->texts, path, strlen(path));
    vec_push(&amend->changes.vanished, source);
    remove_jobs(amend, source);
}

void amend_retire(struct amend *amend)
{
    struct graph *graph = amend->filling.graph;
    for (uint32_t i = 0; i < amend->unmade.count; i++) {
        job_id id = amend->unmade.data[i];
        uint32_t pipeline = graph->jobs.data[id].pipeline - 1;
        if (amend->is_collected[pipeline])
            amend_remove_job(amend, &amend->jobs_of[pipeline], id);
        amend->collect_anew[pipeline] = true;
        graph_retire_job(graph, id);
        vec_push(&amend->places, id);
    }
    amend->unmade.count = 0;
}
