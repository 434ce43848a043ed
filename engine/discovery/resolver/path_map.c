#include "engine/discovery/resolver/path_map.h"

#include "engine/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct path_entry {
    uint64_t hash;
    size_t length;
    void *value;
    char key[];
};

struct path_table {
    struct path_table *previous; /* smaller; readers may still be in it */
    size_t mask;                 /* slots - 1 */
    _Atomic(struct path_entry *) slots[];
};

enum { FIRST_SLOTS = 64 };

static uint64_t hash_of(const char *key, size_t length)
{
    return XXH3_64bits(key, length);
}

void *path_map_find(const struct path_map *map, const char *key, size_t length)
{
    const struct path_table *table = atomic_load_explicit(&map->table, memory_order_acquire);
    if (!table)
        return NULL;
    uint64_t hash = hash_of(key, length);
    for (size_t slot = hash & table->mask;; slot = (slot + 1) & table->mask) {
        const struct path_entry *entry =
            atomic_load_explicit(&table->slots[slot], memory_order_acquire);
        if (!entry)
            return NULL;
        if (entry->hash == hash && entry->length == length && memcmp(entry->key, key, length) == 0)
            return entry->value;
    }
}

static void put(struct path_table *table, struct path_entry *entry)
{
    size_t slot = entry->hash & table->mask;
    while (atomic_load_explicit(&table->slots[slot], memory_order_relaxed))
        slot = (slot + 1) & table->mask;
    atomic_store_explicit(&table->slots[slot], entry, memory_order_release);
}

/* Replaces the table by one of twice the size. */
static struct path_table *grow(struct path_map *map, struct path_table *old)
{
    size_t slots = old ? 2 * (old->mask + 1) : FIRST_SLOTS;
    struct path_table *table = mem_zalloc(sizeof *table + slots * sizeof table->slots[0]);
    table->previous = old;
    table->mask = slots - 1;
    for (size_t i = 0; old && i <= old->mask; i++) {
        struct path_entry *entry = atomic_load_explicit(&old->slots[i], memory_order_relaxed);
        if (entry)
            put(table, entry);
    }
    atomic_store_explicit(&map->table, table, memory_order_release);
    return table;
}

const char *path_map_insert(struct path_map *map, struct arena *arena, const char *key,
                            size_t length, void *value)
{
    struct path_table *table = atomic_load_explicit(&map->table, memory_order_relaxed);
    if (!table || 2 * (size_t)map->count > table->mask)
        table = grow(map, table);
    struct path_entry *entry = arena_alloc(arena, sizeof *entry + length + 1);
    entry->hash = hash_of(key, length);
    entry->length = length;
    entry->value = value;
    if (length > 0)
        memcpy(entry->key, key, length);
    put(table, entry);
    map->count++;
    return entry->key;
}

void path_map_free(struct path_map *map)
{
    struct path_table *table = atomic_load_explicit(&map->table, memory_order_relaxed);
    while (table) {
        struct path_table *previous = table->previous;
        free(table);
        table = previous;
    }
    atomic_store_explicit(&map->table, NULL, memory_order_relaxed);
    map->count = 0;
}
