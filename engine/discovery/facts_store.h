/*
 * The facts of all modules in common columns: copied in from a scanner's scratch, compared, and
 * compacted. Internal to engine/discovery.
 */
#ifndef DISCOVERY_FACTS_STORE_H
#define DISCOVERY_FACTS_STORE_H

#include "engine/base/buf.h"
#include "engine/discovery/scanner/facts.h"

struct span {
    uint32_t begin, count;
};

/* Where the facts of one module lie, in each column. */
struct facts_span {
    struct span text, imports, names, definitions, uses;
};

/* Beside a module: where the rest of its facts lies, and what they are the facts of. */
struct module_facts {
    struct digest of;    /* content that was scanned */
    struct digest shape; /* of specifiers and names: of all that is not the bodies' text */
    struct span text, names, uses;
    uint32_t known; /* 1: there are facts, of `of`; they may be empty */
    uint32_t unused;
};

/* From the counts at `begin` to those now: what a scanner has appended since. */
struct facts_span facts_mark(const struct facts *facts);
struct facts_span facts_since(const struct facts *facts, struct facts_span mark);

/* Makes room behind the end for facts of that size; returns where. Not initialised. */
struct facts_span facts_make_room(struct facts *facts, const struct facts_span *size);

/* Copies facts to where room was made. Different threads may copy to different places. */
void facts_copy(struct facts *to, const struct facts_span *at, const struct facts *from,
                const struct facts_span *span);

/* Whether both import the same specifiers in the same ways, in the same order. */
bool facts_same_imports(const struct facts *a, struct span a_imports, const struct facts *b,
                        struct span b_imports);

/* `scratch` is the caller's, to be used again and again. */
struct digest facts_shape(const struct facts *facts, struct span imports, struct span definitions,
                          struct buf *scratch);

uint64_t facts_span_bytes(const struct facts_span *span);
uint64_t facts_bytes(const struct facts *facts);

/* Whether the facts lie inside the columns, and point at nothing but each other. */
bool facts_are_sound(const struct facts *facts, const struct facts_span *span);

#endif
