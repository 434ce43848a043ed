/* The names that const, let and var bind, in patterns as well. */
#include "engine/discovery/scanner/typescript.h"

static void bind(struct ts_parser *parser, bool exported)
{
    outline_define(&parser->outline, parser->lexer.token.word, DEFINITION_VALUE, ts_line(parser),
                   exported);
    ts_take(parser);
}

/* ---- patterns ------------------------------------------------------------------------------ */

/* Takes a bracket and all within it. */
static void take_brackets(struct ts_parser *parser)
{
    const struct ts_lexer *lexer = &parser->lexer;
    uint32_t depth = lexer->depth;
    do
        ts_take(parser);
    while (lexer->token.kind != TS_END && lexer->depth > depth);
}

/* Takes the `=` and the value that is bound when there is none. */
static void take_default(struct ts_parser *parser)
{
    const struct ts_lexer *lexer = &parser->lexer;
    uint32_t depth = lexer->depth;
    do
        ts_take(parser);
    while (lexer->token.kind != TS_END &&
           !(lexer->depth == depth &&
             (lexer->token.kind == ',' || lexer->token.kind == '}' || lexer->token.kind == ']')));
}

/* Takes a pattern, whose bracket is the token. Its nesting is that of the lexer's frames. */
static void take_pattern(struct ts_parser *parser, bool exported)
{
    const struct ts_lexer *lexer = &parser->lexer;
    const struct ts_token *token = &lexer->token;
    uint32_t depth = lexer->depth;
    do {
        /* A bracket has just opened its own frame; it is the one around it that counts. */
        bool computed = token->kind == '[' && (lexer->previous == '{' || lexer->previous == ',') &&
                        lexer->frames.data[lexer->depth].kind == TS_FRAME_OBJECT;
        if (computed)
            take_brackets(parser);
        else if (token->kind == '=')
            take_default(parser);
        else if (token->kind == TS_WORD && !token->property && token->word >= TS_RESERVED_COUNT)
            bind(parser, exported);
        else
            ts_take(parser);
    } while (token->kind != TS_END && lexer->depth > depth);
}

/* ---- declarators --------------------------------------------------------------------------- */

/* What is known of the declarator that is being taken. */
struct declarator {
    uint32_t angles; /* `<` without their `>` */
    bool value;      /* behind its `=` */
    bool parameters; /* the first `<` surely opens type parameters, not a comparison */
};

static void follow(struct declarator *declarator, const struct ts_lexer *lexer)
{
    switch (lexer->token.kind) {
    case '<':
        if (declarator->angles++ == 0)
            declarator->parameters =
                !declarator->value || (lexer->place_before != TS_AFTER_OPERAND);
        break;
    case '>':
        if (declarator->angles > 0)
            declarator->angles--;
        break;
    case '=':
        if (declarator->angles == 0 || !declarator->parameters)
            declarator->value = true;
        break;
    default:
        break;
    }
}

/*
 * Whether the token behind a comma begins another declarator. Behind a `<` that may have been a
 * comparison, or may have opened type arguments, the word must look like one: a name too many only
 * makes a dependency too many.
 */
static bool begins_declarator(const struct ts_lexer *lexer, const struct declarator *before,
                              bool initialised)
{
    if (before->angles == 0 || before->parameters)
        return before->angles == 0;
    bool newline = false;
    char next = ts_lexer_peek(lexer, &newline);
    return next == '=' || next == ':' ||
           (!initialised && (next == ',' || next == ';' || next == '\0' || newline));
}

/* Takes the type and the value. True when a comma was taken and another declarator follows. */
static bool take_value(struct ts_parser *parser, bool initialised)
{
    const struct ts_lexer *lexer = &parser->lexer;
    struct declarator declarator = {0};
    while (!ts_at_end(parser, TS_END_LINE)) {
        bool comma = ts_lexer_outside(lexer) && lexer->token.kind == ',';
        if (ts_lexer_outside(lexer))
            follow(&declarator, lexer);
        ts_take(parser);
        if (comma && begins_declarator(lexer, &declarator, initialised))
            return true;
    }
    return false;
}

void ts_read_bindings(struct ts_parser *parser, bool initialised, bool exported)
{
    const struct ts_token *token = &parser->lexer.token;
    do {
        if (token->kind == TS_WORD)
            bind(parser, exported);
        else if (token->kind == '{' || token->kind == '[')
            take_pattern(parser, exported);
    } while (take_value(parser, initialised));
}
