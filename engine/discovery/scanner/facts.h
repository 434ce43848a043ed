/*
 * Facts: what a source file says about other files, as its text alone tells it. A scanner appends
 * them; resolving them to files is another stage. Plain data without pointers, so that the facts of
 * all files lie in a few columns that are kept between runs.
 *
 * Strings are offsets into `text`, NUL-terminated. Not interned.
 */
#ifndef DISCOVERY_FACTS_H
#define DISCOVERY_FACTS_H

#include "engine/base/digest.h"
#include "engine/base/memory.h"

#include <stdbool.h>

enum fact_import_kind {
    IMPORT_STATIC,   /* import … from 'x', import 'x', import x = require('x') */
    IMPORT_TYPE,     /* import type …, export type … from: gone at run time */
    IMPORT_DYNAMIC,  /* import('x') */
    IMPORT_REQUIRE,  /* require('x') */
    IMPORT_REEXPORT, /* export … from 'x'; proto's `import public` */
    IMPORT_QUOTED,   /* #include "x"; proto; graphql; regex */
    IMPORT_ANGLED,   /* #include <x> */
    IMPORT_WEAK,     /* proto's `import weak` and `import option` */
    IMPORT_COMPUTED, /* #include MACRO, require(expression): cannot be resolved; specifier is text
                      */
};

struct fact_import {
    uint64_t manner;      /* digest of what else it says: type, defer, with { … }; 0: nothing */
    uint32_t specifier;   /* as written between the quotes, escapes resolved */
    uint32_t line;        /* 1-based */
    uint32_t names_begin; /* into `names` */
    uint32_t names_count;
    uint8_t kind; /* enum fact_import_kind */
    uint8_t all;  /* the importer may use any name of it: no list of names, `* as`, export * */
    uint8_t unused[6];
};

/*
 * One name that is imported, or exported again. `local` is what definitions use it by; of an
 * IMPORT_REEXPORT it is the name that importers know, which is no local name.
 *
 * The whole of a module is imported by the name "*": `* as a` is "*" as a, and so is `a = require`.
 * An import that has no local name and happens inside some definition (import('x'), require('x'),
 * and all includes of C) is "*" as "x", with the quotes: definitions that do it use that name.
 */
struct fact_name {
    uint32_t imported; /* its name in the other module; "default"; "*" */
    uint32_t local;    /* its name here */
    uint32_t is_type;  /* 1: the word `type` is before it */
};

/*
 * A definition at the top level of a file. Several may have one name (overloads, an interface and a
 * class, a pattern that binds many names is many with one digest): the name then means all of them.
 * Importers see the exported ones. The last one is always the "" definition.
 */
struct fact_definition {
    uint32_t name; /* as importers know it; "default"; "" for all top-level text that is none */
    uint32_t line; /* 1-based */
    /*
     * Of its tokens: does not change with comments and white space. Of its place as well where the
     * order matters: among definitions of one name, and among statements that are evaluated.
     */
    struct digest digest;
    uint32_t uses_begin; /* into `uses` */
    uint32_t uses_count;
    uint32_t exported; /* 0 or 1 */
    uint32_t kind;     /* enum fact_definition_kind */
};

enum fact_definition_kind {
    DEFINITION_OTHER, /* the "" definition, and what fits none below */
    DEFINITION_FUNCTION,
    DEFINITION_CLASS,
    DEFINITION_VALUE,
    DEFINITION_TYPE, /* interface, type alias; proto message; graphql type, input, scalar … */
    DEFINITION_ENUM,
    DEFINITION_NAMESPACE,
    DEFINITION_SERVICE,
    DEFINITION_OPERATION, /* graphql query, mutation, subscription */
    DEFINITION_FRAGMENT,
    DEFINITION_ALIAS, /* export { a as b } from 'x'; export default a */
};

/*
 * A name that a definition's text mentions and that something at the file's top level introduces:
 * definitions that are no ALIAS, and imports that are no REEXPORT. Where several have it, all are
 * meant. A definition known to importers by another name than here (export { a as b }, export
 * default a) is an ALIAS that uses `a`; one of export { a as b } from 'x' uses nothing: the
 * REEXPORT with the local name `b` says what it is.
 *
 * The name "" is used as well: by a definition that the text outside of definitions mentions, since
 * that may change what it is (a.b = …), and by an ALIAS of a name that is not found. Of TypeScript,
 * so do definitions whose values call or assign (b = f(a)), and what is mentioned counts through
 * all it mentions itself; directives and global declarations make every definition use "".
 *
 * For languages that import without names (proto, graphql), every identifier that could be one is
 * listed, once a definition.
 */
struct fact_use {
    uint32_t name;
};

struct facts {
    VEC(char) text;
    VEC(struct fact_import) imports;
    VEC(struct fact_name) names;
    VEC(struct fact_definition) definitions;
    VEC(struct fact_use) uses;
};

void facts_clear(struct facts *facts);
void facts_free(struct facts *facts);
/* Appends text[0..length) and a NUL; returns its offset. */
uint32_t facts_add_text(struct facts *facts, const char *text, size_t length);

static inline const char *facts_text(const struct facts *facts, uint32_t offset)
{
    return facts->text.data + offset;
}

#endif
