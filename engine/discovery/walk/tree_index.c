/*
 * Places: finding them by path, keeping them in order, and forgetting them.
 */
#include "engine/discovery/walk/tree_internal.h"

#include <stdlib.h>

/* ---- by path ------------------------------------------------------------------------------- */

/* The slot that holds the path, or the empty one where it belongs. */
static uint32_t find_slot(const struct tree *tree, const char *path, size_t length)
{
    uint32_t mask = tree->slot_count - 1;
    uint32_t slot = (uint32_t)XXH3_64bits(path, length) & mask;
    for (; tree->slots[slot]; slot = (slot + 1) & mask) {
        const struct tree_place *place = &tree->places.data[tree->slots[slot] - 1];
        if (place->path_length == length && memcmp(place_path(tree, place), path, length) == 0)
            break;
    }
    return slot;
}

uint32_t tree_find(const struct tree *tree, const char *path, size_t length)
{
    if (tree->slot_count == 0)
        return PLACE_NONE;
    uint32_t found = tree->slots[find_slot(tree, path, length)];
    return found ? found - 1 : PLACE_NONE;
}

static void put_in_slot(struct tree *tree, uint32_t id)
{
    const struct tree_place *place = &tree->places.data[id];
    if (place->flags & PLACE_IGNORE_FILE)
        return;
    tree->slots[find_slot(tree, place_path(tree, place), place->path_length)] = id + 1;
    tree->slots_used++;
}

void tree_index(struct tree *tree)
{
    uint32_t wanted = 64;
    while (wanted < tree->places.count * 2)
        wanted *= 2;
    free(tree->slots);
    tree->slots = mem_array(wanted, sizeof *tree->slots);
    tree->slot_count = wanted;
    tree->slots_used = 0;
    for (uint32_t id = 0; id < tree->places.count; id++)
        put_in_slot(tree, id);
}

/* ---- adding -------------------------------------------------------------------------------- */

uint32_t tree_add_text(struct tree *tree, const char *bytes, size_t length)
{
    vec_reserve(&tree->text, length + 1);
    uint32_t at = tree->text.count;
    memcpy(tree->text.data + at, bytes, length);
    tree->text.data[at + length] = '\0';
    tree->text.count += (uint32_t)length + 1;
    return at;
}

uint32_t tree_add_place(struct tree *tree, const char *path, size_t length, uint32_t parent,
                        uint32_t flags)
{
    struct tree_place place = {.path = tree_add_text(tree, path, length),
                               .path_length = (uint32_t)length,
                               .parent = parent,
                               .ignore = PLACE_NONE,
                               .flags = (uint16_t)flags};
    vec_push(&tree->places, place);
    if (tree->slots_used * 2 >= tree->slot_count)
        tree_index(tree);
    else
        put_in_slot(tree, tree->places.count - 1);
    return tree->places.count - 1;
}

/* ---- order --------------------------------------------------------------------------------- */

/* Byte order of paths; of one path, the folder first (a probe is never beside one). */
static int compare_places(const struct tree *tree, const struct tree_place *a,
                          const struct tree_place *b)
{
    uint32_t shorter = a->path_length < b->path_length ? a->path_length : b->path_length;
    int order = memcmp(place_path(tree, a), place_path(tree, b), shorter);
    if (order)
        return order;
    if (a->path_length != b->path_length)
        return a->path_length < b->path_length ? -1 : 1;
    return (a->flags & PLACE_IGNORE_FILE) - (b->flags & PLACE_IGNORE_FILE);
}

static int compare_ids(const void *left, const void *right, void *context)
{
    const struct tree *tree = context;
    const uint32_t *a = left, *b = right;
    return compare_places(tree, &tree->places.data[*a], &tree->places.data[*b]);
}

static uint32_t *sorted_ids(struct tree *tree)
{
    uint32_t *ids = mem_array(tree->places.count, sizeof *ids);
    bool sorted = true;
    for (uint32_t i = 0; i < tree->places.count; i++) {
        ids[i] = i;
        sorted = sorted && (i == 0 || compare_ids(&ids[i - 1], &ids[i], tree) < 0);
    }
    if (!sorted)
        qsort_r(ids, tree->places.count, sizeof *ids, compare_ids, tree);
    return ids;
}

/* ---- forgetting ---------------------------------------------------------------------------- */

static bool is_wanted(struct tree_place *place, bool this_session)
{
    if (place->flags & (PLACE_WALKED | PLACE_IGNORE_FILE))
        return true;
    return this_session ? atomic_load_explicit(&place->asked_now, memory_order_relaxed) != 0
                        : (place->flags & PLACE_ASKED) != 0;
}

/* [place]: whether to keep it. `ids` has every folder after its parent. */
static uint8_t *choose_places(struct tree *tree, const uint32_t *ids, bool this_session)
{
    uint32_t count = tree->places.count;
    uint8_t *keep = mem_array(count, 1);
    for (uint32_t i = count; i-- > 0;) { /* what lies below keeps what is above */
        struct tree_place *place = &tree->places.data[ids[i]];
        keep[ids[i]] |= is_wanted(place, this_session);
        bool holds_parent = keep[ids[i]] && !(place->flags & PLACE_IGNORE_FILE);
        if (holds_parent && place->parent != PLACE_NONE)
            keep[place->parent] = 1;
    }
    for (uint32_t i = 0; i < count; i++) { /* what is gone takes with it what was below */
        const struct tree_place *place = &tree->places.data[ids[i]];
        bool gone = place_is_folder(place) && (place->record.flags & FILE_MISSING);
        bool orphan = place->parent != PLACE_NONE && !keep[place->parent];
        if (gone || orphan || (place->flags & PLACE_DROPPED))
            keep[ids[i]] = 0;
    }
    uint32_t root = tree_find(tree, "", 0);
    if (root != PLACE_NONE) /* as before the first refresh */
        keep[root] = 1;
    return keep;
}

static void renumber(struct tree *tree, const uint32_t *ids, const uint8_t *keep)
{
    uint32_t count = 0;
    uint32_t *renamed = mem_array(tree->places.count, sizeof *renamed);
    struct tree_place *kept = mem_array(tree->places.count, sizeof *kept);
    for (uint32_t i = 0; i < tree->places.count; i++) {
        renamed[ids[i]] = keep[ids[i]] ? count : PLACE_NONE;
        if (keep[ids[i]])
            kept[count++] = tree->places.data[ids[i]];
    }
    for (uint32_t i = 0; i < count; i++) {
        if (kept[i].parent != PLACE_NONE)
            kept[i].parent = renamed[kept[i].parent];
        if (kept[i].ignore != PLACE_NONE)
            kept[i].ignore = renamed[kept[i].ignore];
    }
    free(renamed);
    uint32_t capacity = tree->places.count;
    vec_free(&tree->places);
    tree->places.data = kept;
    tree->places.count = count;
    tree->places.capacity = capacity;
}

/* ---- garbage ------------------------------------------------------------------------------- */

static bool is_mostly_garbage(const struct tree *tree)
{
    uint64_t live = 0;
    for (uint32_t i = 0; i < tree->places.count; i++)
        live += tree->places.data[i].entries_count;
    return tree->entries.count > 2 * live + 1024;
}

static void rewrite_listings(struct tree *tree)
{
    struct tree fresh = {0};
    vec_reserve(&fresh.text, tree->text.count); /* the most it can come to */
    for (uint32_t i = 0; i < tree->places.count; i++) {
        struct tree_place *place = &tree->places.data[i];
        place->path = tree_add_text(&fresh, place_path(tree, place), place->path_length);
        vec_reserve(&fresh.entries, place->entries_count);
        for (uint32_t e = 0; e < place->entries_count; e++) {
            struct tree_entry entry = tree->entries.data[place->entries_begin + e];
            entry.name = tree_add_text(&fresh, tree->text.data + entry.name, entry.length);
            fresh.entries.data[fresh.entries.count + e] = entry;
        }
        place->entries_begin = fresh.entries.count;
        fresh.entries.count += place->entries_count;
    }
    vec_free(&tree->entries);
    vec_free(&tree->text);
    tree->entries = fresh.entries;
    tree->text = fresh.text;
}

void tree_settle(struct tree *tree, bool this_session, bool all_garbage)
{
    uint32_t *ids = sorted_ids(tree);
    uint8_t *keep = choose_places(tree, ids, this_session);
    renumber(tree, ids, keep);
    free(keep);
    free(ids);
    if (all_garbage || is_mostly_garbage(tree))
        rewrite_listings(tree);
    tree_index(tree);
}
