/*
 * The statements of TypeScript and JavaScript: imports, exports and definitions. Everything else is
 * only passed over, token by token.
 */
#ifndef DISCOVERY_TYPESCRIPT_H
#define DISCOVERY_TYPESCRIPT_H

#include "engine/discovery/scanner/lines.h"
#include "engine/discovery/scanner/outline.h"
#include "engine/discovery/scanner/scanners.h"
#include "engine/discovery/scanner/typescript_lexer.h"

/* A call of import or require, as far as it was read. */
enum ts_call { TS_CALL_NONE, TS_CALL_WORD, TS_CALL_OPEN, TS_CALL_LITERAL };

struct ts_name {
    symbol_id imported;
    symbol_id local;
    bool is_type;
};

/* What the statement so far does when it is evaluated. */
struct ts_effect {
    bool acts;       /* it calls, or assigns */
    bool reads;      /* it reads names */
    bool in_enum;    /* it is an enum */
    bool in_value;   /* the token is one of what is assigned, behind `extends`, … */
    bool parameters; /* which may so far be the parameters of an arrow function */
    bool typed;      /* and then its type */
    bool lazy;       /* it was; what follows is its body */
    bool acted;      /* `acts` and `reads` before it */
    bool had_read;
    bool at_key;     /* in an object, where a key may begin */
    uint32_t body;   /* so many frames are open in the body the token lies in; 0: in none */
    bool is_class;   /* it is a class's */
    bool has_static; /* which has static members */
};

struct ts_parser {
    struct ts_lexer lexer; /* its token is the next one to take */
    struct outline outline;
    struct buf scratch;
    uint32_t taken; /* how many tokens were */

    struct lines lines;

    VEC(struct ts_name) names; /* of the import or export being read */
    symbol_id word_default;
    symbol_id word_star;

    struct ts_effect effect;

    enum ts_call call;
    enum ts_keyword call_keyword;
    uint32_t call_line;
    const char *call_argument; /* behind the parenthesis */
    struct ts_token call_literal;

    bool is_module;                        /* it imports or exports something */
    VEC(struct fact_import) augmentations; /* declare module 'x': imports, if this is a module */
};

/* How a statement ends besides with `;`. */
enum ts_end {
    TS_END_LINE,  /* with a line after which no operator follows */
    TS_END_BODY,  /* with its body */
    TS_END_EITHER /* with the first of both: it is not known what it is */
};

/* Takes the token: it belongs to the statement. */
void ts_take(struct ts_parser *parser);
/* Takes it as a part of an import or export, of which its own facts tell. */
void ts_pass(struct ts_parser *parser);
/* Whether the statement ended before the token: `;`, the end of the text, or of a line. */
bool ts_at_end(const struct ts_parser *parser, enum ts_end end);
/* Takes everything up to the end of the statement; not the `;`. */
void ts_take_statement(struct ts_parser *parser, enum ts_end end);
/* Skips the `;` after a statement. */
void ts_skip_semicolon(struct ts_parser *parser);

/* The line of the token, or of a byte behind all that were asked for. */
uint32_t ts_line(struct ts_parser *parser);

/* Reads the statement that the `import` begins; `nested` in the body of a module. */
void ts_read_import(struct ts_parser *parser, bool nested, bool exported);
/* Reads what follows `export` when it is no declaration: false, with nothing taken, when it is. */
bool ts_read_export(struct ts_parser *parser);
/* Adds an import; its names are `names`. */
void ts_add_import(struct ts_parser *parser, enum fact_import_kind kind,
                   const struct ts_token *literal, bool all, uint32_t line);
/* The word that a string or word token stands for. */
symbol_id ts_word(struct ts_parser *parser, const struct ts_token *token);
/* Adds the import of a call import('x'), require('x'), or of what has no literal. */
void ts_end_call(struct ts_parser *parser, bool literal);

/* Follows the statement's tokens, each before the next is read. O(1). */
void ts_follow_effect(struct ts_effect *effect, const struct ts_lexer *lexer);

/* Reads the names that const, let or var bind; the keyword is taken. */
void ts_read_bindings(struct ts_parser *parser, bool initialised, bool exported);

/* The files that `/// <reference …/>` at the beginning of the text name. */
void ts_read_references(struct facts *facts, const char *text, size_t length);

#endif
