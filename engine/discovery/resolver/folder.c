#include "engine/discovery/resolver/folder.h"

#include <string.h>

/* Whether something may be looked for there: not in "/", "..", "../.." and so on. */
static bool is_inside(const char *path, size_t length)
{
    if (length == 0)
        return true;
    bool up = length >= 2 && memcmp(path + length - 2, "..", 2) == 0 &&
              (length == 2 || path[length - 3] == '/');
    return !up && !(length == 1 && path[0] == '/');
}

static bool is_named_node_modules(const struct folder *folder)
{
    static const char name[] = "node_modules";
    size_t size = sizeof name - 1;
    return folder->length >= size &&
           memcmp(folder->path + folder->length - size, name, size) == 0 &&
           (folder->length == size || folder->path[folder->length - size - 1] == '/');
}

static enum tree_kind kind_in(const struct resolver *resolver, const struct folder *folder,
                              const char *name, struct buf *path)
{
    buf_clear(path);
    buf_append(path, folder->path, folder->length);
    candidate_add(path, name);
    return candidate_kind(resolver, path);
}

/* Its own tsconfig in place of the inherited one. */
static void find_tsconfig(struct resolver *resolver, struct folder *folder, struct buf *path)
{
    if (kind_in(resolver, folder, "tsconfig.json", path) != TREE_FILE &&
        kind_in(resolver, folder, "jsconfig.json", path) != TREE_FILE)
        return;
    folder->tsconfig = tsconfig_read_locked(resolver, path->data, path->length);
}

static void look_into(struct resolver *resolver, struct folder *folder)
{
    struct buf path = {0};
    if (kind_in(resolver, folder, "package.json", &path) == TREE_FILE)
        folder->scope = package_in_locked(resolver, folder->path, folder->length);
    if (is_named_node_modules(folder))
        folder->installed = true;
    else if (kind_in(resolver, folder, "node_modules", &path) == TREE_FOLDER)
        folder->modules = folder;
    if (!resolver->tsconfig && !folder->installed)
        find_tsconfig(resolver, folder, &path);
    buf_free(&path);
}

static struct folder *make_folder(struct resolver *resolver, const struct folder *parent,
                                  const char *path, size_t length)
{
    struct folder *folder = arena_alloc(&resolver->settings.arena, sizeof *folder);
    if (parent)
        *folder = *parent;
    folder->parent = parent;
    folder->path = arena_strndup(&resolver->settings.arena, path, length);
    folder->length = length;
    if (!parent)
        folder->tsconfig = resolver->tsconfig;
    if (is_inside(path, length))
        look_into(resolver, folder);
    if (folder->tsconfig) {
        folder->project = project_make_locked(resolver, folder->tsconfig);
        folder->refers = folder->tsconfig->reference_count > 0;
    }
    path_map_insert(&resolver->folders, &resolver->settings.arena, path, length, folder);
    return folder;
}

/* How much of the path names the topmost folder above it: "", "/", or all leading "..". */
static size_t top_length(const char *path, size_t length)
{
    if (length > 0 && path[0] == '/')
        return 1;
    size_t top = 0;
    while (length - top >= 2 && memcmp(path + top, "..", 2) == 0 &&
           (length - top == 2 || path[top + 2] == '/'))
        top += length - top == 2 ? 2 : 3;
    return top > 0 && path[top - 1] == '/' ? top - 1 : top;
}

static const struct folder *make_chain_locked(struct resolver *resolver, const char *path,
                                              size_t length)
{
    const struct folder *folder = NULL;
    size_t end = top_length(path, length);
    for (;;) {
        const struct folder *known = path_map_find(&resolver->folders, path, end);
        folder = known ? known : make_folder(resolver, folder, path, end);
        if (end == length)
            return folder;
        size_t begin = end + (end > 0 && path[end] == '/');
        const char *slash = memchr(path + begin, '/', length - begin);
        end = slash ? (size_t)(slash - path) : length;
    }
}

const struct folder *folder_of(struct resolver *resolver, const char *path, size_t length)
{
    const struct folder *folder = path_map_find(&resolver->folders, path, length);
    if (folder)
        return folder;
    pthread_mutex_lock(&resolver->lock);
    folder = make_chain_locked(resolver, path, length);
    pthread_mutex_unlock(&resolver->lock);
    return folder;
}
