#include "engine/manifest/ninja/lexer.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    NEWLINE_ESCAPE_MAJOR = 1,
    NEWLINE_ESCAPE_MINOR = 14,
};

static bool is_simple_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static bool is_name_char(char c)
{
    return is_simple_name_char(c) || c == '.';
}

static const char *skip_name(const char *p)
{
    while (is_name_char(*p))
        p++;
    return p;
}

void lexer_start(struct lexer *lexer, const char *path)
{
    *lexer = (struct lexer){.path = path, .counted_line = 1};
    lexer_feed(lexer, "", 0);
}

void lexer_feed(struct lexer *lexer, const char *text, size_t length)
{
    lexer->text = lexer->next = lexer->counted = text;
    lexer->end = text + length;
    lexer->token = NULL;
    lexer->text_line = lexer->counted_line;
}

static void count_lines(struct lexer *lexer, const char *to)
{
    const char *newline;
    while ((newline = memchr(lexer->counted, '\n', (size_t)(to - lexer->counted)))) {
        lexer->counted = newline + 1;
        lexer->counted_line++;
    }
}

void lexer_finish(struct lexer *lexer)
{
    count_lines(lexer, lexer->end);
    lexer_feed(lexer, "", 0);
}

/* Blanks within a line, and escaped ends of line, mean nothing between tokens. */
static void skip_blanks(struct lexer *lexer)
{
    const char *p = lexer->next;
    for (;;) {
        if (*p == ' ')
            p++;
        else if (p[0] == '$' && p[1] == '\n')
            p += 2;
        else if (p[0] == '$' && p[1] == '\r' && p[2] == '\n')
            p += 3;
        else
            break;
    }
    lexer->next = p;
}

static enum token keyword(const char *name, size_t length)
{
    static const struct {
        const char *text;
        size_t length;
        enum token token;
    } keywords[] = {
        {"build", 5, TOKEN_BUILD},     {"rule", 4, TOKEN_RULE},
        {"pool", 4, TOKEN_POOL},       {"default", 7, TOKEN_DEFAULT},
        {"include", 7, TOKEN_INCLUDE}, {"subninja", 8, TOKEN_SUBNINJA},
    };
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (length == keywords[i].length && memcmp(name, keywords[i].text, length) == 0)
            return keywords[i].token;
    }
    return TOKEN_NAME;
}

/* A comment is a token only when it ends with a newline and holds no NUL; its end, or NULL. */
static const char *comment_end(const struct lexer *lexer, const char *hash)
{
    const char *newline = memchr(hash, '\n', (size_t)(lexer->end - hash));
    if (!newline || memchr(hash, '\0', (size_t)(newline - hash)))
        return NULL;
    return newline + 1;
}

static enum token read_punctuation(const struct lexer *lexer, const char **at)
{
    const char *p = (*at)++;
    switch (*p) {
    case '=':
        return TOKEN_EQUALS;
    case ':':
        return TOKEN_COLON;
    case '|':
        if (p[1] == '@' || p[1] == '|') {
            (*at)++;
            return p[1] == '@' ? TOKEN_PIPEAT : TOKEN_PIPE2;
        }
        return TOKEN_PIPE;
    case '\0':
        return p == lexer->end ? TOKEN_EOF : TOKEN_ERROR;
    default:
        return TOKEN_ERROR;
    }
}

/* The token at *at, which is moved past it; comments before it are skipped first. */
static enum token scan_token(const struct lexer *lexer, const char **at, const char **start)
{
    for (;;) {
        const char *p = *at;
        *start = p;
        while (*p == ' ')
            p++;
        const char *after_comment = *p == '#' ? comment_end(lexer, p) : NULL;
        if (after_comment) {
            *at = after_comment;
            continue;
        }
        if (*p == '\n' || (p[0] == '\r' && p[1] == '\n')) {
            *at = p + (*p == '\n' ? 1 : 2);
            return TOKEN_NEWLINE;
        }
        if (p > *at) {
            *at = p;
            return TOKEN_INDENT;
        }
        if (!is_name_char(*p))
            return read_punctuation(lexer, at);
        *at = skip_name(p);
        return keyword(p, (size_t)(*at - p));
    }
}

enum token lexer_read(struct lexer *lexer)
{
    enum token token = scan_token(lexer, &lexer->next, &lexer->token);
    if (token == TOKEN_EOF)
        lexer->next = lexer->end; /* so that reading again finds the end again */
    else if (token != TOKEN_NEWLINE)
        skip_blanks(lexer);
    return token;
}

void lexer_unread(struct lexer *lexer)
{
    lexer->next = lexer->token;
}

bool lexer_accept(struct lexer *lexer, enum token token)
{
    if (lexer_read(lexer) == token)
        return true;
    lexer_unread(lexer);
    return false;
}

enum jig_status lexer_expect(struct lexer *lexer, enum token token, struct jig_error *error)
{
    enum token got = lexer_read(lexer);
    if (got == token)
        return JIG_OK;
    return lexer_fail(lexer, error, "expected %s, got %s%s", lexer_token_name(token),
                      lexer_token_name(got), token == TOKEN_COLON ? " ($ also escapes ':')" : "");
}

bool lexer_read_name(struct lexer *lexer, struct view *name)
{
    lexer->token = lexer->next;
    const char *end = skip_name(lexer->next);
    if (end == lexer->next)
        return false;
    *name = (struct view){lexer->next, (size_t)(end - lexer->next)};
    lexer->next = end;
    skip_blanks(lexer);
    return true;
}

static void add_part(struct parts *out, const char *from, const char *to, bool is_variable)
{
    vec_push(out, ((struct part){from, (uint32_t)(to - from), is_variable}));
}

static enum jig_status fail_at(struct lexer *lexer, const char *at, struct jig_error *error,
                               const char *message)
{
    lexer->token = at;
    return lexer_fail(lexer, error, "%s", message);
}

/* Reads what a `$` at *at begins, and moves *at past it. */
static enum jig_status read_escape(struct lexer *lexer, const char **at, struct parts *out,
                                   struct jig_error *error)
{
    static const char newline[] = "\n";
    const char *dollar = *at;
    const char *p = dollar + 1;
    switch (*p) {
    case '$':
    case ' ':
    case ':':
        add_part(out, p, p + 1, false);
        *at = p + 1;
        return JIG_OK;
    case '\r':
        if (p[1] != '\n')
            break;
        p++;
        /* fall through */
    case '\n':
        for (p++; *p == ' ';)
            p++;
        *at = p;
        return JIG_OK;
    case '{': {
        const char *end = skip_name(p + 1);
        if (end == p + 1 || *end != '}')
            break;
        add_part(out, p + 1, end, true);
        *at = end + 1;
        return JIG_OK;
    }
    case '^':
        if (lexer->required_major < NEWLINE_ESCAPE_MAJOR ||
            (lexer->required_major == NEWLINE_ESCAPE_MAJOR &&
             lexer->required_minor < NEWLINE_ESCAPE_MINOR))
            return lexer_fail(lexer, error,
                              "using $^ escape requires specifying 'ninja_required_version' with "
                              "version greater or equal 1.14");
        add_part(out, newline, newline + 1, false);
        *at = p + 1;
        return JIG_OK;
    default: {
        const char *end = p;
        while (is_simple_name_char(*end))
            end++;
        if (end == p)
            break;
        add_part(out, p, end, true);
        *at = end;
        return JIG_OK;
    }
    }
    return fail_at(lexer, dollar, error, "bad $-escape (literal $ must be written as $$)");
}

static enum jig_status read_string(struct lexer *lexer, bool is_path, struct parts *out,
                                   struct jig_error *error)
{
    const char *p = lexer->next;
    for (;;) {
        const char *plain = p;
        p = is_path ? scan_path(p) : scan_value(p);
        if (p > plain)
            add_part(out, plain, p, false);
        switch (*p) {
        case '$': {
            enum jig_status status = read_escape(lexer, &p, out, error);
            if (status)
                return status;
            continue;
        }
        case '\0':
            lexer->token = p;
            return lexer_fail(lexer, error, "%s",
                              p == lexer->end ? "unexpected EOF" : lexer_describe_error(lexer));
        case '\r':
            if (p[1] != '\n')
                return fail_at(lexer, p, error, "lexing error");
            break;
        default:
            break;
        }
        lexer->token = p;
        lexer->next = p;
        if (is_path)
            skip_blanks(lexer);
        else
            lexer->next += *p == '\r' ? 2 : 1;
        return JIG_OK;
    }
}

enum jig_status lexer_read_path(struct lexer *lexer, struct parts *out, struct jig_error *error)
{
    return read_string(lexer, true, out, error);
}

enum jig_status lexer_read_value(struct lexer *lexer, struct parts *out, struct jig_error *error)
{
    return read_string(lexer, false, out, error);
}

enum jig_status lexer_read_let(struct lexer *lexer, struct view *name, struct parts *out,
                               struct jig_error *error)
{
    if (!lexer_read_name(lexer, name))
        return lexer_fail(lexer, error, "expected variable name");
    enum jig_status status = lexer_expect(lexer, TOKEN_EQUALS, error);
    return status ? status : lexer_read_value(lexer, out, error);
}

const char *lexer_token_name(enum token token)
{
    static const char *const names[] = {
        [TOKEN_ERROR] = "lexing error",  [TOKEN_BUILD] = "'build'",
        [TOKEN_COLON] = "':'",           [TOKEN_DEFAULT] = "'default'",
        [TOKEN_EQUALS] = "'='",          [TOKEN_NAME] = "identifier",
        [TOKEN_INCLUDE] = "'include'",   [TOKEN_INDENT] = "indent",
        [TOKEN_NEWLINE] = "newline",     [TOKEN_PIPE] = "'|'",
        [TOKEN_PIPE2] = "'||'",          [TOKEN_PIPEAT] = "'|@'",
        [TOKEN_POOL] = "'pool'",         [TOKEN_RULE] = "'rule'",
        [TOKEN_SUBNINJA] = "'subninja'", [TOKEN_EOF] = "eof",
    };
    return names[token];
}

const char *lexer_describe_error(const struct lexer *lexer)
{
    switch (*lexer->token) {
    case '\t':
        return "tabs are not allowed, use spaces";
    case '\0':
        return "NUL bytes are not allowed";
    default:
        return "lexing error";
    }
}

uint32_t lexer_line(struct lexer *lexer)
{
    count_lines(lexer, lexer->token);
    return lexer->counted_line;
}

enum {
    EXCERPT_BYTES = 72,  /* ninja shows so much of a line, and nothing when the place is beyond */
    EXCERPT_BEFORE = 40, /* for a place beyond: how much to show before it */
};

/* Takes the line that begins at `line` into the error, whose column is set. */
static void excerpt(struct jig_error *error, const char *line, const char *end)
{
    uint32_t column = error->column - 1;
    uint32_t skipped = column < EXCERPT_BYTES ? 0 : column - EXCERPT_BEFORE;
    const char *from = line + skipped;
    size_t length = 0;
    while (length < EXCERPT_BYTES && from + length < end && from[length] != '\n' &&
           from[length] != '\0')
        length++;
    bool cut = length == EXCERPT_BYTES;
    snprintf(error->excerpt, sizeof error->excerpt, "%s%.*s%s", skipped ? "..." : "", (int)length,
             from, cut ? "..." : "");
    error->caret = skipped ? EXCERPT_BEFORE + 3 : column;
}

enum jig_status lexer_fail_as(const struct lexer *lexer, struct jig_error *error,
                              enum jig_status status, const char *format, ...)
{
    if (!error)
        return status;
    char message[sizeof error->message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    jig_fail(error, status, "%s", message);

    const char *line = lexer->text;
    uint32_t number = lexer->text_line;
    const char *token = lexer->token ? lexer->token : lexer->text;
    const char *newline;
    while ((newline = memchr(line, '\n', (size_t)(token - line)))) {
        line = newline + 1;
        number++;
    }
    snprintf(error->file, sizeof error->file, "%s", lexer->path);
    error->line = number;
    error->column = (uint32_t)(token - line) + 1;
    excerpt(error, line, lexer->end);
    return status;
}
