#include "engine/discovery/resolver/real_path.h"

#include "engine/base/path.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As many as Linux follows (path_resolution(7)). */
enum { LINKS_MAX = 40 };

struct real_paths {
    pthread_mutex_t lock; /* for what follows, but for looking up in `folders` */
    struct arena arena;
    struct path_map folders; /* to struct real_folder */
};

struct real_paths *real_paths_create(void)
{
    struct real_paths *real = mem_zalloc(sizeof *real);
    pthread_mutex_init(&real->lock, NULL);
    return real;
}

void real_paths_destroy(struct real_paths *real)
{
    path_map_free(&real->folders);
    arena_free(&real->arena);
    pthread_mutex_destroy(&real->lock);
    free(real);
}

/* ---- walking ------------------------------------------------------------------------------- */

struct walk {
    const struct resolver *resolver;
    struct buf *at; /* a real folder, or at last a real file */
    unsigned links;
};

/* What the link at `path` says; 0: it is none. */
static size_t read_link(const struct resolver *resolver, const char *path, size_t length,
                        char target[PATH_MAX])
{
    if (length == 0)
        return 0; /* the root's path is real */
    if (resolver->files.tree)
        return tree_read_link(resolver->files.tree, path, length, target, PATH_MAX);
    char *name = mem_strndup(path, length);
    ssize_t filled = readlink(name, target, PATH_MAX);
    free(name);
    return filled <= 0 || filled == PATH_MAX ? 0 : (size_t)filled;
}

static bool is_text(const char *name, size_t length, const char *text)
{
    return length == strlen(text) && memcmp(name, text, length) == 0;
}

static bool follow(struct walk *walk, const char *path, size_t length);

/* Recursion is by links in links, so at most LINKS_MAX deep. */
static bool step(struct walk *walk, const char *name, size_t length)
{
    struct buf *at = walk->at;
    size_t folder = at->length;
    bool up = is_text(name, length, "..");
    if (length == 0 || is_text(name, length, "."))
        return true;
    candidate_add(at, "");
    buf_append(at, name, length);
    candidate_settle(walk->resolver, at);
    char target[PATH_MAX];
    size_t size = up ? 0 : read_link(walk->resolver, at->data, at->length, target);
    if (size == 0)
        return true;
    candidate_cut(at, folder);
    return walk->links++ < LINKS_MAX && follow(walk, target, size);
}

static bool follow(struct walk *walk, const char *path, size_t length)
{
    if (length > 0 && path[0] == '/') {
        buf_clear(walk->at);
        buf_append_char(walk->at, '/');
    }
    for (size_t begin = 0; begin < length;) {
        const char *slash = memchr(path + begin, '/', length - begin);
        size_t end = slash ? (size_t)(slash - path) : length;
        if (!step(walk, path + begin, end - begin))
            return false;
        begin = end + 1;
    }
    return true;
}

bool real_walk(const struct resolver *resolver, struct buf *out, const char *path, size_t length)
{
    struct walk walk = {.resolver = resolver, .at = out};
    return follow(&walk, path, length);
}

/* ---- folders ------------------------------------------------------------------------------- */

static struct real_folder *find_folder(const struct resolver *resolver, const char *path,
                                       size_t length)
{
    struct buf real = {0};
    if (!real_walk(resolver, &real, path, length)) {
        buf_clear(&real);
        buf_append(&real, path, length);
    }
    struct arena *arena = &resolver->real->arena;
    struct real_folder *folder = arena_alloc(arena, sizeof *folder);
    folder->path = arena_strndup(arena, buf_cstr(&real), real.length);
    folder->length = real.length;
    folder->moved = !is_text(path, length, folder->path);
    buf_free(&real);
    return folder;
}

const struct real_folder *real_folder(const struct resolver *resolver, const char *path,
                                      size_t length)
{
    struct real_paths *real = resolver->real;
    struct real_folder *folder = path_map_find(&real->folders, path, length);
    if (folder)
        return folder;
    pthread_mutex_lock(&real->lock);
    folder = path_map_find(&real->folders, path, length);
    if (!folder) {
        folder = find_folder(resolver, path, length);
        path_map_insert(&real->folders, &real->arena, path, length, folder);
    }
    pthread_mutex_unlock(&real->lock);
    return folder;
}

/* ---- files --------------------------------------------------------------------------------- */

bool real_file(const struct resolver *resolver, const char *path, size_t length, bool itself,
               struct buf *out)
{
    char target[PATH_MAX];
    size_t skip = path_dir_length(path, length);
    const struct real_folder *folder = real_folder(resolver, path, skip);
    bool is_link = itself && read_link(resolver, path, length, target) > 0;
    if (!folder->moved && !is_link)
        return false;
    skip += skip < length && path[skip] == '/';
    buf_clear(out);
    buf_append(out, folder->path, folder->length);
    if (is_link)
        return real_walk(resolver, out, path + skip, length - skip);
    candidate_add(out, path + skip);
    candidate_settle(resolver, out);
    return true;
}
