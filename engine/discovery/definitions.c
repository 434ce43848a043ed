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
    graph->discovery = discovery;
    graph->live = discovery->definitions_live;
    graph->user = NODE_NONE;
    return graph;
}

struct definition_graph *definitions_open(struct discovery *discovery)
{
    if (discovery->definitions && discovery->definitions->live != discovery->definitions_live)
        definitions_forget(discovery);
    if (!discovery->definitions)
        discovery->definitions = graph_make(discovery);
    struct definition_graph *graph = discovery->definitions;
    uint32_t fresh = discovery->now.modules.count - graph->parts.count;
    if (fresh) {
        vec_extend(&graph->parts, fresh);
        if (graph->live)
            vec_extend(&graph->module_traces, fresh);
    }
    return graph;
}

void definitions_forget(struct discovery *discovery)
{
    struct definition_graph *graph = discovery->definitions;
    if (!graph)
        return;
    discovery->definitions_lost |= graph->watched;
    for (uint32_t i = 0; i < graph->parts.count; i++)
        free(graph->parts.data[i].names);
    vec_free(&graph->nodes);
    vec_free(&graph->parts);
    vec_free(&graph->lookups);
    free(graph->lookup_slots);
    vec_free(&graph->queue);
    vec_free(&graph->stack);
    vec_free(&graph->frames);
    vec_free(&graph->edges);
    vec_free(&graph->node_traces);
    vec_free(&graph->module_traces);
    vec_free(&graph->lookup_traces);
    vec_free(&graph->links);
    vec_free(&graph->free_nodes);
    vec_free(&graph->free_lookups);
    vec_free(&graph->touched);
    vec_free(&graph->told);
    free(graph);
    discovery->definitions = NULL;
}

/* ---- digests of components ----------------------------------------------------------------- */

static uint64_t path_of(const struct definition_graph *graph, uint32_t node)
{
    return graph->discovery->now.path_hashes.data[graph->nodes.data[node].module];
}

/* Looks at a node for the digest that is being made of it. Appends its edges. */
static struct node_content look_for_good(struct definition_graph *graph, uint32_t node)
{
    graph->solved++;
    if (!graph->live)
        return node_look(graph, node);
    uint32_t begin = graph->edges.count;
    uint32_t links = graph->links_used;
    graph->user = node;
    struct node_content content = node_look(graph, node);
    graph->user = NODE_NONE;
    for (uint32_t i = begin; i < graph->edges.count; i++)
        link_add(graph, &graph->node_traces.data[graph->edges.data[i].node].users, node,
                 graph->nodes.data[node].visited);
    struct node_trace *trace = &graph->node_traces.data[node];
    trace->look = look_digest(graph, begin, &content);
    trace->links = graph->links_used - links;
    return content;
}

/* A node that is in no circle: its own text and, by the names it uses them by, what it uses. */
static struct digest digest_of_one(struct definition_graph *graph, uint32_t node)
{
    uint32_t begin = graph->edges.count;
    struct node_content content = look_for_good(graph, node);
    struct digest uses = content.leaves;
    bool unknown = content.unknown;
    for (uint32_t i = begin; i < graph->edges.count; i++) {
        struct node_edge edge = graph->edges.data[i];
        if (edge.node == node)
            continue;
        struct digest used = graph->nodes.data[edge.node].digest;
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
    struct node_content content = look_for_good(graph, node);
    const uint64_t self[] = {content.own.low, content.own.high, content.leaves.low,
                             content.leaves.high, path_of(graph, node)};
    struct digest identity = digest_of(self, sizeof self);
    *sum = digest_add(*sum, identity);
    bool known = !content.unknown;
    for (uint32_t i = begin; i < graph->edges.count; i++) {
        struct node_edge edge = graph->edges.data[i];
        bool inside = graph->nodes.data[edge.node].low != UINT32_MAX;
        struct digest used = graph->nodes.data[edge.node].digest;
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
        graph->nodes.data[members[i]].digest =
            known ? digest_of(words, sizeof words) : (struct digest){0};
    }
}

/* ---- the walk ------------------------------------------------------------------------------ */

static void enter(struct definition_graph *graph, uint32_t node)
{
    graph->nodes.data[node].low = graph->nodes.data[node].visited = ++graph->visits;
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
        graph->nodes.data[root].digest = digest_of_one(graph, root);
    else
        digest_circle(graph, members, count);
    for (uint32_t i = 0; i < count; i++)
        graph->nodes.data[members[i]].low = UINT32_MAX;
    graph->stack.count = first;
}

static void lower(struct definition_graph *graph, uint32_t node, uint32_t low)
{
    if (low < graph->nodes.data[node].low)
        graph->nodes.data[node].low = low;
}

struct digest node_solve(struct definition_graph *graph, uint32_t root)
{
    if (graph->nodes.data[root].low != UINT32_MAX)
        enter(graph, root);
    while (graph->frames.count) {
        struct definition_frame *frame = &graph->frames.data[graph->frames.count - 1];
        uint32_t node = frame->node;
        if (frame->next < graph->edges.count) {
            uint32_t used = graph->edges.data[frame->next++].node;
            if (!graph->nodes.data[used].low)
                enter(graph, used);
            else
                lower(graph, node, graph->nodes.data[used].low);
            continue;
        }
        graph->edges.count = frame->begin;
        graph->frames.count--;
        if (graph->nodes.data[node].low == graph->nodes.data[node].visited)
            finish_component(graph, node);
        else
            lower(graph, graph->frames.data[graph->frames.count - 1].node,
                  graph->nodes.data[node].low);
    }
    return graph->nodes.data[root].digest;
}
