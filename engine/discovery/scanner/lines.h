/* Lines of a text, counted only as far as they are asked for. */
#ifndef DISCOVERY_LINES_H
#define DISCOVERY_LINES_H

#include <stdint.h>
#include <string.h>

struct lines {
    const char *counted; /* `line` is the line of this byte */
    uint32_t line;       /* 1-based */
};

static inline struct lines lines_begin(const char *text)
{
    return (struct lines){text, 1};
}

/* The line of `at`; places asked for before it stay where they are. O(bytes since the last). */
static inline uint32_t lines_at(struct lines *lines, const char *at)
{
    while (lines->counted < at) {
        const char *newline = memchr(lines->counted, '\n', (size_t)(at - lines->counted));
        lines->line += newline != NULL;
        lines->counted = newline ? newline + 1 : at;
    }
    return lines->line;
}

#endif
