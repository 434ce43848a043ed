/*
 * The text of a manifest file, some whole statements at a time.
 *
 * Manifests of tens of megabytes are common. Read as a whole, such a file costs more in page
 * faults than in parsing, and is most of the memory that parsing takes. So it is read through a
 * buffer that stays in the cache: a *window* onto the file that ends where a line begins with a
 * name, which no statement goes across. Only a longer statement makes the buffer grow.
 */
#ifndef MANIFEST_NINJA_TEXT_H
#define MANIFEST_NINJA_TEXT_H

#include "engine/base/buf.h"

#include <stdbool.h>

struct text {
    int fd;           /* -1 when all has been read */
    size_t preferred; /* bytes to have before looking for a window's end */
    struct buf bytes; /* the window, what was read beyond it, and padding for the lexer */
    size_t window;    /* length of the window; 0 before the first */
    char held;        /* the byte behind the window, in whose place the lexer sees a NUL */
};

/* Opens `path`, to be closed with text_close whatever comes of it. Returns 0 or errno. */
int text_open(struct text *text, const char *path);
/* Takes over `bytes`, the whole content of a file. */
void text_open_bytes(struct text *text, struct buf bytes);
/*
 * Moves on to the next window, of *length bytes at *start and followed by SCAN_PADDING zeros or
 * bytes that do not matter; the one before is gone. False at the end of the file, and when it
 * cannot be read, with errno in *failed, else 0.
 */
bool text_next(struct text *text, const char **start, size_t *length, int *failed);
void text_close(struct text *text);

#endif
