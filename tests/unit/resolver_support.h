/*
 * A small tree in a temporary folder, which is the current one while a test runs, and resolving in
 * it: what the resolvers' tests share.
 */
#ifndef TESTS_UNIT_RESOLVER_SUPPORT_H
#define TESTS_UNIT_RESOLVER_SUPPORT_H

#include "cmocka_all.h"

#include "engine/base/buf.h"
#include "engine/discovery/resolver/resolver.h"

struct world {
    char folder[64];
    int before; /* the folder we were in, open */
    struct resolver_options options;
    struct resolver *resolver; /* made by the first `resolves` after the last `put` */
    struct tree *tree;
    const char **made;  /* paths that jobs will make; NULL-terminated, or NULL */
    struct buf notices; /* "FILE:LINE:COLUMN: MESSAGE\n" each */
    struct buf result;
};

void world_begin(struct world *world, enum scanner_kind kind);
void world_end(struct world *world);

/* cmocka setup and teardown: *state is a struct world for TypeScript. */
int begin_typescript(void **state);
int end_world(void **state);
#define TYPESCRIPT_TEST(name) cmocka_unit_test_setup_teardown(name, begin_typescript, end_world)

/* Writes a file, with the folders above it. */
void put(struct world *world, const char *path, const char *text);
void link_to(struct world *world, const char *path, const char *target);
void drop(struct world *world, const char *path);

/*
 * What `specifier` in the file `from` comes to: the path, or "external", or "unresolved". Valid
 * until the next call.
 */
const char *resolves(struct world *world, const char *from, const char *specifier);
const char *resolves_as(struct world *world, const char *from, const char *specifier,
                        enum fact_import_kind kind);

/* What resolver_prepare told. */
const char *notices(struct world *world);
/* The configuration files, each followed by a newline. Valid until the next `resolves`. */
const char *configs(struct world *world);

#define assert_resolves(world, from, specifier, expected)                                          \
    assert_string_equal(resolves(world, from, specifier), expected)

#endif
