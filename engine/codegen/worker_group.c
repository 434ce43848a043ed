#include "engine/codegen/worker_group.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- dispatch ------------------------------------------------------------------------------- */

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
    int errnum = worker_start(group, out);
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
        return worker_start(group, out);
    if (idle)
        worker_dismiss(group, idle, now);
    return 0;
}

static void finish_waiting(struct worker_group *group)
{
    struct request *request;
    while ((request = request_queue_take(&group->waiting)))
        request_interrupted(group, request);
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
            request_failed(group, request_queue_take(&group->waiting), NULL,
                           "could not be started: %s", strerror(errnum));
        else if (!worker)
            return;
        else if (worker_is_quiet(group, worker, now))
            worker_send(group, worker, request_queue_take(&group->waiting), now);
    }
}

/* ---- time ----------------------------------------------------------------------------------- */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

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
    worker_doom(worker, CAUSE_TIMEOUT, "did not answer within %llu ms",
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
            worker_kill(worker);
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
            worker_doom(worker, CAUSE_INTERRUPT, "was interrupted");
        } else {
            cancel_requests(worker);
            worker_flush(worker, now);
            worker->cause = CAUSE_INTERRUPT;
            worker_leave(group, worker, now);
        }
    }
}

void worker_group_close(struct worker_group *group, uint64_t now)
{
    group->interrupted = true;
    for (uint32_t i = 0; i < group->workers.count; i++) {
        struct worker *worker = group->workers.data[i];
        if (worker->busy > 0)
            worker_doom(worker, CAUSE_INTERRUPT, "was interrupted");
        else
            worker_dismiss(group, worker, now);
    }
}
