/* The worker protocol's text. */
#include "cmocka_all.h"

#include "engine/codegen/worker_protocol.h"

#include <string.h>

/* ---- replies -------------------------------------------------------------------------------- */

static void assert_reply(const char *line, int exit_code, uint32_t id, bool cancelled,
                         const char *output)
{
    struct worker_reply reply;
    struct jig_error error;
    if (worker_reply_read(&reply, line, strlen(line), &error))
        fail_msg("%s: %s", line, error.message);
    assert_int_equal(reply.exit_code, exit_code);
    assert_int_equal(reply.id, id);
    assert_int_equal(reply.was_cancelled, cancelled);
    assert_string_equal(reply.output, output);
    worker_reply_free(&reply);
}

static void test_a_full_reply(void **state)
{
    (void)state;
    assert_reply("{\"exitCode\":3,\"output\":\"no\\n\",\"requestId\":12,\"wasCancelled\":true}", 3,
                 12, true, "no\n");
}

static void test_what_is_left_out_has_its_default(void **state)
{
    (void)state;
    assert_reply("{}", 0, 0, false, "");
    assert_reply("{\"exitCode\":null,\"output\":null,\"requestId\":null}", 0, 0, false, "");
}

static void test_unknown_fields_are_tolerated(void **state)
{
    (void)state;
    assert_reply("{\"requestId\":1,\"later\":{\"a\":[1,2]}}", 0, 1, false, "");
}

static void test_names_and_numbers_as_proto_has_them(void **state)
{
    (void)state;
    assert_reply("{\"exit_code\":\"-1\",\"request_id\":\"7\",\"was_cancelled\":true}", -1, 7, true,
                 "");
}

static void assert_no_reply(const char *line, const char *part)
{
    struct worker_reply reply;
    struct jig_error error;
    assert_int_equal(worker_reply_read(&reply, line, strlen(line), &error), JIG_ERROR_SYNTAX);
    if (!strstr(error.message, part))
        fail_msg("%s: %s", line, error.message);
    worker_reply_free(&reply);
}

static void test_what_is_no_reply(void **state)
{
    (void)state;
    assert_no_reply("hello", "it is not valid JSON");
    assert_no_reply("{\"exitCode\":0", "it is not valid JSON");
    assert_no_reply("{}{}", "it is not valid JSON");
    assert_no_reply("[]", "it is not a JSON object");
    assert_no_reply("1", "it is not a JSON object");
    assert_no_reply("{\"exitCode\":\"x\"}", "exitCode is no whole number");
    assert_no_reply("{\"exitCode\":1.5}", "exitCode is no whole number");
    assert_no_reply("{\"exitCode\":4294967296}", "exitCode is no whole number");
    assert_no_reply("{\"requestId\":-1}", "requestId is no number of a request");
    assert_no_reply("{\"requestId\":true}", "requestId is no number of a request");
    assert_no_reply("{\"wasCancelled\":1}", "wasCancelled is neither true nor false");
    assert_no_reply("{\"output\":[]}", "output is no text");
}

static void test_nesting_has_a_limit(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    static char line[DEPTH + 1];
    memset(line, '[', DEPTH);
    assert_no_reply(line, "it is not valid JSON");
}

static void test_nul_in_the_output(void **state)
{
    (void)state;
    static const char line[] = "{\"output\":\"a\\u0000b\"}";
    struct worker_reply reply;
    assert_int_equal(worker_reply_read(&reply, line, sizeof line - 1, NULL), JIG_OK);
    assert_int_equal(reply.output_length, 3);
    assert_memory_equal(reply.output, "a\0b", 3);
    worker_reply_free(&reply);
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* Feeds `text` in pieces of `piece` bytes; the lines, each with a '|' after it, have to be `lines`.
 */
static void assert_lines(const char *text, size_t piece, const char *expected, size_t rest)
{
    struct worker_lines lines = {0};
    struct buf seen = {0};
    size_t length = strlen(text);
    for (size_t at = 0; at < length; at += piece) {
        worker_lines_add(&lines, text + at, length - at < piece ? length - at : piece);
        const char *line;
        size_t n;
        while (worker_lines_next(&lines, &line, &n)) {
            buf_append(&seen, line, n);
            buf_append_char(&seen, '|');
        }
    }
    assert_string_equal(buf_cstr(&seen), expected);
    assert_int_equal(worker_lines_rest(&lines), rest);
    buf_free(&seen);
    worker_lines_free(&lines);
}

static void test_lines_however_they_arrive(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 12; piece++) {
        assert_lines("one\ntwo\nthree\n", piece, "one|two|three|", 0);
        assert_lines("one\nrest", piece, "one|", 4);
        assert_lines("\n\n  \n one \n\n", piece, "one |", 0);
        assert_lines("a\n   ", piece, "a|", 0);
        assert_lines("", piece, "", 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_reply),
        cmocka_unit_test(test_what_is_left_out_has_its_default),
        cmocka_unit_test(test_unknown_fields_are_tolerated),
        cmocka_unit_test(test_names_and_numbers_as_proto_has_them),
        cmocka_unit_test(test_what_is_no_reply),
        cmocka_unit_test(test_nesting_has_a_limit),
        cmocka_unit_test(test_nul_in_the_output),
        cmocka_unit_test(test_lines_however_they_arrive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
