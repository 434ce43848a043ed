/*
 * The tree's interface, but for the refresh: what is known, and where.
 */
#include "engine/discovery/walk/tree_internal.h"

#include "engine/base/path.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

struct tree *tree_create(const struct tree_options *options)
{
    struct tree *tree = mem_zalloc(sizeof *tree);
    tree->root = options->root;
    tree->clock = options->clock;
    tree->no_ignore = options->no_ignore;
    tree->root_fd = -1;
    tree->late = tree_late_create();
    tree->ends = tree_ends_create();
    tree->kept = mem_zalloc(sizeof *tree->kept);
    return tree;
}

void tree_destroy(struct tree *tree)
{
    if (!tree)
        return;
    tree_late_destroy(tree->late);
    tree_drop_rules(tree);
    free(tree->kept);
    if (tree->root_fd >= 0)
        close(tree->root_fd);
    vec_free(&tree->places);
    vec_free(&tree->entries);
    vec_free(&tree->text);
    vec_free(&tree->around);
    vec_free(&tree->behind);
    tree_ends_destroy(tree->ends);
    free(tree->slots);
    free(tree);
}

void tree_columns(struct tree *tree, struct column out[TREE_COLUMN_COUNT])
{
    tree_late_absorb(tree);
    if (tree->unsettled)
        tree_settle(tree, false, false);
    tree_note_asked(tree);
    out[0] = COLUMN("tree.places", &tree->places);
    out[1] = COLUMN("tree.entries", &tree->entries);
    out[2] = COLUMN("tree.text", &tree->text);
}

void tree_compact(struct tree *tree)
{
    tree_late_absorb(tree);
    if (tree->refreshed)
        tree_settle(tree, true, true);
}

/* ---- asking -------------------------------------------------------------------------------- */

static void note_asked(struct tree_place *place)
{
    /* Any thread; only ever from 0 to 1, and read when all have ended. */
    if (!atomic_load_explicit(&place->asked_now, memory_order_relaxed))
        atomic_store_explicit(&place->asked_now, 1, memory_order_relaxed);
}

static struct tree_view view_of_place(const struct tree *tree, const struct tree_place *place)
{
    if (place->flags & PLACE_PROBE) /* below a probe, only probes */
        return (struct tree_view){.missing = place->kind != TREE_FOLDER,
                                  .unreadable = place->kind == TREE_FOLDER};
    return (struct tree_view){.entries = tree->entries.data + place->entries_begin,
                              .text = tree->text.data,
                              .count = place->entries_count,
                              .missing = place->record.flags & FILE_MISSING,
                              .unreadable = place->flags & PLACE_UNREADABLE};
}

/* Whether a path leads out of the root, so that no folder of the walk has it in its listing. */
static bool is_outside(const char *path, size_t length)
{
    bool up = length >= 2 && path[0] == '.' && path[1] == '.' && (length == 2 || path[2] == '/');
    return up || path[0] == '/';
}

static bool is_root(const char *path, size_t length)
{
    return length == 0 || (length == 1 && path[0] == '.');
}

static enum tree_kind kind_of(struct tree *tree, const char *path, size_t length);

/* The folder `path`, which is in the root; read if it was not known and is one. */
static struct tree_view folder_at(struct tree *tree, const char *path, size_t length)
{
    static const struct tree_view missing = {.missing = true};
    uint32_t id = tree_find(tree, path, length);
    if (id != PLACE_NONE) {
        note_asked(&tree->places.data[id]);
        return view_of_place(tree, &tree->places.data[id]);
    }
    struct tree_view view;
    if (tree_late_known(tree, path, length, &view))
        return view;
    /* When it does not exist, the listing of the nearest folder above says so, and will change
     * when that does: nothing need be remembered. */
    if (length == 0 || kind_of(tree, path, length) != TREE_FOLDER)
        return missing;
    /* Finding that out may have made it known, as a probe. */
    return tree_late_known(tree, path, length, &view) ? view : tree_late_folder(tree, path, length);
}

static enum tree_kind probe(struct tree *tree, const char *path, size_t length)
{
    uint32_t id = tree_find(tree, path, length);
    if (id == PLACE_NONE || !(tree->places.data[id].flags & PLACE_PROBE))
        return tree_late_probe(tree, path, length);
    note_asked(&tree->places.data[id]);
    return (enum tree_kind)tree->places.data[id].kind;
}

static enum tree_kind kind_of_entry(struct tree *tree, const char *dir, size_t dir_length,
                                    const char *text, struct tree_entry *entry)
{
    if (entry->type == ENTRY_FILE)
        return TREE_FILE;
    if (entry->type == ENTRY_FOLDER)
        return TREE_FOLDER;
    if (entry->type == ENTRY_OTHER)
        return TREE_MISSING;
    uint8_t target = atomic_load_explicit(&entry->target, memory_order_relaxed);
    if (target == TARGET_UNKNOWN) {
        /* Two threads may both look. Whoever is first has spoken for the session. */
        uint8_t unknown = TARGET_UNKNOWN;
        target = (uint8_t)tree_look_up(tree, dir, dir_length, text + entry->name, entry->length);
        atomic_fetch_add_explicit(&tree->links_followed, 1, memory_order_relaxed);
        if (!atomic_compare_exchange_strong_explicit(&entry->target, &unknown, target,
                                                     memory_order_relaxed, memory_order_relaxed))
            target = unknown;
    }
    return target == TARGET_FILE ? TREE_FILE : target == TARGET_FOLDER ? TREE_FOLDER : TREE_MISSING;
}

/* Recursion goes up the path, as far as folders are unknown: at most PATH_MAX / 2 deep. */
static enum tree_kind kind_of(struct tree *tree, const char *path, size_t length)
{
    if (is_outside(path, length))
        return probe(tree, path, length);
    size_t dir_length = path_dir_length(path, length);
    struct tree_view folder = folder_at(tree, path, dir_length);
    if (folder.missing)
        return TREE_MISSING;
    if (folder.unreadable)
        return probe(tree, path, length);
    size_t skip = dir_length + (dir_length > 0);
    struct tree_entry *entry =
        tree_find_entry(folder.entries, folder.count, folder.text, path + skip, length - skip);
    return entry ? kind_of_entry(tree, path, dir_length, folder.text, entry) : TREE_MISSING;
}

enum tree_kind tree_kind(struct tree *tree, const char *path, size_t length)
{
    if (is_root(path, length))
        return TREE_FOLDER;
    if (length >= PATH_MAX || memchr(path, '\0', length))
        return TREE_MISSING;
    return kind_of(tree, path, length);
}

/* Whether a listing says that `path` is no link, so that nobody need look. */
static bool is_listed_otherwise(struct tree *tree, const char *path, size_t length)
{
    if (is_outside(path, length))
        return false;
    size_t dir_length = path_dir_length(path, length);
    struct tree_view folder = folder_at(tree, path, dir_length);
    if (folder.missing)
        return true;
    if (folder.unreadable)
        return false;
    size_t skip = dir_length + (dir_length > 0);
    const struct tree_entry *entry =
        tree_find_entry(folder.entries, folder.count, folder.text, path + skip, length - skip);
    return !entry || entry->type != ENTRY_LINK;
}

size_t tree_read_link(struct tree *tree, const char *path, size_t length, char *target, size_t size)
{
    if (is_root(path, length) || length >= PATH_MAX || memchr(path, '\0', length) ||
        is_listed_otherwise(tree, path, length))
        return 0;
    kind_of(tree, path, length); /* so that refreshes look at it */
    return tree_link_target(tree, path, length, target, size);
}

bool tree_saw_no_link(const struct tree *tree, const char *path, size_t length)
{
    if (is_outside(path, length) || is_root(path, length))
        return false;
    size_t dir_length = path_dir_length(path, length);
    uint32_t id = tree_find(tree, path, dir_length);
    if (id == PLACE_NONE)
        return false;
    struct tree_view folder = view_of_place(tree, &tree->places.data[id]);
    if (folder.missing || folder.unreadable)
        return false;
    size_t skip = dir_length + (dir_length > 0);
    const struct tree_entry *entry =
        tree_find_entry(folder.entries, folder.count, folder.text, path + skip, length - skip);
    return entry && entry->type != ENTRY_LINK;
}

/* ---- all of it ----------------------------------------------------------------------------- */

void tree_each_file(const struct tree *tree,
                    void (*file)(void *context, const char *path, size_t length), void *context)
{
    char path[PATH_MAX];
    uint32_t *order = tree->unsettled ? tree_sorted_places(tree) : NULL;
    for (uint32_t n = 0; n < tree->places.count; n++) {
        const struct tree_place *place = &tree->places.data[order ? order[n] : n];
        if (!(place->flags & PLACE_WALKED) || place->path_length >= sizeof path - 1)
            continue;
        size_t skip = place->path_length ? place->path_length + 1 : 0;
        if (skip)
            memcpy(path, place_path(tree, place), place->path_length);
        if (skip)
            path[skip - 1] = '/';
        for (uint32_t i = 0; i < place->entries_count; i++) {
            const struct tree_entry *entry = &tree->entries.data[place->entries_begin + i];
            if (entry->left_out || entry->type == ENTRY_FOLDER ||
                skip + entry->length >= sizeof path)
                continue;
            memcpy(path + skip, tree->text.data + entry->name, entry->length + 1);
            file(context, path, skip + entry->length);
        }
    }
    free(order);
}

void tree_each_in_folder(struct tree *tree, const char *dir, size_t length,
                         void (*entry)(void *context, const char *name, size_t length,
                                       enum tree_kind kind),
                         void *context)
{
    struct tree_view folder = {.missing = true};
    if (is_root(dir, length))
        length = 0;
    uint32_t id = tree_find(tree, dir, length);
    if (id != PLACE_NONE)
        folder = view_of_place(tree, &tree->places.data[id]);
    else if (!tree_late_known(tree, dir, length, &folder))
        return;
    for (uint32_t i = 0; i < folder.count; i++) {
        struct tree_entry *e = &folder.entries[i];
        entry(context, folder.text + e->name, e->length,
              kind_of_entry(tree, dir, length, folder.text, e));
    }
}

void tree_forget_folder(struct tree *tree, const char *dir, size_t length)
{
    tree_late_absorb(tree);
    uint32_t id = tree_find(tree, dir, is_root(dir, length) ? 0 : length);
    if (id != PLACE_NONE)
        tree->places.data[id].record.flags &= ~(unsigned)FILE_KNOWN;
}

void tree_each_watched(struct tree *tree,
                       void (*folder)(void *context, const char *path, size_t length),
                       void *context)
{
    tree_late_absorb(tree);
    for (uint32_t i = 0; i < tree->places.count; i++) {
        const struct tree_place *place = &tree->places.data[i];
        const char *path = place_path(tree, place);
        size_t length = place->path_length;
        if (place_is_gone(place) || (place->flags & PLACE_DROPPED))
            continue;
        if (!place_is_folder(place))
            length = path_dir_length(path, length);
        char *copy = mem_strndup(path, length);
        folder(context, copy, length);
        free(copy);
    }
}
