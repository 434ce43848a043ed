#include "engine/discovery/scanner/typescript_text.h"

#include <string.h>

#define L  (TS_WORD_START | TS_WORD_PART)
#define D  (TS_DIGIT | TS_WORD_PART)
#define B  TS_BLANK
#define E  TS_LINE_END
#define H  (L | TS_HIGH)
#define H8 H, H, H, H, H, H, H, H

/* clang-format off */
const uint8_t ts_classes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, B, E, B, B, E, 0, 0, /* \t \n \v \f \r */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    B, 0, 0, 0, L, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* space $ */
    D, D, D, D, D, D, D, D, D, D, 0, 0, 0, 0, 0, 0,
    0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, 0, L, 0, 0, L, /* \ _ */
    0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, 0, 0, 0, 0, 0,
    H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8,
};
/* clang-format on */

/* ---- white space and comments -------------------------------------------------------------- */

size_t ts_unicode_space(const char *p, const char *end, bool *newline)
{
    size_t left = (size_t)(end - p);
    const unsigned char *u = (const unsigned char *)p;
    if (left >= 2 && u[0] == 0xc2 && (u[1] == 0xa0 || u[1] == 0x85)) /* U+00A0, U+0085 */
        return 2;
    if (left < 3)
        return 0;
    uint32_t character = (uint32_t)u[0] << 16 | (uint32_t)u[1] << 8 | u[2];
    if (character == 0xe280a8 || character == 0xe280a9) { /* U+2028, U+2029 */
        *newline = true;
        return 3;
    }
    bool space = (character >= 0xe28080 && character <= 0xe2808b) /* U+2000 to U+200B */
                 || character == 0xe280af                         /* U+202F */
                 || character == 0xe2819f                         /* U+205F */
                 || character == 0xe19a80                         /* U+1680 */
                 || character == 0xe38080                         /* U+3000 */
                 || character == 0xefbbbf;                        /* U+FEFF, the byte order mark */
    return space ? 3 : 0;
}

const char *ts_skip_line(const char *p, const char *end)
{
    bool newline = false;
    while (p < end && !ts_is(*p, TS_LINE_END)) {
        if (ts_is(*p, TS_HIGH) && ts_unicode_space(p, end, &newline) && newline)
            break;
        p++;
    }
    return p;
}

/* Behind the comment whose inside begins at p. */
static const char *skip_block_comment(const char *p, const char *end, bool *newline)
{
    const char *from = p;
    while ((p = memchr(p, '*', (size_t)(end - p)))) {
        p++;
        if (p < end && *p == '/') {
            p++;
            break;
        }
    }
    if (!p)
        p = end;
    if (!*newline &&
        (memchr(from, '\n', (size_t)(p - from)) || memchr(from, '\r', (size_t)(p - from))))
        *newline = true;
    return p;
}

const char *ts_skip_trivia(const char *p, const char *end, bool *newline)
{
    while (p < end) {
        if (ts_is(*p, TS_BLANK)) {
            p++;
        } else if (ts_is(*p, TS_LINE_END)) {
            *newline = true;
            p++;
        } else if (*p == '/' && end - p > 1 && p[1] == '/') {
            p = ts_skip_line(p, end);
        } else if (*p == '/' && end - p > 1 && p[1] == '*') {
            p = skip_block_comment(p + 2, end, newline);
        } else {
            size_t space = ts_is(*p, TS_HIGH) ? ts_unicode_space(p, end, newline) : 0;
            if (!space)
                return p;
            p += space;
        }
    }
    return p;
}

/* ---- words --------------------------------------------------------------------------------- */

const char *ts_skip_word(const char *p, const char *end, bool *escaped)
{
    bool newline = false;
    for (; p < end && ts_is(*p, TS_WORD_PART); p++) {
        if (*p == '\\') {
            *escaped = true;
            if (end - p > 2 && p[1] == 'u' && p[2] == '{') {
                p += 2;
                while (end - p > 1 && ts_is(p[1], TS_DIGIT | TS_WORD_START))
                    p++;
                if (end - p > 1 && p[1] == '}')
                    p++;
            }
        } else if (ts_is(*p, TS_HIGH) && ts_unicode_space(p, end, &newline)) {
            break;
        }
    }
    return p;
}

/* ---- escapes ------------------------------------------------------------------------------- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Reads at most `most` hexadecimal digits at *at and moves it behind them. */
static uint32_t read_hex(const char **at, const char *end, int most)
{
    uint32_t value = 0;
    const char *p = *at;
    for (; most > 0 && p < end && hex_value(*p) >= 0; most--, p++) {
        if (value <= 0x10ffff)
            value = value * 16 + (uint32_t)hex_value(*p);
    }
    *at = p;
    return value;
}

static void append_utf8(uint32_t c, struct buf *out)
{
    if (c > 0x10ffff)
        c = 0xfffd;
    if (c < 0x80) {
        buf_append_char(out, (char)c);
        return;
    }
    if (c < 0x800) {
        buf_append_char(out, (char)(0xc0 | c >> 6));
    } else {
        if (c < 0x10000) {
            buf_append_char(out, (char)(0xe0 | c >> 12));
        } else {
            buf_append_char(out, (char)(0xf0 | c >> 18));
            buf_append_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        buf_append_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    buf_append_char(out, (char)(0x80 | (c & 0x3f)));
}

/* The digits of \uXXXX or \u{X…}. */
static uint32_t read_code_point(const char **at, const char *end)
{
    if (*at == end || **at != '{')
        return read_hex(at, end, 4);
    ++*at;
    uint32_t value = read_hex(at, end, INT32_MAX);
    if (*at < end && **at == '}')
        ++*at;
    return value;
}

/* A character above U+FFFF may be written as two escapes, its surrogates. */
static uint32_t read_unicode(const char **at, const char *end)
{
    uint32_t high = read_code_point(at, end);
    const char *p = *at;
    if (high < 0xd800 || high > 0xdbff || end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return high;
    p += 2;
    uint32_t low = read_code_point(&p, end);
    if (low < 0xdc00 || low > 0xdfff)
        return high;
    *at = p;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Appends what the escape whose letter is at *at stands for. */
static void decode_escape(const char **at, const char *end, struct buf *out)
{
    static const char plain[] = "n\nt\tr\rb\bf\fv\v0\0";
    char c = *(*at)++;
    for (size_t i = 0; i + 1 < sizeof plain; i += 2) {
        if (c == plain[i]) {
            buf_append_char(out, plain[i + 1]);
            return;
        }
    }
    if (c == 'u') {
        append_utf8(read_unicode(at, end), out);
    } else if (c == 'x') {
        append_utf8(read_hex(at, end, 2), out);
    } else if (c == '\r') { /* a line that goes on */
        if (*at < end && **at == '\n')
            ++*at;
    } else if (c != '\n') {
        buf_append_char(out, c);
    }
}

void ts_decode(const char *p, const char *end, struct buf *out)
{
    while (p < end) {
        const char *escape = memchr(p, '\\', (size_t)(end - p));
        const char *to = escape ? escape : end;
        buf_append(out, p, (size_t)(to - p));
        if (!escape || escape + 1 == end)
            return;
        p = escape + 1;
        decode_escape(&p, end, out);
    }
}
