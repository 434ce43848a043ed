/*
 * What is different in listings that were read again: first whether it can be dealt with here, and
 * then dealing with it.
 */
#include "engine/discovery/walk/tree_partial.h"

/* ---- an old and a new listing, side by side ------------------------------------------------ */

struct pairs {
    struct tree_entry *old, *new;
    uint32_t old_count, new_count;
    const char *old_text, *new_text;
};

struct pair {
    struct tree_entry *old, *new; /* NULL: there is none of this name; never both */
    const char *name;
};

static struct pairs pairs_of(struct partial *partial, const struct visit *visit)
{
    struct tree *tree = partial->refresh.tree;
    const struct tree_place *place = place_of(&partial->refresh, visit->place);
    const struct tree_scratch *scratch = &partial->refresh.scratches[visit->worker];
    return (struct pairs){.old = tree->entries.data + place->entries_begin,
                          .old_count = place->entries_count,
                          .old_text = tree->text.data,
                          .new = scratch->entries.data + visit->begin,
                          .new_count = visit->count,
                          .new_text = scratch->names.data};
}

/* The next name in byte order; false at the end. */
static bool next_pair(struct pairs *pairs, struct pair *pair)
{
    *pair = (struct pair){0};
    if (pairs->old_count == 0 && pairs->new_count == 0)
        return false;
    int order = pairs->old_count == 0   ? 1
                : pairs->new_count == 0 ? -1
                                        : strcmp(pairs->old_text + pairs->old->name,
                                                 pairs->new_text + pairs->new->name);
    if (order <= 0) {
        pair->name = pairs->old_text + pairs->old->name;
        pair->old = pairs->old++;
        pairs->old_count--;
    }
    if (order >= 0) {
        pair->name = pairs->new_text + pairs->new->name;
        pair->new = pairs->new ++;
        pairs->new_count--;
    }
    return true;
}

static bool is_other_type(const struct pair *pair)
{
    return !pair->old || !pair->new || pair->old->type != pair->new->type;
}

static uint8_t target_of(const struct tree_entry *entry)
{
    return atomic_load_explicit(&entry->target, memory_order_relaxed);
}

/* Whether tree_each_file tells the entry of a walked folder. */
static bool is_file_of_walk(const struct tree_entry *entry)
{
    return entry && !entry->left_out && entry->type != ENTRY_FOLDER;
}

static void append_path(const struct tree *tree, const struct tree_place *place, const char *name,
                        struct buf *path)
{
    buf_clear(path);
    if (place->path_length)
        buf_printf(path, "%s/", place_path(tree, place));
    buf_append_str(path, name);
}

/* ---- can it be dealt with? ----------------------------------------------------------------- */

static void drop_below(struct partial *partial, const struct tree_place *place);

/* The folder, if it is known, and all that are known below it are gone. */
static void drop(struct partial *partial, const char *path, size_t length)
{
    const struct tree *tree = partial->refresh.tree;
    uint32_t id = tree_find(tree, path, length);
    if (id == PLACE_NONE || !place_is_folder(place_of(&partial->refresh, id)))
        return;
    const struct tree_place *place = place_of(&partial->refresh, id);
    struct visit *visit = visit_of(&partial->refresh, id);
    bool was_gone = place_is_gone(place) && !(place->flags & PLACE_WALKED) && !visit->touched;
    if (visit->dropped || was_gone)
        return;
    if (visit->flags_before & PLACE_UNREADABLE)
        partial_give_up(partial, WHY_UNREADABLE);
    else if (!(place->flags & PLACE_WALKED))
        partial_give_up(partial, WHY_NOT_WALKED);
    visit->dropped = true;
    vec_push(&partial->dropped, id);
    drop_below(partial, place);
}

/* Recursion is as deep as the tree. Known folders may lie behind links, too. */
static void drop_below(struct partial *partial, const struct tree_place *place)
{
    const struct tree *tree = partial->refresh.tree;
    struct buf path = {0};
    for (uint32_t i = 0; i < place->entries_count; i++) {
        const struct tree_entry *entry = &tree->entries.data[place->entries_begin + i];
        if (entry->type == ENTRY_LINK && target_of(entry) != TARGET_UNKNOWN)
            partial_give_up(partial, WHY_LINK);
        if (entry->type != ENTRY_FOLDER && entry->type != ENTRY_LINK)
            continue;
        append_path(tree, place, tree->text.data + entry->name, &path);
        drop(partial, path.data, path.length);
    }
    buf_free(&path);
}

/* Hidden links that nobody followed are no matter: editors make them as locks. */
static bool is_link_that_matters(const struct tree_entry *entry, const char *name)
{
    return entry && entry->type == ENTRY_LINK &&
           (name[0] != '.' || target_of(entry) != TARGET_UNKNOWN);
}

/* Whether a way may lead through it. */
static bool is_more_than_file(const struct tree_entry *entry)
{
    return entry && (entry->type == ENTRY_FOLDER || entry->type == ENTRY_LINK);
}

/* One name, in whose sort or presence something is different; or a link. */
static void compare_pair(struct partial *partial, const struct tree_place *place,
                         const struct pair *pair)
{
    const struct tree *tree = partial->refresh.tree;
    bool other_type = is_other_type(pair);
    if (other_type && (is_link_that_matters(pair->old, pair->name) ||
                       is_link_that_matters(pair->new, pair->name)))
        partial_give_up(partial, WHY_LINK);
    if (!other_type && target_of(pair->old) != target_of(pair->new))
        partial_give_up(partial, WHY_LINK);
    if (!other_type)
        return;
    struct buf path = {0};
    append_path(tree, place, pair->name, &path);
    if (is_more_than_file(pair->old) || is_more_than_file(pair->new) ||
        tree_ends_at(partial->refresh.tree, path.data, path.length))
        partial->around = true;
    bool file_before = pair->old && pair->old->type == ENTRY_FILE;
    bool file_now = pair->new && pair->new->type == ENTRY_FILE;
    if ((place->flags & PLACE_WALKED) && !tree->no_ignore && (file_before || file_now) &&
        strcmp(pair->name, ".gitignore") == 0)
        partial_give_up(partial, WHY_RULES);
    if (pair->old && pair->old->type == ENTRY_FOLDER)
        drop(partial, path.data, path.length);
    buf_free(&path);
}

static void compare(struct partial *partial, struct visit *visit)
{
    const struct tree_place *place = place_of(&partial->refresh, visit->place);
    if ((place->flags ^ visit->flags_before) & PLACE_UNREADABLE)
        partial_give_up(partial, WHY_UNREADABLE);
    struct pairs pairs = pairs_of(partial, visit);
    for (struct pair pair; next_pair(&pairs, &pair);) {
        compare_pair(partial, place, &pair);
        visit->differs |= is_other_type(&pair);
    }
    if (visit->differs && !(place->flags & PLACE_WALKED))
        partial_give_up(partial, WHY_NOT_WALKED);
    else if (visit->differs)
        partial_touch_same_folders(partial, visit);
}

void partial_compare(struct partial *partial, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; i++) {
        struct visit *visit = visit_of(&partial->refresh, partial->touched.data[i]);
        /* When it is gone, the folder above says so. */
        if (visit->relisted && !place_is_gone(place_of(&partial->refresh, visit->place)))
            compare(partial, visit);
    }
}

/* ---- dealing with it ----------------------------------------------------------------------- */

static void tell(struct partial *partial, enum tree_change_kind kind,
                 const struct tree_place *place, const char *name)
{
    struct buf path = {0};
    append_path(partial->refresh.tree, place, name, &path);
    struct tree_change change = {kind, arena_strndup(&partial->out->arena, path.data, path.length)};
    vec_push(&partial->out->list, change);
    buf_free(&path);
}

static void tell_listing(struct partial *partial, enum tree_change_kind kind,
                         const struct tree_place *place)
{
    const struct tree *tree = partial->refresh.tree;
    for (uint32_t i = 0; i < place->entries_count; i++) {
        const struct tree_entry *entry = &tree->entries.data[place->entries_begin + i];
        if (is_file_of_walk(entry))
            tell(partial, kind, place, tree->text.data + entry->name);
    }
}

/* What was there before keeps its verdict, as the rules are the same. */
static void judge_pair(struct partial *partial, struct visit *visit, const struct pair *pair)
{
    if (!pair->new)
        return;
    if (!is_other_type(pair)) {
        pair->new->left_out = pair->old->left_out;
        return;
    }
    pair->new->left_out = 1;
    if (tree_always_leaves_out(pair->name))
        return;
    refresh_ensure_rules(&partial->refresh, visit->place);
    refresh_judge_entry(&partial->refresh, visit->place, pair->new, pair->name);
}

static void take_in(struct partial *partial, struct visit *visit)
{
    struct tree *tree = partial->refresh.tree;
    struct tree_place *place = place_of(&partial->refresh, visit->place);
    struct pairs pairs = pairs_of(partial, visit);
    uint32_t files = 0;
    for (struct pair pair; next_pair(&pairs, &pair);) {
        judge_pair(partial, visit, &pair);
        bool before = is_file_of_walk(pair.old), now = is_file_of_walk(pair.new);
        files += now;
        if (before != now)
            tell(partial, now ? TREE_APPEARED : TREE_VANISHED, place, pair.name);
        visit->grows |= is_other_type(&pair) && pair.new &&pair.new->type == ENTRY_FOLDER &&
                        !pair.new->left_out;
    }
    place->files = files;
    refresh_take_in(&partial->refresh, visit->place);
    if ((place->flags & PLACE_LINKS) && !(visit->flags_before & PLACE_LINKS))
        vec_push(&tree->around, visit->place);
    partial->out->listings = true;
}

/* The place stays, empty, until the tree is settled: it may come back. */
static void forget(struct partial *partial, uint32_t id)
{
    struct tree *tree = partial->refresh.tree;
    struct tree_place *place = place_of(&partial->refresh, id);
    if (place->flags & PLACE_WALKED) {
        tell_listing(partial, TREE_VANISHED, place);
        partial->out->folders = true;
    }
    if (place->ignore != PLACE_NONE)
        place_of(&partial->refresh, place->ignore)->flags |= PLACE_DROPPED;
    tree_waste_listing(tree, place);
    place->ignore = PLACE_NONE;
    place->entries_count = place->files = 0;
    place->record = (struct file_record){.flags = FILE_KNOWN | FILE_MISSING};
    place->flags = (uint16_t)(place->flags & ~(PLACE_WALKED | PLACE_LINKS));
    tree->gone++;
    tree->unsettled = true;
}

/* Finds the folders in one that the walk has yet to go to. */
static void find_new_folders(struct partial *partial, uint32_t id)
{
    struct refresh *refresh = &partial->refresh;
    struct tree *tree = refresh->tree;
    struct buf path = {0};
    uint32_t begin = place_of(refresh, id)->entries_begin;
    uint32_t end = begin + place_of(refresh, id)->entries_count;
    for (uint32_t i = begin; i < end; i++) {
        const struct tree_entry *entry = &tree->entries.data[i];
        if (entry->type != ENTRY_FOLDER || entry->left_out)
            continue;
        append_path(tree, place_of(refresh, id), tree->text.data + entry->name, &path);
        uint32_t known = tree_find(tree, path.data, path.length);
        const struct tree_place *place = known == PLACE_NONE ? NULL : place_of(refresh, known);
        if (place && (place->flags & PLACE_WALKED) && !place_is_gone(place))
            continue;
        vec_push(&refresh->below, refresh_folder_below(refresh, id, &path));
    }
    buf_free(&path);
}

/* What the walk found in a folder that it came to. */
static void tell_new_folder(struct partial *partial, uint32_t id)
{
    struct tree *tree = partial->refresh.tree;
    const struct tree_place *place = place_of(&partial->refresh, id);
    tell_listing(partial, TREE_APPEARED, place);
    for (uint32_t i = 0; (place->flags & PLACE_LINKS) && i < place->entries_count; i++) {
        const struct tree_entry *entry = &tree->entries.data[place->entries_begin + i];
        if (is_link_that_matters(entry, tree->text.data + entry->name))
            partial_give_up(partial, WHY_LINK);
    }
    if ((place->flags & PLACE_LINKS) && id < tree->around_known)
        vec_push(&tree->around, id);
}

static void walk_new_folders(struct partial *partial)
{
    struct refresh *refresh = &partial->refresh;
    if (refresh->below.count == 0)
        return;
    refresh_walk_below(refresh);
    for (uint32_t i = 0; i < refresh->reached.count; i++)
        tell_new_folder(partial, refresh->reached.data[i]);
    refresh->tree->unsettled = true;
    partial->out->folders = partial->out->listings = true;
}

void partial_commit(struct partial *partial)
{
    struct refresh *refresh = &partial->refresh;
    for (uint32_t i = 0; i < partial->dropped.count; i++)
        forget(partial, partial->dropped.data[i]);
    for (uint32_t i = 0; i < partial->touched.count; i++) {
        struct visit *visit = visit_of(refresh, partial->touched.data[i]);
        if (visit->differs && !visit->dropped)
            take_in(partial, visit);
        visit->relisted = false;
    }
    refresh_empty_scratches(refresh);
    for (uint32_t i = 0; i < partial->touched.count; i++) {
        const struct visit *visit = visit_of(refresh, partial->touched.data[i]);
        if (visit->grows)
            find_new_folders(partial, visit->place);
    }
    walk_new_folders(partial);
}
