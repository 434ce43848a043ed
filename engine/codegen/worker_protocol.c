#include "engine/codegen/worker_protocol.h"

#include "engine/codegen/json_text.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- requests ------------------------------------------------------------------------------- */

bool worker_request_begin(struct buf *out, const char *const *arguments,
                          const struct codegen_input *inputs, uint32_t input_count)
{
    bool exact = true;
    buf_append_str(out, "{\"arguments\":[");
    for (size_t i = 0; arguments && arguments[i]; i++) {
        if (i > 0)
            buf_append_char(out, ',');
        exact &= json_text_append(out, arguments[i]);
    }
    buf_append_str(out, "],\"inputs\":[");
    for (uint32_t i = 0; i < input_count; i++) {
        buf_append_str(out, i ? ",{\"path\":" : "{\"path\":");
        exact &= json_text_append(out, inputs[i].path);
        buf_append_str(out, ",\"digest\":");
        exact &= json_text_append(out, inputs[i].digest);
        buf_append_char(out, '}');
    }
    buf_append_str(out, "],\"verbosity\":0");
    return exact;
}

void worker_request_end(struct buf *out, uint32_t id)
{
    buf_printf(out, ",\"requestId\":%u}\n", id);
}

void worker_cancel(struct buf *out, uint32_t id)
{
    buf_printf(out, "{\"cancel\":true,\"requestId\":%u}\n", id);
}

/* ---- replies -------------------------------------------------------------------------------- */

/* A field by either of its names; NULL when it has its default value. */
static const json_t *field(const json_t *object, const char *name, const char *proto_name)
{
    const json_t *value = json_object_get(object, name);
    if (!value && proto_name)
        value = json_object_get(object, proto_name);
    return json_is_null(value) ? NULL : value;
}

/* JSON of proto messages may have a number as text. */
static bool read_number(const json_t *value, long long least, long long most, long long *number)
{
    if (json_is_integer(value)) {
        *number = json_integer_value(value);
    } else if (json_is_string(value)) {
        const char *text = json_string_value(value);
        char *end;
        errno = 0;
        *number = strtoll(text, &end, 10);
        if (errno || end == text || *end)
            return false;
    } else {
        return false;
    }
    return *number >= least && *number <= most;
}

static enum jig_status read_fields(struct worker_reply *reply, const json_t *object,
                                   struct jig_error *error)
{
    long long number;
    const json_t *exit_code = field(object, "exitCode", "exit_code");
    if (exit_code && !read_number(exit_code, INT_MIN, INT_MAX, &number))
        return jig_fail(error, JIG_ERROR_SYNTAX, "exitCode is no whole number");
    if (exit_code)
        reply->exit_code = (int)number;
    const json_t *id = field(object, "requestId", "request_id");
    if (id && !read_number(id, 0, INT_MAX, &number))
        return jig_fail(error, JIG_ERROR_SYNTAX, "requestId is no number of a request");
    if (id)
        reply->id = (uint32_t)number;
    const json_t *cancelled = field(object, "wasCancelled", "was_cancelled");
    if (cancelled && !json_is_boolean(cancelled))
        return jig_fail(error, JIG_ERROR_SYNTAX, "wasCancelled is neither true nor false");
    reply->was_cancelled = json_is_true(cancelled);
    const json_t *output = field(object, "output", NULL);
    if (output && !json_is_string(output))
        return jig_fail(error, JIG_ERROR_SYNTAX, "output is no text");
    if (output) {
        reply->output = json_string_value(output);
        reply->output_length = json_string_length(output);
    }
    return JIG_OK;
}

enum jig_status worker_reply_read(struct worker_reply *reply, const char *line, size_t length,
                                  struct jig_error *error)
{
    *reply = (struct worker_reply){.output = ""};
    json_error_t where;
    json_t *document = json_loadb(line, length, JSON_ALLOW_NUL | JSON_DECODE_ANY, &where);
    reply->document = document;
    if (!document)
        return jig_fail(error, JIG_ERROR_SYNTAX, "it is not valid JSON: %s", where.text);
    if (!json_is_object(document))
        return jig_fail(error, JIG_ERROR_SYNTAX, "it is not a JSON object");
    return read_fields(reply, document, error);
}

void worker_reply_free(struct worker_reply *reply)
{
    json_decref(reply->document);
    reply->document = NULL;
}

/* ---- lines ---------------------------------------------------------------------------------- */

void worker_lines_add(struct worker_lines *lines, const char *bytes, size_t length)
{
    /* What was returned goes when it is at least half, so that each byte moves at most once or so.
     */
    if (lines->taken > 0 && lines->taken >= lines->text.length / 2) {
        size_t rest = lines->text.length - lines->taken;
        memmove(lines->text.data, lines->text.data + lines->taken, rest);
        lines->text.length = rest;
        lines->searched -= lines->taken;
        lines->taken = 0;
    }
    buf_append(&lines->text, bytes, length);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool worker_lines_next(struct worker_lines *lines, const char **line, size_t *length)
{
    while (lines->taken < lines->text.length && is_blank(lines->text.data[lines->taken]))
        lines->taken++;
    if (lines->searched < lines->taken)
        lines->searched = lines->taken;
    if (lines->searched == lines->text.length)
        return false;
    const char *from = lines->text.data + lines->searched;
    const char *end = memchr(from, '\n', lines->text.length - lines->searched);
    if (!end) {
        lines->searched = lines->text.length;
        return false;
    }
    *line = lines->text.data + lines->taken;
    *length = (size_t)(end - *line);
    lines->taken = lines->searched = (size_t)(end + 1 - lines->text.data);
    return true;
}

size_t worker_lines_rest(const struct worker_lines *lines)
{
    return lines->text.length - lines->taken;
}

void worker_lines_free(struct worker_lines *lines)
{
    buf_free(&lines->text);
    *lines = (struct worker_lines){0};
}
