/*
 * The refresh, in two steps.
 *
 * First every known place is looked at, all of them at once on the pool: nothing has to be found
 * first, so an unchanged tree is one flat loop of statx calls, and then the refresh is over. If
 * anything is different, the walk goes down from the root again.
 */
#include "engine/discovery/walk/tree_refresh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void judge_everything(struct refresh *refresh)
{
    struct visit *root = &refresh->visits.data[tree_find(refresh->tree, "", 0)];
    root->judge = root->judge_below = true;
}

/* Remembers whether ignore files are read; when it was otherwise before, all verdicts are void. */
static void note_whether_ignoring(struct refresh *refresh)
{
    struct tree_place *root = place_of(refresh, tree_find(refresh->tree, "", 0));
    unsigned flags = root->flags & (unsigned)~PLACE_NO_IGNORE;
    if (refresh->tree->no_ignore)
        flags |= PLACE_NO_IGNORE;
    if (flags != root->flags)
        judge_everything(refresh);
    root->flags = (uint16_t)flags;
}

static bool is_outer_file(const struct tree_place *place)
{
    return (place->flags & PLACE_IGNORE_FILE) && place->parent == PLACE_NONE;
}

static uint32_t find_outer_file(const struct tree *tree, const char *path)
{
    for (uint32_t id = 0; id < tree->places.count; id++) {
        const struct tree_place *place = &tree->places.data[id];
        if (is_outer_file(place) && strcmp(place_path(tree, place), path) == 0)
            return id;
    }
    return PLACE_NONE;
}

/*
 * Finds which ignore files above the root hold now, and makes them the places. When they are others
 * than before, all verdicts are void; whether one of them has changed is seen when it is looked at.
 */
static void find_outer_files(struct refresh *refresh)
{
    struct tree *tree = refresh->tree;
    uint32_t before = 0, stayed = 0;
    const struct tree_outer *outer = refresh_outer(refresh);
    for (uint32_t id = 0; id < tree->places.count; id++) {
        if (is_outer_file(place_of(refresh, id))) {
            place_of(refresh, id)->flags |= PLACE_DROPPED;
            before++;
        }
    }
    for (uint32_t i = 0; i < outer->count; i++) {
        const char *path = outer->files[i].path;
        uint32_t id = find_outer_file(tree, path);
        stayed += id != PLACE_NONE;
        if (id == PLACE_NONE)
            id = tree_add_place(tree, path, strlen(path), PLACE_NONE, PLACE_IGNORE_FILE);
        place_of(refresh, id)->flags &= (uint16_t)~PLACE_DROPPED;
    }
    refresh_fit_visits(refresh);
    if (stayed != before || stayed != outer->count)
        judge_everything(refresh);
}

/* After all places were looked at: what must be judged because of it. */
static void find_dirty(struct refresh *refresh)
{
    for (uint32_t id = 0; id < refresh->visits.count; id++) {
        const struct visit *visit = &refresh->visits.data[id];
        const struct tree_place *place = place_of(refresh, id);
        refresh->dirty |= visit->changed || visit->judge;
        if (!visit->changed || !(place->flags & PLACE_IGNORE_FILE))
            continue;
        if (place->parent == PLACE_NONE) {
            judge_everything(refresh);
        } else {
            struct visit *folder = &refresh->visits.data[place->parent];
            folder->judge = folder->judge_below = true;
        }
    }
}

void refresh_fail_unreadable(struct refresh *refresh, uint32_t id, struct jig_error *error)
{
    jig_fail_errno(error, visit_of(refresh, id)->errnum,
                   "the folder %s is left out: it cannot be read",
                   place_path(refresh->tree, place_of(refresh, id)));
}

/* Returns how many there are, those of earlier runs included. */
static uint64_t tell_unreadable(struct refresh *refresh,
                                void (*notice)(void *context, const struct jig_error *what),
                                void *context)
{
    uint64_t unreadable = 0;
    for (uint32_t id = 0; id < refresh->visits.count; id++) {
        const struct tree_place *place = place_of(refresh, id);
        int errnum = refresh->visits.data[id].errnum;
        if (!(place->flags & PLACE_WALKED))
            continue;
        unreadable += errnum || (place->flags & PLACE_UNREADABLE);
        if (!errnum || !notice)
            continue;
        struct jig_error error;
        refresh_fail_unreadable(refresh, id, &error);
        notice(context, &error);
    }
    return unreadable;
}

static void find_changed(struct refresh *refresh)
{
    for (uint32_t id = 0; id < refresh->visits.count; id++)
        refresh->changed |=
            refresh->visits.data[id].changed && !(place_of(refresh, id)->flags & PLACE_IGNORE_FILE);
}

static void count(const struct refresh *refresh, struct tree_counts *counts)
{
    *counts = (struct tree_counts){0};
    for (uint32_t i = 0; i < refresh->workers; i++) {
        counts->folders_statted += refresh->scratches[i].folders_statted;
        counts->folders_read += refresh->scratches[i].folders_read;
        counts->renewed += refresh->scratches[i].stats.misses;
    }
    for (uint32_t id = 0; id < refresh->tree->places.count; id++) {
        const struct tree_place *place = place_of(refresh, id);
        if (place->flags & PLACE_WALKED) {
            counts->entries += place->entries_count;
            counts->files += place->files;
        }
    }
}

static enum jig_status open_root(struct tree *tree, struct jig_error *error)
{
    int fd = open(tree->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return jig_fail_errno(error, errno, "the folder %s cannot be read", tree->root);
    if (tree->root_fd >= 0)
        close(tree->root_fd);
    tree->root_fd = fd;
    return JIG_OK;
}

/* What was loaded is looked at for the first time. */
static void begin_session(struct tree *tree)
{
    tree->refreshed = true;
    tree_index(tree);
    tree_note_asked(tree);
    for (uint32_t id = 0; id < tree->places.count; id++)
        atomic_store_explicit(&tree->places.data[id].asked_now, 0, memory_order_relaxed);
}

enum jig_status tree_refresh(struct tree *tree, struct jig_pool *pool, struct tree_counts *counts,
                             bool *changed,
                             void (*notice)(void *context, const struct jig_error *what),
                             void *context, struct jig_error *error)
{
    enum jig_status status = open_root(tree, error);
    if (status != JIG_OK)
        return status;
    tree_late_absorb(tree);
    if (!tree->refreshed)
        begin_session(tree);
    tree_drop_rules(tree);
    tree_ends_clear(tree);
    struct refresh refresh;
    refresh_init(&refresh, tree, pool, false);
    note_whether_ignoring(&refresh);
    find_outer_files(&refresh);
    refresh_look(&refresh);
    find_dirty(&refresh);
    refresh.dirty |= tree->unrefreshed;
    if (refresh.dirty)
        refresh_walk(&refresh);
    find_changed(&refresh);
    uint64_t unreadable = tell_unreadable(&refresh, notice, context);
    if (refresh.dirty || tree->unsettled)
        tree_settle(tree, false, false);
    count(&refresh, counts);
    counts->unreadable = unreadable;
    *changed = refresh.changed || tree->unrefreshed;
    tree->unrefreshed = false;
    refresh_free(&refresh);
    return JIG_OK;
}
