#include "tools/jig/place.h"

#include "engine/base/path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char pipelines_name[] = "jig.yaml";
static const char ninja_name[] = "build.ninja";

static char *copy(const char *text)
{
    return mem_strndup(text, strlen(text));
}

/* ---- paths ------------------------------------------------------------------------------- */

/* Whether `path` is the folder `root` or lies below; *rest is then what follows root's slash. */
static bool is_below(const char *path, const char *root, const char **rest)
{
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (strncmp(path, root, length) != 0 || (path[length] && path[length] != '/'))
        return false;
    *rest = path[length] ? path + length + 1 : path + length;
    return true;
}

/* The absolute `path` as seen from the absolute folder `from`: "" when it is that. */
static char *path_from(const char *path, const char *from)
{
    struct buf out = {0};
    char *base = copy(from);
    const char *rest;
    while (!is_below(path, base, &rest)) {
        buf_append_str(&out, *buf_cstr(&out) ? "/.." : "..");
        size_t length = path_dir_length(base, strlen(base));
        base[length] = '\0';
    }
    if (out.length && *rest)
        buf_append_char(&out, '/');
    buf_append_str(&out, rest);
    free(base);
    return out.data ? out.data : copy("");
}

void place_spell(const struct place *place, const char *path, struct buf *out)
{
    if (!place->pipelines || !*path) {
        buf_append_str(out, path);
        return;
    }
    struct buf spelt = {0}, whole = {0};
    if (*path != '/' && *place->here)
        buf_printf(&spelt, "%s/", place->here);
    buf_append_str(&spelt, path);
    /* Of a path that leads out of the root and back in, only the whole shows where it ends. */
    if (*buf_cstr(&spelt) != '/')
        buf_printf(&whole, "%s/", place->root);
    buf_append_str(&whole, buf_cstr(&spelt));
    buf_reserve(&spelt, 1);
    buf_reserve(&whole, 1);
    spelt.length = path_canonicalize(spelt.data, spelt.length);
    whole.length = path_canonicalize(whole.data, whole.length);
    const char *rest;
    if (is_below(whole.data, place->root, &rest))
        buf_append_str(out, *rest ? rest : ".");
    else
        buf_append_str(out, spelt.data);
    buf_free(&spelt);
    buf_free(&whole);
}

void place_unspell(const struct place *place, const char *path, struct buf *out)
{
    if (!place->pipelines || !*place->here || *path == '/') {
        buf_append_str(out, path);
        return;
    }
    struct buf whole = {0}, here = {0};
    buf_printf(&whole, "%s/%s", place->root, path);
    buf_printf(&here, "%s/%s", place->root, place->here);
    buf_reserve(&whole, 1);
    buf_reserve(&here, 1);
    whole.length = path_canonicalize(whole.data, whole.length);
    here.length = path_canonicalize(here.data, here.length);
    char *typed = path_from(whole.data, here.data);
    buf_append_str(out, *typed ? typed : ".");
    free(typed);
    buf_free(&whole);
    buf_free(&here);
}

static bool exists_in(const char *folder, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
    bool there = access(path.data, F_OK) == 0;
    buf_free(&path);
    return there;
}

static bool is_yaml(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* ---- finding ----------------------------------------------------------------------------- */

/* The folders of the topmost and the nearest jig.yaml; NULL both when there is none. */
struct found {
    char *root;
    char *package;
};

static struct found find_pipelines(const char *start)
{
    struct found found = {0};
    char *folder = copy(start);
    for (;;) {
        if (exists_in(folder, pipelines_name)) {
            free(found.root);
            found.root = copy(folder);
            if (!found.package)
                found.package = copy(folder);
        }
        if (strcmp(folder, "/") == 0 || exists_in(folder, ".git"))
            break;
        folder[path_dir_length(folder, strlen(folder))] = '\0';
    }
    free(folder);
    return found;
}

static bool no_manifest(const char *start)
{
    struct jig_error error;
    jig_fail(&error, JIG_ERROR_USAGE, "no jig.yaml in '%s' or above it, and no build.ninja there",
             start);
    snprintf(error.advice, sizeof error.advice,
             "write a jig.yaml (see 'jig help config'), generate a build.ninja (e.g. with "
             "cmake -G Ninja), or say where one is with -C DIRECTORY or -f FILE");
    face_error(FACE_JIG, &error);
    return false;
}

/* -f FILE. A jig.yaml's own folder is its root. */
static void take_named(const char *file, const char *start, struct place *place)
{
    place->pipelines = is_yaml(file);
    size_t folder = place->pipelines ? path_dir_length(file, strlen(file)) : 0;
    place->root = folder ? mem_strndup(file, folder) : copy(start);
    place->manifest = copy(folder ? strrchr(file, '/') + 1 : file);
    place->package = copy("");
}

/* What is found from the folder `start` on; root stays NULL when there is nothing. */
static void take_found(const char *start, struct place *place)
{
    if (!exists_in(start, pipelines_name) && exists_in(start, ninja_name)) {
        take_named(ninja_name, start, place);
        return;
    }
    struct found found = find_pipelines(start);
    if (found.root) {
        place->pipelines = true;
        place->root = found.root;
        place->manifest = copy(pipelines_name);
        place->package = path_from(found.package, found.root);
    }
    free(found.package);
}

/* ---- entering ---------------------------------------------------------------------------- */

static void say_entering(enum face face, const char *directory)
{
    /* Editors look for this line, quotes included, to find the files that messages name. */
    printf("%s: Entering directory `%s'\n", face_name(face), directory);
    fflush(stdout);
}

static bool change_directory(enum face face, const struct build_request *request,
                             const char *directory)
{
    if (chdir(directory) == 0)
        return true;
    int errnum = errno;
    struct buf topic = {0};
    buf_printf(&topic, "jig help %s", request->command ? request->command : "build");
    face_wrong_usage(face, topic.data, "chdir to '%s' - %s", directory, strerror(errnum));
    buf_free(&topic);
    return false;
}

/* The current directory, allocated; NULL when it has no name: told. */
static char *current_directory(enum face face)
{
    char *directory = getcwd(NULL, 0);
    if (!directory)
        face_complain(face, "cannot tell the current directory: %s", strerror(errno));
    return directory;
}

/* From `start`, which is the current directory, to the place's root, if that is another. */
static bool go_to_root(enum face face, const struct build_request *request, const char *start,
                       bool tell, struct place *place)
{
    char *root = NULL;
    if (strcmp(place->root, start) == 0)
        root = copy(start);
    else if (change_directory(face, request, place->root))
        root = current_directory(face);
    if (!root)
        return false;
    free(place->root);
    place->root = root;
    place->here = path_from(start, root);
    if (*place->here && tell)
        say_entering(face, root);
    return true;
}

bool place_enter(enum face face, const struct build_request *request, bool tell,
                 struct place *place)
{
    *place = (struct place){0};
    if (request->directory && tell)
        say_entering(face, request->directory);
    if (request->directory && !change_directory(face, request, request->directory))
        return false;
    char *start = current_directory(face);
    if (!start)
        return false;
    if (request->manifest)
        take_named(request->manifest, start, place);
    else
        take_found(start, place);
    bool ready = place->root ? go_to_root(face, request, start, tell, place) : no_manifest(start);
    free(start);
    if (ready && request->cache_dir) {
        struct buf state_dir = {0};
        place_spell(place, request->cache_dir, &state_dir);
        place->state_dir = state_dir.data;
    }
    return ready;
}

void place_copy(struct place *to, const struct place *from)
{
    *to = (struct place){
        .manifest = copy(from->manifest),
        .state_dir = from->state_dir ? copy(from->state_dir) : NULL,
        .pipelines = from->pipelines,
        .root = copy(from->root),
        .here = copy(from->here),
        .package = copy(from->package),
    };
}

void place_free(struct place *place)
{
    free(place->manifest);
    free(place->state_dir);
    free(place->root);
    free(place->here);
    free(place->package);
    *place = (struct place){0};
}
