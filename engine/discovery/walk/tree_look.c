/*
 * Looking at known places: does each still hold what it held?
 */
#include "engine/discovery/walk/tree_refresh.h"

#include <errno.h>
#include <limits.h>

enum { LOOK_GRAIN = 32 };

/* Looks again at what the links lead to that somebody wanted to know. */
static void look_at_links(struct refresh *refresh, uint32_t id)
{
    struct tree *tree = refresh->tree;
    struct tree_place *place = place_of(refresh, id);
    for (uint32_t i = 0; (place->flags & PLACE_LINKS) && i < place->entries_count; i++) {
        struct tree_entry *entry = &tree->entries.data[place->entries_begin + i];
        uint8_t before = atomic_load_explicit(&entry->target, memory_order_relaxed);
        if (before == TARGET_UNKNOWN)
            continue;
        uint8_t now = (uint8_t)tree_look_up(tree, place_path(tree, place), place->path_length,
                                            tree->text.data + entry->name, entry->length);
        atomic_store_explicit(&entry->target, now, memory_order_relaxed);
        if (now != before)
            visit_of(refresh, id)->changed = visit_of(refresh, id)->judge = true;
    }
}

/* Whether the new listing says what the old one did; takes over what links were known to lead to.
 */
static bool same_listing(struct refresh *refresh, const struct tree_place *place,
                         const struct tree_scratch *scratch, uint32_t begin, uint32_t count)
{
    const struct tree *tree = refresh->tree;
    struct tree_entry *old = tree->entries.data + place->entries_begin;
    bool same = count == place->entries_count;
    for (uint32_t i = 0; i < count; i++) {
        struct tree_entry *entry = &scratch->entries.data[begin + i];
        const char *name = scratch->names.data + entry->name;
        const struct tree_entry *before = NULL;
        if (same && strcmp(name, tree->text.data + old[i].name) == 0)
            before = &old[i];
        else if (entry->type == ENTRY_LINK)
            before =
                tree_find_entry(old, place->entries_count, tree->text.data, name, entry->length);
        same = same && before == &old[i] && before->type == entry->type &&
               !tree_entry_is_followed_link(before); /* it may be another link */
        if (entry->type == ENTRY_LINK && before && before->type == ENTRY_LINK) {
            uint8_t target = atomic_load_explicit(&before->target, memory_order_relaxed);
            if (target != TARGET_UNKNOWN)
                target = (uint8_t)tree_look_up(tree, place_path(tree, place), place->path_length,
                                               name, entry->length);
            atomic_store_explicit(&entry->target, target, memory_order_relaxed);
        }
    }
    return same;
}

void refresh_read_folder(struct refresh *refresh, uint32_t id, uint32_t worker)
{
    struct tree_scratch *scratch = &refresh->scratches[worker];
    struct tree_place *place = place_of(refresh, id);
    struct visit *visit = visit_of(refresh, id);
    uint32_t begin = scratch->entries.count, names = scratch->names.count;
    int errnum =
        tree_read_folder(refresh->tree, scratch, place_path(refresh->tree, place), &place->record);
    uint32_t count = scratch->entries.count - begin;
    visit->errnum = errnum == ENOENT ? 0 : errnum;
    unsigned flags = place->flags & (unsigned)~PLACE_UNREADABLE;
    flags |= PLACE_LISTED | (visit->errnum ? PLACE_UNREADABLE : 0);
    bool same = flags == place->flags && same_listing(refresh, place, scratch, begin, count);
    place->flags = (uint16_t)flags;
    if (same) {
        scratch->entries.count = begin;
        scratch->names.count = names;
        look_at_links(refresh, id);
        return;
    }
    visit->relisted = visit->changed = visit->judge = true;
    visit->worker = worker;
    visit->begin = begin;
    visit->count = count;
}

bool refresh_folder_stands(struct refresh *refresh, struct tree_place *place,
                           struct tree_scratch *scratch)
{
    char path[PATH_MAX];
    if (!(place->flags & PLACE_LISTED) || (place->flags & PLACE_UNREADABLE) ||
        place->path_length + sizeof "/." > sizeof path)
        return false;
    /* With the dot, what is no folder any more is missing, rather than a file to be hashed. */
    memcpy(path, place_path(refresh->tree, place), place->path_length);
    strcpy(path + place->path_length, place->path_length ? "/." : ".");
    uint64_t misses = scratch->stats.misses;
    scratch->folders_statted++;
    int errnum = fingerprint_file(refresh->tree->root_fd, path, refresh->tree->clock, 1,
                                  &place->record, &scratch->stats);
    return !errnum && scratch->stats.misses == misses;
}

static void look_at_folder(struct refresh *refresh, uint32_t id, uint32_t worker)
{
    if (refresh_folder_stands(refresh, place_of(refresh, id), &refresh->scratches[worker]))
        look_at_links(refresh, id);
    else
        refresh_read_folder(refresh, id, worker);
}

static void look_at_ignore_file(struct refresh *refresh, uint32_t id, uint32_t worker)
{
    struct tree_place *place = place_of(refresh, id);
    struct tree_scratch *scratch = &refresh->scratches[worker];
    uint64_t changed = scratch->stats.changed;
    bool was_known = place->record.flags & FILE_KNOWN;
    int errnum = fingerprint_file(refresh->tree->root_fd, place_path(refresh->tree, place),
                                  refresh->tree->clock, 1, &place->record, &scratch->stats);
    visit_of(refresh, id)->changed = errnum ? was_known : scratch->stats.changed != changed;
}

static void look_at_probe(struct refresh *refresh, uint32_t id)
{
    struct tree_place *place = place_of(refresh, id);
    struct digest link;
    enum tree_kind kind = tree_look_at_probe(refresh->tree, place_path(refresh->tree, place),
                                             place->path_length, &link);
    visit_of(refresh, id)->changed =
        place->kind != kind || !digest_equal(place->record.digest, link);
    place->kind = (uint8_t)kind;
    place->record.digest = link;
}

static void look_at_places(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    struct refresh *refresh = context;
    for (uint32_t id = begin; id < end; id++) {
        const struct tree_place *place = place_of(refresh, id);
        if (place->flags & PLACE_PROBE)
            look_at_probe(refresh, id);
        else if (place->flags & PLACE_IGNORE_FILE)
            look_at_ignore_file(refresh, id, worker);
        else
            look_at_folder(refresh, id, worker);
    }
}

/* ---- taking in what was read --------------------------------------------------------------- */

void refresh_take_in(struct refresh *refresh, uint32_t id)
{
    struct tree *tree = refresh->tree;
    struct visit *visit = visit_of(refresh, id);
    if (!visit->relisted)
        return;
    visit->relisted = false;
    const struct tree_scratch *scratch = &refresh->scratches[visit->worker];
    struct tree_place *place = place_of(refresh, id);
    tree_waste_listing(tree, place);
    place->entries_begin = tree->entries.count;
    place->entries_count = visit->count;
    place->flags &= (uint16_t)~PLACE_LINKS;
    vec_reserve(&tree->entries, visit->count);
    for (uint32_t i = 0; i < visit->count; i++) {
        struct tree_entry entry = scratch->entries.data[visit->begin + i];
        entry.name = tree_add_text(tree, scratch->names.data + entry.name, entry.length);
        if (entry.type == ENTRY_LINK)
            place->flags |= PLACE_LINKS;
        tree->entries.data[tree->entries.count++] = entry;
    }
}

void refresh_empty_scratches(struct refresh *refresh)
{
    for (uint32_t i = 0; i < refresh->workers; i++) {
        refresh->scratches[i].entries.count = 0;
        refresh->scratches[i].names.count = 0;
    }
}

void refresh_look(struct refresh *refresh)
{
    jig_pool_for(refresh->pool, refresh->tree->places.count, LOOK_GRAIN, look_at_places, refresh);
    for (uint32_t id = 0; id < refresh->visits.count; id++)
        refresh_take_in(refresh, id);
    refresh_empty_scratches(refresh);
}
