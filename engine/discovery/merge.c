/*
 * From the workers' scratch into the columns: places are given out in the order of ids, so that the
 * columns do not depend on timing; the copying is done on the pool.
 */
#include "engine/discovery/internal.h"

#include <stdlib.h>

enum { GRAIN = 64 };

struct merge {
    struct discovery *discovery;
    const struct readings *readings;
    struct facts_span *places; /* [reading]: where its facts go */
};

struct facts_span module_span(const struct generation *now, module_id id)
{
    const struct module *module = &now->modules.data[id];
    const struct module_facts *facts = &now->facts.data[id];
    return (struct facts_span){
        .text = facts->text,
        .imports = {module->imports_begin, module->imports_count},
        .names = facts->names,
        .definitions = {module->definitions_begin, module->definitions_count},
        .uses = facts->uses,
    };
}

static void set_span(struct generation *now, module_id id, const struct facts_span *span)
{
    struct module *module = &now->modules.data[id];
    struct module_facts *facts = &now->facts.data[id];
    module->imports_begin = span->imports.begin;
    module->imports_count = span->imports.count;
    module->definitions_begin = span->definitions.begin;
    module->definitions_count = span->definitions.count;
    facts->text = span->text;
    facts->names = span->names;
    facts->uses = span->uses;
}

static void copy_range(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    (void)worker;
    struct merge *merge = context;
    struct discovery *discovery = merge->discovery;
    struct buf scratch = {0};
    for (uint32_t i = begin; i < end; i++) {
        const struct reading *reading = &merge->readings->list.data[i];
        const struct facts_span *place = &merge->places[i];
        facts_copy(&discovery->facts, place, &merge->readings->scratch[reading->worker],
                   &reading->span);
        discovery->now.facts.data[reading->module].shape =
            facts_shape(&discovery->facts, place->imports, place->definitions, &scratch);
    }
    buf_free(&scratch);
}

/* Puts the module's new facts in the place of its old ones. */
static void replace(struct pass *pass, const struct reading *reading,
                    const struct facts_span *place)
{
    struct discovery *discovery = pass->discovery;
    struct generation *now = &discovery->now;
    struct facts_span old = module_span(now, reading->module);
    if (facts_same_imports(&discovery->facts, old.imports, &discovery->facts, place->imports)) {
        if (old.imports.count)
            memcpy(discovery->resolved.data + place->imports.begin,
                   discovery->resolved.data + old.imports.begin,
                   old.imports.count * sizeof *discovery->resolved.data);
    } else {
        pass->ask.data[reading->module] = true;
        pass->imports_changed = true;
    }
    *discovery->garbage.data += facts_span_bytes(&old);
    set_span(now, reading->module, place);
    now->facts.data[reading->module].of = reading->of;
    now->facts.data[reading->module].known = reading->known;
}

void merge_readings(struct pass *pass, struct readings *readings)
{
    struct discovery *discovery = pass->discovery;
    uint32_t count = readings->list.count;
    struct merge merge = {discovery, readings, mem_array(count, sizeof *merge.places)};
    for (uint32_t i = 0; i < count; i++)
        merge.places[i] = facts_make_room(&discovery->facts, &readings->list.data[i].span);
    uint32_t imports = discovery->facts.imports.count - discovery->resolved.count;
    if (imports)
        vec_extend(&discovery->resolved, imports);
    jig_pool_for(discovery->options.pool, count, GRAIN, copy_range, &merge);
    for (uint32_t i = 0; i < count; i++)
        replace(pass, &readings->list.data[i], &merge.places[i]);
    discovery->dirty |= count > 0;

    free(merge.places);
    for (uint32_t w = 0; w < readings->workers; w++)
        facts_free(&readings->scratch[w]);
    free(readings->scratch);
    vec_free(&readings->list);
}

bool compact_facts(struct discovery *discovery)
{
    uint64_t bytes = facts_bytes(&discovery->facts);
    if (*discovery->garbage.data <= bytes / 2)
        return false;
    struct facts fresh = {0};
    struct generation *now = &discovery->now;
    VEC(struct module_import) resolved = {0};
    for (module_id id = 0; id < now->modules.count; id++) {
        struct facts_span old = module_span(now, id);
        struct facts_span place = facts_make_room(&fresh, &old);
        facts_copy(&fresh, &place, &discovery->facts, &old);
        for (uint32_t i = 0; i < old.imports.count; i++)
            vec_push(&resolved, discovery->resolved.data[old.imports.begin + i]);
        set_span(now, id, &place);
    }
    facts_free(&discovery->facts);
    discovery->facts = fresh;
    vec_free(&discovery->resolved);
    memcpy(&discovery->resolved, &resolved, sizeof resolved);
    *discovery->garbage.data = 0;
    return true;
}
