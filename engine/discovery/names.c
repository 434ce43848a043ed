/*
 * Names: from a module and a name to what is meant by it.
 */
#include "engine/discovery/definition_graph.h"

#include <stdlib.h>

enum { SMALLEST_TABLE = 64 };

/* ---- tables -------------------------------------------------------------------------------- */

static uint32_t hash_of(module_id module, const char *name)
{
    return (uint32_t)XXH3_64bits_withSeed(name, strlen(name), module);
}

/* The slot of a name in a module, or where it would be. */
static uint32_t *slot_of(const struct name_table *table, const struct facts *facts,
                         module_id module, const char *name)
{
    uint32_t mask = table->slot_count - 1;
    for (uint32_t at = hash_of(module, name) & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &table->slots[at];
        if (!*slot)
            return slot;
        const struct name_entry *found = &table->entries.data[*slot - 1];
        if (found->module == module && strcmp(facts_text(facts, found->text), name) == 0)
            return slot;
    }
}

/* From the last entry to the first, so that equal ones follow each other as they were entered. */
static void table_build(struct name_table *table, const struct facts *facts)
{
    uint64_t slots = SMALLEST_TABLE;
    while (slots < (uint64_t)table->entries.count * 2)
        slots *= 2;
    table->slots = mem_array(slots, sizeof *table->slots);
    table->slot_count = (uint32_t)slots;
    for (uint32_t i = table->entries.count; i > 0; i--) {
        struct name_entry *entry = &table->entries.data[i - 1];
        uint32_t *slot = slot_of(table, facts, entry->module, facts_text(facts, entry->text));
        entry->next = *slot;
        *slot = i;
    }
}

const struct name_entry *names_first(const struct definition_graph *graph,
                                     const struct name_table *table, module_id module,
                                     const char *name)
{
    uint32_t slot = *slot_of(table, &graph->discovery->facts, module, name);
    return slot ? &table->entries.data[slot - 1] : NULL;
}

static void enter_imports(struct definition_graph *graph, module_id id)
{
    const struct discovery *discovery = graph->discovery;
    const struct module *module = &discovery->now.modules.data[id];
    for (uint32_t i = 0; i < module->imports_count; i++) {
        uint32_t import = module->imports_begin + i;
        const struct fact_import *fact = &discovery->facts.imports.data[import];
        for (uint32_t n = 0; n < fact->names_count; n++) {
            uint32_t index = fact->names_begin + n;
            uint32_t local = discovery->facts.names.data[index].local;
            vec_push(&graph->locals.entries, ((struct name_entry){id, local, index, import, 0}));
        }
    }
}

void names_fill(struct definition_graph *graph)
{
    const struct discovery *discovery = graph->discovery;
    for (module_id id = 0; id < discovery->now.modules.count; id++) {
        const struct module *module = &discovery->now.modules.data[id];
        for (uint32_t i = 0; i < module->definitions_count; i++) {
            uint32_t index = module->definitions_begin + i;
            uint32_t name = discovery->facts.definitions.data[index].name;
            vec_push(&graph->definitions.entries, ((struct name_entry){id, name, index, 0, 0}));
            graph->module_of[index] = id;
        }
        enter_imports(graph, id);
    }
    table_build(&graph->definitions, &discovery->facts);
    table_build(&graph->locals, &discovery->facts);
}

void names_clear(struct definition_graph *graph)
{
    vec_free(&graph->definitions.entries);
    vec_free(&graph->locals.entries);
    free(graph->definitions.slots);
    free(graph->locals.slots);
    free(graph->memo);
    free(graph->stamps);
    vec_free(&graph->queue);
}

/* ---- exports ------------------------------------------------------------------------------- */

static struct export_memo *memo_slot(const struct definition_graph *graph, module_id module,
                                     uint64_t name_hash)
{
    uint32_t mask = graph->memo_slots - 1;
    for (uint32_t at = (uint32_t)(name_hash + module) & mask;; at = (at + 1) & mask) {
        struct export_memo *memo = &graph->memo[at];
        if (!memo->used || (memo->name_hash == name_hash && memo->module == module))
            return memo;
    }
}

static void memo_grow(struct definition_graph *graph)
{
    struct export_memo *old = graph->memo;
    uint32_t old_slots = graph->memo_slots;
    graph->memo_slots = old_slots ? old_slots * 2 : SMALLEST_TABLE;
    graph->memo = mem_array(graph->memo_slots, sizeof *graph->memo);
    for (uint32_t i = 0; i < old_slots; i++) {
        if (old[i].used)
            *memo_slot(graph, old[i].module, old[i].name_hash) = old[i];
    }
    free(old);
}

static void come_by(struct definition_graph *graph, module_id id)
{
    if (graph->stamps[id] == graph->search)
        return;
    graph->stamps[id] = graph->search;
    vec_push(&graph->queue, id);
}

/* What a module shows of a module that it imports: whether the name may come from there. */
static bool shows(enum scanner_kind kind, const struct fact_import *import, const char *name)
{
    switch (kind) {
    case SCANNER_TYPESCRIPT:
        return import->kind == IMPORT_REEXPORT && import->all && strcmp(name, "default") != 0;
    case SCANNER_PROTO:
        return import->kind == IMPORT_REEXPORT;
    default:
        return true;
    }
}

/* Goes on with what `id` shows of others. */
static void follow_exports(struct definition_graph *graph, module_id id, const char *name)
{
    const struct discovery *discovery = graph->discovery;
    const struct module *module = &discovery->now.modules.data[id];
    enum scanner_kind kind = discovery->lenses.lenses[module->lens].kind;
    for (uint32_t i = 0; i < module->imports_count; i++) {
        uint32_t import = module->imports_begin + i;
        module_id target = discovery->resolved.data[import].target;
        if (target != MODULE_NONE && shows(kind, &discovery->facts.imports.data[import], name))
            come_by(graph, target);
    }
}

/* The first entry of a name that importers see. */
static const struct name_entry *first_exported(const struct definition_graph *graph, module_id id,
                                               const char *name)
{
    const struct fact_definition *definitions = graph->discovery->facts.definitions.data;
    const struct name_entry *entry = names_first(graph, &graph->definitions, id, name);
    while (entry && !definitions[entry->index].exported)
        entry = names_next(&graph->definitions, entry);
    return entry;
}

static struct export search_export(struct definition_graph *graph, module_id module,
                                   const char *name)
{
    struct export found = {EXPORT_NONE, NULL};
    graph->search++;
    graph->queue.count = 0;
    come_by(graph, module);
    for (uint32_t i = 0; i < graph->queue.count; i++) {
        const struct name_entry *entry = first_exported(graph, graph->queue.data[i], name);
        if (!entry)
            follow_exports(graph, graph->queue.data[i], name);
        else if (found.kind == EXPORT_NONE)
            found = (struct export){EXPORT_FOUND, entry};
        else
            return (struct export){EXPORT_AMBIGUOUS, NULL};
    }
    return found;
}

struct export names_find_export(struct definition_graph *graph, module_id module, const char *name)
{
    if (graph->memo_count * 2 >= graph->memo_slots)
        memo_grow(graph);
    uint64_t name_hash = XXH3_64bits(name, strlen(name));
    struct export_memo *memo = memo_slot(graph, module, name_hash);
    if (!memo->used) {
        struct export found = search_export(graph, module, name);
        *memo = (struct export_memo){name_hash, module, true, found};
        graph->memo_count++;
    }
    return memo->found;
}
