/*
 * What a definition uses. Where a name could mean more than one thing, all of them count; where the
 * text does not say which names it uses of a module, all that the module exports. So a digest may
 * change without need and never stays when it should not.
 */
#include "engine/discovery/definition_graph.h"

/* A node whose edges are being listed. */
struct user {
    struct definition_graph *graph;
    module_id module;
    enum scanner_kind kind;
    struct node_content content;
};

static uint64_t label_of(const char *text)
{
    return XXH3_64bits(text, strlen(text));
}

module_id node_module(const struct definition_graph *graph, uint32_t node)
{
    uint32_t definitions = graph->discovery->facts.definitions.count;
    if (node < definitions)
        return graph->module_of[node];
    return (node - definitions) % graph->discovery->now.modules.count;
}

static void use_node(struct user *user, uint32_t node, uint64_t label)
{
    vec_push(&user->graph->edges, ((struct node_edge){node, label}));
}

/* Something that is no module: a package, or a file that is not there. */
static void use_leaf(struct user *user, uint32_t import, uint64_t label, const char *name)
{
    const struct discovery *discovery = user->graph->discovery;
    const char *specifier =
        facts_text(&discovery->facts, discovery->facts.imports.data[import].specifier);
    const uint64_t words[] = {label, label_of(specifier), label_of(name),
                              discovery->resolved.data[import].resolution};
    user->content.leaves = digest_add(user->content.leaves, digest_of(words, sizeof words));
}

/* The name `name` of what an import leads to; "*" is all of it. */
static void use_import(struct user *user, uint32_t import, const char *name, uint64_t label)
{
    module_id target = user->graph->discovery->resolved.data[import].target;
    if (target == MODULE_NONE) {
        use_leaf(user, import, label, name);
        return;
    }
    uint32_t node = NODE_NONE;
    if (strcmp(name, "*") != 0)
        node = names_find_export(user->graph, target, name);
    use_node(user, node == NODE_NONE ? node_of_all(user->graph, target) : node, label);
}

static void use_all_of(struct user *user, uint32_t import, uint64_t label)
{
    const struct facts *facts = &user->graph->discovery->facts;
    const char *specifier = facts_text(facts, facts->imports.data[import].specifier);
    use_import(user, import, "*", label ^ label_of(specifier));
}

/* ---- TypeScript ---------------------------------------------------------------------------- */

static bool is_among(uint32_t kind, uint32_t kinds)
{
    return kinds >> kind & 1;
}

/* All that modules export which are imported whole, in one of these ways. How many there are. */
static uint32_t use_whole_imports(struct user *user, uint32_t kinds, uint64_t label)
{
    const struct discovery *discovery = user->graph->discovery;
    const struct module *module = &discovery->now.modules.data[user->module];
    uint32_t found = 0;
    for (uint32_t i = 0; i < module->imports_count; i++) {
        uint32_t import = module->imports_begin + i;
        const struct fact_import *fact = &discovery->facts.imports.data[import];
        if (!fact->all || !is_among(fact->kind, kinds))
            continue;
        use_all_of(user, import, label);
        found++;
    }
    return found;
}

/* What the module imports under this local name. Whether there is such an import. */
static bool use_local(struct user *user, const char *name, bool only_reexports)
{
    struct definition_graph *graph = user->graph;
    const struct facts *facts = &graph->discovery->facts;
    bool found = false;
    const struct name_entry *entry = names_first(graph, &graph->locals, user->module, name);
    for (; entry; entry = names_next(&graph->locals, entry)) {
        if (only_reexports && facts->imports.data[entry->import].kind != IMPORT_REEXPORT)
            continue;
        const char *imported = facts_text(facts, facts->names.data[entry->index].imported);
        use_import(user, entry->import, imported, label_of(name));
        found = true;
    }
    return found;
}

/* A definition of the same module. Whether there is one. */
static bool use_neighbour(struct user *user, const char *name, uint32_t self)
{
    struct definition_graph *graph = user->graph;
    bool found = false;
    const struct name_entry *entry = names_first(graph, &graph->definitions, user->module, name);
    for (; entry; entry = names_next(&graph->definitions, entry)) {
        if (entry->index != self)
            use_node(user, entry->index, label_of(name));
        found = true;
    }
    return found;
}

enum {
    NAMESPACES = 1u << IMPORT_STATIC,
    /* In the middle of a text, without a name: any definition may be the one that does it. */
    ANYWHERE = 1u << IMPORT_TYPE | 1u << IMPORT_DYNAMIC | 1u << IMPORT_REQUIRE,
};

static void look_at_typescript(struct user *user, uint32_t self)
{
    const struct facts *facts = &user->graph->discovery->facts;
    const struct fact_definition *definition = &facts->definitions.data[self];
    bool is_alias = definition->kind == DEFINITION_ALIAS;
    for (uint32_t i = 0; i < definition->uses_count; i++) {
        const char *name = facts_text(facts, facts->uses.data[definition->uses_begin + i].name);
        bool found = use_neighbour(user, name, self);
        found |= use_local(user, name, false);
        if (!found)
            use_whole_imports(user, NAMESPACES, label_of(name));
    }
    use_whole_imports(user, ANYWHERE, 0);
    /* export { a as b } from 'x' */
    if (is_alias && !use_local(user, facts_text(facts, definition->name), true))
        use_whole_imports(user, 1u << IMPORT_REEXPORT | NAMESPACES, 0);
}

/* ---- other languages ----------------------------------------------------------------------- */

/* Imports have no names: an identifier means whatever is called so in any of them. */
static void look_at_others(struct user *user, uint32_t self)
{
    struct definition_graph *graph = user->graph;
    const struct discovery *discovery = graph->discovery;
    const struct facts *facts = &discovery->facts;
    const struct module *module = &discovery->now.modules.data[user->module];
    const struct fact_definition *definition = &facts->definitions.data[self];
    bool by_name = user->kind == SCANNER_PROTO || user->kind == SCANNER_GRAPHQL;
    for (uint32_t i = 0; i < definition->uses_count; i++) {
        const char *name = facts_text(facts, facts->uses.data[definition->uses_begin + i].name);
        use_neighbour(user, name, self);
        for (uint32_t m = 0; by_name && m < module->imports_count; m++) {
            module_id target = discovery->resolved.data[module->imports_begin + m].target;
            uint32_t node =
                target == MODULE_NONE ? NODE_NONE : names_find_export(graph, target, name);
            if (node != NODE_NONE)
                use_node(user, node, label_of(name));
        }
    }
    if (*facts_text(facts, definition->name))
        use_node(user, node_of_top(graph, user->module), 0);
}

/* The text that is no definition, and that of what is imported: packages, options, conditions. */
static void look_at_top(struct user *user)
{
    struct definition_graph *graph = user->graph;
    const struct discovery *discovery = graph->discovery;
    const struct module *module = &discovery->now.modules.data[user->module];
    bool by_name = user->kind == SCANNER_PROTO || user->kind == SCANNER_GRAPHQL;
    use_neighbour(user, "", NODE_NONE);
    for (uint32_t i = 0; i < module->imports_count; i++) {
        uint32_t import = module->imports_begin + i;
        module_id target = discovery->resolved.data[import].target;
        if (target != MODULE_NONE && by_name)
            use_node(user, node_of_top(graph, target), 1);
        else
            use_all_of(user, import, 1);
    }
}

/* ---- a module's exports -------------------------------------------------------------------- */

static void look_at_all(struct user *user)
{
    const struct discovery *discovery = user->graph->discovery;
    const struct facts *facts = &discovery->facts;
    const struct module *module = &discovery->now.modules.data[user->module];
    for (uint32_t i = 0; i < module->definitions_count; i++) {
        uint32_t index = module->definitions_begin + i;
        const struct fact_definition *definition = &facts->definitions.data[index];
        const char *name = facts_text(facts, definition->name);
        if (definition->exported || !*name)
            use_node(user, index, label_of(name));
    }
    /* What it exports again, and what it runs or shows by importing it whole. */
    for (uint32_t i = 0; i < module->imports_count; i++) {
        uint32_t import = module->imports_begin + i;
        const struct fact_import *fact = &facts->imports.data[import];
        if (fact->all || !fact->names_count)
            use_all_of(user, import, 2);
    }
    if (!module->definitions_count)
        user->content.own = discovery->now.records.data[user->module].digest;
}

struct node_content node_look(struct definition_graph *graph, uint32_t node)
{
    const struct discovery *discovery = graph->discovery;
    uint32_t definitions = discovery->facts.definitions.count;
    module_id id = node_module(graph, node);
    const struct module *module = &discovery->now.modules.data[id];
    struct user user = {.graph = graph, .module = id};
    user.kind = discovery->lenses.lenses[module->lens].kind;
    user.content.unknown = (module->flags & MODULE_MADE) && !discovery->now.facts.data[id].known;
    if (node < definitions) {
        const struct fact_definition *definition = &discovery->facts.definitions.data[node];
        const uint64_t words[] = {label_of(facts_text(&discovery->facts, definition->name)),
                                  definition->digest.low, definition->digest.high};
        user.content.own = digest_of(words, sizeof words);
        if (user.kind == SCANNER_TYPESCRIPT)
            look_at_typescript(&user, node);
        else
            look_at_others(&user, node);
    } else if (node < definitions + discovery->now.modules.count) {
        look_at_all(&user);
    } else {
        look_at_top(&user);
    }
    return user.content;
}
