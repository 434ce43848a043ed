/*
 * What happens to files in a watched folder, and by which names it is told.
 */
#include "watch_support.h"

#include "engine/base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void tells_of_a_new_file(void **state)
{
    (void)state;
    make_folders("src");
    struct watching *watching = watch_these("src", NULL);
    assert_string_equal(told(watching), "");
    assert_return_code(mknod("src/a", S_IFREG | 0666, 0), 0);
    assert_string_equal(told(watching), "+src/a");
    end_watching(watching);
}

static void tells_of_writing_and_deleting(void **state)
{
    (void)state;
    put("src/a", "1");
    struct watching *watching = watch_these("src", NULL);
    put("src/a", "2");
    assert_string_equal(told(watching), "~src/a");
    delete_file("src/a");
    assert_string_equal(told(watching), "-src/a");
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

static void tells_of_both_names_of_a_renamed_file(void **state)
{
    (void)state;
    put("a/x", "1");
    make_folders("b");
    struct watching *watching = watch_these("a b", NULL);
    move("a/x", "b/y");
    assert_string_equal(told(watching), "-a/x +b/y");
    end_watching(watching);
}

static void tells_of_modes_times_and_other_names(void **state)
{
    (void)state;
    put("src/a", "1");
    struct watching *watching = watch_these("src", NULL);
    assert_return_code(chmod("src/a", 0755), 0);
    assert_string_equal(told(watching), "~src/a");
    assert_return_code(utimensat(AT_FDCWD, "src/a", NULL, 0), 0);
    assert_string_equal(told(watching), "~src/a");
    assert_return_code(link("src/a", "src/b"), 0);
    assert_string_equal(told(watching), "+src/b");
    end_watching(watching);
}

static void tells_of_a_writer_who_keeps_the_file_open(void **state)
{
    (void)state;
    put("src/a", "1");
    struct watching *watching = watch_these("src", NULL);
    int fd = open("src/a", O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_return_code(fd, errno);
    assert_string_equal(told(watching), "");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(write(fd, "x", 1), 1);
        assert_string_equal(told(watching), "~src/a");
    }
    assert_return_code(ftruncate(fd, 0), errno);
    assert_string_equal(told(watching), "~src/a");
    close(fd);
    end_watching(watching);
}

static void tells_of_a_mapped_file_when_it_is_let_go_of(void **state)
{
    (void)state;
    put("src/a", "1234");
    struct watching *watching = watch_these("src", NULL);
    int fd = open("src/a", O_RDWR | O_CLOEXEC);
    char *bytes = mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(bytes, MAP_FAILED);
    close(fd);
    bytes[0] = 'x';
    assert_return_code(munmap(bytes, 4), errno);
    assert_string_equal(told(watching), "~src/a");
    end_watching(watching);
}

static void tells_nothing_of_reading(void **state)
{
    (void)state;
    put("src/a", "1");
    struct watching *watching = watch_these("src", NULL);
    shell("cat src/a >/dev/null; ls -l src >/dev/null; find src >/dev/null");
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

static void tells_nothing_of_folders_that_were_not_named(void **state)
{
    (void)state;
    make_folders("a/b/c");
    struct watching *watching = watch_these("a/b", NULL);
    put("x", "1");
    put("a/x", "1");
    put("a/b/c/x", "1");
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

/* ---- how editors save ----------------------------------------------------------------------- */

/* vim with backupcopy=no, its way when the folder may be written: the old file becomes `a~`. */
static void tells_of_vim_saving_by_renaming(void **state)
{
    (void)state;
    put("src/a", "1");
    struct watching *watching = watch_these("src", NULL);
    put("src/4913", "");
    delete_file("src/4913");
    move("src/a", "src/a~");
    put("src/a", "2");
    delete_file("src/a~");
    assert_string_equal(told(watching), "-src/4913 ~src/a -src/a~");
    end_watching(watching);
}

/* Many others, git among them: all is written beside, then put in place in one step. */
static void tells_of_a_file_renamed_over_another(void **state)
{
    (void)state;
    put("src/a", "1");
    struct watching *watching = watch_these("src", NULL);
    put("src/.a.swp", "2");
    move("src/.a.swp", "src/a");
    assert_string_equal(told(watching), "-src/.a.swp +src/a");
    end_watching(watching);
}

/* From a folder that nobody watches. */
static void tells_of_a_file_renamed_over_another_from_afar(void **state)
{
    (void)state;
    put("src/a", "1");
    put("tmp/a", "2");
    struct watching *watching = watch_these("src", NULL);
    move("tmp/a", "src/a");
    assert_string_equal(told(watching), "+src/a");
    end_watching(watching);
}

/* VS Code writes into the file that is there. */
static void tells_of_a_file_truncated_and_written(void **state)
{
    (void)state;
    put("src/a", "1");
    struct watching *watching = watch_these("src", NULL);
    int fd = open("src/a", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    assert_int_equal(write(fd, "2", 1), 1);
    close(fd);
    assert_string_equal(told(watching), "~src/a");
    end_watching(watching);
}

/* JetBrains: "safe write". */
static void tells_of_jetbrains_saving(void **state)
{
    (void)state;
    put("src/a.ts", "1");
    struct watching *watching = watch_these("src", NULL);
    put("src/a.ts___jb_tmp___", "2");
    move("src/a.ts", "src/a.ts___jb_old___");
    move("src/a.ts___jb_tmp___", "src/a.ts");
    delete_file("src/a.ts___jb_old___");
    assert_string_equal(told(watching), "-src/a.ts___jb_tmp___ +src/a.ts -src/a.ts___jb_old___");
    end_watching(watching);
}

static void tells_of_two_files_exchanged(void **state)
{
    (void)state;
    put("src/a", "1");
    put("src/b", "2");
    struct watching *watching = watch_these("src", NULL);
    assert_return_code(renameat2(AT_FDCWD, "src/a", AT_FDCWD, "src/b", RENAME_EXCHANGE), 0);
    told(watching);
    assert_true(strstr(watching->told, "src/a"));
    assert_true(strstr(watching->told, "src/b"));
    end_watching(watching);
}

/* ---- names ---------------------------------------------------------------------------------- */

static void names_files_as_their_folder_was_named(void **state)
{
    make_folders("a/b");
    make_folders("here");
    assert_return_code(chdir("here"), 0);
    make_folders(SYNC_FOLDER);
    struct watching *watching = watch_these(". ../a/b", NULL);
    put("x", "1");
    put("../a/b/x", "1");
    assert_string_equal(told(watching), "~x ~../a/b/x");
    end_watching(watching);

    struct buf folder = {0}, expected = {0};
    buf_printf(&folder, "%s/a/b", (const char *)*state);
    buf_printf(&expected, "~%s/a/b/x", (const char *)*state);
    watching = watch_these(folder.data, NULL);
    put("../a/b/x", "2");
    assert_string_equal(told(watching), expected.data);
    end_watching(watching);
    buf_free(&folder);
    buf_free(&expected);
}

static void takes_different_spellings_of_a_path_for_the_same(void **state)
{
    (void)state;
    make_folders("a/b");
    struct watching *watching = watch_these("a/b a//b/ ./a/b a/c/../b", NULL);
    assert_int_equal(watched(watching), 1);
    put("a/b/x", "1");
    assert_string_equal(told(watching), "~a/b/x");
    end_watching(watching);
}

static void tells_of_names_with_any_bytes(void **state)
{
    (void)state;
    make_folders("src");
    struct watching *watching = watch_these("src", NULL);
    put("src/a b\n\xff*", "1");
    assert_string_equal(told(watching), "~src/a b\n\xff*");
    end_watching(watching);
}

/* Written after its name was deleted, a file can change no build. */
static void tells_nothing_of_a_file_without_a_name(void **state)
{
    (void)state;
    put("src/a", "1");
    struct watching *watching = watch_these("src", NULL);
    int fd = open("src/a", O_WRONLY | O_CLOEXEC);
    delete_file("src/a");
    assert_string_equal(told(watching), "-src/a");
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_of_a_new_file),
        TEST(tells_of_writing_and_deleting),
        TEST(tells_of_both_names_of_a_renamed_file),
        TEST(tells_of_modes_times_and_other_names),
        TEST(tells_of_a_writer_who_keeps_the_file_open),
        TEST(tells_of_a_mapped_file_when_it_is_let_go_of),
        TEST(tells_nothing_of_reading),
        TEST(tells_nothing_of_folders_that_were_not_named),
        TEST(tells_of_vim_saving_by_renaming),
        TEST(tells_of_a_file_renamed_over_another),
        TEST(tells_of_a_file_renamed_over_another_from_afar),
        TEST(tells_of_a_file_truncated_and_written),
        TEST(tells_of_jetbrains_saving),
        TEST(tells_of_two_files_exchanged),
        TEST(names_files_as_their_folder_was_named),
        TEST(takes_different_spellings_of_a_path_for_the_same),
        TEST(tells_of_names_with_any_bytes),
        TEST(tells_nothing_of_a_file_without_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
