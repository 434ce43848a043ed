/*
 * What tests of scanners share: facts written down as lines of text.
 *
 * An import is `kind specifier`, then `*` when it may use anything, then its names as `a` or
 * `a>b`. A definition is `kind name`, with `+` before an exported one's kind, then what it uses in
 * byte order; the "" definition is `other -` and its "" use is written `-` as well.
 */
#ifndef TESTS_UNIT_SCANNER_SUPPORT_H
#define TESTS_UNIT_SCANNER_SUPPORT_H

#include "cmocka_all.h"

#include "engine/discovery/scanner/scanner.h"

/* The facts of a text; the caller frees them. SCANNER_REGEX takes `pattern`. */
struct facts scan_bytes(enum scanner_kind kind, const char *pattern, const char *path,
                        const char *text, size_t length);
struct facts scan_text(enum scanner_kind kind, const char *path, const char *text);

/* The facts have these imports, in this order; lines end with \n. */
void check_imports(enum scanner_kind kind, const char *path, const char *text,
                   const char *expected);
/* And these definitions. */
void check_definitions(enum scanner_kind kind, const char *path, const char *text,
                       const char *expected);

/* The definitions called `name` are equal, or are not, in digest. */
void check_same(enum scanner_kind kind, const char *path, const char *name, const char *a,
                const char *b);
void check_differ(enum scanner_kind kind, const char *path, const char *name, const char *a,
                  const char *b);

/* The same of facts that were found already, which are freed. */
void check_import_facts(struct facts *facts, const char *expected);
void check_definition_facts(struct facts *facts, const char *expected);

#endif
