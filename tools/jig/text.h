/*
 * Text as a terminal shows it: how wide it is, how to shorten it, how to take colours out; and
 * which known word a misspelt one was meant to be.
 *
 * Text is UTF-8; a byte that is not part of a character counts as one column. Pure functions.
 */
#ifndef JIG_TOOL_TEXT_H
#define JIG_TOOL_TEXT_H

#include "engine/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Shortens `text` to at most `columns` by putting "..." for its middle, a little more of the end
 * being kept than of the beginning. Colour sequences (ESC [ … m) take no room and are all kept,
 * also those of the part that goes, so that what follows looks as before. O(length).
 */
void text_elide_middle(struct buf *text, size_t columns);

/* Appends text[0..length) without its control sequences (ESC [ … letter). O(length). */
void text_append_plain(struct buf *out, const char *text, size_t length);

/*
 * Appends text[0..length) as one that moves no cursor: control characters, and bytes that are part
 * of no character, become "?"; colour sequences stay with `colour`, and else are left out.
 * O(length).
 */
void text_append_visible(struct buf *out, const char *text, size_t length, bool colour);

/* The columns that a terminal shows `text` in. O(length). */
size_t text_width(const struct buf *text);

/* The first word of `words` (ended by NULL) that differs least from `text`, by at most three
 * letters; else NULL. */
const char *text_closest(const char *text, const char *const *words);

/* `one` of a single thing, else `many`. */
static inline const char *text_plural(uint64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

/* A number of bytes, short: "512 B", "1.5 MiB". */
struct text_size {
    char text[24];
};
struct text_size text_size(uint64_t bytes);

/* For qsort over an array of strings: by bytes. */
int text_compare(const void *a, const void *b);

#endif
