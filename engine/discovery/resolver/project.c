#include "engine/discovery/resolver/project.h"

#include <stdlib.h>
#include <string.h>

/* TypeScript 5.5 and later put the folder of the outermost file for this, at the beginning only. */
static const char config_dir[] = "${configDir}";

struct making {
    struct resolver *resolver;
    const struct tsconfig *tsconfig;
    struct project *project;
    struct buf path;
};

/* A path in a value, as a candidate; lives as long as the resolver. */
static const char *path_of(struct making *making, const struct tsconfig *giver, const char *text)
{
    const struct tsconfig *base = giver;
    size_t skip = 0;
    if (strncmp(text, config_dir, sizeof config_dir - 1) == 0) {
        base = making->tsconfig;
        skip = sizeof config_dir - 1;
        skip += text[skip] == '/';
    }
    candidate_set(making->resolver, &making->path, base->path, base->folder_length, text + skip,
                  strlen(text + skip));
    return arena_strndup(&making->resolver->settings.arena, buf_cstr(&making->path),
                         making->path.length);
}

/* A path in `paths`: relative to baseUrl where there is one. */
static const char *target_of(struct making *making, const struct tsconfig *giver, const char *text)
{
    const char *base = making->project->base_url;
    if (!base || strncmp(text, config_dir, sizeof config_dir - 1) == 0)
        return path_of(making, giver, text);
    candidate_set(making->resolver, &making->path, base, strlen(base), text, strlen(text));
    return arena_strndup(&making->resolver->settings.arena, buf_cstr(&making->path),
                         making->path.length);
}

typedef const char *(*make_string_fn)(struct making *making, const struct tsconfig *giver,
                                      const char *text);

static const char *as_it_is(struct making *making, const struct tsconfig *giver, const char *text)
{
    (void)making, (void)giver;
    return text;
}

/* The strings of an array, each made by `make`. */
static struct strings strings_of(struct making *making, const json_t *array,
                                 const struct tsconfig *giver, make_string_fn make)
{
    struct strings strings = {0};
    const char **data =
        arena_alloc(&making->resolver->settings.arena, (json_array_size(array) + 1) * sizeof *data);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        if (text)
            data[strings.count++] = make(making, giver, text);
    }
    strings.data = data;
    return strings;
}

/* ---- paths --------------------------------------------------------------------------------- */

static int longest_first(const void *a, const void *b)
{
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    return (left < right) - (left > right);
}

/* Files a mapping behind those of the same prefix, so that the first one written wins. */
static void add_pattern(struct making *making, struct mapping *mapping, size_t *lengths)
{
    struct project *project = making->project;
    struct mapping *first =
        path_map_find(&project->by_prefix, mapping->prefix, mapping->prefix_length);
    if (!first) {
        path_map_insert(&project->by_prefix, &making->resolver->settings.arena, mapping->prefix,
                        mapping->prefix_length, mapping);
        lengths[project->prefix_length_count++] = mapping->prefix_length;
        mapping->last = mapping;
        return;
    }
    first->last->next = mapping;
    first->last = mapping;
}

static void add_mapping(struct making *making, const char *key, const json_t *targets,
                        const struct tsconfig *giver, size_t *lengths)
{
    struct project *project = making->project;
    struct arena *arena = &making->resolver->settings.arena;
    struct mapping *mapping = arena_alloc(arena, sizeof *mapping);
    const char *star = strchr(key, '*');
    mapping->star = star != NULL;
    mapping->prefix = key;
    mapping->prefix_length = star ? (size_t)(star - key) : strlen(key);
    mapping->suffix = star ? star + 1 : "";
    mapping->suffix_length = strlen(mapping->suffix);
    mapping->targets = strings_of(making, targets, giver, target_of);
    if (star)
        add_pattern(making, mapping, lengths);
    else
        path_map_insert(&project->exact, arena, key, mapping->prefix_length, mapping);
}

static void make_paths(struct making *making, const struct tsconfig_value *paths)
{
    struct project *project = making->project;
    size_t *lengths = arena_alloc(&making->resolver->settings.arena,
                                  (json_object_size(paths->json) + 1) * sizeof *lengths);
    const char *key;
    json_t *targets;
    json_object_foreach((json_t *)paths->json, key, targets)
        add_mapping(making, key, targets, paths->giver, lengths);
    qsort(lengths, project->prefix_length_count, sizeof *lengths, longest_first);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < project->prefix_length_count; i++)
        if (i == 0 || lengths[i] != lengths[kept - 1])
            lengths[kept++] = lengths[i];
    project->prefix_lengths = lengths;
    project->prefix_length_count = kept;
}

static bool fits(const struct mapping *mapping, const char *specifier, size_t length)
{
    return length >= mapping->prefix_length + mapping->suffix_length &&
           memcmp(specifier + length - mapping->suffix_length, mapping->suffix,
                  mapping->suffix_length) == 0;
}

const struct mapping *project_mapping(const struct project *project, const char *specifier,
                                      size_t length, const char **star, size_t *star_length)
{
    *star = "";
    *star_length = 0;
    const struct mapping *exact = path_map_find(&project->exact, specifier, length);
    if (exact)
        return exact;
    for (uint32_t i = 0; i < project->prefix_length_count; i++) {
        size_t prefix = project->prefix_lengths[i];
        const struct mapping *mapping =
            prefix <= length ? path_map_find(&project->by_prefix, specifier, prefix) : NULL;
        while (mapping && !fits(mapping, specifier, length))
            mapping = mapping->next;
        if (!mapping)
            continue;
        *star = specifier + prefix;
        *star_length = length - prefix - mapping->suffix_length;
        return mapping;
    }
    return NULL;
}

/* ---- the whole ----------------------------------------------------------------------------- */

struct project *project_make_locked(struct resolver *resolver, struct tsconfig *tsconfig)
{
    if (tsconfig->project)
        return tsconfig->project;
    struct project *project = arena_alloc(&resolver->settings.arena, sizeof *project);
    struct making making = {resolver, tsconfig, project, {0}};
    const struct tsconfig_value *values = tsconfig->values;

    const char *base_url = json_string_value(values[TSCONFIG_BASE_URL].json);
    if (base_url)
        project->base_url = path_of(&making, values[TSCONFIG_BASE_URL].giver, base_url);
    make_paths(&making, &values[TSCONFIG_PATHS]);
    project->root_dirs = strings_of(&making, values[TSCONFIG_ROOT_DIRS].json,
                                    values[TSCONFIG_ROOT_DIRS].giver, path_of);
    project->conditions =
        strings_of(&making, values[TSCONFIG_CUSTOM_CONDITIONS].json, NULL, as_it_is);
    coverage_make(&project->coverage, resolver, tsconfig);
    buf_free(&making.path);
    tsconfig->project = project;
    return project;
}

void project_free(struct project *project)
{
    path_map_free(&project->exact);
    path_map_free(&project->by_prefix);
    coverage_free(&project->coverage);
}

/* ---- references ---------------------------------------------------------------------------- */

static struct project *choose_locked(struct resolver *resolver, struct tsconfig *nearest,
                                     const char *path, size_t length)
{
    VEC(struct tsconfig *) queue = {0};
    uint32_t visit = ++resolver->visits;
    struct project *chosen = NULL;
    nearest->visit = visit;
    vec_push(&queue, nearest);
    for (uint32_t i = 0; i < queue.count && !chosen; i++) {
        struct tsconfig *tsconfig = queue.data[i];
        tsconfig_read_locked(resolver, tsconfig->path, strlen(tsconfig->path));
        struct project *project = project_make_locked(resolver, tsconfig);
        if (tsconfig->json && coverage_has(&project->coverage, path, length))
            chosen = project;
        for (uint32_t r = 0; r < tsconfig->reference_count; r++) {
            struct tsconfig *other = tsconfig->references[r];
            if (other->visit != visit)
                vec_push(&queue, other);
            other->visit = visit;
        }
    }
    vec_free(&queue);
    return chosen ? chosen : nearest->project;
}

const struct project *project_of_file(struct resolver *resolver, struct tsconfig *nearest,
                                      const char *path, size_t length)
{
    struct project *project = path_map_find(&resolver->projects, path, length);
    if (project)
        return project;
    pthread_mutex_lock(&resolver->lock);
    project = path_map_find(&resolver->projects, path, length);
    if (!project) {
        project = choose_locked(resolver, nearest, path, length);
        path_map_insert(&resolver->projects, &resolver->settings.arena, path, length, project);
    }
    pthread_mutex_unlock(&resolver->lock);
    return project;
}
