#include "engine/codegen/worker_group.h"

#include "engine/base/io.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* How long a worker may take to end by itself when there is nothing left for it to do. */
#define LEAVING_NS UINT64_C(500000000)

enum { EXIT_INTERRUPTED = 130 };

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

static void request_queue_add_first(struct request_queue *queue, struct request *request)
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

static void finish_interrupted(struct worker_group *group, struct request *request)
{
    request->result.interrupted = true;
    request->result.exit_code = EXIT_INTERRUPTED;
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
JIG_PRINTF(4, 5)
static void finish_failed(struct worker_group *group, struct request *request,
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
static void finish_answered(struct worker_group *group, struct request *request,
                            const struct worker *worker)
{
    struct codegen_result *result = &request->result;
    const char *missing = result->exit_code == 0 ? missing_output(request) : NULL;
    if (missing) {
        buf_clear(&result->output);
        finish_failed(group, request, worker, "said that it was done, but did not write '%s'",
                      missing);
        return;
    }
    if (result->exit_code != 0)
        append_said(&result->output, worker);
    finish(group, request);
}

/* ---- groups --------------------------------------------------------------------------------- */

struct worker_group *worker_group_create(const struct codegen_generator *from)
{
    static const char flag[] = "--persistent_worker";
    struct worker_group *group = mem_zalloc(sizeof *group);
    size_t count = 0;
    while (from->argv[count])
        count++;
    group->argv = mem_array(count + 2, sizeof *group->argv);
    for (size_t i = 0; i < count; i++)
        group->argv[i] = mem_strndup(from->argv[i], strlen(from->argv[i]));
    group->argv[count] = mem_strndup(flag, sizeof flag - 1);
    group->pipeline = mem_strndup(from->pipeline, strlen(from->pipeline));
    group->most_workers = from->workers ? from->workers : 1;
    group->multiplex = from->multiplex ? from->multiplex : 1;
    group->timeout = (uint64_t)from->timeout_ms * 1000000;
    return group;
}

void worker_group_free(struct worker_group *group)
{
    for (char **argument = group->argv; *argument; argument++)
        free(*argument);
    free(group->argv);
    free(group->pipeline);
    vec_free(&group->workers);
    free(group);
}

/* ---- changes of state ----------------------------------------------------------------------- */

/* Has it end by itself until `kill_at`, or else by SIGKILL. */
static void leave(struct worker *worker, uint64_t terminate_at, uint64_t kill_at)
{
    if (worker->state != WORKER_READY)
        return;
    worker->state = WORKER_LEAVING;
    worker->terminate_at = terminate_at;
    worker->kill_at = kill_at;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Has it end within the grace, at first by asking. */
static void leave_within_grace(const struct worker_group *group, struct worker *worker,
                               uint64_t now)
{
    leave(worker, now + least(LEAVING_NS, group->grace / 2), now + group->grace);
}

/* Tells an idle worker that there is nothing more to do. */
static void dismiss(const struct worker_group *group, struct worker *worker, uint64_t now)
{
    worker_process_close_input(&worker->process);
    leave_within_grace(group, worker, now);
}

static void kill_worker(struct worker *worker)
{
    worker->state = WORKER_DOOMED;
    worker->terminate_at = worker->kill_at = WORKER_NEVER;
    worker_process_signal(&worker->process, SIGKILL);
}

/* Kills it; what it had is settled for this reason when it is gone. */
JIG_PRINTF(3, 4)
static void doom(struct worker *worker, enum worker_cause cause, const char *format, ...)
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
    kill_worker(worker);
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
    buf_append(&result->output, reply->output, reply->output_length);
    int code = reply->exit_code;
    result->exit_code = code == 0 || (code > 0 && code < 256) ? code : 1;
    if (!reply->was_cancelled)
        return;
    result->interrupted = request->cancelled;
    result->exit_code = request->cancelled ? EXIT_INTERRUPTED : 1;
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
    doom(worker, CAUSE_NONSENSE, "answered with what is no reply (%s): %s%s", why, shown,
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
            doom(worker, CAUSE_NONSENSE, "answered request %u twice", reply.id);
        } else {
            doom(worker, CAUSE_NONSENSE, "answered request %u, which it did not have", reply.id);
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
    while (good && worker_lines_next(lines, &line, &length))
        good = take_line(worker, line, length, &answered, &twice);
    if (good && worker_lines_rest(lines) > WORKER_REPLY_LIMIT)
        doom(worker, CAUSE_NONSENSE, "answered with more than %u bytes", WORKER_REPLY_LIMIT);
    else if (good && worker->busy == 0 && worker_lines_rest(lines) > 0)
        doom(worker, CAUSE_NONSENSE, "wrote to its output without having been asked anything");
    worker->alone &= worker->busy > 0;
    if (twice)
        finish_failed(group, twice, worker, "%s", buf_cstr(&worker->reason));
    while (answered) {
        struct request *request = answered;
        answered = request->next;
        finish_answered(group, request, worker);
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

/* ---- dispatch ------------------------------------------------------------------------------- */

static int start_worker(struct worker_group *group, struct worker **out)
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

/* For a first try: an idle worker, else a new one, else the least busy that may have more. */
static int choose_any(struct worker_group *group, struct worker **out)
{
    struct worker *best = NULL;
    for (uint32_t i = 0; i < group->workers.count; i++) {
        struct worker *worker = group->workers.data[i];
        if (worker->state == WORKER_READY && !worker->alone && worker->busy < group->multiplex &&
            (!best || worker->busy < best->busy))
            best = worker;
    }
    *out = best;
    if ((best && best->busy == 0) || group->workers.count >= group->most_workers)
        return 0;
    int errnum = start_worker(group, out);
    if (errnum && best) { /* a shortage; make do with those there are */
        *out = best;
        return 0;
    }
    return errnum;
}

/*
 * For another try: a worker that has never done anything. When all places are taken, an idle worker
 * has to make room, or the request waits for one to become idle.
 */
static int choose_fresh(struct worker_group *group, uint64_t now, struct worker **out)
{
    struct worker *idle = NULL;
    for (uint32_t i = 0; i < group->workers.count; i++) {
        struct worker *worker = group->workers.data[i];
        if (worker->state != WORKER_READY || worker->busy > 0)
            continue;
        idle = worker;
        if (worker->fresh)
            break;
    }
    *out = idle && idle->fresh ? idle : NULL;
    if (*out)
        return 0;
    if (group->workers.count < group->most_workers)
        return start_worker(group, out);
    if (idle)
        dismiss(group, idle, now);
    return 0;
}

/* Whether an idle worker has kept quiet since its last answer. If not, it is dealt with. */
static bool is_quiet(struct worker_group *group, struct worker *worker, uint64_t now)
{
    if (worker->busy > 0 || worker->fresh)
        return true;
    struct pollfd output = {.fd = worker->process.output, .events = POLLIN};
    if (poll(&output, 1, 0) <= 0)
        return true;
    listen_to(group, worker, now);
    return worker->state == WORKER_READY;
}

static void flush(struct worker *worker, uint64_t now)
{
    if (worker_process_write(&worker->process) == 0)
        return;
    worker_process_close_input(&worker->process);
    if (worker->state == WORKER_READY)
        buf_append_str(&worker->reason, "closed its standard input");
    leave(worker, WORKER_NEVER, now + LEAVING_NS);
}

static void send_request(struct worker_group *group, struct worker *worker, struct request *request,
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
    buf_append(&worker->process.unsent, request->body.data, request->body.length);
    worker_request_end(&worker->process.unsent, request->id);
    request->next = worker->requests;
    worker->requests = request;
    worker->busy++;
    worker->fresh = false;
    worker->alone = request->tried;
    flush(worker, now);
}

static void finish_waiting(struct worker_group *group)
{
    struct request *request;
    while ((request = request_queue_take(&group->waiting)))
        finish_interrupted(group, request);
}

void worker_group_dispatch(struct worker_group *group, uint64_t now)
{
    if (group->interrupted)
        finish_waiting(group);
    while (group->waiting.first) {
        struct worker *worker;
        int errnum = group->waiting.first->tried ? choose_fresh(group, now, &worker)
                                                 : choose_any(group, &worker);
        if (errnum)
            finish_failed(group, request_queue_take(&group->waiting), NULL,
                          "could not be started: %s", strerror(errnum));
        else if (!worker)
            return;
        else if (is_quiet(group, worker, now))
            send_request(group, worker, request_queue_take(&group->waiting), now);
    }
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
        finish_failed(group, request, worker, "%s", reason);
    } else if (worker->cause == CAUSE_NONSENSE) {
        finish_failed(group, request, worker, "%s", reason);
    } else if (group->interrupted) {
        finish_interrupted(group, request);
    } else if (broke_down && request->tried) {
        finish_failed(group, request, worker, "%s", reason);
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
        flush(worker, now);
    return false;
}

/* ---- time ----------------------------------------------------------------------------------- */

/* The time at which the first of its requests has taken too long. */
static uint64_t first_deadline(const struct worker *worker)
{
    uint64_t first = WORKER_NEVER;
    if (worker->state != WORKER_DOOMED)
        for (const struct request *r = worker->requests; r; r = r->next)
            first = least(first, r->deadline);
    return first;
}

uint64_t worker_group_due(const struct worker_group *group)
{
    uint64_t due = WORKER_NEVER;
    for (uint32_t i = 0; i < group->workers.count; i++) {
        const struct worker *worker = group->workers.data[i];
        due = least(due, least(worker->terminate_at, worker->kill_at));
        due = least(due, first_deadline(worker));
    }
    return due;
}

static void time_out(const struct worker_group *group, struct worker *worker, uint64_t now)
{
    for (struct request *r = worker->requests; r; r = r->next)
        r->result.timed_out = r->deadline <= now;
    doom(worker, CAUSE_TIMEOUT, "did not answer within %llu ms",
         (unsigned long long)(group->timeout / 1000000));
}

void worker_group_expire(struct worker_group *group, uint64_t now)
{
    for (uint32_t i = 0; i < group->workers.count; i++) {
        struct worker *worker = group->workers.data[i];
        if (first_deadline(worker) <= now)
            time_out(group, worker, now);
        if (worker->terminate_at <= now) {
            worker_process_signal(&worker->process, SIGTERM);
            worker->terminate_at = WORKER_NEVER;
        }
        if (worker->kill_at <= now)
            kill_worker(worker);
    }
}

/* ---- interrupting and closing --------------------------------------------------------------- */

static void cancel_requests(struct worker *worker)
{
    for (struct request *r = worker->requests; r; r = r->next) {
        worker_cancel(&worker->process.unsent, r->id);
        r->cancelled = true;
    }
}

void worker_group_interrupt(struct worker_group *group, uint64_t now)
{
    bool again = group->interrupted;
    group->interrupted = true;
    for (uint32_t i = 0; i < group->workers.count; i++) {
        struct worker *worker = group->workers.data[i];
        if (worker->busy == 0 || worker->state == WORKER_DOOMED)
            continue;
        if (again) {
            doom(worker, CAUSE_INTERRUPT, "was interrupted");
        } else {
            cancel_requests(worker);
            flush(worker, now);
            worker->cause = CAUSE_INTERRUPT;
            leave_within_grace(group, worker, now);
        }
    }
}

void worker_group_close(struct worker_group *group, uint64_t now)
{
    group->interrupted = true;
    for (uint32_t i = 0; i < group->workers.count; i++) {
        struct worker *worker = group->workers.data[i];
        if (worker->busy > 0)
            doom(worker, CAUSE_INTERRUPT, "was interrupted");
        else
            dismiss(group, worker, now);
    }
}
