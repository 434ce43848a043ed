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

/* How many places, from the first, are in order. */
static uint32_t count_sorted(const struct tree *tree)
{
    uint32_t i = 1;
    while (i < tree->places.count &&
           compare_places(tree, &tree->places.data[i - 1], &tree->places.data[i]) < 0)
        i++;
    return i < tree->places.count ? i : tree->places.count;
}

/* The usual case is many that are in order and few that came since: these are sorted and merged. */
uint32_t *tree_sorted_places(const struct tree *tree)
{
    uint32_t total = tree->places.count, sorted = count_sorted(tree), added = total - sorted;
    uint32_t *ids = mem_array(total, sizeof *ids);
    uint32_t *tail = mem_array(added, sizeof *tail);
    for (uint32_t i = 0; i < added; i++)
        tail[i] = sorted + i;
    if (added)
        qsort_r(tail, added, sizeof *tail, compare_ids, (void *)tree);
    for (uint32_t i = 0, from = 0, next = 0; i < total; i++) {
        bool first =
            next == added || (from < sorted && compare_ids(&from, &tail[next], (void *)tree) <= 0);
        ids[i] = first ? from++ : tail[next++];
    }
    free(tail);
    return ids;
}

/* ---- forgetting ---------------------------------------------------------------------------- */

void tree_note_asked(struct tree *tree)
{
    for (uint32_t id = 0; id < tree->places.count; id++) {
        struct tree_place *place = &tree->places.data[id];
        if (atomic_load_explicit(&place->asked_now, memory_order_relaxed))
            place->flags |= PLACE_ASKED;
    }
}

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
        bool orphan = place->parent != PLACE_NONE && !keep[place->parent];
        if (place_is_gone(place) || orphan || (place->flags & PLACE_DROPPED))
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

enum { SMALL_WASTE = 1024, SMALL_WASTE_TEXT = 16 * 1024, FEW_GONE = 64 };

void tree_waste_listing(struct tree *tree, const struct tree_place *place)
{
    tree->wasted_entries += place->entries_count;
    for (uint32_t i = 0; i < place->entries_count; i++)
        tree->wasted_text += tree->entries.data[place->entries_begin + i].length + 1u;
}

/* Counts it anew: what was loaded may have had some, and places were forgotten. */
static void count_waste(struct tree *tree)
{
    tree->wasted_entries = tree->entries.count;
    tree->wasted_text = tree->text.count;
    for (uint32_t i = 0; i < tree->places.count; i++) {
        const struct tree_place *place = &tree->places.data[i];
        tree->wasted_entries -= place->entries_count;
        tree->wasted_text -= place->path_length + 1;
        for (uint32_t e = 0; e < place->entries_count; e++)
            tree->wasted_text -= tree->entries.data[place->entries_begin + e].length + 1u;
    }
}

static bool is_mostly_garbage(const struct tree *tree)
{
    return tree->wasted_entries > tree->entries.count / 2 + SMALL_WASTE ||
           tree->wasted_text > tree->text.count / 2 + SMALL_WASTE_TEXT;
}

bool tree_is_wasteful(const struct tree *tree)
{
    return is_mostly_garbage(tree) || tree->gone > tree->places.count / 2 + FEW_GONE;
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
    tree->wasted_entries = tree->wasted_text = 0;
}

void tree_settle(struct tree *tree, bool this_session, bool all_garbage)
{
    tree_note_asked(tree);
    uint32_t *ids = tree_sorted_places(tree);
    uint8_t *keep = choose_places(tree, ids, this_session);
    renumber(tree, ids, keep);
    free(keep);
    free(ids);
    count_waste(tree);
    if (all_garbage || is_mostly_garbage(tree))
        rewrite_listings(tree);
    tree_index(tree);
    tree->unsettled = false;
    tree->gone = 0;
    tree->around.count = tree->behind.count = tree->around_known = tree->around_ended = 0;
    tree_drop_file_rules(tree);
}
