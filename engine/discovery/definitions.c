/*
 * Digests of definitions together with all they use: a Merkle tree over the graph of definitions.
 * Definitions may use each other in circles, so it is made over strongly connected components,
 * found as in components.c but on demand: a digest costs what can be reached and was not before.
 */
#include "engine/discovery/definition_graph.h"

#include <stdlib.h>

static struct definition_graph *graph_make(struct discovery *discovery)
{
    struct definition_graph *graph = mem_zalloc(sizeof *graph);
    uint32_t modules = discovery->now.modules.count;
    graph->discovery = discovery;
    graph->nodes = discovery->facts.definitions.count + 2 * modules;
    graph->module_of = mem_array(discovery->facts.definitions.count, sizeof *graph->module_of);
    graph->stamps = mem_array(modules, sizeof *graph->stamps);
    graph->digests = mem_array(graph->nodes, sizeof *graph->digests);
    graph->low = mem_array(graph->nodes, sizeof *graph->low);
    graph->visited = mem_array(graph->nodes, sizeof *graph->visited);
    names_fill(graph);
    return graph;
}

void definitions_forget(struct discovery *discovery)
{
    struct definition_graph *graph = discovery->definitions;
    if (!graph)
        return;
    names_clear(graph);
    free(graph->module_of);
    free(graph->digests);
    free(graph->low);
    free(graph->visited);
    vec_free(&graph->stack);
    vec_free(&graph->frames);
    vec_free(&graph->edges);
    free(graph);
    discovery->definitions = NULL;
}

/* ---- digests of components ----------------------------------------------------------------- */

static uint64_t path_of(const struct definition_graph *graph, uint32_t node)
{
    return graph->discovery->now.path_hashes.data[node_module(graph, node)];
}

/* A node that is in no circle: its own text and, by the names it uses them by, what it uses. */
static struct digest digest_of_one(struct definition_graph *graph, uint32_t node)
{
    uint32_t begin = graph->edges.count;
    struct node_content content = node_look(graph, node);
    struct digest uses = content.leaves;
    bool unknown = content.unknown;
    for (uint32_t i = begin; i < graph->edges.count; i++) {
        struct node_edge edge = graph->edges.data[i];
        if (edge.node == node)
            continue;
        struct digest used = graph->digests[edge.node];
        const uint64_t words[] = {edge.label, used.low, used.high};
        uses = digest_add(uses, digest_of(words, sizeof words));
        unknown |= digest_is_zero(used);
    }
    graph->edges.count = begin;
    const struct digest words[] = {content.own, uses};
    return unknown ? (struct digest){0} : digest_of(words, sizeof words);
}

/* One member's share in the digest of its circle. False: something in it is not known yet. */
static bool add_member(struct definition_graph *graph, uint32_t node, struct digest *sum)
{
    uint32_t begin = graph->edges.count;
    struct node_content content = node_look(graph, node);
    const uint64_t self[] = {content.own.low, content.own.high, content.leaves.low,
                             content.leaves.high, path_of(graph, node)};
    struct digest identity = digest_of(self, sizeof self);
    *sum = digest_add(*sum, identity);
    bool known = !content.unknown;
    for (uint32_t i = begin; i < graph->edges.count; i++) {
        struct node_edge edge = graph->edges.data[i];
        bool inside = graph->low[edge.node] != UINT32_MAX;
        struct digest used = graph->digests[edge.node];
        if (inside) /* has no digest yet; it is told by what it is and where */
            used = (struct digest){path_of(graph, edge.node), edge.label};
        else
            known &= !digest_is_zero(used);
        const uint64_t words[] = {edge.label, identity.low, identity.high,
                                  inside,     used.low,     used.high};
        *sum = digest_add(*sum, digest_of(words, sizeof words));
    }
    graph->edges.count = begin;
    return known;
}

static void digest_circle(struct definition_graph *graph, const uint32_t *members, uint32_t count)
{
    struct digest sum = {0};
    bool known = true;
    for (uint32_t i = 0; i < count; i++)
        known &= add_member(graph, members[i], &sum);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t begin = graph->edges.count;
        struct node_content content = node_look(graph, members[i]);
        graph->edges.count = begin;
        const uint64_t words[] = {content.own.low, content.own.high, path_of(graph, members[i]),
                                  sum.low, sum.high};
        graph->digests[members[i]] = known ? digest_of(words, sizeof words) : (struct digest){0};
    }
}

/* ---- the walk ------------------------------------------------------------------------------ */

static void enter(struct definition_graph *graph, uint32_t node)
{
    graph->low[node] = graph->visited[node] = ++graph->visits;
    vec_push(&graph->stack, node);
    uint32_t begin = graph->edges.count;
    node_look(graph, node);
    vec_push(&graph->frames, ((struct definition_frame){node, begin, begin}));
}

static void finish_component(struct definition_graph *graph, uint32_t root)
{
    uint32_t first = graph->stack.count - 1;
    while (graph->stack.data[first] != root)
        first--;
    uint32_t *members = graph->stack.data + first;
    uint32_t count = graph->stack.count - first;
    if (count == 1)
        graph->digests[root] = digest_of_one(graph, root);
    else
        digest_circle(graph, members, count);
    for (uint32_t i = 0; i < count; i++)
        graph->low[members[i]] = UINT32_MAX;
    graph->stack.count = first;
}

static void lower(struct definition_graph *graph, uint32_t node, uint32_t low)
{
    if (low < graph->low[node])
        graph->low[node] = low;
}

static struct digest solve(struct definition_graph *graph, uint32_t root)
{
    if (graph->low[root] != UINT32_MAX)
        enter(graph, root);
    while (graph->frames.count) {
        struct definition_frame *frame = &graph->frames.data[graph->frames.count - 1];
        uint32_t node = frame->node;
        if (frame->next < graph->edges.count) {
            uint32_t used = graph->edges.data[frame->next++].node;
            if (!graph->low[used])
                enter(graph, used);
            else
                lower(graph, node, graph->low[used]);
            continue;
        }
        graph->edges.count = frame->begin;
        graph->frames.count--;
        if (graph->low[node] == graph->visited[node])
            finish_component(graph, node);
        else
            lower(graph, graph->frames.data[graph->frames.count - 1].node, graph->low[node]);
    }
    return graph->digests[root];
}

/* Several definitions of one name are one: an interface and a class, overloads. */
static struct digest solve_all(struct definition_graph *graph, const struct name_entry *entry)
{
    struct digest sum = {0};
    for (; entry; entry = names_next(&graph->definitions, entry)) {
        if (!graph->discovery->facts.definitions.data[entry->index].exported)
            continue;
        struct digest one = solve(graph, entry->index);
        if (digest_is_zero(one))
            return one;
        sum = digest_add(sum, digest_of(&one, sizeof one));
    }
    return sum;
}

struct digest discovery_definition_digest(struct discovery *discovery, module_id id,
                                          const char *name)
{
    if (!discovery->definitions)
        discovery->definitions = graph_make(discovery);
    struct definition_graph *graph = discovery->definitions;
    struct export found = {EXPORT_NONE, NULL};
    if (strcmp(name, "*") != 0)
        found = names_find_export(graph, id, name);
    return found.kind == EXPORT_FOUND ? solve_all(graph, found.first)
                                      : solve(graph, node_of_all(graph, id));
}
