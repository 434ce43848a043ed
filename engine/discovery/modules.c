/*
 * Modules by path and lens, and how a pass adds one: it is who it was in the old generation, if it
 * was there, and begins with what was known of it.
 */
#include "engine/discovery/internal.h"

#include <stdlib.h>

enum { SMALLEST_INDEX = 256 };

static uint32_t first_slot(const struct module_index *index, uint64_t path_hash, uint32_t lens)
{
    return (uint32_t)(path_hash + lens) & (index->slot_count - 1);
}

static void insert(struct generation *generation, module_id id)
{
    struct module_index *index = &generation->index;
    uint32_t at =
        first_slot(index, generation->path_hashes.data[id], generation->modules.data[id].lens);
    while (index->slots[at])
        at = (at + 1) & (index->slot_count - 1);
    index->slots[at] = id + 1;
}

static void reserve_slots(struct generation *generation, uint32_t modules)
{
    struct module_index *index = &generation->index;
    uint64_t wanted = SMALLEST_INDEX;
    while (wanted < (uint64_t)modules * 2)
        wanted *= 2;
    if (wanted <= index->slot_count)
        return;
    free(index->slots);
    index->slots = mem_array(wanted, sizeof *index->slots);
    index->slot_count = (uint32_t)wanted;
    for (module_id id = 0; id < index->count; id++)
        insert(generation, id);
}

void generation_reserve(struct generation *generation, uint32_t modules)
{
    vec_reserve(&generation->modules, modules);
    vec_reserve(&generation->records, modules);
    vec_reserve(&generation->facts, modules);
    vec_reserve(&generation->path_hashes, modules);
    reserve_slots(generation, modules);
}

void generation_index(struct generation *generation, const char *paths)
{
    struct module_index *index = &generation->index;
    reserve_slots(generation, generation->modules.count);
    for (; index->count < generation->modules.count; index->count++) {
        const char *path = paths + generation->modules.data[index->count].path;
        vec_push(&generation->path_hashes, XXH3_64bits(path, strlen(path)));
        insert(generation, index->count);
    }
}

module_id generation_find(const struct generation *generation, const char *paths, const char *path,
                          size_t length, uint32_t lens)
{
    const struct module_index *index = &generation->index;
    if (!index->slot_count)
        return MODULE_NONE;
    uint64_t hash = XXH3_64bits(path, length);
    for (uint32_t at = first_slot(index, hash, lens); index->slots[at];
         at = (at + 1) & (index->slot_count - 1)) {
        module_id id = index->slots[at] - 1;
        const struct module *module = &generation->modules.data[id];
        if (module->lens == lens && generation->path_hashes.data[id] == hash &&
            strncmp(paths + module->path, path, length) == 0 &&
            paths[module->path + length] == '\0')
            return id;
    }
    return MODULE_NONE;
}

void generation_free(struct generation *generation)
{
    vec_free(&generation->modules);
    vec_free(&generation->records);
    vec_free(&generation->facts);
    vec_free(&generation->lenses);
    vec_free(&generation->path_hashes);
    free(generation->index.slots);
    *generation = (struct generation){0};
}

uint32_t paths_add(struct discovery *discovery, const char *path, size_t length)
{
    uint32_t offset = discovery->paths.count;
    vec_reserve(&discovery->paths, length + 1);
    memcpy(discovery->paths.data + offset, path, length);
    discovery->paths.data[offset + length] = '\0';
    discovery->paths.count += (uint32_t)length + 1;
    return offset;
}

/* Adds a path that lies in the old column. */
static uint32_t move_path(struct discovery *discovery, const char *from)
{
    return paths_add(discovery, from, strlen(from));
}

void compact_paths(struct discovery *discovery)
{
    struct generation *now = &discovery->now;
    const char *paths = discovery->paths.data;
    uint64_t used = 0;
    for (module_id id = 0; id < now->modules.count; id++)
        used += strlen(paths + now->modules.data[id].path) + 1;
    for (uint32_t i = 0; i < discovery->configs.count; i++)
        used += strlen(paths + discovery->configs.data[i].path) + 1;
    if (used >= discovery->paths.count / 2)
        return;
    VEC(char) old = {0};
    memcpy(&old, &discovery->paths, sizeof old);
    memset(&discovery->paths, 0, sizeof discovery->paths);
    for (module_id id = 0; id < now->modules.count; id++)
        now->modules.data[id].path = move_path(discovery, old.data + now->modules.data[id].path);
    for (uint32_t i = 0; i < discovery->configs.count; i++)
        discovery->configs.data[i].path =
            move_path(discovery, old.data + discovery->configs.data[i].path);
    vec_free(&old);
}

/*
 * Who it was in the old generation. Mostly the one after the last one that was found: then the old
 * generation needs no index at all.
 */
static module_id find_old(struct pass *pass, const char *path, size_t length, uint32_t lens)
{
    struct generation *old = pass->old;
    uint32_t old_lens = pass->old_lens[lens];
    if (old_lens == UINT32_MAX)
        return MODULE_NONE;
    const char *paths = pass->discovery->paths.data;
    module_id guess = pass->last_old + 1; /* after MODULE_NONE: the first */
    if (guess < old->modules.count && old->modules.data[guess].lens == old_lens &&
        strcmp(paths + old->modules.data[guess].path, path) == 0)
        return guess;
    generation_index(old, paths);
    return generation_find(old, paths, path, length, old_lens);
}

/* Appends a module of which nothing is known. */
static module_id append(struct generation *now, uint32_t path, uint32_t lens, uint32_t flags)
{
    module_id id = now->modules.count;
    vec_push(&now->modules, ((struct module){.path = path, .lens = lens, .flags = flags}));
    vec_push(&now->records, (struct file_record){0});
    vec_push(&now->facts, (struct module_facts){0});
    return id;
}

/* Appends what the old generation knows as `old`. */
static module_id carry_over(struct pass *pass, module_id old, uint32_t lens, uint32_t flags)
{
    struct generation *now = &pass->discovery->now;
    struct module module = pass->old->modules.data[old];
    module.lens = lens;
    module.flags = flags | (module.flags & (MODULE_MISSING | MODULE_UNREADABLE));
    module_id id = now->modules.count;
    vec_push(&now->modules, module);
    struct file_record record = pass->old->records.data[old];
    if ((module.flags ^ pass->old->modules.data[old].flags) & MODULE_MADE)
        record.flags |= FILE_RACY; /* digests of made files have rules of their own */
    vec_push(&now->records, record);
    vec_push(&now->facts, pass->old->facts.data[old]);
    pass->new_of[old] = id;
    pass->last_old = old;
    return id;
}

module_id pass_add_module(struct pass *pass, const char *path, size_t length, uint32_t lens,
                          uint32_t flags)
{
    struct discovery *discovery = pass->discovery;
    struct generation *now = &discovery->now;
    if (made_set_kind(&discovery->made, path, length) == TREE_FILE)
        flags |= MODULE_MADE;
    module_id found = generation_find(now, discovery->paths.data, path, length, lens);
    if (found != MODULE_NONE) {
        now->modules.data[found].flags |= flags;
        return found;
    }
    module_id id;
    module_id old = pass->old ? find_old(pass, path, length, lens) : MODULE_NONE;
    if (old != MODULE_NONE)
        id = carry_over(pass, old, lens, flags);
    else
        id = append(now, paths_add(discovery, path, length), lens, flags);
    vec_push(&pass->ask, false);
    vec_push(&pass->next, id);
    generation_index(now, discovery->paths.data);
    return id;
}
