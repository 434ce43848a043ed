/* The sums over builds. */
#include "tools_support.h"

#include "tools/jig/tally.h"

#include <stdlib.h>
#include <string.h>

static const struct jig_build_result result = {
    .files_hit = 90,
    .files_missed = 10,
    .files_skipped = 5,
    .missed_new = 4,
    .missed_stat = 3,
    .missed_racy = 2,
    .missed_gone = 1,
    .files_hashed = 9,
    .bytes_hashed = 5000000000,
    .jobs_run = 7,
    .jobs_passed = 6,
    .jobs_failed = 5,
};

static void test_builds_add_up_on_disk(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct tally tally = tally_read("cache");
        tally_add(&tally, &result);
        assert_int_equal(tally_write(&tally, "cache", NULL), JIG_OK);
    }
    struct tally tally = tally_read("cache");
    assert_int_equal(tally.builds, 3);
    assert_int_equal(tally.files_hit, 270);
    assert_int_equal(tally.bytes_hashed, 15000000000);
    assert_int_equal(tally.missed_new + tally.missed_stat + tally.missed_racy + tally.missed_gone,
                     tally.files_missed);
    assert_int_equal(tally.jobs_failed, 15);
}

static void assert_begins_anew(const char *text)
{
    make_file("cache/tally.json", text);
    struct tally tally = tally_read("cache");
    struct tally nothing = {0};
    assert_memory_equal(&tally, &nothing, sizeof tally);
}

static void test_what_makes_no_sense_counts_as_nothing(void **state)
{
    (void)state;
    struct tally tally = {.builds = 1};
    assert_int_equal(tally_write(&tally, "cache", NULL), JIG_OK);
    struct buf good = file_text("cache/tally.json");
    assert_begins_anew("");
    assert_begins_anew("[]");
    assert_begins_anew("{\"version\":1}");
    assert_begins_anew("\x01\x02\xff");
    memcpy(strstr(good.data, "\"builds\":1"), "\"builds\":x", 10);
    assert_begins_anew(good.data);
    memcpy(strstr(good.data, "\"builds\":x"), "\"builds\":1", 10);
    memcpy(strstr(good.data, "\"version\":1"), "\"version\":9", 11);
    assert_begins_anew(good.data);
    buf_free(&good);
}

static void test_a_folder_that_is_not_there_counts_as_nothing(void **state)
{
    (void)state;
    assert_int_equal(tally_read("nowhere").builds, 0);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_builds_add_up_on_disk),
        IN_FOLDER(test_what_makes_no_sense_counts_as_nothing),
        IN_FOLDER(test_a_folder_that_is_not_there_counts_as_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
