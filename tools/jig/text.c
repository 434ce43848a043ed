#include "tools/jig/text.h"

#include "engine/base/edit_distance.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ESCAPE = 0x1b };

/* What stands at one place of a text: a character, or a colour sequence that shows nothing. */
struct glyph {
    size_t length;  /* bytes */
    size_t columns; /* 0 for a colour sequence */
};

/* The length of the colour sequence at the start of text[0..length), or 0. */
static size_t colour_sequence(const char *text, size_t length)
{
    if (length < 3 || text[0] != ESCAPE || text[1] != '[')
        return 0;
    for (size_t i = 2; i < length; i++) {
        if (text[i] == 'm')
            return i + 1;
        if ((text[i] < '0' || text[i] > '9') && text[i] != ';')
            return 0;
    }
    return 0;
}

/* Code points that terminals show two columns wide, from Unicode's EastAsianWidth.txt: the blocks
 * in which nearly all are W or F. */
static bool is_wide(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } blocks[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x4dbf},   {0x4e00, 0xa4cf},
        {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
        {0xff01, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff},
        {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        if (c <= blocks[i].last)
            return c >= blocks[i].first;
    }
    return false;
}

/* The character at the start of text[0..length), length > 0. */
static struct glyph character(const char *text, size_t length)
{
    unsigned char lead = (unsigned char)text[0];
    size_t bytes = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    if (bytes == 1 || bytes > length)
        return (struct glyph){1, 1};
    uint32_t code = lead & (0x7fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        unsigned char next = (unsigned char)text[i];
        if ((next & 0xc0) != 0x80)
            return (struct glyph){1, 1};
        code = code << 6 | (next & 0x3f);
    }
    return (struct glyph){bytes, is_wide(code) ? 2 : 1};
}

static struct glyph glyph_at(const char *text, size_t length)
{
    size_t sequence = colour_sequence(text, length);
    return sequence ? (struct glyph){sequence, 0} : character(text, length);
}

size_t text_width(const struct buf *text)
{
    size_t columns = 0;
    for (size_t i = 0; i < text->length;) {
        struct glyph glyph = glyph_at(text->data + i, text->length - i);
        columns += glyph.columns;
        i += glyph.length;
    }
    return columns;
}

void text_elide_middle(struct buf *text, size_t columns)
{
    if (text->length <= columns)
        return; /* no character is wider than it is long */
    size_t width = text_width(text);
    if (width <= columns)
        return;
    size_t dots = columns < 3 ? columns : 3;
    size_t gap_begin = (columns - dots) / 2;
    size_t gap_end = width - (columns - dots - gap_begin);

    struct buf out = {0};
    size_t column = 0;
    bool dotted = false;
    for (size_t i = 0; i < text->length;) {
        struct glyph glyph = glyph_at(text->data + i, text->length - i);
        if (!dotted && (column >= gap_begin || column + glyph.columns > gap_begin)) {
            buf_append(&out, "...", dots);
            dotted = true;
        }
        if (glyph.columns == 0 || column >= gap_end || !dotted)
            buf_append(&out, text->data + i, glyph.length);
        column += glyph.columns;
        i += glyph.length;
    }
    buf_free(text);
    *text = out;
}

void text_append_plain(struct buf *out, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        const char *escape = memchr(text, ESCAPE, (size_t)(end - text));
        buf_append(out, text, (size_t)((escape ? escape : end) - text));
        if (!escape)
            return;
        text = escape + 1;
        if (text == end || *text != '[')
            continue;
        while (++text < end) {
            if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z')) {
                text++;
                break;
            }
        }
    }
}

/* Whether text[0..length) is one character that is shown. */
static bool is_shown(const char *text, size_t length)
{
    unsigned char first = (unsigned char)text[0];
    bool c1 = length == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0;
    return length > 1 ? !c1 : first >= 0x20 && first < 0x7f;
}

void text_append_visible(struct buf *out, const char *text, size_t length, bool colour)
{
    for (size_t i = 0; i < length;) {
        struct glyph glyph = glyph_at(text + i, length - i);
        bool kept = glyph.columns ? is_shown(text + i, glyph.length) : colour;
        if (kept)
            buf_append(out, text + i, glyph.length);
        else if (glyph.columns)
            buf_append_char(out, '?');
        i += glyph.length;
    }
}

const char *text_closest(const char *text, const char *const *words)
{
    enum { FARTHEST = 3 };
    const char *closest = NULL;
    uint32_t least = FARTHEST + 1;
    for (; *words; words++) {
        uint32_t distance = edit_distance(text, strlen(text), *words, strlen(*words), least - 1);
        if (distance < least) {
            least = distance;
            closest = *words;
        }
        if (least == 0)
            break;
    }
    return closest;
}

struct text_size text_size(uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    struct text_size out;
    if (bytes < 1024) {
        snprintf(out.text, sizeof out.text, "%" PRIu64 " B", bytes);
        return out;
    }
    double scaled = (double)bytes / 1024;
    size_t unit = 0;
    for (; scaled >= 1024 && unit < 3; unit++)
        scaled /= 1024;
    snprintf(out.text, sizeof out.text, "%.1f %s", scaled, units[unit]);
    return out;
}

int text_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}
