/*
 * Folders that are reached through symbolic links, and one folder with several names.
 */
#include "watch_support.h"

#include <unistd.h>

static void tells_by_the_name_of_the_link(void **state)
{
    (void)state;
    make_folders("real");
    make_link("link", "real");
    struct watching *watching = watch_these("link", NULL);
    put("real/x", "1");
    assert_string_equal(told(watching), "~link/x");
    end_watching(watching);
}

static void tells_by_all_names_of_a_folder(void **state)
{
    (void)state;
    make_folders("real");
    make_link("link", "real");
    struct watching *watching = watch_these("real link", NULL);
    put("real/x", "1");
    told(watching);
    assert_true(has_told(watching, '~', "real/x"));
    assert_true(has_told(watching, '~', "link/x"));
    delete_file("link");
    assert_string_equal(told(watching), "-link");
    put("real/x", "2");
    assert_string_equal(told(watching), "~real/x");
    make_link("link", "real");
    assert_string_equal(told(watching), "+link");
    end_watching(watching);
}

/* Each round of naming forgets the one and keeps the other. */
static void forgets_one_name_and_keeps_the_other(void **state)
{
    (void)state;
    make_folders("real");
    make_link("link", "real");
    struct watching *watching = watch_these("real link", NULL);
    watch_forget_rest(watching->watch);
    name_folder(watching, "link");
    watch_forget_rest(watching->watch);
    put("real/x", "1");
    assert_string_equal(told(watching), "~link/x");
    end_watching(watching);
}

static void follows_a_link_that_is_swapped(void **state)
{
    (void)state;
    make_folders("one/sub");
    make_folders("two/sub");
    make_link("link", "one");
    struct watching *watching = watch_these("link link/sub", NULL);
    make_link("next", "two");
    move("next", "link");
    assert_string_equal(told(watching), "~link ~link/sub");
    put("one/sub/x", "1");
    assert_string_equal(told(watching), "");
    put("two/sub/x", "1");
    assert_string_equal(told(watching), "~link/sub/x");
    end_watching(watching);
}

/* As npm and pnpm lay packages out; nothing happens in the link's own folder. */
static void follows_what_a_link_leads_to(void **state)
{
    (void)state;
    make_folders("store/v1/lib");
    make_folders("packages/app");
    make_link("packages/app/dep", "../../store/v1");
    struct watching *watching = watch_these("packages/app/dep/lib", NULL);
    move("store/v1", "store/old");
    assert_string_equal(told(watching), "-packages/app/dep/lib");
    put("store/v1/lib/x", "1");
    told(watching);
    assert_true(has_told(watching, '+', "packages/app/dep/lib"));
    put("store/v1/lib/x", "2");
    assert_string_equal(told(watching), "~packages/app/dep/lib/x");
    move("store", "elsewhere");
    assert_string_equal(told(watching), "-packages/app/dep/lib");
    end_watching(watching);
}

static void follows_links_to_links(void **state)
{
    (void)state;
    make_folders("one");
    make_folders("two");
    make_link("c", "one");
    make_link("b", "c");
    make_link("a", "b");
    struct watching *watching = watch_these("a", NULL);
    make_link("next", "two");
    move("next", "c");
    assert_string_equal(told(watching), "~a");
    put("two/x", "1");
    assert_string_equal(told(watching), "~a/x");
    end_watching(watching);
}

static void waits_for_what_a_link_leads_to(void **state)
{
    (void)state;
    make_link("link", "to/come");
    struct watching *watching = watch_these("link", NULL);
    make_folders("to");
    assert_string_equal(told(watching), "");
    make_folders("to/come");
    assert_string_equal(told(watching), "+link");
    put("to/come/x", "1");
    assert_string_equal(told(watching), "~link/x");
    end_watching(watching);
}

static void is_not_caught_by_links_in_a_circle(void **state)
{
    (void)state;
    make_link("a", "b");
    make_link("b", "a");
    make_link("self", "self");
    make_link("up", ".");
    struct watching *watching = watch_these("a b self up up/up/up/src", NULL);
    make_folders("src");
    assert_string_equal(told(watching), "+up/src +up/up/up/src");
    delete_file("b");
    make_folders("b");
    told(watching);
    assert_true(has_told(watching, '+', "a"));
    assert_true(has_told(watching, '+', "b"));
    end_watching(watching);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_by_the_name_of_the_link),        TEST(tells_by_all_names_of_a_folder),
        TEST(forgets_one_name_and_keeps_the_other), TEST(follows_a_link_that_is_swapped),
        TEST(follows_what_a_link_leads_to),         TEST(follows_links_to_links),
        TEST(waits_for_what_a_link_leads_to),       TEST(is_not_caught_by_links_in_a_circle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
