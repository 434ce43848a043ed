/*
 * The structure's digest: one term a module, summed, so that neither ids nor their order count.
 * Modules are told apart by the hash of their path.
 */
#include "engine/discovery/internal.h"

#include <stdlib.h>

enum { GRAIN = 1024 };

struct structure {
    const struct discovery *discovery;
    struct digest *sums; /* [worker] */
};

struct digest structure_term(const struct discovery *discovery, module_id id, struct buf *scratch)
{
    const struct generation *now = &discovery->now;
    const struct module *module = &now->modules.data[id];
    const struct lens_key *key = &discovery->lenses.lenses[module->lens].key;
    uint32_t flags = module->flags;
    if (flags & MODULE_MADE)
        flags &= ~(uint32_t)MODULE_MISSING;
    const uint64_t words[] = {now->path_hashes.data[id],
                              flags,
                              key->scanner.low,
                              key->scanner.high,
                              key->resolver.low,
                              key->resolver.high,
                              now->facts.data[id].shape.low,
                              now->facts.data[id].shape.high};
    buf_clear(scratch);
    buf_append(scratch, words, sizeof words);
    const struct module_import *resolved = discovery_resolved(discovery, id);
    for (uint32_t i = 0; i < module->imports_count; i++) {
        module_id target = resolved[i].target;
        const uint64_t import[] = {resolved[i].resolution,
                                   target == MODULE_NONE ? 0 : now->path_hashes.data[target]};
        buf_append(scratch, import, sizeof import);
    }
    return digest_of(scratch->data, scratch->length);
}

static void sum_range(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    struct structure *structure = context;
    struct digest sum = {0};
    struct buf scratch = {0};
    for (module_id id = begin; id < end; id++) {
        if (!(structure->discovery->now.modules.data[id].flags & MODULE_UNREACHED))
            sum = digest_add(sum, structure_term(structure->discovery, id, &scratch));
    }
    buf_free(&scratch);
    structure->sums[worker] = digest_add(structure->sums[worker], sum);
}

void structure_find(struct discovery *discovery)
{
    uint32_t workers = jig_pool_threads(discovery->options.pool);
    struct structure structure = {discovery, mem_array(workers, sizeof *structure.sums)};
    jig_pool_for(discovery->options.pool, discovery->now.modules.count, GRAIN, sum_range,
                 &structure);
    discovery->structure = (struct digest){0};
    for (uint32_t w = 0; w < workers; w++)
        discovery->structure = digest_add(discovery->structure, structure.sums[w]);
    free(structure.sums);
}

struct digest discovery_structure(const struct discovery *discovery)
{
    return discovery->structure;
}
