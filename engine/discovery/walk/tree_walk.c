/*
 * The walk: down from the root, level by level. Folders that are new are read, folders that changed
 * or whose ignore rules did are judged anew, all folders of a level at once on the pool; between
 * levels one thread takes in what was read and finds the next level. Folders that nothing has
 * happened to are only passed through.
 */
#include "engine/discovery/walk/tree_refresh.h"

enum {
    VISIT_GRAIN = 4,
    BATCH_FOLDERS = 4096, /* so that what waits to be taken in is little, however wide the tree */
};

/* Folders of one level that are visited at once. */
struct batch {
    struct refresh *refresh;
    const uint32_t *folders;
    uint32_t count;
};

/* Reads and judges one folder of the level. */
static void visit_folder(struct refresh *refresh, uint32_t id, uint32_t worker)
{
    struct tree *tree = refresh->tree;
    struct tree_place *place = place_of(refresh, id);
    struct visit *visit = visit_of(refresh, id);
    struct tree_scratch *scratch = &refresh->scratches[worker];
    if (!(place->flags & PLACE_LISTED))
        refresh_read_folder(refresh, id, worker);
    struct tree_entry *entries = tree->entries.data + place->entries_begin;
    uint32_t count = place->entries_count;
    const char *text = tree->text.data;
    if (visit->relisted) {
        entries = scratch->entries.data + visit->begin;
        count = visit->count;
        text = scratch->names.data;
    }
    refresh_judge(refresh, id, entries, count, text, &scratch->stats);
}

/* The folder's ignore file becomes a place, or stops being one. */
static void note_ignore_file(struct refresh *refresh, uint32_t id)
{
    struct tree *tree = refresh->tree;
    struct visit *visit = visit_of(refresh, id);
    uint32_t known = place_of(refresh, id)->ignore;
    if (known != PLACE_NONE && !visit->own_rules) {
        place_of(refresh, known)->flags |= PLACE_DROPPED;
        place_of(refresh, id)->ignore = PLACE_NONE;
        visit->judge_below = true;
    } else if (known != PLACE_NONE) {
        struct file_record *record = &place_of(refresh, known)->record;
        if (!digest_equal(record->digest, visit->own_rules->record.digest))
            visit->judge_below = true; /* it has changed since it was looked at */
        *record = visit->own_rules->record;
    } else if (visit->own_rules) {
        struct buf path = {0};
        const struct tree_place *place = place_of(refresh, id);
        buf_printf(&path, "%s%s.gitignore", place_path(tree, place), place->path_length ? "/" : "");
        uint32_t ignore = tree_add_place(tree, path.data, path.length, id, PLACE_IGNORE_FILE);
        place_of(refresh, ignore)->record = visit->own_rules->record;
        place_of(refresh, id)->ignore = ignore;
        visit->judge_below = true;
        refresh_fit_visits(refresh);
        buf_free(&path);
    }
}

static void visit_folders(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    const struct batch *batch = context;
    for (uint32_t i = begin; i < end; i++)
        visit_folder(batch->refresh, batch->folders[i], worker);
}

/* Visits folders and takes in what was read. */
static void visit_batch(struct batch *batch)
{
    struct refresh *refresh = batch->refresh;
    jig_pool_for(refresh->pool, batch->count, VISIT_GRAIN, visit_folders, batch);
    for (uint32_t i = 0; i < batch->count; i++) {
        refresh_take_in(refresh, batch->folders[i]);
        note_ignore_file(refresh, batch->folders[i]);
    }
    refresh_empty_scratches(refresh);
}

/* Chooses the folders of the level that must be visited and hands their parents' rules down. */
static void choose_work(struct refresh *refresh)
{
    refresh->work.count = 0;
    for (uint32_t i = 0; i < refresh->level.count; i++) {
        uint32_t id = refresh->level.data[i];
        const struct visit *visit = visit_of(refresh, id);
        const struct tree_place *place = place_of(refresh, id);
        if ((place->flags & PLACE_LISTED) && !visit->judge && visit->was_walked)
            continue;
        vec_push(&refresh->work, id);
        refresh_hand_down_rules(refresh, id);
    }
}

uint32_t refresh_folder_below(struct refresh *refresh, uint32_t parent, const struct buf *path)
{
    uint32_t id = tree_find(refresh->tree, path->data, path->length);
    if (id == PLACE_NONE)
        id = tree_add_place(refresh->tree, path->data, path->length, parent, 0);
    struct tree_place *place = place_of(refresh, id);
    if (place->flags & PLACE_PROBE) { /* its folder could not be read before */
        place->flags = PLACE_ASKED;
        place->parent = parent;
    }
    if (refresh->partial) /* it may have been here once */
        place->flags &= (uint16_t)~PLACE_LISTED;
    refresh_fit_visits(refresh);
    return id;
}

/* Finds the folders below one that has been judged. */
static void go_below(struct refresh *refresh, uint32_t id)
{
    struct tree *tree = refresh->tree;
    struct buf path = {0};
    struct tree_place *place = place_of(refresh, id);
    place->flags |= PLACE_WALKED;
    if (refresh->partial)
        vec_push(&refresh->reached, id);
    if (place->path_length)
        buf_printf(&path, "%s/", place_path(tree, place));
    size_t folder_length = path.length;
    uint32_t begin = place->entries_begin, end = begin + place->entries_count;
    for (uint32_t i = begin; i < end; i++) {
        struct tree_entry *entry = &tree->entries.data[i];
        if (entry->type != ENTRY_FOLDER || entry->left_out)
            continue;
        path.length = folder_length;
        buf_append(&path, tree->text.data + entry->name, entry->length);
        uint32_t below = refresh_folder_below(refresh, id, &path);
        if (visit_of(refresh, id)->judge_below)
            visit_of(refresh, below)->judge = visit_of(refresh, below)->judge_below = true;
        vec_push(&refresh->below, below);
    }
    buf_free(&path);
}

static void walk_level(struct refresh *refresh)
{
    choose_work(refresh);
    for (uint32_t begin = 0; begin < refresh->work.count; begin += BATCH_FOLDERS) {
        struct batch batch = {refresh, refresh->work.data + begin, refresh->work.count - begin};
        if (batch.count > BATCH_FOLDERS)
            batch.count = BATCH_FOLDERS;
        visit_batch(&batch);
    }
    refresh->below.count = 0;
    for (uint32_t i = 0; i < refresh->level.count; i++)
        go_below(refresh, refresh->level.data[i]);
}

void refresh_walk(struct refresh *refresh)
{
    struct tree *tree = refresh->tree;
    for (uint32_t id = 0; id < tree->places.count; id++) {
        visit_of(refresh, id)->was_walked = place_of(refresh, id)->flags & PLACE_WALKED;
        place_of(refresh, id)->flags &= (uint16_t)~PLACE_WALKED;
    }
    refresh->below.count = 0;
    vec_push(&refresh->below, tree_find(tree, "", 0));
    refresh_walk_below(refresh);
    for (uint32_t id = 0; id < tree->places.count; id++) {
        if (!(place_of(refresh, id)->flags & PLACE_WALKED))
            place_of(refresh, id)->files = 0;
    }
}

void refresh_walk_below(struct refresh *refresh)
{
    while (refresh->below.count) {
        refresh->level.count = 0;
        for (uint32_t i = 0; i < refresh->below.count; i++)
            vec_push(&refresh->level, refresh->below.data[i]);
        walk_level(refresh);
    }
}
