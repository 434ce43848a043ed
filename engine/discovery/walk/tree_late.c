/*
 * What tree_kind learns while many threads ask.
 *
 * The columns do not move then, so all threads read them without a lock. A folder that they do not
 * have is read under the lock and put into a table of its own, which is read without a lock too:
 * slots go from NULL to a finished record once and never change, and a table that has become too
 * small is replaced by a larger copy and kept until the next absorb. A reader of an old table
 * misses at worst what is new; it then looks again under the lock.
 */
#include "engine/base/path.h"
#include "engine/discovery/walk/tree_internal.h"

#include <errno.h>
#include <stdlib.h>

struct late_place {
    const char *path;
    size_t length;
    struct file_record record;
    struct tree_view view; /* folder */
    enum tree_kind kind;   /* probe */
    bool is_probe;
};

struct late_table {
    struct late_table *older;
    uint32_t mask; /* slots - 1 */
    _Atomic(struct late_place *) slots[];
};

struct tree_late {
    _Atomic(struct late_table *) table;
    pthread_mutex_t lock; /* guards all below, and writing to the table */
    struct arena arena;   /* places, their entries and texts */
    VEC(struct late_place *) places;
    struct tree_scratch scratch;
};

/* ---- the table ----------------------------------------------------------------------------- */

static struct late_table *make_table(uint32_t slots, struct late_table *older)
{
    struct late_table *table = mem_zalloc(sizeof *table + slots * sizeof table->slots[0]);
    table->mask = slots - 1;
    table->older = older;
    return table;
}

static void free_tables(struct late_table *table)
{
    while (table) {
        struct late_table *older = table->older;
        free(table);
        table = older;
    }
}

static struct late_place *find(const struct late_table *table, const char *path, size_t length)
{
    uint32_t slot = (uint32_t)XXH3_64bits(path, length) & table->mask;
    for (;; slot = (slot + 1) & table->mask) {
        /* Acquire: what the writer filled in before it published the place. */
        struct late_place *place = atomic_load_explicit(&table->slots[slot], memory_order_acquire);
        if (!place || (place->length == length && memcmp(place->path, path, length) == 0))
            return place;
    }
}

static void put(struct late_table *table, struct late_place *place)
{
    uint32_t slot = (uint32_t)XXH3_64bits(place->path, place->length) & table->mask;
    while (atomic_load_explicit(&table->slots[slot], memory_order_relaxed))
        slot = (slot + 1) & table->mask;
    atomic_store_explicit(&table->slots[slot], place, memory_order_release);
}

/* Under the lock. */
static void publish(struct tree_late *late, struct late_place *place)
{
    struct late_table *table = atomic_load_explicit(&late->table, memory_order_relaxed);
    vec_push(&late->places, place);
    if (late->places.count * 2 > table->mask) {
        table = make_table((table->mask + 1) * 2, table);
        for (uint32_t i = 0; i < late->places.count; i++)
            put(table, late->places.data[i]);
        atomic_store_explicit(&late->table, table, memory_order_release);
        return;
    }
    put(table, place);
}

static struct late_place *find_now(const struct tree_late *late, const char *path, size_t length)
{
    return find(atomic_load_explicit(&late->table, memory_order_acquire), path, length);
}

enum { FIRST_SLOTS = 64 };

struct tree_late *tree_late_create(void)
{
    struct tree_late *late = mem_zalloc(sizeof *late);
    pthread_mutex_init(&late->lock, NULL);
    tree_scratch_init(&late->scratch);
    atomic_init(&late->table, make_table(FIRST_SLOTS, NULL));
    return late;
}

void tree_late_destroy(struct tree_late *late)
{
    free_tables(atomic_load_explicit(&late->table, memory_order_relaxed));
    pthread_mutex_destroy(&late->lock);
    arena_free(&late->arena);
    vec_free(&late->places);
    tree_scratch_free(&late->scratch);
    free(late);
}

/* ---- asking -------------------------------------------------------------------------------- */

static struct late_place *make_place(struct tree_late *late, const char *path, size_t length)
{
    struct late_place *place = arena_alloc(&late->arena, sizeof *place);
    place->path = arena_strndup(&late->arena, path, length);
    place->length = length;
    return place;
}

/* Copies the listing out of the scratch, to where nothing moves. */
static void keep_listing(struct tree_late *late, struct late_place *place)
{
    struct tree_scratch *scratch = &late->scratch;
    size_t bytes = scratch->entries.count * sizeof *scratch->entries.data;
    char *text = arena_alloc(&late->arena, scratch->names.count);
    place->view.entries = arena_alloc(&late->arena, bytes);
    place->view.count = scratch->entries.count;
    place->view.text = text;
    memcpy(place->view.entries, scratch->entries.data, bytes);
    memcpy(text, scratch->names.data, scratch->names.count);
}

static struct late_place *read_folder(struct tree *tree, const char *path, size_t length)
{
    struct tree_late *late = tree->late;
    struct late_place *place = make_place(late, path, length);
    late->scratch.entries.count = 0;
    late->scratch.names.count = 0;
    int errnum = tree_read_folder(tree, &late->scratch, place->path, &place->record);
    place->view.missing = errnum == ENOENT;
    place->view.unreadable = errnum && errnum != ENOENT;
    keep_listing(late, place);
    return place;
}

static struct late_place *look_at_probe(struct tree *tree, const char *path, size_t length)
{
    struct late_place *place = make_place(tree->late, path, length);
    place->is_probe = true;
    place->kind = tree_look_at_probe(tree, path, length, &place->record.digest);
    place->view.missing = place->kind != TREE_FOLDER;
    place->view.unreadable = !place->view.missing; /* below a probe, only probes */
    return place;
}

/* The place, made by `make` if it is not there: looked for once more under the lock. */
static const struct late_place *find_or_make(struct tree *tree, const char *path, size_t length,
                                             struct late_place *(*make)(struct tree *, const char *,
                                                                        size_t))
{
    struct tree_late *late = tree->late;
    struct late_place *place = find_now(late, path, length);
    if (place)
        return place;
    pthread_mutex_lock(&late->lock);
    place = find_now(late, path, length);
    if (!place) {
        place = make(tree, path, length);
        publish(late, place);
    }
    pthread_mutex_unlock(&late->lock);
    return place;
}

bool tree_late_known(const struct tree *tree, const char *path, size_t length,
                     struct tree_view *view)
{
    const struct late_place *place = find_now(tree->late, path, length);
    if (place)
        *view = place->view;
    return place != NULL;
}

struct tree_view tree_late_folder(struct tree *tree, const char *path, size_t length)
{
    return find_or_make(tree, path, length, read_folder)->view;
}

enum tree_kind tree_late_probe(struct tree *tree, const char *path, size_t length)
{
    return find_or_make(tree, path, length, look_at_probe)->kind;
}

/* ---- absorbing ----------------------------------------------------------------------------- */

static uint32_t copy_entries(struct tree *tree, const struct tree_view *view, bool *links)
{
    uint32_t begin = tree->entries.count;
    for (uint32_t i = 0; i < view->count; i++) {
        struct tree_entry entry = view->entries[i];
        entry.name = tree_add_text(tree, view->text + entry.name, entry.length);
        *links |= entry.type == ENTRY_LINK;
        vec_push(&tree->entries, entry);
    }
    return begin;
}

/* A folder's parent was asked about before it, so it is among the places already. */
static void absorb(struct tree *tree, const struct late_place *late)
{
    uint32_t parent = PLACE_NONE;
    if (!late->is_probe)
        parent = tree_find(tree, late->path, path_dir_length(late->path, late->length));
    uint32_t id = tree_add_place(tree, late->path, late->length, parent,
                                 late->is_probe ? PLACE_PROBE : PLACE_LISTED);
    struct tree_place *place = &tree->places.data[id];
    bool links = false;
    place->record = late->record;
    place->kind = (uint8_t)late->kind;
    place->entries_begin = copy_entries(tree, &late->view, &links);
    place->entries_count = late->view.count;
    place->flags = (uint16_t)(place->flags | PLACE_ASKED | (links ? PLACE_LINKS : 0) |
                              (!late->is_probe && late->view.unreadable ? PLACE_UNREADABLE : 0));
    atomic_store_explicit(&place->asked_now, 1, memory_order_relaxed);
}

void tree_late_absorb(struct tree *tree)
{
    struct tree_late *late = tree->late;
    if (late->places.count == 0)
        return;
    for (uint32_t i = 0; i < late->places.count; i++)
        absorb(tree, late->places.data[i]);
    late->places.count = 0;
    free_tables(atomic_load_explicit(&late->table, memory_order_relaxed));
    atomic_store_explicit(&late->table, make_table(FIRST_SLOTS, NULL), memory_order_relaxed);
    arena_free(&late->arena);
    tree->unsettled = true;
}
