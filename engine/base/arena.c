#include "engine/base/arena.h"

#include "engine/base/memory.h"

#include <stdalign.h>
#include <stdlib.h>

enum { FIRST_BLOCK_BYTES = 1024, LARGEST_BLOCK_BYTES = 64 * 1024 };

struct arena_block {
    struct arena_block *older;
    alignas(max_align_t) char bytes[];
};

static size_t next_block_bytes(struct arena *arena)
{
    size_t doubled = arena->block_bytes * 2;
    arena->block_bytes = doubled == 0                    ? FIRST_BLOCK_BYTES
                         : doubled < LARGEST_BLOCK_BYTES ? doubled
                                                         : LARGEST_BLOCK_BYTES;
    return arena->block_bytes;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    size_t rounded = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (rounded < bytes)
        mem_exhausted(bytes);
    if ((size_t)(arena->end - arena->next) < rounded) {
        size_t usual = next_block_bytes(arena);
        size_t size = rounded > usual ? rounded : usual;
        struct arena_block *block = mem_zalloc(sizeof *block + size);
        block->older = arena->blocks;
        arena->blocks = block;
        arena->next = block->bytes;
        arena->end = block->bytes + size;
    }
    void *p = arena->next;
    arena->next += rounded;
    return p;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

void arena_free(struct arena *arena)
{
    for (struct arena_block *block = arena->blocks; block;) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
    *arena = (struct arena){0};
}
