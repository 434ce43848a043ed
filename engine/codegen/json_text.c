#include "engine/codegen/json_text.h"

#include <string.h>

/*
 * The length of the well-formed UTF-8 sequence at `s`, by table 3-7 of the Unicode standard; 0 when
 * there is none. Stops at the NUL, which is no continuation.
 */
static size_t sequence_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    size_t length = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    unsigned char least = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char most = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;
    if (s[1] < least || s[1] > most)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (s[i] < 0x80 || s[i] > 0xBF)
            return 0;
    return length;
}

static void append_escaped(struct buf *out, unsigned char c)
{
    static const char short_escapes[] = "b\bf\fn\nr\rt\t\"\"\\\\";
    for (const char *e = short_escapes; *e; e += 2) {
        if ((unsigned char)e[1] == c) {
            const char escape[] = {'\\', e[0]};
            buf_append(out, escape, 2);
            return;
        }
    }
    buf_printf(out, "\\u%04x", c);
}

bool json_text_append(struct buf *out, const char *text)
{
    bool exact = true;
    buf_append_char(out, '"');
    const unsigned char *s = (const unsigned char *)text;
    const unsigned char *plain = s; /* start of what can be copied as it is */
    while (*s) {
        size_t length = sequence_length(s);
        if (length > 1 || (*s >= ' ' && *s < 0x80 && *s != '"' && *s != '\\')) {
            s += length;
            continue;
        }
        buf_append(out, plain, (size_t)(s - plain));
        if (length == 1) {
            append_escaped(out, *s);
        } else {
            buf_append_str(out, "\xEF\xBF\xBD");
            exact = false;
        }
        plain = ++s;
    }
    buf_append(out, plain, (size_t)(s - plain));
    buf_append_char(out, '"');
    return exact;
}
