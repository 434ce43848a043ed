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

/* False when it is there already. */
static bool add(struct made_set *set, const char *path, size_t length, enum tree_kind kind)
{
    if (set->paths.count * 2 >= set->slot_count)
        grow(set);
    uint32_t slot = slot_of(set, path, length);
    if (set->slots[slot])
        return false;
    uint32_t offset = set->text.count;
    vec_reserve(&set->text, length);
    memcpy(set->text.data + offset, path, length);
    set->text.count += (uint32_t)length;
    vec_push(&set->paths, ((struct made_path){offset, (uint32_t)length, kind}));
    set->slots[slot] = set->paths.count;
    return true;
}

void made_set_fill(struct made_set *set, const char *const *paths, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        size_t length = strlen(paths[i]);
        if (add(set, paths[i], length, TREE_FILE))
            set->digest = digest_add(set->digest, digest_of(paths[i], length));
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t length = strlen(paths[i]);
        while ((length = path_dir_length(paths[i], length)) > 0 &&
               add(set, paths[i], length, TREE_FOLDER) && paths[i][length - 1] != '/')
            continue;
    }
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
