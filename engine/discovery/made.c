#include "engine/discovery/made.h"

#include "engine/base/path.h"

#include <stdlib.h>

/* The slot where `path` is, or where it would be. */
static uint32_t slot_of(const struct made_set *set, const char *path, size_t length)
{
    uint32_t mask = set->slot_count - 1;
    uint32_t at = (uint32_t)XXH3_64bits(path, length) & mask;
    for (; set->slots[at]; at = (at + 1) & mask) {
        const struct made_path *known = &set->paths.data[set->slots[at] - 1];
        if (known->length == length && memcmp(set->text.data + known->offset, path, length) == 0)
            break;
    }
    return at;
}

static void grow(struct made_set *set)
{
    free(set->slots);
    set->slot_count = set->slot_count ? set->slot_count * 2 : 64;
    set->slots = mem_array(set->slot_count, sizeof *set->slots);
    for (uint32_t i = 0; i < set->paths.count; i++) {
        const struct made_path *path = &set->paths.data[i];
        set->slots[slot_of(set, set->text.data + path->offset, path->length)] = i + 1;
    }
}

/* The entry of a path, made if there is none. */
static struct made_path *entry_of(struct made_set *set, const char *path, size_t length)
{
    if (set->paths.count * 2 >= set->slot_count)
        grow(set);
    uint32_t slot = slot_of(set, path, length);
    if (!set->slots[slot]) {
        uint32_t offset = set->text.count;
        vec_reserve(&set->text, length);
        memcpy(set->text.data + offset, path, length);
        set->text.count += (uint32_t)length;
        vec_push(&set->paths, ((struct made_path){offset, (uint32_t)length, TREE_MISSING, 0}));
        set->slots[slot] = set->paths.count;
    }
    return &set->paths.data[set->slots[slot] - 1];
}

/* The folder above the first `length` bytes of the path; 0 at the top. */
static size_t folder_above(const char *path, size_t length)
{
    size_t above = path_dir_length(path, length);
    return above < length ? above : 0;
}

/* An entry of this kind is there now: so are the folders above it. */
static void appear(struct made_set *set, const char *path, size_t length, enum tree_kind kind)
{
    for (;;) {
        struct made_path *entry = entry_of(set, path, length);
        bool was_there = entry->kind != TREE_MISSING;
        if (!was_there || kind == TREE_FILE)
            entry->kind = kind;
        entry->uses += kind == TREE_FOLDER;
        length = folder_above(path, length);
        if (was_there || length == 0)
            return;
        kind = TREE_FOLDER;
    }
}

void made_set_add(struct made_set *set, const char *path)
{
    size_t length = strlen(path);
    if (made_set_kind(set, path, length) == TREE_FILE)
        return;
    appear(set, path, length, TREE_FILE);
    set->digest = digest_add(set->digest, digest_of(path, length));
}

void made_set_remove(struct made_set *set, const char *path)
{
    size_t length = strlen(path);
    if (made_set_kind(set, path, length) != TREE_FILE)
        return;
    set->digest = digest_subtract(set->digest, digest_of(path, length));
    struct made_path *entry = entry_of(set, path, length);
    entry->kind = entry->uses ? TREE_FOLDER : TREE_MISSING;
    while (entry->kind == TREE_MISSING && (length = folder_above(path, length)) > 0) {
        entry = entry_of(set, path, length);
        if (--entry->uses == 0 && entry->kind == TREE_FOLDER)
            entry->kind = TREE_MISSING;
    }
}

void made_set_fill(struct made_set *set, const char *const *paths, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        made_set_add(set, paths[i]);
}

void made_set_free(struct made_set *set)
{
    vec_free(&set->text);
    vec_free(&set->paths);
    free(set->slots);
    *set = (struct made_set){0};
}

enum tree_kind made_set_kind(const struct made_set *set, const char *path, size_t length)
{
    if (!set->slot_count)
        return TREE_MISSING;
    uint32_t slot = set->slots[slot_of(set, path, length)];
    return slot ? set->paths.data[slot - 1].kind : TREE_MISSING;
}
