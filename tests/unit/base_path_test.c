/* path_canonicalize: textual, as ninja's manual and tests define it. */
#include "cmocka_all.h"

#include "engine/base/path.h"

#include <stdio.h>
#include <string.h>

static void check(const char *from, const char *to)
{
    char text[256];
    snprintf(text, sizeof text, "%s", from);
    size_t length = path_canonicalize(text, strlen(text));
    assert_string_equal(text, to);
    assert_int_equal(length, strlen(to));
}

static void test_canonical_forms(void **state)
{
    (void)state;
    check("foo.h", "foo.h");
    check("./foo.h", "foo.h");
    check("./foo/./bar.h", "foo/bar.h");
    check("./x/foo/../bar.h", "x/bar.h");
    check("./x/foo/../../bar.h", "bar.h");
    check("foo//bar", "foo/bar");
    check("foo//.//..///bar", "bar");
    check("./x/../foo/../../bar.h", "../bar.h");
    check("foo/./.", "foo");
    check("foo/bar/..", "foo");
    check("foo/.hidden_bar", "foo/.hidden_bar");
    check("/foo", "/foo");
    check("//foo", "/foo");
    check("..", "..");
    check("../", "..");
    check("../foo", "../foo");
    check("../foo/", "../foo");
    check("../..", "../..");
    check("../../", "../..");
    check("./../", "..");
    check("/..", "/");
    check("/../foo", "/foo");
    check("/foo/..", "/");
    check("a/..", ".");
    check(".", ".");
    check("./.", ".");
    check("foo/..", ".");
    check("foo/.._bar", "foo/.._bar");
    check("/", "/");
    check("//", "/");
    check("a/b/", "a/b");
    check("../a/../..", "../..");
    check("", "");
}

static void test_dir_length(void **state)
{
    (void)state;
    assert_int_equal(path_dir_length("a", 1), 0);
    assert_int_equal(path_dir_length("/a", 2), 1);
    assert_int_equal(path_dir_length("a/b", 3), 1);
    assert_int_equal(path_dir_length("/a/b", 4), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_forms),
        cmocka_unit_test(test_dir_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
