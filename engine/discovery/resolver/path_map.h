/*
 * A map from paths (any bytes) to pointers that only grows: what resolving learns about folders and
 * packages and never takes back.
 *
 * Any number of threads may look up while one inserts; inserting threads hold a lock of the owner.
 * A reader may miss what is being inserted, so who finds nothing takes the lock and looks again.
 *
 * Why that is safe: an entry is complete before a release store puts it into a slot, slots go from
 * NULL to an entry once and stay, and a table that grew too small is replaced by a release store
 * and kept until path_map_free, so a reader that still walks it reads valid memory.
 *
 * Open addressing with linear probing, at most half full. O(key) a lookup.
 */
#ifndef DISCOVERY_PATH_MAP_H
#define DISCOVERY_PATH_MAP_H

#include "engine/base/arena.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct path_table;

/* Zero-initialised is empty and ready. */
struct path_map {
    _Atomic(struct path_table *) table; /* NULL until the first insertion */
    uint32_t count;                     /* written under the owner's lock */
};

/* The value of key[0..length), or NULL. Any thread. */
void *path_map_find(const struct path_map *map, const char *key, size_t length);

/*
 * Adds a key that is not there yet. `value` is not NULL and stays the caller's; the key is copied
 * into `arena`, and the copy (NUL-terminated) returned. Under the owner's lock.
 */
const char *path_map_insert(struct path_map *map, struct arena *arena, const char *key,
                            size_t length, void *value);

/* Frees the tables; nobody looks up any more. */
void path_map_free(struct path_map *map);

#endif
