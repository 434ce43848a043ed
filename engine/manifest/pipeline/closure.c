/*
 * Closures: one virtual file for everything that a component of modules reaches.
 */
#include "engine/manifest/pipeline/filling.h"

/* After the member whose path comes first: numbers depend on how modules were found. */
void closure_name(struct filling *f, uint32_t component)
{
    uint32_t members;
    const module_id *member = discovery_component(f->discovery, component, &members);
    module_id first = member[0];
    for (uint32_t m = 1; m < members; m++) {
        if (strcmp(discovery_path(f->discovery, member[m]), discovery_path(f->discovery, first)) <
            0)
            first = member[m];
    }
    filling_name_part(f, discovery_path(f->discovery, first), "/closure",
                      discovery_module(f->discovery, first)->lens);
}

file_id closure_add(struct filling *f, uint32_t component)
{
    struct graph *graph = f->graph;
    closure_name(f, component);
    file_id file = graph_add_file(graph, f->text.data, f->text.length);
    graph->files.data[file].flags |= GRAPH_FILE_VIRTUAL;
    struct file_list edges = {0};
    vec_push(&edges, file);
    for (uint32_t i = 0; i < f->edges.count; i++)
        vec_push(&edges, f->edges.data[i]);
    const struct graph_job job = {
        .explicit_out_count = 1,
        .out_count = 1,
        .explicit_in_count = f->edges.count,
        .in_count = f->edges.count,
        .flags = GRAPH_JOB_PHONY,
        .rule = graph_intern(graph, "imports", 7),
        .manifest = graph->files.data[graph->manifests.data[0]].path,
        .msvc_deps_prefix = GRAPH_NONE,
        .dyndep = GRAPH_NONE,
    };
    graph_add_job(graph, &job, edges.data);
    vec_free(&edges);
    return file;
}

static file_id part_of(struct filling *f, uint32_t component)
{
    return f->closure_of ? f->closure_of(f, component) : f->closures[component];
}

void closure_list(struct filling *f, uint32_t component)
{
    uint32_t members;
    const module_id *member = discovery_component(f->discovery, component, &members);
    edges_begin(f);
    for (uint32_t m = 0; m < members; m++)
        edges_add(f, filling_file(f, member[m]));
    for (uint32_t m = 0; m < members; m++) {
        uint32_t count;
        const module_id *target = discovery_targets(f->discovery, member[m], &count);
        for (uint32_t t = 0; t < count; t++) {
            uint32_t other = discovery_module(f->discovery, target[t])->component;
            if (other != component)
                edges_add(f, part_of(f, other));
        }
    }
}

static void want_targets(const struct filling *f, uint32_t component, uint8_t *wanted)
{
    uint32_t members;
    const module_id *member = discovery_component(f->discovery, component, &members);
    for (uint32_t m = 0; m < members; m++) {
        uint32_t count;
        const module_id *target = discovery_targets(f->discovery, member[m], &count);
        for (uint32_t t = 0; t < count; t++)
            wanted[discovery_module(f->discovery, target[t])->component] = 1;
    }
}

void closures_want(const struct filling *f, module_id module, uint8_t *wanted)
{
    uint32_t own = discovery_module(f->discovery, module)->component;
    uint32_t members;
    discovery_component(f->discovery, own, &members);
    if (members > 1)
        wanted[own] = 1;
    else
        want_targets(f, own, wanted);
}

/* Components are numbered from imported to importer: down to see which, up to make them. */
void closures_make(struct filling *f, uint8_t *wanted)
{
    uint32_t count = discovery_component_count(f->discovery);
    for (uint32_t c = count; c-- > 0;) {
        if (wanted[c])
            want_targets(f, c, wanted);
    }
    for (uint32_t c = 0; c < count; c++) {
        f->closures[c] = GRAPH_NONE;
        if (!wanted[c])
            continue;
        closure_list(f, c);
        f->closures[c] = f->edges.count == 1 ? f->edges.data[0] : closure_add(f, c);
    }
}
