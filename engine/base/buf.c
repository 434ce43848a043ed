#include "engine/base/buf.h"

#include "engine/base/memory.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

char *buf_reserve(struct buf *buf, size_t extra)
{
    size_t wanted = buf->length + extra + 1;
    if (wanted < extra)
        mem_exhausted(extra);
    if (wanted > buf->capacity) {
        size_t grown = buf->capacity * 2;
        buf->capacity = grown > wanted ? grown : wanted < 64 ? 64 : wanted;
        buf->data = mem_realloc(buf->data, buf->capacity);
    }
    return buf->data + buf->length;
}

void buf_append(struct buf *buf, const void *bytes, size_t length)
{
    char *to = buf_reserve(buf, length);
    if (length)
        memcpy(to, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void buf_append_str(struct buf *buf, const char *text)
{
    buf_append(buf, text, strlen(text));
}

void buf_append_char(struct buf *buf, char c)
{
    char *to = buf_reserve(buf, 1);
    to[0] = c;
    to[1] = '\0';
    buf->length++;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    char *to = buf_reserve(buf, 0);
    size_t room = buf->capacity - buf->length;
    int length = vsnprintf(to, room, format, args);
    va_end(args);
    if (length > 0 && (size_t)length >= room) {
        to = buf_reserve(buf, (size_t)length);
        vsnprintf(to, (size_t)length + 1, format, again);
    }
    if (length > 0)
        buf->length += (size_t)length;
    va_end(again);
}

/* Characters no POSIX shell gives a meaning to, anywhere in a word. */
static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '.' || c == '/';
}

void buf_append_shell_quoted(struct buf *buf, const char *bytes, size_t length)
{
    bool plain = length > 0;
    for (size_t i = 0; i < length && plain; i++)
        plain = is_plain(bytes[i]);
    if (plain) {
        buf_append(buf, bytes, length);
        return;
    }
    buf_append_char(buf, '\'');
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\'')
            buf_append(buf, "'\\''", 4);
        else
            buf_append_char(buf, bytes[i]);
    }
    buf_append_char(buf, '\'');
}

void buf_clear(struct buf *buf)
{
    buf->length = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}

const char *buf_cstr(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}
