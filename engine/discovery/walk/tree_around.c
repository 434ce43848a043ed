/*
 * What may be another thing because something else is. A link may lead to a file that has come or
 * gone anywhere; so may a path outside the root that somebody asked about; and a folder that is
 * known by a path through a link may be the one that changed.
 */
#include "engine/discovery/walk/tree_partial.h"

#include <limits.h>

/* ---- which places -------------------------------------------------------------------------- */

/* Whether the path of a folder that is not walked leads through a link. */
static bool is_behind_link(const struct tree *tree, const struct tree_place *place)
{
    while (place->parent != PLACE_NONE && !(place->flags & PLACE_WALKED)) {
        const struct tree_place *parent = &tree->places.data[place->parent];
        uint32_t skip = parent->path_length ? parent->path_length + 1 : 0;
        const struct tree_entry *entry = tree_find_entry(
            tree->entries.data + parent->entries_begin, parent->entries_count, tree->text.data,
            place_path(tree, place) + skip, place->path_length - skip);
        if (entry && entry->type == ENTRY_LINK)
            return true;
        place = parent;
    }
    return false;
}

void tree_find_around(struct tree *tree)
{
    for (; tree->around_known < tree->places.count; tree->around_known++) {
        const struct tree_place *place = &tree->places.data[tree->around_known];
        bool is_folder = place_is_folder(place);
        if (is_folder ? (place->flags & PLACE_LINKS) != 0
                      : (place->flags & PLACE_PROBE) || place->parent == PLACE_NONE)
            vec_push(&tree->around, tree->around_known);
        if (is_folder && is_behind_link(tree, place))
            vec_push(&tree->behind, tree->around_known);
    }
}

/* ---- looking ------------------------------------------------------------------------------- */

bool partial_has_followed_link(const struct tree *tree, const struct tree_place *place)
{
    for (uint32_t i = 0; (place->flags & PLACE_LINKS) && i < place->entries_count; i++) {
        if (tree_entry_is_followed_link(&tree->entries.data[place->entries_begin + i]))
            return true;
    }
    return false;
}

static void look_at_links(struct partial *partial, const struct tree_place *place)
{
    const struct tree *tree = partial->refresh.tree;
    for (uint32_t i = 0; (place->flags & PLACE_LINKS) && i < place->entries_count; i++) {
        const struct tree_entry *entry = &tree->entries.data[place->entries_begin + i];
        if (tree_entry_is_followed_link(entry) &&
            tree_look_up(tree, place_path(tree, place), place->path_length,
                         tree->text.data + entry->name, entry->length) !=
                atomic_load_explicit(&entry->target, memory_order_relaxed))
            partial_give_up(partial, WHY_LINK);
    }
}

static void look_at_probe(struct partial *partial, const struct tree_place *place)
{
    const struct tree *tree = partial->refresh.tree;
    struct digest link;
    enum tree_kind kind =
        tree_look_at_probe(tree, place_path(tree, place), place->path_length, &link);
    if (kind != (enum tree_kind)place->kind || !digest_equal(link, place->record.digest))
        partial_give_up(partial, WHY_OUTSIDE);
}

/* An ignore file above the root: whether it says something else. */
static void look_at_outer_file(struct partial *partial, const struct tree_place *place)
{
    const struct tree *tree = partial->refresh.tree;
    struct file_record record = place->record;
    int errnum = fingerprint_file(tree->root_fd, place_path(tree, place), tree->clock, 1, &record,
                                  &partial->refresh.scratches[0].stats);
    if (errnum ? (place->record.flags & FILE_KNOWN) != 0
               : !digest_equal(record.digest, place->record.digest))
        partial_give_up(partial, WHY_RULES);
}

static bool is_outer_file(const struct tree_place *place)
{
    return (place->flags & PLACE_IGNORE_FILE) && place->parent == PLACE_NONE;
}

/* Whether other ignore files hold than before: the root may lie in another repository. */
static void compare_outer_files(struct partial *partial)
{
    struct tree *tree = partial->refresh.tree;
    struct tree_outer outer;
    uint32_t before = 0, stayed = 0;
    tree_outer_find(tree, &outer);
    for (uint32_t i = 0; i < tree->around.count; i++) {
        const struct tree_place *place = place_of(&partial->refresh, tree->around.data[i]);
        if (!is_outer_file(place))
            continue;
        before++;
        for (uint32_t k = 0; k < outer.count; k++)
            stayed += strcmp(outer.files[k].path, place_path(tree, place)) == 0;
    }
    if (stayed != before || stayed != outer.count)
        partial_give_up(partial, WHY_RULES);
    tree_outer_free(&outer);
}

void partial_look_around(struct partial *partial)
{
    struct tree *tree = partial->refresh.tree;
    tree_find_around(tree);
    tree_ends_clear(tree);
    if (partial->outside)
        compare_outer_files(partial);
    for (uint32_t i = 0; i < tree->around.count && !partial->out->why; i++) {
        const struct tree_place *place = place_of(&partial->refresh, tree->around.data[i]);
        if (place->flags & PLACE_PROBE)
            look_at_probe(partial, place);
        else if (!(place->flags & PLACE_IGNORE_FILE))
            look_at_links(partial, place);
        else if (partial->outside)
            look_at_outer_file(partial, place);
    }
    for (uint32_t i = 0; i < tree->behind.count; i++) {
        if (!place_is_gone(place_of(&partial->refresh, tree->behind.data[i])))
            partial_touch(partial, tree->behind.data[i])->glance = true;
    }
}

void partial_touch_same_folders(struct partial *partial, const struct visit *visit)
{
    struct tree *tree = partial->refresh.tree;
    tree_find_around(tree);
    for (uint32_t i = 0; i < tree->behind.count; i++) {
        const struct tree_place *place = place_of(&partial->refresh, tree->behind.data[i]);
        if (!place_is_gone(place) && place->record.inode == visit->inode_before)
            partial_touch(partial, tree->behind.data[i])->glance = true;
    }
}
