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
    free(needs);
}

void rounds_free(struct rounds *rounds)
{
    free(rounds->of);
    free(rounds->reached);
    *rounds = (struct rounds){0};
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
