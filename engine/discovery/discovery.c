/*
 * The conductor of discovery: from a request to modules. discovery_scan and discovery_rescan read
 * from top to bottom; each stage is a file of its own.
 */
#include "engine/discovery/discovery.h"

#include "engine/base/io.h"
#include "engine/discovery/internal.h"
#include "engine/discovery/meanings.h"

#include <stdlib.h>

/* ---- creation ------------------------------------------------------------------------------ */

static const char *copy_text(const char *text)
{
    return text ? mem_strndup(text, strlen(text)) : NULL;
}

static struct tree *make_tree(const struct discovery *discovery)
{
    const struct tree_options options = {
        .root = discovery->options.root,
        .clock = discovery->options.clock,
        .no_ignore = discovery->options.no_ignore,
    };
    return tree_create(&options);
}

struct discovery *discovery_create(const struct discovery_options *options)
{
    struct discovery *discovery = mem_zalloc(sizeof *discovery);
    discovery->options = *options;
    discovery->options.root = copy_text(options->root);
    discovery->options.cache = copy_text(options->cache);
    discovery->tree = make_tree(discovery);
    discovery_begin_empty(discovery);
    components_find(discovery); /* of nothing: every list is there from the beginning */
    return discovery;
}

void discovery_begin_empty(struct discovery *discovery)
{
    vec_push(&discovery->environment, (struct environment){0});
    vec_push(&discovery->garbage, 0);
}

void discovery_forget(struct discovery *discovery)
{
    tree_destroy(discovery->tree);
    generation_free(&discovery->now);
    facts_free(&discovery->facts);
    vec_free(&discovery->paths);
    vec_free(&discovery->resolved);
    vec_free(&discovery->configs);
    vec_free(&discovery->environment);
    vec_free(&discovery->garbage);
    discovery->tree = make_tree(discovery);
}

void discovery_destroy(struct discovery *discovery)
{
    if (!discovery)
        return;
    lens_set_close(&discovery->lenses); /* resolvers look at the tree */
    discovery_forget(discovery);
    tree_destroy(discovery->tree);
    made_set_free(&discovery->made);
    components_free(discovery);
    definitions_forget(discovery);
    meanings_free(discovery->meanings);
    image_unmap(&discovery->image);
    free((char *)discovery->options.root);
    free((char *)discovery->options.cache);
    free(discovery);
}

/* ---- tree ---------------------------------------------------------------------------------- */

bool discovery_is_config(const struct discovery *discovery, const char *path)
{
    bool found = false;
    for (uint32_t i = 0; i < discovery->configs.count && !found; i++)
        found = strcmp(discovery->paths.data + discovery->configs.data[i].path, path) == 0;
    return found;
}

struct digest discovery_mark(const struct discovery *discovery)
{
    return discovery->environment.data->mark;
}

void discovery_set_mark(struct discovery *discovery, struct digest mark)
{
    discovery->dirty |= !digest_equal(discovery->environment.data->mark, mark);
    discovery->environment.data->mark = mark;
}

enum jig_status discovery_refresh(struct discovery *discovery, bool *changed,
                                  struct jig_error *error)
{
    uint64_t start_ns = clock_monotonic_ns();
    uint64_t read = discovery->counts.tree.folders_read;
    *changed = true;
    enum jig_status status =
        tree_refresh(discovery->tree, discovery->options.pool, &discovery->counts.tree, changed,
                     discovery->options.notice, discovery->options.context, error);
    if (status || *changed)
        discovery->environment.data->trusted = 0;
    discovery->dirty |= *changed || discovery->counts.tree.folders_read != read;
    discovery->counts.walk_ns += clock_monotonic_ns() - start_ns;
    return status;
}

enum jig_status discovery_refresh_paths(struct discovery *discovery, const char *const *paths,
                                        uint32_t count, struct tree_changes *out,
                                        struct jig_error *error)
{
    uint64_t start_ns = clock_monotonic_ns();
    enum jig_status status =
        tree_refresh_paths(discovery->tree, discovery->options.pool, paths, count, out,
                           discovery->options.notice, discovery->options.context, error);
    if (status || out->why)
        discovery->environment.data->trusted = 0;
    discovery->dirty |= out->listings;
    discovery->counts.walk_ns += clock_monotonic_ns() - start_ns;
    return status;
}

void discovery_live(struct discovery *discovery)
{
    discovery->definitions_live = true;
}

struct tree *discovery_tree(struct discovery *discovery)
{
    return discovery->tree;
}

/* ---- scanning ------------------------------------------------------------------------------ */

void discovery_run_levels(struct pass *pass)
{
    while (pass->next.count) {
        VEC(module_id) level = {0};
        memcpy(&level, &pass->next, sizeof level);
        memset(&pass->next, 0, sizeof pass->next);
        struct readings readings;
        read_modules(pass, level.data, level.count, &readings);
        if (readings.list.count)
            pass->facts_changed = true;
        merge_readings(pass, &readings);
        resolve_modules(pass, level.data, level.count);
        vec_free(&level);
    }
    if (pass->imports_changed)
        configs_collect(pass->discovery);
}

/* Which of the old lenses each lens was: one with the same results, or at least the same facts. */
static void match_lenses(struct pass *pass)
{
    const struct lens_set *lenses = &pass->discovery->lenses;
    bool *taken = mem_array(pass->old->lenses.count, sizeof *taken);
    for (uint32_t i = 0; i < lenses->count; i++)
        pass->old_lens[i] = UINT32_MAX;
    for (int same_resolver = 1; same_resolver >= 0; same_resolver--) {
        for (uint32_t i = 0; i < lenses->count; i++) {
            const struct lens_key *key = &lenses->lenses[i].key;
            for (uint32_t o = 0; o < pass->old->lenses.count; o++) {
                const struct lens_key *old = &pass->old->lenses.data[o];
                if (pass->old_lens[i] != UINT32_MAX || taken[o] ||
                    !digest_equal(key->scanner, old->scanner) ||
                    (same_resolver && !digest_equal(key->resolver, old->resolver)))
                    continue;
                pass->old_lens[i] = o;
                pass->resolve_anew[i] |= !same_resolver;
                taken[o] = true;
            }
        }
    }
    free(taken);
}

/* Whether what was resolved before is what would be resolved now. */
static bool resolutions_stand(struct discovery *discovery)
{
    const struct environment *environment = discovery->environment.data;
    return environment->trusted && digest_equal(environment->made, discovery->made.digest) &&
           configs_stand(discovery);
}

static void begin_scan(struct pass *pass, struct generation *old,
                       const struct discovery_request *request)
{
    struct discovery *discovery = pass->discovery;
    made_set_free(&discovery->made);
    made_set_fill(&discovery->made, request->made, request->made_count);
    bool stand = resolutions_stand(discovery);
    if (!stand) {
        discovery->configs.count = 0;
        discovery->dirty = true;
        discovery->asked_all = true;
    }
    uint32_t lens_count = discovery->lenses.count;
    pass->old = old;
    pass->old_lens = mem_array(lens_count, sizeof *pass->old_lens);
    pass->resolve_anew = mem_array(lens_count, sizeof *pass->resolve_anew);
    for (uint32_t i = 0; i < lens_count; i++) {
        pass->resolve_anew[i] = !stand;
        vec_push(&discovery->now.lenses, discovery->lenses.lenses[i].key);
    }
    pass->new_of = mem_alloc(old->modules.count * sizeof *pass->new_of);
    if (old->modules.count)
        memset(pass->new_of, 0xff, old->modules.count * sizeof *pass->new_of);
    match_lenses(pass);
    discovery->dirty |= old->lenses.count != lens_count;
    for (uint32_t i = 0; i < lens_count; i++)
        discovery->dirty |= pass->old_lens[i] != i || pass->resolve_anew[i];
}

/* What the old generation had and this one has not is garbage now. */
static void end_scan(struct pass *pass)
{
    struct discovery *discovery = pass->discovery;
    struct generation *old = pass->old;
    discovery->dirty |= old->modules.count != discovery->now.modules.count;
    for (module_id id = 0; id < old->modules.count; id++) {
        struct facts_span span = module_span(old, id);
        if (pass->new_of[id] == MODULE_NONE)
            *discovery->garbage.data += facts_span_bytes(&span);
        discovery->dirty |= pass->new_of[id] != id;
    }
    discovery->environment.data->made = discovery->made.digest;
    discovery->environment.data->trusted = 1;
    generation_free(old);
}

void pass_free(struct pass *pass)
{
    free(pass->old_lens);
    free(pass->new_of);
    free(pass->resolve_anew);
    vec_free(&pass->ask);
    vec_free(&pass->next);
}

/* What follows from the whole. */
static void find_whole(struct discovery *discovery)
{
    meanings_free(discovery->meanings);
    discovery->meanings = NULL;
    components_find(discovery);
    structure_find(discovery);
    definitions_forget(discovery);
    compact_facts(discovery);
    if (discovery->dirty)
        compact_paths(discovery);
}

enum jig_status discovery_scan(struct discovery *discovery, const struct discovery_request *request,
                               struct jig_error *error)
{
    uint64_t start_ns = clock_monotonic_ns();
    uint64_t resolve_ns = discovery->counts.resolve_ns;
    struct lens_set lenses;
    enum jig_status status = lens_set_open(&lenses, request->lenses, request->lens_count, error);
    if (status)
        return status;
    lens_set_close(&discovery->lenses);
    discovery->lenses = lenses;
    discovery->resolving_since_ns = 0;
    discovery->environment.data->tick++;

    struct generation old = discovery->now;
    discovery->now = (struct generation){0};
    struct pass pass = {.discovery = discovery, .last_old = MODULE_NONE};
    begin_scan(&pass, &old, request);
    generation_reserve(&discovery->now, old.modules.count > request->source_count
                                            ? old.modules.count
                                            : request->source_count);
    for (uint32_t i = 0; i < request->source_count; i++) {
        const struct discovery_source *source = &request->sources[i];
        pass_add_module(&pass, source->path, strlen(source->path), source->lens,
                        MODULE_SOURCE | (source->made ? MODULE_MADE : 0u));
    }
    discovery_run_levels(&pass);
    resolve_tell_late(discovery);
    end_scan(&pass);
    pass_free(&pass);
    find_whole(discovery);
    discovery->counts.scan_ns +=
        clock_monotonic_ns() - start_ns - (discovery->counts.resolve_ns - resolve_ns);
    return JIG_OK;
}

/* ---- looking again ------------------------------------------------------------------------- */

/* The modules of these paths, ascending, each once, as the next level. */
static void find_named(struct pass *pass, const char *const *paths, uint32_t count)
{
    struct discovery *discovery = pass->discovery;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t lens = 0; lens < discovery->lenses.count; lens++) {
            module_id id = discovery_find(discovery, paths[i], lens);
            if (id != MODULE_NONE)
                vec_push(&pass->next, id);
        }
    }
    if (!pass->next.count)
        return;
    pass->next.count = sort_modules(pass->next.data, pass->next.count);
}

/* Every import is asked about again, by resolvers that read their configuration again. */
static void distrust_resolutions(struct pass *pass)
{
    struct discovery *discovery = pass->discovery;
    discovery->configs.count = 0;
    discovery->asked_all = true;
    discovery->resolving_since_ns = 0;
    for (uint32_t i = 0; i < discovery->lenses.count; i++) {
        struct lens *lens = &discovery->lenses.lenses[i];
        if (lens->resolver)
            resolver_destroy(lens->resolver);
        lens->resolver = NULL;
        pass->resolve_anew[i] = true;
    }
    pass->next.count = 0;
    for (module_id id = 0; id < discovery->now.modules.count; id++)
        vec_push(&pass->next, id);
}

/* Marks what the sources do not lead to any more. */
static void mark_unreached(struct discovery *discovery)
{
    VEC(module_id) reached = {0};
    for (module_id id = 0; id < discovery->now.modules.count; id++) {
        struct module *module = &discovery->now.modules.data[id];
        module->flags |= MODULE_UNREACHED;
        if (module->flags & MODULE_SOURCE) {
            module->flags &= ~(uint32_t)MODULE_UNREACHED;
            vec_push(&reached, id);
        }
    }
    for (uint32_t i = 0; i < reached.count; i++) {
        uint32_t count;
        const module_id *targets = discovery_targets(discovery, reached.data[i], &count);
        for (uint32_t t = 0; t < count; t++) {
            struct module *target = &discovery->now.modules.data[targets[t]];
            if (!(target->flags & MODULE_UNREACHED))
                continue;
            target->flags &= ~(uint32_t)MODULE_UNREACHED;
            vec_push(&reached, targets[t]);
        }
    }
    vec_free(&reached);
}

enum jig_status discovery_rescan(struct discovery *discovery, const char *const *paths,
                                 uint32_t count, struct jig_error *error)
{
    (void)error;
    uint64_t start_ns = clock_monotonic_ns();
    uint64_t resolve_ns = discovery->counts.resolve_ns;
    discovery->environment.data->tick++;
    struct pass pass = {.discovery = discovery, .last_old = MODULE_NONE};
    pass.resolve_anew = mem_array(discovery->lenses.count, sizeof *pass.resolve_anew);
    for (module_id id = 0; id < discovery->now.modules.count; id++)
        vec_push(&pass.ask, false);
    find_named(&pass, paths, count);
    if (configs_contain(discovery, paths, count) && !configs_stand(discovery))
        distrust_resolutions(&pass);
    discovery_run_levels(&pass);
    if (pass.imports_changed) {
        meanings_free(discovery->meanings);
        discovery->meanings = NULL;
        components_find(discovery);
        mark_unreached(discovery);
    }
    if (pass.facts_changed || pass.imports_changed) {
        structure_find(discovery);
        definitions_forget(discovery);
        compact_facts(discovery);
    }
    pass_free(&pass);
    discovery->counts.scan_ns +=
        clock_monotonic_ns() - start_ns - (discovery->counts.resolve_ns - resolve_ns);
    return JIG_OK;
}

/* ---- what was found ------------------------------------------------------------------------ */

uint32_t discovery_module_count(const struct discovery *discovery)
{
    return discovery->now.modules.count;
}

const struct module *discovery_module(const struct discovery *discovery, module_id id)
{
    return &discovery->now.modules.data[id];
}

const char *discovery_path(const struct discovery *discovery, module_id id)
{
    return module_path(discovery, id);
}

module_id discovery_find(const struct discovery *discovery, const char *path, uint32_t lens)
{
    return generation_find(&discovery->now, discovery->paths.data, path, strlen(path), lens);
}

const struct file_record *discovery_record(const struct discovery *discovery, module_id id)
{
    return &discovery->now.records.data[id];
}

const struct fact_import *discovery_imports(const struct discovery *discovery, module_id id)
{
    uint32_t begin = discovery->now.modules.data[id].imports_begin;
    return begin ? discovery->facts.imports.data + begin : discovery->facts.imports.data;
}

const struct module_import *discovery_resolved(const struct discovery *discovery, module_id id)
{
    uint32_t begin = discovery->now.modules.data[id].imports_begin;
    return begin ? discovery->resolved.data + begin : discovery->resolved.data;
}

const struct fact_name *discovery_import_names(const struct discovery *discovery,
                                               const struct fact_import *import)
{
    return import->names_begin ? discovery->facts.names.data + import->names_begin
                               : discovery->facts.names.data;
}

const struct fact_definition *discovery_definitions(const struct discovery *discovery, module_id id)
{
    uint32_t begin = discovery->now.modules.data[id].definitions_begin;
    return begin ? discovery->facts.definitions.data + begin : discovery->facts.definitions.data;
}

const char *discovery_fact_text(const struct discovery *discovery, uint32_t offset)
{
    return facts_text(&discovery->facts, offset);
}

const struct discovery_counts *discovery_counts(const struct discovery *discovery)
{
    return &discovery->counts;
}
