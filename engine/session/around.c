#include "engine/session/around.h"

#include "engine/base/path.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { SMALLEST_TABLE = 256 };

static uint64_t hash_of(const char *path, size_t length)
{
    uint64_t hash = XXH3_64bits(path, length);
    return hash ? hash : 1;
}

/* The slot that has the hash, or the free one that may take it. */
static uint64_t *slot_of(const struct around *around, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & (around->slots - 1);
    while (around->hashes[at] && around->hashes[at] != hash)
        at = (at + 1) & (around->slots - 1);
    return &around->hashes[at];
}

static void make_room(struct around *around)
{
    if (around->count < around->slots / 2)
        return;
    struct around bigger = *around;
    bigger.slots = around->slots ? around->slots * 2 : SMALLEST_TABLE;
    bigger.hashes = mem_array(bigger.slots, sizeof *bigger.hashes);
    for (uint32_t i = 0; i < around->slots; i++) {
        if (around->hashes[i])
            *slot_of(&bigger, around->hashes[i]) = around->hashes[i];
    }
    free(around->hashes);
    *around = bigger;
}

/* A folder that is in has those around it in, too. */
static void add_folders_of(struct around *around, const char *path)
{
    size_t length = path_dir_length(path, strlen(path));
    while (length) {
        make_room(around);
        uint64_t hash = hash_of(path, length);
        uint64_t *slot = slot_of(around, hash);
        if (*slot)
            return;
        *slot = hash;
        around->count++;
        size_t above = path_dir_length(path, length);
        length = above < length ? above : 0; /* "/" is around itself */
    }
}

void around_fit(struct around *around, const struct graph *graph)
{
    for (; around->files < graph->files.count; around->files++)
        add_folders_of(around, graph_path(graph, around->files));
}

bool around_may_have(const struct around *around, const char *folder)
{
    if (folder[0] == '.' && strspn(folder, "./") == strlen(folder))
        return around->files > 0; /* no path says that it lies in "." or ".." */
    return around->slots && *slot_of(around, hash_of(folder, strlen(folder)));
}

void around_free(struct around *around)
{
    free(around->hashes);
    *around = (struct around){0};
}
