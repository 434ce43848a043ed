/* The line at the bottom of a terminal that watches. */
#include "cmocka_all.h"

#include "tools/jig/watch_line.h"

#include <stdlib.h>

static void says(struct watch_last last, bool keys, bool colour, const char *expected)
{
    struct buf text = {0};
    watch_line_append(&last, keys, colour, &text);
    assert_string_equal(buf_cstr(&text), expected);
    buf_free(&text);
}

static int use_utc(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return 0;
}

static void test_before_the_first_build(void **state)
{
    (void)state;
    says((struct watch_last){0}, false, true, "watching");
    says((struct watch_last){0}, true, true, "watching · r rebuild  e explain  q quit");
}

static void test_how_the_last_build_ended(void **state)
{
    (void)state;
    struct watch_last last = {.end = 86399, .jobs_run = 3, .took_ms = 41};
    says(last, false, false, "watching · last build 23:59:59 ok, 3 jobs in 41 ms");
    last.failed = true;
    last.jobs_run = 1;
    says(last, false, false, "watching · last build 23:59:59 failed, 1 job in 41 ms");
}

static void test_colours(void **state)
{
    (void)state;
    struct watch_last last = {.end = 1, .took_ms = 1};
    says(last, false, true, "watching · last build 00:00:01 \x1b[32mok\x1b[0m, 0 jobs in 1 ms");
    last.failed = true;
    says(last, false, true, "watching · last build 00:00:01 \x1b[31mfailed\x1b[0m, 0 jobs in 1 ms");
}

static void test_durations(void **state)
{
    (void)state;
    struct watch_last last = {.end = 1, .took_ms = 999};
    says(last, false, false, "watching · last build 00:00:01 ok, 0 jobs in 999 ms");
    last.took_ms = 1000;
    says(last, false, false, "watching · last build 00:00:01 ok, 0 jobs in 1.0 s");
    last.took_ms = 59949;
    says(last, false, false, "watching · last build 00:00:01 ok, 0 jobs in 59.9 s");
    last.took_ms = 60000;
    says(last, false, false, "watching · last build 00:00:01 ok, 0 jobs in 1 min 0 s");
    last.took_ms = 3725000;
    says(last, false, false, "watching · last build 00:00:01 ok, 0 jobs in 62 min 5 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before_the_first_build),
        cmocka_unit_test(test_how_the_last_build_ended),
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_durations),
    };
    return cmocka_run_group_tests(tests, use_utc, NULL);
}
