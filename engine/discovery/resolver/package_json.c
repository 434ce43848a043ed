#include "engine/discovery/resolver/package_json.h"

#include "engine/discovery/resolver/real_path.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Stands in `installed` for a folder that is not there. */
static const struct package absent;

static bool is_in_node_modules(const char *path)
{
    for (const char *at = path; (at = strstr(at, "node_modules")); at += strlen("node_modules")) {
        char after = at[strlen("node_modules")];
        if ((at == path || at[-1] == '/') && (after == '/' || after == '\0'))
            return true;
    }
    return false;
}

/* What counts as given: JavaScript's false, null, 0 and "" do not. */
static const json_t *given(const json_t *value)
{
    if (json_is_object(value) || json_is_array(value))
        return value;
    return json_string_length(value) > 0 ? value : NULL;
}

static const char *text_of(const json_t *json, const char *key)
{
    const char *text = settings_string(json, key);
    return text && *text ? text : NULL;
}

static void fill(struct package *package, const json_t *json)
{
    package->json = json;
    package->name = text_of(json, "name");
    package->main = text_of(json, "main");
    package->types = text_of(json, "typings");
    if (!package->types)
        package->types = text_of(json, "types");
    package->tsconfig = text_of(json, "tsconfig");
    package->exports = given(json_object_get(json, "exports"));
    package->imports = given(json_object_get(json, "imports"));
}

struct package *package_in_locked(struct resolver *resolver, const char *folder, size_t length)
{
    struct package *package = path_map_find(&resolver->packages, folder, length);
    if (package)
        return package;
    struct settings *settings = &resolver->settings;
    package = arena_alloc(&settings->arena, sizeof *package);
    package->folder_length = length;
    package->folder = arena_strndup(&settings->arena, folder, length);
    package->ours = !is_in_node_modules(package->folder);

    struct buf path = {0};
    buf_append(&path, folder, length);
    candidate_add(&path, "package.json");
    if (candidate_is_file(resolver, &path))
        fill(package, settings_read_json(settings, path.data, path.length));
    buf_free(&path);
    path_map_insert(&resolver->packages, &settings->arena, package->folder, length, package);
    return package;
}

const struct package *package_in(struct resolver *resolver, const char *folder, size_t length)
{
    const struct package *package = path_map_find(&resolver->packages, folder, length);
    if (package)
        return package;
    pthread_mutex_lock(&resolver->lock);
    package = package_in_locked(resolver, folder, length);
    pthread_mutex_unlock(&resolver->lock);
    return package;
}

static const struct package *find_installed_locked(struct resolver *resolver, const char *holder,
                                                   size_t length)
{
    const struct package *package = path_map_find(&resolver->installed, holder, length);
    if (package)
        return package;
    struct buf folder = {0};
    buf_append(&folder, holder, length);
    package = &absent;
    if (candidate_kind(resolver, &folder) == TREE_FOLDER) {
        const struct real_folder *real = real_folder(resolver, folder.data, folder.length);
        package = package_in_locked(resolver, real->path, real->length);
    }
    buf_free(&folder);
    path_map_insert(&resolver->installed, &resolver->settings.arena, holder, length,
                    (void *)package);
    return package;
}

/* Room for a name in node_modules; longer ones no file system has. */
struct installed_path {
    size_t length;
    char text[2 * PATH_MAX];
};

static bool make_installed_path(struct installed_path *path, const char *holder,
                                size_t holder_length, const char *name, size_t name_length)
{
    static const char middle[] = "node_modules/";
    if (holder_length + sizeof middle + name_length >= sizeof path->text)
        return false;
    char *at = path->text;
    if (holder_length > 0) {
        at = mempcpy(at, holder, holder_length);
        *at++ = '/';
    }
    at = mempcpy(at, middle, sizeof middle - 1);
    at = mempcpy(at, name, name_length);
    *at = '\0';
    path->length = (size_t)(at - path->text);
    return true;
}

const struct package *package_installed_locked(struct resolver *resolver, const char *holder,
                                               size_t holder_length, const char *name,
                                               size_t name_length)
{
    struct installed_path path;
    if (!make_installed_path(&path, holder, holder_length, name, name_length))
        return NULL;
    const struct package *package = find_installed_locked(resolver, path.text, path.length);
    return package == &absent ? NULL : package;
}

const struct package *package_installed(struct resolver *resolver, const char *holder,
                                        size_t holder_length, const char *name, size_t name_length)
{
    struct installed_path path;
    if (!make_installed_path(&path, holder, holder_length, name, name_length))
        return NULL;
    const struct package *package = path_map_find(&resolver->installed, path.text, path.length);
    if (!package) {
        pthread_mutex_lock(&resolver->lock);
        package = find_installed_locked(resolver, path.text, path.length);
        pthread_mutex_unlock(&resolver->lock);
    }
    return package == &absent ? NULL : package;
}

/* ---- targets ------------------------------------------------------------------------------- */

/* Whether a component of the path, but for a first ".", would lead out of the package. */
static bool leads_out(const char *path, size_t length)
{
    const char *end = path + length;
    for (const char *at = path; at < end;) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        size_t size = (size_t)((slash ? slash : end) - at);
        bool dot = size == 1 && at[0] == '.';
        bool up = size == 2 && at[0] == '.' && at[1] == '.';
        if (dot || up || (size == strlen("node_modules") && memcmp(at, "node_modules", size) == 0))
            return true;
        at += size + 1;
    }
    return false;
}

bool target_expand(const struct target *target, struct buf *out)
{
    size_t limit = out->length + SPECIFIER_MAX_BYTES;
    if (!target->pattern) {
        buf_append_str(out, target->text);
        buf_append(out, target->star, target->star_length);
        return out->length <= limit;
    }
    for (const char *at = target->text; *at && out->length <= limit; at++) {
        if (*at == '*')
            buf_append(out, target->star, target->star_length);
        else
            buf_append_char(out, *at);
    }
    return out->length <= limit;
}

bool target_candidate(const struct resolver *resolver, const struct package *package,
                      const struct target *target, struct buf *out)
{
    const char *text = target->text;
    size_t length = strlen(text);
    if (strncmp(text, "./", 2) != 0 || leads_out(text + 2, length - 2) ||
        leads_out(target->star, target->star_length))
        return false;
    if (!target->pattern && target->star_length > 0 && text[length - 1] != '/')
        return false;
    buf_clear(out);
    buf_append(out, package->folder, package->folder_length);
    if (package->folder_length > 0)
        buf_append_char(out, '/');
    if (!target_expand(target, out))
        return false;
    candidate_settle(resolver, out);
    return true;
}

/* ---- names --------------------------------------------------------------------------------- */

size_t package_name_length(const char *specifier)
{
    size_t length = strcspn(specifier, "/");
    if (specifier[0] == '@') {
        if (specifier[length] == '\0')
            return 0;
        size_t second = strcspn(specifier + length + 1, "/");
        return second > 0 ? length + 1 + second : 0;
    }
    return specifier[0] == '.' ? 0 : length;
}

static int compare_names(const void *key, const void *element)
{
    return strcmp(key, *(const char *const *)element);
}

bool package_is_builtin(const char *name, size_t length)
{
    /* In byte order. */
    static const char *const names[] = {"assert",
                                        "async_hooks",
                                        "buffer",
                                        "child_process",
                                        "cluster",
                                        "console",
                                        "constants",
                                        "crypto",
                                        "dgram",
                                        "diagnostics_channel",
                                        "dns",
                                        "domain",
                                        "events",
                                        "fs",
                                        "http",
                                        "http2",
                                        "https",
                                        "inspector",
                                        "module",
                                        "net",
                                        "os",
                                        "path",
                                        "perf_hooks",
                                        "process",
                                        "punycode",
                                        "querystring",
                                        "readline",
                                        "repl",
                                        "stream",
                                        "string_decoder",
                                        "sys",
                                        "timers",
                                        "tls",
                                        "trace_events",
                                        "tty",
                                        "url",
                                        "util",
                                        "v8",
                                        "vm",
                                        "wasi",
                                        "worker_threads",
                                        "zlib"};
    char key[32];
    if (length >= sizeof key)
        return false;
    memcpy(key, name, length);
    key[length] = '\0';
    return bsearch(key, names, sizeof names / sizeof names[0], sizeof names[0], compare_names);
}
