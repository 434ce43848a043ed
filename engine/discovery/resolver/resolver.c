#include "engine/discovery/resolver/resolver.h"

#include "engine/discovery/resolver/project.h"
#include "engine/discovery/resolver/real_path.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *const *copy_list(struct arena *arena, const char *const *list, uint32_t count)
{
    const char **copy = arena_alloc(arena, (count + 1) * sizeof *copy);
    for (uint32_t i = 0; i < count; i++)
        copy[i] = arena_strndup(arena, list[i], strlen(list[i]));
    return copy;
}

/* "." and "" are the root alike; inside, it is "". */
static const char *const *copy_roots(struct arena *arena, const char *const *roots, uint32_t count)
{
    const char **copy = arena_alloc(arena, (count + 1) * sizeof *copy);
    for (uint32_t i = 0; i < count; i++)
        copy[i] =
            strcmp(roots[i], ".") == 0 ? "" : arena_strndup(arena, roots[i], strlen(roots[i]));
    return copy;
}

struct resolver *resolver_create(const struct resolver_options *options,
                                 const struct resolver_files *files)
{
    struct resolver *resolver = mem_zalloc(sizeof *resolver);
    struct arena *arena = &resolver->settings.arena;
    resolver->options = *options;
    resolver->options.roots = copy_roots(arena, options->roots, options->root_count);
    resolver->options.extensions = copy_list(arena, options->extensions, options->extension_count);
    if (options->tsconfig)
        resolver->options.tsconfig =
            arena_strndup(arena, options->tsconfig, strlen(options->tsconfig));
    resolver->files = *files;
    char root[PATH_MAX];
    if (!realpath(".", root) || strcmp(root, "/") == 0)
        root[0] = '\0';
    resolver->root_length = strlen(root);
    resolver->root = arena_strndup(arena, root, resolver->root_length);
    resolver->real = real_paths_create();
    pthread_mutex_init(&resolver->lock, NULL);
    return resolver;
}

void resolver_destroy(struct resolver *resolver)
{
    if (!resolver)
        return;
    struct path_map *maps[] = {&resolver->folders,   &resolver->packages, &resolver->installed,
                               &resolver->tsconfigs, &resolver->projects, &resolver->workspace};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
        path_map_free(maps[i]);
    for (uint32_t i = 0; i < resolver->tsconfig_list.count; i++)
        if (resolver->tsconfig_list.data[i]->project)
            project_free(resolver->tsconfig_list.data[i]->project);
    vec_free(&resolver->tsconfig_list);
    settings_free(&resolver->settings);
    real_paths_destroy(resolver->real);
    pthread_mutex_destroy(&resolver->lock);
    free(resolver);
}

void resolver_prepare(struct resolver *resolver,
                      void (*notice)(void *context, const struct jig_error *what), void *context)
{
    if (resolver->options.kind != SCANNER_TYPESCRIPT)
        return;
    resolver->settings.notice = notice;
    resolver->settings.context = context;
    typescript_prepare(resolver);
    resolver->settings.notice = NULL;
}

static int compare_paths(const void *a, const void *b)
{
    const struct settings_file *const *left = a, *const *right = b;
    return strcmp((*left)->path, (*right)->path);
}

void resolver_each_config(const struct resolver *resolver,
                          void (*config)(void *context, const char *path, size_t length),
                          void *context)
{
    uint32_t count = resolver->settings.files.count;
    struct settings_file **sorted = mem_array(count, sizeof *sorted);
    if (count > 0)
        memcpy(sorted, resolver->settings.files.data, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_paths);
    for (uint32_t i = 0; i < count; i++)
        config(context, sorted[i]->path, sorted[i]->length);
    free(sorted);
}

void resolver_each_late_notice(const struct resolver *resolver,
                               void (*notice)(void *context, const struct jig_error *what),
                               void *context)
{
    for (uint32_t i = 0; i < resolver->settings.late.count; i++)
        notice(context, &resolver->settings.late.data[i]);
}

bool specifier_is_url(const char *specifier)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (!strchr(letters, specifier[0]) || specifier[0] == '\0')
        return false;
    size_t length = strspn(specifier, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789+-.");
    return specifier[length] == ':';
}

/* No file is called that; an inlined image (`data:`) may be. */
static enum resolution too_long(enum scanner_kind kind, const char *specifier)
{
    bool is_path = specifier[0] == '.' || specifier[0] == '/';
    bool may_be_elsewhere = kind == SCANNER_C || (kind == SCANNER_TYPESCRIPT && !is_path);
    return may_be_elsewhere ? RESOLUTION_EXTERNAL : RESOLUTION_UNRESOLVED;
}

enum resolution resolver_resolve(struct resolver *resolver, const char *from, const char *specifier,
                                 enum fact_import_kind kind, struct buf *out)
{
    enum resolution result = RESOLUTION_UNRESOLVED;
    buf_clear(out);
    if (specifier[0] == '\0' || kind == IMPORT_COMPUTED)
        return RESOLUTION_UNRESOLVED;
    if (strnlen(specifier, SPECIFIER_MAX_BYTES + 1) > SPECIFIER_MAX_BYTES)
        return too_long(resolver->options.kind, specifier);
    switch (resolver->options.kind) {
    case SCANNER_TYPESCRIPT:
        result = resolve_typescript(resolver, from, specifier, kind, out);
        break;
    case SCANNER_C:
        result = resolve_c(resolver, from, specifier, kind, out);
        break;
    case SCANNER_PROTO:
        result = resolve_proto(resolver, specifier, out);
        break;
    case SCANNER_GRAPHQL:
    case SCANNER_REGEX:
        result = resolve_plain(resolver, from, specifier, out);
        break;
    case SCANNER_NONE:
        break;
    }
    if (result == RESOLUTION_FILE)
        candidate_follow(resolver, out, resolver->options.kind == SCANNER_TYPESCRIPT);
    else
        buf_clear(out);
    return result;
}
