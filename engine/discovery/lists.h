/*
 * Lists of numbers, by number, in one array: what each module imports, who imports it, which
 * modules a component has. Filled at once and then changed one by one; a list that outgrows its
 * room moves to the end, and the room it leaves is garbage until all is filled again. Internal to
 * engine/discovery.
 */
#ifndef DISCOVERY_LISTS_H
#define DISCOVERY_LISTS_H

#include "engine/base/memory.h"

#include <stdbool.h>

struct list_range {
    uint32_t begin;
    uint32_t count;
    uint32_t room; /* at least count */
};

/* Zero-initialised is empty. */
struct lists {
    VEC(struct list_range) ranges;
    VEC(uint32_t) items;
};

void lists_free(struct lists *lists);
/* Appends a list with this content. */
void lists_add(struct lists *lists, const uint32_t *items, uint32_t count);
/* Replaces a list's content. */
void lists_set(struct lists *lists, uint32_t index, const uint32_t *items, uint32_t count);
/* Into, or out of, an ascending list; nothing if it is, or is not, there. O(length). */
void lists_insert(struct lists *lists, uint32_t index, uint32_t item);
void lists_remove(struct lists *lists, uint32_t index, uint32_t item);

/* Valid until the lists are changed. */
static inline const uint32_t *lists_get(const struct lists *lists, uint32_t index, uint32_t *count)
{
    *count = lists->ranges.data[index].count;
    return lists->items.data + lists->ranges.data[index].begin;
}

#endif
