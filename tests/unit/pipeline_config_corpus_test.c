/*
 * The files of pipeline_config/valid and pipeline_config/invalid.
 *
 * A valid one is read, and so is what config_show makes of it. An invalid one says in comments at
 * its top which problems are told, all of them and in this order: `# LINE:COLUMN: message`.
 */
#include "cmocka_all.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "pipeline_config_support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int only_yaml(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".yaml") == 0;
}

/* Calls `check` in the folder for each file of it, by name; there has to be one. */
static void each_file(const char *folder, void (*check)(const char *name))
{
    struct dirent **entries;
    assert_int_equal(chdir(CONFIG_CORPUS), 0);
    assert_int_equal(chdir(folder), 0);
    int count = scandir(".", &entries, only_yaml, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        check(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

static void check_valid(const char *name)
{
    struct config config;
    struct jig_error error;
    if (config_read(&config, &name, 1, NULL, NULL, &error) != JIG_OK)
        fail_msg("%s:%u:%u: %s", error.file, error.line, error.column, error.message);
    assert_shows_as_itself(&config);
    config_free(&config);
}

struct told {
    const char *file;
    struct buf lines;
};

static void tell(void *context, const struct jig_error *what)
{
    struct told *told = context;
    assert_string_equal(what->file, told->file);
    buf_printf(&told->lines, "# %u:%u: %s\n", what->line, what->column, what->message);
}

static void check_invalid(const char *name)
{
    struct buf text = {0};
    assert_int_equal(io_read_file(AT_FDCWD, name, &text), 0);
    struct told told = {.file = name};
    size_t expected = 0;
    while (text.data[expected] == '#')
        expected += strcspn(text.data + expected, "\n") + 1;
    struct config config;
    config_check(&config, &name, 1, tell, NULL, &told);
    config_free(&config);
    if (told.lines.length != expected || memcmp(told.lines.data, text.data, expected) != 0)
        fail_msg("%s is told to have\n%s", name, buf_cstr(&told.lines));
    buf_free(&told.lines);
    buf_free(&text);
}

static void test_valid_files_are_read_and_shown_as_themselves(void **state)
{
    (void)state;
    each_file("valid", check_valid);
}

static void test_invalid_files_are_refused_with_all_their_problems(void **state)
{
    (void)state;
    each_file("invalid", check_invalid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_files_are_read_and_shown_as_themselves),
        cmocka_unit_test(test_invalid_files_are_refused_with_all_their_problems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
