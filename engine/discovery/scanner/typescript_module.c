/* Imports and exports of TypeScript and JavaScript. Syntax: ECMA-262, "Modules". */
#include "engine/discovery/scanner/typescript.h"

#include "engine/discovery/scanner/typescript_text.h"

/* ---- imports as facts ---------------------------------------------------------------------- */

/* The inside of a string or template with its escapes resolved; valid until the next call. */
static const struct buf *decode(struct ts_parser *parser, const struct ts_token *literal)
{
    const char *from = literal->start + 1, *to = literal->end;
    if (to > from && to[-1] == *literal->start)
        to--;
    buf_clear(&parser->scratch);
    ts_decode(from, to, &parser->scratch);
    return &parser->scratch;
}

symbol_id ts_word(struct ts_parser *parser, const struct ts_token *token)
{
    if (token->kind != TS_STRING)
        return token->word;
    const struct buf *text = decode(parser, token);
    return symbols_intern_copy(&parser->outline.symbols, buf_cstr(text), text->length);
}

static void push_import(struct ts_parser *parser, enum fact_import_kind kind, uint32_t specifier,
                        bool all, uint32_t line)
{
    struct facts *facts = parser->outline.facts;
    uint32_t names_begin = facts->names.count;
    for (uint32_t i = 0; i < parser->names.count; i++) {
        const struct ts_name *name = &parser->names.data[i];
        vec_push(&facts->names,
                 ((struct fact_name){outline_text(&parser->outline, name->imported),
                                     outline_text(&parser->outline, name->local), name->is_type}));
        if (kind != IMPORT_REEXPORT)
            outline_introduce(&parser->outline, name->local);
    }
    vec_push(&facts->imports, ((struct fact_import){.specifier = specifier,
                                                    .line = line,
                                                    .kind = (uint8_t)kind,
                                                    .all = all,
                                                    .names_begin = names_begin,
                                                    .names_count = parser->names.count}));
}

void ts_add_import(struct ts_parser *parser, enum fact_import_kind kind,
                   const struct ts_token *literal, bool all, uint32_t line)
{
    const struct buf *text = decode(parser, literal);
    uint32_t specifier = facts_add_text(parser->outline.facts, buf_cstr(text), text->length);
    push_import(parser, kind, specifier, all, line);
}

static void push_name(struct ts_parser *parser, symbol_id imported, symbol_id local)
{
    vec_push(&parser->names, ((struct ts_name){imported, local, false}));
}

/* ---- calls --------------------------------------------------------------------------------- */

enum { COMPUTED_BYTES = 80 }; /* of an argument that is no literal, so many are told */

static void add_computed(struct ts_parser *parser)
{
    const char *from = parser->call_argument, *to = from, *end = parser->lexer.end;
    while (to < end && to - from < COMPUTED_BYTES && *to != ')' && !ts_is(*to, TS_LINE_END))
        to++;
    parser->names.count = 0;
    push_import(parser, IMPORT_COMPUTED,
                facts_add_text(parser->outline.facts, from, (size_t)(to - from)), true,
                parser->call_line);
}

void ts_end_call(struct ts_parser *parser, bool literal)
{
    parser->call = TS_CALL_NONE;
    if (!literal) {
        add_computed(parser);
        return;
    }
    enum fact_import_kind kind =
        parser->call_keyword == TS_require ? IMPORT_REQUIRE : IMPORT_DYNAMIC;
    const struct buf *text = decode(parser, &parser->call_literal);
    outline_import_all(&parser->outline, kind, buf_cstr(text), text->length, parser->call_line);
}

/* ---- lists of names ------------------------------------------------------------------------ */

static bool is_word(const struct ts_token *token)
{
    return token->kind == TS_WORD || token->kind == TS_STRING;
}

/*
 * One name of a list: `a`, `a as b`, `type a`, `type a as b`, where each word may be one of those
 * as well. It is told by how many words there are.
 */
static void read_list_name(struct ts_parser *parser)
{
    symbol_id words[4];
    uint32_t count = 0;
    while (is_word(&parser->lexer.token)) {
        symbol_id word = ts_word(parser, &parser->lexer.token);
        if (count < 4)
            words[count++] = word;
        ts_pass(parser);
    }
    if (count == 1 || count == 2)
        push_name(parser, words[count - 1], words[count - 1]);
    else if (count > 2)
        push_name(parser, words[count - 3], words[count - 1]);
    if (count == 2 || count == 4)
        parser->names.data[parser->names.count - 1].is_type = true;
}

/* { name, … }: appends to `names`. Stops at what does not belong there. */
static void read_list(struct ts_parser *parser)
{
    const struct ts_token *token = &parser->lexer.token;
    ts_pass(parser);
    for (;;) {
        read_list_name(parser);
        if (token->kind != ',')
            break;
        ts_pass(parser);
    }
    if (token->kind == '}')
        ts_pass(parser);
}

struct import {
    enum fact_import_kind kind;
    bool all;
    bool nested;
    bool exported;
    uint32_t line;
    uint64_t manner;
};

/* The token, a modifier or an attribute's, says how the module is imported. */
static void add_manner(struct import *import, const struct ts_token *token)
{
    import->manner =
        XXH3_64bits_withSeed(token->start, (size_t)(token->end - token->start), import->manner);
}

/* with { type: 'json' }: tokens of their own, and the import's manner. */
static void read_attributes(struct ts_parser *parser, struct import *import)
{
    const struct ts_lexer *lexer = &parser->lexer;
    enum ts_keyword keyword = lexer->token.keyword;
    bool newline = false;
    bool present = (keyword == TS_with || (keyword == TS_assert && !lexer->token.newline)) &&
                   ts_lexer_peek(lexer, &newline) == '{';
    if (!import->nested)
        outline_drop(&parser->outline);
    if (!present)
        return;
    ts_pass(parser);
    uint32_t depth = lexer->depth;
    do {
        add_manner(import, &lexer->token);
        ts_pass(parser);
    } while (lexer->token.kind != TS_END && lexer->depth > depth);
}

/* ---- import -------------------------------------------------------------------------------- */

/* `from 'x'`, and what may follow. */
static void read_from(struct ts_parser *parser, struct import *import)
{
    const struct ts_token *token = &parser->lexer.token;
    if (token->keyword == TS_from)
        ts_pass(parser);
    if (token->kind != TS_STRING)
        return;
    ts_add_import(parser, import->kind, token, import->all, import->line);
    ts_pass(parser);
    read_attributes(parser, import);
    struct facts *facts = parser->outline.facts;
    facts->imports.data[facts->imports.count - 1].manner = import->manner;
}

/* import a = require('x'), or import a = b.c, which is a definition; the `=` is the token. */
static void read_import_equals(struct ts_parser *parser, struct import *import, symbol_id local)
{
    const struct ts_lexer *lexer = &parser->lexer;
    bool newline = false;
    ts_pass(parser);
    if (import->exported)
        outline_export(&parser->outline, local, local, OUTLINE_LIVE, import->line);
    if (lexer->token.keyword != TS_require || ts_lexer_peek(lexer, &newline) != '(') {
        if (!import->nested) {
            outline_define(&parser->outline, local, DEFINITION_VALUE, import->line, false);
            parser->effect.in_value = true;
            ts_take_statement(parser, TS_END_LINE);
        }
        return;
    }
    ts_pass(parser);
    ts_pass(parser);
    if (lexer->token.kind != TS_STRING)
        return;
    parser->names.count = 0;
    push_name(parser, parser->word_star, local);
    import->all = true;
    read_from(parser, import);
    if (lexer->token.kind == ')')
        ts_pass(parser);
    if (!import->nested)
        outline_drop(&parser->outline);
}

/* What comes behind the default name: names, or the whole module. */
static void read_import_clause(struct ts_parser *parser, struct import *import)
{
    const struct ts_token *token = &parser->lexer.token;
    if (token->kind == ',')
        ts_pass(parser);
    if (token->kind == '{') {
        read_list(parser);
    } else if (token->kind == '*') {
        ts_pass(parser);
        if (token->keyword == TS_as)
            ts_pass(parser);
        import->all = true;
        if (token->kind == TS_WORD) {
            push_name(parser, parser->word_star, token->word);
            ts_pass(parser);
        }
    }
}

/* The default name is taken; words before it may have been modifiers (`type`, `defer`, …). */
static void read_import_names(struct ts_parser *parser, struct import *import, symbol_id name)
{
    const struct ts_token *token = &parser->lexer.token;
    if (token->kind == '=' && name != SYMBOL_NONE) {
        read_import_equals(parser, import, name);
        return;
    }
    if (name != SYMBOL_NONE)
        push_name(parser, parser->word_default, name);
    read_import_clause(parser, import);
    read_from(parser, import);
}

/* `type`, `defer`, … */
static void add_modifier(struct import *import, const struct ts_token *token)
{
    if (token->word == TS_type)
        import->kind = IMPORT_TYPE;
    add_manner(import, token);
}

/*
 * The default name, SYMBOL_NONE when there is none. A word before another word, a list or a star is
 * a modifier; `from` is a name only when no string follows it.
 */
static symbol_id read_default_name(struct ts_parser *parser, struct import *import)
{
    const struct ts_token *token = &parser->lexer.token;
    struct ts_token last = *token; /* the one that `name` is */
    symbol_id name = SYMBOL_NONE;
    while (token->kind == TS_WORD) {
        bool newline = false;
        char next = ts_lexer_peek(&parser->lexer, &newline);
        bool is_from = token->keyword == TS_from && (next == '"' || next == '\'');
        if (is_from)
            break;
        if (name != SYMBOL_NONE)
            add_modifier(import, &last);
        last = *token;
        name = token->word;
        ts_pass(parser);
    }
    if (name != SYMBOL_NONE && (token->kind == '{' || token->kind == '*')) {
        add_modifier(import, &last);
        name = SYMBOL_NONE;
    }
    return name;
}

void ts_read_import(struct ts_parser *parser, bool nested, bool exported)
{
    struct import import = {
        .kind = IMPORT_STATIC, .nested = nested, .exported = exported, .line = ts_line(parser)};
    parser->is_module |= !nested;
    parser->names.count = 0;
    ts_pass(parser);
    if (parser->lexer.token.kind == TS_STRING) {
        import.all = true;
        read_from(parser, &import);
        return;
    }
    symbol_id name = read_default_name(parser, &import);
    read_import_names(parser, &import, name);
}

/* ---- export -------------------------------------------------------------------------------- */

/* export * from 'x', export * as a from 'x'; the `*` is the token. */
static void read_export_all(struct ts_parser *parser, struct import *import)
{
    const struct ts_token *token = &parser->lexer.token;
    ts_pass(parser);
    import->all = true;
    if (token->keyword == TS_as) {
        ts_pass(parser);
        if (is_word(token)) {
            push_name(parser, parser->word_star, ts_word(parser, token));
            ts_pass(parser);
        }
    }
    for (uint32_t i = 0; i < parser->names.count; i++)
        outline_reexport(&parser->outline, parser->names.data[i].local, import->line);
    read_from(parser, import);
}

/* export { … }, and perhaps from 'x'; the `{` is the token. */
static void read_export_list(struct ts_parser *parser, struct import *import)
{
    read_list(parser);
    bool again = parser->lexer.token.keyword == TS_from;
    for (uint32_t i = 0; i < parser->names.count; i++) {
        const struct ts_name *name = &parser->names.data[i];
        if (again)
            outline_reexport(&parser->outline, name->local, import->line);
        else
            outline_export(&parser->outline, name->imported, name->local,
                           import->manner || name->is_type ? OUTLINE_TYPE : OUTLINE_LIVE,
                           import->line);
    }
    if (again)
        read_from(parser, import);
    else
        outline_drop(&parser->outline);
}

/* export = a */
static void read_export_equals(struct ts_parser *parser, uint32_t line)
{
    outline_define(&parser->outline, symbols_intern(&parser->outline.symbols, "export=", 7),
                   DEFINITION_VALUE, line, true);
    ts_take_statement(parser, TS_END_LINE);
}

bool ts_read_export(struct ts_parser *parser)
{
    const struct ts_lexer *lexer = &parser->lexer;
    struct import import = {.kind = IMPORT_REEXPORT, .line = ts_line(parser)};
    bool newline = false;
    parser->names.count = 0;
    ts_take(parser);
    if (lexer->token.keyword == TS_type) {
        char next = ts_lexer_peek(lexer, &newline);
        if (next != '{' && next != '*')
            return false;
        add_manner(&import, &lexer->token);
        ts_pass(parser);
    }
    switch (lexer->token.kind) {
    case '*':
        read_export_all(parser, &import);
        return true;
    case '{':
        read_export_list(parser, &import);
        return true;
    case '=':
        read_export_equals(parser, import.line);
        return true;
    default:
        if (lexer->token.keyword != TS_import)
            return false;
        ts_read_import(parser, false, true);
        return true;
    }
}
