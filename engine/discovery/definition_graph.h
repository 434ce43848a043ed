/*
 * The graph of definitions: which definition uses which, across modules. Internal to
 * engine/discovery.
 *
 * Its nodes are the definitions and, of each module, "*" (all that it exports) and "top", which
 * stands for what every definition of the module depends on: the text outside of definitions, in
 * languages where its order matters, and what TypeScript imports for no name. A node keeps its
 * number when its module is scanned again, as long as there is a definition of its name; a number
 * may be given to another node once nothing that depends on the first has a digest.
 *
 * Everything is made on demand: a module's names and nodes when something asks for one of them, a
 * node's digest when it or something that uses it is asked for, and so is its list of uses, which
 * is not kept: it is found from the facts again. So a change of the facts leaves little to correct:
 *
 *     names.c        what is meant by a name: the names of one module, and *lookups* through what
 *                    modules export again
 *     uses.c         what a node uses
 *     definitions.c  digests, over strongly connected components
 *     links.c        who used what: kept in a *live* graph only
 *     follow.c       after a change of facts: which digests hold no more
 *     watches.c      whose digests callers want to be told about
 *
 * In a live graph, whatever is remembered knows who relied on it: a digest, the nodes whose digests
 * were made from it; a lookup, the nodes that asked; a module, those that show its names as theirs.
 * These are *links*. They are not taken back one by one: a link has the number of the visit (or
 * search, …) in which it was made, and is stale when its user has another one by now.
 */
#ifndef DISCOVERY_DEFINITION_GRAPH_H
#define DISCOVERY_DEFINITION_GRAPH_H

#include "engine/discovery/internal.h"

#define NODE_NONE UINT32_MAX

/* Instead of a place, in node.definition. */
#define NODE_ALL  UINT32_MAX
#define NODE_TOP  (UINT32_MAX - 1)
#define NODE_FREE (UINT32_MAX - 2)

struct node {
    struct digest digest; /* valid when low is UINT32_MAX. Zero: not known yet */
    uint32_t low;         /* as in components.c; 0: has to be solved */
    uint32_t visited;     /* the visit that solved it: no two have one number; 0: as low */
    module_id module;
    uint32_t definition; /* its place among the module's, or one of the above */
};

/* A name in a module: a definition's, or the local name of an import's. */
struct name_entry {
    uint64_t name;  /* label_of */
    uint32_t place; /* a definition's among the module's; a name's among its import's */
    uint32_t of;    /* a definition's node; a name's import, by its place among the module's */
};

/* What is known of a module once something in it was asked for. */
struct module_part {
    struct name_entry *names; /* definitions, then locals; each by name, then as in the text */
    uint32_t definitions, locals;
    uint32_t all, top; /* nodes */
    uint32_t search;   /* the last search that came by */
    bool made;         /* false: the above is not there yet */
};

/* What a module shows under a name, in itself or through what it exports again. */
enum export_kind {
    EXPORT_NONE,      /* nothing that can be seen */
    EXPORT_FOUND,     /* the exported ones of `found`'s definitions of that name */
    EXPORT_AMBIGUOUS, /* several modules have it, and any may be meant */
};

/* Kept, since barrels are asked for the same names again and again. */
struct lookup {
    uint64_t name;
    module_id module; /* MODULE_NONE: a free one */
    enum export_kind kind;
    module_id found;
};

struct name_range {
    const struct name_entry *at, *end;
};

/* ---- of a live graph only ------------------------------------------------------------------ */

/* Someone relied on something; see above. */
struct link {
    uint32_t user;  /* in a list of `users`: a node, or a lookup | USER_WATCH */
    uint32_t stamp; /* of the user, when it did */
    uint32_t next;  /* + 1; 0: none */
};

#define USER_WATCH (1u << 31)

/* Lists of links begin with the number of the first, + 1. */
struct node_trace {
    struct digest look; /* of all that node_look said when the digest was made */
    uint32_t users;
    uint32_t links; /* how many it has put in other lists */
};

struct lookup_trace {
    struct digest nodes; /* of what was found */
    uint32_t users;      /* nodes */
    uint32_t tokens;     /* the callers' to be told; `user` is the token */
    uint32_t armed; /* stamp of the links in users of nodes, for the tokens; 0: there are none */
    uint32_t next;  /* + 1: another lookup in the same module */
    bool suspect;   /* has to be searched again */
};

struct module_trace {
    struct digest shown; /* of which modules it shows, since `followed` */
    uint32_t followed; /* the search that last asked what it shows, and put links there; 0: none */
    uint32_t shown_by; /* modules */
    uint32_t lookups;  /* + 1: the first one in it */
    uint32_t round;    /* of follow: in this one all its lookups are suspect */
};

/* ---- the graph ----------------------------------------------------------------------------- */

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
    bool live;       /* links are kept */
    bool watched;    /* some caller wants to be told */
    uint64_t solved; /* digests made so far */

    VEC(struct node) nodes;
    VEC(struct module_part) parts; /* [module] */
    VEC(struct lookup) lookups;
    uint32_t *lookup_slots; /* open addressing; lookup + 1 */
    uint32_t lookup_slot_count, lookup_count;

    uint32_t visits;      /* numbers for node.visited and lookup_trace.armed */
    uint32_t search;      /* numbers for module_part.search and module_trace.followed */
    VEC(module_id) queue; /* of a search */
    VEC(uint32_t) stack;  /* of nodes being solved */
    VEC(struct definition_frame) frames;
    VEC(struct node_edge) edges; /* of the nodes on the frames, one after the other */

    /* Of a live graph only; the traces as long as what they are of. */
    VEC(struct node_trace) node_traces;
    VEC(struct module_trace) module_traces;
    VEC(struct lookup_trace) lookup_traces;
    VEC(struct link) links;
    uint32_t free_link;  /* + 1: the first of a list */
    uint32_t links_used; /* links that are in some list */
    uint32_t stale;      /* about how many of these, and of the lookups, are of no use */
    uint32_t user;       /* the node whose uses are being listed for good, or NODE_NONE */
    uint32_t rounds;     /* of definitions_follow */
    VEC(uint32_t) free_nodes;
    VEC(uint32_t) free_lookups;
    VEC(uint32_t) touched; /* tokens, as discovery_touched_definitions gives them */
    VEC(uint32_t) told;    /* those it gave last */
};

/* The graph, made if there is none, with room for every module. */
struct definition_graph *definitions_open(struct discovery *discovery);
/* The digest of a node; O(1) when it has one. */
struct digest node_solve(struct definition_graph *graph, uint32_t node);

/* ---- names --------------------------------------------------------------------------------- */

static inline uint64_t label_of(const char *text)
{
    return XXH3_64bits(text, strlen(text));
}

struct name_list {
    struct name_entry *entries; /* definitions, then locals; the caller's to free */
    uint32_t definitions, locals;
};

/* A module's names from its facts; `of` of definitions is not set. */
struct name_list names_list(const struct discovery *discovery, module_id id);

void part_make(struct definition_graph *graph, module_id id);
/* Valid while no module is new. */
static inline const struct module_part *part_of(struct definition_graph *graph, module_id id)
{
    if (!graph->parts.data[id].made)
        part_make(graph, id);
    return &graph->parts.data[id];
}

uint32_t node_add(struct definition_graph *graph, module_id module, uint32_t definition);

/* Its definitions of this name, its local names that are so, in the order of the text. */
struct name_range names_defined(struct definition_graph *graph, module_id id, uint64_t name);
struct name_range names_local(struct definition_graph *graph, module_id id, uint64_t name);

static inline const struct fact_definition *
definition_of(const struct definition_graph *graph, module_id id, const struct name_entry *entry)
{
    const struct discovery *discovery = graph->discovery;
    uint32_t begin = discovery->now.modules.data[id].definitions_begin;
    return &discovery->facts.definitions.data[begin + entry->place];
}

/* What a module shows under a name: the number of the lookup, which is made if it is not there. */
uint32_t lookup_make(struct definition_graph *graph, module_id module, uint64_t name);
/* UINT32_MAX: there is none. */
uint32_t lookup_find(const struct definition_graph *graph, module_id module, uint64_t name);
/* Searches anew. */
void lookup_search(struct definition_graph *graph, uint32_t lookup);
/* Its definitions, exported or not; empty unless EXPORT_FOUND. */
struct name_range lookup_range(struct definition_graph *graph, const struct lookup *lookup);
/* Fills the slots anew, without what is free. */
void lookups_index(struct definition_graph *graph);
/* Puts a module on the queue of the search under way, once. */
void search_come_by(struct definition_graph *graph, module_id id);
/* A digest of the modules that are shown by this one. */
struct digest shown_by_module(const struct definition_graph *graph, module_id id);

/* ---- edges --------------------------------------------------------------------------------- */

/* What a node is beside its edges. */
struct node_content {
    struct digest own;    /* of its text */
    struct digest leaves; /* sum of what it uses that is no node: packages, what is not there */
    struct digest asked;  /* sum of the lookups it asked; counts for nothing but node_trace.look */
    bool unknown;         /* it depends on a file that is still to be made */
};

/* Appends a node's edges to `graph->edges`. */
struct node_content node_look(struct definition_graph *graph, uint32_t node);
/* Of its content and of its edges, from `begin` to the end. */
struct digest look_digest(const struct definition_graph *graph, uint32_t begin,
                          const struct node_content *content);

/* ---- links --------------------------------------------------------------------------------- */

void link_add(struct definition_graph *graph, uint32_t *list, uint32_t user, uint32_t stamp);
/* Frees a list; returns the next of it. */
uint32_t link_drop(struct definition_graph *graph, uint32_t first);
/* Drops what is stale, once it may be more than half of all. O(graph), amortised O(links made). */
void links_sweep(struct definition_graph *graph);

#endif
