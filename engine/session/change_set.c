/*
 * Change sets: paths by name, each once, in the order of their first mention.
 */
#include "jig/change_set.h"

#include "engine/base/digest.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"

#include <stdlib.h>

enum { PATH_LIMIT = 4096, WORD_LIMIT = 128, SMALLEST_TABLE = 64 };

struct entry {
    char *path; /* owned */
    uint64_t hash;
    enum jig_change_kind kind;
};

/* Open addressing with linear probing; slots hold index + 1, 0 is empty. */
struct jig_change_set {
    VEC(struct entry) entries;
    uint32_t *slots;
    uint32_t slot_count; /* a power of two, at least twice the entries */
    bool lost;
    char why[WORD_LIMIT];
    bool has_generator, has_schema;
    char generator[WORD_LIMIT];
    char schema[WORD_LIMIT];
};

struct jig_change_set *jig_change_set_create(void)
{
    return mem_zalloc(sizeof(struct jig_change_set));
}

void jig_change_set_clear(struct jig_change_set *changes)
{
    for (uint32_t i = 0; i < changes->entries.count; i++)
        free(changes->entries.data[i].path);
    vec_free(&changes->entries);
    free(changes->slots);
    *changes = (struct jig_change_set){0};
}

void jig_change_set_destroy(struct jig_change_set *changes)
{
    if (!changes)
        return;
    jig_change_set_clear(changes);
    free(changes);
}

/* The slot where a path is, or where it goes. */
static uint32_t find_slot(const struct jig_change_set *changes, uint64_t hash, const char *path)
{
    uint32_t mask = changes->slot_count - 1;
    uint32_t at = (uint32_t)hash & mask;
    for (; changes->slots[at]; at = (at + 1) & mask) {
        const struct entry *entry = &changes->entries.data[changes->slots[at] - 1];
        if (entry->hash == hash && strcmp(entry->path, path) == 0)
            break;
    }
    return at;
}

static void reserve_slots(struct jig_change_set *changes)
{
    uint32_t wanted = changes->slot_count ? changes->slot_count : SMALLEST_TABLE;
    while (wanted < (changes->entries.count + 1) * 2)
        wanted *= 2;
    if (wanted == changes->slot_count)
        return;
    free(changes->slots);
    changes->slots = mem_array(wanted, sizeof *changes->slots);
    changes->slot_count = wanted;
    for (uint32_t i = 0; i < changes->entries.count; i++) {
        const struct entry *entry = &changes->entries.data[i];
        changes->slots[find_slot(changes, entry->hash, entry->path)] = i + 1;
    }
}

static enum jig_status say(struct jig_change_set *changes, enum jig_change_kind kind,
                           const char *path, struct jig_error *error)
{
    size_t length = strlen(path);
    if (!length)
        return jig_fail(error, JIG_ERROR_USAGE, "a changed path is empty");
    if (length >= PATH_LIMIT)
        return jig_fail(error, JIG_ERROR_LIMIT, "a changed path is longer than %d bytes",
                        PATH_LIMIT - 1);
    char *canonical = mem_alloc(length + 2);
    memcpy(canonical, path, length + 1);
    length = path_canonicalize(canonical, length);
    reserve_slots(changes);
    uint64_t hash = XXH3_64bits(canonical, length);
    uint32_t *slot = &changes->slots[find_slot(changes, hash, canonical)];
    if (*slot) {
        changes->entries.data[*slot - 1].kind = kind;
        free(canonical);
        return JIG_OK;
    }
    vec_push(&changes->entries, ((struct entry){canonical, hash, kind}));
    *slot = changes->entries.count;
    return JIG_OK;
}

enum jig_status jig_change_set_add(struct jig_change_set *changes, const char *path,
                                   struct jig_error *error)
{
    return say(changes, JIG_CHANGE_ADDED, path, error);
}

enum jig_status jig_change_set_updated(struct jig_change_set *changes, const char *path,
                                       struct jig_error *error)
{
    return say(changes, JIG_CHANGE_UPDATED, path, error);
}

enum jig_status jig_change_set_removed(struct jig_change_set *changes, const char *path,
                                       struct jig_error *error)
{
    return say(changes, JIG_CHANGE_REMOVED, path, error);
}

static void copy_word(char *to, const char *from)
{
    size_t length = strnlen(from, WORD_LIMIT - 1);
    memcpy(to, from, length);
    to[length] = '\0';
}

void jig_change_set_lose(struct jig_change_set *changes, const char *why)
{
    if (!changes->lost)
        copy_word(changes->why, why);
    changes->lost = true;
}

const char *jig_change_set_lost(const struct jig_change_set *changes)
{
    return changes->lost ? changes->why : NULL;
}

void jig_change_set_versions(struct jig_change_set *changes, const char *generator,
                             const char *schema)
{
    if (generator)
        copy_word(changes->generator, generator);
    if (schema)
        copy_word(changes->schema, schema);
    changes->has_generator |= generator != NULL;
    changes->has_schema |= schema != NULL;
}

const char *jig_change_set_generator(const struct jig_change_set *changes)
{
    return changes->has_generator ? changes->generator : NULL;
}

const char *jig_change_set_schema(const struct jig_change_set *changes)
{
    return changes->has_schema ? changes->schema : NULL;
}

uint32_t jig_change_set_count(const struct jig_change_set *changes)
{
    return changes->entries.count;
}

struct jig_change jig_change_set_at(const struct jig_change_set *changes, uint32_t index)
{
    const struct entry *entry = &changes->entries.data[index];
    return (struct jig_change){entry->kind, entry->path};
}

void jig_change_set_merge(struct jig_change_set *into, const struct jig_change_set *from)
{
    for (uint32_t i = 0; i < from->entries.count; i++)
        say(into, from->entries.data[i].kind, from->entries.data[i].path, NULL);
    if (from->lost)
        jig_change_set_lose(into, from->why);
    jig_change_set_versions(into, jig_change_set_generator(from), jig_change_set_schema(from));
}
