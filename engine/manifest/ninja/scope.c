#include "engine/manifest/ninja/scope.h"

#include <stdlib.h>

enum { SMALLEST_TABLE = 64 };

scope_id scope_open(struct scopes *scopes, scope_id parent)
{
    vec_push(&scopes->parents, parent);
    return scopes->parents.count - 1;
}

/*
 * Multiplicative hashing (Knuth, The Art of Computer Programming, vol. 3, 6.4): the key times a
 * large odd number, of which the upper bits are well mixed.
 */
static uint32_t hash_key(scope_id scope, name_id name)
{
    uint64_t key = (uint64_t)scope << 32 | name;
    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

/* The slot that holds the key, or the empty one where it belongs. */
static struct scope_entry *find_slot(const struct scope_table *table, scope_id scope, name_id name)
{
    uint32_t mask = table->slot_count - 1;
    uint32_t at = hash_key(scope, name) & mask;
    while (table->slots[at].value &&
           (table->slots[at].scope != scope || table->slots[at].name != name))
        at = (at + 1) & mask;
    return &table->slots[at];
}

static void grow(struct scope_table *table)
{
    struct scope_table grown = {
        .slot_count = table->slot_count ? table->slot_count * 2 : SMALLEST_TABLE,
        .used = table->used,
    };
    grown.slots = mem_array(grown.slot_count, sizeof *grown.slots);
    for (uint32_t i = 0; i < table->slot_count; i++) {
        const struct scope_entry *entry = &table->slots[i];
        if (entry->value)
            *find_slot(&grown, entry->scope, entry->name) = *entry;
    }
    free(table->slots);
    *table = grown;
}

void scope_set(struct scope_table *table, scope_id scope, name_id name, uint32_t value)
{
    if ((uint64_t)table->used * 2 >= table->slot_count)
        grow(table);
    struct scope_entry *entry = find_slot(table, scope, name);
    table->used += entry->value == 0;
    *entry = (struct scope_entry){scope, name, value + 1};
}

uint32_t scope_get_here(const struct scope_table *table, scope_id scope, name_id name)
{
    if (!table->slots || scope == SCOPE_NONE)
        return SCOPE_NOTHING;
    return find_slot(table, scope, name)->value - 1;
}

uint32_t scope_get(const struct scopes *scopes, const struct scope_table *table, scope_id scope,
                   name_id name)
{
    for (; scope != SCOPE_NONE; scope = scopes->parents.data[scope]) {
        uint32_t value = scope_get_here(table, scope, name);
        if (value != SCOPE_NOTHING)
            return value;
    }
    return SCOPE_NOTHING;
}

void scope_table_free(struct scope_table *table)
{
    free(table->slots);
    *table = (struct scope_table){0};
}
