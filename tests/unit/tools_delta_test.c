/* The delta artefact, and files that are replaced whole. */
#include "tools_support.h"

#include "tools/jig/delta.h"
#include "tools/jig/replace_file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct jig_delta_entry entries[] = {
    {JIG_DELTA_ADDED, "gen/a.json", "data", "aaaa", ""},
    {JIG_DELTA_UPDATED, "gen/b.json", "data", "bbbb", "b0b0"},
    {JIG_DELTA_REMOVED, "gen/c.json", "", "", "cccc"},
    {JIG_DELTA_ADDED, "packages/x/gen/\"d\".json", "packages/x#data", "dddd", ""},
};

static void test_text(void **state)
{
    (void)state;
    struct buf text = {0};
    delta_append(entries, 4, true, &text);
    assert_string_equal(text.data, "{\n"
                                   "  \"version\": 1,\n"
                                   "  \"complete\": true,\n"
                                   "  \"counts\": {\n"
                                   "    \"added\": 2,\n"
                                   "    \"updated\": 1,\n"
                                   "    \"removed\": 1\n"
                                   "  },\n"
                                   "  \"added\": [\n"
                                   "    {\n"
                                   "      \"path\": \"gen/a.json\",\n"
                                   "      \"pipeline\": \"data\",\n"
                                   "      \"digest\": \"aaaa\"\n"
                                   "    },\n"
                                   "    {\n"
                                   "      \"path\": \"packages/x/gen/\\\"d\\\".json\",\n"
                                   "      \"pipeline\": \"packages/x#data\",\n"
                                   "      \"digest\": \"dddd\"\n"
                                   "    }\n"
                                   "  ],\n"
                                   "  \"updated\": [\n"
                                   "    {\n"
                                   "      \"path\": \"gen/b.json\",\n"
                                   "      \"pipeline\": \"data\",\n"
                                   "      \"digest\": \"bbbb\",\n"
                                   "      \"old_digest\": \"b0b0\"\n"
                                   "    }\n"
                                   "  ],\n"
                                   "  \"removed\": [\n"
                                   "    {\n"
                                   "      \"path\": \"gen/c.json\",\n"
                                   "      \"pipeline\": \"\",\n"
                                   "      \"old_digest\": \"cccc\"\n"
                                   "    }\n"
                                   "  ]\n"
                                   "}\n");
    buf_free(&text);
}

static json_t *parsed(const struct jig_delta_entry *list, uint32_t count, bool complete)
{
    struct buf text = {0};
    delta_append(list, count, complete, &text);
    json_t *root = json_loads(text.data, 0, NULL);
    assert_non_null(root);
    buf_free(&text);
    return root;
}

static void test_nothing_changed(void **state)
{
    (void)state;
    json_t *root = parsed(NULL, 0, true);
    assert_true(json_is_array(json_object_get(root, "added")));
    assert_int_equal(json_array_size(json_object_get(root, "added")), 0);
    assert_int_equal(json_array_size(json_object_get(root, "removed")), 0);
    json_decref(root);
}

static void test_a_build_that_failed_says_so(void **state)
{
    (void)state;
    json_t *root = parsed(entries, 1, false);
    assert_true(json_is_false(json_object_get(root, "complete")));
    assert_int_equal(json_array_size(json_object_get(root, "added")), 1);
    json_decref(root);
}

static void test_a_path_that_is_not_utf8(void **state)
{
    (void)state;
    const struct jig_delta_entry entry = {JIG_DELTA_ADDED, "\xc3\xa4/\xff\xc3.x", "data", "aa", ""};
    json_t *root = parsed(&entry, 1, true);
    json_t *added = json_array_get(json_object_get(root, "added"), 0);
    assert_string_equal(json_string_value(json_object_get(added, "path")),
                        "\xc3\xa4/\xef\xbf\xbd\xef\xbf\xbd.x");
    assert_string_equal(json_string_value(json_object_get(added, "path_hex")), "c3a42fffc32e78");
    json_decref(root);
}

static void test_counts(void **state)
{
    (void)state;
    struct delta_counts counts = delta_count(entries, 4);
    assert_int_equal(counts.added, 2);
    assert_int_equal(counts.updated, 1);
    assert_int_equal(counts.removed, 1);
}

/* ---- files ------------------------------------------------------------------------------- */

static void assert_file(const char *path, const char *text)
{
    struct buf found = file_text(path);
    assert_string_equal(buf_cstr(&found), text);
    buf_free(&found);
}

static void test_a_file_is_made_with_its_folder(void **state)
{
    (void)state;
    assert_int_equal(delta_write("new/folder/d.json", NULL, 0, true, NULL), JIG_OK);
    struct buf text = file_text("new/folder/d.json");
    assert_int_equal(text.data[0], '{');
    buf_free(&text);
}

static void test_a_reader_keeps_what_it_opened(void **state)
{
    (void)state;
    make_file("f", "old");
    FILE *reader = fopen("f", "r");
    assert_int_equal(replace_file("f", "new", 3, NULL), JIG_OK);
    char text[8] = {0};
    assert_int_equal(fread(text, 1, sizeof text, reader), 3);
    assert_string_equal(text, "old");
    fclose(reader);
    assert_file("f", "new");
}

static void test_nothing_is_left_beside_it(void **state)
{
    (void)state;
    assert_int_equal(replace_file("f", "new", 3, NULL), JIG_OK);
    make_file("folder/x", "");
    struct jig_error error;
    assert_int_equal(replace_file("folder", "new", 3, &error), JIG_ERROR_IO);
    assert_non_null(strstr(error.message, "folder"));
    shell("test \"$(ls -A)\" = 'f\nfolder'");
}

static void test_a_pipe_is_written_to(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    FILE *reader = fopen("pipe", "r+"); /* neither end waits for the other then */
    assert_int_equal(replace_file("pipe", "text\n", 5, NULL), JIG_OK);
    char line[16];
    assert_non_null(fgets(line, sizeof line, reader));
    assert_string_equal(line, "text\n");
    fclose(reader);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_nothing_changed),
        cmocka_unit_test(test_a_build_that_failed_says_so),
        cmocka_unit_test(test_a_path_that_is_not_utf8),
        cmocka_unit_test(test_counts),
        IN_FOLDER(test_a_file_is_made_with_its_folder),
        IN_FOLDER(test_a_reader_keeps_what_it_opened),
        IN_FOLDER(test_nothing_is_left_beside_it),
        IN_FOLDER(test_a_pipe_is_written_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
