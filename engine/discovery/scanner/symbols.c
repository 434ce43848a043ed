/* Words are short, so the call into the library would cost more than their hash. */
#define XXH_INLINE_ALL
#include "engine/discovery/scanner/symbols.h"

#include <stdlib.h>
#include <xxhash.h>

enum { FEWEST_SLOTS = 512 };

void symbols_free(struct symbols *symbols)
{
    vec_free(&symbols->all);
    free(symbols->slots);
    arena_free(&symbols->copies);
    *symbols = (struct symbols){0};
}

/* The slot that holds the word, or the free one where it belongs. */
static symbol_id *find_slot(const struct symbols *symbols, const char *text, size_t length,
                            uint32_t hash)
{
    uint32_t mask = symbols->slot_count - 1;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        symbol_id id = symbols->slots[i];
        if (id == SYMBOL_NONE)
            return &symbols->slots[i];
        const struct symbol *symbol = symbols_at(symbols, id);
        if (symbol->hash == hash && symbol->length == length &&
            memcmp(symbol->text, text, length) == 0)
            return &symbols->slots[i];
    }
}

static void grow(struct symbols *symbols)
{
    free(symbols->slots);
    symbols->slot_count = symbols->slot_count ? symbols->slot_count * 2 : FEWEST_SLOTS;
    size_t bytes = (size_t)symbols->slot_count * sizeof *symbols->slots;
    symbols->slots = mem_alloc(bytes);
    memset(symbols->slots, 0xff, bytes);
    for (symbol_id id = 0; id < symbols->all.count; id++) {
        uint32_t mask = symbols->slot_count - 1;
        uint32_t i = symbols->all.data[id].hash & mask;
        while (symbols->slots[i] != SYMBOL_NONE)
            i = (i + 1) & mask;
        symbols->slots[i] = id;
    }
}

static symbol_id intern(struct symbols *symbols, const char *text, size_t length, bool copy)
{
    if (symbols->all.count >= symbols->slot_count / 2)
        grow(symbols);
    uint32_t hash = (uint32_t)XXH3_64bits(text, length);
    symbol_id *slot = find_slot(symbols, text, length, hash);
    if (*slot == SYMBOL_NONE) {
        *slot = symbols->all.count;
        if (copy)
            text = arena_strndup(&symbols->copies, text, length);
        vec_push(
            &symbols->all,
            ((struct symbol){
                .text = text, .length = (uint32_t)length, .hash = hash, .offset = UINT32_MAX}));
    }
    return *slot;
}

symbol_id symbols_intern(struct symbols *symbols, const char *text, size_t length)
{
    return intern(symbols, text, length, false);
}

symbol_id symbols_intern_copy(struct symbols *symbols, const char *text, size_t length)
{
    return intern(symbols, text, length, true);
}
