/*
 * How edges follow modules: closures, jobs over sources, and those that collect.
 */
#include "engine/manifest/pipeline/amending.h"

#include <stdlib.h>

/* ---- closures -----------------------------------------------------------------------------------
 */

/* The job that makes a component's closure, or GRAPH_NONE. Its name is then in `text`. */
static job_id closure_job(struct filling *f, uint32_t component)
{
    closure_name(f, component);
    file_id file = graph_find_file(f->graph, f->text.data, f->text.length);
    return file == GRAPH_NONE ? GRAPH_NONE : f->graph->files.data[file].producer;
}

/* A component of one module that imports nothing is its own closure. */
static bool is_plain(const struct discovery *discovery, uint32_t component)
{
    uint32_t members, targets;
    const module_id *member = discovery_component(discovery, component, &members);
    if (members != 1)
        return false;
    discovery_targets(discovery, member[0], &targets);
    return targets == 0;
}

file_id amend_closure(struct filling *f, uint32_t component)
{
    uint32_t members;
    if (is_plain(f->discovery, component))
        return filling_file(f, *discovery_component(f->discovery, component, &members));
    job_id job = closure_job(f, component);
    return graph_job_key(f->graph, &f->graph->jobs.data[job]);
}

static bool has_closure(struct filling *f, uint32_t component)
{
    return is_plain(f->discovery, component) || closure_job(f, component) != GRAPH_NONE;
}

/* Components that one imports and that have no closure yet. */
static void push_missing(struct filling *f, uint32_t component, struct file_list *stack)
{
    uint32_t members, count;
    const module_id *member = discovery_component(f->discovery, component, &members);
    for (uint32_t m = 0; m < members; m++) {
        const module_id *target = discovery_targets(f->discovery, member[m], &count);
        for (uint32_t t = 0; t < count; t++) {
            uint32_t other = discovery_module(f->discovery, target[t])->component;
            if (other != component && !has_closure(f, other))
                vec_push(stack, other);
        }
    }
}

/* With a stack of our own: the chain of imports below may be long. */
static void ensure_closure(struct amend *amend, uint32_t component)
{
    struct filling *f = &amend->filling;
    struct file_list stack = {0};
    vec_push(&stack, component);
    while (stack.count) {
        uint32_t top = stack.data[stack.count - 1];
        if (has_closure(f, top)) {
            stack.count--;
            continue;
        }
        uint32_t before = stack.count;
        push_missing(f, top, &stack);
        if (stack.count != before)
            continue;
        closure_list(f, top);
        file_id file = closure_add(f, top);
        vec_push(&amend->changed, f->graph->files.data[file].producer);
        stack.count--;
    }
    vec_free(&stack);
}

void amend_ensure_closures(struct amend *amend, module_id module)
{
    struct discovery *discovery = amend->filling.discovery;
    uint32_t own = discovery_module(discovery, module)->component;
    uint32_t members, count;
    discovery_component(discovery, own, &members);
    if (members > 1)
        ensure_closure(amend, own);
    const module_id *target = discovery_targets(discovery, module, &count);
    for (uint32_t t = 0; members == 1 && t < count; t++) {
        ensure_closure(amend, discovery_module(discovery, target[t])->component);
        target = discovery_targets(discovery, module, &count);
    }
}

static bool same_inputs(const struct graph *graph, const struct graph_job *job,
                        const struct file_list *inputs)
{
    return job->in_count == inputs->count &&
           (!inputs->count ||
            memcmp(graph_inputs(graph, job), inputs->data, inputs->count * sizeof(file_id)) == 0);
}

/* Gives the job the inputs that were listed, if they are others. */
static void set_inputs(struct amend *amend, job_id id, uint32_t explicit_count)
{
    struct graph *graph = amend->filling.graph;
    const struct file_list listed = {amend->filling.edges.data, amend->filling.edges.count, 0};
    if (same_inputs(graph, &graph->jobs.data[id], &listed))
        return;
    graph_set_inputs(graph, id, listed.data, listed.count, explicit_count);
    vec_push(&amend->changed, id);
}

void amend_list_closure(struct amend *amend, module_id module)
{
    struct filling *f = &amend->filling;
    uint32_t component = discovery_module(f->discovery, module)->component;
    job_id job = closure_job(f, component);
    if (job == GRAPH_NONE)
        return;
    uint32_t members;
    const module_id *member = discovery_component(f->discovery, component, &members);
    for (uint32_t m = 0; m < members; m++)
        amend_ensure_closures(amend, member[m]);
    /* In a circle, amend_ensure_closures minds the circle's own one only. */
    struct file_list stack = {0};
    push_missing(f, component, &stack);
    for (uint32_t i = 0; i < stack.count; i++)
        ensure_closure(amend, stack.data[i]);
    vec_free(&stack);
    closure_list(f, component);
    set_inputs(amend, job, f->edges.count);
}

/* ---- rounds -------------------------------------------------------------------------------------
 */

/* Of the graph with the jobs that are about to be added. */
static uint32_t maker_of(void *context, module_id id)
{
    const struct amend *amend = context;
    const char *path = discovery_path(amend->filling.discovery, id);
    file_id file = graph_find_file(amend->filling.graph, path, strlen(path));
    job_id producer =
        file == GRAPH_NONE ? GRAPH_NONE : amend->filling.graph->files.data[file].producer;
    uint32_t pipeline =
        producer == GRAPH_NONE ? 0 : amend->filling.graph->jobs.data[producer].pipeline;
    return pipeline ? pipeline - 1 : UINT32_MAX;
}

static bool is_source_of(void *context, module_id id, uint32_t pipeline)
{
    const struct amend *amend = context;
    const struct discovery *discovery = amend->filling.discovery;
    return amend->fill.lenses->of[pipeline] == discovery_module(discovery, id)->lens &&
           selector_wants(amend->selector, pipeline, discovery_path(discovery, id));
}

bool amend_rounds_hold(struct amend *amend, const struct discovery_updated *updated)
{
    const struct rounds_modules modules = {maker_of, is_source_of, amend,
                                           amend->fill.config->pipeline_count};
    bool hold = true;
    for (uint32_t i = 0; i < updated->modules.count && hold; i++) {
        const struct discovery_update *update = &updated->modules.data[i];
        bool made = discovery_module(amend->filling.discovery, update->id)->flags & MODULE_MADE;
        bool was_made = update->flags_before & MODULE_MADE;
        if (update->is_new || update->targets || made != was_made)
            hold = rounds_follow(amend->rounds, amend->filling.discovery, &modules, update->id);
    }
    return hold;
}

/* ---- lists of jobs ------------------------------------------------------------------------------
 */

static const char *source_of(const struct graph *graph, job_id id)
{
    return graph_path(graph, graph_inputs(graph, &graph->jobs.data[id])[0]);
}

static uint32_t place_of(const struct graph *graph, const struct amend_list *list,
                         const char *source)
{
    uint32_t low = 0;
    for (uint32_t high = list->count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(source_of(graph, list->data[middle]), source) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void amend_insert_job(struct amend *amend, struct amend_list *list, job_id job)
{
    const struct graph *graph = amend->filling.graph;
    uint32_t place = place_of(graph, list, source_of(graph, job));
    vec_push(list, job);
    memmove(list->data + place + 1, list->data + place,
            (list->count - 1 - place) * sizeof *list->data);
    list->data[place] = job;
}

void amend_remove_job(struct amend *amend, struct amend_list *list, job_id job)
{
    const struct graph *graph = amend->filling.graph;
    uint32_t place = place_of(graph, list, source_of(graph, job));
    if (place == list->count || list->data[place] != job)
        return;
    memmove(list->data + place, list->data + place + 1,
            (list->count - place - 1) * sizeof *list->data);
    list->count--;
}

/* ---- jobs over sources --------------------------------------------------------------------------
 */

static const struct job_pattern *pattern_of(struct amend *amend, uint32_t pipeline)
{
    struct job_pattern *pattern = &amend->patterns[pipeline];
    if (!pattern->pipeline) {
        amend->fill.graph = amend->filling.graph;
        *pattern = pattern_make(&amend->filling, pipeline, amend->salts[pipeline]);
    }
    return pattern;
}

static void list_source_edges(struct amend *amend, uint32_t pipeline, file_id source)
{
    struct filling *f = &amend->filling;
    module_id module =
        discovery_find(f->discovery, filling_path(f, source), amend->fill.lenses->of[pipeline]);
    if (module != MODULE_NONE &&
        amend->fill.config->pipelines[pipeline].depends == DEPENDS_TRANSITIVE &&
        edges_see_content(f, pipeline, module))
        amend_ensure_closures(amend, module);
    edges_of_source(f, pipeline, source);
}

/* With its source as its only input, so that all know what is made by whom before edges are listed.
 */
static job_id declare_job(struct amend *amend, const struct amend_job *added)
{
    struct filling *f = &amend->filling;
    struct graph *graph = f->graph;
    const struct job_pattern *pattern = pattern_of(amend, added->pipeline);
    file_id source = graph_add_file(graph, added->source, strlen(added->source));
    struct file_list outputs = {0};
    struct buf path = {0};
    for (uint32_t o = 0; o < pattern->pipeline->outputs.count; o++) {
        buf_clear(&path);
        config_output_path(pattern->pipeline, o, added->source, &path);
        vec_push(&outputs, graph_add_file(graph, path.data, path.length));
    }
    buf_free(&path);
    edges_begin(f);
    edges_add(f, source);
    struct graph_job job = pattern_fill(f, pattern, outputs.data, 1, added->source, &amend->edges);
    vec_free(&outputs);
    if (amend->places.count) {
        job_id id = amend->places.data[--amend->places.count];
        graph_replace_job(graph, id, &job, amend->edges.data);
        return id;
    }
    job_id id = graph_add_job(graph, &job, amend->edges.data);
    graph_seal_job(graph, id);
    return id;
}

static void declare_outputs(struct amend *amend)
{
    for (uint32_t i = 0; i < amend->added.count; i++) {
        struct amend_job *added = &amend->added.data[i];
        added->id = declare_job(amend, added);
        vec_push(&amend->changed, added->id);
        if (amend->is_collected[added->pipeline])
            amend_insert_job(amend, &amend->jobs_of[added->pipeline], added->id);
        amend->collect_anew[added->pipeline] = true;
    }
}

static void list_tools(struct amend *amend, uint32_t pipeline)
{
    const struct job_pattern *pattern = pattern_of(amend, pipeline);
    for (uint32_t i = 0; i < pattern->tools.count; i++)
        edges_add(&amend->filling, pattern->tools.data[i]);
}

static void list_added_job(struct amend *amend, const struct amend_job *added)
{
    const struct graph *graph = amend->filling.graph;
    list_source_edges(amend, added->pipeline, graph_inputs(graph, &graph->jobs.data[added->id])[0]);
    list_tools(amend, added->pipeline);
    set_inputs(amend, added->id, 1);
}

/* The jobs that there are over the module's file, in its lens. */
static void list_jobs_of(struct amend *amend, module_id module)
{
    struct filling *f = &amend->filling;
    struct graph *graph = f->graph;
    char *path = mem_strndup(discovery_path(f->discovery, module),
                             strlen(discovery_path(f->discovery, module)));
    uint32_t lens = discovery_module(f->discovery, module)->lens;
    struct buf key = {0};
    for (uint32_t p = 0; p < amend->fill.config->pipeline_count; p++) {
        if (amend->fill.lenses->of[p] != lens || !selector_wants(amend->selector, p, path))
            continue;
        buf_clear(&key);
        config_output_path(&amend->fill.config->pipelines[p], 0, path, &key);
        file_id file = graph_find_file(graph, key.data, key.length);
        job_id id = file == GRAPH_NONE ? GRAPH_NONE : graph->files.data[file].producer;
        if (id == GRAPH_NONE || graph->jobs.data[id].pipeline != p + 1)
            continue;
        pattern_of(amend, p); /* before a list is begun */
        list_source_edges(amend, p, graph_inputs(graph, &graph->jobs.data[id])[0]);
        list_tools(amend, p);
        set_inputs(amend, id, 1);
    }
    buf_free(&key);
    free(path);
}

/* ---- jobs that collect --------------------------------------------------------------------------
 */

static void list_collected(struct amend *amend, const struct config_pipeline *pipeline,
                           uint32_t *explicit_count)
{
    struct filling *f = &amend->filling;
    const struct graph *graph = f->graph;
    edges_begin(f);
    for (uint32_t c = 0; c < pipeline->collects_count; c++) {
        const struct amend_list *jobs = &amend->jobs_of[pipeline->collects[c]];
        for (uint32_t j = 0; j < jobs->count; j++) {
            const struct graph_job *job = &graph->jobs.data[jobs->data[j]];
            for (uint32_t o = 0; o < job->out_count; o++)
                edges_add(f, graph_outputs(graph, job)[o]);
        }
    }
    *explicit_count = f->edges.count;
    for (uint32_t c = 0; c < pipeline->collects_count && fill_sees_facts(pipeline); c++) {
        uint32_t collected = pipeline->collects[c];
        const struct amend_list *jobs = &amend->jobs_of[collected];
        bool over_sources = !amend->fill.config->pipelines[collected].collects;
        for (uint32_t j = 0; over_sources && j < jobs->count; j++)
            edges_add(f, graph_inputs(graph, &graph->jobs.data[jobs->data[j]])[0]);
        edges_add_module_list(f, collected);
    }
}

static void collect_anew(struct amend *amend, uint32_t index)
{
    struct filling *f = &amend->filling;
    struct graph *graph = f->graph;
    const struct job_pattern *pattern = pattern_of(amend, index);
    struct buf key = {0};
    config_output_path(pattern->pipeline, 0, NULL, &key);
    file_id file = graph_find_file(graph, key.data, key.length);
    buf_free(&key);
    job_id id = file == GRAPH_NONE ? GRAPH_NONE : graph->files.data[file].producer;
    if (id == GRAPH_NONE) {
        amend_refuse(amend, "a pipeline that collects has no job");
        return;
    }
    uint32_t explicit_count;
    list_collected(amend, pattern->pipeline, &explicit_count);
    struct file_list outputs = {0};
    for (uint32_t o = 0; o < graph->jobs.data[id].out_count; o++)
        vec_push(&outputs, graph_outputs(graph, &graph->jobs.data[id])[o]);
    struct graph_job job =
        pattern_fill(f, pattern, outputs.data, explicit_count, NULL, &amend->edges);
    vec_free(&outputs);
    graph_set_inputs(graph, id, amend->edges.data + job.out_count, job.in_count, explicit_count);
    graph->jobs.data[id].command = job.command;
    graph->jobs.data[id].description = job.description;
    graph_seal_job(graph, id);
    vec_push(&amend->changed, id);
}

static void follow_collectors(struct amend *amend)
{
    const struct config *config = amend->fill.config;
    for (uint32_t p = 0; p < config->pipeline_count && !amend->refusal; p++) {
        bool anew = false;
        for (uint32_t c = 0; c < config->pipelines[p].collects_count; c++)
            anew |= amend->collect_anew[config->pipelines[p].collects[c]];
        if (anew)
            collect_anew(amend, p);
    }
}

/* ---- all of it ----------------------------------------------------------------------------------
 */

static void add_module_files(struct amend *amend)
{
    struct filling *f = &amend->filling;
    struct graph *graph = f->graph;
    uint32_t count = discovery_module_count(f->discovery);
    for (module_id id = graph->modules.count; id < count; id++) {
        const char *path = discovery_path(f->discovery, id);
        vec_push(&graph->modules, graph_add_file(graph, path, strlen(path)));
        vec_push(&amend->new_files, graph->modules.data[id]);
    }
}

/*
 * Whether the module has begun or ceased to import anything: then its closure is another file, and
 * who imports it names that.
 */
static bool closure_moved(const struct amend *amend, const struct discovery_update *update)
{
    const struct discovery *discovery = amend->filling.discovery;
    return update->was_leaf !=
           is_plain(discovery, discovery_module(discovery, update->id)->component);
}

/* A closure that stands for nothing: the files it gathered may be gone. */
static void drop_closure(struct amend *amend, module_id module)
{
    struct filling *f = &amend->filling;
    job_id job = closure_job(f, discovery_module(f->discovery, module)->component);
    if (job == GRAPH_NONE)
        return;
    graph_set_inputs(f->graph, job, NULL, 0, 0);
    vec_push(&amend->dropped, job);
}

static void follow_module(struct amend *amend, module_id module)
{
    if (discovery_module(amend->filling.discovery, module)->flags & MODULE_UNREACHED) {
        drop_closure(amend, module);
        return;
    }
    amend_list_closure(amend, module);
    list_jobs_of(amend, module);
}

static void follow_modules(struct amend *amend, const struct discovery_updated *updated)
{
    struct discovery *discovery = amend->filling.discovery;
    for (uint32_t i = 0; i < updated->modules.count; i++) {
        const struct discovery_update *update = &updated->modules.data[i];
        if (!update->shape && !update->is_new)
            continue;
        bool moved = closure_moved(amend, update);
        follow_module(amend, update->id);
        uint32_t count = 0;
        const module_id *importers =
            moved ? discovery_importers(discovery, update->id, &count) : NULL;
        for (uint32_t m = 0; m < count; m++)
            follow_module(amend, importers[m]);
    }
}

void amend_follow(struct amend *amend, const struct discovery_updated *updated)
{
    add_module_files(amend);
    declare_outputs(amend);
    if (!amend_rounds_hold(amend, updated))
        amend_refuse(amend, "which generated modules are imported has changed");
    amend->filling.rounds = *amend->rounds;
    if (amend->refusal)
        return;
    for (uint32_t i = 0; i < amend->added.count; i++)
        list_added_job(amend, &amend->added.data[i]);
    follow_modules(amend, updated);
    follow_collectors(amend);
}

uint32_t amend_imports_view(struct amend *amend, module_id module)
{
    struct filling *f = &amend->filling;
    filling_name_part(f, discovery_path(f->discovery, module), "/imports",
                      discovery_module(f->discovery, module)->lens);
    file_id file = graph_find_file(f->graph, f->text.data, f->text.length);
    bool known = file != GRAPH_NONE && file < f->view_of.count && f->view_of.data[file];
    return known ? f->view_of.data[file] - 1 : GRAPH_NONE;
}
