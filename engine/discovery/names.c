/*
 * Names: from a module and a name to what is meant by it. A name is known by its hash alone.
 */
#include "engine/discovery/definition_graph.h"

#include <stdlib.h>

enum { SMALLEST_TABLE = 64 };

/* ---- a module's names ---------------------------------------------------------------------- */

/* By name; then as in the text, since those of one name may have an order. */
static int by_name(const void *a, const void *b)
{
    const struct name_entry *one = a, *other = b;
    if (one->name != other->name)
        return one->name < other->name ? -1 : 1;
    if (one->of != other->of)
        return one->of < other->of ? -1 : 1;
    return (one->place > other->place) - (one->place < other->place);
}

/* Mostly there are a handful. */
static void sort_names(struct name_entry *entries, uint32_t count)
{
    enum { BY_HAND = 16 };
    if (count > BY_HAND) {
        qsort(entries, count, sizeof *entries, by_name);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        struct name_entry entry = entries[i];
        uint32_t at = i;
        for (; at > 0 && by_name(&entry, &entries[at - 1]) < 0; at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
}

struct name_list names_list(const struct discovery *discovery, module_id id)
{
    const struct module *module = &discovery->now.modules.data[id];
    const struct facts *facts = &discovery->facts;
    const struct fact_import *imports = discovery_imports(discovery, id);
    size_t count = module->definitions_count;
    for (uint32_t i = 0; i < module->imports_count; i++)
        count += imports[i].names_count;
    struct name_list list = {mem_alloc((count + 1) * sizeof *list.entries), 0, 0};
    const struct fact_definition *definitions = discovery_definitions(discovery, id);
    for (; list.definitions < module->definitions_count; list.definitions++)
        list.entries[list.definitions] = (struct name_entry){
            label_of(facts_text(facts, definitions[list.definitions].name)), list.definitions, 0};
    struct name_entry *locals = list.entries + list.definitions;
    for (uint32_t i = 0; i < module->imports_count; i++) {
        const struct fact_name *names = discovery_import_names(discovery, &imports[i]);
        for (uint32_t n = 0; n < imports[i].names_count; n++)
            locals[list.locals++] =
                (struct name_entry){label_of(facts_text(facts, names[n].local)), n, i};
    }
    sort_names(list.entries, list.definitions);
    sort_names(locals, list.locals);
    return list;
}

uint32_t node_add(struct definition_graph *graph, module_id module, uint32_t definition)
{
    const struct node node = {.module = module, .definition = definition};
    if (graph->free_nodes.count) {
        uint32_t number = graph->free_nodes.data[--graph->free_nodes.count];
        graph->nodes.data[number] = node;
        graph->node_traces.data[number] = (struct node_trace){0};
        return number;
    }
    vec_push(&graph->nodes, node);
    if (graph->live)
        vec_push(&graph->node_traces, (struct node_trace){0});
    return graph->nodes.count - 1;
}

void part_make(struct definition_graph *graph, module_id id)
{
    struct module_part *part = &graph->parts.data[id];
    struct name_list list = names_list(graph->discovery, id);
    part->names = list.entries;
    part->definitions = list.definitions;
    part->locals = list.locals;
    part->all = node_add(graph, id, NODE_ALL);
    part->top = node_add(graph, id, NODE_TOP);
    for (uint32_t i = 0; i < list.definitions; i++)
        list.entries[i].of = node_add(graph, id, list.entries[i].place);
    part->made = true;
}

static struct name_range find_range(const struct name_entry *entries, uint32_t count, uint64_t name)
{
    uint32_t begin = 0, end = count;
    while (begin < end) {
        uint32_t middle = begin + (end - begin) / 2;
        if (entries[middle].name < name)
            begin = middle + 1;
        else
            end = middle;
    }
    while (end < count && entries[end].name == name)
        end++;
    return (struct name_range){entries + begin, entries + end};
}

struct name_range names_defined(struct definition_graph *graph, module_id id, uint64_t name)
{
    const struct module_part *part = part_of(graph, id);
    return find_range(part->names, part->definitions, name);
}

struct name_range names_local(struct definition_graph *graph, module_id id, uint64_t name)
{
    const struct module_part *part = part_of(graph, id);
    return find_range(part->names + part->definitions, part->locals, name);
}

/* ---- lookups ------------------------------------------------------------------------------- */

static uint32_t *slot_of(const struct definition_graph *graph, module_id module, uint64_t name)
{
    uint32_t mask = graph->lookup_slot_count - 1;
    for (uint32_t at = (uint32_t)(name + module) & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &graph->lookup_slots[at];
        if (!*slot)
            return slot;
        const struct lookup *found = &graph->lookups.data[*slot - 1];
        if (found->name == name && found->module == module)
            return slot;
    }
}

void lookups_index(struct definition_graph *graph)
{
    uint64_t slots = SMALLEST_TABLE;
    while (slots < ((uint64_t)graph->lookup_count + 1) * 2)
        slots *= 2;
    free(graph->lookup_slots);
    graph->lookup_slots = mem_array(slots, sizeof *graph->lookup_slots);
    graph->lookup_slot_count = (uint32_t)slots;
    for (uint32_t i = 0; i < graph->lookups.count; i++) {
        const struct lookup *lookup = &graph->lookups.data[i];
        if (lookup->module != MODULE_NONE)
            *slot_of(graph, lookup->module, lookup->name) = i + 1;
    }
}

uint32_t lookup_find(const struct definition_graph *graph, module_id module, uint64_t name)
{
    if (!graph->lookup_slot_count)
        return UINT32_MAX;
    return *slot_of(graph, module, name) - 1; /* an empty slot: UINT32_MAX */
}

static uint32_t add_lookup(struct definition_graph *graph, module_id module, uint64_t name)
{
    const struct lookup lookup = {.name = name, .module = module};
    uint32_t number = graph->lookups.count;
    graph->lookup_count++;
    if (graph->free_lookups.count) {
        number = graph->free_lookups.data[--graph->free_lookups.count];
        graph->lookups.data[number] = lookup;
    } else {
        vec_push(&graph->lookups, lookup);
        if (graph->live)
            vec_extend(&graph->lookup_traces, 1);
    }
    if (graph->live) {
        struct module_trace *trace = &graph->module_traces.data[module];
        graph->lookup_traces.data[number] = (struct lookup_trace){.next = trace->lookups};
        trace->lookups = number + 1;
        graph->stale += graph->user == NODE_NONE;
    }
    return number;
}

uint32_t lookup_make(struct definition_graph *graph, module_id module, uint64_t name)
{
    if (((uint64_t)graph->lookup_count + 1) * 2 > graph->lookup_slot_count)
        lookups_index(graph);
    uint32_t *slot = slot_of(graph, module, name);
    if (!*slot) {
        *slot = add_lookup(graph, module, name) + 1;
        lookup_search(graph, *slot - 1);
    }
    return *slot - 1;
}

/* ---- searches ------------------------------------------------------------------------------ */

void search_come_by(struct definition_graph *graph, module_id id)
{
    if (graph->parts.data[id].search == graph->search)
        return;
    graph->parts.data[id].search = graph->search;
    vec_push(&graph->queue, id);
}

/* Whether a module shows names of a module that it imports as if they were its own. */
static bool shows(enum scanner_kind kind, const struct fact_import *import)
{
    switch (kind) {
    case SCANNER_TYPESCRIPT:
        return import->kind == IMPORT_REEXPORT && import->all;
    case SCANNER_PROTO:
        return import->kind == IMPORT_REEXPORT;
    default:
        return true;
    }
}

struct digest shown_by_module(const struct definition_graph *graph, module_id id)
{
    const struct discovery *discovery = graph->discovery;
    const struct module *module = &discovery->now.modules.data[id];
    const struct fact_import *imports = discovery_imports(discovery, id);
    const struct module_import *resolved = discovery_resolved(discovery, id);
    enum scanner_kind kind = discovery->lenses.lenses[module->lens].kind;
    struct digest sum = {0};
    for (uint32_t i = 0; i < module->imports_count; i++) {
        if (resolved[i].target != MODULE_NONE && shows(kind, &imports[i]))
            sum = digest_add(sum, digest_of(&resolved[i].target, sizeof resolved[i].target));
    }
    return sum;
}

/* So that a change of the modules it shows is a change of what it shows. */
static void link_shown(struct definition_graph *graph, module_id id)
{
    struct module_trace *trace = &graph->module_traces.data[id];
    trace->followed = graph->search;
    trace->shown = shown_by_module(graph, id);
}

/* Goes on with what `id` shows of others. */
static void follow_exports(struct definition_graph *graph, module_id id, uint64_t name)
{
    const struct discovery *discovery = graph->discovery;
    const struct module *module = &discovery->now.modules.data[id];
    const struct fact_import *imports = discovery_imports(discovery, id);
    const struct module_import *resolved = discovery_resolved(discovery, id);
    enum scanner_kind kind = discovery->lenses.lenses[module->lens].kind;
    bool links = graph->live && !graph->module_traces.data[id].followed;
    bool none = kind == SCANNER_TYPESCRIPT && name == label_of("default");
    if (links)
        link_shown(graph, id);
    for (uint32_t i = 0; i < module->imports_count; i++) {
        module_id target = resolved[i].target;
        if (target == MODULE_NONE || !shows(kind, &imports[i]))
            continue;
        if (links)
            link_add(graph, &graph->module_traces.data[target].shown_by, id, graph->search);
        if (!none)
            search_come_by(graph, target);
    }
}

/* Whether importers see one of these. */
static bool is_exported(const struct definition_graph *graph, module_id id, struct name_range range)
{
    for (; range.at < range.end; range.at++) {
        if (definition_of(graph, id, range.at)->exported)
            return true;
    }
    return false;
}

struct name_range lookup_range(struct definition_graph *graph, const struct lookup *lookup)
{
    if (lookup->kind != EXPORT_FOUND)
        return (struct name_range){NULL, NULL};
    return names_defined(graph, lookup->found, lookup->name);
}

static struct digest digest_found(struct definition_graph *graph, const struct lookup *lookup)
{
    struct digest all = {lookup->kind, 0};
    struct name_range range = lookup_range(graph, lookup);
    for (; range.at < range.end; range.at++) {
        if (!definition_of(graph, lookup->found, range.at)->exported)
            continue;
        const uint64_t words[] = {all.low, all.high, range.at->of};
        all = digest_of(words, sizeof words);
    }
    return all;
}

void lookup_search(struct definition_graph *graph, uint32_t number)
{
    struct lookup lookup = graph->lookups.data[number];
    lookup.kind = EXPORT_NONE;
    lookup.found = MODULE_NONE;
    graph->search++;
    graph->queue.count = 0;
    if (lookup.name != label_of("*"))
        search_come_by(graph, lookup.module);
    for (uint32_t i = 0; i < graph->queue.count && lookup.kind != EXPORT_AMBIGUOUS; i++) {
        module_id id = graph->queue.data[i];
        if (!is_exported(graph, id, names_defined(graph, id, lookup.name))) {
            follow_exports(graph, id, lookup.name);
        } else if (lookup.kind == EXPORT_NONE) {
            lookup.kind = EXPORT_FOUND;
            lookup.found = id;
        } else {
            lookup.kind = EXPORT_AMBIGUOUS;
        }
    }
    graph->lookups.data[number] = lookup;
    if (graph->live)
        graph->lookup_traces.data[number].nodes = digest_found(graph, &lookup);
}
