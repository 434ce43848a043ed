/*
 * Which files a tsconfig is about (https://www.typescriptlang.org/tsconfig/#include). Its patterns
 * know `*`, `?` and `**` only, and a last component without a dot or wildcard is a folder. File
 * types and hidden folders, which TypeScript leaves out, are not looked at.
 */
#include "engine/discovery/resolver/project.h"

#include <stdlib.h>
#include <string.h>

struct covering {
    const struct resolver *resolver;
    const struct tsconfig *tsconfig;
    struct buf path, pattern;
};

typedef VEC(struct glob *) glob_list;

/* Makes `covering->path` the canonical form of a path or pattern in a value. */
static void set_path(struct covering *covering, const struct tsconfig *giver, const char *text)
{
    static const char config_dir[] = "${configDir}";
    const struct tsconfig *base = giver;
    if (strncmp(text, config_dir, sizeof config_dir - 1) == 0) {
        base = covering->tsconfig;
        text += sizeof config_dir - 1;
        text += *text == '/';
    }
    candidate_set(covering->resolver, &covering->path, base->path, base->folder_length, text,
                  strlen(text));
}

/* Our globs know more than those of a tsconfig: what they would understand is quoted. */
static void quote_pattern(struct covering *covering)
{
    buf_clear(&covering->pattern);
    for (size_t i = 0; i < covering->path.length; i++) {
        if (strchr("[]{}\\", covering->path.data[i]))
            buf_append_char(&covering->pattern, '\\');
        buf_append_char(&covering->pattern, covering->path.data[i]);
    }
}

/* One that does not compile (it leads out of the root, say) matches nothing. */
static void add_glob(struct covering *covering, glob_list *list)
{
    struct glob *glob;
    if (glob_compile(buf_cstr(&covering->pattern), &glob, NULL) == JIG_OK)
        vec_push(list, glob);
}

static bool means_folder(const struct buf *path)
{
    const char *slash = path->length > 0 ? memrchr(path->data, '/', path->length) : NULL;
    const char *last = slash ? slash + 1 : buf_cstr(path);
    return !strpbrk(last, ".*?");
}

static void include(struct covering *covering, const struct tsconfig *giver, const char *text,
                    glob_list *list)
{
    set_path(covering, giver, text);
    bool folder = means_folder(&covering->path);
    quote_pattern(covering);
    if (folder)
        candidate_add(&covering->pattern, "**");
    add_glob(covering, list);
}

/* What is excluded is so with all below it. */
static void exclude(struct covering *covering, const struct tsconfig *giver, const char *text,
                    glob_list *list)
{
    set_path(covering, giver, text);
    quote_pattern(covering);
    add_glob(covering, list);
    candidate_add(&covering->pattern, "**");
    add_glob(covering, list);
}

typedef void (*pattern_fn)(struct covering *covering, const struct tsconfig *giver,
                           const char *text, glob_list *list);

static void each_pattern(struct covering *covering, const struct tsconfig_value *value,
                         pattern_fn add, glob_list *list)
{
    for (size_t i = 0; i < json_array_size(value->json); i++) {
        const char *text = json_string_value(json_array_get(value->json, i));
        if (text)
            add(covering, value->giver, text, list);
    }
}

static void exclude_defaults(struct covering *covering, glob_list *list)
{
    static const char *const folders[] = {"**/node_modules", "**/bower_components",
                                          "**/jspm_packages"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        exclude(covering, covering->tsconfig, folders[i], list);
    const struct tsconfig_value *out_dir = &covering->tsconfig->values[TSCONFIG_OUT_DIR];
    if (json_is_string(out_dir->json))
        exclude(covering, out_dir->giver, json_string_value(out_dir->json), list);
}

static void list_files(struct covering *covering, struct coverage *coverage, struct arena *arena)
{
    const struct tsconfig_value *files = &covering->tsconfig->values[TSCONFIG_FILES];
    const char **data = arena_alloc(arena, (json_array_size(files->json) + 1) * sizeof *data);
    for (size_t i = 0; i < json_array_size(files->json); i++) {
        const char *text = json_string_value(json_array_get(files->json, i));
        if (!text)
            continue;
        set_path(covering, files->giver, text);
        data[coverage->files.count++] =
            arena_strndup(arena, buf_cstr(&covering->path), covering->path.length);
    }
    coverage->files.data = data;
}

void coverage_make(struct coverage *coverage, struct resolver *resolver,
                   const struct tsconfig *tsconfig)
{
    struct covering covering = {resolver, tsconfig, {0}, {0}};
    const struct tsconfig_value *values = tsconfig->values;
    glob_list included = {0}, excluded = {0};
    list_files(&covering, coverage, &resolver->settings.arena);
    if (values[TSCONFIG_INCLUDE].json)
        each_pattern(&covering, &values[TSCONFIG_INCLUDE], include, &included);
    else if (!values[TSCONFIG_FILES].json)
        include(&covering, tsconfig, "**/*", &included);
    if (values[TSCONFIG_EXCLUDE].json)
        each_pattern(&covering, &values[TSCONFIG_EXCLUDE], exclude, &excluded);
    else
        exclude_defaults(&covering, &excluded);
    coverage->include = (struct globs){included.data, included.count};
    coverage->exclude = (struct globs){excluded.data, excluded.count};
    buf_free(&covering.path);
    buf_free(&covering.pattern);
}

static bool any_matches(const struct globs *globs, const char *path, size_t length)
{
    for (uint32_t i = 0; i < globs->count; i++)
        if (glob_match(globs->data[i], path, length))
            return true;
    return false;
}

bool coverage_has(const struct coverage *coverage, const char *path, size_t length)
{
    for (uint32_t i = 0; i < coverage->files.count; i++)
        if (strcmp(coverage->files.data[i], path) == 0)
            return true;
    return any_matches(&coverage->include, path, length) &&
           !any_matches(&coverage->exclude, path, length);
}

static void free_globs(struct globs *globs)
{
    for (uint32_t i = 0; i < globs->count; i++)
        glob_destroy(globs->data[i]);
    free(globs->data);
}

void coverage_free(struct coverage *coverage)
{
    free_globs(&coverage->include);
    free_globs(&coverage->exclude);
}
