/*
 * Where links and probes end.
 *
 * A file that comes or goes changes what a link leads to only when following the link ends at that
 * file, or where it would be; so for a tree with many links it is enough to know all those ends.
 * They are real paths, as digests: a false hit costs a look at all links. For a file it does not
 * matter whether an end was found before it came or afterwards. A folder or a link that comes or
 * goes may turn ways, so then all links are looked at, and all ends are found again.
 */
#include "engine/discovery/walk/tree_partial.h"

#include "engine/base/path.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_SLOTS = 64, LINKS_MAX = 40 /* as many as Linux follows, path_resolution(7) */ };

/* A set of digests, never 0. */
struct digest_set {
    uint64_t *slots; /* open addressing; 0: empty */
    uint32_t slot_count, used;
};

struct tree_ends {
    char root[PATH_MAX];     /* its real path; "": not found yet */
    struct digest_set ends;  /* real paths in the root, relative to it */
    struct digest_set known; /* paths of links and probes whose ends are in `ends`, or outside */
    uint32_t links_followed; /* the tree's when that was so for all of them */
};

/* ---- sets ---------------------------------------------------------------------------------- */

static uint64_t *find_slot(const struct digest_set *set, uint64_t digest)
{
    uint32_t mask = set->slot_count - 1, slot = (uint32_t)digest & mask;
    while (set->slots[slot] && set->slots[slot] != digest)
        slot = (slot + 1) & mask;
    return &set->slots[slot];
}

static void grow(struct digest_set *set)
{
    struct digest_set larger = {.slot_count = set->slot_count ? set->slot_count * 2 : FIRST_SLOTS,
                                .used = set->used};
    larger.slots = mem_array(larger.slot_count, sizeof *larger.slots);
    for (uint32_t i = 0; i < set->slot_count; i++) {
        if (set->slots[i])
            *find_slot(&larger, set->slots[i]) = set->slots[i];
    }
    free(set->slots);
    *set = larger;
}

static uint64_t digest_path(const char *path, size_t length)
{
    uint64_t digest = XXH3_64bits(path, length);
    return digest ? digest : 1;
}

/* Whether it was not there. */
static bool add(struct digest_set *set, uint64_t digest)
{
    if (set->used * 2 >= set->slot_count)
        grow(set);
    uint64_t *slot = find_slot(set, digest);
    bool added = !*slot;
    set->used += added;
    *slot = digest;
    return added;
}

static void clear(struct digest_set *set)
{
    free(set->slots);
    *set = (struct digest_set){0};
}

struct tree_ends *tree_ends_create(void)
{
    return mem_zalloc(sizeof(struct tree_ends));
}

void tree_ends_clear(struct tree *tree)
{
    clear(&tree->ends->ends);
    clear(&tree->ends->known);
    tree->ends->root[0] = '\0';
    tree->around_ended = 0;
}

void tree_ends_destroy(struct tree_ends *ends)
{
    clear(&ends->ends);
    clear(&ends->known);
    free(ends);
}

/* ---- following ----------------------------------------------------------------------------- */

/* The real path of the longest part of `path` that exists, and one name more if there is one. */
static bool find_stop(const char *path, struct buf *stop)
{
    char part[PATH_MAX], real[PATH_MAX];
    size_t length = strlen(path), whole = length, cut = length;
    if (length >= sizeof part)
        return false;
    memcpy(part, path, length + 1);
    while (!realpath(part, real)) {
        if (length <= 1)
            return false;
        cut = length;
        length = path_dir_length(path, length);
        part[length] = '\0';
    }
    buf_clear(stop);
    buf_append_str(stop, real);
    if (length == whole)
        return true;
    size_t skip = path[length] == '/' ? length + 1 : length;
    if (strcmp(real, "/") != 0)
        buf_append_char(stop, '/');
    buf_append(stop, path + skip, cut - skip);
    return true;
}

/* Where following the absolute `path` ends or cannot go on. False: nowhere, it is a loop. */
static bool find_end(const char *path, struct buf *end)
{
    struct buf next = {0};
    bool found = false;
    buf_append_str(&next, path);
    for (int links = 0; links < LINKS_MAX; links++) {
        char target[PATH_MAX];
        if (!find_stop(next.data, end))
            break;
        /* A link that is left there leads to what does not exist. */
        ssize_t size = readlink(end->data, target, sizeof target - 1);
        if (size <= 0) {
            found = true;
            break;
        }
        target[size] = '\0';
        buf_clear(&next);
        if (target[0] != '/')
            buf_printf(&next, "%.*s/", (int)path_dir_length(end->data, end->length), end->data);
        buf_append_str(&next, target);
    }
    buf_free(&next);
    return found;
}

/* Of a path in the root, what comes after the root's, "" for the root; or NULL. */
static const char *part_in_root(const struct tree_ends *ends, const struct buf *path)
{
    size_t root = strcmp(ends->root, "/") == 0 ? 0 : strlen(ends->root);
    if (path->length < root || memcmp(path->data, ends->root, root) != 0)
        return NULL;
    if (path->data[root] == '/')
        return path->data + root + 1;
    return path->data[root] ? NULL : path->data + root;
}

static void append_whole(const struct tree_ends *ends, const char *path, size_t length,
                         struct buf *whole)
{
    if (path[0] != '/')
        buf_printf(whole, "%s/", ends->root);
    buf_append(whole, path, length);
}

static void add_end(struct tree_ends *ends, const char *path, size_t length)
{
    if (!add(&ends->known, digest_path(path, length)))
        return;
    struct buf whole = {0}, end = {0};
    append_whole(ends, path, length, &whole);
    const char *part = find_end(whole.data, &end) ? part_in_root(ends, &end) : NULL;
    if (part)
        add(&ends->ends, digest_path(part, strlen(part)));
    buf_free(&whole);
    buf_free(&end);
}

static void add_links(struct tree *tree, const struct tree_place *place, struct buf *path)
{
    for (uint32_t i = 0; i < place->entries_count; i++) {
        const struct tree_entry *entry = &tree->entries.data[place->entries_begin + i];
        if (!tree_entry_is_followed_link(entry))
            continue;
        buf_clear(path);
        if (place->path_length)
            buf_printf(path, "%s/", place_path(tree, place));
        buf_append(path, tree->text.data + entry->name, entry->length);
        add_end(tree->ends, path->data, path->length);
    }
}

static bool find_root(struct tree *tree)
{
    return tree->ends->root[0] || realpath(tree->root, tree->ends->root);
}

/* Adds what was followed or asked about since the last time. */
static bool update(struct tree *tree)
{
    struct tree_ends *ends = tree->ends;
    uint32_t followed = atomic_load_explicit(&tree->links_followed, memory_order_relaxed);
    if (!find_root(tree))
        return false;
    if (ends->links_followed == followed && tree->around_ended == tree->around.count)
        return true;
    struct buf path = {0};
    for (uint32_t i = 0; i < tree->around.count; i++) {
        const struct tree_place *place = &tree->places.data[tree->around.data[i]];
        if (place->flags & PLACE_PROBE)
            add_end(ends, place_path(tree, place), place->path_length);
        else if (place->flags & PLACE_LINKS)
            add_links(tree, place, &path);
    }
    buf_free(&path);
    ends->links_followed = followed;
    tree->around_ended = tree->around.count;
    return true;
}

bool tree_ends_at(struct tree *tree, const char *path, size_t length)
{
    tree_find_around(tree);
    if (tree->around.count == 0)
        return false;
    if (!update(tree))
        return true;
    const struct digest_set *ends = &tree->ends->ends;
    return ends->used && *find_slot(ends, digest_path(path, length));
}

bool tree_real_folder(struct tree *tree, const char *dir, size_t length, struct buf *real)
{
    struct buf whole = {0}, stop = {0};
    const char *part = NULL;
    if (find_root(tree)) {
        append_whole(tree->ends, dir, length, &whole);
        part = find_stop(whole.data, &stop) ? part_in_root(tree->ends, &stop) : NULL;
    }
    size_t size = part ? strlen(part) : 0;
    bool above = part && size <= length && memcmp(part, dir, size) == 0 &&
                 (size == length || dir[size] == '/'); /* or the folder itself */
    bool other = part && !above;
    buf_clear(real);
    if (other)
        buf_append_str(real, part);
    buf_free(&whole);
    buf_free(&stop);
    return other;
}
