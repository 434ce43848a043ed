#include "engine/base/edit_distance.h"

#include "engine/base/memory.h"

#include <stdlib.h>

uint32_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length,
                       uint32_t limit)
{
    size_t gap = a_length > b_length ? a_length - b_length : b_length - a_length;
    if (gap > limit)
        return limit + 1;
    uint32_t *row = mem_array(b_length + 1, sizeof *row);
    for (size_t j = 0; j <= b_length; j++)
        row[j] = (uint32_t)j;
    for (size_t i = 1; i <= a_length; i++) {
        uint32_t diagonal = row[0];
        uint32_t best = row[0] = (uint32_t)i;
        for (size_t j = 1; j <= b_length; j++) {
            uint32_t replace = diagonal + (a[i - 1] != b[j - 1]);
            uint32_t shorter = row[j] < row[j - 1] ? row[j] : row[j - 1];
            diagonal = row[j];
            row[j] = replace < shorter + 1 ? replace : shorter + 1;
            if (row[j] < best)
                best = row[j];
        }
        if (best > limit) {
            free(row);
            return limit + 1;
        }
    }
    uint32_t distance = row[b_length];
    free(row);
    return distance <= limit ? distance : limit + 1;
}
