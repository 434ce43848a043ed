/* What can be measured with. */
#include "tools_support.h"

#include "tools/perf/tree.h"

static enum jig_status find(const char *fixture, const char *within)
{
    struct subject subject;
    struct jig_error error;
    enum jig_status status = subject_find(&subject, fixture, within, &error);
    subject_free(&subject);
    return status;
}

static void test_a_size_is_a_fixture(void **state)
{
    (void)state;
    assert_int_equal(find("medium-app", NULL), JIG_OK);
    assert_int_equal(find("medium-app", "apps"), JIG_ERROR_USAGE);
}

static void test_a_folder_with_a_manifest_is_a_project(void **state)
{
    (void)state;
    struct subject subject;
    struct jig_error error;
    make_file("app/jig.yaml", "");
    assert_int_equal(subject_find(&subject, "app/.", NULL, &error), JIG_OK);
    assert_string_equal(subject.name, "app");
    assert_null(subject.shape);
    subject_free(&subject);
}

static void test_the_manifest_may_lie_below(void **state)
{
    (void)state;
    make_file("app/build/build.ninja", "build out: phony ../in\n");
    assert_int_equal(find("app", NULL), JIG_ERROR_USAGE);
    assert_int_equal(find("app", "build"), JIG_OK);
}

static void test_what_is_not_there_is_refused(void **state)
{
    (void)state;
    make_file("empty/file", "");
    assert_int_equal(find("nowhere", NULL), JIG_ERROR_USAGE);
    assert_int_equal(find("empty", NULL), JIG_ERROR_USAGE);
    assert_int_equal(find("empty/file", NULL), JIG_ERROR_USAGE);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_a_size_is_a_fixture),
        IN_FOLDER(test_a_folder_with_a_manifest_is_a_project),
        IN_FOLDER(test_the_manifest_may_lie_below),
        IN_FOLDER(test_what_is_not_there_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
