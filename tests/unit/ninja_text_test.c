/* The text of a manifest, window by window: whole statements, nothing lost, the same result. */
#include "ninja_manifest.h"

#include "engine/base/io.h"
#include "engine/manifest/ninja/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* A file with this content; its path goes into `path`. */
static void make_file(const char *content, size_t length, char path[static 32])
{
    strcpy(path, "/tmp/jig-text-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(io_write_all(fd, content, length), 0);
    close(fd);
}

/* The windows that `content` is read in when `preferred` bytes are enough, each ended by "@". */
static char *read_windows(const char *content, size_t preferred)
{
    char path[32];
    make_file(content, strlen(content), path);
    struct text text;
    struct buf out = {0};
    const char *start;
    size_t length;
    int failed;
    assert_int_equal(text_open(&text, path), 0);
    text.preferred = preferred;
    buf_append_str(&out, "");
    while (text_next(&text, &start, &length, &failed)) {
        assert_int_equal(start[length], '\0');
        buf_append(&out, start, length);
        buf_append_char(&out, '@');
    }
    assert_int_equal(failed, 0);
    text_close(&text);
    unlink(path);
    return out.data;
}

/* `content` has an "@" wherever a window may end. Small windows must end there, and only there. */
static void check(const char *content)
{
    struct buf plain = {0};
    for (const char *p = content; *p; p++) {
        if (*p != '@')
            buf_append_char(&plain, *p);
    }
    for (size_t preferred = 1; preferred < plain.length + 3; preferred++) {
        char *windows = read_windows(plain.data, preferred);
        const char *expected = content;
        for (const char *p = windows; *p; p++) {
            if (*expected == '@' && *p != '@')
                expected++; /* a larger window */
            if (*expected != *p)
                fail_msg("window ends too early, in front of \"%s\"", expected);
            expected++;
        }
        assert_int_equal(*expected, '\0');
        free(windows);
    }
    buf_free(&plain);
}

static void test_window_ends_between_statements(void **state)
{
    (void)state;
    check("a = b\n@c = d\n@build x: y\n  z = 1\n@rule r\n  command = c\n\n\n@default x\n@");
    check("no newline at the end@");
    check("a = b\r\n@c = d\r\n@");
}

static void test_window_does_not_end_within_a_statement(void **state)
{
    (void)state;
    check("a = b $\nc d\n@e = f\n@");
    check("a = b $\r\nc d\r\n@e = f\n@");
    check("a = $$\nc = d\n@e = f\n@"); /* not continued, but that is not looked at */
    check("rule r\n  command = c\n# comment\n  depfile = d\n@x = y\n@");
    check("pool p # comment\nx = y\n@z = 1\n@");
    check("x = 1\n# comment\ny = 2\n@z = 3\n@");
    check(" indented\n|\n\n@x = 1\n@");
}

static void test_long_statement_makes_the_window_grow(void **state)
{
    (void)state;
    struct buf text = {0};
    for (int i = 0; i < 1000; i++)
        buf_append_str(&text, "x $\n");
    buf_append_str(&text, "\ny = 1\n");
    char *windows = read_windows(text.data, 16);
    assert_int_equal(strlen(windows), text.length + 2);
    free(windows);
    buf_free(&text);
}

static void test_empty_file_has_no_window(void **state)
{
    (void)state;
    char *windows = read_windows("", 16);
    assert_string_equal(windows, "");
    free(windows);
}

static void test_missing_and_unreadable_files(void **state)
{
    (void)state;
    struct text text;
    assert_int_equal(text_open(&text, "/nonexistent/file"), ENOENT);
    text_close(&text);
    assert_int_equal(text_open(&text, "/"), 0);
    const char *start;
    size_t length;
    int failed;
    assert_false(text_next(&text, &start, &length, &failed));
    assert_int_equal(failed, EISDIR);
    text_close(&text);
}

/* Statements of every kind, much more than fit one window, with the variety of line ends. */
static void append_statements(struct buf *out, unsigned seed)
{
    buf_append_str(out, "rule r\n  command = $in $v\n  description = $w\n");
    for (unsigned i = 0; i < 20000; i++) {
        seed = seed * 1103515245 + 12345;
        switch (seed >> 16 & 7) {
        case 0:
            buf_printf(out, "v = value %u $\n  goes on $\nand on\r\n", i);
            break;
        case 1:
            buf_printf(out, "rule r%u\n  command = $in%u\n# c\n  restat = 1\n", i, i);
            break;
        case 2:
            buf_printf(out, "# banner\n\n#\nw%u = $v$$\n", i % 100);
            break;
        case 3:
            buf_printf(out, "pool p%u\n  depth = %u\n", i, i);
            break;
        default:
            buf_printf(out, "build out/%u: r in/%u a$ b || $v/x\n  w = %u\n  u = $v\r\n", i, i % 99,
                       i);
            break;
        }
    }
}

static void test_graph_does_not_depend_on_the_windows(void **state)
{
    (void)state;
    struct buf text = {0};
    append_statements(&text, 7);
    assert_true(text.length > 3 * 256 * 1024);
    char path[32];
    make_file(text.data, text.length, path);
    struct manifest whole = {0};
    manifest_add_bytes(&whole, path, text.data, text.length);
    manifest_must_parse(&whole);
    struct graph *graph = graph_create();
    struct jig_error error;
    if (ninja_parse(graph, path, NULL, &error))
        fail_msg("%s:%u: %s", error.file, error.line, error.message);

    struct column here[GRAPH_COLUMN_COUNT], there[GRAPH_COLUMN_COUNT];
    graph_columns(graph, here);
    graph_columns(whole.graph, there);
    for (int i = 0; i < GRAPH_COLUMN_COUNT; i++) {
        assert_int_equal(*here[i].count, *there[i].count);
        if (*here[i].count)
            assert_memory_equal(*here[i].data, *there[i].data,
                                (size_t)*here[i].count * here[i].element_bytes);
    }
    graph_destroy(graph);
    manifest_free(&whole);
    unlink(path);
    buf_free(&text);
}

static void test_line_of_an_error_far_into_the_file(void **state)
{
    (void)state;
    struct buf text = {0};
    for (int i = 1; i < 100000; i++)
        buf_printf(&text, "v%d = 1\n", i);
    buf_append_str(&text, "build a: nope\n");
    char path[32];
    make_file(text.data, text.length, path);
    struct graph *graph = graph_create();
    struct jig_error error;
    assert_int_equal(ninja_parse(graph, path, NULL, &error), JIG_ERROR_SYNTAX);
    assert_int_equal(error.line, 100000);
    assert_string_equal(error.excerpt, "build a: nope");
    graph_destroy(graph);
    unlink(path);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window_ends_between_statements),
        cmocka_unit_test(test_window_does_not_end_within_a_statement),
        cmocka_unit_test(test_long_statement_makes_the_window_grow),
        cmocka_unit_test(test_empty_file_has_no_window),
        cmocka_unit_test(test_missing_and_unreadable_files),
        cmocka_unit_test(test_graph_does_not_depend_on_the_windows),
        cmocka_unit_test(test_line_of_an_error_far_into_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
