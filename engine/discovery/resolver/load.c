#include "engine/discovery/resolver/load.h"

#include <stdio.h>
#include <string.h>

static void set_in_package(const struct request *request, const struct package *package,
                           const char *path)
{
    candidate_set(request->resolver, request->out, package->folder, package->folder_length, path,
                  strlen(path));
}

/* ---- folders ------------------------------------------------------------------------------- */

/* What the package says it is entered by. */
static const char *entry_of(const struct package *package, unsigned mask)
{
    return (mask & PROBE_DECLARATION) && package->types ? package->types : package->main;
}

static bool load_index(const struct request *request, const struct package *package, unsigned mask)
{
    set_in_package(request, package, "index");
    return probe_module(request->resolver, request->out, mask);
}

/* A folder, by the `types` and `main` of its package.json, and by its index file. */
static bool load_folder(const struct request *request, const struct package *package, unsigned mask)
{
    const char *entry = entry_of(package, mask);
    if (!entry)
        return load_index(request, package, mask);
    set_in_package(request, package, entry);
    if (probe_named(request->resolver, request->out, mask))
        return true;
    /* `types` may name what has no declaration yet but a source. */
    unsigned wider = mask == PROBE_DECLARATION ? PROBE_TYPED : mask;
    if (probe_module(request->resolver, request->out, wider))
        return true;
    candidate_add(request->out, "index");
    return probe_module(request->resolver, request->out, wider) ||
           load_index(request, package, mask);
}

/* What bundlers find besides: assets as they are, and a few extensions more. */
static bool load_path_loosely(const struct request *request, bool folder_only)
{
    struct resolver *resolver = request->resolver;
    struct buf *out = request->out;
    enum tree_kind kind = candidate_kind(resolver, out);
    if (!folder_only && (kind == TREE_FILE || probe_more(resolver, out)))
        return true;
    if (kind != TREE_FOLDER)
        return false;
    candidate_add(out, "index");
    return probe_more(resolver, out);
}

bool load_path(const struct request *request, bool folder_only)
{
    struct resolver *resolver = request->resolver;
    struct buf *out = request->out;
    const unsigned mask = PROBE_TYPED | PROBE_PLAIN;
    if (request->loose)
        return load_path_loosely(request, folder_only);
    if (!folder_only && probe_module(resolver, out, mask))
        return true;
    return candidate_kind(resolver, out) == TREE_FOLDER &&
           load_folder(request, package_in(resolver, buf_cstr(out), out->length), mask);
}

/* ---- packages ------------------------------------------------------------------------------ */

struct take {
    const struct request *request;
    const struct package *package;
    unsigned mask;
    bool source; /* the target's source will do */
    bool asked;  /* a target inside the package was offered */
};

/* `dist/x.js` becomes `src/x.js`: the first folder below the package's own is another one. */
static bool probe_source(const struct take *take)
{
    const struct request *request = take->request;
    struct buf *out = request->out;
    size_t below = take->package->folder_length + (take->package->folder_length > 0);
    const char *slash = memchr(out->data + below, '/', out->length - below);
    if (!slash)
        return false;
    struct buf rest = {0};
    buf_append_str(&rest, slash + 1);
    candidate_cut(out, below);
    buf_append_str(out, "src/");
    buf_append(out, rest.data, rest.length);
    buf_free(&rest);
    return probe_module(request->resolver, out, PROBE_TYPED | PROBE_PLAIN);
}

static bool take_target(void *context, const struct target *target)
{
    struct take *take = context;
    const struct request *request = take->request;
    if (!target_candidate(request->resolver, take->package, target, request->out))
        return false;
    take->asked = true;
    return take->source ? probe_source(take)
                        : probe_named(request->resolver, request->out, take->mask);
}

/* "." and "./x" are what `exports` calls the package's name and what is after it. */
static bool offer_exports(struct take *take, const char *rest)
{
    char subpath[SPECIFIER_MAX_BYTES + 2];
    snprintf(subpath, sizeof subpath, ".%s", rest);
    return exports_match(take->package->exports, subpath, &take->request->conditions, take_target,
                         take);
}

bool load_exports(const struct request *request, const struct package *package, const char *rest,
                  unsigned mask)
{
    struct take take = {request, package, mask, false, false};
    return package->exports && offer_exports(&take, rest);
}

bool load_package(const struct request *request, const struct package *package, const char *rest,
                  unsigned mask)
{
    if (package->exports)
        return load_exports(request, package, rest, mask);
    if (!*rest)
        return load_folder(request, package, mask);
    struct resolver *resolver = request->resolver;
    struct buf *out = request->out;
    set_in_package(request, package, rest + 1);
    if (probe_module(resolver, out, mask))
        return true;
    enum tree_kind kind = candidate_kind(resolver, out);
    if (kind == TREE_FILE)
        return (mask & PROBE_ANY) != 0;
    return kind == TREE_FOLDER &&
           load_folder(request, package_in(resolver, buf_cstr(out), out->length), mask);
}

static bool load_below(const struct request *request, const struct package *package,
                       const char *folder, const char *name)
{
    set_in_package(request, package, folder);
    candidate_add(request->out, name);
    candidate_settle(request->resolver, request->out);
    return load_path(request, false);
}

bool load_source(const struct request *request, const struct package *package, const char *rest)
{
    struct take take = {request, package, 0, true, false};
    if (package->exports) {
        if (offer_exports(&take, rest))
            return true;
        if (!take.asked)
            return false;
    } else if (!*rest && entry_of(package, PROBE_DECLARATION)) {
        set_in_package(request, package, entry_of(package, PROBE_DECLARATION));
        if (probe_source(&take))
            return true;
    }
    struct request strict = *request, loose = *request;
    strict.loose = false;
    loose.loose = true;
    const char *name = *rest ? rest + 1 : "index";
    return load_below(&strict, package, "src", name) || load_below(&strict, package, "", name) ||
           load_below(&loose, package, "src", name) || load_below(&loose, package, "", name);
}
