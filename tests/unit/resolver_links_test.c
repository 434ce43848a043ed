/*
 * Symbolic links: imports start from where the importing file really lies, `..` goes up from where
 * a link leads, and a file has one name however many lead to it.
 */
#include "resolver_support.h"

#include "engine/base/memory.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int begin_c(void **state)
{
    *state = mem_zalloc(sizeof(struct world));
    world_begin(*state, SCANNER_C);
    return 0;
}

static int begin_regex(void **state)
{
    *state = mem_zalloc(sizeof(struct world));
    world_begin(*state, SCANNER_REGEX);
    return 0;
}

#define C_TEST(name)     cmocka_unit_test_setup_teardown(name, begin_c, end_world)
#define REGEX_TEST(name) cmocka_unit_test_setup_teardown(name, begin_regex, end_world)

static const char *includes(struct world *world, const char *from, const char *specifier)
{
    return resolves_as(world, from, specifier, IMPORT_QUOTED);
}

#define assert_includes(world, from, specifier, expected)                                          \
    assert_string_equal(includes(world, from, specifier), expected)

/* ---- C ------------------------------------------------------------------------------------- */

static void what_a_linked_folder_holds_goes_by_its_real_name(void **state)
{
    struct world *world = *state;
    put(world, "real/x.h", "");
    link_to(world, "src/deep/link", "../../real");
    assert_includes(world, "src/deep/b.c", "link/x.h", "real/x.h");
}

static void an_include_goes_up_from_where_a_linked_folder_leads(void **state)
{
    struct world *world = *state;
    put(world, "real/x.h", "");
    put(world, "other.h", "");
    put(world, "src/deep/other.h", "");
    link_to(world, "src/deep/link", "../../real");
    assert_includes(world, "src/deep/link/x.h", "../other.h", "other.h");
    assert_includes(world, "src/deep/b.c", "link/../other.h", "other.h");
    assert_includes(world, "src/deep/b.c", "./link/.././real/x.h", "real/x.h");
}

static void a_linked_header_stays_in_the_folder_of_the_link(void **state)
{
    struct world *world = *state;
    put(world, "real/x.h", "");
    put(world, "real/z.h", "");
    put(world, "src/z.h", "");
    link_to(world, "src/x.h", "../real/x.h");
    assert_includes(world, "src/b.c", "x.h", "src/x.h");
    assert_includes(world, "src/x.h", "z.h", "src/z.h");
}

static void links_to_links_are_followed_to_the_end(void **state)
{
    struct world *world = *state;
    put(world, "a/b/real/x.h", "");
    put(world, "a/b/y.h", "");
    link_to(world, "a/second", "b/real");
    link_to(world, "one/first", "../a/second/.");
    assert_includes(world, "one/b.c", "first/x.h", "a/b/real/x.h");
    assert_includes(world, "one/b.c", "first/../y.h", "a/b/y.h");
}

static void links_in_circles_lead_nowhere(void **state)
{
    struct world *world = *state;
    put(world, "src/y.h", "");
    link_to(world, "src/a", "b");
    link_to(world, "src/b", "a/x");
    assert_includes(world, "src/b.c", "a/x.h", "external");
    assert_includes(world, "src/a/b.c", "x.h", "external");
}

static void a_folder_outside_the_root_keeps_the_name_of_its_link(void **state)
{
    struct world *world = *state;
    put(world, "outside/inc/x.h", "");
    put(world, "outside/other.h", "");
    put(world, "app/other.h", "");
    link_to(world, "app/link", "../outside/inc");
    assert_int_equal(chdir("app"), 0);
    assert_includes(world, "b.c", "link/x.h", "link/x.h");
    assert_includes(world, "link/x.h", "../other.h", "../outside/other.h");
    assert_int_equal(chdir(".."), 0);
}

static void an_absolute_link_into_the_root_is_as_good_as_a_relative_one(void **state)
{
    struct world *world = *state;
    char target[128];
    put(world, "real/x.h", "");
    put(world, "other.h", "");
    snprintf(target, sizeof target, "%s/real/", world->folder);
    link_to(world, "src/deep/link", target);
    assert_includes(world, "src/deep/b.c", "link/x.h", "real/x.h");
    assert_includes(world, "src/deep/b.c", "link/../other.h", "other.h");
}

static void a_search_folder_may_be_a_link(void **state)
{
    struct world *world = *state;
    static const char *const roots[] = {"include"};
    world->options.roots = roots;
    world->options.root_count = 1;
    put(world, "lib/api/v2/x.h", "");
    put(world, "lib/api/y.h", "");
    link_to(world, "include", "lib/api/v2");
    assert_includes(world, "src/b.c", "x.h", "lib/api/v2/x.h");
    assert_includes(world, "src/b.c", "../y.h", "lib/api/y.h");
}

static void what_a_job_makes_goes_by_the_name_that_the_job_has_for_it(void **state)
{
    struct world *world = *state;
    static const char *made[] = {"gen/x.h", "gen/sub/y.h", "build/out/z.h", NULL};
    world->made = made;
    put(world, "build/out/sub/other.h", "");
    put(world, "build/out/x.h", "");
    link_to(world, "gen", "build/out");
    assert_includes(world, "b.c", "gen/x.h", "gen/x.h");
    assert_includes(world, "gen/sub/y.h", "../x.h", "gen/x.h");
    assert_includes(world, "b.c", "gen/z.h", "build/out/z.h");
}

/* ---- others -------------------------------------------------------------------------------- */

static void other_languages_walk_as_the_kernel_does(void **state)
{
    struct world *world = *state;
    put(world, "real/x.tpl", "");
    put(world, "other.tpl", "");
    put(world, "src/other.tpl", "");
    link_to(world, "src/link", "../real");
    assert_resolves(world, "src/a.tpl", "link/x.tpl", "real/x.tpl");
    assert_resolves(world, "src/a.tpl", "link/../other.tpl", "other.tpl");
    assert_resolves(world, "src/link/x.tpl", "../other.tpl", "other.tpl");
}

/* ---- TypeScript ---------------------------------------------------------------------------- */

static void a_module_is_where_its_file_really_lies(void **state)
{
    struct world *world = *state;
    put(world, "real/x.mjs", "");
    put(world, "real/z.mjs", "");
    put(world, "src/z.mjs", "");
    put(world, "other.mjs", "");
    put(world, "src/deep/other.mjs", "");
    link_to(world, "src/deep/link", "../../real");
    link_to(world, "src/fx.mjs", "../real/x.mjs");
    assert_resolves(world, "src/deep/b.mjs", "./link/x.mjs", "real/x.mjs");
    assert_resolves(world, "src/deep/link/x.mjs", "../other.mjs", "other.mjs");
    assert_resolves(world, "src/main.mjs", "./fx.mjs", "real/x.mjs");
    assert_resolves(world, "src/fx.mjs", "./z.mjs", "real/z.mjs");
}

static void a_specifier_is_a_url_so_that_up_undoes_a_link(void **state)
{
    struct world *world = *state;
    put(world, "real/x.ts", "");
    put(world, "y.ts", "");
    put(world, "src/y.ts", "");
    link_to(world, "src/link", "../real");
    assert_resolves(world, "src/main.ts", "./link/../y", "src/y.ts");
}

static void what_is_not_beside_the_real_file_is_looked_for_beside_the_link(void **state)
{
    struct world *world = *state;
    put(world, "real/x.ts", "");
    put(world, "src/z.ts", "");
    link_to(world, "src/fx.ts", "../real/x.ts");
    assert_resolves(world, "src/fx.ts", "./z", "src/z.ts");
    put(world, "real/z.ts", "");
    assert_resolves(world, "src/fx.ts", "./z", "real/z.ts");
}

static void a_made_module_behind_a_link_imports_what_is_made_with_it(void **state)
{
    struct world *world = *state;
    static const char *made[] = {"gen/a.ts", "gen/b.ts", NULL};
    world->made = made;
    put(world, "build/out/b.ts", "");
    link_to(world, "gen", "build/out");
    assert_resolves(world, "gen/a.ts", "./b", "gen/b.ts");
    assert_resolves(world, "main.ts", "./gen/a", "gen/a.ts");
}

static void a_file_outside_the_root_keeps_the_name_of_its_link(void **state)
{
    struct world *world = *state;
    put(world, "outside/x.ts", "");
    put(world, "outside/y.ts", "");
    link_to(world, "app/fx.ts", "../outside/x.ts");
    assert_int_equal(chdir("app"), 0);
    assert_resolves(world, "main.ts", "./fx", "fx.ts");
    assert_resolves(world, "fx.ts", "./y", "../outside/y.ts");
    assert_int_equal(chdir(".."), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        C_TEST(what_a_linked_folder_holds_goes_by_its_real_name),
        C_TEST(an_include_goes_up_from_where_a_linked_folder_leads),
        C_TEST(a_linked_header_stays_in_the_folder_of_the_link),
        C_TEST(links_to_links_are_followed_to_the_end),
        C_TEST(links_in_circles_lead_nowhere),
        C_TEST(a_folder_outside_the_root_keeps_the_name_of_its_link),
        C_TEST(an_absolute_link_into_the_root_is_as_good_as_a_relative_one),
        C_TEST(a_search_folder_may_be_a_link),
        C_TEST(what_a_job_makes_goes_by_the_name_that_the_job_has_for_it),
        REGEX_TEST(other_languages_walk_as_the_kernel_does),
        TYPESCRIPT_TEST(a_module_is_where_its_file_really_lies),
        TYPESCRIPT_TEST(a_specifier_is_a_url_so_that_up_undoes_a_link),
        TYPESCRIPT_TEST(what_is_not_beside_the_real_file_is_looked_for_beside_the_link),
        TYPESCRIPT_TEST(a_made_module_behind_a_link_imports_what_is_made_with_it),
        TYPESCRIPT_TEST(a_file_outside_the_root_keeps_the_name_of_its_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
