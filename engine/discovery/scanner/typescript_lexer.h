/*
 * The lexer of TypeScript and JavaScript, with JSX.
 *
 * What a `/` or a `<` begins depends on what came before, and after a bracket on what that bracket
 * was. So the lexer keeps a stack of *frames*, one for each bracket that is open, on the heap: the
 * memory is linear in the nesting, the stack of the thread is not used.
 *
 * A full parser would know types from expressions; this one has to tell them apart where it
 * matters, in files with JSX, and does so by what the frame is and by the last `:` in it.
 *
 * Syntax: ECMA-262; TypeScript's and JSX' (https://facebook.github.io/jsx/) additions to it.
 */
#ifndef DISCOVERY_TYPESCRIPT_LEXER_H
#define DISCOVERY_TYPESCRIPT_LEXER_H

#include "engine/base/buf.h"
#include "engine/base/memory.h"
#include "engine/discovery/scanner/symbols.h"

#include <stdbool.h>

/* Words that mean something to the lexer or the parser; their symbols have these numbers. */
#define TS_KEYWORDS(X)                                                                             \
    /* never names */                                                                              \
    X(break) X(case) X(catch) X(class) X(const) X(continue) X(debugger) X(default) X(delete)       \
    X(do) X(else) X(enum) X(export) X(extends) X(false) X(finally) X(for) X(function) X(if)        \
    X(import) X(in) X(instanceof) X(new) X(null) X(return) X(super) X(switch) X(this) X(throw)     \
    X(true) X(try) X(typeof) X(var) X(void) X(while) X(with)                                       \
    /* names where they mean nothing else */                                                       \
    X(abstract) X(accessor) X(as) X(assert) X(asserts) X(async) X(await) X(declare) X(from)        \
    X(get) X(global) X(implements) X(infer) X(interface) X(is) X(keyof) X(let) X(module)           \
    X(namespace) X(of) X(readonly) X(require) X(satisfies) X(set) X(static) X(type) X(unique)      \
    X(using) X(yield)

enum ts_keyword {
#define TS_KEYWORD_NAME(word) TS_##word,
    TS_KEYWORDS(TS_KEYWORD_NAME)
#undef TS_KEYWORD_NAME
        TS_KEYWORD_COUNT,
    TS_RESERVED_COUNT = TS_abstract,
    TS_NO_KEYWORD = TS_KEYWORD_COUNT,
};

/* A token of one punctuation character is that character; `>` is never part of a longer one. */
enum ts_token_kind {
    TS_END = 128,
    TS_WORD,
    TS_PRIVATE, /* #name */
    TS_STRING,
    TS_NUMBER,
    TS_REGEX,
    TS_TEMPLATE,        /* `…` */
    TS_TEMPLATE_HEAD,   /* `…${ */
    TS_TEMPLATE_MIDDLE, /* }…${ */
    TS_TEMPLATE_TAIL,   /* }…` */
    TS_JSX_TEXT,
    TS_ARROW,     /* => */
    TS_INCREMENT, /* ++ and -- */
    TS_CHAIN,     /* ?. */
    TS_ELLIPSIS,  /* ... */
    TS_OPERATOR,  /* any longer one between or before operands */
};

struct ts_token {
    uint8_t kind;
    bool newline;    /* an end of line comes before it */
    bool property;   /* a word behind a dot, a key before a colon, an attribute: no name */
    uint8_t keyword; /* of a word that may be one; else TS_NO_KEYWORD */
    symbol_id word;  /* of a word */
    const char *start;
    const char *end;
};

enum ts_frame_kind {
    TS_FRAME_TOP,
    TS_FRAME_PAREN,
    TS_FRAME_BRACKET,
    TS_FRAME_BLOCK, /* holds statements */
    TS_FRAME_CLASS,
    TS_FRAME_OBJECT,
    TS_FRAME_TYPE,         /* members of an interface or of a type */
    TS_FRAME_SUBSTITUTION, /* ${…} */
    TS_FRAME_JSX_TAG,      /* <a …> */
    TS_FRAME_JSX_CLOSING,  /* </a> */
    TS_FRAME_JSX_CHILDREN,
    TS_FRAME_JSX_VALUE, /* {…} in a tag or among children */
    TS_FRAME_JSX_TYPES, /* <a<…> …> */
};

/* What a frame's next `{` is the body of. */
enum ts_body { TS_BODY_NONE, TS_BODY_FUNCTION, TS_BODY_CLASS, TS_BODY_INTERFACE };

/* Where in a frame types are written. */
enum ts_typing { TS_TYPING_NONE, TS_TYPING_ANNOTATION, TS_TYPING_ALIAS };

struct ts_frame {
    uint8_t kind;      /* enum ts_frame_kind */
    bool is_operand;   /* with its closing bracket it is one: what follows is an operator */
    bool is_body;      /* of a function, class, interface */
    bool in_type;      /* it was opened within a type */
    bool in_case;      /* between `case` and `:` */
    bool body_operand; /* the next body ends an expression */
    uint8_t body;      /* enum ts_body */
    uint8_t typing;    /* enum ts_typing */
    uint8_t ternaries; /* `?` without their `:`; no more than 255 are told apart */
};

/* What the last token lets come next. */
enum ts_place {
    TS_AT_STATEMENT, /* a statement may begin */
    TS_AT_OPERAND,   /* an operand is missing */
    TS_AFTER_OPERAND,
    TS_AFTER_ANGLE, /* behind `>`: the one or the other */
    TS_AFTER_ARROW,
};

struct ts_lexer {
    const char *text;
    const char *end;
    const char *next;
    struct symbols *symbols;
    struct buf scratch; /* words with escapes */
    bool jsx;           /* `<` may begin an element */

    VEC(struct ts_frame) frames; /* never empty: the first is TS_FRAME_TOP */
    struct ts_frame closed;      /* the frame that the last token closed */
    struct ts_token token;       /* the last one read */
    uint32_t depth;              /* how many brackets were open before it */
    uint8_t place;               /* enum ts_place; behind it */
    uint8_t place_before;        /* and before it */
    uint8_t previous;            /* kind of the token before */
    uint8_t previous_keyword;    /* and its keyword, or TS_NO_KEYWORD */
    bool at_label;               /* the token is a word that began a statement */
};

/* A lexer before the first token of text[0..length). */
void ts_lexer_begin(struct ts_lexer *lexer, struct symbols *symbols, const char *text,
                    size_t length, bool jsx);
void ts_lexer_free(struct ts_lexer *lexer);

/* Reads the next token into `token`. */
void ts_lexer_read(struct ts_lexer *lexer);

/* The first byte of what follows the last token, or 0; *newline: an end of line lies between. */
char ts_lexer_peek(const struct ts_lexer *lexer, bool *newline);
/* Whether a word follows on the same line. */
bool ts_lexer_peek_word(const struct ts_lexer *lexer);

static inline struct ts_frame *ts_lexer_top(const struct ts_lexer *lexer)
{
    return &lexer->frames.data[lexer->frames.count - 1];
}

/* Whether the last token stands outside of all brackets; one that closes the last of them does not.
 */
static inline bool ts_lexer_outside(const struct ts_lexer *lexer)
{
    return lexer->depth == 0;
}

/* ---- between the lexer's own files --------------------------------------------------------- */

static inline void ts_push(struct ts_lexer *lexer, struct ts_frame frame)
{
    vec_push(&lexer->frames, frame);
}

/* Pops a frame that is not the first. */
static inline void ts_pop(struct ts_lexer *lexer)
{
    lexer->closed = lexer->frames.data[--lexer->frames.count];
}

/* Sets the token to the bytes from `start` to `end`, and goes on behind it. */
static inline void ts_accept(struct ts_lexer *lexer, enum ts_token_kind kind, const char *end)
{
    lexer->token.kind = (uint8_t)kind;
    lexer->token.end = lexer->next = end;
}

/* Words that go on with what is before them, on a new line as well: `as`, `extends`, … */
bool ts_is_infix(enum ts_keyword keyword);
/* Whether types are written here, where `<` begins no element. */
bool ts_in_type(const struct ts_lexer *lexer);
/* What the token just read makes of the frames, and of the place behind it. */
void ts_follow_word(struct ts_lexer *lexer);
void ts_follow_mark(struct ts_lexer *lexer);
/* Reads on in the template whose text begins at `p`. */
void ts_read_template(struct ts_lexer *lexer, const char *p);

/* Whether the `<` at token.start begins an element. */
bool ts_begins_element(const struct ts_lexer *lexer);
void ts_read_element(struct ts_lexer *lexer);
/* Read a token in a tag, and among children. */
void ts_read_in_tag(struct ts_lexer *lexer);
void ts_read_child(struct ts_lexer *lexer);

#endif
