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
    const char *newline;
    while (lines->counted < at &&
           (newline = memchr(lines->counted, '\n', (size_t)(at - lines->counted)))) {
        lines->counted = newline + 1;
        lines->line++;
    }
    return lines->line;
}

#endif
