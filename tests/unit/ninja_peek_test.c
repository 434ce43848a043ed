/* ninja_peek_builddir: what can be known of builddir before the manifest is parsed. */
#include "cmocka_all.h"

#include "engine/base/io.h"
#include "engine/manifest/ninja/ninja.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void assert_peek_bytes(const char *text, size_t length, const char *expected)
{
    char path[] = "/tmp/jig-peek-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(io_write_all(fd, text, length), 0);
    close(fd);
    struct buf out = {0};
    ninja_peek_builddir(path, &out);
    assert_string_equal(buf_cstr(&out), expected);
    buf_free(&out);
    unlink(path);
}

static void test_peek(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", ""},
        {"builddir = out\n", "out"},
        {"x = 1\nbuilddir = a/$x$y/b\n", "a/1/b"},
        {"builddir = one\nbuilddir = two\n", "two"},
        {"# comment\r\nbuilddir = out\r\n", "out"},
        {"rule r\n  command = $x\n  description = y\npool p\n  depth = 1\nbuilddir = out\n", "out"},
        {"include rules.ninja\nbuilddir = out\n", "out"},
        {"build a: phony\nbuilddir = late\n", ""},
        {"builddir = early\nbuild a: phony\nbuilddir = late\n", "early"},
        {"subninja x\nbuilddir = late\n", ""},
        {"builddir = out\n%%%\nbuilddir = late\n", "out"},
        {"builddir = out\nninja_required_version = 99\n", "out"},
        {"builddir = no newline", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_peek_bytes(cases[i].text, strlen(cases[i].text), cases[i].expected);
}

static void test_only_the_start_of_the_file_counts(void **state)
{
    (void)state;
    enum { START = 64 * 1024 };
    char *text = malloc(2 * START);
    memset(text, '\n', 2 * START);
    memcpy(text + START - 15, "builddir = out\n", 15);
    assert_peek_bytes(text, 2 * START, "out");
    memcpy(text + START - 15, "\nbuilddir = cut\n", 16); /* its newline is past the start */
    assert_peek_bytes(text, 2 * START, "");
    free(text);
}

static void test_missing_file_has_no_builddir(void **state)
{
    (void)state;
    struct buf out = {0};
    ninja_peek_builddir("/nonexistent/build.ninja", &out);
    ninja_peek_builddir("/", &out);
    assert_int_equal(out.length, 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peek),
        cmocka_unit_test(test_only_the_start_of_the_file_counts),
        cmocka_unit_test(test_missing_file_has_no_builddir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
