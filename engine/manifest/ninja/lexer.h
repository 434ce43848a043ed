/*
 * The lexer of the ninja language: tokens, names, and strings with their escapes.
 *
 * It never copies: names and the parts of strings are views into the text. Where an error is
 * reported is part of the language as users know it (tools match on it), so `token` moves exactly
 * as ninja's does: to the start of each token read, even one that is then put back.
 *
 * Syntax reference: https://ninja-build.org/manual.html#_lexical_syntax.
 */
#ifndef MANIFEST_NINJA_LEXER_H
#define MANIFEST_NINJA_LEXER_H

#include "engine/base/memory.h"
#include "engine/manifest/ninja/scan.h"
#include "jig/error.h"

#include <limits.h>
#include <stdbool.h>

enum token {
    TOKEN_ERROR, /* no token starts here */
    TOKEN_BUILD,
    TOKEN_COLON,
    TOKEN_DEFAULT,
    TOKEN_EQUALS,
    TOKEN_NAME,
    TOKEN_INCLUDE,
    TOKEN_INDENT,
    TOKEN_NEWLINE,
    TOKEN_PIPE,
    TOKEN_PIPE2,
    TOKEN_PIPEAT,
    TOKEN_POOL,
    TOKEN_RULE,
    TOKEN_SUBNINJA,
    TOKEN_EOF,
};

/* A view into the text. */
struct view {
    const char *text;
    size_t length;
};

static inline bool view_is(struct view view, const char *text)
{
    return view.length == strlen(text) && memcmp(view.text, text, view.length) == 0;
}

/* A view for "%.*s". */
#define VIEW_ARG(view) (int)((view).length < INT_MAX ? (view).length : INT_MAX), (view).text

/* A piece of a string: plain text, or the name of a variable whose value goes here. */
struct part {
    const char *text;
    uint32_t length;
    uint32_t is_variable;
};

struct parts {
    struct part *data;
    uint32_t count, capacity;
};

struct lexer {
    const char *path;  /* names the text in errors */
    const char *text;  /* first byte, which begins a line */
    const char *end;   /* less than 4 GiB away; a NUL stands there, SCAN_PADDING may be read */
    const char *next;  /* where reading goes on */
    const char *token; /* where the last token began, and so where errors point; or NULL */

    /* ninja_required_version: `$^` may be used from 1.14 on. */
    int required_major, required_minor;

    /* Lines are 1-based and counted lazily: `counted_line` is the line of `counted`. */
    uint32_t text_line; /* of `text` */
    const char *counted;
    uint32_t counted_line;
};

/* A lexer at the start of the file `path`, without text yet. */
void lexer_start(struct lexer *lexer, const char *path);
/* Goes on with text[0..length), which must stay in place until lexer_finish. */
void lexer_feed(struct lexer *lexer, const char *text, size_t length);
/* Lets go of the text, which has been read to its end. O(bytes). */
void lexer_finish(struct lexer *lexer);

/* Reads one token. Comments are skipped; blanks after it as well. O(bytes skipped). */
enum token lexer_read(struct lexer *lexer);
/* Puts the last token back. */
void lexer_unread(struct lexer *lexer);
/* Reads the next token if it is `token`, and says whether it was. */
bool lexer_accept(struct lexer *lexer, enum token token);
/* Reads the next token, which must be `token`. */
enum jig_status lexer_expect(struct lexer *lexer, enum token token, struct jig_error *error);
/* Reads a name ([a-zA-Z0-9_.-]+). False, with the lexer unmoved, when none starts here. */
bool lexer_read_name(struct lexer *lexer, struct view *name);
/* Appends the parts of a path to `out`: none when a delimiter comes at once. */
enum jig_status lexer_read_path(struct lexer *lexer, struct parts *out, struct jig_error *error);
/* Appends the parts of a variable's value, up to and including the end of the line. */
enum jig_status lexer_read_value(struct lexer *lexer, struct parts *out, struct jig_error *error);
/* Reads `name = value`, appending the value's parts to `out`. */
enum jig_status lexer_read_let(struct lexer *lexer, struct view *name, struct parts *out,
                               struct jig_error *error);

/* Calls a token what ninja's messages call it. */
const char *lexer_token_name(enum token token);
/* Why the last token was TOKEN_ERROR. */
const char *lexer_describe_error(const struct lexer *lexer);
/* The line, 1-based, of `token`. O(bytes since the last call); tokens only move forward. */
uint32_t lexer_line(struct lexer *lexer);

/*
 * Fills `error` with JIG_ERROR_SYNTAX or JIG_ERROR_MANIFEST, the message, and the place of
 * `token`; returns `status`. How excerpt and caret relate to what ninja prints is told at
 * ninja_error_text in ninja.h.
 */
enum jig_status lexer_fail_as(const struct lexer *lexer, struct jig_error *error,
                              enum jig_status status, const char *format, ...) JIG_PRINTF(4, 5);
#define lexer_fail(lexer, error, ...) lexer_fail_as((lexer), (error), JIG_ERROR_SYNTAX, __VA_ARGS__)

#endif
