/* What a copy of a project names. */
#include "tools_support.h"

#include "tools/perf/relocate.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void assert_becomes(const char *before, const char *after)
{
    struct jig_error error;
    make_file("copy/sub/file", before);
    assert_int_equal(relocate("/a/app", "copy", &error), JIG_OK);
    struct buf text = file_text("copy/sub/file");
    assert_string_equal(buf_cstr(&text), after);
    buf_free(&text);
}

static void test_the_original_becomes_the_copy_wherever_it_stands(void **state)
{
    (void)state;
    assert_becomes("cd /a/app && cc -I/a/app/include /a/app/x.c\n",
                   "cd copy && cc -Icopy/include copy/x.c\n");
    assert_becomes("/a/app", "copy");
    assert_becomes("no path here\n", "no path here\n");
}

static void test_other_paths_that_look_like_it_stay(void **state)
{
    (void)state;
    static const char others[] = "/a/app2 /a/app.old/x /a/app-b /a/app_c /b/a/app /a/ap\n";
    assert_becomes(others, others);
}

static void test_links_into_the_original_lead_into_the_copy(void **state)
{
    (void)state;
    struct jig_error error;
    char target[PATH_MAX] = "";
    make_file("copy/file", "");
    assert_int_equal(symlink("/a/app/file", "copy/link"), 0);
    assert_int_equal(symlink("/a/other", "copy/away"), 0);
    assert_int_equal(relocate("/a/app", "copy", &error), JIG_OK);
    assert_int_equal(readlink("copy/link", target, sizeof target - 1), (int)strlen("copy/file"));
    assert_string_equal(target, "copy/file");
    memset(target, 0, sizeof target);
    assert_int_equal(readlink("copy/away", target, sizeof target - 1), (int)strlen("/a/other"));
}

static void test_bytes_and_the_repository_stay(void **state)
{
    (void)state;
    struct jig_error error;
    make_file("copy/.git/config", "/a/app\n");
    shell("printf '/a/app\\0/a/app' >copy/binary");
    assert_int_equal(relocate("/a/app", "copy", &error), JIG_OK);
    struct buf config = file_text("copy/.git/config");
    assert_string_equal(config.data, "/a/app\n");
    struct buf bytes = file_text("copy/binary");
    assert_int_equal(bytes.length, 13);
    assert_memory_equal(bytes.data, "/a/app\0/a/app", 13);
    buf_free(&config);
    buf_free(&bytes);
}

static void test_a_file_that_is_put_right_keeps_its_mode(void **state)
{
    (void)state;
    struct jig_error error;
    struct stat st;
    make_file("copy/run.sh", "#!/bin/sh\ncd /a/app\n");
    assert_int_equal(chmod("copy/run.sh", 0755), 0);
    assert_int_equal(relocate("/a/app", "copy", &error), JIG_OK);
    assert_int_equal(stat("copy/run.sh", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0755);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_the_original_becomes_the_copy_wherever_it_stands),
        IN_FOLDER(test_other_paths_that_look_like_it_stay),
        IN_FOLDER(test_links_into_the_original_lead_into_the_copy),
        IN_FOLDER(test_bytes_and_the_repository_stay),
        IN_FOLDER(test_a_file_that_is_put_right_keeps_its_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
