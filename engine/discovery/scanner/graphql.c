/*
 * GraphQL documents and schemas: their definitions, and imports written as comments:
 * `#import "x"` of graphql-tag's loader, `# import A, B.c from "x"` of graphql-import.
 *
 * Syntax: https://spec.graphql.org/October2021/#sec-Language.
 */
#include "engine/discovery/scanner/scanners.h"

#include "engine/discovery/scanner/lines.h"
#include "engine/discovery/scanner/outline.h"

/* Words that begin definitions. Their symbols come first. */
static const char *const keywords[] = {
    "query", "mutation", "subscription", "fragment",  "type",   "input",  "interface",
    "union", "enum",     "scalar",       "directive", "schema", "extend",
};

enum keyword {
    QUERY,
    MUTATION,
    SUBSCRIPTION,
    FRAGMENT,
    TYPE,
    INPUT,
    INTERFACE,
    UNION,
    ENUM,
    SCALAR,
    DIRECTIVE,
    SCHEMA,
    EXTEND,
    KEYWORD_COUNT,
};

enum { TOKEN_END = 0, TOKEN_NAME = 128, TOKEN_NUMBER, TOKEN_STRING };

struct graphql_lexer {
    const char *next;
    const char *end;
    const char *start; /* of the token */
    uint8_t kind;      /* its character, or one of the above */
    uint8_t previous;  /* kind of the token before */
    symbol_id word;    /* of a name; else SYMBOL_NONE */
    uint32_t depth;    /* how many brackets are open behind it */
    struct outline outline;
    struct lines lines;
};

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_spaces(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

/* Everything but names and quotes. */
static const char *skip_marks(const char *p, const char *end)
{
    while (p < end && !is_name(*p) && *p != '"' && *p != '\'')
        p++;
    return p;
}

static bool take_word(const char **at, const char *end, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(end - *at) < length || memcmp(*at, word, length) != 0)
        return false;
    if (*at + length < end && is_name((*at)[length]))
        return false;
    *at += length;
    return true;
}

/* ---- imports, which are comments ----------------------------------------------------------- */

/*
 * `A, B.c, C.*` and the word `from`: appends the names, of which only what stands before a dot is
 * one that a file defines. Stops at the quote, or at what does not belong there.
 */
static const char *read_import_names(struct graphql_lexer *lexer, const char *p, const char *end)
{
    struct facts *facts = lexer->outline.facts;
    while (p < end && *p != '"' && *p != '\'') {
        const char *name = p = skip_marks(p, end);
        while (p < end && is_name(*p))
            p++;
        bool member = name > lexer->start && name[-1] == '.';
        size_t length = (size_t)(p - name);
        if (length == 4 && memcmp(name, "from", 4) == 0 && !member)
            return skip_spaces(p, end);
        if (length > 0 && !member) {
            symbol_id word = symbols_intern(&lexer->outline.symbols, name, length);
            uint32_t text = outline_text(&lexer->outline, word);
            vec_push(&facts->names, ((struct fact_name){text, text, 0}));
        }
    }
    return p;
}

/* The comment from `#` to the end of its line. */
static void read_comment(struct graphql_lexer *lexer, const char *p, const char *end)
{
    struct facts *facts = lexer->outline.facts;
    uint32_t line = lines_at(&lexer->lines, p);
    p = skip_spaces(p + 1, end);
    if (!take_word(&p, end, "import"))
        return;
    p = skip_spaces(p, end);
    uint32_t names_begin = facts->names.count;
    p = read_import_names(lexer, p, end);
    const char *close = p < end ? memchr(p + 1, *p, (size_t)(end - p - 1)) : NULL;
    if (!close || (*p != '"' && *p != '\'')) {
        facts->names.count = names_begin;
        return;
    }
    uint32_t names_count = facts->names.count - names_begin;
    uint32_t specifier = facts_add_text(facts, p + 1, (size_t)(close - p - 1));
    vec_push(&facts->imports, ((struct fact_import){.specifier = specifier,
                                                    .line = line,
                                                    .kind = IMPORT_QUOTED,
                                                    .all = names_count == 0,
                                                    .names_begin = names_begin,
                                                    .names_count = names_count}));
}

/* ---- tokens -------------------------------------------------------------------------------- */

/* White space, commas and comments. */
static const char *skip_trivia(struct graphql_lexer *lexer)
{
    const char *p = lexer->next, *end = lexer->end;
    for (; p < end; p++) {
        if (*p == '#') {
            const char *newline = memchr(p, '\n', (size_t)(end - p));
            lexer->start = p;
            read_comment(lexer, p, newline ? newline : end);
            p = newline ? newline : end - 1;
        } else if (*p != ' ' && *p != ',' && (*p < '\t' || *p > '\r')) {
            break;
        }
    }
    return p;
}

/* A string ends with its quote or its line, one in three quotes with three. */
static const char *skip_string(const char *p, const char *end)
{
    bool block = end - p > 2 && p[1] == '"' && p[2] == '"';
    for (p += block ? 3 : 1; p < end; p++) {
        bool triple = end - p > 2 && p[0] == '"' && p[1] == '"' && p[2] == '"';
        if (block && triple)
            return p + 3;
        if (block && *p == '\\' && end - p > 3 && memcmp(p + 1, "\"\"\"", 3) == 0)
            p += 3;
        else if (!block && *p == '\\' && end - p > 1 && p[1] != '\n')
            p++;
        else if (!block && (*p == '"' || *p == '\n'))
            return *p == '"' ? p + 1 : p;
    }
    return end;
}

static const char *skip_number(const char *p, const char *end)
{
    p++;
    while (p < end && (is_name(*p) || *p == '.' || *p == '+' || *p == '-'))
        p++;
    return p;
}

static void read_token(struct graphql_lexer *lexer)
{
    const char *p = skip_trivia(lexer), *end = lexer->end;
    lexer->start = p;
    lexer->previous = lexer->kind;
    lexer->word = SYMBOL_NONE;
    if (p == end) {
        lexer->kind = TOKEN_END;
    } else if (is_digit(*p) || *p == '-') {
        lexer->kind = TOKEN_NUMBER;
        p = skip_number(p, end);
    } else if (is_name(*p)) {
        lexer->kind = TOKEN_NAME;
        while (p < end && is_name(*p))
            p++;
        lexer->word =
            symbols_intern(&lexer->outline.symbols, lexer->start, (size_t)(p - lexer->start));
    } else if (*p == '"') {
        lexer->kind = TOKEN_STRING;
        p = skip_string(p, end);
    } else {
        lexer->kind = *p > 0 ? (uint8_t)*p : '?';
        lexer->depth += *p == '{' || *p == '(' || *p == '[';
        lexer->depth -= lexer->depth > 0 && (*p == '}' || *p == ')' || *p == ']');
        p++;
    }
    lexer->next = p;
}

/* Takes the token into the definition. */
static void pass(struct graphql_lexer *lexer)
{
    outline_token(&lexer->outline, lexer->start, (size_t)(lexer->next - lexer->start));
    read_token(lexer);
}

/* The same, of a token that may name what another file defines. */
static void take(struct graphql_lexer *lexer)
{
    if (lexer->word != SYMBOL_NONE)
        outline_mention(&lexer->outline, lexer->word);
    pass(lexer);
}

/* ---- definitions --------------------------------------------------------------------------- */

static enum fact_definition_kind definition_kind(symbol_id keyword)
{
    switch (keyword) {
    case QUERY:
    case MUTATION:
    case SUBSCRIPTION:
        return DEFINITION_OPERATION;
    case FRAGMENT:
        return DEFINITION_FRAGMENT;
    case ENUM:
        return DEFINITION_ENUM;
    case DIRECTIVE:
        return DEFINITION_OTHER;
    default:
        return DEFINITION_TYPE;
    }
}

/*
 * Whether the token, outside of brackets, begins the next definition: a description, or a keyword
 * that is no member of a union, no interface, directive or place of one.
 */
static bool begins_definition(const struct graphql_lexer *lexer)
{
    if (lexer->kind == TOKEN_STRING)
        return true;
    return lexer->word < KEYWORD_COUNT && !strchr("=|&@:", lexer->previous);
}

/* Takes everything up to the body's end, or to the next definition. */
static void take_definition(struct graphql_lexer *lexer, symbol_id keyword)
{
    bool body = keyword != UNION && keyword != SCALAR && keyword != DIRECTIVE;
    while (lexer->kind != TOKEN_END) {
        bool outside = lexer->depth == 0;
        bool another_body = !body && lexer->depth == 1 && lexer->kind == '{';
        if ((outside && begins_definition(lexer)) || another_body)
            return;
        bool last = outside && lexer->kind == '}';
        take(lexer);
        if (last)
            return;
    }
}

static void read_definition(struct graphql_lexer *lexer)
{
    uint32_t line = lines_at(&lexer->lines, lexer->start);
    if (lexer->kind == TOKEN_STRING)
        pass(lexer);
    if (lexer->word == EXTEND)
        pass(lexer);
    symbol_id keyword = lexer->word;
    pass(lexer);
    if (keyword < KEYWORD_COUNT && keyword != SCHEMA) {
        if (keyword == DIRECTIVE && lexer->kind == '@')
            pass(lexer);
        if (lexer->word != SYMBOL_NONE) {
            outline_define(&lexer->outline, lexer->word, definition_kind(keyword), line, true);
            take(lexer);
        }
    }
    take_definition(lexer, keyword);
}

void graphql_scan(const char *text, size_t length, struct facts *out)
{
    bool marked = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
    struct graphql_lexer lexer = {.next = marked ? text + 3 : text,
                                  .end = text + length,
                                  .start = text,
                                  .lines = lines_begin(text)};
    outline_begin(&lexer.outline, out);
    lexer.outline.uses_all = true;
    for (size_t i = 0; i < KEYWORD_COUNT; i++)
        symbols_intern(&lexer.outline.symbols, keywords[i], strlen(keywords[i]));
    read_token(&lexer);
    while (lexer.kind != TOKEN_END) {
        read_definition(&lexer);
        outline_end(&lexer.outline);
    }
    outline_finish(&lexer.outline);
}
