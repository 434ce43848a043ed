/*
 * Definitions as callers ask for them, by module and name, and whom to tell when a digest that was
 * given may hold no more.
 */
#include "engine/discovery/definition_graph.h"

#include <stdlib.h>

/*
 * The digest of what a lookup found: several definitions of one name are one (an interface and a
 * class, overloads). With a stamp, what it was made from gets links to it.
 */
static struct digest solve_lookup(struct definition_graph *graph, uint32_t number, uint32_t stamp)
{
    struct lookup lookup = graph->lookups.data[number];
    if (lookup.kind != EXPORT_FOUND) {
        uint32_t all = part_of(graph, lookup.module)->all;
        if (stamp)
            link_add(graph, &graph->node_traces.data[all].users, number | USER_WATCH, stamp);
        return node_solve(graph, all);
    }
    struct digest sum = {0};
    struct name_range range = lookup_range(graph, &lookup);
    for (; range.at < range.end; range.at++) {
        if (!definition_of(graph, lookup.found, range.at)->exported)
            continue;
        struct digest one = node_solve(graph, range.at->of);
        if (stamp)
            link_add(graph, &graph->node_traces.data[range.at->of].users, number | USER_WATCH,
                     stamp);
        if (digest_is_zero(one))
            return one;
        sum = digest_add(sum, digest_of(&one, sizeof one));
    }
    return sum;
}

struct digest discovery_definition_digest(struct discovery *discovery, module_id id,
                                          const char *name)
{
    struct definition_graph *graph = definitions_open(discovery);
    return solve_lookup(graph, lookup_make(graph, id, label_of(name)), 0);
}

/* ---- being told ---------------------------------------------------------------------------- */

/* Not twice; mostly there is one token. */
static void add_token(struct definition_graph *graph, uint32_t lookup, uint32_t token)
{
    uint32_t *tokens = &graph->lookup_traces.data[lookup].tokens;
    for (uint32_t at = *tokens; at; at = graph->links.data[at - 1].next) {
        if (graph->links.data[at - 1].user == token)
            return;
    }
    link_add(graph, tokens, token, 0);
}

struct digest discovery_watch_definition(struct discovery *discovery, module_id id,
                                         const char *name, uint32_t token)
{
    struct definition_graph *graph = definitions_open(discovery);
    uint32_t lookup = lookup_make(graph, id, label_of(name));
    graph->watched = true;
    if (!graph->live)
        return solve_lookup(graph, lookup, 0);
    add_token(graph, lookup, token);
    struct lookup_trace *trace = &graph->lookup_traces.data[lookup];
    if (trace->armed)
        return solve_lookup(graph, lookup, 0);
    trace->armed = ++graph->visits;
    return solve_lookup(graph, lookup, graph->visits);
}

static int by_number(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return (one > other) - (one < other);
}

const uint32_t *discovery_touched_definitions(struct discovery *discovery, uint32_t *count,
                                              bool *all)
{
    struct definition_graph *graph = discovery->definitions;
    *count = 0;
    *all = discovery->definitions_lost;
    discovery->definitions_lost = false;
    if (!graph)
        return NULL;
    graph->told.count = 0;
    for (uint32_t i = 0; i < graph->touched.count && !*all; i++)
        vec_push(&graph->told, graph->touched.data[i]);
    graph->touched.count = 0;
    if (!graph->told.count)
        return NULL;
    uint32_t *told = graph->told.data;
    qsort(told, graph->told.count, sizeof *told, by_number);
    for (uint32_t i = 0; i < graph->told.count; i++) {
        if (*count == 0 || told[*count - 1] != told[i])
            told[(*count)++] = told[i];
    }
    return told;
}
