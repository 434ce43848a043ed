/*
 * Includes of C and C++: `#include`, `#include_next`, `#import` and `#embed`, in groups that `#if
 * 0` skips as well, since what the compiler defines is not known here.
 *
 * Syntax: ISO C, "Lexical elements" and "Preprocessing directives"; raw strings of C++. Lines that
 * go on behind a backslash are followed wherever they may.
 */
#include "engine/discovery/scanner/scanners.h"

#include "engine/base/buf.h"
#include "engine/discovery/scanner/lines.h"
#include "engine/discovery/scanner/outline.h"

struct c_lexer {
    const char *next;
    const char *end;
    struct outline outline;
    struct lines lines;
    struct buf scratch;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

/* The length of a backslash with the end of its line, or 0. */
static size_t splice(const char *p, const char *end)
{
    if (p == end || *p != '\\')
        return 0;
    if (end - p > 1 && p[1] == '\n')
        return 2;
    return end - p > 2 && p[1] == '\r' && p[2] == '\n' ? 3 : 0;
}

/* ---- white space, comments, literals ------------------------------------------------------- */

static const char *skip_line_comment(const char *p, const char *end)
{
    while (p < end && *p != '\n') {
        size_t spliced = splice(p, end);
        p += spliced ? spliced : 1;
    }
    return p;
}

static const char *skip_block_comment(const char *p, const char *end)
{
    const char *close = memmem(p, (size_t)(end - p), "*/", 2);
    return close ? close + 2 : end;
}

/* White space and comments within a line. */
static const char *skip_blanks(const char *p, const char *end)
{
    for (;;) {
        size_t spliced = splice(p, end);
        if (spliced)
            p += spliced;
        else if (p < end && is_blank(*p))
            p++;
        else if (end - p > 1 && p[0] == '/' && p[1] == '/')
            p = skip_line_comment(p, end);
        else if (end - p > 1 && p[0] == '/' && p[1] == '*')
            p = skip_block_comment(p + 2, end);
        else
            return p;
    }
}

/* Behind the literal whose quote is at p; an unfinished one ends with its line. */
static const char *skip_quoted(const char *p, const char *end)
{
    char quote = *p++;
    while (p < end && *p != quote && *p != '\n') {
        size_t spliced = splice(p, end);
        if (spliced)
            p += spliced;
        else
            p += *p == '\\' && end - p > 1 && p[1] != '\n' ? 2 : 1;
    }
    return p < end && *p == quote ? p + 1 : p;
}

/* Behind the raw string whose quote is at p: "delimiter( … )delimiter". */
static const char *skip_raw_string(const char *p, const char *end)
{
    enum { LONGEST_DELIMITER = 16 };
    char close[LONGEST_DELIMITER + 2] = ")";
    size_t length = 0;
    const char *delimiter = p + 1;
    while (delimiter + length < end && length < LONGEST_DELIMITER && delimiter[length] != '(' &&
           delimiter[length] != '"' && delimiter[length] != '\n')
        length++;
    if (delimiter + length == end || delimiter[length] != '(')
        return skip_quoted(p, end);
    memcpy(close + 1, delimiter, length);
    close[length + 1] = '"';
    const char *inside = delimiter + length + 1;
    const char *found = memmem(inside, (size_t)(end - inside), close, length + 2);
    return found ? found + length + 2 : end;
}

static const char *skip_word(const char *p, const char *end)
{
    for (;;) {
        size_t spliced = splice(p, end);
        if (spliced && p + spliced < end && is_word(p[spliced]))
            p += spliced;
        else if (p < end && is_word(*p))
            p++;
        else
            return p;
    }
}

/* Numbers of the preprocessor: with digit separators, and signs behind exponents. */
static const char *skip_number(const char *p, const char *end)
{
    for (; p < end; p++) {
        if (is_word(*p) || *p == '.')
            continue;
        if ((*p == '+' || *p == '-') && strchr("eEpP", p[-1]))
            continue;
        if (*p == '\'' && end - p > 1 && is_word(p[1]))
            continue;
        break;
    }
    return p;
}

/* A word that ends right before a quote may be the prefix of a raw string. */
static bool is_raw_prefix(const char *word, size_t length)
{
    return length >= 1 && length <= 3 && word[length - 1] == 'R' &&
           (length == 1 || (length == 2 && strchr("uUL", word[0])) ||
            (length == 3 && word[0] == 'u' && word[1] == '8'));
}

static const char *skip_mark(const char *p, const char *end)
{
    if (end - p > 1) {
        bool twice = p[1] == p[0] && strchr("+-&|<>=#:", p[0]);
        bool assigns = p[1] == '=' && strchr("+-*/%&|^<>!", p[0]);
        bool arrow = p[0] == '-' && p[1] == '>';
        if (*p && (twice || assigns || arrow))
            return p + 2;
    }
    return p + 1;
}

static const char *skip_token(const char *p, const char *end)
{
    if (is_digit(*p) || (*p == '.' && end - p > 1 && is_digit(p[1])))
        return skip_number(p + 1, end);
    if (is_word(*p)) {
        const char *word = p;
        p = skip_word(p, end);
        return p < end && *p == '"' && is_raw_prefix(word, (size_t)(p - word))
                   ? skip_raw_string(p, end)
                   : p;
    }
    if (*p == '"' || *p == '\'')
        return skip_quoted(p, end);
    return skip_mark(p, end);
}

/* ---- directives ---------------------------------------------------------------------------- */

/* [from, to) without the breaks of lines that go on; valid until the next call. */
static const char *unspliced(struct c_lexer *lexer, const char *from, const char *to)
{
    buf_clear(&lexer->scratch);
    while (from < to) {
        size_t spliced = splice(from, to);
        if (!spliced)
            buf_append_char(&lexer->scratch, *from++);
        from += spliced;
    }
    return buf_cstr(&lexer->scratch);
}

static bool is_include(const char *directive)
{
    return strcmp(directive, "include") == 0 || strcmp(directive, "include_next") == 0 ||
           strcmp(directive, "import") == 0 || strcmp(directive, "embed") == 0;
}

static const char *line_end(const char *p, const char *end)
{
    return skip_line_comment(p, end);
}

/* Where `quote` closes what begins before p, on the same line; or NULL. */
static const char *find_close(const char *p, const char *end, char quote)
{
    while (p < end && *p != '\n') {
        size_t spliced = splice(p, end);
        if (!spliced && *p == quote)
            return p;
        p += spliced ? spliced : 1;
    }
    return NULL;
}

/* The length of `#`, or of `%:`, which is the same; or 0. */
static size_t hash_mark(const char *p, const char *end)
{
    if (*p == '#')
        return 1;
    return end - p > 1 && p[0] == '%' && p[1] == ':' ? 2 : 0;
}

/* __has_include and its like: whether there is such a file. */
static bool asks_for_file(struct c_lexer *lexer, const char *from, const char *to)
{
    if (to - from < 10 || to - from > 64 || *from != '_')
        return false;
    const char *word = unspliced(lexer, from, to);
    return strcmp(word, "__has_include") == 0 || strcmp(word, "__has_include_next") == 0 ||
           strcmp(word, "__has_embed") == 0;
}

static void add_computed(struct c_lexer *lexer, const char *p, uint32_t line)
{
    enum { COMPUTED_BYTES = 80 };
    struct facts *facts = lexer->outline.facts;
    const char *to = line_end(p, lexer->end);
    to = to - p > COMPUTED_BYTES ? p + COMPUTED_BYTES : to;
    while (to > p && is_blank(to[-1]))
        to--;
    uint32_t specifier = facts_add_text(facts, p, (size_t)(to - p));
    vec_push(&facts->imports, ((struct fact_import){.specifier = specifier,
                                                    .line = line,
                                                    .kind = IMPORT_COMPUTED,
                                                    .all = 1,
                                                    .names_begin = facts->names.count}));
}

/* The header's name at p. Returns where it ends; p when there is none. */
static const char *read_header(struct c_lexer *lexer, const char *p, uint32_t line)
{
    bool quoted = p < lexer->end && *p == '"';
    bool angled = p < lexer->end && *p == '<';
    const char *close = NULL;
    if (quoted || angled)
        close = find_close(p + 1, lexer->end, quoted ? '"' : '>');
    if (!close)
        return p;
    const char *name = unspliced(lexer, p + 1, close);
    outline_import_all(&lexer->outline, quoted ? IMPORT_QUOTED : IMPORT_ANGLED, name,
                       lexer->scratch.length, line);
    outline_token(&lexer->outline, p, (size_t)(close + 1 - p));
    return close + 1;
}

/* The same of an include, which may be a macro's. */
static const char *read_include(struct c_lexer *lexer, const char *p, uint32_t line)
{
    const char *behind = read_header(lexer, p, line);
    if (behind == p)
        add_computed(lexer, p, line);
    return behind;
}

/* ("x") or (<x>) behind __has_include, if p is at its parenthesis. A file that is not there is not
 * missed: it may appear. */
static const char *read_question(struct c_lexer *lexer, const char *p, uint32_t line)
{
    const char *paren = skip_blanks(p, lexer->end);
    if (paren == lexer->end || *paren != '(')
        return p;
    outline_token(&lexer->outline, paren, 1);
    return read_header(lexer, skip_blanks(paren + 1, lexer->end), line);
}

/* The tokens of a directive's line; a blank before a parenthesis tells kinds of macros apart. */
static const char *read_line(struct c_lexer *lexer, const char *p, uint32_t line)
{
    for (;;) {
        const char *from = p;
        p = skip_blanks(p, lexer->end);
        if (p == lexer->end || *p == '\n')
            break;
        if (*p == '(' && p > from)
            outline_token(&lexer->outline, " ", 1);
        from = p;
        p = skip_token(p, lexer->end);
        outline_token(&lexer->outline, from, (size_t)(p - from));
        if (asks_for_file(lexer, from, p))
            p = read_question(lexer, p, line);
    }
    outline_token(&lexer->outline, "\n", 1);
    return p;
}

/* The directive whose mark is at p; returns the end of its line. */
static const char *read_directive(struct c_lexer *lexer, const char *p)
{
    uint32_t line = lines_at(&lexer->lines, p);
    const char *word = skip_blanks(p + hash_mark(p, lexer->end), lexer->end);
    p = skip_word(word, lexer->end);
    outline_token(&lexer->outline, "#", 1);
    outline_token(&lexer->outline, word, (size_t)(p - word));
    if (p - word < 64 && is_include(unspliced(lexer, word, p)))
        p = read_include(lexer, skip_blanks(p, lexer->end), line);
    return read_line(lexer, p, line);
}

/* ---- the whole text ------------------------------------------------------------------------ */

static void read_text(struct c_lexer *lexer)
{
    const char *p = lexer->next, *end = lexer->end;
    bool line_start = true;
    for (;;) {
        p = skip_blanks(p, end);
        if (p == end)
            break;
        if (*p == '\n') {
            line_start = true;
            p++;
        } else if (line_start && hash_mark(p, end)) {
            p = read_directive(lexer, p);
        } else {
            const char *from = p;
            p = skip_token(p, end);
            outline_token(&lexer->outline, from, (size_t)(p - from));
            line_start = false;
        }
    }
}

void c_scan(const char *text, size_t length, struct facts *out)
{
    const char *end = text + length;
    bool marked = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
    struct c_lexer lexer = {
        .next = marked ? text + 3 : text, .end = end, .lines = lines_begin(text)};
    outline_begin(&lexer.outline, out);
    read_text(&lexer);
    outline_finish(&lexer.outline);
    buf_free(&lexer.scratch);
}
