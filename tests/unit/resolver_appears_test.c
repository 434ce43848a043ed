/*
 * What would resolve otherwise once a file appears or goes is noticed by the tree that was asked.
 */
#include "resolver_support.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <string.h>

static enum tree_kind kind_of(void *tree, const char *path, size_t length)
{
    return tree_kind(tree, path, length);
}

/* Whether anything the tree was asked about may be different now. */
static bool refresh(struct tree *tree, struct jig_pool *pool)
{
    struct tree_counts counts;
    bool changed = false;
    assert_int_equal(tree_refresh(tree, pool, &counts, &changed, NULL, NULL, NULL), JIG_OK);
    return changed;
}

/* `specifier` is `before`; then `path` appears, which is noticed, and it is `after`. */
static void assert_appears(const char *specifier, const char *before, const char *path,
                           const char *text, const char *after)
{
    const struct resolver_options options = {.kind = SCANNER_TYPESCRIPT};
    struct jig_pool *pool = jig_pool_create(1);
    struct tree *tree = tree_create(&(struct tree_options){.root = "."});
    const struct resolver_files files = {kind_of, tree, tree, NULL};
    const char *const expected[] = {before, after};
    struct buf out = {0};
    refresh(tree, pool);
    for (int round = 0; round < 2; round++) {
        struct resolver *resolver = resolver_create(&options, &files);
        resolver_prepare(resolver, NULL, NULL);
        resolver_resolve(resolver, "app/src/m.ts", specifier, IMPORT_STATIC, &out);
        assert_string_equal(buf_cstr(&out), expected[round]);
        resolver_destroy(resolver);
        if (round == 0) {
            assert_int_equal(io_make_parent_dirs(path), 0);
            assert_int_equal(io_write_file(AT_FDCWD, path, text, strlen(text)), 0);
            assert_true(refresh(tree, pool));
        }
    }
    buf_free(&out);
    tree_destroy(tree);
    jig_pool_destroy(pool);
}

static void a_file_that_was_probed_for_in_vain(void **state)
{
    struct world *world = *state;
    put(world, "app/src/m.ts", "");
    assert_appears("./x", "", "app/src/x.tsx", "", "app/src/x.tsx");
    assert_appears("./x", "app/src/x.tsx", "app/src/x.ts", "", "app/src/x.ts");
    assert_appears("./deep/y", "", "app/src/deep/y/index.ts", "", "app/src/deep/y/index.ts");
}

static void a_tsconfig_nearer_than_the_one_that_counted(void **state)
{
    struct world *world = *state;
    put(world, "app/src/m.ts", "");
    put(world, "app/lib/x.ts", "");
    put(world, "lib/x.ts", "");
    put(world, "tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./lib/*\"]}}}");
    assert_appears("@/x", "lib/x.ts", "app/tsconfig.json",
                   "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./lib/*\"]}}}", "app/lib/x.ts");
}

static void what_a_tsconfig_extends(void **state)
{
    struct world *world = *state;
    put(world, "app/src/m.ts", "");
    put(world, "lib/x.ts", "");
    put(world, "app/tsconfig.json", "{\"extends\": \"../conf/base.json\"}");
    assert_appears("@/x", "", "conf/base.json",
                   "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"../lib/*\"]}}}", "lib/x.ts");
}

static void an_installed_package_even_where_no_node_modules_was(void **state)
{
    struct world *world = *state;
    put(world, "app/src/m.ts", "");
    assert_appears("p", "", "node_modules/p/index.d.ts", "", "node_modules/p/index.d.ts");
    assert_appears("p", "node_modules/p/index.d.ts", "app/node_modules/p/index.d.ts", "",
                   "app/node_modules/p/index.d.ts");
    assert_appears("q", "", "node_modules/@types/q/index.d.ts", "",
                   "node_modules/@types/q/index.d.ts");
}

static void a_package_of_the_tree_and_what_it_is_built_to(void **state)
{
    struct world *world = *state;
    put(world, "app/src/m.ts", "");
    put(world, "lib/src/index.ts", "");
    assert_appears("lib", "", "lib/package.json",
                   "{\"name\": \"lib\", \"types\": \"./dist/index.d.ts\"}", "lib/src/index.ts");
    assert_appears("lib", "lib/src/index.ts", "lib/dist/index.d.ts", "", "lib/dist/index.d.ts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TYPESCRIPT_TEST(a_file_that_was_probed_for_in_vain),
        TYPESCRIPT_TEST(a_tsconfig_nearer_than_the_one_that_counted),
        TYPESCRIPT_TEST(what_a_tsconfig_extends),
        TYPESCRIPT_TEST(an_installed_package_even_where_no_node_modules_was),
        TYPESCRIPT_TEST(a_package_of_the_tree_and_what_it_is_built_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
