#include "engine/manifest/pipeline/rounds.h"

#include <stdlib.h>

static bool has_bit(const uint64_t *bits, uint32_t bit)
{
    return bits[bit / 64] >> (bit % 64) & 1;
}

static void set_bit(uint64_t *bits, uint32_t bit)
{
    bits[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static void merge(uint64_t *into, const uint64_t *from, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++)
        into[i] |= from[i];
}

static uint64_t *reached_by(const struct rounds *rounds, const struct discovery *discovery,
                            module_id module)
{
    return rounds->reached + (size_t)discovery_module(discovery, module)->component * rounds->words;
}

/* Components come after those they import, so one pass does it. */
static void find_reached(struct rounds *rounds, const struct discovery *discovery,
                         const uint32_t *maker_of)
{
    uint32_t components = discovery_component_count(discovery);
    rounds->reached = mem_array((size_t)components * rounds->words, sizeof *rounds->reached);
    for (uint32_t component = 0; component < components; component++) {
        uint64_t *mine = rounds->reached + (size_t)component * rounds->words;
        uint32_t members;
        const module_id *member = discovery_component(discovery, component, &members);
        for (uint32_t m = 0; m < members; m++) {
            if (maker_of[member[m]] != UINT32_MAX)
                set_bit(mine, maker_of[member[m]]);
            uint32_t targets;
            const module_id *target = discovery_targets(discovery, member[m], &targets);
            for (uint32_t t = 0; t < targets; t++)
                merge(mine, reached_by(rounds, discovery, target[t]), rounds->words);
        }
    }
}

/* needs[q]: all pipelines that must come before q, or in its round: the transitive closure. */
static void close_over(uint64_t *needs, uint32_t count, uint32_t words)
{
    for (uint32_t via = 0; via < count; via++) {
        for (uint32_t q = 0; q < count; q++) {
            if (has_bit(needs + (size_t)q * words, via))
                merge(needs + (size_t)q * words, needs + (size_t)via * words, words);
        }
    }
}

static void number(struct rounds *rounds, const uint64_t *needs, uint32_t count)
{
    rounds->count = 1;
    /* Longest path over pipelines that do not need each other; at most `count` passes. */
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t q = 0; q < count; q++) {
            for (uint32_t p = 0; p < count; p++) {
                bool mutual = has_bit(needs + (size_t)p * rounds->words, q);
                uint32_t least = rounds->of[p] + !mutual;
                if (!has_bit(needs + (size_t)q * rounds->words, p) || rounds->of[q] >= least)
                    continue;
                rounds->of[q] = least;
                if (least >= rounds->count)
                    rounds->count = least + 1;
                changed = true;
            }
        }
    }
}

void rounds_find(struct rounds *rounds, const struct config *config,
                 const struct discovery *discovery, const uint32_t *maker_of,
                 const struct rounds_source *sources, uint32_t source_count)
{
    uint32_t count = config->pipeline_count;
    *rounds = (struct rounds){.count = 1, .words = (count + 63) / 64};
    rounds->of = mem_array(count, sizeof *rounds->of);
    if (!maker_of)
        return;
    rounds->components = discovery_component_count(discovery);
    find_reached(rounds, discovery, maker_of);
    uint64_t *needs = mem_array((size_t)count * rounds->words, sizeof *needs);
    for (uint32_t i = 0; i < source_count; i++)
        merge(needs + (size_t)sources[i].pipeline * rounds->words,
              reached_by(rounds, discovery, sources[i].module), rounds->words);
    for (uint32_t q = 0; q < count; q++) {
        const struct config_pipeline *pipeline = &config->pipelines[q];
        for (uint32_t c = 0; c < pipeline->collects_count; c++)
            merge(needs + (size_t)q * rounds->words,
                  needs + (size_t)pipeline->collects[c] * rounds->words, rounds->words);
    }
    close_over(needs, count, rounds->words);
    number(rounds, needs, count);
    rounds->needs = needs;
}

void rounds_free(struct rounds *rounds)
{
    free(rounds->of);
    free(rounds->reached);
    free(rounds->needs);
    *rounds = (struct rounds){0};
}

/* ---- following ----------------------------------------------------------------------------------
 */

struct following {
    struct rounds *rounds;
    struct discovery *discovery;
    const struct rounds_modules *modules;
    VEC(uint32_t) left; /* components that may reach something else now */
    uint64_t *now;      /* scratch */
};

static void gather_reached(struct following *following, uint32_t component)
{
    const struct rounds *rounds = following->rounds;
    const struct discovery *discovery = following->discovery;
    uint32_t members, targets;
    const module_id *member = discovery_component(discovery, component, &members);
    memset(following->now, 0, rounds->words * sizeof *following->now);
    for (uint32_t m = 0; m < members; m++) {
        uint32_t maker = following->modules->maker(following->modules->context, member[m]);
        if (maker != UINT32_MAX)
            set_bit(following->now, maker);
        const module_id *target = discovery_targets(discovery, member[m], &targets);
        for (uint32_t t = 0; t < targets; t++)
            merge(following->now, reached_by(rounds, discovery, target[t]), rounds->words);
    }
}

/* Whether each maker that is reached now and was not, or the other way round, comes before the
 * pipeline in any case. */
static bool all_come_before(const struct rounds *rounds, const uint64_t *a, const uint64_t *b,
                            uint32_t pipeline)
{
    const uint64_t *needs = rounds->needs + (size_t)pipeline * rounds->words;
    for (uint32_t word = 0; word < rounds->words; word++) {
        for (uint64_t left = a[word] ^ b[word]; left; left &= left - 1) {
            uint32_t maker = word * 64 + (uint32_t)__builtin_ctzll(left);
            if (!has_bit(needs, maker) || rounds->of[maker] >= rounds->of[pipeline])
                return false;
        }
    }
    return true;
}

static bool may_differ(struct following *following, uint32_t component, const uint64_t *before)
{
    uint32_t members;
    const module_id *member = discovery_component(following->discovery, component, &members);
    bool may = true;
    for (uint32_t m = 0; m < members; m++) {
        for (uint32_t p = 0; p < following->modules->pipeline_count; p++) {
            if (following->modules->is_source(following->modules->context, member[m], p))
                may &= all_come_before(following->rounds, following->now, before, p);
        }
    }
    return may;
}

static void push_importers(struct following *following, uint32_t component)
{
    uint32_t members, count;
    const module_id *member = discovery_component(following->discovery, component, &members);
    for (uint32_t m = 0; m < members; m++) {
        const module_id *importers = discovery_importers(following->discovery, member[m], &count);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t above = discovery_module(following->discovery, importers[i])->component;
            if (above != component)
                vec_push(&following->left, above);
        }
    }
}

static void fit_reached(struct rounds *rounds, const struct discovery *discovery)
{
    uint32_t components = discovery_component_count(discovery);
    size_t bytes = rounds->words * sizeof *rounds->reached;
    if (components <= rounds->components)
        return;
    rounds->reached = mem_realloc(rounds->reached, components * bytes);
    memset(rounds->reached + (size_t)rounds->components * rounds->words, 0,
           (components - rounds->components) * bytes);
    rounds->components = components;
}

bool rounds_follow(struct rounds *rounds, struct discovery *discovery,
                   const struct rounds_modules *modules, module_id module)
{
    if (!rounds->reached)
        return modules->maker(modules->context, module) == UINT32_MAX;
    fit_reached(rounds, discovery);
    struct following following = {.rounds = rounds,
                                  .discovery = discovery,
                                  .modules = modules,
                                  .now = mem_array(rounds->words, sizeof *following.now)};
    bool holds = true;
    vec_push(&following.left, discovery_module(discovery, module)->component);
    while (holds && following.left.count) {
        uint32_t component = following.left.data[--following.left.count];
        uint64_t *before = rounds->reached + (size_t)component * rounds->words;
        gather_reached(&following, component);
        if (memcmp(before, following.now, rounds->words * sizeof *before) == 0)
            continue;
        holds = may_differ(&following, component, before);
        memcpy(before, following.now, rounds->words * sizeof *before);
        push_importers(&following, component);
    }
    free(following.now);
    vec_free(&following.left);
    return holds;
}

bool rounds_are_final(const struct rounds *rounds, const struct discovery *discovery,
                      module_id module, uint32_t pipeline)
{
    if (!rounds->reached)
        return true;
    const uint64_t *bits = reached_by(rounds, discovery, module);
    for (uint32_t word = 0; word < rounds->words; word++) {
        for (uint64_t left = bits[word]; left; left &= left - 1) {
            uint32_t maker = word * 64 + (uint32_t)__builtin_ctzll(left);
            if (rounds->of[maker] >= rounds->of[pipeline])
                return false;
        }
    }
    return true;
}
