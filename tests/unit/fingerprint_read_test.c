/* fingerprint_read_file: whoever looks into a file sees the bytes that were digested. */
#include "discovery_support.h"

#include "engine/fingerprint/fingerprint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct look {
    struct file_record record;
    struct fingerprint_reading reading;
    struct fingerprint_counts counts;
};

static void look_at(struct look *look, const char *path)
{
    /* Much later, when no file is young. */
    const struct fingerprint_clock clock = {.offset_ns = 10LL * 1000 * 1000 * 1000};
    assert_int_equal(fingerprint_read_file(AT_FDCWD, path, false, clock, 1, &look->record,
                                           &look->reading, &look->counts),
                     0);
}

static void assert_kept(const struct look *look, const char *text)
{
    assert_int_equal(look->reading.outcome, READING_KEPT);
    assert_string_equal(buf_cstr(&look->reading.bytes), text);
    assert_int_equal(look->reading.bytes.length, strlen(text));
    assert_digest_equal(look->record.digest, digest_of(text, strlen(text)));
}

static void test_what_is_read_is_kept_until_the_record_stands(void **state)
{
    (void)state;
    struct look look = {.reading.limit = 100};
    put("f", "hello");
    look_at(&look, "f");
    assert_kept(&look, "hello");
    look_at(&look, "f");
    assert_int_equal(look.reading.outcome, READING_NONE);
    put("f", "bye");
    look_at(&look, "f");
    assert_kept(&look, "bye");
    buf_free(&look.reading.bytes);
}

static void test_who_wants_to_see_it_may(void **state)
{
    (void)state;
    struct look look = {.reading.limit = 100};
    put("f", "hello");
    look_at(&look, "f");
    uint64_t changed = look.counts.changed;
    look.record.flags |= FILE_RACY;
    look_at(&look, "f");
    assert_kept(&look, "hello");
    assert_int_equal(look.counts.changed, changed);
    buf_free(&look.reading.bytes);
}

static void test_an_empty_file_is_kept_as_nothing(void **state)
{
    (void)state;
    struct look look = {.reading.limit = 0};
    put("f", "");
    look_at(&look, "f");
    assert_kept(&look, "");
    buf_free(&look.reading.bytes);
}

static void test_what_is_longer_than_the_limit_is_only_digested(void **state)
{
    (void)state;
    struct look look = {.reading.limit = 5};
    put("f", "hello");
    look_at(&look, "f");
    assert_kept(&look, "hello");
    put("f", "hello!");
    look_at(&look, "f");
    assert_int_equal(look.reading.outcome, READING_TOO_LONG);
    assert_digest_equal(look.record.digest, digest_of("hello!", 6));
    buf_free(&look.reading.bytes);
}

static void test_a_file_that_does_not_tell_its_size_is_read_to_its_end(void **state)
{
    (void)state;
    struct stat st;
    if (stat("/proc/self/limits", &st) < 0 || st.st_size != 0)
        skip();
    struct look look = {.reading.limit = 1 << 20};
    look_at(&look, "/proc/self/limits");
    assert_int_equal(look.reading.outcome, READING_KEPT);
    assert_true(look.reading.bytes.length > 100);
    look.record = (struct file_record){0};
    look.reading.limit = 100; /* it turns out to be longer while it is read */
    look_at(&look, "/proc/self/limits");
    assert_int_equal(look.reading.outcome, READING_TOO_LONG);
    buf_free(&look.reading.bytes);
}

static void test_there_is_nothing_to_read_of_what_is_no_file(void **state)
{
    (void)state;
    struct look look = {.reading.limit = 100};
    look_at(&look, "gone");
    assert_int_equal(look.reading.outcome, READING_NONE);
    assert_true(look.record.flags & FILE_MISSING);
    look_at(&look, ".");
    assert_int_equal(look.reading.outcome, READING_NONE);
    buf_free(&look.reading.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(test_what_is_read_is_kept_until_the_record_stands),
        PLACE_TEST(test_who_wants_to_see_it_may),
        PLACE_TEST(test_an_empty_file_is_kept_as_nothing),
        PLACE_TEST(test_what_is_longer_than_the_limit_is_only_digested),
        PLACE_TEST(test_a_file_that_does_not_tell_its_size_is_read_to_its_end),
        PLACE_TEST(test_there_is_nothing_to_read_of_what_is_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
