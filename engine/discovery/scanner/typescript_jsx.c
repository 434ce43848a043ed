/* Elements: tags, attributes and children. Syntax: https://facebook.github.io/jsx/. */
#include "engine/discovery/scanner/typescript_lexer.h"

#include "engine/discovery/scanner/typescript_text.h"

/* Whether `<` begins the type parameters of an arrow function: <T,>, <T extends U>, <const T>. */
static bool begins_parameters(const char *p, const char *end)
{
    bool ignored = false;
    const char *word = p;
    p = ts_skip_word(p, end, &ignored);
    size_t length = (size_t)(p - word);
    p = ts_skip_trivia(p, end, &ignored);
    if (p == end)
        return false;
    if (*p == ',' || *p == '=')
        return true;
    if (!ts_is(*p, TS_WORD_START))
        return false;
    if (length == 5 && memcmp(word, "const", 5) == 0)
        return true;
    word = p;
    p = ts_skip_word(p, end, &ignored);
    if (p - word != 7 || memcmp(word, "extends", 7) != 0)
        return false;
    p = ts_skip_trivia(p, end, &ignored);
    return p < end && *p != '=' && *p != '>' && *p != '/';
}

bool ts_begins_element(const struct ts_lexer *lexer)
{
    if (lexer->place == TS_AFTER_OPERAND || lexer->place == TS_AFTER_ANGLE)
        return false;
    if (ts_in_type(lexer) || lexer->previous_keyword == TS_extends)
        return false;
    bool newline = false;
    const char *p = ts_skip_trivia(lexer->token.start + 1, lexer->end, &newline);
    if (p == lexer->end)
        return false;
    return *p == '>' || (ts_is(*p, TS_WORD_START) && !begins_parameters(p, lexer->end));
}

static void read_mark(struct ts_lexer *lexer)
{
    ts_accept(lexer, (unsigned char)*lexer->token.start & 0x7f, lexer->token.start + 1);
}

void ts_read_element(struct ts_lexer *lexer)
{
    read_mark(lexer);
    ts_push(lexer, (struct ts_frame){.kind = TS_FRAME_JSX_TAG});
}

static void read_value(struct ts_lexer *lexer)
{
    read_mark(lexer);
    ts_push(lexer, (struct ts_frame){.kind = TS_FRAME_JSX_VALUE, .is_operand = true});
    lexer->place = TS_AT_OPERAND;
}

/* Only the name behind `<` is one that the file may introduce; `a-b` is one word here. */
static void read_name(struct ts_lexer *lexer)
{
    bool escaped = false;
    const char *p = lexer->token.start;
    do
        p = ts_skip_word(p + (*p == '-'), lexer->end, &escaped);
    while (p < lexer->end && *p == '-');
    ts_accept(lexer, TS_WORD, p);
    lexer->token.word =
        symbols_intern(lexer->symbols, lexer->token.start, (size_t)(p - lexer->token.start));
    lexer->token.property = lexer->previous != '<';
}

/* An attribute's string has no escapes, and may have many lines. */
static void read_string(struct ts_lexer *lexer)
{
    const char *p = lexer->token.start + 1;
    const char *quote = memchr(p, p[-1], (size_t)(lexer->end - p));
    ts_accept(lexer, TS_STRING, quote ? quote + 1 : lexer->end);
}

/* The `>` of an opening tag: children follow, unless a `/` stood before it. */
static void end_tag(struct ts_lexer *lexer)
{
    read_mark(lexer);
    bool closing = ts_lexer_top(lexer)->kind == TS_FRAME_JSX_CLOSING;
    ts_pop(lexer);
    if (closing)
        ts_pop(lexer); /* the children */
    else if (lexer->previous != '/')
        ts_push(lexer, (struct ts_frame){.kind = TS_FRAME_JSX_CHILDREN});
    lexer->place = TS_AFTER_OPERAND;
}

void ts_read_in_tag(struct ts_lexer *lexer)
{
    char c = *lexer->token.start;
    if (ts_is(c, TS_WORD_START)) {
        read_name(lexer);
    } else if (c == '"' || c == '\'') {
        read_string(lexer);
    } else if (c == '{') {
        read_value(lexer);
    } else if (c == '>') {
        end_tag(lexer);
    } else if (c == '<' && lexer->previous == '=') {
        ts_read_element(lexer);
    } else {
        read_mark(lexer);
        if (c == '<')
            ts_push(lexer, (struct ts_frame){.kind = TS_FRAME_JSX_TYPES});
    }
}

/* White space with an end of line in it is no text. */
static bool is_layout(const char *p, const char *end)
{
    bool newline = false;
    for (; p < end && ts_is(*p, TS_BLANK | TS_LINE_END); p++)
        newline |= ts_is(*p, TS_LINE_END);
    return p == end && newline;
}

void ts_read_child(struct ts_lexer *lexer)
{
    const char *from = lexer->next, *p = from, *end = lexer->end;
    while (p < end && *p != '{' && *p != '<')
        p++;
    if (p > from && !is_layout(from, p)) {
        ts_accept(lexer, TS_JSX_TEXT, p);
        return;
    }
    lexer->token.start = p;
    if (p == end) {
        ts_accept(lexer, TS_END, end);
    } else if (*p == '{') {
        read_value(lexer);
    } else {
        ts_read_element(lexer);
        bool newline = false;
        if (ts_lexer_peek(lexer, &newline) == '/')
            ts_lexer_top(lexer)->kind = TS_FRAME_JSX_CLOSING;
    }
}
