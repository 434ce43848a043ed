#include "engine/watch/folders.h"

#include "engine/base/digest.h"
#include "engine/base/path.h"
#include "engine/watch/snapshot.h"

#include <stdlib.h>

enum { SMALLEST_TABLE = 64 };

/* ---- tables -------------------------------------------------------------------------------- */

static uint32_t next_slot(const struct folder_table *table, uint32_t at)
{
    return (at + 1) & (table->slot_count - 1);
}

static uint32_t home_slot(const struct folder_table *table, uint64_t hash)
{
    return (uint32_t)hash & (table->slot_count - 1);
}

static void fill_slot(struct folder_table *table, uint64_t hash, struct folder *folder)
{
    uint32_t at = home_slot(table, hash);
    while (table->slots[at].folder)
        at = next_slot(table, at);
    table->slots[at] = (struct folder_slot){hash, folder};
}

static void table_insert(struct folder_table *table, uint64_t hash, struct folder *folder)
{
    if (table->slot_count < (table->count + 1) * 2) {
        struct folder_table old = *table;
        table->slot_count = old.slot_count ? old.slot_count * 2 : SMALLEST_TABLE;
        table->slots = mem_array(table->slot_count, sizeof *table->slots);
        for (uint32_t i = 0; i < old.slot_count; i++)
            if (old.slots[i].folder)
                fill_slot(table, old.slots[i].hash, old.slots[i].folder);
        free(old.slots);
    }
    fill_slot(table, hash, folder);
    table->count++;
}

/*
 * Takes out what is in slot `hole`, and closes the gap: whatever follows without a free slot
 * between and may stand in the hole, because its home is not behind it, moves there (Knuth, 6.4,
 * algorithm R).
 */
static void empty_slot(struct folder_table *table, uint32_t hole)
{
    uint32_t mask = table->slot_count - 1;
    for (uint32_t at = next_slot(table, hole); table->slots[at].folder; at = next_slot(table, at)) {
        uint32_t from_home = (at - home_slot(table, table->slots[at].hash)) & mask;
        uint32_t from_hole = (at - hole) & mask;
        if (from_home < from_hole)
            continue;
        table->slots[hole] = table->slots[at];
        hole = at;
    }
    table->slots[hole].folder = NULL;
    table->count--;
}

/* The slot that holds `folder`, which is in the table. */
static uint32_t slot_of(const struct folder_table *table, uint64_t hash,
                        const struct folder *folder)
{
    uint32_t at = home_slot(table, hash);
    while (table->slots[at].folder != folder)
        at = next_slot(table, at);
    return at;
}

/* ---- by path ------------------------------------------------------------------------------- */

void folders_free(struct folders *folders)
{
    for (uint32_t i = 0; i < folders->by_path.slot_count; i++) {
        struct folder *folder = folders->by_path.slots[i].folder;
        if (!folder)
            continue;
        snapshot_free(folder->snapshot);
        free(folder);
    }
    free(folders->by_path.slots);
    free(folders->by_wd.slots);
    vec_free(&folders->polled);
    *folders = (struct folders){0};
}

struct folder *folders_find(const struct folders *folders, const char *path, size_t length)
{
    const struct folder_table *table = &folders->by_path;
    if (!table->count)
        return NULL;
    uint64_t hash = XXH3_64bits(path, length);
    for (uint32_t at = home_slot(table, hash); table->slots[at].folder; at = next_slot(table, at)) {
        struct folder *folder = table->slots[at].folder;
        if (table->slots[at].hash == hash && folder->length == length &&
            memcmp(folder->path, path, length) == 0)
            return folder;
    }
    return NULL;
}

/* The length of the path of the folder above, 0 for a root. "." is `path` itself put short. */
static const char *path_above(const char *path, size_t *length)
{
    if (*length == 1 && (path[0] == '.' || path[0] == '/'))
        return NULL;
    *length = path_dir_length(path, *length);
    if (*length)
        return path;
    *length = 1;
    return ".";
}

struct folder *folders_make(struct folders *folders, const char *path, size_t length)
{
    struct folder *folder = folders_find(folders, path, length);
    if (folder)
        return folder;
    size_t above_length = length;
    const char *above = path_above(path, &above_length);
    struct folder *parent = above ? folders_make(folders, above, above_length) : NULL;
    folder = mem_zalloc(sizeof *folder + length + 1);
    memcpy(folder->path, path, length);
    folder->length = length;
    folder->hash = XXH3_64bits(path, length);
    folder->wd = -1;
    folder->parent = parent;
    if (parent) {
        folder->next_sibling = parent->first_child;
        parent->first_child = folder;
    }
    table_insert(&folders->by_path, folder->hash, folder);
    return folder;
}

void folders_remove(struct folders *folders, struct folder *folder)
{
    if (folder->parent) {
        struct folder **at = &folder->parent->first_child;
        while (*at != folder)
            at = &(*at)->next_sibling;
        *at = folder->next_sibling;
    }
    folder_set_target(folder, NULL);
    empty_slot(&folders->by_path, slot_of(&folders->by_path, folder->hash, folder));
    free(folder);
}

/* ---- by watch ------------------------------------------------------------------------------ */

/* Watches are numbered one after the other, which no hash function would spread better. */
static uint64_t hash_of_wd(int wd)
{
    return (uint64_t)wd;
}

struct folder *folders_watched_by(const struct folders *folders, int wd)
{
    const struct folder_table *table = &folders->by_wd;
    if (!table->count || wd < 0)
        return NULL;
    uint32_t at = home_slot(table, hash_of_wd(wd));
    for (; table->slots[at].folder; at = next_slot(table, at))
        if (table->slots[at].hash == hash_of_wd(wd))
            return table->slots[at].folder;
    return NULL;
}

bool folders_tie(struct folders *folders, struct folder *folder, int wd)
{
    struct folder *first = folders_watched_by(folders, wd);
    folder->wd = wd;
    if (!first) {
        folder->next_alias = NULL;
        table_insert(&folders->by_wd, hash_of_wd(wd), folder);
        return true;
    }
    folder->next_alias = first->next_alias;
    first->next_alias = folder;
    return false;
}

bool folders_untie(struct folders *folders, struct folder *folder)
{
    struct folder *first = folders_watched_by(folders, folder->wd);
    uint64_t hash = hash_of_wd(folder->wd);
    struct folder *next = folder->next_alias;
    folder->wd = -1;
    folder->next_alias = NULL;
    if (first != folder) {
        while (first->next_alias != folder)
            first = first->next_alias;
        first->next_alias = next;
        return false;
    }
    uint32_t slot = slot_of(&folders->by_wd, hash, folder);
    if (next)
        folders->by_wd.slots[slot].folder = next;
    else
        empty_slot(&folders->by_wd, slot);
    return !next;
}

/* ---- polled, links, paths ------------------------------------------------------------------ */

void folders_start_polling(struct folders *folders, struct folder *folder)
{
    folder->polled_index = folders->polled.count;
    vec_push(&folders->polled, folder);
}

void folders_stop_polling(struct folders *folders, struct folder *folder)
{
    struct folder *last = folders->polled.data[--folders->polled.count];
    folders->polled.data[folder->polled_index] = last;
    last->polled_index = folder->polled_index;
    snapshot_free(folder->snapshot);
    folder->snapshot = NULL;
}

void folder_set_target(struct folder *folder, struct folder *target)
{
    if (folder->target == target)
        return;
    if (folder->target) {
        struct folder **at = &folder->target->first_link;
        while (*at != folder)
            at = &(*at)->next_link;
        *at = folder->next_link;
        folder->next_link = NULL;
    }
    folder->target = target;
    if (target) {
        folder->next_link = target->first_link;
        target->first_link = folder;
    }
}

void folder_path_of(const struct folder *folder, const char *name, struct buf *path)
{
    buf_clear(path);
    if (folder->length != 1 || folder->path[0] != '.')
        buf_append(path, folder->path, folder->length);
    if (path->length && path->data[path->length - 1] != '/')
        buf_append_char(path, '/');
    buf_append_str(path, name);
}
