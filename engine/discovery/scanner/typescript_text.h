/*
 * The characters of TypeScript and JavaScript: what may be in a word, white space and comments, and
 * the escapes of strings.
 *
 * Syntax: ECMA-262, "Lexical Grammar". Text is UTF-8; what is not is taken as letters.
 */
#ifndef DISCOVERY_TYPESCRIPT_TEXT_H
#define DISCOVERY_TYPESCRIPT_TEXT_H

#include "engine/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum ts_class {
    TS_WORD_START = 1u << 0,
    TS_WORD_PART = 1u << 1,
    TS_DIGIT = 1u << 2,
    TS_BLANK = 1u << 3,    /* space, tab, vertical tab, form feed */
    TS_LINE_END = 1u << 4, /* \n, \r */
    TS_HIGH = 1u << 5,     /* a byte of a character that is not ASCII: a letter, or white space */
};

extern const uint8_t ts_classes[256];

static inline bool ts_is(char c, unsigned classes)
{
    return ts_classes[(unsigned char)c] & classes;
}

/* The length of the white space that is not ASCII at p, or 0; *newline is set for U+2028, U+2029.
 */
size_t ts_unicode_space(const char *p, const char *end, bool *newline);
/* The end of the line that p is in: \n, \r, U+2028, U+2029, or the end of the text. */
const char *ts_skip_line(const char *p, const char *end);
/* Where white space and comments end; *newline is set when they hold an end of line. */
const char *ts_skip_trivia(const char *p, const char *end, bool *newline);
/* Where the word at p ends; *escaped is set when it holds a \u escape. */
const char *ts_skip_word(const char *p, const char *end, bool *escaped);

/* Appends [p, end), the inside of a string or template or a word, with its escapes resolved. */
void ts_decode(const char *p, const char *end, struct buf *out);

#endif
