/*
 * The refresh, in two steps.
 *
 * First every known place is looked at, all of them at once on the pool: nothing has to be found
 * first, so an unchanged tree is one flat loop of statx calls, and then the refresh is over. If
 * anything is different, the walk goes down from the root again, level by level: folders it has
 * not seen are read, folders that changed, or whose ignore rules did, are judged anew, all folders
 * of a level at once; between levels one thread takes in what was read and finds the next level.
 */
#include "engine/base/buf.h"
#include "engine/discovery/walk/tree_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { LOOK_GRAIN = 32, VISIT_GRAIN = 4 };

/* What this refresh knows of one place. In a loop, only the task of that place writes it. */
struct visit {
    const struct tree_rules *rules; /* that hold for what lies in this folder; when `ruled` */
    struct tree_rules *own_rules;   /* read from its own ignore file, or NULL */
    uint32_t worker;                /* whose scratch has the new listing; when `relisted` */
    uint32_t begin, count;          /* where in it */
    int errnum;                     /* why it cannot be read */
    bool relisted;                  /* a listing waits to be taken in */
    bool changed;                   /* an answer about this place may be another one now */
    bool judge;                     /* its entries need verdicts */
    bool judge_below;               /* so do those of all folders below */
    bool ruled;
    bool was_walked;
};

struct refresh {
    struct tree *tree;
    struct jig_pool *pool;
    struct tree_scratch *scratches; /* [worker] */
    uint32_t workers;
    VEC(struct visit) visits; /* [place] */
    struct tree_outer outer;
    struct tree_rules **outer_rules; /* [outer.count] */
    VEC(uint32_t) level;             /* folders of the level the walk is at */
    VEC(uint32_t) below;             /* folders of the next one */
    VEC(uint32_t) work;              /* those of the level that need a visit */
    bool dirty;                      /* something is different: walk again */
    bool changed;
};

static struct tree_place *place_of(const struct refresh *refresh, uint32_t id)
{
    return &refresh->tree->places.data[id];
}

static void fit_visits(struct refresh *refresh)
{
    uint32_t missing = refresh->tree->places.count - refresh->visits.count;
    if (missing)
        vec_extend(&refresh->visits, missing);
}

/* ---- looking at one place ------------------------------------------------------------------ */

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
            refresh->visits.data[id].changed = refresh->visits.data[id].judge = true;
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
        same = same && before == &old[i] && before->type == entry->type;
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

/* Reads the folder; what it holds waits in the worker's scratch if it is not what it was. */
static void read_folder(struct refresh *refresh, uint32_t id, uint32_t worker)
{
    struct tree_scratch *scratch = &refresh->scratches[worker];
    struct tree_place *place = place_of(refresh, id);
    struct visit *visit = &refresh->visits.data[id];
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

/* Whether the folder's fingerprint is what it was. */
static bool folder_stands(struct refresh *refresh, struct tree_place *place,
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
    if (folder_stands(refresh, place_of(refresh, id), &refresh->scratches[worker]))
        look_at_links(refresh, id);
    else
        read_folder(refresh, id, worker);
}

static void look_at_ignore_file(struct refresh *refresh, uint32_t id, uint32_t worker)
{
    struct tree_place *place = place_of(refresh, id);
    struct tree_scratch *scratch = &refresh->scratches[worker];
    uint64_t changed = scratch->stats.changed;
    bool was_known = place->record.flags & FILE_KNOWN;
    int errnum = fingerprint_file(refresh->tree->root_fd, place_path(refresh->tree, place),
                                  refresh->tree->clock, 1, &place->record, &scratch->stats);
    refresh->visits.data[id].changed = errnum ? was_known : scratch->stats.changed != changed;
}

static void look_at_probe(struct refresh *refresh, uint32_t id)
{
    static const enum tree_kind kinds[TARGET_KINDS] = {
        [TARGET_FILE] = TREE_FILE, [TARGET_FOLDER] = TREE_FOLDER, [TARGET_NOTHING] = TREE_MISSING};
    struct tree_place *place = place_of(refresh, id);
    enum entry_target target =
        tree_look_up(refresh->tree, "", 0, place_path(refresh->tree, place), place->path_length);
    refresh->visits.data[id].changed = place->kind != kinds[target];
    place->kind = (uint8_t)kinds[target];
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

/* Moves a new listing from the worker's scratch to the columns. */
static void take_in(struct refresh *refresh, uint32_t id)
{
    struct tree *tree = refresh->tree;
    struct visit *visit = &refresh->visits.data[id];
    if (!visit->relisted)
        return;
    visit->relisted = false;
    const struct tree_scratch *scratch = &refresh->scratches[visit->worker];
    struct tree_place *place = place_of(refresh, id);
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

/* After all listings were taken in. */
static void empty_scratches(struct refresh *refresh)
{
    for (uint32_t i = 0; i < refresh->workers; i++) {
        refresh->scratches[i].entries.count = 0;
        refresh->scratches[i].names.count = 0;
    }
}

/* ---- ignore rules -------------------------------------------------------------------------- */

/* The rules above the root: none before the first time somebody needs a verdict. */
static const struct tree_rules *outermost_rules(struct refresh *refresh)
{
    const struct tree_rules *above = NULL;
    if (!refresh->outer_rules)
        refresh->outer_rules = mem_array(refresh->outer.count, sizeof *refresh->outer_rules);
    for (uint32_t i = 0; i < refresh->outer.count; i++) {
        if (!refresh->outer_rules[i])
            refresh->outer_rules[i] =
                tree_rules_read(refresh->tree, refresh->outer.files[i].path,
                                refresh->outer.files[i].skip, above, &refresh->scratches[0].stats);
        above = refresh->outer_rules[i];
    }
    return above;
}

/* Reads the folder's own ignore file, if its entries have one, on top of the rules above it. */
static void read_own_rules(struct refresh *refresh, uint32_t id, struct tree_entry *entries,
                           uint32_t count, const char *text, struct fingerprint_counts *stats)
{
    static const char name[] = ".gitignore";
    struct tree *tree = refresh->tree;
    struct visit *visit = &refresh->visits.data[id];
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
    size_t skip = refresh->outer.lead.length + path.length;
    buf_append_str(&path, name);
    visit->own_rules = tree_rules_read(tree, path.data, skip, visit->rules, stats);
    visit->rules = visit->own_rules;
    buf_free(&path);
}

/* Sees to it that the rules of a folder are known whose listing has been taken in. One thread. */
static void ensure_rules(struct refresh *refresh, uint32_t id)
{
    struct tree *tree = refresh->tree;
    struct visit *visit = &refresh->visits.data[id];
    const struct tree_place *place = place_of(refresh, id);
    if (visit->ruled)
        return;
    if (place->parent == PLACE_NONE) {
        visit->rules = outermost_rules(refresh);
    } else {
        ensure_rules(refresh, place->parent);
        visit->rules = refresh->visits.data[place->parent].rules;
    }
    read_own_rules(refresh, id, tree->entries.data + place->entries_begin, place->entries_count,
                   tree->text.data, &refresh->scratches[0].stats);
}

/* ---- verdicts ------------------------------------------------------------------------------ */

static bool is_always_left_out(const char *name)
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

/* Gives each entry of a folder its verdict. */
static void judge(struct refresh *refresh, uint32_t id, struct tree_entry *entries, uint32_t count,
                  const char *text)
{
    struct tree *tree = refresh->tree;
    struct tree_place *place = place_of(refresh, id);
    struct visit *visit = &refresh->visits.data[id];
    struct buf path = {0};
    buf_append(&path, buf_cstr(&refresh->outer.lead), refresh->outer.lead.length);
    if (place->path_length)
        buf_printf(&path, "%s/", place_path(tree, place));
    size_t folder_length = path.length;
    place->files = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct tree_entry *entry = &entries[i];
        const char *name = text + entry->name;
        bool left_out = is_always_left_out(name);
        if (!left_out && visit->rules) {
            path.length = folder_length;
            buf_append(&path, name, entry->length);
            left_out = tree_rules_leave_out(visit->rules, path.data, path.length,
                                            entry->type == ENTRY_FOLDER);
        }
        enum tree_kind kind = TREE_MISSING;
        if (!left_out)
            kind = walk_kind(tree, place, entry, name);
        left_out = kind == TREE_MISSING;
        visit->changed |= entry->left_out != left_out;
        entry->left_out = left_out;
        place->files += kind == TREE_FILE;
    }
    buf_free(&path);
}

/* Reads and judges one folder of the level. */
static void visit_folder(struct refresh *refresh, uint32_t id, uint32_t worker)
{
    struct tree *tree = refresh->tree;
    struct tree_place *place = place_of(refresh, id);
    struct visit *visit = &refresh->visits.data[id];
    struct tree_scratch *scratch = &refresh->scratches[worker];
    if (!(place->flags & PLACE_LISTED))
        read_folder(refresh, id, worker);
    struct tree_entry *entries = tree->entries.data + place->entries_begin;
    uint32_t count = place->entries_count;
    const char *text = tree->text.data;
    if (visit->relisted) {
        entries = scratch->entries.data + visit->begin;
        count = visit->count;
        text = scratch->names.data;
    }
    if (!visit->ruled)
        read_own_rules(refresh, id, entries, count, text, &scratch->stats);
    judge(refresh, id, entries, count, text);
}

static void visit_folders(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    struct refresh *refresh = context;
    for (uint32_t i = begin; i < end; i++)
        visit_folder(refresh, refresh->work.data[i], worker);
}

/* ---- the walk ------------------------------------------------------------------------------ */

/* Chooses the folders of the level that must be visited and hands their parents' rules down. */
static void choose_work(struct refresh *refresh)
{
    refresh->work.count = 0;
    for (uint32_t i = 0; i < refresh->level.count; i++) {
        uint32_t id = refresh->level.data[i];
        struct visit *visit = &refresh->visits.data[id];
        const struct tree_place *place = place_of(refresh, id);
        if ((place->flags & PLACE_LISTED) && !visit->judge && visit->was_walked)
            continue;
        vec_push(&refresh->work, id);
        if (visit->ruled)
            continue;
        if (place->parent == PLACE_NONE) {
            visit->rules = outermost_rules(refresh);
        } else {
            ensure_rules(refresh, place->parent);
            visit->rules = refresh->visits.data[place->parent].rules;
        }
    }
}

/* The folder's ignore file becomes a place, or stops being one. */
static void note_ignore_file(struct refresh *refresh, uint32_t id)
{
    struct tree *tree = refresh->tree;
    struct visit *visit = &refresh->visits.data[id];
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
        fit_visits(refresh);
        buf_free(&path);
    }
}

/* The place of a folder that the walk goes to. */
static uint32_t folder_below(struct refresh *refresh, uint32_t parent, const struct buf *path)
{
    uint32_t id = tree_find(refresh->tree, path->data, path->length);
    if (id == PLACE_NONE)
        id = tree_add_place(refresh->tree, path->data, path->length, parent, 0);
    struct tree_place *place = place_of(refresh, id);
    if (place->flags & PLACE_PROBE) { /* its folder could not be read before */
        place->flags = PLACE_ASKED;
        place->parent = parent;
    }
    fit_visits(refresh);
    return id;
}

/* Finds the folders below one that has been judged. */
static void go_below(struct refresh *refresh, uint32_t id)
{
    struct tree *tree = refresh->tree;
    struct buf path = {0};
    struct tree_place *place = place_of(refresh, id);
    place->flags |= PLACE_WALKED;
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
        uint32_t below = folder_below(refresh, id, &path);
        if (refresh->visits.data[id].judge_below)
            refresh->visits.data[below].judge = refresh->visits.data[below].judge_below = true;
        vec_push(&refresh->below, below);
    }
    buf_free(&path);
}

static void walk_level(struct refresh *refresh)
{
    choose_work(refresh);
    jig_pool_for(refresh->pool, refresh->work.count, VISIT_GRAIN, visit_folders, refresh);
    for (uint32_t i = 0; i < refresh->work.count; i++) {
        take_in(refresh, refresh->work.data[i]);
        note_ignore_file(refresh, refresh->work.data[i]);
    }
    empty_scratches(refresh);
    refresh->below.count = 0;
    for (uint32_t i = 0; i < refresh->level.count; i++)
        go_below(refresh, refresh->level.data[i]);
}

static void walk(struct refresh *refresh)
{
    struct tree *tree = refresh->tree;
    for (uint32_t id = 0; id < tree->places.count; id++) {
        refresh->visits.data[id].was_walked = place_of(refresh, id)->flags & PLACE_WALKED;
        place_of(refresh, id)->flags &= (uint16_t)~PLACE_WALKED;
    }
    refresh->below.count = 0;
    vec_push(&refresh->below, tree_find(tree, "", 0));
    while (refresh->below.count) {
        refresh->level.count = 0;
        for (uint32_t i = 0; i < refresh->below.count; i++)
            vec_push(&refresh->level, refresh->below.data[i]);
        walk_level(refresh);
    }
}

/* ---- the whole ----------------------------------------------------------------------------- */

/* The place of an ignore file above the root, or PLACE_NONE. */
static uint32_t find_outer_place(const struct tree *tree, const char *path)
{
    for (uint32_t id = 0; id < tree->places.count; id++) {
        const struct tree_place *place = &tree->places.data[id];
        if ((place->flags & PLACE_IGNORE_FILE) && place->parent == PLACE_NONE &&
            strcmp(place_path(tree, place), path) == 0)
            return id;
    }
    return PLACE_NONE;
}

/*
 * Makes the places of ignore files above the root those that hold now. Others than before, or
 * ignore files wanted now and not before: all verdicts are void.
 */
static void find_outer_files(struct refresh *refresh)
{
    struct tree *tree = refresh->tree;
    tree_outer_find(tree, &refresh->outer);
    struct visit *root = &refresh->visits.data[tree_find(tree, "", 0)];
    struct tree_place *root_place = place_of(refresh, tree_find(tree, "", 0));
    if (!(root_place->flags & PLACE_NO_IGNORE) != !tree->no_ignore)
        root->judge = root->judge_below = true;
    root_place->flags = (uint16_t)((root_place->flags & (unsigned)~PLACE_NO_IGNORE) |
                                   (tree->no_ignore ? PLACE_NO_IGNORE : 0));
    uint32_t before = 0, stayed = 0;
    for (uint32_t id = 0; id < tree->places.count; id++) {
        struct tree_place *place = place_of(refresh, id);
        if (!(place->flags & PLACE_IGNORE_FILE) || place->parent != PLACE_NONE)
            continue;
        before++;
        place->flags |= PLACE_DROPPED;
    }
    for (uint32_t i = 0; i < refresh->outer.count; i++) {
        const char *path = refresh->outer.files[i].path;
        uint32_t id = find_outer_place(tree, path);
        stayed += id != PLACE_NONE;
        if (id == PLACE_NONE)
            id = tree_add_place(tree, path, strlen(path), PLACE_NONE, PLACE_IGNORE_FILE);
        place_of(refresh, id)->flags &= (uint16_t)~PLACE_DROPPED;
    }
    fit_visits(refresh);
    root = &refresh->visits.data[tree_find(tree, "", 0)];
    if (stayed != before || stayed != refresh->outer.count)
        root->judge = root->judge_below = true;
}

/* After all places were looked at: what must be judged because of it. */
static void find_dirty(struct refresh *refresh)
{
    uint32_t root = tree_find(refresh->tree, "", 0);
    for (uint32_t id = 0; id < refresh->visits.count; id++) {
        struct visit *visit = &refresh->visits.data[id];
        const struct tree_place *place = place_of(refresh, id);
        if (visit->changed && (place->flags & PLACE_IGNORE_FILE)) {
            uint32_t folder = place->parent == PLACE_NONE ? root : place->parent;
            struct visit *owner = &refresh->visits.data[folder];
            owner->judge = owner->judge_below = true;
            refresh->dirty = true;
        }
        refresh->dirty |= visit->changed || visit->judge;
    }
}

static void look_at_everything(struct refresh *refresh)
{
    jig_pool_for(refresh->pool, refresh->tree->places.count, LOOK_GRAIN, look_at_places, refresh);
    for (uint32_t id = 0; id < refresh->visits.count; id++)
        take_in(refresh, id);
    empty_scratches(refresh);
    find_dirty(refresh);
}

static void tell_unreadable(struct refresh *refresh,
                            void (*notice)(void *context, const struct jig_error *what),
                            void *context)
{
    for (uint32_t id = 0; notice && id < refresh->visits.count; id++) {
        const struct tree_place *place = place_of(refresh, id);
        if (!(place->flags & PLACE_WALKED) || !refresh->visits.data[id].errnum)
            continue;
        struct jig_error error;
        jig_fail_errno(&error, refresh->visits.data[id].errnum,
                       "the folder %s is left out: it cannot be read",
                       place_path(refresh->tree, place));
        notice(context, &error);
    }
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

static void refresh_init(struct refresh *refresh, struct tree *tree, struct jig_pool *pool)
{
    *refresh = (struct refresh){.tree = tree, .pool = pool, .workers = jig_pool_threads(pool)};
    size_t bytes = refresh->workers * sizeof *refresh->scratches;
    refresh->scratches = aligned_alloc(_Alignof(struct tree_scratch), bytes);
    if (!refresh->scratches)
        mem_exhausted(bytes);
    for (uint32_t i = 0; i < refresh->workers; i++)
        tree_scratch_init(&refresh->scratches[i]);
    if (tree_find(tree, "", 0) == PLACE_NONE)
        tree_add_place(tree, "", 0, PLACE_NONE, 0);
    vec_reserve(&tree->entries, 1); /* so that even no entries are somewhere */
    fit_visits(refresh);
}

static void refresh_free(struct refresh *refresh)
{
    for (uint32_t i = 0; i < refresh->workers; i++)
        tree_scratch_free(&refresh->scratches[i]);
    free(refresh->scratches);
    for (uint32_t i = 0; i < refresh->visits.count; i++)
        tree_rules_free(refresh->visits.data[i].own_rules);
    vec_free(&refresh->visits);
    for (uint32_t i = 0; refresh->outer_rules && i < refresh->outer.count; i++)
        tree_rules_free(refresh->outer_rules[i]);
    free(refresh->outer_rules);
    tree_outer_free(&refresh->outer);
    vec_free(&refresh->level);
    vec_free(&refresh->below);
    vec_free(&refresh->work);
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
    struct refresh refresh;
    refresh_init(&refresh, tree, pool);
    find_outer_files(&refresh);
    look_at_everything(&refresh);
    if (refresh.dirty)
        walk(&refresh);
    find_changed(&refresh);
    tell_unreadable(&refresh, notice, context);
    if (refresh.dirty)
        tree_settle(tree, false, false);
    count(&refresh, counts);
    *changed = refresh.changed;
    refresh_free(&refresh);
    return JIG_OK;
}
