/*
 * The partial refresh: what is told to have happened, and nothing else.
 */
#include "engine/discovery/walk/tree_partial.h"

#include "engine/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

enum { LOOK_GRAIN = 8 };

void tree_changes_free(struct tree_changes *changes)
{
    vec_free(&changes->list);
    arena_free(&changes->arena);
    *changes = (struct tree_changes){0};
}

/* ---- what a told path comes to ------------------------------------------------------------- */

struct visit *partial_touch(struct partial *partial, uint32_t id)
{
    struct visit *visit = visit_of(&partial->refresh, id);
    if (!visit->touched)
        vec_push(&partial->touched, id);
    visit->touched = true;
    return visit;
}

static bool is_outside(const char *path, size_t length)
{
    return path[0] == '/' ||
           (length >= 2 && memcmp(path, "..", 2) == 0 && (length == 2 || path[2] == '/'));
}

/* Whether the path leads into what git keeps: its exclude file may be meant, by any name. */
static bool is_of_repository(const char *path, size_t length)
{
    return length >= 4 && memcmp(path, ".git", 4) == 0 && (length == 4 || path[4] == '/');
}

/* The nearest known folder above the path, which is cut to what lies directly in it. */
static uint32_t folder_above(const struct tree *tree, const char *path, size_t *length)
{
    for (;;) {
        size_t dir_length = path_dir_length(path, *length);
        uint32_t id = tree_find(tree, path, dir_length);
        const struct tree_place *place = id == PLACE_NONE ? NULL : &tree->places.data[id];
        if (dir_length == 0 || (place && place_is_folder(place) && !place_is_gone(place)))
            return id;
        *length = dir_length;
    }
}

/* What is at the path, a link not followed; false: nothing, or nobody knows. */
static bool look(const struct tree *tree, const char *path, enum entry_type *type)
{
    struct stat st;
    if (fstatat(tree->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    *type = tree_type_of_mode(st.st_mode);
    return true;
}

/* A link that still is one: it may be another, if it was made after its folder was read. */
static void look_at_link(struct partial *partial, uint32_t id, const struct tree_entry *entry,
                         const char *path, size_t length)
{
    struct tree_place copy = *place_of(&partial->refresh, id);
    /* A folder may be known by a path through a link that nobody followed since it was made. */
    if (!tree_entry_is_followed_link(entry) &&
        tree_find(partial->refresh.tree, path, length) == PLACE_NONE)
        return;
    if (!refresh_folder_stands(&partial->refresh, &copy, &partial->refresh.scratches[0]))
        partial_give_up(partial, WHY_LINK);
    else
        partial->around = true;
}

/* An ignore file that still is one. */
static void look_at_rules(struct partial *partial, const struct tree_place *folder)
{
    if (!(folder->flags & PLACE_WALKED) || folder->ignore == PLACE_NONE)
        return;
    const struct tree *tree = partial->refresh.tree;
    struct tree_place *place = place_of(&partial->refresh, folder->ignore);
    struct file_record record = place->record;
    int errnum = fingerprint_file(tree->root_fd, place_path(tree, place), tree->clock, 1, &record,
                                  &partial->refresh.scratches[0].stats);
    if (errnum || !digest_equal(record.digest, place->record.digest))
        partial_give_up(partial, WHY_RULES);
    else
        place->record = record;
}

static void touch_below(struct partial *partial, uint32_t id);

/* A folder that still is one; it may be another. */
static void look_at_folder(struct partial *partial, const char *path, size_t length)
{
    uint32_t id = tree_find(partial->refresh.tree, path, length);
    if (id == PLACE_NONE || !place_is_folder(place_of(&partial->refresh, id))) {
        partial->around = true; /* nobody asked what is in it, unless by another path */
        return;
    }
    struct visit *visit = partial_touch(partial, id);
    look_at_rules(partial, place_of(&partial->refresh, id));
    bool is_late = visit->looked_at && !visit->deep && !visit->stands;
    visit->glance = visit->deep = true;
    if (is_late)
        touch_below(partial, id);
}

/* Whoever holds the root's path again finds another folder there. */
static void look_at_root(struct partial *partial)
{
    const struct tree *tree = partial->refresh.tree;
    struct stat held, found;
    if (fstat(tree->root_fd, &held) < 0 || stat(tree->root, &found) < 0)
        partial->root_errnum = errno;
    else if (held.st_dev == found.st_dev && held.st_ino == found.st_ino)
        look_at_folder(partial, "", 0);
    else
        partial_give_up(partial, WHY_ROOT);
}

static void look_at_path(struct partial *partial, const char *path);

/* What lies in a folder that is not known may lie in one that is, which has another path. */
static void look_at_real_path(struct partial *partial, const char *path)
{
    size_t whole = strlen(path), length = path_dir_length(path, whole);
    struct buf *unknown = &partial->unknown;
    if (unknown->length != length || memcmp(unknown->data, path, length) != 0) {
        buf_clear(unknown);
        buf_append(unknown, path, length);
        partial->is_elsewhere =
            tree_real_folder(partial->refresh.tree, path, length, &partial->real);
    }
    if (!partial->is_elsewhere)
        return;
    struct buf real = {0};
    if (partial->real.length)
        buf_printf(&real, "%s/", partial->real.data);
    buf_append_str(&real, path + length + 1);
    look_at_path(partial, real.data);
    buf_free(&real);
}

static void look_at_path(struct partial *partial, const char *path)
{
    static const char ignore_file[] = ".gitignore";
    const struct tree *tree = partial->refresh.tree;
    char text[PATH_MAX];
    size_t length = strlen(path);
    if (length == 0 || strcmp(path, ".") == 0) {
        look_at_root(partial);
        return;
    }
    partial->outside |= is_outside(path, length) || is_of_repository(path, length);
    if (is_outside(path, length))
        return;
    size_t whole = length;
    uint32_t id = folder_above(tree, path, &length);
    if (length >= sizeof text)
        return;
    if (length < whole)
        look_at_real_path(partial, path);
    memcpy(text, path, length);
    text[length] = '\0';
    const struct tree_place *folder = place_of(&partial->refresh, id);
    if (folder->flags & PLACE_UNREADABLE) { /* what is in it was only asked about */
        partial->around = true;
        partial_touch(partial, id);
        return;
    }
    size_t skip = folder->path_length ? folder->path_length + 1 : 0;
    const struct tree_entry *entry =
        tree_find_entry(tree->entries.data + folder->entries_begin, folder->entries_count,
                        tree->text.data, text + skip, length - skip);
    enum entry_type type = ENTRY_OTHER;
    bool is_there = look(tree, text, &type);
    if (is_there != (entry != NULL) || (entry && (enum entry_type)entry->type != type))
        partial_touch(partial, id);
    else if (entry && type == ENTRY_LINK)
        look_at_link(partial, id, entry, text, length);
    else if (entry && type == ENTRY_FOLDER)
        look_at_folder(partial, text, length);
    else if (entry && strcmp(text + skip, ignore_file) == 0)
        look_at_rules(partial, folder);
}

/* ---- looking at folders -------------------------------------------------------------------- */

static void look_at_touched(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    struct partial *partial = context;
    struct refresh *refresh = &partial->refresh;
    for (uint32_t i = begin; i < end; i++) {
        uint32_t id = partial->touched.data[partial->looked + i];
        struct visit *visit = visit_of(refresh, id);
        visit->looked_at = true;
        visit->stands = visit->glance && refresh_folder_stands(refresh, place_of(refresh, id),
                                                               &refresh->scratches[worker]);
        if (!visit->stands)
            refresh_read_folder(refresh, id, worker);
    }
}

/* Folders in one that may be another than it was may be others too. */
static void touch_below(struct partial *partial, uint32_t id)
{
    const struct tree *tree = partial->refresh.tree;
    const struct tree_place *place = place_of(&partial->refresh, id);
    struct buf path = {0};
    if (partial_has_followed_link(tree, place))
        partial_give_up(partial, WHY_LINK);
    if (place->flags & PLACE_LINKS)
        partial->around = true;
    for (uint32_t i = 0; i < place->entries_count; i++) {
        const struct tree_entry *entry = &tree->entries.data[place->entries_begin + i];
        if (entry->type != ENTRY_FOLDER)
            continue;
        buf_clear(&path);
        if (place->path_length)
            buf_printf(&path, "%s/", place_path(tree, place));
        buf_append(&path, tree->text.data + entry->name, entry->length);
        look_at_folder(partial, path.data, path.length);
    }
    buf_free(&path);
}

/* After folders were looked at: which ones must be because of that. */
static void touch_more(struct partial *partial, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; i++) {
        uint32_t id = partial->touched.data[i];
        const struct tree_place *place = place_of(&partial->refresh, id);
        const struct visit *visit = visit_of(&partial->refresh, id);
        if (place_is_gone(place) && place->parent != PLACE_NONE)
            partial_touch(partial, place->parent);
        else if (visit->deep && !visit->stands)
            touch_below(partial, id);
    }
}

static void look_at_all_touched(struct partial *partial)
{
    while (partial->looked < partial->touched.count) {
        uint32_t begin = partial->looked, end = partial->touched.count;
        jig_pool_for(partial->refresh.pool, end - begin, LOOK_GRAIN, look_at_touched, partial);
        partial->looked = end;
        touch_more(partial, begin, end);
    }
}

/* ---- in all -------------------------------------------------------------------------------- */

/* What is gone must be gone from the listing above as well, unless it is going just now. */
static void look_at_what_is_gone(struct partial *partial)
{
    for (uint32_t i = 0; i < partial->touched.count; i++) {
        uint32_t id = partial->touched.data[i];
        const struct tree_place *place = place_of(&partial->refresh, id);
        if (!place_is_gone(place) || visit_of(&partial->refresh, id)->dropped)
            continue;
        if (place->parent == PLACE_NONE)
            partial->root_errnum = ENOENT;
        partial_give_up(partial, WHY_MEANWHILE);
    }
}

static void look_at_everything(struct partial *partial, const char *const *paths, uint32_t count)
{
    for (uint32_t i = 0; i < count && !partial->out->why; i++)
        look_at_path(partial, paths[i]);
    bool looked_around = false;
    uint32_t compared = 0;
    do {
        look_at_all_touched(partial);
        uint32_t begin = compared, end = compared = partial->touched.count;
        partial_compare(partial, begin, end); /* may touch more */
        if ((partial->around || partial->outside) && !looked_around && !partial->out->why) {
            partial_look_around(partial);
            looked_around = true;
        }
    } while (partial->looked < partial->touched.count && !partial->out->why);
    look_at_what_is_gone(partial);
}

/* What was looked at is forgotten, so that the full refresh sees that it is different. */
static void undo(struct partial *partial)
{
    for (uint32_t i = 0; i < partial->touched.count; i++) {
        struct tree_place *place = place_of(&partial->refresh, partial->touched.data[i]);
        const struct visit *visit = visit_of(&partial->refresh, partial->touched.data[i]);
        place->flags = visit->flags_before;
        if (visit->looked_at && !visit->stands)
            place->record.flags = 0;
    }
}

/*
 * A link that was followed and not told may have been replaced: its folder's fingerprint, which is
 * of now, must not hide that from a full refresh.
 */
static void forget_folders_with_links(struct partial *partial)
{
    for (uint32_t i = 0; i < partial->touched.count; i++) {
        struct tree_place *place = place_of(&partial->refresh, partial->touched.data[i]);
        if (!visit_of(&partial->refresh, partial->touched.data[i])->stands &&
            !place_is_gone(place) && partial_has_followed_link(partial->refresh.tree, place))
            place->record.flags = 0;
    }
}

static void tell_unreadable(struct partial *partial,
                            void (*notice)(void *context, const struct jig_error *what),
                            void *context)
{
    struct refresh *refresh = &partial->refresh;
    for (uint32_t i = 0; notice && i < refresh->reached.count; i++) {
        uint32_t id = refresh->reached.data[i];
        struct jig_error what;
        if (!visit_of(refresh, id)->errnum)
            continue;
        refresh_fail_unreadable(refresh, id, &what);
        notice(context, &what);
    }
}

enum jig_status tree_refresh_paths(struct tree *tree, struct jig_pool *pool,
                                   const char *const *paths, uint32_t count,
                                   struct tree_changes *out,
                                   void (*notice)(void *context, const struct jig_error *what),
                                   void *context, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    out->list.count = 0;
    arena_free(&out->arena);
    out->listings = out->folders = false;
    out->why = !tree->refreshed ? WHY_NOT_BEFORE : tree->unrefreshed ? WHY_EARLIER : NULL;
    if (out->why)
        return status;
    tree_late_absorb(tree);
    struct partial partial = {.out = out};
    refresh_init(&partial.refresh, tree, pool, true);
    look_at_everything(&partial, paths, count);
    if (partial.root_errnum) {
        partial_give_up(&partial, WHY_ROOT);
        status =
            jig_fail_errno(error, partial.root_errnum, "the folder %s cannot be read", tree->root);
    }
    if (out->why) {
        undo(&partial);
    } else {
        partial_commit(&partial);
        forget_folders_with_links(&partial);
        tell_unreadable(&partial, notice, context);
    }
    tree->unrefreshed = out->why != NULL;
    buf_free(&partial.unknown);
    buf_free(&partial.real);
    vec_free(&partial.touched);
    vec_free(&partial.dropped);
    refresh_free(&partial.refresh);
    if (tree_is_wasteful(tree))
        tree_settle(tree, false, false);
    return status;
}
