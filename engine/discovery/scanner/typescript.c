#include "engine/discovery/scanner/typescript.h"

#include "engine/discovery/scanner/typescript_text.h"

/* ---- tokens -------------------------------------------------------------------------------- */

uint32_t ts_line(struct ts_parser *parser)
{
    return lines_at(&parser->lines, parser->lexer.token.start);
}

/* Whether it means something else without the end of line before it. */
static bool is_line_sensitive(const struct ts_lexer *lexer)
{
    if (lexer->token.kind == TS_INCREMENT)
        return true;
    switch (lexer->previous_keyword) {
    case TS_abstract:
    case TS_accessor:
    case TS_async:
    case TS_break:
    case TS_continue:
    case TS_declare:
    case TS_get:
    case TS_interface:
    case TS_module:
    case TS_namespace:
    case TS_return:
    case TS_set:
    case TS_throw:
    case TS_type:
    case TS_using:
    case TS_yield:
        return true;
    default:
        return false;
    }
}

static void add_token(struct ts_parser *parser)
{
    const struct ts_token *token = &parser->lexer.token;
    if (token->newline && is_line_sensitive(&parser->lexer))
        outline_token(&parser->outline, "\n", 1);
    outline_token(&parser->outline, token->start, (size_t)(token->end - token->start));
}

static bool is_name(const struct ts_token *token)
{
    return token->kind == TS_WORD && !token->property && token->word >= TS_RESERVED_COUNT;
}

void ts_pass(struct ts_parser *parser)
{
    add_token(parser);
    parser->taken++;
    ts_lexer_read(&parser->lexer);
}

/* Follows calls of import and require through their tokens. */
static void follow_call(struct ts_parser *parser)
{
    const struct ts_token *token = &parser->lexer.token;
    enum ts_call before = parser->call;
    parser->call = TS_CALL_NONE;
    if (before == TS_CALL_WORD && token->kind == '(') {
        parser->call = TS_CALL_OPEN;
        parser->call_argument = token->end;
        return;
    }
    if (before == TS_CALL_OPEN && (token->kind == TS_STRING || token->kind == TS_TEMPLATE)) {
        parser->call = TS_CALL_LITERAL;
        parser->call_literal = *token;
        return;
    }
    if (before == TS_CALL_LITERAL)
        ts_end_call(parser, token->kind == ')' || token->kind == ',');
    else if (before == TS_CALL_OPEN)
        ts_end_call(parser, false);
    bool declared = parser->lexer.previous_keyword == TS_function ||
                    ts_lexer_top(&parser->lexer)->kind == TS_FRAME_TYPE ||
                    ts_lexer_top(&parser->lexer)->kind == TS_FRAME_CLASS;
    if (token->keyword == TS_import || (token->keyword == TS_require && !declared)) {
        parser->call = TS_CALL_WORD;
        parser->call_keyword = token->keyword;
        parser->call_line = ts_line(parser);
    }
}

/* export … from 'x' in the body of a module that is declared here, and exports nothing of ours. */
static bool is_nested_from(const struct ts_lexer *lexer)
{
    return lexer->token.kind == TS_STRING && lexer->previous_keyword == TS_from && lexer->depth > 0;
}

void ts_take(struct ts_parser *parser)
{
    const struct ts_token *token = &parser->lexer.token;
    if (is_nested_from(&parser->lexer)) {
        parser->names.count = 0;
        ts_add_import(parser, IMPORT_TYPE, token, true, ts_line(parser));
    }
    if (is_name(token))
        outline_mention(&parser->outline, token->word);
    if (parser->call || token->keyword == TS_import || token->keyword == TS_require)
        follow_call(parser);
    if (token->keyword == TS_var)
        parser->outline.declares = true;
    ts_follow_effect(&parser->effect, &parser->lexer);
    ts_pass(parser);
}

/* ---- where statements end ------------------------------------------------------------------ */

/* Whether a word begins a declaration, wherever an operator could stand. */
static bool is_declaration_word(const struct ts_lexer *lexer)
{
    switch (lexer->token.keyword) {
    case TS_class:
    case TS_const:
    case TS_enum:
    case TS_export:
    case TS_function:
    case TS_import:
    case TS_var:
        return true;
    case TS_abstract:
    case TS_async:
    case TS_declare:
    case TS_interface:
    case TS_let:
    case TS_module:
    case TS_namespace:
    case TS_type:
    case TS_using:
        return ts_lexer_peek_word(lexer);
    default:
        return false;
    }
}

/* Whether a token on a new line begins another statement, as far as its kind goes. */
static bool begins_statement(const struct ts_lexer *lexer, enum ts_end end)
{
    const struct ts_token *token = &lexer->token;
    if (token->kind == TS_WORD && is_declaration_word(lexer))
        return true;
    if (end == TS_END_BODY)
        return false;
    switch (token->kind) {
    case TS_WORD:
        return lexer->at_label && !ts_is_infix(token->keyword);
    case TS_PRIVATE:
    case TS_STRING:
    case TS_NUMBER:
    case TS_INCREMENT:
    case '@':
    case '{':
    case '!':
    case '~':
        return lexer->place_before == TS_AFTER_OPERAND;
    default:
        return false;
    }
}

/* Whether the statement ended before the token, which begins another. */
static bool ended_before(const struct ts_lexer *lexer, enum ts_end end)
{
    const struct ts_token *token = &lexer->token;
    if (!token->newline)
        return false;
    switch (lexer->place_before) {
    case TS_AT_STATEMENT: /* behind the body of an arrow function */
        return end != TS_END_BODY && token->kind != ',' && token->kind != '=' &&
               !ts_is_infix(token->keyword);
    case TS_AFTER_OPERAND:
    case TS_AFTER_ANGLE:
        return begins_statement(lexer, end);
    default:
        return false;
    }
}

/* Whether the statement ends with the token, which closes a body. */
static bool ends_with(const struct ts_lexer *lexer, enum ts_end end)
{
    if (lexer->token.kind != '}' || lexer->depth != 1 || lexer->frames.count != 1)
        return false;
    const struct ts_frame *closed = &lexer->closed;
    if (!closed->is_body && closed->kind != TS_FRAME_BLOCK)
        return false;
    return end == TS_END_BODY || (end == TS_END_EITHER && !closed->is_operand);
}

/* An import in the body of a module that is declared here. */
static bool is_nested_import(const struct ts_lexer *lexer)
{
    if (lexer->token.keyword != TS_import || !lexer->at_label || lexer->depth == 0)
        return false;
    bool newline = false;
    char next = ts_lexer_peek(lexer, &newline);
    return next != '(' && next != '.';
}

static void take_in_statement(struct ts_parser *parser)
{
    if (is_nested_import(&parser->lexer))
        ts_read_import(parser, true, false);
    else
        ts_take(parser);
}

bool ts_at_end(const struct ts_parser *parser, enum ts_end end)
{
    const struct ts_lexer *lexer = &parser->lexer;
    if (lexer->token.kind == TS_END)
        return true;
    return ts_lexer_outside(lexer) && (lexer->token.kind == ';' || ended_before(lexer, end));
}

void ts_take_statement(struct ts_parser *parser, enum ts_end end)
{
    const struct ts_lexer *lexer = &parser->lexer;
    uint32_t before = parser->taken;
    while (!ts_at_end(parser, end) || parser->taken == before) {
        bool last = ends_with(lexer, end) || lexer->token.kind == TS_END;
        if (lexer->token.kind == ';' && parser->taken == before)
            return;
        take_in_statement(parser);
        if (last)
            return;
    }
}

void ts_skip_semicolon(struct ts_parser *parser)
{
    if (parser->lexer.token.kind == ';')
        ts_lexer_read(&parser->lexer);
}

/* ---- declarations -------------------------------------------------------------------------- */

static void define(struct ts_parser *parser, enum fact_definition_kind kind, bool exported)
{
    outline_define(&parser->outline, parser->lexer.token.word, kind, ts_line(parser), exported);
}

/*
 * A declaration with a name and a body, whose keyword is taken. The default export is known to
 * importers by another name than here; it may have none here.
 */
static void read_named(struct ts_parser *parser, enum fact_definition_kind kind, enum ts_end end,
                       bool exported, bool is_default)
{
    const struct ts_token *token = &parser->lexer.token;
    if (token->kind == '*')
        ts_take(parser);
    bool named =
        token->kind == TS_WORD && token->keyword != TS_extends && token->keyword != TS_implements;
    if (named) {
        define(parser, kind, exported && !is_default);
        if (is_default)
            outline_export(&parser->outline, token->word, parser->word_default, OUTLINE_LIVE,
                           ts_line(parser));
    } else if (is_default) {
        outline_define(&parser->outline, parser->word_default, kind, ts_line(parser), true);
    }
    ts_take_statement(parser, end);
}

/* module 'x': what it says about another module, or about one that has no file. */
static void read_ambient_module(struct ts_parser *parser)
{
    parser->outline.uses_rest = true;
    uint32_t line = ts_line(parser);
    struct facts *facts = parser->outline.facts;
    uint32_t before = facts->imports.count;
    parser->names.count = 0;
    ts_add_import(parser, IMPORT_TYPE, &parser->lexer.token, true, line);
    vec_push(&parser->augmentations, facts->imports.data[before]);
    facts->imports.count = before;
    ts_take_statement(parser, TS_END_BODY);
}

static void read_variables(struct ts_parser *parser, bool exported)
{
    bool constant = parser->lexer.token.keyword == TS_const;
    ts_take(parser);
    if (constant && parser->lexer.token.keyword == TS_enum) {
        ts_take(parser);
        read_named(parser, DEFINITION_ENUM, TS_END_BODY, exported, false);
    } else {
        ts_read_bindings(parser, constant, exported);
    }
}

/* Whether the token, a word with other meanings, is followed by what it declares. */
static bool is_declaring(const struct ts_lexer *lexer)
{
    bool newline = false;
    char next = ts_lexer_peek(lexer, &newline);
    if (newline)
        return false;
    if (lexer->token.keyword == TS_let)
        return ts_is(next, TS_WORD_START) || next == '{' || next == '[';
    if (lexer->token.keyword == TS_module && (next == '"' || next == '\''))
        return true;
    return ts_is(next, TS_WORD_START);
}

/* Reads a declaration, if the token is a word that begins one. */
static bool read_declaration(struct ts_parser *parser, bool exported, bool is_default)
{
    const struct ts_lexer *lexer = &parser->lexer;
    enum ts_keyword keyword = lexer->token.keyword;
    switch (keyword) {
    case TS_class:
        ts_take(parser);
        read_named(parser, DEFINITION_CLASS, TS_END_BODY, exported, is_default);
        return true;
    case TS_function:
        ts_take(parser);
        read_named(parser, DEFINITION_FUNCTION, TS_END_BODY, exported, is_default);
        return true;
    case TS_enum:
        ts_take(parser);
        read_named(parser, DEFINITION_ENUM, TS_END_BODY, exported, false);
        return true;
    case TS_const:
    case TS_var:
        read_variables(parser, exported);
        return true;
    default:
        if (!is_declaring(lexer))
            return false;
    }
    switch (keyword) {
    case TS_let:
    case TS_using:
        read_variables(parser, exported);
        return true;
    case TS_interface:
        ts_take(parser);
        read_named(parser, DEFINITION_TYPE, TS_END_BODY, exported, is_default);
        return true;
    case TS_type:
        ts_take(parser);
        read_named(parser, DEFINITION_TYPE, TS_END_LINE, exported, false);
        return true;
    case TS_module:
    case TS_namespace:
        ts_take(parser);
        if (lexer->token.kind == TS_STRING)
            read_ambient_module(parser);
        else
            read_named(parser, DEFINITION_NAMESPACE, TS_END_BODY, exported, false);
        return true;
    default:
        return false;
    }
}

static bool is_modifier(const struct ts_lexer *lexer)
{
    enum ts_keyword keyword = lexer->token.keyword;
    return (keyword == TS_abstract || keyword == TS_async || keyword == TS_declare ||
            keyword == TS_await) &&
           is_declaring(lexer);
}

/* @name.name(…) or @(…), once or more. */
static void take_decorators(struct ts_parser *parser)
{
    const struct ts_lexer *lexer = &parser->lexer;
    while (lexer->token.kind == '@') {
        ts_take(parser);
        bool operand = false;
        while (lexer->token.kind != TS_END) {
            bool joins = lexer->token.kind == '.' || lexer->token.kind == '(';
            if (lexer->depth == 0 && operand && !joins && lexer->previous != '.')
                break;
            ts_take(parser);
            operand = true;
        }
    }
}

/* ---- statements ---------------------------------------------------------------------------- */

/* export default: a declaration, a name, or an expression. */
static void read_default(struct ts_parser *parser)
{
    const struct ts_lexer *lexer = &parser->lexer;
    uint32_t line = ts_line(parser);
    ts_take(parser);
    while (is_modifier(lexer))
        ts_take(parser);
    take_decorators(parser);
    if (read_declaration(parser, true, true))
        return;
    struct ts_token first = lexer->token;
    uint32_t before = parser->taken;
    ts_take_statement(parser, TS_END_LINE);
    if (is_name(&first) && parser->taken == before + 1) {
        outline_drop(&parser->outline);
        outline_export(&parser->outline, first.word, parser->word_default, OUTLINE_VALUE, line);
    } else {
        outline_define(&parser->outline, parser->word_default, DEFINITION_VALUE, line, true);
    }
}

/* Directives, and what is declared for everyone, count for every definition. */
static void read_loose(struct ts_parser *parser)
{
    struct ts_token first = parser->lexer.token;
    uint32_t before = parser->taken;
    ts_take_statement(parser, TS_END_EITHER);
    bool directive = first.kind == TS_STRING && parser->taken == before + 1;
    if (directive || first.keyword == TS_global)
        parser->outline.uses_rest = true;
}

static void read_statement(struct ts_parser *parser)
{
    const struct ts_lexer *lexer = &parser->lexer;
    bool exported = false;
    take_decorators(parser);
    if (lexer->token.keyword == TS_export) {
        parser->is_module = true;
        if (ts_read_export(parser))
            return;
        exported = true;
        take_decorators(parser);
        if (lexer->token.keyword == TS_default) {
            read_default(parser);
            return;
        }
    }
    while (is_modifier(lexer))
        ts_take(parser);
    if (!read_declaration(parser, exported, false))
        read_loose(parser);
}

static bool is_import(const struct ts_lexer *lexer)
{
    bool newline = false;
    char next = lexer->token.keyword == TS_import ? ts_lexer_peek(lexer, &newline) : '(';
    return next != '(' && next != '.';
}

static void read_statements(struct ts_parser *parser)
{
    while (parser->lexer.token.kind != TS_END) {
        if (is_import(&parser->lexer))
            ts_read_import(parser, false, false);
        else
            read_statement(parser);
        parser->outline.acts = parser->effect.acts;
        parser->outline.reads = parser->effect.reads;
        parser->effect = (struct ts_effect){0};
        outline_end(&parser->outline);
        ts_skip_semicolon(parser);
    }
}

static void add_augmentations(struct ts_parser *parser)
{
    for (uint32_t i = 0; parser->is_module && i < parser->augmentations.count; i++)
        vec_push(&parser->outline.facts->imports, parser->augmentations.data[i]);
}

/* `@jsx h` and its like, wherever they stand, say what elements are. */
static void read_pragmas(struct ts_parser *parser, const char *p, const char *end)
{
    while ((p = memmem(p, (size_t)(end - p), "@jsx", 4))) {
        const char *from = p;
        while (p < end && !ts_is(*p, TS_LINE_END) && *p != '*')
            p++;
        outline_token(&parser->outline, from, (size_t)(p - from));
        parser->outline.uses_rest = true;
    }
    outline_end(&parser->outline);
}

/* Behind a byte order mark and a line that begins with #!. */
static const char *skip_head(const char *text, const char *end)
{
    if (end - text >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    if (end - text >= 2 && text[0] == '#' && text[1] == '!')
        while (text < end && !ts_is(*text, TS_LINE_END))
            text++;
    return text;
}

void ts_scan(const char *text, size_t length, bool jsx, struct facts *out)
{
    const char *end = text + length, *begin = skip_head(text, end);
    struct ts_parser parser = {.lines = lines_begin(text)};
    outline_begin(&parser.outline, out);
    parser.outline.is_evaluated = true;
    ts_lexer_begin(&parser.lexer, &parser.outline.symbols, begin, (size_t)(end - begin), jsx);
    parser.word_default = TS_default;
    parser.word_star = symbols_intern(&parser.outline.symbols, "*", 1);
    ts_read_references(out, begin, (size_t)(end - begin));
    read_pragmas(&parser, begin, end);
    ts_lexer_read(&parser.lexer);
    read_statements(&parser);
    if (parser.call > TS_CALL_WORD)
        ts_end_call(&parser, false);
    outline_finish(&parser.outline);
    add_augmentations(&parser);
    ts_lexer_free(&parser.lexer);
    buf_free(&parser.scratch);
    vec_free(&parser.names);
    vec_free(&parser.augmentations);
}
