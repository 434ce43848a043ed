/*
 * What a refresh keeps for each place: a visit for every one, or, when it is partial, for those
 * alone that it has to do with, so that it costs nothing for all others.
 */
#include "engine/discovery/walk/tree_refresh.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 64 };

/* ---- of a partial refresh ------------------------------------------------------------------ */

static struct visit **find_slot(const struct visit_table *table, uint32_t id)
{
    uint32_t mask = table->slot_count - 1;
    uint32_t slot = (id * 2654435761u) >> 7 & mask; /* Knuth's multiplicative hash */
    while (table->slots[slot] && table->slots[slot]->place != id)
        slot = (slot + 1) & mask;
    return &table->slots[slot];
}

static void grow(struct visit_table *table)
{
    free(table->slots);
    table->slot_count = table->slot_count ? table->slot_count * 2 : FIRST_SLOTS;
    table->slots = mem_array(table->slot_count, sizeof *table->slots);
    for (uint32_t i = 0; i < table->all.count; i++)
        *find_slot(table, table->all.data[i]->place) = table->all.data[i];
}

struct visit *refresh_visit(struct refresh *refresh, uint32_t id)
{
    struct visit_table *table = &refresh->table;
    struct visit **slot = find_slot(table, id);
    if (*slot)
        return *slot;
    if ((table->all.count + 1) * 2 > table->slot_count) {
        grow(table);
        slot = find_slot(table, id);
    }
    struct visit *visit = arena_alloc(&table->arena, sizeof *visit);
    visit->place = id;
    visit->flags_before = place_of(refresh, id)->flags;
    visit->inode_before = place_of(refresh, id)->record.inode;
    vec_push(&table->all, visit);
    *slot = visit;
    return visit;
}

static void free_table(struct visit_table *table)
{
    for (uint32_t i = 0; i < table->all.count; i++)
        tree_rules_free(table->all.data[i]->own_rules);
    free(table->slots);
    vec_free(&table->all);
    arena_free(&table->arena);
}

/* ---- of any -------------------------------------------------------------------------------- */

void refresh_fit_visits(struct refresh *refresh)
{
    uint32_t missing = refresh->tree->places.count - refresh->visits.count;
    if (missing && !refresh->partial)
        vec_extend(&refresh->visits, missing);
}

void refresh_init(struct refresh *refresh, struct tree *tree, struct jig_pool *pool, bool partial)
{
    *refresh = (struct refresh){
        .tree = tree, .pool = pool, .workers = jig_pool_threads(pool), .partial = partial};
    size_t bytes = refresh->workers * sizeof *refresh->scratches;
    refresh->scratches = aligned_alloc(_Alignof(struct tree_scratch), bytes);
    if (!refresh->scratches)
        mem_exhausted(bytes);
    for (uint32_t i = 0; i < refresh->workers; i++)
        tree_scratch_init(&refresh->scratches[i]);
    if (tree_find(tree, "", 0) == PLACE_NONE)
        tree_add_place(tree, "", 0, PLACE_NONE, 0);
    if (!tree->entries.data)
        vec_reserve(&tree->entries, 1); /* so that even no entries are somewhere */
    if (partial)
        grow(&refresh->table);
    refresh_fit_visits(refresh);
}

void refresh_free(struct refresh *refresh)
{
    for (uint32_t i = 0; i < refresh->workers; i++)
        tree_scratch_free(&refresh->scratches[i]);
    free(refresh->scratches);
    for (uint32_t i = 0; i < refresh->visits.count; i++)
        tree_rules_free(refresh->visits.data[i].own_rules);
    vec_free(&refresh->visits);
    free_table(&refresh->table);
    vec_free(&refresh->level);
    vec_free(&refresh->below);
    vec_free(&refresh->work);
    vec_free(&refresh->reached);
}
