/*
 * TypeScript and JavaScript: the order in which things are tried, as in moduleNameResolver.ts with
 * moduleResolution `bundler` (https://www.typescriptlang.org/docs/handbook/modules/reference.html).
 *
 * What comes on top: the packages of the tree by name without node_modules, their sources when they
 * are not built, assets and `?query` suffixes. What is left out: typesVersions, moduleSuffixes,
 * versioned `types@` conditions, files (not folders) in node_modules, and anything above the root.
 */
#include "engine/base/path.h"
#include "engine/discovery/resolver/load.h"
#include "engine/discovery/resolver/real_path.h"
#include "engine/discovery/resolver/workspace.h"

#include <string.h>

/* From one `#import` to another name: two will do, and lists of lists must not multiply. */
enum { HOPS_MAX = 32 };

static enum resolution resolve(const struct request *request, const char *specifier);

/* ---- relative ------------------------------------------------------------------------------ */

static bool is_relative(const char *specifier)
{
    if (specifier[0] != '.')
        return false;
    const char *after = specifier + (specifier[1] == '.' ? 2 : 1);
    return *after == '/' || *after == '\0';
}

static bool ends_in_slash(const char *text, size_t length)
{
    return length > 0 && text[length - 1] == '/';
}

/* `./x/`, `.` and `..` mean folders. */
static bool names_folder(const char *specifier, size_t length)
{
    const char *slash = memrchr(specifier, '/', length);
    const char *last = slash ? slash + 1 : specifier;
    size_t size = (size_t)(specifier + length - last);
    return size == 0 || (size == 1 && last[0] == '.') ||
           (size == 2 && last[0] == '.' && last[1] == '.');
}

/* The longest of the rootDirs that `path` lies in; UINT32_MAX: none. */
static uint32_t root_dir_of(const struct strings *dirs, const struct buf *path)
{
    uint32_t best = UINT32_MAX;
    size_t best_length = 0;
    for (uint32_t i = 0; i < dirs->count; i++) {
        size_t length = strlen(dirs->data[i]);
        if (length > path->length || (best != UINT32_MAX && length <= best_length) ||
            memcmp(path->data, dirs->data[i], length) != 0 ||
            (length > 0 && length < path->length && path->data[length] != '/'))
            continue;
        best = i;
        best_length = length;
    }
    return best;
}

/* `rootDirs` lays several folders over each other: a file in one sees those of the others. */
static bool load_in_root_dirs(const struct request *request, bool folder_only)
{
    const struct strings *dirs = &request->project->root_dirs;
    struct buf *out = request->out;
    uint32_t own = out->length > 0 ? root_dir_of(dirs, out) : UINT32_MAX;
    if (own == UINT32_MAX)
        return false;
    struct buf below = {0};
    size_t skip = strlen(dirs->data[own]);
    skip += skip > 0 && skip < out->length;
    buf_append_str(&below, out->data + skip);
    bool found = load_path(request, folder_only);
    for (uint32_t i = 0; i < dirs->count && !found; i++) {
        if (i == own)
            continue;
        candidate_set(request->resolver, out, dirs->data[i], strlen(dirs->data[i]),
                      buf_cstr(&below), below.length);
        found = load_path(request, folder_only);
    }
    buf_free(&below);
    return found;
}

static bool load_relative(const struct request *request, const char *specifier)
{
    const struct folder *folder = request->folder;
    size_t length = strlen(specifier);
    if (request->project && request->project->root_dirs.count > 0) {
        candidate_set(request->resolver, request->out, folder->path, folder->length, specifier,
                      length);
        if (load_in_root_dirs(request, ends_in_slash(specifier, length)))
            return true;
    }
    candidate_set(request->resolver, request->out, folder->path, folder->length, specifier, length);
    return load_path(request, names_folder(specifier, length));
}

/* ---- paths and baseUrl --------------------------------------------------------------------- */

static bool load_mapped(const struct request *request, const struct mapping *mapping,
                        const char *star, size_t star_length)
{
    struct buf *out = request->out;
    for (uint32_t i = 0; i < mapping->targets.count; i++) {
        const char *text = mapping->targets.data[i];
        const char *hole = mapping->star ? strchr(text, '*') : NULL;
        buf_clear(out);
        if (hole) {
            buf_append(out, text, (size_t)(hole - text));
            buf_append(out, star, star_length);
            buf_append_str(out, hole + 1);
            candidate_settle(request->resolver, out);
        } else {
            buf_append_str(out, text);
        }
        if (probe_written(request->resolver, out) ||
            load_path(request, hole && !hole[1] && ends_in_slash(star, star_length)))
            return true;
    }
    return false;
}

/* ---- packages ------------------------------------------------------------------------------ */

/* What will do, most wanted first: types, then what runs, then the very file. */
static const unsigned passes[] = {PROBE_TYPED, PROBE_PLAIN, PROBE_ANY};
enum { PASS_COUNT = sizeof passes / sizeof passes[0] };

/* `@types/x`, `@types/scope__x`: where declarations lie that a package does not bring along. */
static size_t types_name(const char *specifier, size_t length, char *name, size_t room)
{
    static const char prefix[] = "@types/";
    if (sizeof prefix + length + 1 >= room)
        return 0;
    char *at = mempcpy(name, prefix, sizeof prefix - 1);
    const char *slash = specifier[0] == '@' ? memchr(specifier, '/', length) : NULL;
    if (!slash) {
        at = mempcpy(at, specifier, length);
    } else {
        at = mempcpy(at, specifier + 1, (size_t)(slash - specifier - 1));
        at = mempcpy(at, "__", 2);
        at = mempcpy(at, slash + 1, length - (size_t)(slash + 1 - specifier));
    }
    return (size_t)(at - name);
}

/* A name as the node_modules folders know it. */
struct wanted {
    const char *specifier;
    const char *rest; /* what follows the name: "" or "/…" */
    size_t name_length;
    char types[256];
    size_t types_length;        /* 0: no such name */
    const struct package *ours; /* met on the way, of the workspace, without a file to load */
};

static bool load_from_modules(const struct request *request, const struct folder *holder,
                              struct wanted *wanted, unsigned mask)
{
    const struct package *package = package_installed(
        request->resolver, holder->path, holder->length, wanted->specifier, wanted->name_length);
    if (package && load_package(request, package, wanted->rest, mask))
        return true;
    if (package && package->ours && !wanted->ours)
        wanted->ours = package;
    if (!(mask & PROBE_DECLARATION) || wanted->types_length == 0)
        return false;
    package = package_installed(request->resolver, holder->path, holder->length, wanted->types,
                                wanted->types_length);
    return package && load_package(request, package, wanted->rest, PROBE_DECLARATION);
}

static bool load_installed(const struct request *request, struct wanted *wanted)
{
    const struct folder *nearest = request->folder->modules;
    for (size_t i = 0; i < PASS_COUNT && nearest; i++)
        for (const struct folder *holder = nearest; holder;
             holder = holder->parent ? holder->parent->modules : NULL)
            if (load_from_modules(request, holder, wanted, passes[i]))
                return true;
    return false;
}

/* A package of the workspace that node_modules does not have. Node's own modules go before it. */
static bool load_from_workspace(const struct request *request, struct wanted *wanted)
{
    if (!wanted->ours && !package_is_builtin(wanted->specifier, strcspn(wanted->specifier, "/")))
        wanted->ours = workspace_find(request->resolver, wanted->specifier, wanted->name_length);
    if (!wanted->ours)
        return false;
    for (size_t i = 0; i < PASS_COUNT; i++)
        if (load_package(request, wanted->ours, wanted->rest, passes[i]))
            return true;
    return load_source(request, wanted->ours, wanted->rest);
}

/* A package may import itself by its name, through its `exports`. */
static bool load_self(const struct request *request, const char *specifier)
{
    const struct package *scope = request->folder->scope;
    if (!scope || !scope->name || !scope->exports)
        return false;
    size_t length = strlen(scope->name);
    if (strncmp(specifier, scope->name, length) != 0 ||
        (specifier[length] != '\0' && specifier[length] != '/'))
        return false;
    for (size_t i = 0; i < PASS_COUNT; i++)
        if (load_exports(request, scope, specifier + length, passes[i]))
            return true;
    return scope->ours && load_source(request, scope, specifier + length);
}

static enum resolution resolve_packaged(const struct request *request, const char *specifier)
{
    struct wanted wanted = {.specifier = specifier};
    wanted.name_length = package_name_length(specifier);
    if (wanted.name_length == 0)
        return RESOLUTION_EXTERNAL;
    wanted.rest = specifier + wanted.name_length;
    wanted.types_length =
        types_name(specifier, wanted.name_length, wanted.types, sizeof wanted.types);
    if (load_self(request, specifier) || load_installed(request, &wanted) ||
        load_from_workspace(request, &wanted))
        return RESOLUTION_FILE;
    return wanted.ours ? RESOLUTION_UNRESOLVED : RESOLUTION_EXTERNAL;
}

/* ---- #imports ------------------------------------------------------------------------------ */

struct import_take {
    const struct request *request;
    const struct package *scope;
    enum resolution result;
};

/* A target is a file of the package, or the name of another package. */
static bool take_import(void *context, const struct target *target)
{
    struct import_take *take = context;
    const struct request *request = take->request;
    if (target->text[0] == '.' || target->text[0] == '/')
        return target_candidate(request->resolver, take->scope, target, request->out) &&
               (probe_named(request->resolver, request->out, PROBE_TYPED | PROBE_PLAIN) ||
                probe_named(request->resolver, request->out, PROBE_ANY));
    if (*request->hops == 0)
        return false;
    --*request->hops;
    struct buf name = {0};
    struct request inner = *request;
    inner.folder = folder_of(request->resolver, take->scope->folder, take->scope->folder_length);
    enum resolution result =
        target_expand(target, &name) ? resolve(&inner, buf_cstr(&name)) : RESOLUTION_UNRESOLVED;
    buf_free(&name);
    if (take->result != RESOLUTION_FILE && result != RESOLUTION_UNRESOLVED)
        take->result = result;
    return result == RESOLUTION_FILE;
}

static enum resolution resolve_import(const struct request *request, const char *specifier)
{
    const struct package *scope = request->folder->scope;
    struct import_take take = {request, scope, RESOLUTION_UNRESOLVED};
    if (!scope || !scope->imports || specifier[1] == '\0' || specifier[1] == '/')
        return RESOLUTION_UNRESOLVED;
    if (imports_match(scope->imports, specifier, &request->conditions, take_import, &take))
        return RESOLUTION_FILE;
    return take.result;
}

/* ---- all together -------------------------------------------------------------------------- */

/* By its place: relative, absolute, through `paths` or `baseUrl`. */
static bool load_by_place(const struct request *request, const char *specifier)
{
    const struct project *project = request->project;
    if (is_relative(specifier))
        return load_relative(request, specifier);
    const char *star;
    size_t star_length, length = strlen(specifier);
    const struct mapping *mapping =
        project ? project_mapping(project, specifier, length, &star, &star_length) : NULL;
    if (mapping && load_mapped(request, mapping, star, star_length))
        return true;
    if (specifier[0] == '/')
        return load_relative(request, specifier);
    if (mapping || !project || !project->base_url)
        return false;
    candidate_set(request->resolver, request->out, project->base_url, strlen(project->base_url),
                  specifier, length);
    return load_path(request, ends_in_slash(specifier, length));
}

/* Whether an entry of `paths` is about this name in particular, so that it should be here. */
static bool is_promised(const struct project *project, const char *specifier)
{
    const char *star;
    size_t star_length;
    const struct mapping *mapping =
        project ? project_mapping(project, specifier, strlen(specifier), &star, &star_length)
                : NULL;
    return mapping && mapping->prefix_length + mapping->suffix_length > 0;
}

static enum resolution resolve_by_name(const struct request *request, const char *specifier)
{
    if (is_relative(specifier) || specifier[0] == '/')
        return RESOLUTION_UNRESOLVED;
    if (specifier[0] == '#')
        return resolve_import(request, specifier);
    return strchr(specifier, ':') ? RESOLUTION_EXTERNAL : resolve_packaged(request, specifier);
}

static enum resolution resolve(const struct request *request, const char *specifier)
{
    if (load_by_place(request, specifier))
        return RESOLUTION_FILE;
    enum resolution result = resolve_by_name(request, specifier);
    if (result == RESOLUTION_FILE)
        return result;
    struct request loose = *request;
    loose.loose = true;
    if (load_by_place(&loose, specifier))
        return RESOLUTION_FILE;
    return is_promised(request->project, specifier) ? RESOLUTION_UNRESOLVED : result;
}

/* `./x.svg?raw`: a suffix that tells the bundler what to do with the file. */
static enum resolution resolve_without_query(const struct request *request, const char *specifier)
{
    char name[SPECIFIER_MAX_BYTES + 1];
    size_t length = strcspn(specifier, "?");
    if (specifier[length] == '\0' || length == 0)
        return RESOLUTION_UNRESOLVED;
    memcpy(name, specifier, length);
    name[length] = '\0';
    return resolve(request, name);
}

static enum resolution resolve_from(struct resolver *resolver, const char *from,
                                    const char *specifier, enum fact_import_kind kind,
                                    struct buf *out)
{
    const struct folder *folder = folder_of(resolver, from, path_dir_length(from, strlen(from)));
    uint32_t hops = HOPS_MAX;
    struct request request = {.resolver = resolver,
                              .folder = folder,
                              .project = folder->project,
                              .conditions = {.require = kind == IMPORT_REQUIRE},
                              .out = out,
                              .hops = &hops};
    if (folder->refers)
        request.project = project_of_file(resolver, folder->tsconfig, from, strlen(from));
    if (request.project) {
        request.conditions.custom = request.project->conditions.data;
        request.conditions.custom_count = request.project->conditions.count;
    }
    enum resolution result = resolve(&request, specifier);
    if (result != RESOLUTION_FILE && resolve_without_query(&request, specifier) == RESOLUTION_FILE)
        result = RESOLUTION_FILE;
    return result;
}

/*
 * Node and the bundlers start from where the file really lies. tsc starts from the name that a
 * relative import had, which counts here where the other way finds nothing, or for what jobs make
 * under such a name.
 */
enum resolution resolve_typescript(struct resolver *resolver, const char *from,
                                   const char *specifier, enum fact_import_kind kind,
                                   struct buf *out)
{
    struct buf real = {0};
    enum resolution result = RESOLUTION_UNRESOLVED;
    bool moved = real_file(resolver, from, strlen(from), true, &real);
    if (moved && resolver->files.made_kind)
        result = resolve_from(resolver, from, specifier, kind, out);
    if (moved && (result != RESOLUTION_FILE || !candidate_is_made(resolver, out)))
        result = resolve_from(resolver, buf_cstr(&real), specifier, kind, out);
    if (result == RESOLUTION_UNRESOLVED)
        result = resolve_from(resolver, from, specifier, kind, out);
    buf_free(&real);
    return result;
}
