#include "engine/manifest/ninja/text.h"

#include "engine/manifest/ninja/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PREFERRED_BYTES = 256 * 1024 };

int text_open(struct text *text, const char *path)
{
    *text = (struct text){.fd = open(path, O_RDONLY | O_CLOEXEC), .preferred = PREFERRED_BYTES};
    if (text->fd < 0)
        return errno;
    struct stat st;
    if (fstat(text->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < PREFERRED_BYTES)
        buf_reserve(&text->bytes, (size_t)st.st_size + 1 + SCAN_PADDING);
    return 0;
}

void text_open_bytes(struct text *text, struct buf bytes)
{
    *text = (struct text){.fd = -1, .bytes = bytes};
}

void text_close(struct text *text)
{
    if (text->fd >= 0)
        close(text->fd);
    buf_free(&text->bytes);
}

/* Reads until there are `wanted` bytes, or the file ends and is closed. Returns 0 or errno. */
static int fill(struct text *text, size_t wanted)
{
    struct buf *bytes = &text->bytes;
    while (text->fd >= 0 && bytes->length < wanted) {
        if (bytes->capacity <= bytes->length + 1 + SCAN_PADDING)
            buf_reserve(bytes, wanted - bytes->length + SCAN_PADDING);
        size_t room = bytes->capacity - bytes->length - 1 - SCAN_PADDING;
        ssize_t n = read(text->fd, bytes->data + bytes->length, room);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        bytes->length += (size_t)n;
        if (n == 0) {
            close(text->fd);
            text->fd = -1;
        }
    }
    return 0;
}

static bool begins_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/*
 * Whether a statement surely begins at bytes[i]: a name at the start of a line, where the line
 * before is not continued and has no comment, since a comment hides the end of its line.
 */
static bool begins_statement(const char *bytes, size_t i)
{
    if (!begins_name(bytes[i]))
        return false;
    size_t end = i - 1; /* of the line before */
    const char *newline = memrchr(bytes, '\n', end);
    size_t start = newline ? (size_t)(newline - bytes) + 1 : 0;
    if (end > start && bytes[end - 1] == '\r')
        end--;
    bool is_continued = end > start && bytes[end - 1] == '$';
    return !is_continued && !memchr(bytes + start, '#', end - start);
}

/* The last place where a statement begins, or 0. */
static size_t last_statement(const struct buf *bytes)
{
    for (size_t i = bytes->length; i > 1;) {
        const char *newline = memrchr(bytes->data, '\n', i - 1);
        if (!newline)
            return 0;
        i = (size_t)(newline - bytes->data) + 1;
        if (begins_statement(bytes->data, i))
            return i;
    }
    return 0;
}

/* Drops the window, so that what was read beyond it comes first. */
static void drop_window(struct text *text)
{
    struct buf *bytes = &text->bytes;
    if (text->window == 0)
        return;
    bytes->data[text->window] = text->held;
    memmove(bytes->data, bytes->data + text->window, bytes->length - text->window);
    bytes->length -= text->window;
}

bool text_next(struct text *text, const char **start, size_t *length, int *failed)
{
    struct buf *bytes = &text->bytes;
    drop_window(text);
    text->window = 0;
    for (size_t wanted = text->preferred; text->window == 0; wanted = 2 * bytes->length) {
        if ((*failed = fill(text, wanted)))
            return false;
        text->window = text->fd < 0 ? bytes->length : last_statement(bytes);
        if (text->fd < 0)
            break;
    }
    memset(buf_reserve(bytes, SCAN_PADDING), 0, SCAN_PADDING);
    text->held = bytes->data[text->window];
    bytes->data[text->window] = '\0';
    *start = bytes->data;
    *length = text->window;
    return text->window > 0;
}
