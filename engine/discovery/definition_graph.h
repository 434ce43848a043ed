/*
 * The graph of definitions: which definition uses which, across modules. Made when the first digest
 * of a definition is asked for, and thrown away when facts change. Internal to engine/discovery.
 *
 * Its nodes are numbers: first all definitions, by their place in the facts; then one for each
 * module's "*", all that it exports; then one for each module's "top", which stands for what
 * every definition of the module depends on: the text outside of definitions, in languages where
 * its order matters, and what TypeScript imports for no name.
 */
#ifndef DISCOVERY_DEFINITION_GRAPH_H
#define DISCOVERY_DEFINITION_GRAPH_H

#include "engine/discovery/internal.h"

#define NODE_NONE UINT32_MAX

/* A name in a module: a definition's, or the local name of an import's. */
struct name_entry {
    module_id module;
    uint32_t text;   /* of the name, in facts.text */
    uint32_t index;  /* in facts.definitions or facts.names */
    uint32_t import; /* names only: in facts.imports */
    uint32_t next;   /* another entry of the same name and module, + 1; 0: none */
};

/* Open addressing; a slot leads to the first entry of its name and module. */
struct name_table {
    VEC(struct name_entry) entries;
    uint32_t *slots; /* entry + 1; 0 is empty */
    uint32_t slot_count;
};

/* What a module shows under a name, in itself or through what it exports again. */
struct export
{
    enum {
        EXPORT_NONE,      /* nothing that can be seen */
        EXPORT_FOUND,     /* the exported ones of the definitions that begin with `first` */
        EXPORT_AMBIGUOUS, /* several modules have it, and any may be meant */
    } kind;
    const struct name_entry *first;
};

/* Kept, since barrels are asked for the same names again and again. */
struct export_memo {
    uint64_t name_hash;
    module_id module;
    bool used;
    struct export found;
};

struct node_edge {
    uint32_t node;
    uint64_t label; /* the name by which it is used: so that two uses cannot be swapped */
};

struct definition_frame {
    uint32_t node;
    uint32_t begin; /* of its edges */
    uint32_t next;  /* the next edge to follow */
};

struct definition_graph {
    struct discovery *discovery;
    struct name_table definitions;
    struct name_table locals;
    module_id *module_of; /* [definition] */

    struct export_memo *memo;
    uint32_t memo_count, memo_slots;
    uint32_t *stamps; /* [module]: the last search that came by */
    uint32_t search;
    VEC(module_id) queue;

    uint32_t nodes;
    struct digest *digests; /* [node]; valid when low is UINT32_MAX. Zero: not known yet */
    uint32_t *low;          /* [node]: as in components.c */
    uint32_t *visited;      /* [node] */
    uint32_t visits;
    VEC(uint32_t) stack;
    VEC(struct definition_frame) frames;
    VEC(struct node_edge) edges; /* of the nodes on the frames, one after the other */
};

static inline uint32_t node_of_all(const struct definition_graph *graph, module_id id)
{
    return graph->discovery->facts.definitions.count + id;
}

static inline uint32_t node_of_top(const struct definition_graph *graph, module_id id)
{
    return graph->discovery->facts.definitions.count + graph->discovery->now.modules.count + id;
}

/* ---- names --------------------------------------------------------------------------------- */

/* Fills both tables from the facts of all modules. */
void names_fill(struct definition_graph *graph);
void names_clear(struct definition_graph *graph);

/* The first entry with this name in this module; NULL when there is none. */
const struct name_entry *names_first(const struct definition_graph *graph,
                                     const struct name_table *table, module_id module,
                                     const char *name);
static inline const struct name_entry *names_next(const struct name_table *table,
                                                  const struct name_entry *entry)
{
    return entry->next ? &table->entries.data[entry->next - 1] : NULL;
}

struct export names_find_export(struct definition_graph *graph, module_id module, const char *name);

/* ---- edges --------------------------------------------------------------------------------- */

/* What a node is beside its edges. */
struct node_content {
    struct digest own;    /* of its text */
    struct digest leaves; /* sum of what it uses that is no node: packages, what is not there */
    bool unknown;         /* it depends on a file that is still to be made */
};

/* Appends a node's edges to `graph->edges`. */
struct node_content node_look(struct definition_graph *graph, uint32_t node);
module_id node_module(const struct definition_graph *graph, uint32_t node);

#endif
