/*
 * What tokens make of the frames: what each bracket is, and whether an operand, an operator or a
 * statement may come next.
 */
#include "engine/discovery/scanner/typescript_lexer.h"

#include "engine/discovery/scanner/typescript_text.h"

/* What was told of the statement's types and bodies ends with it. */
static void end_statement(struct ts_lexer *lexer)
{
    struct ts_frame *top = ts_lexer_top(lexer);
    top->body = TS_BODY_NONE;
    top->typing = TS_TYPING_NONE;
    top->ternaries = 0;
    top->in_case = false;
}

bool ts_in_type(const struct ts_lexer *lexer)
{
    const struct ts_frame *top = ts_lexer_top(lexer);
    return top->in_type || top->typing || top->kind == TS_FRAME_TYPE ||
           top->kind == TS_FRAME_JSX_TYPES;
}

static bool holds_statements(enum ts_frame_kind kind)
{
    return kind == TS_FRAME_TOP || kind == TS_FRAME_BLOCK;
}

/* ---- words --------------------------------------------------------------------------------- */

bool ts_is_infix(enum ts_keyword keyword)
{
    switch (keyword) {
    case TS_as:
    case TS_extends:
    case TS_implements:
    case TS_in:
    case TS_instanceof:
    case TS_is:
    case TS_of:
    case TS_satisfies:
        return true;
    default:
        return false;
    }
}

/* A word on a line of its own behind an operand begins a statement, or a member. */
static void end_line(struct ts_lexer *lexer)
{
    const struct ts_frame *top = ts_lexer_top(lexer);
    bool ends = lexer->place == TS_AFTER_OPERAND || (lexer->place == TS_AFTER_ANGLE && top->typing);
    bool members = top->kind == TS_FRAME_CLASS || top->kind == TS_FRAME_TYPE;
    if (!ends || top->body || ts_is_infix(lexer->token.keyword) ||
        !(members || holds_statements(top->kind)))
        return;
    end_statement(lexer);
    lexer->place = TS_AT_STATEMENT;
}

static void expect_body(struct ts_lexer *lexer, enum ts_body body)
{
    struct ts_frame *top = ts_lexer_top(lexer);
    top->body = (uint8_t)body;
    top->body_operand = (lexer->place == TS_AT_OPERAND || lexer->place == TS_AFTER_ARROW) &&
                        lexer->previous_keyword != TS_default;
    lexer->place = TS_AFTER_OPERAND;
}

/* Words that are names unless another word follows. */
static void follow_modifier(struct ts_lexer *lexer)
{
    struct ts_frame *top = ts_lexer_top(lexer);
    enum ts_keyword keyword = lexer->token.keyword;
    if (!ts_lexer_peek_word(lexer)) {
        lexer->place = TS_AFTER_OPERAND;
    } else if (keyword == TS_interface || keyword == TS_type) {
        if (lexer->place == TS_AT_STATEMENT && holds_statements(top->kind)) {
            if (keyword == TS_interface)
                top->body = TS_BODY_INTERFACE;
            else
                top->typing = TS_TYPING_ALIAS;
        }
        lexer->place = TS_AFTER_OPERAND;
    }
}

void ts_follow_word(struct ts_lexer *lexer)
{
    bool newline = false;
    if (lexer->token.newline)
        end_line(lexer);
    lexer->at_label =
        lexer->place == TS_AT_STATEMENT && holds_statements(ts_lexer_top(lexer)->kind);
    switch (lexer->token.keyword) {
    case TS_function:
        expect_body(lexer, TS_BODY_FUNCTION);
        break;
    case TS_class:
        expect_body(lexer, TS_BODY_CLASS);
        break;
    case TS_interface:
    case TS_type:
    case TS_abstract:
    case TS_async:
    case TS_declare:
        follow_modifier(lexer);
        break;
    case TS_case:
        ts_lexer_top(lexer)->in_case = true;
        lexer->place = TS_AT_OPERAND;
        break;
    case TS_default:
        ts_lexer_top(lexer)->in_case = ts_lexer_peek(lexer, &newline) == ':';
        lexer->place = TS_AT_OPERAND;
        break;
    case TS_const: /* `as const` is a type */
        lexer->place = lexer->previous_keyword == TS_as ? TS_AFTER_OPERAND : TS_AT_OPERAND;
        break;
    case TS_do:
    case TS_else:
    case TS_export:
    case TS_finally:
    case TS_try:
        lexer->place = TS_AT_STATEMENT;
        break;
    case TS_of: /* for (a of …), where it is no name */
        lexer->place =
            lexer->place == TS_AFTER_OPERAND && ts_lexer_top(lexer)->kind == TS_FRAME_PAREN
                ? TS_AT_OPERAND
                : TS_AFTER_OPERAND;
        break;
    case TS_void:
        lexer->place = ts_in_type(lexer) ? TS_AFTER_OPERAND : TS_AT_OPERAND;
        break;
    case TS_await:
    case TS_delete:
    case TS_extends:
    case TS_in:
    case TS_instanceof:
    case TS_let:
    case TS_new:
    case TS_return:
    case TS_throw:
    case TS_typeof:
    case TS_var:
    case TS_yield:
        lexer->place = TS_AT_OPERAND;
        break;
    default:
        lexer->place = TS_AFTER_OPERAND;
    }
}

/* ---- opening and closing brackets ---------------------------------------------------------- */

static void open_frame(struct ts_lexer *lexer, enum ts_frame_kind kind, bool is_operand,
                       enum ts_place place)
{
    bool in_type = ts_in_type(lexer);
    ts_push(lexer, (struct ts_frame){.kind = (uint8_t)kind,
                                     .is_operand = is_operand,
                                     .in_type = in_type && kind != TS_FRAME_BLOCK &&
                                                kind != TS_FRAME_CLASS});
    lexer->place = (uint8_t)place;
}

static void open_body(struct ts_lexer *lexer)
{
    struct ts_frame *top = ts_lexer_top(lexer);
    enum ts_body body = top->body;
    bool is_operand = top->body_operand;
    top->body = TS_BODY_NONE;
    top->typing = TS_TYPING_NONE;
    enum ts_frame_kind kind = body == TS_BODY_CLASS       ? TS_FRAME_CLASS
                              : body == TS_BODY_INTERFACE ? TS_FRAME_TYPE
                                                          : TS_FRAME_BLOCK;
    open_frame(lexer, kind, is_operand && body != TS_BODY_INTERFACE, TS_AT_STATEMENT);
    ts_lexer_top(lexer)->is_body = true;
}

static void open_block(struct ts_lexer *lexer)
{
    struct ts_frame *top = ts_lexer_top(lexer);
    if (top->typing == TS_TYPING_ANNOTATION)
        top->typing = TS_TYPING_NONE;
    open_frame(lexer, TS_FRAME_BLOCK, false, TS_AT_STATEMENT);
}

/* Whether the word before the brace wants a type. */
static bool wants_type(enum ts_keyword keyword)
{
    switch (keyword) {
    case TS_as:
    case TS_implements:
    case TS_is:
    case TS_keyof:
    case TS_readonly:
    case TS_satisfies:
        return true;
    default:
        return false;
    }
}

static void open_brace(struct ts_lexer *lexer)
{
    bool after = lexer->place == TS_AFTER_OPERAND || lexer->place == TS_AFTER_ANGLE;
    if (after && wants_type(lexer->previous_keyword))
        open_frame(lexer, TS_FRAME_TYPE, true, TS_AT_STATEMENT);
    else if (after && ts_lexer_top(lexer)->body)
        open_body(lexer);
    else if (after || lexer->place == TS_AT_STATEMENT)
        open_block(lexer);
    else if (ts_in_type(lexer))
        open_frame(lexer, TS_FRAME_TYPE, true, TS_AT_STATEMENT);
    else if (lexer->place == TS_AFTER_ARROW)
        open_block(lexer);
    else
        open_frame(lexer, TS_FRAME_OBJECT, true, TS_AT_OPERAND);
}

static void open_paren(struct ts_lexer *lexer)
{
    enum ts_keyword before = lexer->previous_keyword;
    bool head = before == TS_if || before == TS_while || before == TS_for || before == TS_with;
    open_frame(lexer, TS_FRAME_PAREN, !head, TS_AT_OPERAND);
}

/* A bracket that closes nothing is passed over. */
static void close(struct ts_lexer *lexer)
{
    enum ts_frame_kind kind = ts_lexer_top(lexer)->kind;
    bool closes;
    switch (lexer->token.kind) {
    case ')':
        closes = kind == TS_FRAME_PAREN;
        break;
    case ']':
        closes = kind == TS_FRAME_BRACKET;
        break;
    default:
        closes = kind == TS_FRAME_BLOCK || kind == TS_FRAME_CLASS || kind == TS_FRAME_OBJECT ||
                 kind == TS_FRAME_TYPE || kind == TS_FRAME_JSX_VALUE;
    }
    lexer->place = TS_AFTER_OPERAND;
    if (!closes)
        return;
    ts_pop(lexer);
    if (!lexer->closed.is_operand)
        lexer->place = TS_AT_STATEMENT;
}

static void follow_angle(struct ts_lexer *lexer)
{
    bool types = ts_lexer_top(lexer)->kind == TS_FRAME_JSX_TYPES;
    if (lexer->token.kind == '<') {
        if (types)
            ts_push(lexer, (struct ts_frame){.kind = TS_FRAME_JSX_TYPES});
        lexer->place = TS_AT_OPERAND;
    } else {
        if (types)
            ts_pop(lexer);
        lexer->place = TS_AFTER_ANGLE;
    }
}

/* ---- other marks --------------------------------------------------------------------------- */

/* A colon belongs to the last `?` or `case`, or to a label or key, or a type follows. */
static void follow_colon(struct ts_lexer *lexer)
{
    struct ts_frame *top = ts_lexer_top(lexer);
    lexer->place = TS_AT_OPERAND;
    if (top->ternaries > 0) {
        top->ternaries--;
    } else if (top->in_case) {
        top->in_case = false;
        lexer->place = TS_AT_STATEMENT;
    } else if (lexer->previous == TS_WORD && lexer->at_label) {
        lexer->place = TS_AT_STATEMENT;
    } else if (top->kind != TS_FRAME_OBJECT || lexer->previous == ')') {
        top->typing = TS_TYPING_ANNOTATION;
    }
}

/* `a?: b`, `a?,` and `a?(` of a member are marks of what may be missing. */
static void follow_question(struct ts_lexer *lexer)
{
    struct ts_frame *top = ts_lexer_top(lexer);
    bool newline = false;
    char next = ts_lexer_peek(lexer, &newline);
    bool members = top->kind == TS_FRAME_CLASS || top->kind == TS_FRAME_TYPE;
    if ((next && strchr(":),=;]}", next)) || (members && (next == '(' || next == '<'))) {
        lexer->place = TS_AFTER_OPERAND;
        return;
    }
    if (top->ternaries < UINT8_MAX)
        top->ternaries++;
    lexer->place = TS_AT_OPERAND;
}

static void end_annotation(struct ts_lexer *lexer)
{
    struct ts_frame *top = ts_lexer_top(lexer);
    if (top->typing == TS_TYPING_ANNOTATION)
        top->typing = TS_TYPING_NONE;
}

void ts_follow_mark(struct ts_lexer *lexer)
{
    switch (lexer->token.kind) {
    case '{':
        open_brace(lexer);
        break;
    case '(':
        open_paren(lexer);
        break;
    case '[':
        open_frame(lexer, TS_FRAME_BRACKET, true, TS_AT_OPERAND);
        break;
    case ')':
    case ']':
    case '}':
        close(lexer);
        break;
    case '<':
    case '>':
        follow_angle(lexer);
        break;
    case ':':
        follow_colon(lexer);
        break;
    case '?':
        follow_question(lexer);
        break;
    case ';':
        end_statement(lexer);
        lexer->place = TS_AT_STATEMENT;
        break;
    case ',':
    case '=':
        end_annotation(lexer);
        lexer->place = TS_AT_OPERAND;
        break;
    case TS_ARROW:
        end_annotation(lexer);
        lexer->place = TS_AFTER_ARROW;
        break;
    case '!':
    case TS_INCREMENT:
        if (lexer->place != TS_AFTER_OPERAND || lexer->token.newline)
            lexer->place = TS_AT_OPERAND;
        break;
    default:
        lexer->place = TS_AT_OPERAND;
    }
}
