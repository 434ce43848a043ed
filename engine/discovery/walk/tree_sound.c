/*
 * Whether columns that were loaded describe a tree. Afterwards nothing in them can lead anybody
 * out of bounds, in circles, or to a name that no listing can hold.
 */
#include "engine/discovery/walk/tree_internal.h"

#include <limits.h>
#include <stdlib.h>

/* A folder whose path is too long for the system is known, and empty: one name beyond the limit. */
enum { LONGEST_PATH = PATH_MAX + NAME_MAX };

/* text[at .. at + length) is there, ends in a NUL, and has none in it. */
static bool text_is_sound(const struct tree *tree, uint32_t at, uint32_t length)
{
    return (uint64_t)at + length < tree->text.count && tree->text.data[at + length] == '\0' &&
           !memchr(tree->text.data + at, '\0', length);
}

static bool is_name(const char *name, uint32_t length)
{
    return length > 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           !memchr(name, '/', length);
}

static bool entry_is_sound(const struct tree *tree, const struct tree_entry *entry)
{
    return text_is_sound(tree, entry->name, entry->length) &&
           is_name(tree->text.data + entry->name, entry->length) && entry->type < ENTRY_TYPES &&
           entry->left_out <= 1 &&
           atomic_load_explicit(&entry->target, memory_order_relaxed) < TARGET_KINDS;
}

/* Sorted, no name twice, and no entry that is another folder's too (`taken`). */
static bool listing_is_sound(const struct tree *tree, const struct tree_place *place,
                             uint8_t *taken)
{
    const struct tree_entry *entries = tree->entries.data;
    if ((uint64_t)place->entries_begin + place->entries_count > tree->entries.count)
        return false;
    for (uint32_t i = 0; i < place->entries_count; i++) {
        uint32_t at = place->entries_begin + i;
        if (taken[at] || !entry_is_sound(tree, &entries[at]))
            return false;
        taken[at] = 1;
        if (i > 0 &&
            strcmp(tree->text.data + entries[at - 1].name, tree->text.data + entries[at].name) >= 0)
            return false;
    }
    return true;
}

/* A folder's path is its parent's and a name; so parents come to an end. */
static bool is_below_parent(const struct tree *tree, const struct tree_place *place)
{
    if (place->parent >= tree->places.count)
        return false;
    const struct tree_place *parent = &tree->places.data[place->parent];
    const char *path = place_path(tree, place);
    uint32_t length = parent->path_length, skip = length ? length + 1 : 0;
    if (!place_is_folder(parent) || place->path_length <= skip ||
        !text_is_sound(tree, parent->path, length))
        return false;
    if (skip && (memcmp(path, place_path(tree, parent), length) != 0 || path[length] != '/'))
        return false;
    return is_name(path + skip, place->path_length - skip);
}

static bool ignore_is_sound(const struct tree *tree, uint32_t id)
{
    const struct tree_place *place = &tree->places.data[id];
    if (place->ignore == PLACE_NONE)
        return true;
    if (place->ignore >= tree->places.count)
        return false;
    const struct tree_place *file = &tree->places.data[place->ignore];
    return (file->flags & PLACE_IGNORE_FILE) && file->parent == id;
}

static bool place_is_sound(const struct tree *tree, uint32_t id, uint8_t *taken)
{
    const struct tree_place *place = &tree->places.data[id];
    if (!text_is_sound(tree, place->path, place->path_length) ||
        place->path_length > LONGEST_PATH || (place->flags & ~PLACE_FLAGS) ||
        place->kind > TREE_FOLDER)
        return false;
    if (!place_is_folder(place)) {
        bool both = (place->flags & PLACE_PROBE) && (place->flags & PLACE_IGNORE_FILE);
        bool has_owner = (place->flags & PLACE_IGNORE_FILE) && place->parent != PLACE_NONE;
        return !both && !(place->flags & PLACE_WALKED) && place->path_length > 0 &&
               place->entries_count == 0 && place->ignore == PLACE_NONE &&
               (has_owner ? is_below_parent(tree, place) : place->parent == PLACE_NONE);
    }
    bool is_root = place->path_length == 0;
    if (is_root ? place->parent != PLACE_NONE : !is_below_parent(tree, place))
        return false;
    return place->files <= place->entries_count && ignore_is_sound(tree, id) &&
           listing_is_sound(tree, place, taken);
}

/* No path twice among folders and probes, and the root among them. */
static bool paths_are_sound(const struct tree *tree)
{
    struct tree seen = {.places = {tree->places.data, tree->places.count, 0},
                        .text = {tree->text.data, tree->text.count, 0}};
    tree_index(&seen);
    bool good = tree_find(&seen, "", 0) != PLACE_NONE;
    for (uint32_t id = 0; good && id < tree->places.count; id++) {
        const struct tree_place *place = &tree->places.data[id];
        if (!(place->flags & PLACE_IGNORE_FILE))
            good = tree_find(&seen, place_path(tree, place), place->path_length) == id;
    }
    free(seen.slots);
    return good;
}

bool tree_is_sound(const struct tree *tree)
{
    if (tree->places.count == 0)
        return tree->entries.count == 0;
    if (tree->text.count == 0 || tree->text.data[tree->text.count - 1] != '\0')
        return false;
    uint8_t *taken = mem_array(tree->entries.count, 1);
    bool good = true;
    for (uint32_t id = 0; good && id < tree->places.count; id++)
        good = place_is_sound(tree, id, taken);
    free(taken);
    return good && paths_are_sound(tree);
}
