#include "engine/codegen/worker.h"

#include "engine/base/io.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- requests ------------------------------------------------------------------------------- */

void request_free(struct request *request)
{
    buf_free(&request->body);
    buf_free(&request->outputs);
    free(request);
}

void request_queue_add(struct request_queue *queue, struct request *request)
{
    request->next = NULL;
    if (!queue->first)
        queue->end = &queue->first;
    *queue->end = request;
    queue->end = &request->next;
}

void request_queue_add_first(struct request_queue *queue, struct request *request)
{
    if (!queue->first)
        queue->end = &request->next;
    request->next = queue->first;
    queue->first = request;
}

struct request *request_queue_take(struct request_queue *queue)
{
    struct request *request = queue->first;
    if (request)
        queue->first = request->next;
    return request;
}

/* ---- the end of a request ------------------------------------------------------------------- */

/* Hands over its result, whose exit code and output are set. */
static void finish(struct worker_group *group, struct request *request)
{
    struct buf *output = &request->result.output;
    if (output->length > 0 && output->data[output->length - 1] != '\n')
        buf_append_char(output, '\n');
    request->result.end_ns = clock_monotonic_ns();
    if (request->result.start_ns == 0)
        request->result.start_ns = request->result.end_ns;
    finished_put(group->finished, &request->result);
    request_free(request);
}

void request_interrupted(struct worker_group *group, struct request *request)
{
    request->result.interrupted = true;
    request->result.exit_code = CODEGEN_INTERRUPTED;
    finish(group, request);
}

/* Appends what a worker said on standard error. */
static void append_said(struct buf *out, const struct worker *worker)
{
    const struct buf *said = &worker->process.said;
    if (said->length == 0)
        return;
    if (out->length > 0 && out->data[out->length - 1] != '\n')
        buf_append_char(out, '\n');
    buf_append(out, said->data, said->length);
}

/* Fails it because of the worker (NULL: there was none), which is named. */
void request_failed(struct worker_group *group, struct request *request,
                    const struct worker *worker, const char *format, ...)
{
    struct buf *output = &request->result.output;
    buf_clear(output);
    buf_printf(output, "worker '%s' of pipeline '%s' ", group->argv[0], group->pipeline);
    va_list arguments;
    va_start(arguments, format);
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buf_printf(output, "%s%s\n", text, request->tried ? ", when it was tried again" : "");
    if (worker)
        append_said(output, worker);
    request->result.exit_code = 1;
    finish(group, request);
}

/* The first output that is not there, or NULL. */
static const char *missing_output(const struct request *request)
{
    const char *path = buf_cstr(&request->outputs);
    const char *end = path + request->outputs.length;
    for (; path < end; path += strlen(path) + 1) {
        struct stat st;
        if (stat(path, &st) < 0)
            return path;
    }
    return NULL;
}

/* Settles what its worker answered. */
void request_answered(struct worker_group *group, struct request *request,
                      const struct worker *worker)
{
    struct codegen_result *result = &request->result;
    const char *missing = result->exit_code == 0 ? missing_output(request) : NULL;
    if (missing) {
        buf_clear(&result->output);
        request_failed(group, request, worker, "said that it was done, but did not write '%s'",
                       missing);
        return;
    }
    if (result->exit_code != 0)
        append_said(&result->output, worker);
    finish(group, request);
}
