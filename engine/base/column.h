/*
 * A column: one VEC of plain data, described so that the state can write it to the image and
 * point it at a mapped image without knowing what it means.
 *
 * Elements hold no pointers. A column pointed into a mapping has capacity 0 (borrowed); the
 * mapping is private and writable, so elements may still be changed in place.
 */
#ifndef BASE_COLUMN_H
#define BASE_COLUMN_H

#include <stdint.h>

struct column {
    const char *name; /* unique in its image; at most 23 bytes */
    void **data;      /* the VEC's fields, by address */
    uint32_t *count;
    uint32_t *capacity;
    uint32_t element_bytes; /* a change of layout changes the image version */
};

#define COLUMN(column_name, vec)                                                                   \
    (struct column)                                                                                \
    {                                                                                              \
        .name = (column_name), .data = (void **)&(vec)->data, .count = &(vec)->count,              \
        .capacity = &(vec)->capacity, .element_bytes = sizeof *(vec)->data                         \
    }

#endif
