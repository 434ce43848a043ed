/*
 * Protocol buffers: imports, and the definitions at the top level of a file.
 *
 * Syntax: https://protobuf.dev/reference/protobuf/edition-2023-spec/, and the older ones.
 */
#include "engine/discovery/scanner/scanners.h"

#include "engine/base/buf.h"
#include "engine/discovery/scanner/lines.h"
#include "engine/discovery/scanner/outline.h"

/* Words that name no definition. Their symbols come first. */
static const char *const keywords[] = {
    "import",  "public",   "weak",       "option",   "message",  "enum",     "service",  "extend",
    "export",  "local",    "syntax",     "edition",  "package",  "string",   "bytes",    "bool",
    "double",  "float",    "int32",      "int64",    "uint32",   "uint64",   "sint32",   "sint64",
    "fixed32", "fixed64",  "sfixed32",   "sfixed64", "repeated", "optional", "required", "map",
    "oneof",   "reserved", "returns",    "rpc",      "stream",   "true",     "false",    "to",
    "max",     "group",    "extensions",
};

enum keyword { IMPORT, PUBLIC, WEAK, OPTION, MESSAGE, ENUM, SERVICE, EXTEND, EXPORT, LOCAL };
enum { KEYWORD_COUNT = sizeof keywords / sizeof *keywords };

enum { TOKEN_END = 0, TOKEN_WORD = 128, TOKEN_NUMBER, TOKEN_STRING };

struct proto_lexer {
    const char *next;
    const char *end;
    const char *start; /* of the token */
    uint8_t kind;      /* its character, or one of the above */
    symbol_id word;    /* of a word; else SYMBOL_NONE */
    uint32_t depth;    /* how many braces and brackets are open behind it */
    struct outline outline;
    struct lines lines;
    struct buf scratch;
};

/* ---- tokens -------------------------------------------------------------------------------- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_comment(const char *p, const char *end)
{
    if (p[1] == '/') {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        return newline ? newline : end;
    }
    const char *close = memmem(p + 2, (size_t)(end - p) - 2, "*/", 2);
    return close ? close + 2 : end;
}

static const char *skip_trivia(const char *p, const char *end)
{
    for (; p < end; p++) {
        if (*p == '/' && end - p > 1 && (p[1] == '/' || p[1] == '*'))
            p = skip_comment(p, end) - 1;
        else if (*p != ' ' && (*p < '\t' || *p > '\r'))
            break;
    }
    return p;
}

/* A string ends with its quote, or with its line. */
static const char *skip_string(const char *p, const char *end)
{
    char quote = *p++;
    while (p < end && *p != quote && *p != '\n')
        p += *p == '\\' && end - p > 1 ? 2 : 1;
    return p < end && *p == quote ? p + 1 : p;
}

static void read_token(struct proto_lexer *lexer)
{
    const char *p = skip_trivia(lexer->next, lexer->end), *end = lexer->end;
    lexer->start = p;
    lexer->word = SYMBOL_NONE;
    if (p == end) {
        lexer->kind = TOKEN_END;
    } else if (is_word(*p)) {
        lexer->kind = is_digit(*p) ? TOKEN_NUMBER : TOKEN_WORD;
        while (p < end && is_word(*p))
            p++;
        if (lexer->kind == TOKEN_WORD)
            lexer->word =
                symbols_intern(&lexer->outline.symbols, lexer->start, (size_t)(p - lexer->start));
    } else if (*p == '"' || *p == '\'') {
        lexer->kind = TOKEN_STRING;
        p = skip_string(p, end);
    } else {
        lexer->kind = *p > 0 ? (uint8_t)*p : '?';
        lexer->depth += *p == '{' || *p == '[';
        lexer->depth -= lexer->depth > 0 && (*p == '}' || *p == ']');
        p++;
    }
    lexer->next = p;
}

/* Takes the token into the statement. */
static void take(struct proto_lexer *lexer)
{
    outline_token(&lexer->outline, lexer->start, (size_t)(lexer->next - lexer->start));
    if (lexer->word != SYMBOL_NONE && lexer->word >= KEYWORD_COUNT)
        outline_mention(&lexer->outline, lexer->word);
    read_token(lexer);
}

/* ---- strings ------------------------------------------------------------------------------- */

static int digit_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

static uint32_t read_digits(const char **at, const char *end, int base, int most)
{
    uint32_t value = 0;
    for (; most > 0 && *at < end && digit_value(**at) < base; most--)
        value = value * (uint32_t)base + (uint32_t)digit_value(*(*at)++);
    return value;
}

/* Appends what the escape behind the backslash stands for. Paths need no more than these. */
static void decode_escape(const char **at, const char *end, struct buf *out)
{
    static const char plain[] = "a\ab\bf\fn\nr\rt\tv\v";
    char c = **at;
    const char *found = c ? strchr(plain, c) : NULL;
    if (is_digit(c)) {
        buf_append_char(out, (char)read_digits(at, end, 8, 3));
        *at += c > '7';
    } else if (c == 'x' || c == 'X') {
        ++*at;
        buf_append_char(out, (char)read_digits(at, end, 16, 2));
    } else {
        ++*at;
        buf_append_char(out, found && (found - plain) % 2 == 0 ? found[1] : c);
    }
}

/* Appends the inside of the string token. */
static void decode_string(const struct proto_lexer *lexer, struct buf *out)
{
    const char *p = lexer->start + 1, *end = lexer->next;
    if (end > p && end[-1] == *lexer->start)
        end--;
    while (p < end) {
        if (*p == '\\' && end - p > 1) {
            p++;
            decode_escape(&p, end, out);
        } else {
            buf_append_char(out, *p++);
        }
    }
}

/* ---- statements ---------------------------------------------------------------------------- */

/* import [public|weak|option] "a" "b"; the word is the token. */
static void read_import(struct proto_lexer *lexer)
{
    struct facts *facts = lexer->outline.facts;
    enum fact_import_kind kind = IMPORT_QUOTED;
    uint32_t line = lines_at(&lexer->lines, lexer->start);
    read_token(lexer);
    if (lexer->word == PUBLIC)
        kind = IMPORT_REEXPORT;
    if (lexer->word == WEAK || lexer->word == OPTION)
        kind = IMPORT_WEAK;
    if (lexer->kind == TOKEN_WORD)
        read_token(lexer);
    if (lexer->kind != TOKEN_STRING)
        return;
    buf_clear(&lexer->scratch);
    for (; lexer->kind == TOKEN_STRING; read_token(lexer))
        decode_string(lexer, &lexer->scratch);
    uint32_t specifier = facts_add_text(facts, buf_cstr(&lexer->scratch), lexer->scratch.length);
    vec_push(&facts->imports, ((struct fact_import){.specifier = specifier,
                                                    .line = line,
                                                    .kind = (uint8_t)kind,
                                                    .all = 1,
                                                    .names_begin = facts->names.count}));
}

/* Takes everything up to the `;`, or the body, that ends the statement. */
static void take_statement(struct proto_lexer *lexer)
{
    while (lexer->kind != TOKEN_END) {
        bool last = lexer->depth == 0 && (lexer->kind == ';' || lexer->kind == '}');
        take(lexer);
        if (last)
            return;
    }
}

static void read_definition(struct proto_lexer *lexer, enum fact_definition_kind kind)
{
    uint32_t line = lines_at(&lexer->lines, lexer->start);
    take(lexer);
    if (lexer->word != SYMBOL_NONE)
        outline_define(&lexer->outline, lexer->word, kind, line, true);
    take_statement(lexer);
}

/* extend a.B { … }: it defines the names of its fields, by which options refer to them. */
static void read_extend(struct proto_lexer *lexer)
{
    uint32_t line = lines_at(&lexer->lines, lexer->start);
    symbol_id name = SYMBOL_NONE;
    while (lexer->kind != TOKEN_END) {
        bool last = lexer->depth == 0 && (lexer->kind == ';' || lexer->kind == '}');
        if (lexer->depth == 1 && lexer->kind == '=' && name != SYMBOL_NONE)
            outline_define(&lexer->outline, name, DEFINITION_OTHER, line, true);
        name = lexer->word;
        take(lexer);
        if (last)
            return;
    }
}

static void read_statement(struct proto_lexer *lexer)
{
    while (lexer->word == EXPORT || lexer->word == LOCAL)
        take(lexer);
    switch (lexer->word) {
    case IMPORT:
        read_import(lexer);
        if (lexer->kind == ';')
            read_token(lexer);
        outline_drop(&lexer->outline);
        break;
    case MESSAGE:
        read_definition(lexer, DEFINITION_TYPE);
        break;
    case ENUM:
        read_definition(lexer, DEFINITION_ENUM);
        break;
    case SERVICE:
        read_definition(lexer, DEFINITION_SERVICE);
        break;
    case EXTEND:
        read_extend(lexer);
        break;
    default:
        take_statement(lexer);
    }
    outline_end(&lexer->outline);
}

void proto_scan(const char *text, size_t length, struct facts *out)
{
    bool marked = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
    struct proto_lexer lexer = {
        .next = marked ? text + 3 : text, .end = text + length, .lines = lines_begin(text)};
    outline_begin(&lexer.outline, out);
    lexer.outline.uses_all = lexer.outline.uses_rest = true;
    for (size_t i = 0; i < KEYWORD_COUNT; i++)
        symbols_intern(&lexer.outline.symbols, keywords[i], strlen(keywords[i]));
    read_token(&lexer);
    while (lexer.kind != TOKEN_END)
        read_statement(&lexer);
    outline_finish(&lexer.outline);
    buf_free(&lexer.scratch);
}
