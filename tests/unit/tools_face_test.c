/* How each face tells errors, and what its exit codes mean. */
#include "cmocka_all.h"

#include "tools/jig/face.h"

#include <stdio.h>
#include <string.h>

static void tells(enum face face, const struct jig_error *error, const char *expected)
{
    struct buf text = {0};
    face_error_text(face, error, &text);
    assert_string_equal(buf_cstr(&text), expected);
    buf_free(&text);
}

static struct jig_error syntax_error(void)
{
    struct jig_error error = {.status = JIG_ERROR_SYNTAX,
                              .line = 3,
                              .column = 10,
                              .caret = 9,
                              .file = "build.ninja",
                              .message = "unknown build rule 'cc'",
                              .excerpt = "build a: cc b"};
    return error;
}

static void test_place_and_excerpt(void **state)
{
    (void)state;
    struct jig_error error = syntax_error();
    tells(FACE_NINJA, &error,
          "build.ninja:3: unknown build rule 'cc'\n"
          "build a: cc b\n"
          "         ^ near here\n");
    tells(FACE_JIG, &error,
          "build.ninja:3:10: unknown build rule 'cc'\n"
          "build a: cc b\n"
          "         ^ near here\n"
          "  correct the manifest, or whatever generates it, and try again\n");
}

static void test_a_wrong_jig_yaml(void **state)
{
    (void)state;
    struct jig_error error = {.status = JIG_ERROR_MANIFEST,
                              .line = 4,
                              .file = "packages/a/jig.yaml",
                              .message = "two pipelines are called 'a'"};
    tells(FACE_JIG, &error,
          "packages/a/jig.yaml:4: two pipelines are called 'a'\n"
          "  correct it and try again; 'jig config check' tells all mistakes at once\n");
}

static void test_jig_gives_the_engines_advice(void **state)
{
    (void)state;
    struct jig_error error = {
        .status = JIG_ERROR_IO, .message = "disk full", .advice = "make room"};
    tells(FACE_JIG, &error, "disk full\n  make room\n");
    tells(FACE_NINJA, &error, "disk full\n");
}

static void test_a_command_typed_as_a_target(void **state)
{
    (void)state;
    struct jig_error error = {.status = JIG_ERROR_USAGE,
                              .message = "unknown target 'clean', did you mean 'clear'?"};
    tells(FACE_NINJA, &error, "unknown target 'clean', did you mean 'ninja -t clean'?\n");
    tells(FACE_JIG, &error, "unknown target 'clean', did you mean 'jig clean'?\n");
    struct jig_error help = {.status = JIG_ERROR_USAGE, .message = "unknown target 'help'"};
    tells(FACE_NINJA, &help, "unknown target 'help', did you mean 'ninja -h'?\n");
}

static void test_unknown_target(void **state)
{
    (void)state;
    struct jig_error error = {.status = JIG_ERROR_USAGE, .message = "unknown target 'xyz'"};
    tells(FACE_NINJA, &error, "unknown target 'xyz'\n");
    tells(FACE_JIG, &error,
          "unknown target 'xyz'\n  'jig query targets' lists what can be built\n");
}

static void test_missing_source(void **state)
{
    (void)state;
    struct jig_error error = {.status = JIG_ERROR_MANIFEST,
                              .message =
                                  "'a.c', needed by 'a.o', missing and no known rule to make it"};
    tells(FACE_JIG, &error,
          "'a.c', needed by 'a.o', missing and no known rule to make it\n"
          "  create the file, or take it out of the manifest\n");
}

static void test_exit_codes_of_jig(void **state)
{
    (void)state;
    assert_int_equal(face_exit_code(FACE_JIG, JIG_OK, 0), 0);
    assert_int_equal(face_exit_code(FACE_JIG, JIG_ERROR_JOB, 7), 1);
    assert_int_equal(face_exit_code(FACE_JIG, JIG_ERROR_USAGE, 0), 2);
    assert_int_equal(face_exit_code(FACE_JIG, JIG_ERROR_SYNTAX, 0), 2);
    assert_int_equal(face_exit_code(FACE_JIG, JIG_ERROR_IO, 0), 2);
    assert_int_equal(face_exit_code(FACE_JIG, JIG_ERROR_INTERRUPTED, 130), 130);
}

static void test_exit_codes_of_ninja(void **state)
{
    (void)state;
    assert_int_equal(face_exit_code(FACE_NINJA, JIG_OK, 0), 0);
    assert_int_equal(face_exit_code(FACE_NINJA, JIG_ERROR_JOB, 7), 7);
    assert_int_equal(face_exit_code(FACE_NINJA, JIG_ERROR_JOB, 0), 1);
    assert_int_equal(face_exit_code(FACE_NINJA, JIG_ERROR_USAGE, 0), 1);
    assert_int_equal(face_exit_code(FACE_NINJA, JIG_ERROR_INTERRUPTED, 130), 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_and_excerpt),
        cmocka_unit_test(test_a_wrong_jig_yaml),
        cmocka_unit_test(test_jig_gives_the_engines_advice),
        cmocka_unit_test(test_a_command_typed_as_a_target),
        cmocka_unit_test(test_unknown_target),
        cmocka_unit_test(test_missing_source),
        cmocka_unit_test(test_exit_codes_of_jig),
        cmocka_unit_test(test_exit_codes_of_ninja),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
