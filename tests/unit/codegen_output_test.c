/* How outputs reach the disk, shown with the simplest generator, copy. */
#include "codegen_support.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct jig_generation copy = ONE_TO_ONE("a", "gen/deep/b");

/* Runs `copy`; returns how many outputs were written. */
static uint32_t run_copy(void)
{
    struct bench bench;
    bench_open(&bench, 0);
    struct codegen_result result = generate(&bench, add_builtin(&bench, "copy", "{}"), &copy);
    assert_string_equal(buf_cstr(&result.output), "");
    assert_int_equal(result.exit_code, 0);
    assert_true(result.end_ns >= result.start_ns && result.start_ns > 0);
    bench_close(&bench);
    return result.written;
}

static void test_folders_are_made(void **state)
{
    (void)state;
    put_file("a", "text");
    assert_int_equal(run_copy(), 1);
    assert_true(holds_text("gen/deep/b", "text"));
}

static void test_nothing_else_is_left_in_the_folder(void **state)
{
    (void)state;
    put_file("a", "text");
    run_copy();
    assert_int_equal(count_names("gen/deep"), 1);
}

static void test_same_content_is_not_written(void **state)
{
    (void)state;
    put_file("a", "text");
    run_copy();
    struct stat before, after;
    assert_int_equal(stat("gen/deep/b", &before), 0);
    assert_int_equal(run_copy(), 0);
    assert_int_equal(stat("gen/deep/b", &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
}

static void test_other_content_of_the_same_size_is_replaced(void **state)
{
    (void)state;
    put_file("gen/deep/b", "TEXT");
    put_file("a", "text");
    assert_int_equal(run_copy(), 1);
    assert_true(holds_text("gen/deep/b", "text"));
}

static void test_empty_output(void **state)
{
    (void)state;
    put_file("gen/deep/b", "something");
    put_file("a", "");
    assert_int_equal(run_copy(), 1);
    assert_true(holds_text("gen/deep/b", ""));
    assert_int_equal(run_copy(), 0);
}

/* Whoever had the old file open goes on reading the old file. */
static void test_a_reader_keeps_the_old_file(void **state)
{
    (void)state;
    put_file("gen/deep/b", "old");
    put_file("a", "new");
    FILE *reader = fopen("gen/deep/b", "re");
    assert_non_null(reader);
    run_copy();
    char text[8] = {0};
    assert_int_equal(fread(text, 1, sizeof text, reader), 3);
    fclose(reader);
    assert_string_equal(text, "old");
}

static void test_a_link_is_replaced_and_its_target_left_alone(void **state)
{
    (void)state;
    put_file("precious", "mine");
    put_file("gen/deep/x", "");
    assert_int_equal(symlink("../../precious", "gen/deep/b"), 0);
    put_file("a", "text");
    run_copy();
    assert_true(holds_text("precious", "mine"));
    assert_true(holds_text("gen/deep/b", "text"));
}

/* Opening a pipe that nobody writes to would wait for ever. */
static void test_a_pipe_is_replaced(void **state)
{
    (void)state;
    put_file("gen/deep/x", "");
    assert_int_equal(mkfifo("gen/deep/b", 0600), 0);
    put_file("a", "text");
    run_copy();
    assert_true(holds_text("gen/deep/b", "text"));
}

static struct codegen_result run_failing(void)
{
    struct bench bench;
    bench_open(&bench, 0);
    struct codegen_result result = generate(&bench, add_builtin(&bench, "copy", "{}"), &copy);
    assert_int_equal(result.exit_code, 1);
    assert_false(result.interrupted || result.timed_out);
    bench_close(&bench);
    return result;
}

static void test_a_folder_in_its_place_is_an_error(void **state)
{
    (void)state;
    put_file("gen/deep/b/c", "");
    put_file("a", "text");
    struct codegen_result result = run_failing();
    assert_says(&result.output, "cannot write 'gen/deep/b': Is a directory\n");
    assert_int_equal(count_names("gen/deep"), 1);
    buf_free(&result.output);
}

static void test_a_file_where_a_folder_should_be_is_an_error(void **state)
{
    (void)state;
    put_file("gen", "");
    put_file("a", "text");
    struct codegen_result result = run_failing();
    assert_says(&result.output, "cannot write 'gen/deep/b': Not a directory\n");
    buf_free(&result.output);
}

static void test_a_source_that_vanished_is_an_error(void **state)
{
    (void)state;
    struct codegen_result result = run_failing();
    assert_says(&result.output, "cannot read 'a': No such file or directory\n");
    assert_false(exists("gen"));
    buf_free(&result.output);
}

/* The name of the temporary file must not be longer than that of the output. */
static void test_the_longest_name(void **state)
{
    (void)state;
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    put_file("a", "text");
    const struct jig_generation generation = ONE_TO_ONE("a", name);
    make("copy", "{}", &generation);
    assert_true(holds_text(name, "text"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_temp_dir, leave_temp_dir)
        TEST(test_folders_are_made),
        TEST(test_nothing_else_is_left_in_the_folder),
        TEST(test_same_content_is_not_written),
        TEST(test_other_content_of_the_same_size_is_replaced),
        TEST(test_empty_output),
        TEST(test_a_reader_keeps_the_old_file),
        TEST(test_a_link_is_replaced_and_its_target_left_alone),
        TEST(test_a_pipe_is_replaced),
        TEST(test_a_folder_in_its_place_is_an_error),
        TEST(test_a_file_where_a_folder_should_be_is_an_error),
        TEST(test_a_source_that_vanished_is_an_error),
        TEST(test_the_longest_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
