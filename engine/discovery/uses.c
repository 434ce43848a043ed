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

/* What a module exports under a name. False: nothing that can be seen. */
static bool use_export(struct user *user, module_id module, const char *name, uint64_t label)
{
    struct definition_graph *graph = user->graph;
    struct export found = names_find_export(graph, module, name);
    if (found.kind == EXPORT_AMBIGUOUS)
        use_node(user, node_of_all(graph, module), label);
    for (const struct name_entry *entry = found.first; entry;
         entry = names_next(&graph->definitions, entry)) {
        if (graph->discovery->facts.definitions.data[entry->index].exported)
            use_node(user, entry->index, label);
    }
    return found.kind != EXPORT_NONE;
}

/* How an import is written, beside where it leads: another way may mean something else. */
static uint64_t label_of_import(const struct fact_import *import, uint64_t what, uint64_t more)
{
    const uint64_t words[] = {what, more, import->kind, import->manner};
    return XXH3_64bits(words, sizeof words);
}

/* The name `name` of what an import leads to; "*", and a name that is not found, is all of it. */
static void use_import(struct user *user, uint32_t import, const char *name, uint64_t label)
{
    module_id target = user->graph->discovery->resolved.data[import].target;
    if (target == MODULE_NONE)
        use_leaf(user, import, label, name);
    else if (strcmp(name, "*") == 0 || !use_export(user, target, name, label))
        use_node(user, node_of_all(user->graph, target), label);
}

/* `place` tells it from others where their order matters. */
static void use_all_of(struct user *user, uint32_t import, uint32_t place)
{
    const struct facts *facts = &user->graph->discovery->facts;
    const struct fact_import *fact = &facts->imports.data[import];
    uint64_t specifier = label_of(facts_text(facts, fact->specifier));
    use_import(user, import, "*", label_of_import(fact, specifier, place));
}

/* All that may be meant by a name that nothing seems to introduce. */
static void use_whole_imports(struct user *user)
{
    const struct discovery *discovery = user->graph->discovery;
    const struct module *module = &discovery->now.modules.data[user->module];
    for (uint32_t i = 0; i < module->imports_count; i++) {
        if (discovery->facts.imports.data[module->imports_begin + i].all)
            use_all_of(user, module->imports_begin + i, 0);
    }
}

/* What runs, or is declared for everyone, by importing it, in its order. */
static void use_side_effects(struct user *user)
{
    const struct discovery *discovery = user->graph->discovery;
    const struct module *module = &discovery->now.modules.data[user->module];
    for (uint32_t i = 0, place = 0; i < module->imports_count; i++) {
        const struct fact_import *import =
            &discovery->facts.imports.data[module->imports_begin + i];
        bool runs = import->kind == IMPORT_STATIC || import->kind == IMPORT_TYPE;
        if (runs && !import->names_count)
            use_all_of(user, module->imports_begin + i, ++place);
    }
}

/* ---- definitions --------------------------------------------------------------------------- */

/* Imports of this local name, or those exported again under it. Whether there is one. */
static bool use_local(struct user *user, const char *name, bool reexports)
{
    struct definition_graph *graph = user->graph;
    const struct facts *facts = &graph->discovery->facts;
    bool found = false;
    const struct name_entry *entry = names_first(graph, &graph->locals, user->module, name);
    for (; entry; entry = names_next(&graph->locals, entry)) {
        if ((facts->imports.data[entry->import].kind == IMPORT_REEXPORT) != reexports)
            continue;
        const struct fact_import *import = &facts->imports.data[entry->import];
        const struct fact_name *fact = &facts->names.data[entry->index];
        const char *imported = facts_text(facts, fact->imported);
        const uint64_t names[] = {label_of(name), label_of(imported)};
        uint64_t label = label_of_import(import, XXH3_64bits(names, sizeof names), fact->is_type);
        use_import(user, entry->import, imported, label);
        found = true;
    }
    return found;
}

/* Definitions of the same module. Whether there is one. */
static bool use_neighbours(struct user *user, const char *name, uint32_t self)
{
    struct definition_graph *graph = user->graph;
    const struct fact_definition *definitions = graph->discovery->facts.definitions.data;
    bool found = false;
    const struct name_entry *entry = names_first(graph, &graph->definitions, user->module, name);
    for (; entry; entry = names_next(&graph->definitions, entry)) {
        if (definitions[entry->index].kind == DEFINITION_ALIAS)
            continue;
        if (entry->index != self)
            use_node(user, entry->index, label_of(name));
        found = true;
    }
    return found;
}

/* Languages whose imports name no names: an identifier means what is called so in any of them. */
static bool imports_by_identifier(enum scanner_kind kind)
{
    return kind == SCANNER_PROTO || kind == SCANNER_GRAPHQL;
}

static void use_identifier(struct user *user, const char *name)
{
    const struct discovery *discovery = user->graph->discovery;
    const struct module *module = &discovery->now.modules.data[user->module];
    for (uint32_t i = 0; i < module->imports_count; i++) {
        uint32_t import = module->imports_begin + i;
        module_id target = discovery->resolved.data[import].target;
        uint64_t label = label_of_import(&discovery->facts.imports.data[import], label_of(name), 0);
        if (target != MODULE_NONE)
            use_export(user, target, name, label);
    }
}

static void look_at_definition(struct user *user, uint32_t self)
{
    const struct facts *facts = &user->graph->discovery->facts;
    const struct fact_definition *definition = &facts->definitions.data[self];
    const char *own_name = facts_text(facts, definition->name);
    for (uint32_t i = 0; i < definition->uses_count; i++) {
        const char *name = facts_text(facts, facts->uses.data[definition->uses_begin + i].name);
        bool found = use_neighbours(user, name, self);
        found |= use_local(user, name, false);
        if (imports_by_identifier(user->kind))
            use_identifier(user, name);
        else if (!found)
            use_whole_imports(user);
    }
    /* export { a as b } from 'x' */
    if (definition->kind == DEFINITION_ALIAS && !definition->uses_count &&
        !use_local(user, own_name, true))
        use_whole_imports(user);
    if (*own_name)
        use_node(user, node_of_top(user->graph, user->module), 0);
}

/*
 * The text that is no definition, and that of what is imported: packages, options, conditions. In
 * TypeScript, what is imported for no name.
 */
static void look_at_top(struct user *user)
{
    const struct discovery *discovery = user->graph->discovery;
    const struct module *module = &discovery->now.modules.data[user->module];
    if (user->kind == SCANNER_TYPESCRIPT) {
        use_side_effects(user);
        return;
    }
    use_neighbours(user, "", NODE_NONE);
    for (uint32_t i = 0; i < module->imports_count; i++) {
        uint32_t import = module->imports_begin + i;
        module_id target = discovery->resolved.data[import].target;
        if (target != MODULE_NONE && imports_by_identifier(user->kind))
            use_node(user, node_of_top(user->graph, target),
                     label_of_import(&discovery->facts.imports.data[import], 0, 0));
        else
            use_all_of(user, import, i);
    }
}

/* ---- a module's exports -------------------------------------------------------------------- */

/* A module that exports nothing may be a script, which shares all it defines. */
static bool exports_something(const struct facts *facts, const struct module *module)
{
    for (uint32_t i = 0; i < module->definitions_count; i++) {
        if (facts->definitions.data[module->definitions_begin + i].exported)
            return true;
    }
    return false;
}

static void look_at_all(struct user *user)
{
    const struct discovery *discovery = user->graph->discovery;
    const struct facts *facts = &discovery->facts;
    const struct module *module = &discovery->now.modules.data[user->module];
    bool all = !exports_something(facts, module);
    for (uint32_t i = 0; i < module->definitions_count; i++) {
        uint32_t index = module->definitions_begin + i;
        const struct fact_definition *definition = &facts->definitions.data[index];
        const char *name = facts_text(facts, definition->name);
        if (all || definition->exported || !*name)
            use_node(user, index, label_of(name));
    }
    /* What it exports again as a whole, or runs by importing it. */
    for (uint32_t i = 0; i < module->imports_count; i++) {
        uint32_t import = module->imports_begin + i;
        if (user->kind != SCANNER_TYPESCRIPT || !facts->imports.data[import].names_count)
            use_all_of(user, import, i);
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
        look_at_definition(&user, node);
    } else if (node < definitions + discovery->now.modules.count) {
        look_at_all(&user);
    } else {
        look_at_top(&user);
    }
    return user.content;
}
