/*
 * Symbols: the distinct words of one text, numbered in the order they were first seen.
 *
 * Not thread-safe; one owner. Zero-initialised is empty and ready.
 */
#ifndef DISCOVERY_SYMBOLS_H
#define DISCOVERY_SYMBOLS_H

#include "engine/base/arena.h"
#include "engine/base/memory.h"

#include <stdbool.h>

typedef uint32_t symbol_id;

#define SYMBOL_NONE UINT32_MAX

enum symbol_flag {
    SYMBOL_LOCAL = 1u << 0,    /* something at the file's top level introduces it */
    SYMBOL_DEFINED = 1u << 1,  /* and that is a definition of this file */
    SYMBOL_AGAIN = 1u << 2,    /* several statements define it */
    SYMBOL_EXPORTED = 1u << 3, /* importers know its definitions by this name */
    SYMBOL_LOOSE = 1u << 4,    /* text outside of definitions mentions it */
    SYMBOL_HIDDEN = 1u << 5,   /* text outside of definitions may introduce it */
    SYMBOL_AS_TYPE = 1u << 7,  /* and only as a type: export type { a } */
    SYMBOL_IMPORTED = 1u << 6, /* it is the key of an import that is listed */
};

struct symbol {
    const char *text; /* not terminated; in the scanned text, or in the arena */
    uint32_t length;
    uint32_t hash;
    uint32_t offset;      /* in the facts' text; UINT32_MAX until it is there */
    uint32_t statement;   /* the last one that mentioned it */
    uint32_t defined;     /* the last statement that defined it */
    uint32_t definitions; /* the last of them, + 1, in the outline's; 0: none */
    uint32_t flags;       /* enum symbol_flag */
};

struct symbols {
    VEC(struct symbol) all;
    symbol_id *slots;    /* open addressing, linear probing; SYMBOL_NONE is free */
    uint32_t slot_count; /* a power of two, over half of it free; or 0 */
    struct arena copies;
};

void symbols_free(struct symbols *symbols);

/* The symbol of text[0..length), which must outlive the table. O(length), amortised. */
symbol_id symbols_intern(struct symbols *symbols, const char *text, size_t length);
/* The same for text that will not stay where it is: it is copied when new. */
symbol_id symbols_intern_copy(struct symbols *symbols, const char *text, size_t length);

static inline struct symbol *symbols_at(const struct symbols *symbols, symbol_id id)
{
    return &symbols->all.data[id];
}

#endif
