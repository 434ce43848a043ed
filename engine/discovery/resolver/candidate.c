#include "engine/base/path.h"
#include "engine/discovery/resolver/real_path.h"

#include <string.h>

/* Replaces the first `count` bytes of `out` by nothing. */
static void drop_front(struct buf *out, size_t count)
{
    memmove(out->data, out->data + count, out->length - count + 1);
    out->length -= count;
}

/* `path` is at or below the folder `dir` (without a trailing slash). */
static bool is_below(const char *path, size_t length, const char *dir, size_t dir_length)
{
    return length >= dir_length && memcmp(path, dir, dir_length) == 0 &&
           (length == dir_length || path[dir_length] == '/');
}

/* An absolute path that leads into the tree gets the name it has there. */
static void settle_absolute(const struct resolver *resolver, struct buf *out)
{
    if (!is_below(out->data, out->length, resolver->root, resolver->root_length))
        return;
    size_t front = resolver->root_length;
    drop_front(out, front < out->length ? front + 1 : front);
}

/* Where component `index` from the end (1 is the last) of the root's path begins; NULL: no such. */
static const char *root_component(const struct resolver *resolver, size_t index, size_t *length)
{
    const char *end = resolver->root + resolver->root_length;
    for (;;) {
        const char *slash = memrchr(resolver->root, '/', (size_t)(end - resolver->root));
        if (!slash)
            return NULL;
        if (--index == 0) {
            *length = (size_t)(end - slash - 1);
            return slash + 1;
        }
        end = slash;
    }
}

/* `../main/x` is `x` when the root is called `main`. */
static void settle_upward(const struct resolver *resolver, struct buf *out)
{
    size_t ups = 0;
    while (strncmp(out->data + 3 * ups, "../", 3) == 0)
        ups++;
    size_t kept = ups;
    size_t at = 3 * ups; /* what is after the ups that were, and the components they undid */
    while (kept > 0) {
        size_t length;
        const char *name = root_component(resolver, kept, &length);
        if (!name || !is_below(out->data + at, out->length - at, name, length))
            break;
        kept--;
        at += length;
        at += at < out->length;
    }
    if (kept < ups)
        drop_front(out, at - 3 * kept);
    for (size_t i = 0; kept < ups && i < kept; i++)
        memcpy(out->data + 3 * i, "../", 3);
}

void candidate_settle(const struct resolver *resolver, struct buf *out)
{
    if (out->length == 0)
        return;
    out->length = path_canonicalize(out->data, out->length);
    if (out->data[0] == '/')
        settle_absolute(resolver, out);
    else if (strncmp(out->data, "../", 3) == 0)
        settle_upward(resolver, out);
    else if (strcmp(out->data, ".") == 0)
        buf_clear(out);
}

void candidate_set(const struct resolver *resolver, struct buf *out, const char *folder,
                   size_t folder_length, const char *path, size_t length)
{
    buf_clear(out);
    if (length == 0 || path[0] != '/') {
        buf_append(out, folder, folder_length);
        if (folder_length > 0)
            buf_append_char(out, '/');
    }
    buf_append(out, path, length);
    candidate_settle(resolver, out);
}

/* How much of the path is up to the end of its last `..`; 0: there is none. */
static size_t last_up(const char *path, size_t length)
{
    while (length > 0) {
        const char *slash = memrchr(path, '/', length);
        size_t begin = slash ? (size_t)(slash - path) + 1 : 0;
        if (length - begin == 2 && memcmp(path + begin, "..", 2) == 0)
            return length;
        length = slash ? begin - 1 : 0;
    }
    return 0;
}

bool candidate_is_made(const struct resolver *resolver, const struct buf *out)
{
    const struct resolver_files *files = &resolver->files;
    return out->length > 0 && files->made_kind &&
           files->made_kind(files->context, out->data, out->length) == TREE_FILE;
}

void candidate_walk(const struct resolver *resolver, struct buf *out, const char *folder,
                    size_t folder_length, const char *path, size_t length)
{
    candidate_set(resolver, out, folder, folder_length, path, length);
    size_t up = last_up(path, length);
    if (up == 0 || candidate_is_made(resolver, out))
        return;
    const struct real_folder *real = real_folder(resolver, folder, folder_length);
    buf_clear(out);
    buf_append(out, real->path, real->length);
    if (real_walk(resolver, out, path, up)) {
        up += up < length;
        candidate_add(out, "");
        buf_append(out, path + up, length - up);
        candidate_settle(resolver, out);
    } else {
        candidate_set(resolver, out, folder, folder_length, path, length);
    }
}

static bool is_in_root(const struct buf *path)
{
    return path->length > 0 && path->data[0] != '/' && strncmp(path->data, "../", 3) != 0;
}

void candidate_follow(const struct resolver *resolver, struct buf *out, bool itself)
{
    struct buf real = {0};
    if (!candidate_is_made(resolver, out) &&
        real_file(resolver, out->data, out->length, itself, &real) && is_in_root(&real) &&
        candidate_is_file(resolver, &real)) {
        buf_clear(out);
        buf_append(out, real.data, real.length);
    }
    buf_free(&real);
}

void candidate_add(struct buf *out, const char *name)
{
    if (out->length > 0 && out->data[out->length - 1] != '/')
        buf_append_char(out, '/');
    buf_append_str(out, name);
}

/* What is not there under this name may still be made under its real one. */
static enum tree_kind made_elsewhere(const struct resolver *resolver, const struct buf *out)
{
    const struct resolver_files *files = &resolver->files;
    struct buf real = {0};
    enum tree_kind kind = TREE_MISSING;
    if (real_file(resolver, out->data, out->length, false, &real))
        kind = files->made_kind(files->context, real.data, real.length);
    buf_free(&real);
    return kind;
}

enum tree_kind candidate_kind(const struct resolver *resolver, const struct buf *out)
{
    if (out->length == 0)
        return TREE_FOLDER;
    const struct resolver_files *files = &resolver->files;
    enum tree_kind kind = files->kind_of(files->context, out->data, out->length);
    return kind == TREE_MISSING && files->made_kind ? made_elsewhere(resolver, out) : kind;
}
