/*
 * Reads arbitrary bytes as what a worker writes: cut into lines, each line a reply. And takes them
 * as the arguments of a request, which has to be one line of JSON that says the same.
 */
#include "fuzz.h"

#include "engine/base/memory.h"
#include "engine/codegen/worker_protocol.h"

#include <jansson.h>
#include <limits.h>
#include <string.h>

static void read_reply(const char *line, size_t length)
{
    struct worker_reply reply;
    struct jig_error error;
    enum jig_status status = worker_reply_read(&reply, line, length, &error);
    FUZZ_CHECK(status == JIG_OK || (status == JIG_ERROR_SYNTAX && error.message[0]));
    FUZZ_CHECK(reply.output && strlen(reply.output) <= reply.output_length);
    FUZZ_CHECK(reply.id <= INT_MAX);
    worker_reply_free(&reply);
}

/* Appends the lines of the bytes, fed in pieces, each with a line break; returns what is left. */
static size_t cut(const char *bytes, size_t length, size_t piece, struct buf *out)
{
    struct worker_lines lines = {0};
    for (size_t at = 0; at < length; at += piece) {
        worker_lines_add(&lines, bytes + at, length - at < piece ? length - at : piece);
        const char *line;
        size_t n;
        while (worker_lines_next(&lines, &line, &n)) {
            FUZZ_CHECK(n > 0 && !memchr(line, '\n', n));
            buf_append(out, line, n);
            buf_append_char(out, '\n');
        }
    }
    size_t rest = worker_lines_rest(&lines);
    worker_lines_free(&lines);
    return rest;
}

static void read_lines(const char *bytes, size_t length)
{
    struct buf whole = {0}, pieces = {0};
    size_t rest = cut(bytes, length, length ? length : 1, &whole);
    FUZZ_CHECK(cut(bytes, length, 1 + length % 7, &pieces) == rest);
    FUZZ_CHECK(whole.length == pieces.length);
    FUZZ_CHECK(whole.length == 0 || memcmp(whole.data, pieces.data, whole.length) == 0);
    for (size_t at = 0; at < whole.length;) {
        const char *line = whole.data + at;
        size_t n = (size_t)((const char *)memchr(line, '\n', whole.length - at) - line);
        read_reply(line, n);
        at += n + 1;
    }
    buf_free(&whole);
    buf_free(&pieces);
}

static void write_request(const char *text)
{
    const char *const arguments[] = {text, "plain", NULL};
    const struct codegen_input input = {.path = text, .digest = "00"};
    struct buf request = {0};
    bool exact = worker_request_begin(&request, arguments, &input, 1);
    worker_request_end(&request, 7);
    FUZZ_CHECK(strchr(request.data, '\n') == request.data + request.length - 1);
    json_t *object = json_loadb(request.data, request.length, 0, NULL);
    FUZZ_CHECK(object);
    const char *back = json_string_value(json_array_get(json_object_get(object, "arguments"), 0));
    FUZZ_CHECK(back && (strcmp(back, text) == 0) == exact);
    json_decref(object);
    buf_free(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    read_reply(text, size);
    read_lines(text, size);
    write_request(text);
    free(text);
    return 0;
}
