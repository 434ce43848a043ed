/*
 * Scanners: from the text of one file to its facts. Real lexers: comments, strings, templates and
 * the like are known for what they are.
 *
 * A scanner is a pure function of text and options: it opens nothing, keeps nothing, and accepts
 * any bytes (NUL, invalid UTF-8, a 10 MB line, an end in the middle of anything) in linear time and
 * constant stack. Text that is not of its language gives some facts, never a crash. A text over
 * 256 MiB is no source file: it imports nothing, and is one definition, the digest of its bytes.
 *
 * TypeScript and JavaScript: import and export in all their forms, in `declare module` as well;
 * import() and require() of a literal; `/// <reference path types>`; `declare module 'x'` of a
 * module that augments another. Not AMD's define, nor the runtime that JSX imports by itself.
 * C: also in groups that `#if 0` skips, since what the compiler defines is not known; the digest
 * is that of all the file's tokens. Proto: an `extend` defines the names of its fields.
 * GraphQL: imports are comments, `#import "x"` and `# import A, B.c from "x"`.
 *
 * Thread-safe: the options are read only.
 */
#ifndef DISCOVERY_SCANNER_H
#define DISCOVERY_SCANNER_H

#include "engine/discovery/scanner/facts.h"
#include "jig/error.h"

enum scanner_kind {
    SCANNER_NONE, /* the file imports nothing that we know of */
    SCANNER_TYPESCRIPT,
    SCANNER_C,
    SCANNER_PROTO,
    SCANNER_GRAPHQL,
    SCANNER_REGEX,
};

struct scanner;

/*
 * `pattern` is for SCANNER_REGEX only: a PCRE2 regular expression (UTF off, multi-line), whose
 * group named `import`, or else group 1, is a specifier each time it matches; a group named
 * `definition` names a definition that reaches to the next one. JIG_ERROR_SYNTAX with column. The
 * caller frees it with scanner_destroy. A match that would take too long (PCRE2's match limit) ends
 * the scan.
 */
enum jig_status scanner_create(enum scanner_kind kind, const char *pattern, struct scanner **out,
                               struct jig_error *error);
void scanner_destroy(struct scanner *scanner);

/*
 * Appends the facts of text[0..length), of the file `path` (whose suffix tells JSX from type
 * assertions: .tsx, .jsx and .js may hold JSX, .ts and .mts may not), to `out`.
 */
void scanner_scan(const struct scanner *scanner, const char *path, const char *text, size_t length,
                  struct facts *out);

/* "typescript", …; and back: false when there is no such kind. */
const char *scanner_kind_name(enum scanner_kind kind);
bool scanner_kind_of(const char *name, enum scanner_kind *kind);

/* Rises when a scanner's facts for the same text change: older cached facts are then dropped. */
enum { SCANNER_VERSION = 2 };

#endif
