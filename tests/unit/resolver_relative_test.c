/*
 * Relative specifiers in TypeScript: extensions, index files, and what only bundlers know.
 */
#include "resolver_support.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void a_source_goes_before_a_declaration_and_that_before_javascript(void **state)
{
    struct world *world = *state;
    put(world, "src/x.js", "");
    put(world, "src/x.jsx", "");
    assert_resolves(world, "src/main.ts", "./x", "src/x.js");
    put(world, "src/x.d.ts", "");
    assert_resolves(world, "src/main.ts", "./x", "src/x.d.ts");
    put(world, "src/x.tsx", "");
    assert_resolves(world, "src/main.ts", "./x", "src/x.tsx");
    put(world, "src/x.ts", "");
    assert_resolves(world, "src/main.ts", "./x", "src/x.ts");
}

static void the_extension_of_an_output_finds_its_source(void **state)
{
    struct world *world = *state;
    put(world, "a.ts", "");
    put(world, "b.mts", "");
    put(world, "c.cts", "");
    put(world, "d.tsx", "");
    put(world, "e.d.mts", "");
    put(world, "f.d.ts", "");
    assert_resolves(world, "main.ts", "./a.js", "a.ts");
    assert_resolves(world, "main.ts", "./b.mjs", "b.mts");
    assert_resolves(world, "main.ts", "./c.cjs", "c.cts");
    assert_resolves(world, "main.ts", "./d.jsx", "d.tsx");
    assert_resolves(world, "main.ts", "./d.js", "d.tsx");
    assert_resolves(world, "main.ts", "./e.mjs", "e.d.mts");
    assert_resolves(world, "main.ts", "./f.ts", "f.d.ts");
    assert_resolves(world, "main.ts", "./b", "b.mts");
}

static void the_source_goes_before_the_output_beside_it(void **state)
{
    struct world *world = *state;
    put(world, "a.js", "");
    assert_resolves(world, "main.ts", "./a.js", "a.js");
    put(world, "a.ts", "");
    assert_resolves(world, "main.ts", "./a.js", "a.ts");
}

static void dots_in_a_name_are_not_its_extension(void **state)
{
    struct world *world = *state;
    put(world, "user.model.ts", "");
    put(world, "v1.2/index.ts", "");
    assert_resolves(world, "main.ts", "./user.model", "user.model.ts");
    assert_resolves(world, "main.ts", "./user.model.js", "user.model.ts");
    assert_resolves(world, "main.ts", "./v1.2", "v1.2/index.ts");
}

static void a_folder_means_its_index(void **state)
{
    struct world *world = *state;
    put(world, "src/models/index.ts", "");
    put(world, "src/index.tsx", "");
    assert_resolves(world, "src/main.ts", "./models", "src/models/index.ts");
    assert_resolves(world, "src/main.ts", "./models/", "src/models/index.ts");
    assert_resolves(world, "src/models/user.ts", ".", "src/models/index.ts");
    assert_resolves(world, "src/models/user.ts", "..", "src/index.tsx");
    assert_resolves(world, "src/models/user.ts", "../", "src/index.tsx");
    put(world, "src/models.ts", "");
    assert_resolves(world, "src/main.ts", "./models", "src/models.ts");
    assert_resolves(world, "src/main.ts", "./models/", "src/models/index.ts");
}

static void the_root_is_a_folder_too(void **state)
{
    struct world *world = *state;
    put(world, "index.ts", "");
    put(world, "src/a.ts", "");
    assert_resolves(world, "src/a.ts", "..", "index.ts");
    assert_resolves(world, "src/a.ts", "../", "index.ts");
    assert_resolves(world, "main.ts", ".", "index.ts");
    assert_resolves(world, "main.ts", "./src/a", "src/a.ts");
}

static void a_folder_may_say_in_its_package_json_what_it_is_entered_by(void **state)
{
    struct world *world = *state;
    put(world, "lib/package.json", "{\"main\": \"./entry\"}");
    put(world, "lib/entry.ts", "");
    put(world, "lib/index.ts", "");
    assert_resolves(world, "main.ts", "./lib", "lib/entry.ts");
    put(world, "lib/package.json", "{\"types\": \"t.d.ts\", \"main\": \"./entry\"}");
    put(world, "lib/t.d.ts", "");
    assert_resolves(world, "main.ts", "./lib", "lib/t.d.ts");
}

static void an_asset_is_the_file_itself_with_or_without_a_query(void **state)
{
    struct world *world = *state;
    put(world, "icon.svg", "");
    put(world, "odd?raw", "");
    put(world, "code.ts", "");
    assert_resolves(world, "main.ts", "./icon.svg", "icon.svg");
    assert_resolves(world, "main.ts", "./icon.svg?raw", "icon.svg");
    assert_resolves(world, "main.ts", "./code?worker&inline", "code.ts");
    assert_resolves(world, "main.ts", "./odd?raw", "odd?raw");
    assert_resolves(world, "main.ts", "./none.svg?raw", "unresolved");
    put(world, "icon.d.svg.ts", "");
    assert_resolves(world, "main.ts", "./icon.svg", "icon.d.svg.ts");
}

static void json_is_found_by_its_name(void **state)
{
    struct world *world = *state;
    put(world, "data.json", "{}");
    put(world, "more/index.json", "{}");
    assert_resolves(world, "main.ts", "./data.json", "data.json");
    assert_resolves(world, "main.ts", "./data", "data.json");
    assert_resolves(world, "main.ts", "./more", "more/index.json");
}

static void what_is_not_there_is_unresolved(void **state)
{
    struct world *world = *state;
    put(world, "main.ts", "");
    assert_resolves(world, "main.ts", "./none", "unresolved");
    assert_resolves(world, "main.ts", "./main/x", "unresolved");
    assert_resolves(world, "main.ts", "../../../none", "unresolved");
    assert_resolves(world, "main.ts", "/none", "unresolved");
    assert_resolves(world, "main.ts", "", "unresolved");
    assert_string_equal(resolves_as(world, "main.ts", "./main", IMPORT_COMPUTED), "unresolved");
}

static void urls_are_external(void **state)
{
    struct world *world = *state;
    put(world, "main.ts", "");
    assert_resolves(world, "main.ts", "node:fs", "external");
    assert_resolves(world, "main.ts", "https://esm.sh/react?dev", "external");
    assert_resolves(world, "main.ts", "data:text/javascript,export default 1", "external");
}

static void a_file_has_one_name_however_it_is_reached(void **state)
{
    struct world *world = *state;
    put(world, "src/a.ts", "");
    char specifier[256];
    snprintf(specifier, sizeof specifier, "..%s/src/a", strrchr(world->folder, '/'));
    assert_resolves(world, "main.ts", specifier, "src/a.ts");
    snprintf(specifier, sizeof specifier, "../../..%s/src/a", world->folder);
    assert_resolves(world, "src/x/main.ts", specifier, "unresolved");
    snprintf(specifier, sizeof specifier, "%s/src/a.ts", world->folder);
    assert_resolves(world, "main.ts", specifier, "src/a.ts");
    assert_resolves(world, "main.ts", ".//src/../src/./a", "src/a.ts");
}

static void a_file_outside_the_root_is_found(void **state)
{
    struct world *world = *state;
    put(world, "shared/index.ts", "");
    put(world, "shared/util.ts", "");
    put(world, "app/main.ts", "");
    assert_int_equal(chdir("app"), 0);
    assert_resolves(world, "main.ts", "../shared", "../shared/index.ts");
    assert_resolves(world, "../shared/index.ts", "./util", "../shared/util.ts");
    assert_resolves(world, "../shared/index.ts", "../app/main", "main.ts");
    assert_int_equal(chdir(".."), 0);
}

static void a_file_that_a_job_will_make_counts_as_being_there(void **state)
{
    struct world *world = *state;
    put(world, "main.ts", "");
    const char *made[] = {"gen/user.pb.ts", NULL};
    world->made = made;
    assert_resolves(world, "main.ts", "./gen/user.pb", "gen/user.pb.ts");
    assert_resolves(world, "main.ts", "./gen/user.pb.js", "gen/user.pb.ts");
}

static void a_specifier_longer_than_any_path_is_survived(void **state)
{
    struct world *world = *state;
    put(world, "main.ts", "");
    enum { LENGTH = 1 << 20 };
    char *specifier = test_malloc(LENGTH + 1);
    memset(specifier, 'a', LENGTH);
    specifier[LENGTH] = '\0';
    assert_resolves(world, "main.ts", specifier, "external");
    memcpy(specifier, "./", 2);
    assert_resolves(world, "main.ts", specifier, "unresolved");
    memcpy(specifier, "data:", 5);
    assert_resolves(world, "main.ts", specifier, "external");
    test_free(specifier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TYPESCRIPT_TEST(a_source_goes_before_a_declaration_and_that_before_javascript),
        TYPESCRIPT_TEST(the_extension_of_an_output_finds_its_source),
        TYPESCRIPT_TEST(the_source_goes_before_the_output_beside_it),
        TYPESCRIPT_TEST(dots_in_a_name_are_not_its_extension),
        TYPESCRIPT_TEST(a_folder_means_its_index),
        TYPESCRIPT_TEST(the_root_is_a_folder_too),
        TYPESCRIPT_TEST(a_folder_may_say_in_its_package_json_what_it_is_entered_by),
        TYPESCRIPT_TEST(an_asset_is_the_file_itself_with_or_without_a_query),
        TYPESCRIPT_TEST(json_is_found_by_its_name),
        TYPESCRIPT_TEST(what_is_not_there_is_unresolved),
        TYPESCRIPT_TEST(urls_are_external),
        TYPESCRIPT_TEST(a_file_has_one_name_however_it_is_reached),
        TYPESCRIPT_TEST(a_file_outside_the_root_is_found),
        TYPESCRIPT_TEST(a_file_that_a_job_will_make_counts_as_being_there),
        TYPESCRIPT_TEST(a_specifier_longer_than_any_path_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
