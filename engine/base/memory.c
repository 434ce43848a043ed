#include "engine/base/memory.h"

#include "jig/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void default_handler(uint64_t bytes_wanted)
{
    char line[96];
    int n = snprintf(line, sizeof line, "jig: out of memory (wanted %llu bytes)\n",
                     (unsigned long long)bytes_wanted);
    ssize_t written = write(STDERR_FILENO, line, (size_t)n);
    (void)written;
    abort();
}

/* Set once before threads exist, by contract of the public setter; only read afterwards. */
static void (*out_of_memory)(uint64_t) = default_handler;

void jig_set_out_of_memory_handler(void (*handler)(uint64_t bytes_wanted))
{
    out_of_memory = handler ? handler : default_handler;
}

void mem_exhausted(size_t bytes_wanted)
{
    out_of_memory(bytes_wanted);
    abort();
}

void *mem_alloc(size_t bytes)
{
    void *p = malloc(bytes ? bytes : 1);
    if (!p)
        mem_exhausted(bytes);
    return p;
}

void *mem_zalloc(size_t bytes)
{
    return mem_array(1, bytes);
}

void *mem_array(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (!p)
        mem_exhausted(count * size);
    return p;
}

void *mem_realloc(void *old, size_t bytes)
{
    void *p = realloc(old, bytes ? bytes : 1);
    if (!p)
        mem_exhausted(bytes);
    return p;
}

char *mem_strndup(const char *text, size_t length)
{
    char *copy = mem_alloc(length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void *vec_grow_(void *data, uint32_t count, uint32_t *capacity, size_t extra, size_t size)
{
    size_t wanted = (size_t)count + extra;
    if (wanted <= *capacity)
        return data;
    if (wanted > UINT32_MAX)
        mem_exhausted(wanted * size);
    size_t grown = *capacity + (size_t)*capacity / 2;
    if (grown < wanted)
        grown = wanted;
    if (grown < 8)
        grown = 8;
    if (grown > UINT32_MAX)
        grown = UINT32_MAX;
    void *fresh;
    if (*capacity) {
        fresh = mem_realloc(data, grown * size);
    } else {
        fresh = mem_alloc(grown * size);
        if (count)
            memcpy(fresh, data, (size_t)count * size);
    }
    *capacity = (uint32_t)grown;
    return fresh;
}

void *vec_extend_(void *data, uint32_t *count, uint32_t *capacity, size_t extra, size_t size)
{
    char *grown = vec_grow_(data, *count, capacity, extra, size);
    if (extra)
        memset(grown + *count * size, 0, extra * size);
    *count += (uint32_t)extra;
    return grown;
}

void vec_free_(void *data, uint32_t capacity)
{
    if (capacity)
        free(data);
}
