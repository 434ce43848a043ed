/*
 * An arena: many small allocations that die together. Not thread-safe; one owner.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/* Zero-initialised is empty and ready. What it takes from the heap grows with what it holds: one
 * that holds little costs little. */
struct arena {
    struct arena_block *blocks; /* newest first; allocation happens in the first only */
    char *next;                 /* first free byte of the newest block */
    char *end;                  /* one past its last byte */
    size_t block_bytes;         /* of the newest block, unless that is for something larger */
};

/* `bytes` of zeroed memory aligned for any type. O(1) amortised. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* A NUL-terminated copy of text[0..length). */
char *arena_strndup(struct arena *arena, const char *text, size_t length);
/* Frees everything; the arena is empty and ready again. */
void arena_free(struct arena *arena);

#endif
