/*
 * tsconfig.json: which one counts, what it inherits, and what its paths mean.
 */
#include "resolver_support.h"

#include <stdio.h>
#include <string.h>

/* ---- paths and baseUrl --------------------------------------------------------------------- */

static void paths_are_relative_to_the_file_that_has_them(void **state)
{
    struct world *world = *state;
    put(world, "web/tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}}");
    put(world, "web/src/user.ts", "");
    put(world, "web/src/models/index.ts", "");
    assert_resolves(world, "web/src/main.ts", "@/user", "web/src/user.ts");
    assert_resolves(world, "web/src/main.ts", "@/user.js", "web/src/user.ts");
    assert_resolves(world, "web/src/main.ts", "@/models", "web/src/models/index.ts");
    assert_resolves(world, "other/main.ts", "@/user", "external");
}

static void paths_are_relative_to_the_base_url_when_there_is_one(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json",
        "{\"compilerOptions\": {\"baseUrl\": \"src\", \"paths\": {\"m/*\": [\"models/*\"]}}}");
    put(world, "src/models/user.ts", "");
    put(world, "src/pages/home.ts", "");
    assert_resolves(world, "src/main.ts", "m/user", "src/models/user.ts");
    assert_resolves(world, "src/main.ts", "pages/home", "src/pages/home.ts");
    assert_resolves(world, "src/main.ts", "react", "external");
}

static void an_exact_entry_goes_first_and_then_the_longest_prefix(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json",
        "{\"compilerOptions\": {\"paths\": {"
        " \"*\": [\"./any/*\"], \"@a/*\": [\"./a/*\"], \"@a/b/*\": [\"./b/*\"],"
        " \"@a/*.gen\": [\"./gen/*\"], \"@a/b/exact\": [\"./exact.ts\"]}}}");
    put(world, "any/x.ts", "");
    put(world, "a/x.ts", "");
    put(world, "b/x.ts", "");
    put(world, "b/exact.ts", "");
    put(world, "gen/y.ts", "");
    put(world, "exact.ts", "");
    assert_resolves(world, "main.ts", "x", "any/x.ts");
    assert_resolves(world, "main.ts", "@a/x", "a/x.ts");
    assert_resolves(world, "main.ts", "@a/b/x", "b/x.ts");
    assert_resolves(world, "main.ts", "@a/b/exact", "exact.ts");
    assert_resolves(world, "main.ts", "@a/y.gen", "unresolved");
}

static void of_two_patterns_with_one_prefix_the_first_that_fits_wins(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json",
        "{\"compilerOptions\": {\"paths\": {\"@/*.gen\": [\"./gen/*\"], \"@/*\": [\"./src/*\"],"
        " \"@/*.raw\": [\"./raw/*\"]}}}");
    put(world, "gen/x.ts", "");
    put(world, "src/x.ts", "");
    put(world, "src/y.raw.ts", "");
    put(world, "raw/y.ts", "");
    assert_resolves(world, "main.ts", "@/x.gen", "gen/x.ts");
    assert_resolves(world, "main.ts", "@/x", "src/x.ts");
    assert_resolves(world, "main.ts", "@/y.raw", "src/y.raw.ts");
}

static void targets_are_tried_in_their_order(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json",
        "{\"compilerOptions\": {\"paths\": {\"#/*\": [\"./gen/*\", \"./src/*\"]}}}");
    put(world, "src/x.ts", "");
    assert_resolves(world, "main.ts", "#/x", "src/x.ts");
    put(world, "gen/x.ts", "");
    assert_resolves(world, "main.ts", "#/x", "gen/x.ts");
}

static void a_target_with_an_extension_is_that_very_file(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"lib\": [\"./lib.js\"]}}}");
    put(world, "lib.ts", "");
    assert_resolves(world, "main.ts", "lib", "lib.ts");
    put(world, "lib.js", "");
    assert_resolves(world, "main.ts", "lib", "lib.js");
}

static void an_entry_that_leads_nowhere_is_unresolved_unless_it_fits_everything(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json",
        "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"], \"*\": [\"./types/*\"]}}}");
    assert_resolves(world, "main.ts", "@/none", "unresolved");
    assert_resolves(world, "main.ts", "react", "external");
}

static void a_failed_entry_still_lets_node_modules_answer(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json",
        "{\"compilerOptions\": {\"paths\": {\"react\": [\"./types/react\"]}}}");
    put(world, "node_modules/react/index.d.ts", "");
    assert_resolves(world, "main.ts", "react", "node_modules/react/index.d.ts");
}

static void a_thousand_entries_are_all_found(void **state)
{
    struct world *world = *state;
    struct buf text = {0};
    buf_append_str(&text, "{\"compilerOptions\": {\"paths\": {\"none\": []");
    for (int i = 0; i < 1000; i++)
        buf_printf(&text, ", \"@a/p%d\": [\"./p%d/index.ts\"], \"@a/p%d/*\": [\"./p%d/*\"]", i, i,
                   i, i);
    buf_append_str(&text, "}}}");
    put(world, "tsconfig.json", buf_cstr(&text));
    put(world, "p7/index.ts", "");
    put(world, "p777/x.ts", "");
    assert_resolves(world, "main.ts", "@a/p7", "p7/index.ts");
    assert_resolves(world, "main.ts", "@a/p777/x", "p777/x.ts");
    buf_free(&text);
}

static void root_dirs_lie_over_each_other(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", "{\"compilerOptions\": {\"rootDirs\": [\"src\", \"gen/out\"]}}");
    put(world, "src/a/main.ts", "");
    put(world, "gen/out/a/user.ts", "");
    put(world, "src/a/page.ts", "");
    assert_resolves(world, "src/a/main.ts", "./user", "gen/out/a/user.ts");
    assert_resolves(world, "gen/out/a/user.ts", "./page", "src/a/page.ts");
    put(world, "src/a/user.ts", "");
    assert_resolves(world, "src/a/main.ts", "./user", "src/a/user.ts");
}

/* ---- which one ----------------------------------------------------------------------------- */

static void the_nearest_one_counts_and_does_not_inherit_by_place(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./lib/*\"]}}}");
    put(world, "web/jsconfig.json", "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}}");
    put(world, "lib/x.ts", "");
    put(world, "web/src/x.ts", "");
    assert_resolves(world, "main.ts", "@/x", "lib/x.ts");
    assert_resolves(world, "web/src/deep/down/main.ts", "@/x", "web/src/x.ts");
    put(world, "web/tsconfig.json", "{}");
    assert_resolves(world, "web/src/deep/down/main.ts", "@/x", "external");
}

static void the_one_that_is_given_counts_everywhere(void **state)
{
    struct world *world = *state;
    world->options.tsconfig = "conf/tsconfig.build.json";
    put(world, "conf/tsconfig.build.json",
        "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"../src/*\"]}}}");
    put(world, "web/tsconfig.json",
        "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./none/*\"]}}}");
    put(world, "src/x.ts", "");
    assert_resolves(world, "web/main.ts", "@/x", "src/x.ts");
    drop(world, "conf/tsconfig.build.json");
    assert_resolves(world, "web/main.ts", "@/x", "external");
    assert_string_equal(notices(world), "conf/tsconfig.build.json:0:0: is not there, and counts"
                                        " as empty\n");
    assert_string_equal(configs(world), "conf/tsconfig.build.json\n");
}

static void those_that_packages_bring_along_do_not_count(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}}");
    put(world, "src/x.ts", "");
    put(world, "node_modules/p/tsconfig.json",
        "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./none/*\"]}}}");
    assert_resolves(world, "node_modules/p/index.ts", "@/x", "src/x.ts");
}

/* ---- extends ------------------------------------------------------------------------------- */

static void what_is_extended_keeps_its_own_folder(void **state)
{
    struct world *world = *state;
    put(world, "conf/base.json",
        "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"../shared/*\"]}}}");
    put(world, "web/tsconfig.json", "{\"extends\": \"../conf/base\"}");
    put(world, "shared/x.ts", "");
    assert_resolves(world, "web/main.ts", "@/x", "shared/x.ts");
}

static void own_paths_replace_inherited_ones_as_a_whole(void **state)
{
    struct world *world = *state;
    put(world, "base.json",
        "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./shared/*\"], \"~/*\": [\"./s/*\"]}}}");
    put(world, "web/tsconfig.json",
        "{\"extends\": \"../base.json\", \"compilerOptions\": {\"paths\": {\"@/*\": [\"./*\"]}}}");
    put(world, "shared/x.ts", "");
    put(world, "s/x.ts", "");
    put(world, "web/x.ts", "");
    assert_resolves(world, "web/main.ts", "@/x", "web/x.ts");
    assert_resolves(world, "web/main.ts", "~/x", "external");
}

static void of_several_extended_ones_the_last_wins(void **state)
{
    struct world *world = *state;
    put(world, "a.json", "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./a/*\"]}}}");
    put(world, "b.json", "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./b/*\"]}}}");
    put(world, "c.json", "{\"compilerOptions\": {\"strict\": true}}");
    put(world, "tsconfig.json", "{\"extends\": [\"./a.json\", \"./b.json\", \"./c.json\"]}");
    put(world, "a/x.ts", "");
    put(world, "b/x.ts", "");
    assert_resolves(world, "main.ts", "@/x", "b/x.ts");
}

static void config_dir_is_the_folder_of_the_outermost_file(void **state)
{
    struct world *world = *state;
    put(world, "base.json",
        "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"${configDir}/src/*\"]}}}");
    put(world, "web/tsconfig.json", "{\"extends\": \"../base.json\"}");
    put(world, "web/src/x.ts", "");
    assert_resolves(world, "web/main.ts", "@/x", "web/src/x.ts");
}

static void a_package_can_be_extended(void **state)
{
    struct world *world = *state;
    static const char base[] =
        "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"${configDir}/src/*\"]}}}";
    put(world, "src/x.ts", "");
    put(world, "node_modules/@tsconfig/a/tsconfig.json", base);
    put(world, "tsconfig.json", "{\"extends\": \"@tsconfig/a\"}");
    assert_resolves(world, "main.ts", "@/x", "src/x.ts");
    put(world, "node_modules/b/strict.json", base);
    put(world, "tsconfig.json", "{\"extends\": \"b/strict\"}");
    assert_resolves(world, "main.ts", "@/x", "src/x.ts");
    put(world, "node_modules/c/package.json", "{\"exports\": {\"./base\": \"./x.json\"}}");
    put(world, "node_modules/c/x.json", base);
    put(world, "tsconfig.json", "{\"extends\": \"c/base\"}");
    assert_resolves(world, "main.ts", "@/x", "src/x.ts");
    put(world, "packages/d/package.json", "{\"name\": \"d\", \"tsconfig\": \"./conf.json\"}");
    put(world, "packages/d/conf.json", base);
    put(world, "tsconfig.json", "{\"extends\": \"d\"}");
    assert_resolves(world, "main.ts", "@/x", "src/x.ts");
    assert_string_equal(notices(world), "");
}

static void who_extends_himself_is_told(void **state)
{
    struct world *world = *state;
    put(world, "a.json",
        "{\"extends\": \"./tsconfig.json\","
        " \"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}}");
    put(world, "tsconfig.json", "{\"extends\": \"./a.json\"}");
    put(world, "src/x.ts", "");
    assert_resolves(world, "main.ts", "@/x", "src/x.ts");
    assert_string_equal(notices(world),
                        "a.json:0:0: extends './tsconfig.json', which leads back to itself\n");
}

static void a_chain_of_ten_thousand_is_followed(void **state)
{
    struct world *world = *state;
    enum { LENGTH = 10000 };
    char path[32], text[64];
    for (int i = 0; i < LENGTH; i++) {
        snprintf(path, sizeof path, "c/%d.json", i);
        snprintf(text, sizeof text, "{\"extends\": \"./%d.json\"}", i + 1);
        put(world, path, text);
    }
    snprintf(path, sizeof path, "c/%d.json", LENGTH);
    put(world, path, "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}}");
    put(world, "tsconfig.json", "{\"extends\": \"./c/0\"}");
    put(world, "c/src/x.ts", "");
    assert_resolves(world, "main.ts", "@/x", "c/src/x.ts");
}

static void what_is_extended_and_missing_is_told_and_remembered(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", "{\"extends\": [\"./none.json\", \"none\"]}");
    assert_string_equal(notices(world),
                        "tsconfig.json:0:0: extends './none.json', which is not there\n"
                        "tsconfig.json:0:0: extends 'none', which is nowhere to be found\n");
    assert_string_equal(configs(world), "none.json\ntsconfig.json\n");
}

/* ---- text ---------------------------------------------------------------------------------- */

static void comments_and_trailing_commas_are_allowed(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json",
        "\xEF\xBB\xBF// the \"first\" line\n"
        "{ /* paths: { */ \"compilerOptions\": {\n"
        "  \"paths\": { \"@/*\": [\"./src/*\", /* last, */ ], // \"x\": ,\n"
        "  }, \"comment\": \"// not one /* nor this\\\" */\", } }");
    put(world, "src/x.ts", "");
    assert_resolves(world, "main.ts", "@/x", "src/x.ts");
    assert_string_equal(notices(world), "");
}

static void a_malformed_one_is_told_with_its_place_and_counts_as_empty(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", "{\n  // comment\n  \"a\": [1, 2,],\n  \"b\": oops\n}\n");
    put(world, "x.ts", "");
    assert_resolves(world, "main.ts", "./x", "x.ts");
    assert_non_null(strstr(notices(world), "tsconfig.json:4:"));
    assert_non_null(strstr(notices(world), "near 'oops'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TYPESCRIPT_TEST(paths_are_relative_to_the_file_that_has_them),
        TYPESCRIPT_TEST(paths_are_relative_to_the_base_url_when_there_is_one),
        TYPESCRIPT_TEST(an_exact_entry_goes_first_and_then_the_longest_prefix),
        TYPESCRIPT_TEST(of_two_patterns_with_one_prefix_the_first_that_fits_wins),
        TYPESCRIPT_TEST(targets_are_tried_in_their_order),
        TYPESCRIPT_TEST(a_target_with_an_extension_is_that_very_file),
        TYPESCRIPT_TEST(an_entry_that_leads_nowhere_is_unresolved_unless_it_fits_everything),
        TYPESCRIPT_TEST(a_failed_entry_still_lets_node_modules_answer),
        TYPESCRIPT_TEST(a_thousand_entries_are_all_found),
        TYPESCRIPT_TEST(root_dirs_lie_over_each_other),
        TYPESCRIPT_TEST(the_nearest_one_counts_and_does_not_inherit_by_place),
        TYPESCRIPT_TEST(the_one_that_is_given_counts_everywhere),
        TYPESCRIPT_TEST(those_that_packages_bring_along_do_not_count),
        TYPESCRIPT_TEST(what_is_extended_keeps_its_own_folder),
        TYPESCRIPT_TEST(own_paths_replace_inherited_ones_as_a_whole),
        TYPESCRIPT_TEST(of_several_extended_ones_the_last_wins),
        TYPESCRIPT_TEST(config_dir_is_the_folder_of_the_outermost_file),
        TYPESCRIPT_TEST(a_package_can_be_extended),
        TYPESCRIPT_TEST(who_extends_himself_is_told),
        TYPESCRIPT_TEST(a_chain_of_ten_thousand_is_followed),
        TYPESCRIPT_TEST(what_is_extended_and_missing_is_told_and_remembered),
        TYPESCRIPT_TEST(comments_and_trailing_commas_are_allowed),
        TYPESCRIPT_TEST(a_malformed_one_is_told_with_its_place_and_counts_as_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
