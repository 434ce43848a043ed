/* What lies behind symbolic links, and what is noticed of them from one run to the next. */
#include "discovery_support.h"

#include <sys/stat.h>
#include <unistd.h>

static void link_to(const char *path, const char *target)
{
    assert_int_equal(symlink(target, path), 0);
}

/* A process that keeps its cache finds the same as one that has none. */
static void assert_finds(const struct run_options *options, const char *path, const char *targets)
{
    struct run run;
    run_begin(&run, options);
    assert_string_equal(targets_of(&run, path), targets);
    assert_as_fresh(&run, options, false);
    run_end(&run);
}

static void test_a_file_behind_a_link_is_a_module_under_its_real_name(void **state)
{
    (void)state;
    put("real/x.ts", "import '../other';");
    put("other.ts", "export const o = 1;");
    put("src/other.ts", "export const wrong = 1;");
    put("src/b.ts", "import './link/x'; import '../real/x';");
    link_to("src/link", "../real");
    struct run_options options = ask("src/b.ts");
    assert_finds(&options, "src/b.ts", "real/x.ts");
    assert_finds(&options, "real/x.ts", "other.ts");
}

static void test_a_link_that_leads_elsewhere_is_noticed(void **state)
{
    (void)state;
    put("one/x.ts", "import './y';");
    put("one/y.ts", "");
    put("two/x.ts", "import './y';");
    put("two/y.ts", "");
    put("src/b.ts", "import './link/x';");
    link_to("src/link", "../one");
    struct run_options options = ask("src/b.ts");
    learn(&options);
    assert_finds(&options, "src/b.ts", "one/x.ts");
    take_away("src/link");
    link_to("src/link", "../two");
    assert_finds(&options, "src/b.ts", "two/x.ts");
    assert_finds(&options, "two/x.ts", "two/y.ts");
}

static void test_a_source_that_is_a_link_imports_from_where_it_leads(void **state)
{
    (void)state;
    put("one/x.ts", "import './y';");
    put("one/y.ts", "");
    put("two/x.ts", "import './y';");
    put("two/y.ts", "");
    assert_int_equal(mkdir("src", 0755), 0);
    link_to("src/x.ts", "../one/x.ts");
    struct run_options options = ask("src/x.ts");
    learn(&options);
    assert_finds(&options, "src/x.ts", "one/y.ts");
    take_away("src/x.ts");
    link_to("src/x.ts", "../two/x.ts"); /* the same text */
    assert_finds(&options, "src/x.ts", "two/y.ts");
}

static void test_a_link_in_a_folder_that_the_walk_leaves_out_is_noticed_as_well(void **state)
{
    (void)state;
    put("one/x.ts", "");
    put("two/x.ts", "");
    put(".links/note", "");
    put("b.ts", "import './first/x';");
    link_to(".links/second", "../one");
    link_to("first", ".links/second");
    struct run_options options = ask("b.ts");
    learn(&options);
    assert_finds(&options, "b.ts", "one/x.ts");
    take_away(".links/second");
    link_to(".links/second", "../two");
    assert_finds(&options, "b.ts", "two/x.ts");
}

static void test_links_cost_nothing_while_nothing_changes(void **state)
{
    (void)state;
    put("real/x.ts", "");
    put("src/b.ts", "import './link/x';");
    link_to("src/link", "../real");
    struct run_options options = ask("src/b.ts");
    learn(&options);
    struct run run;
    run_begin(&run, &options);
    assert_false(run.changed);
    assert_int_equal(discovery_counts(run.discovery)->resolved, 0);
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(test_a_file_behind_a_link_is_a_module_under_its_real_name),
        PLACE_TEST(test_a_link_that_leads_elsewhere_is_noticed),
        PLACE_TEST(test_a_source_that_is_a_link_imports_from_where_it_leads),
        PLACE_TEST(test_a_link_in_a_folder_that_the_walk_leaves_out_is_noticed_as_well),
        PLACE_TEST(test_links_cost_nothing_while_nothing_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
