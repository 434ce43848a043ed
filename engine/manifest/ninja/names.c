#include "engine/manifest/ninja/names.h"

#include <stdlib.h>
#include <xxhash.h>

enum { SMALLEST_TABLE = 64 };

/* The slot that holds the name, or the empty one where it belongs. */
static uint32_t *find_slot(const struct names *names, uint32_t hash, const char *text,
                           size_t length)
{
    uint32_t mask = names->slot_count - 1;
    for (uint32_t at = hash & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &names->slots[at];
        if (*slot == 0)
            return slot;
        const struct name *name = &names->list.data[*slot - 1];
        if (name->hash == hash && name->length == length &&
            memcmp(names->text.data + name->offset, text, length) == 0)
            return slot;
    }
}

static void grow(struct names *names)
{
    free(names->slots);
    names->slot_count = names->slot_count ? names->slot_count * 2 : SMALLEST_TABLE;
    names->slots = mem_array(names->slot_count, sizeof *names->slots);
    uint32_t mask = names->slot_count - 1;
    for (name_id id = 0; id < names->list.count; id++) {
        uint32_t at = names->list.data[id].hash & mask;
        while (names->slots[at])
            at = (at + 1) & mask;
        names->slots[at] = id + 1;
    }
}

name_id names_add(struct names *names, const char *text, size_t length)
{
    if ((uint64_t)names->list.count * 2 >= names->slot_count)
        grow(names);
    uint32_t hash = (uint32_t)XXH3_64bits(text, length);
    uint32_t *slot = find_slot(names, hash, text, length);
    if (*slot == 0) {
        struct name name = {names->text.length, (uint32_t)length, hash};
        vec_push(&names->list, name);
        buf_append(&names->text, text, length);
        buf_append_char(&names->text, '\0');
        *slot = names->list.count;
    }
    return *slot - 1;
}

name_id names_find(const struct names *names, const char *text, size_t length)
{
    if (!names->slots)
        return NAME_NONE;
    return *find_slot(names, (uint32_t)XXH3_64bits(text, length), text, length) - 1;
}

void names_free(struct names *names)
{
    buf_free(&names->text);
    vec_free(&names->list);
    free(names->slots);
    *names = (struct names){0};
}
