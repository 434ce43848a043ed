/*
 * A growable byte string. Not thread-safe.
 *
 * Zero-initialised is empty. `data` is NULL until something was appended; after that it is
 * always NUL-terminated one past `length`, so it can be used as a C string.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "jig/error.h"

#include <stddef.h>

struct buf {
    char *data;
    size_t length;
    size_t capacity; /* bytes allocated, counting the terminator */
};

void buf_append(struct buf *buf, const void *bytes, size_t length);
void buf_append_str(struct buf *buf, const char *text);
void buf_append_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) JIG_PRINTF(2, 3);
/* Appends `bytes` so that /bin/sh reads them back as one word; plain words stay as they are. */
void buf_append_shell_quoted(struct buf *buf, const char *bytes, size_t length);
/* Room for `extra` more bytes plus the terminator; returns where they go. */
char *buf_reserve(struct buf *buf, size_t extra);
/* Empties without freeing. */
void buf_clear(struct buf *buf);
void buf_free(struct buf *buf);
/* The bytes as a C string that is never NULL. */
const char *buf_cstr(const struct buf *buf);

#endif
