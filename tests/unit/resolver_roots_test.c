/*
 * Languages that search in roots: C, proto, GraphQL and those known by a regular expression.
 */
#include "resolver_support.h"

#include "engine/base/memory.h"

static int begin(void **state)
{
    *state = mem_zalloc(sizeof(struct world));
    world_begin(*state, SCANNER_NONE);
    return 0;
}

static void set_roots(struct world *world, enum scanner_kind kind, const char *const *roots,
                      uint32_t count)
{
    world->options.kind = kind;
    world->options.roots = roots;
    world->options.root_count = count;
}

/* ---- C ------------------------------------------------------------------------------------- */

static void a_quoted_include_is_looked_for_beside_the_includer_first(void **state)
{
    struct world *world = *state;
    static const char *const roots[] = {"include", "third_party"};
    set_roots(world, SCANNER_C, roots, 2);
    put(world, "include/x.h", "");
    put(world, "third_party/x.h", "");
    put(world, "third_party/y.h", "");
    assert_string_equal(resolves_as(world, "src/a.c", "x.h", IMPORT_QUOTED), "include/x.h");
    assert_string_equal(resolves_as(world, "src/a.c", "y.h", IMPORT_QUOTED), "third_party/y.h");
    put(world, "src/x.h", "");
    assert_string_equal(resolves_as(world, "src/a.c", "x.h", IMPORT_QUOTED), "src/x.h");
}

static void an_angled_include_is_looked_for_in_the_roots_only(void **state)
{
    struct world *world = *state;
    static const char *const roots[] = {"include"};
    set_roots(world, SCANNER_C, roots, 1);
    put(world, "src/x.h", "");
    put(world, "include/sub/y.h", "");
    assert_string_equal(resolves_as(world, "src/a.c", "x.h", IMPORT_ANGLED), "external");
    assert_string_equal(resolves_as(world, "src/a.c", "sub/y.h", IMPORT_ANGLED), "include/sub/y.h");
    assert_string_equal(resolves_as(world, "src/a.c", "stdio.h", IMPORT_ANGLED), "external");
    assert_string_equal(resolves_as(world, "src/a.c", "none.h", IMPORT_QUOTED), "external");
    assert_string_equal(resolves_as(world, "src/a.c", "HEADER", IMPORT_COMPUTED), "unresolved");
}

static void a_folder_is_no_header(void **state)
{
    struct world *world = *state;
    static const char *const roots[] = {"a", "."};
    set_roots(world, SCANNER_C, roots, 2);
    put(world, "a/x.h/y", "");
    put(world, "x.h", "");
    assert_string_equal(resolves_as(world, "m.c", "x.h", IMPORT_ANGLED), "x.h");
    assert_string_equal(resolves_as(world, "src/m.c", "../x.h", IMPORT_QUOTED), "x.h");
}

/* ---- proto --------------------------------------------------------------------------------- */

static void proto_roots_are_searched_in_their_order_and_the_own_folder_is_not(void **state)
{
    struct world *world = *state;
    static const char *const roots[] = {"b", "a"};
    set_roots(world, SCANNER_PROTO, roots, 2);
    put(world, "a/x.proto", "");
    put(world, "b/x.proto", "");
    put(world, "a/y.proto", "");
    put(world, "c/z.proto", "");
    assert_resolves(world, "c/m.proto", "x.proto", "b/x.proto");
    assert_resolves(world, "c/m.proto", "y.proto", "a/y.proto");
    assert_resolves(world, "c/m.proto", "z.proto", "unresolved");
}

static void the_root_of_the_tree_is_the_proto_root_when_none_is_given(void **state)
{
    struct world *world = *state;
    set_roots(world, SCANNER_PROTO, NULL, 0);
    put(world, "a/x.proto", "");
    assert_resolves(world, "a/m.proto", "a/x.proto", "a/x.proto");
    assert_resolves(world, "a/m.proto", "x.proto", "unresolved");
}

static void the_protos_that_protoc_brings_along_are_external(void **state)
{
    struct world *world = *state;
    set_roots(world, SCANNER_PROTO, NULL, 0);
    put(world, "m.proto", "");
    assert_resolves(world, "m.proto", "google/protobuf/any.proto", "external");
    assert_resolves(world, "m.proto", "google/api/http.proto", "unresolved");
    put(world, "google/protobuf/any.proto", "");
    assert_resolves(world, "m.proto", "google/protobuf/any.proto", "google/protobuf/any.proto");
}

static void paths_that_protoc_refuses_are_unresolved(void **state)
{
    struct world *world = *state;
    set_roots(world, SCANNER_PROTO, NULL, 0);
    put(world, "a/x.proto", "");
    assert_resolves(world, "m.proto", "./a/x.proto", "unresolved");
    assert_resolves(world, "m.proto", "a//x.proto", "unresolved");
    assert_resolves(world, "m.proto", "a/../a/x.proto", "unresolved");
    assert_resolves(world, "m.proto", "a\\x.proto", "unresolved");
    assert_resolves(world, "m.proto", "/a/x.proto", "unresolved");
    assert_resolves(world, "m.proto", "a/x.proto", "a/x.proto");
}

/* ---- GraphQL, regex ------------------------------------------------------------------------ */

static void others_are_looked_for_beside_the_file_then_in_the_roots_as_written_first(void **state)
{
    struct world *world = *state;
    static const char *const roots[] = {"shared"};
    static const char *const extensions[] = {".graphql", ".gql"};
    set_roots(world, SCANNER_GRAPHQL, roots, 1);
    world->options.extensions = extensions;
    world->options.extension_count = 2;
    put(world, "shared/user.gql", "");
    assert_resolves(world, "q/home.graphql", "user", "shared/user.gql");
    assert_resolves(world, "q/home.graphql", "./user", "shared/user.gql");
    put(world, "shared/user.graphql", "");
    assert_resolves(world, "q/home.graphql", "user", "shared/user.graphql");
    put(world, "shared/user", "");
    assert_resolves(world, "q/home.graphql", "user", "shared/user");
    put(world, "q/user.gql", "");
    assert_resolves(world, "q/home.graphql", "user", "q/user.gql");
    assert_resolves(world, "q/home.graphql", "none", "unresolved");
    assert_resolves(world, "q/home.graphql", "https://x/y.graphql", "external");
}

static void a_kind_without_imports_resolves_nothing(void **state)
{
    struct world *world = *state;
    put(world, "x", "");
    assert_resolves(world, "y", "x", "unresolved");
    assert_string_equal(configs(world), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end_world)
    const struct CMUnitTest tests[] = {
        TEST(a_quoted_include_is_looked_for_beside_the_includer_first),
        TEST(an_angled_include_is_looked_for_in_the_roots_only),
        TEST(a_folder_is_no_header),
        TEST(proto_roots_are_searched_in_their_order_and_the_own_folder_is_not),
        TEST(the_root_of_the_tree_is_the_proto_root_when_none_is_given),
        TEST(the_protos_that_protoc_brings_along_are_external),
        TEST(paths_that_protoc_refuses_are_unresolved),
        TEST(others_are_looked_for_beside_the_file_then_in_the_roots_as_written_first),
        TEST(a_kind_without_imports_resolves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
