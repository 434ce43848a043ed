/*
 * Skipping over plain text sixteen bytes at a time.
 *
 * A manifest is mostly long stretches without any special character. The functions here move to
 * the first byte that may be special: a block of sixteen is tested at once with the compiler's
 * vector types, then the exact byte is found one by one. Text must be followed by SCAN_PADDING
 * zero bytes, which also end every search.
 */
#ifndef MANIFEST_NINJA_SCAN_H
#define MANIFEST_NINJA_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SCAN_PADDING = 32 };

typedef uint8_t scan_block __attribute__((vector_size(16)));
typedef int8_t scan_mask __attribute__((vector_size(16)));

static inline scan_block scan_load(const char *p)
{
    scan_block block;
    memcpy(&block, p, sizeof block);
    return block;
}

static inline bool scan_any(scan_mask mask)
{
    uint64_t half[2];
    memcpy(half, &mask, sizeof half);
    return (half[0] | half[1]) != 0;
}

/* Whether `c` ends a run of plain text in the value of a variable. */
static inline bool scan_ends_value(char c)
{
    return c == '\n' || c == '$' || c == '\r' || c == '\0';
}

/* Whether `c` ends a run of plain text in a path. */
static inline bool scan_ends_path(char c)
{
    return c == ' ' || c == ':' || c == '|' || scan_ends_value(c);
}

/* The first byte from `p` on for which scan_ends_value holds. */
static inline const char *scan_value(const char *p)
{
    for (;; p += sizeof(scan_block)) {
        scan_block b = scan_load(p);
        if (scan_any((b <= (uint8_t)'\r') | (b == (uint8_t)'$')))
            break;
    }
    while (!scan_ends_value(*p))
        p++;
    return p;
}

/* The first byte from `p` on for which scan_ends_path holds. */
static inline const char *scan_path(const char *p)
{
    for (;; p += sizeof(scan_block)) {
        scan_block b = scan_load(p);
        if (scan_any((b <= (uint8_t)' ') | (b == (uint8_t)'$') | (b == (uint8_t)':') |
                     (b == (uint8_t)'|')))
            break;
    }
    while (!scan_ends_path(*p))
        p++;
    return p;
}

/*
 * Whether path[0..length) is surely canonical: after any leading `../`, no component is empty or
 * begins with a dot, and no slash ends it. False may mean either. Reads nothing past the end.
 */
static inline bool scan_is_canonical(const char *path, size_t length)
{
    while (length >= 3 && memcmp(path, "../", 3) == 0) {
        path += 3;
        length -= 3;
    }
    if (length == 0 || path[0] == '.' || path[length - 1] == '/')
        return false;
    size_t i = 0;
    for (; i + sizeof(scan_block) < length; i += sizeof(scan_block)) {
        scan_block here = scan_load(path + i), next = scan_load(path + i + 1);
        if (scan_any((here == (uint8_t)'/') & ((next == (uint8_t)'/') | (next == (uint8_t)'.'))))
            return false;
    }
    for (; i + 1 < length; i++) {
        if (path[i] == '/' && (path[i + 1] == '/' || path[i + 1] == '.'))
            return false;
    }
    return true;
}

/* Whether every byte of the block is one that a shell takes as it is in any place of a word. */
static inline bool scan_block_is_word(scan_block b)
{
    scan_block letter = (b | 0x20) - (uint8_t)'a'; /* 0 to 25 for both cases */
    scan_block digit = b - (uint8_t)'-';           /* "-./0123456789" lie side by side */
    scan_mask word =
        (letter <= 25) | (digit <= '9' - '-') | (b == (uint8_t)'_') | (b == (uint8_t)'+');
    return !scan_any(~word);
}

/* Whether the shell reads text[0..length), not empty, as one word without quotes around it. */
static inline bool scan_is_word(const char *text, size_t length)
{
    size_t i = 0;
    for (; i + sizeof(scan_block) <= length; i += sizeof(scan_block)) {
        if (!scan_block_is_word(scan_load(text + i)))
            return false;
    }
    char rest[sizeof(scan_block)];
    memset(rest, '_', sizeof rest);
    memcpy(rest, text + i, length - i);
    return length > 0 && scan_block_is_word(scan_load(rest));
}

#endif
