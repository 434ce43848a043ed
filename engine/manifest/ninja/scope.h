/*
 * Scopes: what names mean in which manifest file.
 *
 * `include` reads a file into the scope it stands in; `subninja` opens a new scope below it. All
 * scopes of a manifest share one table from (scope, name) to a value, so that ten thousand small
 * scopes cost no more than one large one. A value is any number but SCOPE_NOTHING.
 *
 * Zero-initialised, a table is empty. Not thread-safe.
 */
#ifndef MANIFEST_NINJA_SCOPE_H
#define MANIFEST_NINJA_SCOPE_H

#include "engine/manifest/ninja/names.h"

typedef uint32_t scope_id;

#define SCOPE_NONE    UINT32_MAX /* the parent of the outermost scope */
#define SCOPE_NOTHING UINT32_MAX /* the value of a name that means nothing */

struct scope_entry {
    scope_id scope;
    name_id name;
    uint32_t value; /* plus one; 0 in an empty slot */
};

struct scope_table {
    struct scope_entry *slots; /* open addressing, linear probing */
    uint32_t slot_count;       /* a power of two, or 0 */
    uint32_t used;             /* at most half of them */
};

struct scopes {
    VEC(scope_id) parents; /* [scope_id]; a parent's id is below its children's */
};

/* Opens a scope below `parent`. */
scope_id scope_open(struct scopes *scopes, scope_id parent);

void scope_set(struct scope_table *table, scope_id scope, name_id name, uint32_t value);
/* What `name` was set to in `scope` itself. O(1). */
uint32_t scope_get_here(const struct scope_table *table, scope_id scope, name_id name);
/* What `name` means in `scope`, which may be SCOPE_NONE: set there or further out. O(depth). */
uint32_t scope_get(const struct scopes *scopes, const struct scope_table *table, scope_id scope,
                   name_id name);

void scope_table_free(struct scope_table *table);

#endif
