/*
 * Allocation that cannot fail, and growable arrays.
 *
 * Running out of memory calls the handler of jig_set_out_of_memory_handler and never returns
 * here, so callers have no error path to get wrong.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *mem_alloc(size_t bytes);
void *mem_zalloc(size_t bytes);
void *mem_realloc(void *old, size_t bytes);
/* `count * size` bytes, zeroed; an overflowing product counts as out of memory. */
void *mem_array(size_t count, size_t size);
char *mem_strndup(const char *text, size_t length);
_Noreturn void mem_exhausted(size_t bytes_wanted);

/*
 * VEC(T): an array of T that grows. `capacity` 0 with data set means the elements are borrowed
 * (mapped from the image): they may be read and written in place, and the first growth copies
 * them. Zero-initialised is empty. Free with vec_free, which leaves borrowed data alone.
 */
#define VEC(T)                                                                                     \
    struct {                                                                                       \
        T *data;                                                                                   \
        uint32_t count;                                                                            \
        uint32_t capacity;                                                                         \
    }

/* Makes room for `extra` more elements. Amortised O(1) an element. */
#define vec_reserve(v, extra)                                                                      \
    ((v)->data = vec_grow_((v)->data, (v)->count, &(v)->capacity, (extra), sizeof *(v)->data))

/* Appends `value`. */
#define vec_push(v, value)                                                                         \
    do {                                                                                           \
        if ((v)->count >= (v)->capacity)                                                           \
            vec_reserve((v), 1);                                                                   \
        (v)->data[(v)->count++] = (value);                                                         \
    } while (0)

/* Appends `n` zeroed elements. */
#define vec_extend(v, n)                                                                           \
    ((v)->data = vec_extend_((v)->data, &(v)->count, &(v)->capacity, (n), sizeof *(v)->data))

#define vec_free(v)                                                                                \
    do {                                                                                           \
        vec_free_((v)->data, (v)->capacity);                                                       \
        (v)->data = NULL;                                                                          \
        (v)->count = (v)->capacity = 0;                                                            \
    } while (0)

void *vec_grow_(void *data, uint32_t count, uint32_t *capacity, size_t extra, size_t size);
void *vec_extend_(void *data, uint32_t *count, uint32_t *capacity, size_t extra, size_t size);
void vec_free_(void *data, uint32_t capacity);

#endif
