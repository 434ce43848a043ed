/*
 * Packages: those of the workspace by name, those in node_modules, `exports` and `imports`.
 */
#include "resolver_support.h"

#include <string.h>

/* ---- the workspace ------------------------------------------------------------------------- */

static void a_package_of_the_tree_is_found_by_its_name(void **state)
{
    struct world *world = *state;
    put(world, "packages/a/package.json", "{\"name\": \"@acme/a\", \"main\": \"lib/main.js\"}");
    put(world, "packages/a/lib/main.ts", "");
    put(world, "packages/a/util/index.ts", "");
    put(world, "packages/b/package.json", "{\"name\": \"b\"}");
    put(world, "packages/b/index.ts", "");
    assert_resolves(world, "app/main.ts", "@acme/a", "packages/a/lib/main.ts");
    assert_resolves(world, "app/main.ts", "@acme/a/util", "packages/a/util/index.ts");
    assert_resolves(world, "app/main.ts", "b", "packages/b/index.ts");
    assert_resolves(world, "app/main.ts", "@acme/none", "external");
    assert_resolves(world, "app/main.ts", "@acme", "external");
}

static void a_package_that_is_there_without_the_file_is_unresolved(void **state)
{
    struct world *world = *state;
    put(world, "packages/a/package.json", "{\"name\": \"a\"}");
    assert_resolves(world, "main.ts", "a", "unresolved");
    assert_resolves(world, "main.ts", "a/none", "unresolved");
}

static void types_go_before_main_and_main_is_completed(void **state)
{
    struct world *world = *state;
    put(world, "a/package.json", "{\"name\": \"a\", \"types\": \"./t.d.ts\", \"main\": \"./m\"}");
    put(world, "a/m.js", "");
    put(world, "a/t.d.ts", "");
    assert_resolves(world, "main.ts", "a", "a/t.d.ts");
    drop(world, "a/t.d.ts");
    assert_resolves(world, "main.ts", "a", "a/m.js");
    put(world, "a/package.json", "{\"name\": \"a\", \"main\": \"lib\"}");
    put(world, "a/lib/index.js", "");
    assert_resolves(world, "main.ts", "a", "a/lib/index.js");
}

static void a_package_that_is_not_built_is_its_source(void **state)
{
    struct world *world = *state;
    put(world, "a/package.json", "{\"name\": \"a\", \"types\": \"dist/index.d.ts\"}");
    put(world, "a/src/index.ts", "");
    assert_resolves(world, "main.ts", "a", "a/src/index.ts");
    put(world, "a/dist/index.d.ts", "");
    assert_resolves(world, "main.ts", "a", "a/dist/index.d.ts");

    put(world, "b/package.json",
        "{\"name\": \"b\", \"exports\": {\".\": {\"types\": \"./dist/main.d.ts\"},"
        " \"./*\": \"./dist/parts/*.js\"}}");
    put(world, "b/src/main.ts", "");
    put(world, "b/src/parts/x.ts", "");
    assert_resolves(world, "main.ts", "b", "b/src/main.ts");
    assert_resolves(world, "main.ts", "b/x", "b/src/parts/x.ts");

    put(world, "c/package.json", "{\"name\": \"c\", \"main\": \"out/c.js\"}");
    put(world, "c/index.ts", "");
    put(world, "c/src/x.ts", "");
    assert_resolves(world, "main.ts", "c", "c/index.ts");
    assert_resolves(world, "main.ts", "c/x", "c/src/x.ts");
}

static void what_exports_do_not_let_out_is_unresolved(void **state)
{
    struct world *world = *state;
    put(world, "a/package.json",
        "{\"name\": \"a\", \"exports\": {\".\": \"./index.ts\", \"./no/*\": null}}");
    put(world, "a/index.ts", "");
    put(world, "a/src/inner.ts", "");
    put(world, "a/src/no/x.ts", "");
    assert_resolves(world, "main.ts", "a", "a/index.ts");
    assert_resolves(world, "main.ts", "a/src/inner", "unresolved");
    assert_resolves(world, "main.ts", "a/inner", "unresolved");
    assert_resolves(world, "main.ts", "a/no/x", "unresolved");
}

static void of_two_with_one_name_the_declared_one_wins_and_doubt_is_told(void **state)
{
    struct world *world = *state;
    put(world, "a/package.json", "{\"name\": \"p\"}");
    put(world, "a/index.ts", "");
    put(world, "b/package.json", "{\"name\": \"p\"}");
    put(world, "b/index.ts", "");
    assert_resolves(world, "main.ts", "p", "a/index.ts");
    assert_string_equal(notices(world),
                        "b/package.json:0:0: is named 'p', and so is a/package.json\n");
    put(world, "pnpm-workspace.yaml", "packages:\n  - '*'\n  - '!a'\n");
    assert_resolves(world, "main.ts", "p", "b/index.ts");
    assert_string_equal(notices(world), "");
    drop(world, "pnpm-workspace.yaml");
    put(world, "package.json", "{\"workspaces\": [\"./b/\"]}");
    assert_resolves(world, "main.ts", "p", "b/index.ts");
    put(world, "package.json", "{\"workspaces\": {\"packages\": [\"b\"]}}");
    assert_resolves(world, "main.ts", "p", "b/index.ts");
}

static void a_module_of_node_goes_before_a_package_that_is_not_installed(void **state)
{
    struct world *world = *state;
    put(world, "a/package.json", "{\"name\": \"util\"}");
    put(world, "a/index.ts", "");
    assert_resolves(world, "main.ts", "util", "external");
    assert_resolves(world, "main.ts", "fs/promises", "external");
    link_to(world, "node_modules/util", "../a");
    assert_resolves(world, "main.ts", "util", "a/index.ts");
}

/* ---- node_modules -------------------------------------------------------------------------- */

static void the_nearest_node_modules_wins(void **state)
{
    struct world *world = *state;
    put(world, "node_modules/x/index.d.ts", "");
    put(world, "node_modules/y/index.d.ts", "");
    put(world, "app/node_modules/x/index.d.ts", "");
    assert_resolves(world, "app/src/main.ts", "x", "app/node_modules/x/index.d.ts");
    assert_resolves(world, "app/src/main.ts", "y", "node_modules/y/index.d.ts");
    assert_resolves(world, "main.ts", "x", "node_modules/x/index.d.ts");
    assert_resolves(world, "node_modules/y/index.d.ts", "x", "node_modules/x/index.d.ts");
}

static void types_anywhere_go_before_code_anywhere(void **state)
{
    struct world *world = *state;
    put(world, "app/node_modules/x/index.js", "");
    assert_resolves(world, "app/main.ts", "x", "app/node_modules/x/index.js");
    put(world, "node_modules/@types/x/index.d.ts", "");
    assert_resolves(world, "app/main.ts", "x", "node_modules/@types/x/index.d.ts");
}

static void types_of_a_scoped_package_have_a_name_of_their_own(void **state)
{
    struct world *world = *state;
    put(world, "node_modules/@s/x/index.js", "");
    put(world, "node_modules/@types/s__x/index.d.ts", "");
    assert_resolves(world, "main.ts", "@s/x", "node_modules/@types/s__x/index.d.ts");
}

static void links_lead_to_the_package_itself(void **state)
{
    struct world *world = *state;
    put(world, "packages/a/package.json", "{\"name\": \"@acme/a\", \"main\": \"dist/a.js\"}");
    put(world, "packages/a/src/index.ts", "");
    link_to(world, "node_modules/@acme/a", "../../packages/a");
    assert_resolves(world, "main.ts", "@acme/a", "packages/a/src/index.ts");
    put(world, "node_modules/.pnpm/x@1/node_modules/x/index.d.ts", "");
    link_to(world, "node_modules/x", ".pnpm/x@1/node_modules/x");
    assert_resolves(world, "main.ts", "x", "node_modules/.pnpm/x@1/node_modules/x/index.d.ts");
}

static void an_installed_package_goes_before_one_of_the_tree(void **state)
{
    struct world *world = *state;
    put(world, "packages/x/package.json", "{\"name\": \"x\"}");
    put(world, "packages/x/index.ts", "");
    put(world, "app/node_modules/x/index.d.ts", "");
    assert_resolves(world, "app/main.ts", "x", "app/node_modules/x/index.d.ts");
    assert_resolves(world, "main.ts", "x", "packages/x/index.ts");
}

static void assets_of_packages_are_found(void **state)
{
    struct world *world = *state;
    put(world, "node_modules/x/dist/x.css", "");
    put(world, "node_modules/y/package.json", "{\"exports\": {\"./*.css\": \"./dist/*.css\"}}");
    put(world, "node_modules/y/dist/y.css", "");
    assert_resolves(world, "main.ts", "x/dist/x.css", "node_modules/x/dist/x.css");
    assert_resolves(world, "main.ts", "y/y.css", "node_modules/y/dist/y.css");
    assert_resolves(world, "main.ts", "y/y.css?inline", "node_modules/y/dist/y.css");
    assert_resolves(world, "main.ts", "y/none.css", "external");
}

/* ---- exports ------------------------------------------------------------------------------- */

static void write_package(struct world *world, const char *exports)
{
    struct buf text = {0};
    buf_printf(&text, "{\"name\": \"p\", \"exports\": %s}", exports);
    put(world, "p/package.json", buf_cstr(&text));
    buf_free(&text);
}

static void conditions_are_tried_in_the_order_they_are_written(void **state)
{
    struct world *world = *state;
    put(world, "p/a.ts", "");
    put(world, "p/b.ts", "");
    write_package(world, "{\"import\": \"./a.js\", \"default\": \"./b.js\"}");
    assert_resolves(world, "main.ts", "p", "p/a.ts");
    assert_string_equal(resolves_as(world, "main.ts", "p", IMPORT_REQUIRE), "p/b.ts");
    write_package(world, "{\"default\": \"./b.js\", \"import\": \"./a.js\"}");
    assert_resolves(world, "main.ts", "p", "p/b.ts");
    write_package(world,
                  "{\"browser\": \"./a.js\", \"require\": \"./a.js\", \"types\": \"./b.ts\"}");
    assert_resolves(world, "main.ts", "p", "p/b.ts");
}

static void conditions_nest_and_fall_through(void **state)
{
    struct world *world = *state;
    put(world, "p/a.ts", "");
    put(world, "p/b.ts", "");
    write_package(world, "{\".\": {\"import\": {\"node\": \"./a.js\"}, \"default\": \"./b.js\"}}");
    assert_resolves(world, "main.ts", "p", "p/b.ts");
    write_package(world,
                  "{\".\": {\"import\": {\"types\": \"./none.d.ts\"}, \"default\": \"./b.js\"}}");
    assert_resolves(world, "main.ts", "p", "p/b.ts");
    write_package(world, "[\"bad\", {\"import\": \"./none.js\"}, \"./a.js\"]");
    assert_resolves(world, "main.ts", "p", "p/a.ts");
}

static void custom_conditions_of_the_tsconfig_hold(void **state)
{
    struct world *world = *state;
    put(world, "p/a.ts", "");
    put(world, "p/b.ts", "");
    write_package(world, "{\"@acme/source\": \"./a.ts\", \"default\": \"./b.js\"}");
    assert_resolves(world, "main.ts", "p", "p/b.ts");
    put(world, "tsconfig.json",
        "{\"compilerOptions\": {\"customConditions\": [\"@acme/source\"]}}");
    assert_resolves(world, "main.ts", "p", "p/a.ts");
}

static void the_most_particular_pattern_wins(void **state)
{
    struct world *world = *state;
    put(world, "p/any/a/x.ts", "");
    put(world, "p/any/a/x.css", "");
    put(world, "p/a/x.ts", "");
    put(world, "p/one.ts", "");
    put(world, "p/css/x.css", "");
    write_package(world, "{\"./*\": \"./any/*.ts\", \"./a/*\": \"./a/*.ts\","
                         " \"./a/*.css\": \"./css/*.css\", \"./a/one\": \"./one.ts\","
                         " \"./old/\": \"./a/\"}");
    assert_resolves(world, "main.ts", "p/a/x", "p/a/x.ts");
    assert_resolves(world, "main.ts", "p/a/one", "p/one.ts");
    assert_resolves(world, "main.ts", "p/a/x.css", "p/css/x.css");
    assert_resolves(world, "main.ts", "p/old/x.ts", "p/a/x.ts");
}

static void every_star_of_a_target_is_replaced(void **state)
{
    struct world *world = *state;
    put(world, "p/x/x.ts", "");
    write_package(world, "{\"./*\": \"./*/*.js\"}");
    assert_resolves(world, "main.ts", "p/x", "p/x/x.ts");
}

static void targets_stay_inside_the_package(void **state)
{
    struct world *world = *state;
    put(world, "out.ts", "");
    put(world, "p/index.ts", "");
    write_package(world, "{\".\": \"../out.ts\", \"./a\": \"./x/../../out.ts\","
                         " \"./b\": \"/etc/passwd\", \"./*\": \"./*\"}");
    assert_resolves(world, "main.ts", "p", "unresolved");
    assert_resolves(world, "main.ts", "p/a", "unresolved");
    assert_resolves(world, "main.ts", "p/b", "unresolved");
    assert_resolves(world, "main.ts", "p/../out.ts", "unresolved");
}

static void a_package_knows_itself_by_its_name(void **state)
{
    struct world *world = *state;
    write_package(world, "{\".\": \"./index.ts\", \"./x\": \"./src/x.ts\"}");
    put(world, "p/index.ts", "");
    put(world, "p/src/x.ts", "");
    assert_resolves(world, "p/src/main.ts", "p", "p/index.ts");
    assert_resolves(world, "p/src/main.ts", "p/x", "p/src/x.ts");
    assert_resolves(world, "p/src/main.ts", "p/none", "unresolved");
}

/* ---- imports ------------------------------------------------------------------------------- */

static void imports_are_those_of_the_nearest_package(void **state)
{
    struct world *world = *state;
    put(world, "package.json", "{\"imports\": {\"#x\": \"./x.ts\"}}");
    put(world, "p/package.json",
        "{\"imports\": {\"#x\": {\"types\": \"./lib/x.ts\"}, \"#m/*\": \"./m/*.js\","
        " \"#q\": \"q\", \"#out\": \"../x.ts\", \"#react\": \"react\"}}");
    put(world, "x.ts", "");
    put(world, "p/lib/x.ts", "");
    put(world, "p/m/y.ts", "");
    put(world, "q/package.json", "{\"name\": \"q\"}");
    put(world, "q/index.ts", "");
    assert_resolves(world, "main.ts", "#x", "x.ts");
    assert_resolves(world, "p/deep/main.ts", "#x", "p/lib/x.ts");
    assert_resolves(world, "p/deep/main.ts", "#m/y", "p/m/y.ts");
    assert_resolves(world, "p/deep/main.ts", "#q", "q/index.ts");
    assert_resolves(world, "p/deep/main.ts", "#react", "external");
    assert_resolves(world, "p/deep/main.ts", "#out", "unresolved");
    assert_resolves(world, "p/deep/main.ts", "#none", "unresolved");
    assert_resolves(world, "q/index.ts", "#x", "unresolved");
}

static void imports_that_lead_in_a_circle_end(void **state)
{
    struct world *world = *state;
    put(world, "package.json", "{\"imports\": {\"#a\": \"#b\", \"#b\": [\"#a\", \"#a\", \"#a\"]}}");
    assert_resolves(world, "main.ts", "#a", "unresolved");
}

static void imports_that_multiply_end_too(void **state)
{
    struct world *world = *state;
    struct buf text = {0};
    buf_append_str(&text, "{\"imports\": {\"#a\": [");
    for (int i = 0; i < 1000; i++)
        buf_append_str(&text, "\"#a\", ");
    buf_append_str(&text, "\"none\"], \"#b*\": \"#b");
    for (int i = 0; i < 100000; i++)
        buf_append_char(&text, '*');
    buf_append_str(&text, "\"}}");
    put(world, "package.json", buf_cstr(&text));
    assert_resolves(world, "main.ts", "#a", "unresolved");
    assert_resolves(world, "main.ts", "#b/long/enough", "unresolved");
    buf_free(&text);
}

/* ---- files --------------------------------------------------------------------------------- */

static void malformed_ones_count_as_empty_and_are_told(void **state)
{
    struct world *world = *state;
    put(world, "a/package.json", "{\"name\": \"a\",\n \"main\": }");
    put(world, "b/package.json", "[]");
    put(world, "c/package.json", "{\"name\": 1, \"exports\": true, \"main\": [], \"types\": {}}");
    put(world, "c/index.ts", "");
    put(world, "pnpm-workspace.yaml", "packages: [");
    assert_resolves(world, "main.ts", "a", "external");
    assert_resolves(world, "main.ts", "./c", "c/index.ts");
    assert_non_null(strstr(notices(world), "a/package.json:2:10: "));
    assert_non_null(strstr(notices(world), "b/package.json:0:0: is not a JSON object"));
    assert_non_null(strstr(notices(world), "pnpm-workspace.yaml:2:"));
}

static void all_that_was_read_is_listed_once_in_byte_order(void **state)
{
    struct world *world = *state;
    put(world, "package.json", "{}");
    put(world, "pnpm-workspace.yaml", "packages: []\n");
    put(world, "b/package.json", "{}");
    put(world, "b/tsconfig.json", "{\"references\": [{\"path\": \"./lib\"}]}");
    put(world, "b/lib/x.ts", "");
    put(world, "node_modules/x/package.json", "{}");
    put(world, "node_modules/y/package.json", "{}");
    resolves(world, "b/lib/x.ts", "x");
    resolves(world, "b/lib/x.ts", "x/y");
    assert_string_equal(configs(world), "b/lib/tsconfig.json\n"
                                        "b/package.json\n"
                                        "b/tsconfig.json\n"
                                        "node_modules/x/package.json\n"
                                        "package.json\n"
                                        "pnpm-workspace.yaml\n");
}

static void count_notice(void *context, const struct jig_error *what)
{
    assert_string_equal(what->file, "node_modules/x/package.json");
    ++*(int *)context;
}

static void what_is_read_late_and_malformed_can_be_asked_for(void **state)
{
    struct world *world = *state;
    put(world, "node_modules/x/package.json", "{");
    put(world, "node_modules/x/index.d.ts", "");
    assert_resolves(world, "main.ts", "x", "node_modules/x/index.d.ts");
    int count = 0;
    resolver_each_late_notice(world->resolver, count_notice, &count);
    assert_int_equal(count, 1);
    assert_string_equal(notices(world), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TYPESCRIPT_TEST(a_package_of_the_tree_is_found_by_its_name),
        TYPESCRIPT_TEST(a_package_that_is_there_without_the_file_is_unresolved),
        TYPESCRIPT_TEST(types_go_before_main_and_main_is_completed),
        TYPESCRIPT_TEST(a_package_that_is_not_built_is_its_source),
        TYPESCRIPT_TEST(what_exports_do_not_let_out_is_unresolved),
        TYPESCRIPT_TEST(of_two_with_one_name_the_declared_one_wins_and_doubt_is_told),
        TYPESCRIPT_TEST(a_module_of_node_goes_before_a_package_that_is_not_installed),
        TYPESCRIPT_TEST(the_nearest_node_modules_wins),
        TYPESCRIPT_TEST(types_anywhere_go_before_code_anywhere),
        TYPESCRIPT_TEST(types_of_a_scoped_package_have_a_name_of_their_own),
        TYPESCRIPT_TEST(links_lead_to_the_package_itself),
        TYPESCRIPT_TEST(an_installed_package_goes_before_one_of_the_tree),
        TYPESCRIPT_TEST(assets_of_packages_are_found),
        TYPESCRIPT_TEST(conditions_are_tried_in_the_order_they_are_written),
        TYPESCRIPT_TEST(conditions_nest_and_fall_through),
        TYPESCRIPT_TEST(custom_conditions_of_the_tsconfig_hold),
        TYPESCRIPT_TEST(the_most_particular_pattern_wins),
        TYPESCRIPT_TEST(every_star_of_a_target_is_replaced),
        TYPESCRIPT_TEST(targets_stay_inside_the_package),
        TYPESCRIPT_TEST(a_package_knows_itself_by_its_name),
        TYPESCRIPT_TEST(imports_are_those_of_the_nearest_package),
        TYPESCRIPT_TEST(imports_that_lead_in_a_circle_end),
        TYPESCRIPT_TEST(imports_that_multiply_end_too),
        TYPESCRIPT_TEST(malformed_ones_count_as_empty_and_are_told),
        TYPESCRIPT_TEST(all_that_was_read_is_listed_once_in_byte_order),
        TYPESCRIPT_TEST(what_is_read_late_and_malformed_can_be_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
