#include "tools/trace/page.h"

#include "tools/jig/text.h"

#include <stdbool.h>

enum { WIDEST = 100, NARROWEST_NAME = 20 };

/* Appends `name` with "?" for control characters: C0, DEL, and C1 as UTF-8 has them. */
static void append_clean(struct buf *out, const char *name)
{
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
        if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) {
            buf_append_char(out, '?');
            c++;
        } else {
            buf_append_char(out, (char)(*c < ' ' || *c == 0x7f ? '?' : *c));
        }
    }
}

void trace_page_name(struct trace_page *page, const char *name, uint32_t taken)
{
    struct buf clean = {0};
    append_clean(&clean, name);
    if (page->columns)
        text_elide_middle(&clean, page->columns > taken + NARROWEST_NAME ? page->columns - taken
                                                                         : NARROWEST_NAME);
    buf_append_str(&page->text, buf_cstr(&clean));
    buf_free(&clean);
}

void trace_page_wrap(struct trace_page *page, uint32_t indent, const char *label, const char *words)
{
    uint32_t width = page->columns && page->columns < WIDEST ? page->columns : WIDEST;
    struct buf clean = {0};
    append_clean(&clean, words);
    uint32_t column = indent;
    bool begun = false; /* the line has a word */
    buf_printf(&page->text, "%-*s", (int)indent, label);
    for (const char *word = buf_cstr(&clean); *word;) {
        size_t length = strcspn(word, " ");
        if (begun && column + 1 + length > width) {
            buf_printf(&page->text, "\n%*s", (int)indent, "");
            column = indent;
            begun = false;
        }
        if (begun)
            buf_append_char(&page->text, ' ');
        buf_append(&page->text, word, length);
        column += begun + (uint32_t)length;
        begun = true;
        word += length + (word[length] == ' ');
    }
    buf_append_char(&page->text, '\n');
    buf_free(&clean);
}

static void append_colour(struct trace_page *page, const char *sequence)
{
    if (page->colour)
        buf_append_str(&page->text, sequence);
}

void trace_page_good(struct trace_page *page)
{
    append_colour(page, "\x1b[32m");
}

void trace_page_bad(struct trace_page *page)
{
    append_colour(page, "\x1b[31m");
}

void trace_page_plain(struct trace_page *page)
{
    append_colour(page, "\x1b[0m");
}
