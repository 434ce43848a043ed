/*
 * A set of strings that gives each a small dense id, in order of first mention.
 *
 * Zero-initialised is empty. Not thread-safe. The strings live in `text`, NUL-terminated one
 * after the other, so `text` is also the list of them. Open addressing with linear probing over
 * XXH3-64 hashes.
 */
#ifndef MANIFEST_NINJA_NAMES_H
#define MANIFEST_NINJA_NAMES_H

#include "engine/base/buf.h"
#include "engine/base/memory.h"

typedef uint32_t name_id;

/* "No such name." */
#define NAME_NONE UINT32_MAX

struct name {
    size_t offset; /* into text */
    uint32_t length;
    uint32_t hash; /* the low half: spares comparing, and hashing again when the table grows */
};

struct names {
    struct buf text;
    VEC(struct name) list; /* [name_id] */
    uint32_t *slots;       /* name_id + 1, or 0; more than half of them are empty */
    uint32_t slot_count;   /* a power of two, or 0 */
};

/* The id of text[0..length), which is added when new. O(length) amortised. */
name_id names_add(struct names *names, const char *text, size_t length);
/* The id of text[0..length), or NAME_NONE. */
name_id names_find(const struct names *names, const char *text, size_t length);
void names_free(struct names *names);

static inline const char *names_text(const struct names *names, name_id id)
{
    return names->text.data + names->list.data[id].offset;
}

#endif
