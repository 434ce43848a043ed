/*
 * What a statement does when it is evaluated: does it *act*, by a call or an assignment, or only
 * *read* names, whose values depend on what acted before; or neither, as a literal or a function.
 * What lies in the bodies of functions and in types is not evaluated. In doubt it acts: that only
 * makes a dependency too many.
 */
#include "engine/discovery/scanner/typescript.h"

static bool is_after_operand(const struct ts_lexer *lexer)
{
    return lexer->place_before == TS_AFTER_OPERAND || lexer->place_before == TS_AFTER_ANGLE;
}

/* The frame around a token that closes none. */
static const struct ts_frame *around(const struct ts_lexer *lexer)
{
    return &lexer->frames.data[lexer->depth];
}

/* Something whose inside is evaluated later, if ever. */
static void enter_body(struct ts_effect *effect, const struct ts_lexer *lexer)
{
    effect->body = lexer->frames.count;
}

/* ---- bodies -------------------------------------------------------------------------------- */

/* Static fields and blocks, computed names and decorators are evaluated with the class. */
static void follow_class(struct ts_effect *effect, const struct ts_lexer *lexer)
{
    const struct ts_token *token = &lexer->token;
    effect->acts |= token->kind == '@';
    if (lexer->depth + 1 != effect->body)
        return;
    effect->has_static |= token->keyword == TS_static;
    effect->acts |= (token->kind == '=' && effect->has_static) ||
                    (token->kind == '{' && lexer->previous_keyword == TS_static) ||
                    (token->kind == '[' && lexer->previous != '=' && !ts_in_type(lexer));
}

/* Whether the token opens a body, or the parameters of one. */
static bool opens_body(struct ts_effect *effect, const struct ts_lexer *lexer)
{
    const struct ts_frame *outer = around(lexer), *opened = ts_lexer_top(lexer);
    if (lexer->token.kind == '(')
        return outer->body == TS_BODY_FUNCTION ||
               (outer->kind == TS_FRAME_OBJECT && effect->at_key);
    if (lexer->token.kind != '{')
        return false;
    effect->is_class = opened->kind == TS_FRAME_CLASS;
    return effect->is_class ||
           (opened->kind == TS_FRAME_BLOCK &&
            (opened->is_body || lexer->previous == TS_ARROW || outer->kind == TS_FRAME_OBJECT));
}

/* Whether the token lies in a body, or opens or closes one. */
static bool follow_body(struct ts_effect *effect, const struct ts_lexer *lexer)
{
    if (!effect->body) {
        if (lexer->frames.count <= lexer->depth + 1 || !opens_body(effect, lexer))
            return false;
        enter_body(effect, lexer);
    } else if (lexer->frames.count < effect->body) {
        effect->body = 0;
        effect->at_key = false;
    } else if (effect->is_class) {
        follow_class(effect, lexer);
    }
    return true;
}

/* ---- values -------------------------------------------------------------------------------- */

static void begin_value(struct ts_effect *effect)
{
    effect->in_value = effect->parameters = true;
    effect->typed = false;
    effect->acted = effect->acts;
    effect->had_read = effect->reads;
}

/* Whether a value that may have been parameters before the token may still be. */
static bool may_be_parameters(struct ts_effect *effect, const struct ts_lexer *lexer)
{
    bool first = lexer->previous == '=' || lexer->previous_keyword == TS_default ||
                 lexer->previous_keyword == TS_async;
    bool angle = lexer->previous == '<' || lexer->previous_keyword == TS_extends;
    effect->typed |= lexer->token.kind == ':' && lexer->previous == ')';
    if (effect->typed)
        return true;
    switch (lexer->token.kind) {
    case TS_WORD:
        return first || angle || lexer->token.keyword == TS_extends;
    case '(':
        return first || lexer->previous == '>';
    case '<':
        return first;
    case '>':
        return lexer->previous == TS_WORD;
    default:
        return false;
    }
}

/* A token outside of all brackets, which may begin or end a value. */
static void follow_outside(struct ts_effect *effect, const struct ts_lexer *lexer)
{
    const struct ts_token *token = &lexer->token;
    if (token->kind == ',') {
        effect->in_value = effect->lazy = false;
    } else if (token->kind == '=' && !effect->in_value) {
        begin_value(effect);
    } else if (token->kind == '=') {
        effect->acts = true;
        effect->parameters = false;
    } else if (token->kind == TS_ARROW && effect->in_value && effect->parameters) {
        effect->acts = effect->acted;
        effect->reads = effect->had_read;
        effect->lazy = true;
    } else if (token->keyword == TS_default) {
        begin_value(effect);
    } else if (effect->in_value && effect->parameters) {
        effect->parameters = may_be_parameters(effect, lexer);
    }
    effect->in_enum |= token->keyword == TS_enum;
    if (token->keyword == TS_extends && !effect->in_value)
        effect->in_value = true;
}

/* ---- tokens -------------------------------------------------------------------------------- */

static bool assigns(const struct ts_token *token)
{
    size_t length = (size_t)(token->end - token->start);
    return token->kind == TS_OPERATOR && token->end[-1] == '=' && !strchr("=!<", *token->start) &&
           length > 1;
}

/* `<<=` assigns as well. */
static bool shifts(const struct ts_token *token)
{
    return token->kind == TS_OPERATOR && token->end - token->start == 3 && *token->start == '<';
}

static bool acts(const struct ts_effect *effect, const struct ts_lexer *lexer)
{
    const struct ts_token *token = &lexer->token;
    switch (token->kind) {
    case '(':
        return is_after_operand(lexer) || lexer->previous == TS_CHAIN;
    case '=':
        return lexer->depth > 0 && !effect->in_enum && around(lexer)->kind != TS_FRAME_JSX_TAG;
    case TS_OPERATOR:
        return assigns(token) || shifts(token);
    case TS_TEMPLATE:
    case TS_TEMPLATE_HEAD:
        return is_after_operand(lexer);
    case TS_INCREMENT:
    case '@':
        return true;
    case TS_WORD:
        return token->keyword == TS_new || token->keyword == TS_delete ||
               token->keyword == TS_await || token->keyword == TS_yield;
    default:
        return false;
    }
}

static bool reads(const struct ts_effect *effect, const struct ts_lexer *lexer)
{
    const struct ts_token *token = &lexer->token;
    if (token->keyword == TS_this)
        return true;
    if (token->kind != TS_WORD || token->property || token->word < TS_RESERVED_COUNT ||
        lexer->previous_keyword == TS_function)
        return false;
    if (effect->in_enum)
        return lexer->depth > 0 && lexer->previous != '{' && lexer->previous != ',';
    return effect->in_value || lexer->depth > 0;
}

/* Whether the next word in an object is a key. */
static void follow_keys(struct ts_effect *effect, const struct ts_lexer *lexer)
{
    switch (lexer->token.kind) {
    case '{':
        effect->at_key = ts_lexer_top(lexer)->kind == TS_FRAME_OBJECT;
        break;
    case ',':
        effect->at_key = around(lexer)->kind == TS_FRAME_OBJECT;
        break;
    case TS_WORD:
    case TS_STRING:
    case TS_NUMBER:
    case '*':
        break;
    default:
        effect->at_key = false;
    }
}

void ts_follow_effect(struct ts_effect *effect, const struct ts_lexer *lexer)
{
    if (follow_body(effect, lexer))
        return;
    if (lexer->depth == 0)
        follow_outside(effect, lexer);
    follow_keys(effect, lexer);
    if (effect->lazy || ts_in_type(lexer))
        return;
    effect->acts |= acts(effect, lexer);
    effect->reads |= reads(effect, lexer);
}
