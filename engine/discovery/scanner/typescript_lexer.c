#include "engine/discovery/scanner/typescript_lexer.h"

#include "engine/discovery/scanner/typescript_text.h"

static void intern_keywords(struct symbols *symbols)
{
    static const char *const words[] = {
#define KEYWORD_TEXT(word) #word,
        TS_KEYWORDS(KEYWORD_TEXT)
#undef KEYWORD_TEXT
    };
    for (size_t i = 0; i < TS_KEYWORD_COUNT; i++)
        symbols_intern(symbols, words[i], strlen(words[i]));
}

void ts_lexer_begin(struct ts_lexer *lexer, struct symbols *symbols, const char *text,
                    size_t length, bool jsx)
{
    *lexer = (struct ts_lexer){
        .text = text,
        .end = text + length,
        .next = text,
        .symbols = symbols,
        .jsx = jsx,
        .token = {.kind = ';', .keyword = TS_NO_KEYWORD, .start = text, .end = text},
    };
    intern_keywords(symbols);
    ts_push(lexer, (struct ts_frame){.kind = TS_FRAME_TOP});
}

void ts_lexer_free(struct ts_lexer *lexer)
{
    vec_free(&lexer->frames);
    buf_free(&lexer->scratch);
}

char ts_lexer_peek(const struct ts_lexer *lexer, bool *newline)
{
    const char *p = ts_skip_trivia(lexer->next, lexer->end, newline);
    return p < lexer->end ? *p : '\0';
}

bool ts_lexer_peek_word(const struct ts_lexer *lexer)
{
    bool newline = false;
    return ts_is(ts_lexer_peek(lexer, &newline), TS_WORD_START) && !newline;
}

/* ---- literals ------------------------------------------------------------------------------ */

static void accept_operand(struct ts_lexer *lexer, enum ts_token_kind kind, const char *end)
{
    ts_accept(lexer, kind, end);
    lexer->place = TS_AFTER_OPERAND;
}

/* A string ends with its quote, or with its line. */
static void read_string(struct ts_lexer *lexer)
{
    const char *p = lexer->token.start, *end = lexer->end;
    char quote = *p++;
    while (p < end && *p != quote && !ts_is(*p, TS_LINE_END)) {
        bool escape = *p++ == '\\';
        if (escape && p < end) {
            bool return_newline = *p == '\r' && end - p > 1 && p[1] == '\n';
            p += return_newline ? 2 : 1;
        }
    }
    if (p < end && *p == quote)
        p++;
    accept_operand(lexer, TS_STRING, p);
}

void ts_read_template(struct ts_lexer *lexer, const char *p)
{
    bool tail = *lexer->token.start == '}';
    for (const char *end = lexer->end; p < end; p++) {
        if (*p == '\\' && p + 1 < end) {
            p++;
        } else if (*p == '`') {
            accept_operand(lexer, tail ? TS_TEMPLATE_TAIL : TS_TEMPLATE, p + 1);
            return;
        } else if (*p == '$' && p + 1 < end && p[1] == '{') {
            ts_accept(lexer, tail ? TS_TEMPLATE_MIDDLE : TS_TEMPLATE_HEAD, p + 2);
            ts_push(lexer, (struct ts_frame){.kind = TS_FRAME_SUBSTITUTION});
            lexer->place = TS_AT_OPERAND;
            return;
        }
    }
    accept_operand(lexer, tail ? TS_TEMPLATE_TAIL : TS_TEMPLATE, lexer->end);
}

/* Numbers are not checked: digits, letters, a dot, and a sign behind an exponent's e. */
static void read_number(struct ts_lexer *lexer)
{
    const char *p = lexer->token.start, *end = lexer->end;
    bool hexadecimal = *p == '0' && end - p > 1 && (p[1] == 'x' || p[1] == 'X');
    bool dot = false;
    for (; p < end; p++) {
        if (*p == '.' && !dot)
            dot = true;
        else if ((*p == '+' || *p == '-') && !hexadecimal && (p[-1] == 'e' || p[-1] == 'E'))
            continue;
        else if (!ts_is(*p, TS_WORD_PART) || *p == '\\')
            break;
    }
    accept_operand(lexer, TS_NUMBER, p);
}

/* A regular expression ends with its `/` and flags, or with its line. */
static void read_regex(struct ts_lexer *lexer)
{
    const char *p = lexer->token.start + 1, *end = lexer->end;
    bool in_class = false;
    for (; p < end && !ts_is(*p, TS_LINE_END); p++) {
        if (*p == '\\' && p + 1 < end && !ts_is(p[1], TS_LINE_END)) {
            p++;
        } else if (*p == '[') {
            in_class = true;
        } else if (*p == ']') {
            in_class = false;
        } else if (*p == '/' && !in_class) {
            bool escaped;
            p = ts_skip_word(p + 1, end, &escaped);
            break;
        }
    }
    accept_operand(lexer, TS_REGEX, p);
}

/* ---- words --------------------------------------------------------------------------------- */

static symbol_id decoded_word(struct ts_lexer *lexer)
{
    buf_clear(&lexer->scratch);
    ts_decode(lexer->token.start, lexer->token.end, &lexer->scratch);
    return symbols_intern_copy(lexer->symbols, buf_cstr(&lexer->scratch), lexer->scratch.length);
}

/* `{ word:`, `, word:` and `; word:` name a member, not what a name stands for. */
static bool is_key(const struct ts_lexer *lexer)
{
    enum ts_frame_kind frame = ts_lexer_top(lexer)->kind;
    if (frame != TS_FRAME_OBJECT && frame != TS_FRAME_TYPE && frame != TS_FRAME_CLASS)
        return false;
    if (lexer->previous != '{' && lexer->previous != ',' && lexer->previous != ';')
        return false;
    bool newline = false;
    return ts_lexer_peek(lexer, &newline) == ':';
}

static void read_word(struct ts_lexer *lexer)
{
    bool escaped = false;
    struct ts_token *token = &lexer->token;
    ts_accept(lexer, TS_WORD, ts_skip_word(token->start, lexer->end, &escaped));
    token->word =
        escaped ? decoded_word(lexer)
                : symbols_intern(lexer->symbols, token->start, (size_t)(token->end - token->start));
    token->property = lexer->previous == '.' || lexer->previous == TS_CHAIN || is_key(lexer);
    if (token->word < TS_KEYWORD_COUNT && !token->property)
        token->keyword = (uint8_t)token->word;
    ts_follow_word(lexer);
}

static void read_private(struct ts_lexer *lexer)
{
    bool escaped;
    accept_operand(lexer, TS_PRIVATE, ts_skip_word(lexer->token.start + 1, lexer->end, &escaped));
}

/* ---- punctuation --------------------------------------------------------------------------- */

/*
 * The length and kind of the mark at p. `>` stands alone, since it may close type arguments; what
 * begins with it is then several tokens.
 */
static size_t measure_mark(const char *p, const char *end, enum ts_token_kind *kind)
{
    char c = p[0], second = end - p > 1 ? p[1] : '\0', third = end - p > 2 ? p[2] : '\0';
    *kind = TS_OPERATOR;
    switch (c) {
    case '.':
        *kind = TS_ELLIPSIS;
        return second == '.' && third == '.' ? 3 : 1;
    case '=':
        if (second == '>') {
            *kind = TS_ARROW;
            return 2;
        }
        return second != '=' ? 1 : third == '=' ? 3 : 2;
    case '!':
        return second != '=' ? 1 : third == '=' ? 3 : 2;
    case '+':
    case '-':
        if (second == c)
            *kind = TS_INCREMENT;
        return second == c || second == '=' ? 2 : 1;
    case '?':
        if (second == '.' && !ts_is(third, TS_DIGIT)) {
            *kind = TS_CHAIN;
            return 2;
        }
        return second != '?' ? 1 : third == '=' ? 3 : 2;
    case '*':
    case '&':
    case '|':
    case '<':
        if (second == c)
            return third == '=' ? 3 : 2;
        return second == '=' ? 2 : 1;
    case '%':
    case '^':
    case '/':
        return second == '=' ? 2 : 1;
    default:
        return 1;
    }
}

static void read_mark(struct ts_lexer *lexer)
{
    const char *p = lexer->token.start;
    enum ts_token_kind kind;
    size_t length = measure_mark(p, lexer->end, &kind);
    if (length == 1) /* TS_END is no character */
        kind = (enum ts_token_kind)((unsigned char)*p & 0x7f);
    ts_accept(lexer, kind, p + length);
    ts_follow_mark(lexer);
}

static void read_punctuation(struct ts_lexer *lexer)
{
    const char *p = lexer->token.start;
    char second = lexer->end - p > 1 ? p[1] : '\0';
    switch (*p) {
    case '"':
    case '\'':
        read_string(lexer);
        break;
    case '`':
        ts_read_template(lexer, p + 1);
        break;
    case '}':
        if (ts_lexer_top(lexer)->kind != TS_FRAME_SUBSTITUTION) {
            read_mark(lexer);
            break;
        }
        ts_pop(lexer);
        ts_read_template(lexer, p + 1);
        break;
    case '/':
        if (lexer->place == TS_AFTER_OPERAND)
            read_mark(lexer);
        else
            read_regex(lexer);
        break;
    case '.':
        if (ts_is(second, TS_DIGIT))
            read_number(lexer);
        else
            read_mark(lexer);
        break;
    case '#':
        if (ts_is(second, TS_WORD_START))
            read_private(lexer);
        else
            read_mark(lexer);
        break;
    case '<':
        if (lexer->jsx && ts_begins_element(lexer))
            ts_read_element(lexer);
        else
            read_mark(lexer);
        break;
    default:
        read_mark(lexer);
    }
}

void ts_lexer_read(struct ts_lexer *lexer)
{
    struct ts_token *token = &lexer->token;
    lexer->previous = token->kind;
    lexer->previous_keyword = token->keyword;
    lexer->place_before = lexer->place;
    lexer->depth = lexer->frames.count - 1;
    lexer->at_label = false;
    *token = (struct ts_token){.keyword = TS_NO_KEYWORD, .start = lexer->next};
    enum ts_frame_kind frame = ts_lexer_top(lexer)->kind;
    if (frame == TS_FRAME_JSX_CHILDREN) {
        ts_read_child(lexer);
        return;
    }
    token->start = ts_skip_trivia(lexer->next, lexer->end, &token->newline);
    if (token->start == lexer->end)
        ts_accept(lexer, TS_END, lexer->end);
    else if (frame == TS_FRAME_JSX_TAG || frame == TS_FRAME_JSX_CLOSING)
        ts_read_in_tag(lexer);
    else if (ts_is(*token->start, TS_WORD_START))
        read_word(lexer);
    else if (ts_is(*token->start, TS_DIGIT))
        read_number(lexer);
    else
        read_punctuation(lexer);
}
