/*
 * A file that becomes another one between the look at its times and the reading. The linker sends
 * openat through here (ld --wrap), which then writes the file first.
 */
#include "discovery_support.h"

#include "engine/fingerprint/fingerprint.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

static const char *late; /* what the next one who opens the file finds; NULL: what is there */

/* The names are the linker's. */
int __real_openat(int, const char *, int, ...);
int __wrap_openat(int, const char *, int, ...);

int __wrap_openat(int dirfd, const char *path, int flags, ...)
{
    const char *text = late;
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    late = NULL;
    if (text)
        put(path, text);
    return __real_openat(dirfd, path, flags, mode);
}

/* Long after the file was written, when it is not young. */
static const struct fingerprint_clock afterwards = {.offset_ns = 10LL * 1000 * 1000 * 1000};

static void look_at(struct file_record *record, const char *text, bool keep)
{
    struct fingerprint_counts counts = {0};
    struct fingerprint_reading reading = {.limit = 100};
    late = text;
    if (keep)
        fingerprint_read_file(AT_FDCWD, "f", false, afterwards, 1, record, &reading, &counts);
    else
        fingerprint_file(AT_FDCWD, "f", afterwards, 1, record, &counts);
    assert_null(late);
    if (keep)
        assert_string_equal(buf_cstr(&reading.bytes), text);
    buf_free(&reading.bytes);
}

static void assert_is_record_of(const struct file_record *record, const char *text)
{
    struct stat st;
    assert_int_equal(stat("f", &st), 0);
    assert_digest_equal(record->digest, digest_of(text, strlen(text)));
    assert_int_equal(record->size, strlen(text));
    assert_int_equal(record->ctime_ns, st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec);
    assert_int_equal(record->flags, FILE_KNOWN);
}

static void test_the_record_is_of_what_was_read(void **state)
{
    (void)state;
    for (int keep = 0; keep <= 1; keep++) {
        struct file_record record = {0};
        put("f", "");
        look_at(&record, "longer than before", keep);
        assert_is_record_of(&record, "longer than before");
        put("f", "something else");
        look_at(&record, "short", keep);
        assert_is_record_of(&record, "short");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(test_the_record_is_of_what_was_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
