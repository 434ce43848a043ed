#include "engine/discovery/lists.h"

void lists_free(struct lists *lists)
{
    vec_free(&lists->ranges);
    vec_free(&lists->items);
}

static uint32_t append(struct lists *lists, const uint32_t *items, uint32_t count, uint32_t room)
{
    uint32_t begin = lists->items.count;
    vec_reserve(&lists->items, room + 1); /* never NULL, so that an empty list is somewhere */
    if (count)
        memcpy(lists->items.data + begin, items, count * sizeof *items);
    lists->items.count += room;
    return begin;
}

void lists_add(struct lists *lists, const uint32_t *items, uint32_t count)
{
    uint32_t begin = append(lists, items, count, count);
    vec_push(&lists->ranges, ((struct list_range){begin, count, count}));
}

void lists_set(struct lists *lists, uint32_t index, const uint32_t *items, uint32_t count)
{
    struct list_range *range = &lists->ranges.data[index];
    if (count > range->room) {
        range->room = count + count / 2;
        range->begin = append(lists, items, count, range->room);
    } else if (count) {
        memmove(lists->items.data + range->begin, items, count * sizeof *items);
    }
    range->count = count;
}

/* The first place whose item is not less. */
static uint32_t place_of(const struct lists *lists, const struct list_range *range, uint32_t item)
{
    const uint32_t *items = lists->items.data + range->begin;
    uint32_t low = 0;
    for (uint32_t high = range->count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (items[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void lists_insert(struct lists *lists, uint32_t index, uint32_t item)
{
    struct list_range *range = &lists->ranges.data[index];
    uint32_t place = place_of(lists, range, item);
    if (place < range->count && lists->items.data[range->begin + place] == item)
        return;
    if (range->count == range->room) {
        uint32_t room = range->room + range->room / 2 + 2;
        vec_reserve(&lists->items, room + 1); /* so that what is copied stays where it is */
        range->begin = append(lists, lists->items.data + range->begin, range->count, room);
        range->room = room;
    }
    uint32_t *items = lists->items.data + range->begin;
    memmove(items + place + 1, items + place, (range->count - place) * sizeof *items);
    items[place] = item;
    range->count++;
}

void lists_remove(struct lists *lists, uint32_t index, uint32_t item)
{
    struct list_range *range = &lists->ranges.data[index];
    uint32_t place = place_of(lists, range, item);
    uint32_t *items = lists->items.data + range->begin;
    if (place == range->count || items[place] != item)
        return;
    memmove(items + place, items + place + 1, (range->count - place - 1) * sizeof *items);
    range->count--;
}
