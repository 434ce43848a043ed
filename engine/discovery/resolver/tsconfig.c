#include "engine/discovery/resolver/tsconfig.h"

#include "engine/base/path.h"
#include "engine/discovery/resolver/package_json.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    bool compiler_option;
} keys[TSCONFIG_KEY_COUNT] = {
    [TSCONFIG_BASE_URL] = {"baseUrl", true},
    [TSCONFIG_PATHS] = {"paths", true},
    [TSCONFIG_ROOT_DIRS] = {"rootDirs", true},
    [TSCONFIG_CUSTOM_CONDITIONS] = {"customConditions", true},
    [TSCONFIG_OUT_DIR] = {"outDir", true},
    [TSCONFIG_FILES] = {"files", false},
    [TSCONFIG_INCLUDE] = {"include", false},
    [TSCONFIG_EXCLUDE] = {"exclude", false},
};

/* The one of that path, read or not. */
static struct tsconfig *tsconfig_at(struct resolver *resolver, const char *path, size_t length)
{
    struct tsconfig *config = path_map_find(&resolver->tsconfigs, path, length);
    if (config)
        return config;
    config = arena_alloc(&resolver->settings.arena, sizeof *config);
    config->path =
        path_map_insert(&resolver->tsconfigs, &resolver->settings.arena, path, length, config);
    config->folder_length = path_dir_length(path, length);
    vec_push(&resolver->tsconfig_list, config);
    return config;
}

/* ---- what `extends` means ------------------------------------------------------------------ */

/* A path with or without its extension. TypeScript adds `.json` when there is no such file. */
static bool find_file(const struct resolver *resolver, struct buf *out)
{
    if (candidate_is_file(resolver, out))
        return true;
    size_t length = out->length;
    buf_append_str(out, ".json");
    if (candidate_is_file(resolver, out))
        return true;
    candidate_cut(out, length);
    return false;
}

struct config_target {
    struct resolver *resolver;
    const struct package *package;
    struct buf *out;
};

static bool take_target(void *context, const struct target *target)
{
    const struct config_target *want = context;
    return target_candidate(want->resolver, want->package, target, want->out) &&
           find_file(want->resolver, want->out);
}

/* `rest` is what follows the package's name: "" or "/…". */
static bool find_in_package(struct resolver *resolver, const struct package *package,
                            const char *rest, struct buf *out)
{
    if (package->exports) {
        struct config_target want = {resolver, package, out};
        struct conditions conditions = {.require = true};
        struct buf subpath = {0};
        buf_printf(&subpath, ".%s", rest);
        bool found = exports_match(package->exports, subpath.data, &conditions, take_target, &want);
        buf_free(&subpath);
        return found;
    }
    if (*rest) {
        candidate_set(resolver, out, package->folder, package->folder_length, rest + 1,
                      strlen(rest + 1));
        if (find_file(resolver, out))
            return true;
    } else {
        const char *main = package->tsconfig ? package->tsconfig : "tsconfig.json";
        candidate_set(resolver, out, package->folder, package->folder_length, main, strlen(main));
        if (find_file(resolver, out))
            return true;
    }
    candidate_add(out, "tsconfig.json");
    return candidate_is_file(resolver, out);
}

/* In the node_modules folders from the config's folder upwards, then in the workspace. */
static bool find_packaged(struct resolver *resolver, const struct tsconfig *config,
                          const char *specifier, struct buf *out)
{
    size_t name = package_name_length(specifier);
    if (name == 0)
        return false;
    for (size_t length = config->folder_length;; length = path_dir_length(config->path, length)) {
        const struct package *package =
            package_installed_locked(resolver, config->path, length, specifier, name);
        if (package && find_in_package(resolver, package, specifier + name, out))
            return true;
        if (length == 0 || path_dir_length(config->path, length) == length)
            break;
    }
    const struct package *package = path_map_find(&resolver->workspace, specifier, name);
    return package && find_in_package(resolver, package, specifier + name, out);
}

static bool is_path(const char *specifier)
{
    return specifier[0] == '/' || strncmp(specifier, "./", 2) == 0 ||
           strncmp(specifier, "../", 3) == 0 || strcmp(specifier, ".") == 0 ||
           strcmp(specifier, "..") == 0;
}

static void complain_of_extends(struct resolver *resolver, const struct tsconfig *config,
                                const char *specifier, const char *what)
{
    struct jig_error error = {0};
    jig_fail(&error, JIG_ERROR_SYNTAX, "extends '%.200s', which %s", specifier, what);
    snprintf(error.file, sizeof error.file, "%s", config->path);
    settings_tell(&resolver->settings, &error);
}

static struct tsconfig *find_extended(struct resolver *resolver, const struct tsconfig *config,
                                      const char *specifier)
{
    struct buf path = {0};
    struct tsconfig *found = NULL;
    if (is_path(specifier)) {
        candidate_set(resolver, &path, config->path, config->folder_length, specifier,
                      strlen(specifier));
        if (!find_file(resolver, &path))
            complain_of_extends(resolver, config, specifier, "is not there");
        found = tsconfig_at(resolver, buf_cstr(&path), path.length);
    } else if (find_packaged(resolver, config, specifier, &path)) {
        found = tsconfig_at(resolver, path.data, path.length);
    }
    buf_free(&path);
    return found;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* A file on its way to be read: its parents come first. */
struct reading {
    struct tsconfig *config;
    const json_t *extends;   /* string or array */
    size_t next;             /* the parent to look at */
    struct tsconfig *parent; /* that one, when it had to be read first */
};

typedef VEC(struct reading) reading_stack;

static void begin(struct resolver *resolver, reading_stack *stack, struct tsconfig *config)
{
    config->state = TSCONFIG_READING;
    config->json = settings_read_json(&resolver->settings, config->path, strlen(config->path));
    struct reading reading = {config, json_object_get(config->json, "extends"), 0, NULL};
    vec_push(stack, reading);
}

static const char *next_extended(const struct reading *reading)
{
    if (json_is_array(reading->extends))
        return json_string_value(json_array_get(reading->extends, reading->next));
    return reading->next == 0 ? json_string_value(reading->extends) : NULL;
}

static size_t extended_count(const struct reading *reading)
{
    return json_is_array(reading->extends) ? json_array_size(reading->extends)
                                           : json_is_string(reading->extends);
}

/* Later parents win over earlier ones. */
static void inherit(struct tsconfig *config, const struct tsconfig *parent)
{
    for (size_t i = 0; i < TSCONFIG_KEY_COUNT; i++)
        if (parent->values[i].json)
            config->values[i] = parent->values[i];
}

/* Takes one step with the parent that is due: has it read first, or inherits from it. */
static void look_at_parent(struct resolver *resolver, reading_stack *stack)
{
    struct reading *reading = &stack->data[stack->count - 1];
    struct tsconfig *config = reading->config, *parent = reading->parent;
    const char *specifier = next_extended(reading);
    if (!parent && specifier)
        parent = find_extended(resolver, config, specifier);
    if (parent && parent->state == TSCONFIG_UNREAD) {
        reading->parent = parent;
        begin(resolver, stack, parent); /* `reading` may have moved */
        return;
    }
    reading->next++;
    reading->parent = NULL;
    if (!parent)
        complain_of_extends(resolver, config, specifier ? specifier : "?",
                            "is nowhere to be found");
    else if (parent->state == TSCONFIG_READING)
        complain_of_extends(resolver, config, specifier, "leads back to itself");
    else
        inherit(config, parent);
}

static bool has_suffix(const struct buf *path, const char *suffix)
{
    size_t size = strlen(suffix);
    return path->length >= size && memcmp(path->data + path->length - size, suffix, size) == 0;
}

/* The tsconfig of one element of `references`. */
static struct tsconfig *find_reference(struct resolver *resolver, const struct tsconfig *config,
                                       const json_t *element)
{
    const char *text = settings_string(element, "path");
    if (!text)
        return NULL;
    struct buf path = {0};
    candidate_set(resolver, &path, config->path, config->folder_length, text, strlen(text));
    if (!has_suffix(&path, ".json"))
        candidate_add(&path, "tsconfig.json");
    struct tsconfig *found = tsconfig_at(resolver, buf_cstr(&path), path.length);
    buf_free(&path);
    return found;
}

static void finish(struct resolver *resolver, struct tsconfig *config)
{
    const json_t *options = json_object_get(config->json, "compilerOptions");
    for (size_t i = 0; i < TSCONFIG_KEY_COUNT; i++) {
        const json_t *own =
            json_object_get(keys[i].compiler_option ? options : config->json, keys[i].name);
        if (own)
            config->values[i] = (struct tsconfig_value){own, config};
    }
    const json_t *references = json_object_get(config->json, "references");
    size_t count = json_array_size(references);
    config->references =
        arena_alloc(&resolver->settings.arena, (count + 1) * sizeof config->references[0]);
    for (size_t i = 0; i < count; i++) {
        struct tsconfig *found = find_reference(resolver, config, json_array_get(references, i));
        if (found)
            config->references[config->reference_count++] = found;
    }
    config->state = TSCONFIG_READ;
}

struct tsconfig *tsconfig_read_locked(struct resolver *resolver, const char *path, size_t length)
{
    struct tsconfig *config = tsconfig_at(resolver, path, length);
    reading_stack stack = {0};
    if (config->state == TSCONFIG_UNREAD)
        begin(resolver, &stack, config);
    while (stack.count > 0) {
        const struct reading *top = &stack.data[stack.count - 1];
        if (top->next < extended_count(top)) {
            look_at_parent(resolver, &stack);
            continue;
        }
        finish(resolver, top->config);
        stack.count--;
    }
    vec_free(&stack);
    return config;
}
