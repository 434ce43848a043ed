/*
 * `references`: the project that covers a file supplies its paths.
 */
#include "resolver_support.h"

#include <stdio.h>

static const char solution[] = "{\"files\": [], \"references\": ["
                               "{\"path\": \"./tsconfig.app.json\"}, {\"path\": \"./tools\"}]}";

/* Writes a tsconfig in which `@/x` is `target`, with more members. */
static void put_project(struct world *world, const char *path, const char *target,
                        const char *members)
{
    char text[512];
    snprintf(text, sizeof text, "{%s, \"compilerOptions\": {\"paths\": {\"@/x\": [\"%s\"]}}}",
             members, target);
    put(world, path, text);
}

static void the_project_that_covers_a_file_supplies_its_paths(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", solution);
    put_project(world, "tsconfig.app.json", "./app.ts", "\"include\": [\"src\"]");
    put_project(world, "tools/tsconfig.json", "./tools.ts", "\"include\": [\"../vite.config.ts\"]");
    put(world, "app.ts", "");
    put(world, "tools/tools.ts", "");
    assert_resolves(world, "src/main.ts", "@/x", "app.ts");
    assert_resolves(world, "src/deep/main.ts", "@/x", "app.ts");
    assert_resolves(world, "vite.config.ts", "@/x", "tools/tools.ts");
    assert_resolves(world, "other.ts", "@/x", "external");
}

static void who_covers_a_file_itself_goes_before_whom_it_refers_to(void **state)
{
    struct world *world = *state;
    put_project(world, "tsconfig.json", "./own.ts",
                "\"include\": [\"*.ts\"], \"references\": [{\"path\": \"./tsconfig.app.json\"}]");
    put_project(world, "tsconfig.app.json", "./app.ts", "\"include\": [\"**/*\"]");
    put(world, "own.ts", "");
    put(world, "app.ts", "");
    assert_resolves(world, "main.ts", "@/x", "own.ts");
    assert_resolves(world, "src/main.ts", "@/x", "app.ts");
}

static void two_files_of_a_folder_may_belong_to_different_projects(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json",
        "{\"files\": [], \"references\": [{\"path\": \"./t.test.json\"},"
        " {\"path\": \"./t.lib.json\"}]}");
    put_project(world, "t.test.json", "./test.ts", "\"include\": [\"src/**/*.test.ts\"]");
    put_project(world, "t.lib.json", "./lib.ts", "\"include\": [\"src/**/*.ts\"]");
    put(world, "test.ts", "");
    put(world, "lib.ts", "");
    assert_resolves(world, "src/a.ts", "@/x", "lib.ts");
    assert_resolves(world, "src/a.test.ts", "@/x", "test.ts");
}

static void what_is_excluded_is_not_covered_but_what_is_listed_is(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", solution);
    put_project(world, "tsconfig.app.json", "./app.ts",
                "\"exclude\": [\"src/old\", \"**/*.spec.ts\"], \"include\": [\"src\"],"
                " \"files\": [\"src/old/kept.ts\"]");
    put(world, "app.ts", "");
    assert_resolves(world, "src/new/x.ts", "@/x", "app.ts");
    assert_resolves(world, "src/old/x.ts", "@/x", "external");
    assert_resolves(world, "src/x.spec.ts", "@/x", "external");
    assert_resolves(world, "src/old/kept.ts", "@/x", "app.ts");
}

static void a_project_without_a_list_covers_all_below_it_but_its_output(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", solution);
    put(world, "tools/tsconfig.json",
        "{\"compilerOptions\": {\"outDir\": \"dist\","
        " \"paths\": {\"@/x\": [\"./tools.ts\"]}}}");
    put(world, "tools/tools.ts", "");
    put(world, "tools/node_modules/p/package.json", "{}");
    assert_resolves(world, "tools/deep/x.ts", "@/x", "tools/tools.ts");
    assert_resolves(world, "x.ts", "@/x", "external");
}

static void references_of_references_are_followed_and_circles_end(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", solution);
    put(world, "tsconfig.app.json",
        "{\"files\": [], \"references\": [{\"path\": \"tsconfig.json\"},"
        " {\"path\": \"./tsconfig.app.json\"}, {\"path\": \"./tsconfig.lib.json\"}]}");
    put_project(world, "tsconfig.lib.json", "./lib.ts", "\"include\": [\"src\"]");
    put(world, "lib.ts", "");
    assert_resolves(world, "src/main.ts", "@/x", "lib.ts");
}

static void letters_that_are_special_in_our_globs_are_not_in_theirs(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", solution);
    put_project(world, "tsconfig.app.json", "./app.ts", "\"include\": [\"src/[id]/{a}/*\"]");
    put(world, "app.ts", "");
    assert_resolves(world, "src/[id]/{a}/x.ts", "@/x", "app.ts");
    assert_resolves(world, "src/i/a/x.ts", "@/x", "external");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TYPESCRIPT_TEST(the_project_that_covers_a_file_supplies_its_paths),
        TYPESCRIPT_TEST(who_covers_a_file_itself_goes_before_whom_it_refers_to),
        TYPESCRIPT_TEST(two_files_of_a_folder_may_belong_to_different_projects),
        TYPESCRIPT_TEST(what_is_excluded_is_not_covered_but_what_is_listed_is),
        TYPESCRIPT_TEST(a_project_without_a_list_covers_all_below_it_but_its_output),
        TYPESCRIPT_TEST(references_of_references_are_followed_and_circles_end),
        TYPESCRIPT_TEST(letters_that_are_special_in_our_globs_are_not_in_theirs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
