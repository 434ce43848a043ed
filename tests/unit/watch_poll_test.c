/*
 * Watching by polling alone, for file systems that tell nothing.
 */
#include "watch_support.h"

#include "engine/base/buf.h"
#include "engine/watch/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Only when told() asks for it. */
static const struct watch_options polling = {.always_poll = true, .poll_ms = 1000000};

static void tells_of_files_that_come_change_and_go(void **state)
{
    (void)state;
    make_folders("src");
    struct watching *watching = watch_these("src", &polling);
    assert_int_equal(watched(watching), 0);
    assert_int_equal(polled(watching), 1);
    put("src/a", "1");
    told(watching);
    assert_true(has_told(watching, '+', "src/a"));
    put("src/a", "22");
    told(watching);
    assert_true(has_told(watching, '~', "src/a"));
    assert_return_code(chmod("src/a", 0755), errno);
    told(watching);
    assert_true(has_told(watching, '~', "src/a"));
    delete_file("src/a");
    told(watching);
    assert_true(has_told(watching, '-', "src/a"));
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

static void becomes_ready_by_itself(void **state)
{
    (void)state;
    make_folders("src");
    struct watching *watching =
        watch_these("src", &(struct watch_options){.always_poll = true, .poll_ms = 10});
    put("src/a", "1");
    wait_ready(watching);
    told_so_far(watching);
    assert_true(has_told_any(watching, "src/a"));
    end_watching(watching);
}

static void tells_nothing_when_nothing_happens(void **state)
{
    (void)state;
    put("src/a", "1");
    make_folders("src/sub");
    struct watching *watching = watch_these("src", &polling);
    /* Until the files are too old to change unseen. */
    uint64_t began = now_ms();
    while (now_ms() - began < 50)
        told(watching);
    for (int i = 0; i < 10; i++)
        assert_string_equal(told(watching), "");
    put("src/sub/x", "1");
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

/* Somebody may have looked in between. */
static void tells_of_a_folder_in_which_something_came_and_went(void **state)
{
    (void)state;
    make_folders("src");
    struct watching *watching = watch_these("src", &polling);
    put("src/a", "1");
    delete_file("src/a");
    assert_string_equal(told(watching), "~src");
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

static void tells_of_folders(void **state)
{
    (void)state;
    make_folders("a/b");
    struct watching *watching = watch_these("a a/b c/d", &polling);
    move("a", "old");
    told(watching);
    assert_true(has_told(watching, '-', "a") && has_told(watching, '-', "a/b"));
    make_folders("a");
    told(watching);
    assert_true(has_told(watching, '+', "a") && !has_told_any(watching, "a/b"));
    make_folders("a/b");
    told(watching);
    assert_true(has_told(watching, '+', "a/b"));
    put("a/b/x", "1");
    told(watching);
    assert_true(has_told(watching, '+', "a/b/x"));
    make_folders("c/d");
    told(watching);
    assert_true(has_told(watching, '+', "c/d"));
    end_watching(watching);
}

static void tells_of_a_folder_that_took_the_place_of_another(void **state)
{
    (void)state;
    make_folders("a/b");
    make_folders("new/b");
    struct watching *watching = watch_these("a/b", &polling);
    shell("mv a old && mv new a");
    told(watching);
    assert_true(has_told(watching, '~', "a/b"));
    put("a/b/x", "1");
    told(watching);
    assert_true(has_told(watching, '+', "a/b/x"));
    end_watching(watching);
}

static void tells_of_what_links_lead_to(void **state)
{
    (void)state;
    put("real/x", "1");
    put("src/other", "1");
    make_link("src/x", "../real/x");
    make_link("link", "real");
    struct watching *watching = watch_these("src link", &polling);
    put("real/x", "22");
    told(watching);
    assert_true(has_told(watching, '~', "src/x") && has_told(watching, '~', "link/x"));
    make_link("next", "../link/x");
    move("next", "src/x");
    told(watching);
    assert_true(has_told(watching, '~', "src/x"));
    make_folders("two");
    make_link("next", "two");
    move("next", "link");
    told(watching);
    assert_true(has_told(watching, '~', "link"));
    end_watching(watching);
}

static void tells_of_a_folder_named_later(void **state)
{
    (void)state;
    make_folders("a/b");
    struct watching *watching = watch_these("a/b", &polling);
    put("a/x", "1");
    assert_string_equal(told(watching), "");
    name_folder(watching, "a");
    told(watching);
    assert_true(has_told(watching, '~', "a"));
    put("a/y", "1");
    told(watching);
    assert_true(has_told(watching, '+', "a/y"));
    watch_forget_rest(watching->watch);
    name_folder(watching, "a");
    watch_forget_rest(watching->watch);
    put("a/b/x", "1");
    put("a/z", "1");
    told(watching);
    assert_true(has_told(watching, '+', "a/z") && !has_told_any(watching, "a/b/x"));
    end_watching(watching);
}

/* ---- snapshots ------------------------------------------------------------------------------ */

static void note(void *context, enum snapshot_difference difference, const char *name)
{
    buf_printf(context, "%c%s ", "+~-"[difference], name);
}

static const char *compare(const struct snapshot *earlier, struct snapshot *later, struct buf *text)
{
    buf_clear(text);
    snapshot_compare(earlier, later, note, text);
    return buf_cstr(text);
}

/* A second change within one tick of the clock that stamps files leaves no trace. */
static void takes_young_files_for_changed(void **state)
{
    (void)state;
    put("src/old", "1");
    put("src/coarse", "1");
    struct timespec long_ago[2] = {{1000, 1}, {1000, 1}};
    assert_return_code(utimensat(AT_FDCWD, "src/old", long_ago, 0), errno);
    struct buf text = {0};
    struct snapshot *first = snapshot_take("src");
    struct snapshot *second = snapshot_take("src");
    assert_string_equal(compare(first, second, &text), "~coarse ~old ");
    /* The ctime cannot be set, so wait until it is old. */
    struct snapshot *third = snapshot_take("src");
    uint64_t began = now_ms();
    while (*compare(second, third, &text)) {
        snapshot_free(second);
        second = third;
        third = snapshot_take("src");
        assert_true(now_ms() - began < 20000);
    }
    snapshot_free(first);
    snapshot_free(second);
    snapshot_free(third);
    buf_free(&text);
}

static void takes_what_differs_for_young(void **state)
{
    (void)state;
    make_folders("src/sub");
    struct buf text = {0};
    struct snapshot *first = snapshot_take("src");
    make_folders("src/new");
    assert_return_code(chmod("src/sub", 0700), errno);
    struct snapshot *second = snapshot_take("src");
    assert_string_equal(compare(first, second, &text), "+new ~sub ");
    struct snapshot *third = snapshot_take("src");
    assert_string_equal(compare(second, third, &text), "~new ~sub ");
    struct snapshot *fourth = snapshot_take("src");
    assert_string_equal(compare(third, fourth, &text), "");
    snapshot_free(first);
    snapshot_free(second);
    snapshot_free(third);
    snapshot_free(fourth);
    buf_free(&text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_of_files_that_come_change_and_go),
        TEST(becomes_ready_by_itself),
        TEST(tells_nothing_when_nothing_happens),
        TEST(tells_of_a_folder_in_which_something_came_and_went),
        TEST(tells_of_folders),
        TEST(tells_of_a_folder_that_took_the_place_of_another),
        TEST(tells_of_what_links_lead_to),
        TEST(tells_of_a_folder_named_later),
        TEST(takes_young_files_for_changed),
        TEST(takes_what_differs_for_young),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
