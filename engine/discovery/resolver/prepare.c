/*
 * What TypeScript's resolving may ask for, read before anyone does: the packages and tsconfigs that
 * the walk reaches, with all they extend and refer to.
 */
#include "engine/base/path.h"
#include "engine/discovery/resolver/project.h"
#include "engine/discovery/resolver/workspace.h"

#include <string.h>

struct found {
    struct arena arena;
    VEC(const char *) packages;
    VEC(const char *) tsconfigs;
};

static bool is_named(const char *path, size_t length, const char *name)
{
    size_t size = strlen(name);
    return length >= size && memcmp(path + length - size, name, size) == 0 &&
           (length == size || path[length - size - 1] == '/');
}

static void sort_in(void *context, const char *path, size_t length)
{
    struct found *found = context;
    if (is_named(path, length, "package.json"))
        vec_push(&found->packages, arena_strndup(&found->arena, path, length));
    else if (is_named(path, length, "tsconfig.json") || is_named(path, length, "jsconfig.json"))
        vec_push(&found->tsconfigs, arena_strndup(&found->arena, path, length));
}

/* Those that are only referred to join the list while we go through it. */
static void read_references(struct resolver *resolver)
{
    for (uint32_t i = 0; i < resolver->tsconfig_list.count; i++) {
        const char *path = resolver->tsconfig_list.data[i]->path;
        tsconfig_read_locked(resolver, path, strlen(path));
    }
}

static void read_only_one(struct resolver *resolver, const char *path)
{
    resolver->tsconfig = tsconfig_read_locked(resolver, path, strlen(path));
    if (resolver->files.kind_of(resolver->files.context, path, strlen(path)) != TREE_FILE)
        settings_complain(&resolver->settings, path, "is not there, and counts as empty");
}

void typescript_prepare(struct resolver *resolver)
{
    struct found found = {0};
    if (resolver->files.tree)
        tree_each_file(resolver->files.tree, sort_in, &found);
    pthread_mutex_lock(&resolver->lock);
    workspace_read_locked(resolver, found.packages.data, found.packages.count);
    const char *only = resolver->options.tsconfig;
    if (only)
        read_only_one(resolver, only);
    for (uint32_t i = 0; i < found.tsconfigs.count && !only; i++)
        tsconfig_read_locked(resolver, found.tsconfigs.data[i], strlen(found.tsconfigs.data[i]));
    read_references(resolver);
    pthread_mutex_unlock(&resolver->lock);
    vec_free(&found.packages);
    vec_free(&found.tsconfigs);
    arena_free(&found.arena);
}
