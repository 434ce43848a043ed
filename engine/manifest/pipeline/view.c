/*
 * What virtual files say.
 */
#include "engine/manifest/pipeline/fill.h"

#include <stdlib.h>

static struct digest mix(struct digest a, struct digest b)
{
    const uint64_t words[] = {a.low, a.high, b.low, b.high};
    return digest_of(words, sizeof words);
}

static struct digest digest_of_text(const char *text)
{
    return digest_of(text, strlen(text));
}

/* What a module's imports lead to, in their order. */
static struct digest imports_digest(const struct discovery *discovery, module_id id)
{
    const struct module *module = discovery_module(discovery, id);
    const struct fact_import *imports = discovery_imports(discovery, id);
    const struct module_import *resolved = discovery_resolved(discovery, id);
    struct digest all = digest_of_text(discovery_path(discovery, id));
    for (uint32_t i = 0; i < module->imports_count; i++) {
        all = mix(all, digest_of_text(discovery_fact_text(discovery, imports[i].specifier)));
        all.low += resolved[i].resolution;
        if (resolved[i].target != MODULE_NONE)
            all = mix(all, digest_of_text(discovery_path(discovery, resolved[i].target)));
    }
    return all;
}

struct digest view_discovered(const struct discovery *discovery, const struct digest *contents)
{
    const uint64_t versions[] = {SCANNER_VERSION, RESOLVER_VERSION, FILL_VERSION};
    struct digest all = mix(discovery_structure(discovery), digest_of(versions, sizeof versions));
    for (module_id id = 0; id < discovery_module_count(discovery); id++) {
        const char *path = discovery_path(discovery, id);
        if (discovery_module(discovery, id)->flags & MODULE_UNREACHED)
            continue;
        all = digest_add(all, fingerprint_term(path, strlen(path), contents[id]));
    }
    return all;
}

static struct digest modules_digest(const struct graph *graph, struct discovery *discovery,
                                    const struct graph_view *view)
{
    struct digest all = {1, 0};
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        if (job->pipeline != view->pipeline || !job->in_count)
            continue;
        module_id module =
            discovery_find(discovery, graph_path(graph, graph_inputs(graph, job)[0]), view->lens);
        if (module != MODULE_NONE)
            all = digest_add(all, imports_digest(discovery, module));
    }
    return all;
}

struct digest view_digest(const struct graph *graph, struct discovery *discovery,
                          const struct graph_view *view)
{
    if (view->kind == GRAPH_VIEW_MODULES)
        return modules_digest(graph, discovery, view);
    module_id module = view->of == GRAPH_NONE
                           ? MODULE_NONE
                           : discovery_find(discovery, graph_path(graph, view->of), view->lens);
    if (module == MODULE_NONE)
        return (struct digest){0};
    if (view->kind == GRAPH_VIEW_IMPORTS)
        return imports_digest(discovery, module);
    return discovery_definition_digest(discovery, module, graph_str(graph, view->name));
}
