/*
 * Updating a generation in place: modules that changed, came or went, and what imports them, in
 * proportion to these. A module keeps its number; one that nothing leads to any more stays as an
 * UNREACHED one until the next scan.
 *
 * What cannot be done in place says why, and leaves the generation as good as distrusted: the
 * caller then scans. These are circles of imports that close or come apart, which make other
 * components of many modules, and files that configuration may lead any import to.
 */
#include "engine/base/io.h"
#include "engine/discovery/internal.h"
#include "engine/discovery/meanings.h"

#include <stdlib.h>

/* What a module was before it was looked at again. */
struct before {
    module_id id;
    struct facts_span span;
    struct digest shape, content;
    uint32_t flags;
    bool known;
    bool targets_changed;
    uint32_t resolved, resolved_count; /* in updating.resolved */
};

struct updating {
    struct pass pass;
    struct discovery_updated *out;
    VEC(struct before) before; /* [as pass.next at first], and later new modules */
    VEC(struct module_import) resolved;
    struct module_list looked;        /* to be read again */
    struct module_list asked;         /* to be resolved again */
    struct module_list targets;       /* scratch */
    struct module_list reached_again; /* and not looked at */
    struct buf scratch;
    module_id first_new;
};

static struct generation *now_of(const struct updating *updating)
{
    return &updating->pass.discovery->now;
}

static void refuse(struct updating *updating, const char *why)
{
    if (!updating->out->why)
        updating->out->why = why;
}

/* ---- which modules to look at ------------------------------------------------------------------
 */

static void list_modules_of(struct updating *updating, const char *path, struct module_list *out)
{
    const struct discovery *discovery = updating->pass.discovery;
    for (uint32_t lens = 0; lens < discovery->lenses.count; lens++) {
        module_id id = discovery_find(discovery, path, lens);
        if (id != MODULE_NONE)
            vec_push(out, id);
    }
}

static void list_importers_of(struct updating *updating, const char *path)
{
    struct discovery *discovery = updating->pass.discovery;
    for (uint32_t lens = 0; lens < discovery->lenses.count; lens++) {
        module_id id = discovery_find(discovery, path, lens);
        uint32_t count = 0;
        const module_id *importers =
            id == MODULE_NONE ? NULL : discovery_importers(discovery, id, &count);
        for (uint32_t i = 0; i < count; i++)
            vec_push(&updating->asked, importers[i]);
    }
}

static void list_wishes_for(struct updating *updating, const char *path)
{
    struct discovery *discovery = updating->pass.discovery;
    if (discovery->meanings && meanings_are_worn(discovery->meanings)) {
        meanings_free(discovery->meanings);
        discovery->meanings = NULL;
    }
    if (!discovery->meanings)
        discovery->meanings = meanings_make(discovery);
    if (meanings_is_entry(discovery->meanings, path))
        refuse(updating, "a file came that packages or path mappings may lead to");
    meanings_list(discovery->meanings, discovery, path, &updating->asked);
}

/* Jobs begin or cease to make what the module is: digests of made files have rules of their own. */
static void set_made(struct updating *updating, const char *path, bool made)
{
    struct generation *now = now_of(updating);
    struct module_list modules = {0};
    list_modules_of(updating, path, &modules);
    for (uint32_t i = 0; i < modules.count; i++) {
        struct module *module = &now->modules.data[modules.data[i]];
        if (!(module->flags & MODULE_MADE) == !made)
            continue;
        module->flags ^= MODULE_MADE;
        now->records.data[modules.data[i]].flags |= FILE_RACY;
        vec_push(&updating->looked, modules.data[i]);
    }
    vec_free(&modules);
}

static void take_paths(struct updating *updating, const struct discovery_changes *changes)
{
    struct discovery *discovery = updating->pass.discovery;
    for (uint32_t i = 0; i < changes->looked.count; i++)
        list_modules_of(updating, changes->looked.data[i], &updating->looked);
    for (uint32_t i = 0; i < changes->vanished.count; i++) {
        list_modules_of(updating, changes->vanished.data[i], &updating->looked);
        list_importers_of(updating, changes->vanished.data[i]);
    }
    for (uint32_t i = 0; i < changes->appeared.count; i++) {
        list_modules_of(updating, changes->appeared.data[i], &updating->looked);
        list_wishes_for(updating, changes->appeared.data[i]);
    }
    for (uint32_t i = 0; i < changes->unmade.count; i++)
        made_set_remove(&discovery->made, changes->unmade.data[i]);
    for (uint32_t i = 0; i < changes->made.count; i++)
        made_set_add(&discovery->made, changes->made.data[i]);
    discovery->environment.data->made = discovery->made.digest;
}

/* ---- before ------------------------------------------------------------------------------------
 */

static void note_before(struct updating *updating, module_id id)
{
    struct discovery *discovery = updating->pass.discovery;
    const struct generation *now = &discovery->now;
    const struct module *module = &now->modules.data[id];
    const struct module_import *resolved = discovery_resolved(discovery, id);
    struct before before = {.id = id,
                            .span = module_span(now, id),
                            .shape = now->facts.data[id].shape,
                            .content = now->records.data[id].digest,
                            .flags = module->flags,
                            .known = now->facts.data[id].known,
                            .resolved = updating->resolved.count,
                            .resolved_count = module->imports_count};
    for (uint32_t i = 0; i < module->imports_count; i++)
        vec_push(&updating->resolved, resolved[i]);
    vec_push(&updating->before, before);
    if (!(module->flags & MODULE_UNREACHED))
        discovery->structure = digest_subtract(discovery->structure,
                                               structure_term(discovery, id, &updating->scratch));
}

/* The modules of both lists, each once, ascending. */
static void note_all_before(struct updating *updating)
{
    struct module_list all = {0};
    for (uint32_t i = 0; i < updating->looked.count; i++)
        vec_push(&all, updating->looked.data[i]);
    for (uint32_t i = 0; i < updating->asked.count; i++)
        vec_push(&all, updating->asked.data[i]);
    all.count = sort_modules(all.data, all.count);
    for (uint32_t i = 0; i < all.count; i++)
        note_before(updating, all.data[i]);
    vec_free(&all);
}

/* ---- sources -----------------------------------------------------------------------------------
 */

/* After note_all_before: flags change, and modules are added. */
static void take_sources(struct updating *updating, const struct discovery_changes *changes)
{
    struct discovery *discovery = updating->pass.discovery;
    for (uint32_t i = 0; i < changes->dropped.count; i++) {
        const struct discovery_source *source = &changes->dropped.data[i];
        module_id id = discovery_find(discovery, source->path, source->lens);
        if (id != MODULE_NONE)
            discovery->now.modules.data[id].flags &= ~(uint32_t)MODULE_SOURCE;
    }
    for (uint32_t i = 0; i < changes->sources.count; i++) {
        const struct discovery_source *source = &changes->sources.data[i];
        pass_add_module(&updating->pass, source->path, strlen(source->path), source->lens,
                        MODULE_SOURCE | (source->made ? MODULE_MADE : 0u));
    }
    for (uint32_t i = 0; i < changes->unmade.count; i++)
        set_made(updating, changes->unmade.data[i], false);
    for (uint32_t i = 0; i < changes->made.count; i++) /* what is both is made by another job */
        set_made(updating, changes->made.data[i], true);
}

/* Modules that take_sources is about to change. */
static void list_sources(struct updating *updating, const struct discovery_changes *changes)
{
    const struct discovery *discovery = updating->pass.discovery;
    for (uint32_t i = 0; i < changes->dropped.count + changes->sources.count; i++) {
        const struct discovery_source *source =
            i < changes->dropped.count ? &changes->dropped.data[i]
                                       : &changes->sources.data[i - changes->dropped.count];
        module_id id = discovery_find(discovery, source->path, source->lens);
        if (id != MODULE_NONE)
            vec_push(&updating->looked, id);
    }
    for (uint32_t i = 0; i < changes->made.count; i++)
        list_modules_of(updating, changes->made.data[i], &updating->looked);
    for (uint32_t i = 0; i < changes->unmade.count; i++)
        list_modules_of(updating, changes->unmade.data[i], &updating->looked);
}

/* ---- reading and resolving ---------------------------------------------------------------------
 */

/* The first level: known modules to be read, known ones to be resolved, and new ones to be both. */
static void read_and_resolve(struct updating *updating)
{
    struct pass *pass = &updating->pass;
    struct module_list level = {0};
    struct readings readings;
    for (uint32_t i = 0; i < updating->looked.count; i++)
        vec_push(&pass->next, updating->looked.data[i]);
    level.data = pass->next.data;
    level.count = sort_modules(pass->next.data, pass->next.count);
    level.capacity = pass->next.capacity;
    memset(&pass->next, 0, sizeof pass->next);
    if (level.count) {
        read_modules(pass, level.data, level.count, &readings);
        pass->facts_changed |= readings.list.count > 0;
        merge_readings(pass, &readings);
    }
    for (uint32_t i = 0; i < updating->asked.count; i++) {
        pass->ask.data[updating->asked.data[i]] = true;
        vec_push(&level, updating->asked.data[i]);
    }
    level.count = sort_modules(level.data, level.count);
    resolve_modules(pass, level.data, level.count);
    vec_free(&level);
    discovery_run_levels(pass);
}

/* ---- imports -----------------------------------------------------------------------------------
 */

static bool same_targets(const struct updating *updating, module_id id)
{
    uint32_t count;
    const module_id *old = discovery_targets(updating->pass.discovery, id, &count);
    return count == updating->targets.count &&
           (!count || memcmp(old, updating->targets.data, count * sizeof *old) == 0);
}

static bool contains(const module_id *list, uint32_t count, module_id id)
{
    return count && bsearch(&id, list, count, sizeof *list, compare_modules);
}

/* A module of a circle that imports less of it than before may have opened it. */
static void check_circle(struct updating *updating, module_id id)
{
    struct discovery *discovery = updating->pass.discovery;
    uint32_t component = discovery->now.modules.data[id].component;
    uint32_t members, count;
    discovery_component(discovery, component, &members);
    const module_id *old = discovery_targets(discovery, id, &count);
    for (uint32_t i = 0; members > 1 && i < count; i++) {
        if (discovery->now.modules.data[old[i]].component == component &&
            !contains(updating->targets.data, updating->targets.count, old[i]))
            refuse(updating, "a circle of imports may have opened");
    }
}

static void replace_targets(struct updating *updating, module_id id)
{
    struct discovery *discovery = updating->pass.discovery;
    uint32_t count;
    const module_id *old = discovery_targets(discovery, id, &count);
    for (uint32_t i = 0; i < count; i++)
        lists_remove(&discovery->importers, old[i], id);
    for (uint32_t i = 0; i < updating->targets.count; i++)
        lists_insert(&discovery->importers, updating->targets.data[i], id);
    lists_set(&discovery->targets, id, updating->targets.data, updating->targets.count);
}

static void follow_imports(struct updating *updating, struct before *before)
{
    struct discovery *discovery = updating->pass.discovery;
    module_id id = before->id;
    list_targets(discovery, id, &updating->targets);
    if (same_targets(updating, id))
        return;
    before->targets_changed = true;
    check_circle(updating, id);
    replace_targets(updating, id);
    for (uint32_t i = 0; i < updating->targets.count; i++) {
        if (!order_import(discovery, id, updating->targets.data[i]))
            refuse(updating, "imports form another circle");
    }
}

/* New modules get a place in every list: those that only sources lead to rank last. */
static void add_new_modules(struct updating *updating)
{
    struct discovery *discovery = updating->pass.discovery;
    for (module_id id = updating->first_new; id < discovery->now.modules.count; id++) {
        lists_add(&discovery->targets, NULL, 0);
        lists_add(&discovery->importers, NULL, 0);
        order_add(discovery, id, !(discovery->now.modules.data[id].flags & MODULE_SOURCE));
        vec_push(&updating->before, ((struct before){.id = id, .flags = MODULE_UNREACHED}));
    }
}

/* ---- what is reached ---------------------------------------------------------------------------
 */

/* `known`: modules whose terms are not in the sum just now. */
struct reaching {
    struct updating *updating;
    uint8_t *known; /* [module] */
    struct module_list left;
};

static void set_reached(struct reaching *reaching, module_id id, bool reached)
{
    struct discovery *discovery = reaching->updating->pass.discovery;
    struct module *module = &discovery->now.modules.data[id];
    if (!(module->flags & MODULE_UNREACHED) == reached)
        return;
    struct buf *scratch = &reaching->updating->scratch;
    if (!reached && !reaching->known[id])
        discovery->structure =
            digest_subtract(discovery->structure, structure_term(discovery, id, scratch));
    module->flags ^= MODULE_UNREACHED;
    if (reached && !reaching->known[id])
        discovery->structure =
            digest_add(discovery->structure, structure_term(discovery, id, scratch));
    vec_push(&reaching->left, id);
    /* Who keeps something for reached modules alone has lost sight of it. */
    if (reached && !reaching->known[id])
        vec_push(&reaching->updating->reached_again, id);
}

/* Whether a source, or a reached module outside of its circle, leads to its component. */
static bool is_reached(struct discovery *discovery, uint32_t component)
{
    uint32_t members, count;
    const module_id *member = discovery_component(discovery, component, &members);
    for (uint32_t m = 0; m < members; m++) {
        if (discovery->now.modules.data[member[m]].flags & MODULE_SOURCE)
            return true;
        const module_id *importers = discovery_importers(discovery, member[m], &count);
        for (uint32_t i = 0; i < count; i++) {
            const struct module *importer = &discovery->now.modules.data[importers[i]];
            if (importer->component != component && !(importer->flags & MODULE_UNREACHED))
                return true;
        }
    }
    return false;
}

static void reach_component(struct reaching *reaching, module_id id)
{
    struct discovery *discovery = reaching->updating->pass.discovery;
    uint32_t component = discovery->now.modules.data[id].component;
    bool reached = is_reached(discovery, component);
    uint32_t members;
    const module_id *member = discovery_component(discovery, component, &members);
    for (uint32_t m = 0; m < members; m++)
        set_reached(reaching, member[m], reached);
}

/* Whatever the modules looked at import now, or imported before, and what follows from that. */
static void find_reached(struct updating *updating)
{
    struct discovery *discovery = updating->pass.discovery;
    struct reaching reaching = {.updating = updating,
                                .known = mem_array(discovery->now.modules.count, 1)};
    for (uint32_t i = 0; i < updating->before.count; i++)
        reaching.known[updating->before.data[i].id] = 1;
    for (uint32_t i = 0; i < updating->before.count; i++) {
        const struct before *before = &updating->before.data[i];
        reach_component(&reaching, before->id);
        vec_push(&reaching.left, before->id);
        for (uint32_t r = 0; r < before->resolved_count; r++) {
            module_id target = updating->resolved.data[before->resolved + r].target;
            if (target != MODULE_NONE)
                reach_component(&reaching, target);
        }
    }
    while (reaching.left.count) {
        uint32_t count;
        const module_id *targets =
            discovery_targets(discovery, reaching.left.data[--reaching.left.count], &count);
        for (uint32_t i = 0; i < count; i++)
            reach_component(&reaching, targets[i]);
    }
    free(reaching.known);
    vec_free(&reaching.left);
}

/* ---- after -------------------------------------------------------------------------------------
 */

static bool same_resolved(const struct updating *updating, const struct before *before)
{
    const struct discovery *discovery = updating->pass.discovery;
    const struct module_import *resolved = discovery_resolved(discovery, before->id);
    if (discovery->now.modules.data[before->id].imports_count != before->resolved_count)
        return false;
    bool same = true;
    for (uint32_t i = 0; i < before->resolved_count && same; i++) {
        const struct module_import *old = &updating->resolved.data[before->resolved + i];
        same = old->resolution == resolved[i].resolution && old->target == resolved[i].target;
    }
    return same;
}

static bool was_leaf(const struct updating *updating, const struct before *before)
{
    bool leaf = true;
    for (uint32_t i = 0; i < before->resolved_count && leaf; i++) {
        module_id target = updating->resolved.data[before->resolved + i].target;
        leaf = target == MODULE_NONE || target == before->id;
    }
    return leaf;
}

static void report(struct updating *updating)
{
    struct discovery *discovery = updating->pass.discovery;
    const struct generation *now = &discovery->now;
    VEC(struct definitions_changed) changed = {0};
    for (uint32_t i = 0; i < updating->before.count; i++) {
        const struct before *before = &updating->before.data[i];
        const struct module *module = &now->modules.data[before->id];
        bool is_new = before->id >= updating->first_new;
        bool shape = is_new || !digest_equal(before->shape, now->facts.data[before->id].shape);
        bool imports = is_new || !same_resolved(updating, before);
        bool content =
            is_new || !digest_equal(before->content, now->records.data[before->id].digest);
        bool flags = before->flags != module->flags ||
                     before->known != (bool)now->facts.data[before->id].known;
        bool facts = before->span.text.begin != module_span(now, before->id).text.begin ||
                     before->span.text.count != module_span(now, before->id).text.count;
        if (!(module->flags & MODULE_UNREACHED))
            discovery->structure = digest_add(
                discovery->structure, structure_term(discovery, before->id, &updating->scratch));
        if (!is_new && !shape && !imports && !content && !flags && !facts)
            continue;
        if (discovery->meanings && (shape || imports))
            meanings_add(discovery->meanings, discovery, before->id);
        vec_push(&updating->out->modules,
                 ((struct discovery_update){before->id, is_new, content, before->content,
                                            shape || imports || flags, before->flags,
                                            is_new || before->targets_changed,
                                            was_leaf(updating, before)}));
        vec_push(&changed, ((struct definitions_changed){.module = before->id,
                                                         .old = before->span,
                                                         .old_shape = before->shape,
                                                         .imports_changed = imports || flags,
                                                         .is_new = is_new}));
    }
    for (uint32_t i = 0; i < updating->reached_again.count; i++) {
        module_id id = updating->reached_again.data[i];
        uint32_t count;
        discovery_targets(discovery, id, &count);
        const struct module *module = &now->modules.data[id];
        if (!(module->flags & MODULE_UNREACHED))
            vec_push(&updating->out->modules,
                     ((struct discovery_update){.id = id,
                                                .before = now->records.data[id].digest,
                                                .shape = true,
                                                .flags_before = module->flags | MODULE_UNREACHED,
                                                .was_leaf = count == 0}));
    }
    definitions_follow(discovery, changed.data, changed.count);
    vec_free(&changed);
}

void discovery_update(struct discovery *discovery, const struct discovery_changes *changes,
                      struct discovery_updated *out)
{
    uint64_t start_ns = clock_monotonic_ns();
    uint64_t resolve_ns = discovery->counts.resolve_ns;
    discovery->environment.data->tick++;
    struct updating updating = {.pass = {.discovery = discovery, .last_old = MODULE_NONE},
                                .out = out,
                                .first_new = discovery->now.modules.count};
    struct pass *pass = &updating.pass;
    pass->resolve_anew = mem_array(discovery->lenses.count, sizeof *pass->resolve_anew);
    vec_extend(&pass->ask, discovery->now.modules.count);
    discovery_prepare_updates(discovery);
    discovery->has_importers = true; /* also of no modules; from here on they are kept up to date */
    take_paths(&updating, changes);
    list_sources(&updating, changes);
    note_all_before(&updating);
    take_sources(&updating, changes);
    read_and_resolve(&updating);
    add_new_modules(&updating);
    for (uint32_t i = 0; i < updating.before.count; i++)
        follow_imports(&updating, &updating.before.data[i]);
    find_reached(&updating);
    report(&updating);
    discovery->dirty |= out->modules.count > 0;
    vec_free(&updating.before);
    vec_free(&updating.resolved);
    vec_free(&updating.looked);
    vec_free(&updating.asked);
    vec_free(&updating.targets);
    vec_free(&updating.reached_again);
    buf_free(&updating.scratch);
    pass_free(pass);
    if (compact_facts(discovery))
        definitions_forget(discovery);
    discovery->counts.scan_ns +=
        clock_monotonic_ns() - start_ns - (discovery->counts.resolve_ns - resolve_ns);
}

/* Columns that lie in the cache are copied when they first grow: now, and not in an update. */
static void own_columns(struct discovery *discovery)
{
    enum { ROOM = 1024 };
    vec_reserve(&discovery->facts.text, ROOM);
    vec_reserve(&discovery->facts.imports, ROOM);
    vec_reserve(&discovery->facts.names, ROOM);
    vec_reserve(&discovery->facts.definitions, ROOM);
    vec_reserve(&discovery->facts.uses, ROOM);
    vec_reserve(&discovery->resolved, ROOM);
    vec_reserve(&discovery->paths, ROOM);
    generation_reserve(&discovery->now, discovery->now.modules.count + ROOM);
}

void discovery_prepare_updates(struct discovery *discovery)
{
    uint32_t count;
    own_columns(discovery);
    if (discovery->now.modules.count)
        discovery_importers(discovery, 0, &count);
    if (!discovery->meanings)
        discovery->meanings = meanings_make(discovery);
}

void discovery_updated_free(struct discovery_updated *updated)
{
    vec_free(&updated->modules);
}
