/*
 * After a change of facts: which digests hold no more. Three kinds of things are found, each from
 * those before:
 *
 *   - names that mean something else in a changed module, and from there the lookups that may find
 *     something else: of these names, in the modules that show it. They are searched again.
 *   - nodes that use something else than they did, or are something else: those that asked a lookup
 *     that found something else, and of changed modules those where node_look says so.
 *   - all that used these, however far. Their digests are made again when they are asked for.
 *
 * Nothing here is proportional to the number of modules.
 */
#include "engine/discovery/definition_graph.h"

#include <stdlib.h>

struct following {
    struct definition_graph *graph;
    VEC(uint64_t) names;   /* of one module: those that mean something else */
    VEC(uint32_t) lookups; /* to be searched again */
    VEC(uint32_t) invalid; /* nodes; their users are too */
    VEC(uint32_t) dead;    /* nodes whose numbers are free when all is done */
};

/* ---- what holds no more -------------------------------------------------------------------- */

static void invalidate(struct following *following, uint32_t number)
{
    struct definition_graph *graph = following->graph;
    struct node *node = &graph->nodes.data[number];
    if (!node->low)
        return;
    node->low = node->visited = 0;
    graph->stale += graph->node_traces.data[number].links;
    vec_push(&following->invalid, number);
}

/* Tokens are told once; after that their callers have to ask again. */
static void tell(struct definition_graph *graph, uint32_t lookup)
{
    struct lookup_trace *trace = &graph->lookup_traces.data[lookup];
    trace->armed = 0;
    graph->stale++;
    while (trace->tokens) {
        vec_push(&graph->touched, graph->links.data[trace->tokens - 1].user);
        trace->tokens = link_drop(graph, trace->tokens);
    }
}

static void invalidate_users(struct following *following, uint32_t *users)
{
    struct definition_graph *graph = following->graph;
    for (uint32_t at = *users; at; at = link_drop(graph, at)) {
        struct link link = graph->links.data[at - 1];
        uint32_t user = link.user & ~USER_WATCH;
        if (link.user & USER_WATCH) {
            if (graph->lookup_traces.data[user].armed == link.stamp)
                tell(graph, user);
        } else if (graph->nodes.data[user].visited == link.stamp) {
            invalidate(following, user);
        }
    }
    *users = 0;
}

/* ---- names of a changed module ------------------------------------------------------------- */

/* The definition is there no more. */
static void bury(struct following *following, uint32_t node)
{
    invalidate(following, node);
    following->graph->nodes.data[node].definition = NODE_FREE;
    vec_push(&following->dead, node);
}

/* Both lists, side by side, while they go through the entries of one name. */
struct pairing {
    const struct fact_definition *old_facts, *new_facts; /* of the module */
    const struct name_entry *old, *old_end;
    struct name_entry *new, *new_end;
};

/* One name's definitions take over the nodes of those that were there. Whether importers see it. */
static bool pair_name(struct following *following, struct pairing *pairing, module_id id,
                      uint64_t name)
{
    bool moved = false;
    for (;;) {
        bool old = pairing->old < pairing->old_end && pairing->old->name == name;
        bool new = pairing->new < pairing->new_end && pairing->new->name == name;
        if (!old && !new)
            return moved;
        bool was = old && pairing->old_facts[pairing->old->place].exported;
        bool is = new && pairing->new_facts[pairing->new->place].exported;
        moved |= was != is;
        if (old && new) {
            pairing->new->of = pairing->old->of;
            following->graph->nodes.data[pairing->old->of].definition = pairing->new->place;
        } else if (old) {
            bury(following, pairing->old->of);
        } else {
            pairing->new->of = node_add(following->graph, id, pairing->new->place);
        }
        pairing->old += old;
        pairing->new += new;
    }
}

/* Gives the module its present names, and lists those by which importers see something else. */
static void replace_names(struct following *following, const struct definitions_changed *changed)
{
    struct definition_graph *graph = following->graph;
    const struct discovery *discovery = graph->discovery;
    struct module_part *part = &graph->parts.data[changed->module];
    struct name_list list = names_list(discovery, changed->module);
    struct pairing pairing = {
        .old_facts = discovery->facts.definitions.data + changed->old.definitions.begin,
        .new_facts = discovery_definitions(discovery, changed->module),
        .old = part->names,
        .old_end = part->names + part->definitions,
        .new = list.entries,
        .new_end = list.entries + list.definitions,
    };
    while (pairing.old < pairing.old_end || pairing.new < pairing.new_end) {
        bool first = pairing.new == pairing.new_end ||
                     (pairing.old < pairing.old_end && pairing.old->name < pairing.new->name);
        uint64_t name = first ? pairing.old->name : pairing.new->name;
        if (pair_name(following, &pairing, changed->module, name))
            vec_push(&following->names, name);
    }
    free(part->names);
    part->names = list.entries;
    part->definitions = list.definitions;
    part->locals = list.locals;
}

/* It is another module, or none: whatever was known of it is wrong. */
static void drop_part(struct following *following, module_id id)
{
    struct module_part *part = &following->graph->parts.data[id];
    bury(following, part->all);
    bury(following, part->top);
    for (uint32_t i = 0; i < part->definitions; i++) {
        vec_push(&following->names, part->names[i].name);
        bury(following, part->names[i].of);
    }
    free(part->names);
    *part = (struct module_part){0};
}

/* ---- lookups ------------------------------------------------------------------------------- */

static void suspect(struct following *following, uint32_t lookup)
{
    struct lookup_trace *trace = &following->graph->lookup_traces.data[lookup];
    if (trace->suspect)
        return;
    trace->suspect = true;
    vec_push(&following->lookups, lookup);
}

/* The lookups in `id` of the names that were listed, or all. */
static void suspect_in(struct following *following, module_id id, bool all)
{
    struct definition_graph *graph = following->graph;
    uint32_t at = all ? graph->module_traces.data[id].lookups : 0;
    for (; at; at = graph->lookup_traces.data[at - 1].next)
        suspect(following, at - 1);
    for (uint32_t i = 0; i < following->names.count && !all; i++) {
        uint32_t lookup = lookup_find(graph, id, following->names.data[i]);
        if (lookup != UINT32_MAX)
            suspect(following, lookup);
    }
}

/* In `from`, and in all modules that show it. */
static void suspect_lookups(struct following *following, module_id from, bool all)
{
    struct definition_graph *graph = following->graph;
    graph->search++;
    graph->queue.count = 0;
    search_come_by(graph, from);
    for (uint32_t i = 0; i < graph->queue.count; i++) {
        module_id id = graph->queue.data[i];
        struct module_trace *trace = &graph->module_traces.data[id];
        if (trace->round == graph->rounds)
            continue;
        if (all)
            trace->round = graph->rounds;
        suspect_in(following, id, all);
        for (uint32_t at = trace->shown_by; at;) {
            struct link link = graph->links.data[at - 1];
            if (graph->module_traces.data[link.user].followed == link.stamp)
                search_come_by(graph, link.user);
            at = link.next;
        }
    }
}

/* Whether it shows other modules than it did, if anything has ever come by to see. */
static bool shows_others(struct definition_graph *graph, module_id id)
{
    struct module_trace *trace = &graph->module_traces.data[id];
    if (!trace->followed || digest_equal(trace->shown, shown_by_module(graph, id)))
        return false;
    trace->followed = 0;
    graph->stale += graph->discovery->now.modules.data[id].imports_count;
    return true;
}

static void follow_names(struct following *following, const struct definitions_changed *changed)
{
    struct definition_graph *graph = following->graph;
    module_id id = changed->module;
    if (!graph->parts.data[id].made)
        return;
    bool other = changed->is_new || changed->gone;
    bool reshaped =
        other || !digest_equal(changed->old_shape, graph->discovery->now.facts.data[id].shape);
    following->names.count = 0;
    if (other)
        drop_part(following, id);
    else if (reshaped)
        replace_names(following, changed);
    bool all = (reshaped || changed->imports_changed) && shows_others(graph, id);
    if (all || following->names.count)
        suspect_lookups(following, id, all);
}

static void search_again(struct following *following)
{
    struct definition_graph *graph = following->graph;
    for (uint32_t i = 0; i < following->lookups.count; i++) {
        uint32_t number = following->lookups.data[i];
        struct lookup_trace *trace = &graph->lookup_traces.data[number];
        struct digest nodes = trace->nodes;
        trace->suspect = false;
        lookup_search(graph, number);
        if (digest_equal(nodes, trace->nodes))
            continue;
        invalidate_users(following, &trace->users);
        tell(graph, number);
    }
}

/* ---- nodes --------------------------------------------------------------------------------- */

static void look_again(struct following *following, uint32_t number)
{
    struct definition_graph *graph = following->graph;
    if (!graph->nodes.data[number].low)
        return;
    uint32_t begin = graph->edges.count;
    struct node_content content = node_look(graph, number);
    struct digest look = look_digest(graph, begin, &content);
    graph->edges.count = begin;
    if (!digest_equal(look, graph->node_traces.data[number].look))
        invalidate(following, number);
}

static void look_at_module(struct following *following, module_id id)
{
    const struct module_part *part = &following->graph->parts.data[id];
    if (!part->made)
        return;
    look_again(following, part->all);
    look_again(following, part->top);
    for (uint32_t i = 0; i < part->definitions; i++)
        look_again(following, part->names[i].of);
}

void definitions_follow(struct discovery *discovery, const struct definitions_changed *changed,
                        uint32_t count)
{
    struct definition_graph *graph = discovery->definitions;
    if (!graph || !count)
        return;
    const uint32_t too_many = UINT32_MAX / 2;
    if (!graph->live || !discovery->definitions_live || graph->visits > too_many ||
        graph->search > too_many) {
        definitions_forget(discovery);
        return;
    }
    definitions_open(discovery);
    graph->rounds++;
    struct following following = {.graph = graph};
    for (uint32_t i = 0; i < count; i++)
        follow_names(&following, &changed[i]);
    search_again(&following);
    for (uint32_t i = 0; i < count; i++)
        look_at_module(&following, changed[i].module);
    for (uint32_t i = 0; i < following.invalid.count; i++)
        invalidate_users(&following, &graph->node_traces.data[following.invalid.data[i]].users);
    for (uint32_t i = 0; i < following.dead.count; i++)
        vec_push(&graph->free_nodes, following.dead.data[i]);
    links_sweep(graph);
    vec_free(&following.names);
    vec_free(&following.lookups);
    vec_free(&following.invalid);
    vec_free(&following.dead);
}
