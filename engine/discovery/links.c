/*
 * Links: who relied on what, in a live graph. Lists in one array, whose free places are a list too.
 */
#include "engine/discovery/definition_graph.h"

void link_add(struct definition_graph *graph, uint32_t *list, uint32_t user, uint32_t stamp)
{
    const struct link link = {user, stamp, *list};
    uint32_t place = graph->free_link;
    if (place) {
        graph->free_link = graph->links.data[place - 1].next;
        graph->links.data[place - 1] = link;
    } else {
        vec_push(&graph->links, link);
        place = graph->links.count;
    }
    *list = place;
    graph->links_used++;
}

uint32_t link_drop(struct definition_graph *graph, uint32_t first)
{
    struct link *link = &graph->links.data[first - 1];
    uint32_t next = link->next;
    link->next = graph->free_link;
    graph->free_link = first;
    graph->links_used--;
    return next;
}

/* ---- dropping what is stale ---------------------------------------------------------------- */

static bool used_by_node(const struct definition_graph *graph, const struct link *link)
{
    if (link->user & USER_WATCH)
        return graph->lookup_traces.data[link->user & ~USER_WATCH].armed == link->stamp;
    return graph->nodes.data[link->user].visited == link->stamp;
}

static bool used_by_module(const struct definition_graph *graph, const struct link *link)
{
    return graph->module_traces.data[link->user].followed == link->stamp;
}

static void sweep_list(struct definition_graph *graph, uint32_t *list,
                       bool (*holds)(const struct definition_graph *, const struct link *))
{
    uint32_t *at = list;
    while (*at) {
        struct link *link = &graph->links.data[*at - 1];
        if (holds(graph, link))
            at = &link->next;
        else
            *at = link_drop(graph, *at);
    }
}

/* Lookups that nobody relies on are forgotten. */
static void sweep_lookups(struct definition_graph *graph)
{
    for (module_id id = 0; id < graph->module_traces.count; id++)
        graph->module_traces.data[id].lookups = 0;
    for (uint32_t i = 0; i < graph->lookups.count; i++) {
        struct lookup *lookup = &graph->lookups.data[i];
        struct lookup_trace *trace = &graph->lookup_traces.data[i];
        if (lookup->module == MODULE_NONE)
            continue;
        sweep_list(graph, &trace->users, used_by_node);
        if (trace->users || trace->armed) {
            struct module_trace *module = &graph->module_traces.data[lookup->module];
            trace->next = module->lookups;
            module->lookups = i + 1;
        } else {
            lookup->module = MODULE_NONE;
            graph->lookup_count--;
            vec_push(&graph->free_lookups, i);
        }
    }
    lookups_index(graph);
}

void links_sweep(struct definition_graph *graph)
{
    enum { WORTH_IT = 4096 };
    if (graph->stale < WORTH_IT || graph->stale < graph->links_used / 2)
        return;
    for (uint32_t i = 0; i < graph->node_traces.count; i++)
        sweep_list(graph, &graph->node_traces.data[i].users, used_by_node);
    for (module_id id = 0; id < graph->module_traces.count; id++)
        sweep_list(graph, &graph->module_traces.data[id].shown_by, used_by_module);
    sweep_lookups(graph);
    graph->stale = 0;
}
