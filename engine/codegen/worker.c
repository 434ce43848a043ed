#include "engine/codegen/worker.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* How long a worker may take to end by itself when there is nothing left for it to do. */
#define LEAVING_NS UINT64_C(500000000)

/* ---- changes of state ----------------------------------------------------------------------- */

int worker_start(struct worker_group *group, struct worker **out)
{
    struct worker *worker = mem_zalloc(sizeof *worker);
    worker->fresh = true;
    worker->terminate_at = worker->kill_at = WORKER_NEVER;
    int errnum = worker_process_start(&worker->process, group->argv);
    if (errnum) {
        free(worker);
        worker = NULL;
    } else {
        vec_push(&group->workers, worker);
    }
    *out = worker;
    return errnum;
}

/* Has it end by itself until `kill_at`, or else by SIGKILL. */
static void leave(struct worker *worker, uint64_t terminate_at, uint64_t kill_at)
{
    if (worker->state != WORKER_READY)
        return;
    worker->state = WORKER_LEAVING;
    worker->terminate_at = terminate_at;
    worker->kill_at = kill_at;
}

void worker_leave(const struct worker_group *group, struct worker *worker, uint64_t now)
{
    uint64_t by_itself = group->grace / 2 < LEAVING_NS ? group->grace / 2 : LEAVING_NS;
    leave(worker, now + by_itself, now + group->grace);
}

void worker_dismiss(const struct worker_group *group, struct worker *worker, uint64_t now)
{
    worker_process_close_input(&worker->process);
    worker_leave(group, worker, now);
}

void worker_kill(struct worker *worker)
{
    worker->state = WORKER_DOOMED;
    worker->terminate_at = worker->kill_at = WORKER_NEVER;
    worker_process_signal(&worker->process, SIGKILL);
}

void worker_doom(struct worker *worker, enum worker_cause cause, const char *format, ...)
{
    if (worker->state == WORKER_DOOMED)
        return;
    worker->cause = cause;
    va_list arguments;
    va_start(arguments, format);
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buf_clear(&worker->reason);
    buf_append_str(&worker->reason, text);
    worker_kill(worker);
}

/* ---- what requests cost ---------------------------------------------------------------------- */

/*
 * What it has used of processors since the last time is of the requests that it had meanwhile, by
 * equal parts: which of them it worked for nobody knows. To be called before their list changes.
 */
static void charge(struct worker *worker)
{
    uint64_t used_ns = worker_process_time(&worker->process);
    if (used_ns <= worker->charged_ns)
        return;
    for (struct request *request = worker->requests; request; request = request->next)
        request->result.user_ns += (used_ns - worker->charged_ns) / worker->busy;
    worker->charged_ns = used_ns;
}

/* ---- answers -------------------------------------------------------------------------------- */

/* Unlinks a request from the list it is in; NULL when there is none with this number. */
static struct request *take_request(struct request **list, uint32_t id)
{
    while (*list && (*list)->id != id)
        list = &(*list)->next;
    struct request *request = *list;
    if (request)
        *list = request->next;
    return request;
}

static void take_over(struct request *request, const struct worker_reply *reply)
{
    struct codegen_result *result = &request->result;
    buf_clear(&result->output);
    if (reply->output_length > 0)
        buf_append(&result->output, reply->output, reply->output_length);
    int code = reply->exit_code;
    result->exit_code = code == 0 || (code > 0 && code < 256) ? code : 1;
    if (!reply->was_cancelled)
        return;
    result->interrupted = request->cancelled;
    result->exit_code = request->cancelled ? CODEGEN_INTERRUPTED : 1;
    if (!request->cancelled)
        buf_append_str(&result->output, "the worker gave the job up without being asked to\n");
}

/* Dooms a worker for a line that is no reply, which is shown. */
static void doom_for_line(struct worker *worker, const char *why, const char *line, size_t length)
{
    enum { SHOWN = 160 };
    char shown[SHOWN + 1];
    size_t n = length < SHOWN ? length : SHOWN;
    for (size_t i = 0; i < n; i++)
        shown[i] = line[i] >= ' ' && line[i] <= '~' ? line[i] : '?';
    shown[n] = '\0';
    worker_doom(worker, CAUSE_NONSENSE, "answered with what is no reply (%s): %s%s", why, shown,
                length > SHOWN ? "..." : "");
}

/* Deals with one line. Answered requests go to *answered. False when it was nonsense. */
static bool take_line(struct worker *worker, const char *line, size_t length,
                      struct request **answered, struct request **twice)
{
    struct worker_reply reply;
    struct jig_error error;
    bool good = false;
    if (worker_reply_read(&reply, line, length, &error)) {
        doom_for_line(worker, error.message, line, length);
    } else {
        struct request *request = take_request(&worker->requests, reply.id);
        if (request) {
            take_over(request, &reply);
            worker->busy--;
            request->next = *answered;
            *answered = request;
            good = true;
        } else if ((*twice = take_request(answered, reply.id)) != NULL) {
            worker_doom(worker, CAUSE_NONSENSE, "answered request %u twice", reply.id);
        } else {
            worker_doom(worker, CAUSE_NONSENSE, "answered request %u, which it did not have",
                        reply.id);
        }
    }
    worker_reply_free(&reply);
    return good;
}

/*
 * Deals with the lines that have arrived. Requests are settled after the last of them, so that one
 * that is answered twice in a breath fails and is not believed.
 */
static void take_lines(struct worker_group *group, struct worker *worker)
{
    struct worker_lines *lines = &worker->process.lines;
    struct request *answered = NULL, *twice = NULL;
    const char *line;
    size_t length;
    bool good = true;
    charge(worker);
    while (good && worker_lines_next(lines, &line, &length))
        good = take_line(worker, line, length, &answered, &twice);
    if (good && worker_lines_rest(lines) > WORKER_REPLY_LIMIT)
        worker_doom(worker, CAUSE_NONSENSE, "answered with more than %u bytes", WORKER_REPLY_LIMIT);
    else if (good && worker->busy == 0 && worker_lines_rest(lines) > 0)
        worker_doom(worker, CAUSE_NONSENSE,
                    "wrote to its output without having been asked anything");
    worker->alone &= worker->busy > 0;
    if (twice)
        request_failed(group, twice, worker, "%s", buf_cstr(&worker->reason));
    while (answered) {
        struct request *request = answered;
        answered = request->next;
        request_answered(group, request, worker);
    }
}

/* Takes in what it wrote. */
static void listen_to(struct worker_group *group, struct worker *worker, uint64_t now)
{
    worker_process_read_errors(&worker->process); /* first: it belongs to the answer */
    worker_process_read_output(&worker->process);
    take_lines(group, worker);
    if (worker->process.output < 0 && worker->state == WORKER_READY) {
        buf_append_str(&worker->reason, "closed its standard output");
        leave(worker, WORKER_NEVER, now + LEAVING_NS);
    }
}

/* ---- asking --------------------------------------------------------------------------------- */

bool worker_is_quiet(struct worker_group *group, struct worker *worker, uint64_t now)
{
    if (worker->busy > 0 || worker->fresh)
        return true;
    struct pollfd output = {.fd = worker->process.output, .events = POLLIN};
    if (poll(&output, 1, 0) <= 0)
        return true;
    listen_to(group, worker, now);
    return worker->state == WORKER_READY;
}

void worker_flush(struct worker *worker, uint64_t now)
{
    if (worker_process_write(&worker->process) == 0)
        return;
    worker_process_close_input(&worker->process);
    if (worker->state == WORKER_READY)
        buf_append_str(&worker->reason, "closed its standard input");
    leave(worker, WORKER_NEVER, now + LEAVING_NS);
}

void worker_send(struct worker_group *group, struct worker *worker, struct request *request,
                 uint64_t now)
{
    if (worker->busy == 0)
        buf_clear(&worker->process.said);
    request->id = 0;
    if (group->multiplex > 1) {
        request->id = *group->next_id;
        *group->next_id = *group->next_id % INT32_MAX + 1;
    }
    if (request->result.start_ns == 0)
        request->result.start_ns = now;
    request->deadline = group->timeout ? now + group->timeout : WORKER_NEVER;
    if (!worker->fresh) /* its start is of its first request */
        charge(worker);
    buf_append(&worker->process.unsent, request->body.data, request->body.length);
    worker_request_end(&worker->process.unsent, request->id);
    request->next = worker->requests;
    worker->requests = request;
    worker->busy++;
    worker->fresh = false;
    worker->alone = request->tried;
    worker_flush(worker, now);
}

/* ---- the end of a worker -------------------------------------------------------------------- */

/* Puts into words how a process ended. */
static void describe_end(struct buf *out, int status)
{
    if (status == -1)
        buf_append_str(out, "ended");
    else if (WIFSIGNALED(status))
        buf_printf(out, "was ended by signal %d (%s)", WTERMSIG(status),
                   strsignal(WTERMSIG(status)));
    else
        buf_printf(out, "exited with code %d", WEXITSTATUS(status));
    buf_append_str(out, " before it had answered");
}

/* Decides what becomes of a request whose worker is gone. */
static void settle(struct worker_group *group, struct request *request, const struct worker *worker)
{
    const char *reason = buf_cstr(&worker->reason);
    bool broke_down = worker->cause == CAUSE_END;
    if (request->result.timed_out) {
        request_failed(group, request, worker, "%s", reason);
    } else if (worker->cause == CAUSE_NONSENSE) {
        request_failed(group, request, worker, "%s", reason);
    } else if (group->interrupted) {
        request_interrupted(group, request);
    } else if (broke_down && request->tried) {
        request_failed(group, request, worker, "%s", reason);
    } else {
        /* Its worker broke down, or was killed because of another one's request. */
        request->tried |= broke_down;
        request_queue_add_first(&group->waiting, request);
    }
}

/* Its process has ended: takes its last words, settles what it had, and frees it. */
static void bury(struct worker_group *group, struct worker *worker)
{
    bool listening = worker->state != WORKER_DOOMED;
    charge(worker);
    worker_process_drain(&worker->process);
    if (listening)
        take_lines(group, worker);
    /* What it started must not go on writing files when its requests are tried again. */
    if (worker->busy > 0)
        worker_process_signal(&worker->process, SIGKILL);
    struct buf said = worker->process.said;
    worker->process.said = (struct buf){0};
    int status = worker_process_end(&worker->process);
    worker->process.said = said;
    bool ended_by_itself = listening && worker->state != WORKER_DOOMED;
    if (ended_by_itself) {
        buf_clear(&worker->reason);
        describe_end(&worker->reason, status);
    }
    while (worker->requests) {
        struct request *request = worker->requests;
        worker->requests = request->next;
        settle(group, request, worker);
    }
    buf_free(&worker->process.said);
    buf_free(&worker->reason);
    free(worker);
}

/* ---- watching ------------------------------------------------------------------------------- */

void worker_watch(const struct worker *worker, struct pollfd polls[WORKER_POLLS])
{
    const struct worker_process *process = &worker->process;
    bool listening = worker->state != WORKER_DOOMED;
    bool sending = listening && process->sent < process->unsent.length;
    polls[WORKER_POLL_INPUT] =
        (struct pollfd){.fd = sending ? process->input : -1, .events = POLLOUT};
    polls[WORKER_POLL_OUTPUT] =
        (struct pollfd){.fd = listening ? process->output : -1, .events = POLLIN};
    polls[WORKER_POLL_ERRORS] =
        (struct pollfd){.fd = listening ? process->errors : -1, .events = POLLIN};
    polls[WORKER_POLL_END] = (struct pollfd){.fd = process->pidfd, .events = POLLIN};
}

bool worker_handle(struct worker_group *group, struct worker *worker,
                   const struct pollfd polls[WORKER_POLLS], uint64_t now)
{
    if (polls[WORKER_POLL_END].revents) {
        bury(group, worker);
        return true;
    }
    if (polls[WORKER_POLL_OUTPUT].revents || polls[WORKER_POLL_ERRORS].revents)
        listen_to(group, worker, now);
    if (polls[WORKER_POLL_INPUT].revents && worker->state != WORKER_DOOMED)
        worker_flush(worker, now);
    return false;
}
