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

/* Asks a lookup, and has it remember who asked. */
static struct lookup ask(struct user *user, module_id module, const char *name)
{
    struct definition_graph *graph = user->graph;
    uint64_t hash = label_of(name);
    uint32_t number = lookup_make(graph, module, hash);
    if (graph->user != NODE_NONE)
        link_add(graph, &graph->lookup_traces.data[number].users, graph->user,
                 graph->nodes.data[graph->user].visited);
    if (graph->live) {
        const uint64_t words[] = {hash, module};
        user->content.asked = digest_add(user->content.asked, digest_of(words, sizeof words));
    }
    return graph->lookups.data[number];
}

/* What a module exports under a name. False: nothing that can be seen. */
static bool use_export(struct user *user, module_id module, const char *name, uint64_t label)
{
    struct definition_graph *graph = user->graph;
    struct lookup lookup = ask(user, module, name);
    if (lookup.kind == EXPORT_AMBIGUOUS)
        use_node(user, part_of(graph, module)->all, label);
    struct name_range range = lookup_range(graph, &lookup);
    for (; range.at < range.end; range.at++) {
        if (definition_of(graph, lookup.found, range.at)->exported)
            use_node(user, range.at->of, label);
    }
    return lookup.kind != EXPORT_NONE;
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
        use_node(user, part_of(user->graph, target)->all, label);
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
    const struct discovery *discovery = user->graph->discovery;
    const struct facts *facts = &discovery->facts;
    uint32_t begin = discovery->now.modules.data[user->module].imports_begin;
    bool found = false;
    struct name_range range = names_local(user->graph, user->module, label_of(name));
    for (; range.at < range.end; range.at++) {
        const struct fact_import *import = &facts->imports.data[begin + range.at->of];
        if ((import->kind == IMPORT_REEXPORT) != reexports)
            continue;
        const struct fact_name *fact = &facts->names.data[import->names_begin + range.at->place];
        const char *imported = facts_text(facts, fact->imported);
        const uint64_t names[] = {label_of(name), label_of(imported)};
        uint64_t label = label_of_import(import, XXH3_64bits(names, sizeof names), fact->is_type);
        use_import(user, begin + range.at->of, imported, label);
        found = true;
    }
    return found;
}

/* Definitions of the same module. Whether there is one. */
static bool use_neighbours(struct user *user, const char *name, uint32_t self)
{
    struct definition_graph *graph = user->graph;
    bool found = false;
    struct name_range range = names_defined(graph, user->module, label_of(name));
    for (; range.at < range.end; range.at++) {
        if (definition_of(graph, user->module, range.at)->kind == DEFINITION_ALIAS)
            continue;
        if (range.at->of != self)
            use_node(user, range.at->of, label_of(name));
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

static void look_at_definition(struct user *user, uint32_t self,
                               const struct fact_definition *definition)
{
    const struct facts *facts = &user->graph->discovery->facts;
    const char *own_name = facts_text(facts, definition->name);
    const uint64_t words[] = {label_of(own_name), definition->digest.low, definition->digest.high};
    user->content.own = digest_of(words, sizeof words);
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
        use_node(user, part_of(user->graph, user->module)->top, 0);
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
            use_node(user, part_of(user->graph, target)->top,
                     label_of_import(&discovery->facts.imports.data[import], 0, 0));
        else
            use_all_of(user, import, i);
    }
}

/* ---- a module's exports -------------------------------------------------------------------- */

/* A module that exports nothing may be a script, which shares all it defines. */
static bool exports_something(const struct discovery *discovery, module_id id)
{
    const struct fact_definition *definitions = discovery_definitions(discovery, id);
    for (uint32_t i = 0; i < discovery->now.modules.data[id].definitions_count; i++) {
        if (definitions[i].exported)
            return true;
    }
    return false;
}

static void look_at_all(struct user *user)
{
    const struct discovery *discovery = user->graph->discovery;
    const struct facts *facts = &discovery->facts;
    const struct module *module = &discovery->now.modules.data[user->module];
    const struct module_part *part = part_of(user->graph, user->module);
    bool all = !exports_something(discovery, user->module);
    for (uint32_t i = 0; i < part->definitions; i++) {
        const struct name_entry *entry = &part->names[i];
        const struct fact_definition *definition = definition_of(user->graph, user->module, entry);
        if (all || definition->exported || !*facts_text(facts, definition->name))
            use_node(user, entry->of, entry->name);
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

struct node_content node_look(struct definition_graph *graph, uint32_t number)
{
    const struct discovery *discovery = graph->discovery;
    const struct node node = graph->nodes.data[number];
    const struct module *module = &discovery->now.modules.data[node.module];
    struct user user = {.graph = graph, .module = node.module};
    user.kind = discovery->lenses.lenses[module->lens].kind;
    user.content.unknown =
        (module->flags & MODULE_MADE) && !discovery->now.facts.data[node.module].known;
    if (node.definition == NODE_ALL)
        look_at_all(&user);
    else if (node.definition == NODE_TOP)
        look_at_top(&user);
    else
        look_at_definition(
            &user, number,
            &discovery->facts.definitions.data[module->definitions_begin + node.definition]);
    return user.content;
}

struct digest look_digest(const struct definition_graph *graph, uint32_t begin,
                          const struct node_content *content)
{
    struct digest edges = {0};
    for (uint32_t i = begin; i < graph->edges.count; i++) {
        const uint64_t edge[] = {graph->edges.data[i].node, graph->edges.data[i].label};
        edges = digest_add(edges, digest_of(edge, sizeof edge));
    }
    const struct digest words[] = {
        content->own, content->leaves, content->asked, edges, {content->unknown, 0}};
    return digest_of(words, sizeof words);
}
