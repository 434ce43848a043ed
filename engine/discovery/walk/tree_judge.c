/*
 * What the walk leaves out: the rules that hold in a folder, and the verdicts on its entries.
 */
#include "engine/discovery/walk/tree_refresh.h"

/* ---- ignore rules -------------------------------------------------------------------------- */

const struct tree_outer *refresh_outer(struct refresh *refresh)
{
    struct tree_kept_rules *kept = refresh->tree->kept;
    if (!kept->outer_found)
        tree_outer_find(refresh->tree, &kept->outer);
    kept->outer_found = true;
    return &kept->outer;
}

/* The rules above the root: none before the first time somebody needs a verdict. */
static const struct tree_rules *outermost_rules(struct refresh *refresh)
{
    const struct tree_rules *above = NULL;
    const struct tree_outer *outer = refresh_outer(refresh);
    struct tree_rules **rules = refresh->tree->kept->outer_rules;
    if (!rules)
        rules = refresh->tree->kept->outer_rules = mem_array(outer->count, sizeof *rules);
    for (uint32_t i = 0; i < outer->count; i++) {
        if (!rules[i])
            rules[i] = tree_rules_read(refresh->tree, outer->files[i].path, outer->files[i].skip,
                                       above, &refresh->scratches[0].stats);
        above = rules[i];
    }
    return above;
}

/* Reads the folder's own ignore file, if its entries have one, on top of the rules above it. */
static void read_own_rules(struct refresh *refresh, uint32_t id, struct tree_entry *entries,
                           uint32_t count, const char *text, struct fingerprint_counts *stats)
{
    static const char name[] = ".gitignore";
    struct tree *tree = refresh->tree;
    struct visit *visit = visit_of(refresh, id);
    const struct tree_place *place = place_of(refresh, id);
    visit->ruled = true;
    if (tree->no_ignore)
        return;
    /* Like git, not through a link. */
    const struct tree_entry *entry = tree_find_entry(entries, count, text, name, sizeof name - 1);
    if (!entry || entry->type != ENTRY_FILE)
        return;
    struct buf path = {0};
    if (place->path_length)
        buf_printf(&path, "%s/", place_path(tree, place));
    size_t skip = refresh->tree->kept->outer.lead.length + path.length;
    buf_append_str(&path, name);
    visit->own_rules = tree_rules_read(tree, path.data, skip, visit->rules, stats);
    visit->rules = visit->own_rules;
    buf_free(&path);
}

/* The same for a folder that a partial refresh found walked: they have not changed. */
static void find_own_rules(struct refresh *refresh, uint32_t id)
{
    struct tree *tree = refresh->tree;
    struct visit *visit = visit_of(refresh, id);
    const struct tree_place *place = place_of(refresh, id);
    visit->ruled = true;
    if (place->ignore == PLACE_NONE)
        return;
    const struct tree_rules *kept = tree_kept_rules_find(tree, place->ignore);
    if (!kept) {
        const char *path = place_path(tree, place_of(refresh, place->ignore));
        size_t skip = tree->kept->outer.lead.length;
        if (place->path_length)
            skip += place->path_length + 1;
        struct tree_rules *rules =
            tree_rules_read(tree, path, skip, visit->rules, &refresh->scratches[0].stats);
        tree_keep_rules(tree, place->ignore, rules);
        kept = rules;
    }
    visit->rules = kept;
}

void refresh_ensure_rules(struct refresh *refresh, uint32_t id)
{
    struct tree *tree = refresh->tree;
    const struct tree_place *place = place_of(refresh, id);
    if (visit_of(refresh, id)->ruled)
        return;
    refresh_hand_down_rules(refresh, id);
    if (refresh->partial) {
        find_own_rules(refresh, id);
        return;
    }
    read_own_rules(refresh, id, tree->entries.data + place->entries_begin, place->entries_count,
                   tree->text.data, &refresh->scratches[0].stats);
}

/* Recursion goes up to the nearest folder that has been visited: as deep as the tree at most. */
void refresh_hand_down_rules(struct refresh *refresh, uint32_t id)
{
    struct visit *visit = visit_of(refresh, id);
    uint32_t parent = place_of(refresh, id)->parent;
    if (visit->ruled)
        return;
    if (parent != PLACE_NONE)
        refresh_ensure_rules(refresh, parent);
    visit->rules =
        parent == PLACE_NONE ? outermost_rules(refresh) : visit_of(refresh, parent)->rules;
}

/* ---- verdicts ------------------------------------------------------------------------------ */

bool tree_always_leaves_out(const char *name)
{
    return name[0] == '.' || strcmp(name, "node_modules") == 0;
}

/* What the entry is for the walk: file, folder, or nothing (a link to a folder, a pipe …). */
static enum tree_kind walk_kind(const struct tree *tree, const struct tree_place *place,
                                struct tree_entry *entry, const char *name)
{
    if (entry->type == ENTRY_FILE)
        return TREE_FILE;
    if (entry->type == ENTRY_FOLDER)
        return TREE_FOLDER;
    if (entry->type == ENTRY_OTHER)
        return TREE_MISSING;
    uint8_t target = atomic_load_explicit(&entry->target, memory_order_relaxed);
    if (target == TARGET_UNKNOWN) {
        target = (uint8_t)tree_look_up(tree, place_path(tree, place), place->path_length, name,
                                       entry->length);
        atomic_store_explicit(&entry->target, target, memory_order_relaxed);
    }
    return target == TARGET_FILE ? TREE_FILE : TREE_MISSING;
}

/* `folder` is the path from the repository's top to the entry's folder, with a slash. */
static enum tree_kind judge_entry(struct refresh *refresh, uint32_t id, struct tree_entry *entry,
                                  const char *name, struct buf *folder)
{
    const struct tree_rules *rules = visit_of(refresh, id)->rules;
    bool left_out = tree_always_leaves_out(name);
    if (!left_out && rules) {
        buf_append(folder, name, entry->length);
        left_out =
            tree_rules_leave_out(rules, folder->data, folder->length, entry->type == ENTRY_FOLDER);
    }
    enum tree_kind kind = TREE_MISSING;
    if (!left_out)
        kind = walk_kind(refresh->tree, place_of(refresh, id), entry, name);
    entry->left_out = kind == TREE_MISSING;
    return kind;
}

/* The path from the repository's top, with a slash; empty for the top itself. */
static void append_folder(struct refresh *refresh, uint32_t id, struct buf *path)
{
    const struct tree_place *place = place_of(refresh, id);
    buf_append(path, buf_cstr(&refresh->tree->kept->outer.lead),
               refresh->tree->kept->outer.lead.length);
    if (place->path_length)
        buf_printf(path, "%s/", place_path(refresh->tree, place));
}

void refresh_judge_entry(struct refresh *refresh, uint32_t id, struct tree_entry *entry,
                         const char *name)
{
    struct buf path = {0};
    append_folder(refresh, id, &path);
    judge_entry(refresh, id, entry, name, &path);
    buf_free(&path);
}

void refresh_judge(struct refresh *refresh, uint32_t id, struct tree_entry *entries, uint32_t count,
                   const char *text, struct fingerprint_counts *stats)
{
    struct tree_place *place = place_of(refresh, id);
    struct visit *visit = visit_of(refresh, id);
    struct buf path = {0};
    if (!visit->ruled)
        read_own_rules(refresh, id, entries, count, text, stats);
    append_folder(refresh, id, &path);
    size_t folder_length = path.length;
    place->files = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct tree_entry *entry = &entries[i];
        path.length = folder_length;
        uint8_t before = entry->left_out;
        enum tree_kind kind = judge_entry(refresh, id, entry, text + entry->name, &path);
        visit->changed |= entry->left_out != before;
        place->files += kind == TREE_FILE;
    }
    buf_free(&path);
}
