#include "engine/codegen/workers.h"

#include "engine/base/io.h"
#include "engine/codegen/worker_group.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { DEFAULT_GRACE_MS = 5000 };

/* Something the caller's thread asks of the manager. */
struct order {
    struct worker_group *group;
    struct request *request;
};

struct workers {
    struct finished *finished;
    uint64_t grace;
    int wake; /* eventfd: there is something under the lock to look at */

    pthread_mutex_t lock;
    VEC(struct order) orders; /* under `lock` */
    uint32_t interrupts;      /* under `lock`: calls that the manager has not looked at */
    bool closing;             /* under `lock` */

    /* The caller's thread's. */
    VEC(struct worker_group *) groups; /* not in use by the manager before their first order */
    pthread_t thread;
    bool has_thread;

    /* The manager's, once it runs. */
    VEC(struct worker_group *) known; /* groups that have had orders */
    VEC(struct order) taken;
    VEC(struct pollfd) polls;
    uint32_t next_id; /* of multiplexed requests */
    bool interrupted;
    bool closed;
};

/* ---- the manager ---------------------------------------------------------------------------- */

static void meet(struct workers *workers, struct worker_group *group)
{
    for (uint32_t i = 0; i < workers->known.count; i++)
        if (workers->known.data[i] == group)
            return;
    group->interrupted = workers->interrupted;
    vec_push(&workers->known, group);
}

/* Takes what the caller's thread left, and looks at each part of it. */
static void take_orders(struct workers *workers, uint64_t now)
{
    pthread_mutex_lock(&workers->lock);
    for (uint32_t i = 0; i < workers->orders.count; i++)
        vec_push(&workers->taken, workers->orders.data[i]);
    workers->orders.count = 0;
    uint32_t interrupts = workers->interrupts;
    workers->interrupts = 0;
    bool closing = workers->closing;
    pthread_mutex_unlock(&workers->lock);

    for (uint32_t i = 0; i < workers->taken.count; i++) {
        meet(workers, workers->taken.data[i].group);
        request_queue_add(&workers->taken.data[i].group->waiting, workers->taken.data[i].request);
    }
    workers->taken.count = 0;
    for (; interrupts > 0; interrupts--) {
        for (uint32_t i = 0; i < workers->known.count; i++)
            worker_group_interrupt(workers->known.data[i], now);
        workers->interrupted = true;
    }
    if (closing && !workers->closed)
        for (uint32_t i = 0; i < workers->known.count; i++)
            worker_group_close(workers->known.data[i], now);
    workers->closed = closing;
}

static bool all_gone(const struct workers *workers)
{
    for (uint32_t i = 0; i < workers->known.count; i++)
        if (workers->known.data[i]->workers.count > 0)
            return false;
    return true;
}

/* The poll set: the eventfd, then four of each worker, groups and workers in their order. */
static void watch_all(struct workers *workers)
{
    workers->polls.count = 0;
    vec_push(&workers->polls, ((struct pollfd){.fd = workers->wake, .events = POLLIN}));
    for (uint32_t i = 0; i < workers->known.count; i++) {
        const struct worker_group *group = workers->known.data[i];
        for (uint32_t j = 0; j < group->workers.count; j++) {
            vec_extend(&workers->polls, WORKER_POLLS);
            worker_watch(group->workers.data[j],
                         workers->polls.data + workers->polls.count - WORKER_POLLS);
        }
    }
}

/* What poll takes as the time until the next thing is due, rounded up. */
static int milliseconds_left(const struct workers *workers, uint64_t now)
{
    uint64_t due = WORKER_NEVER;
    for (uint32_t i = 0; i < workers->known.count; i++) {
        uint64_t next = worker_group_due(workers->known.data[i]);
        due = next < due ? next : due;
    }
    if (due == WORKER_NEVER)
        return -1;
    uint64_t ms = due <= now ? 0 : (due - now + 999999) / 1000000;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

/* Goes through the poll set in the order it was made in; workers that are gone are unlisted. */
static void handle_all(struct workers *workers, uint64_t now)
{
    const struct pollfd *polls = workers->polls.data + 1;
    for (uint32_t i = 0; i < workers->known.count; i++) {
        struct worker_group *group = workers->known.data[i];
        uint32_t kept = 0;
        for (uint32_t j = 0; j < group->workers.count; j++, polls += WORKER_POLLS) {
            struct worker *worker = group->workers.data[j];
            if (!worker_handle(group, worker, polls, now))
                group->workers.data[kept++] = worker;
        }
        group->workers.count = kept;
        worker_group_expire(group, now);
    }
}

static void *manage(void *argument)
{
    struct workers *workers = argument;
    for (;;) {
        uint64_t now = clock_monotonic_ns();
        take_orders(workers, now);
        for (uint32_t i = 0; i < workers->known.count; i++)
            worker_group_dispatch(workers->known.data[i], now);
        if (workers->closed && all_gone(workers))
            return NULL;
        watch_all(workers);
        int n = poll(workers->polls.data, workers->polls.count, milliseconds_left(workers, now));
        if (n < 0) /* a shortage of memory at worst: nothing was seen, and time goes on */
            for (uint32_t i = 0; i < workers->polls.count; i++)
                workers->polls.data[i].revents = 0;
        uint64_t calls;
        if (workers->polls.data[0].revents) {
            ssize_t got = read(workers->wake, &calls, sizeof calls);
            (void)got; /* it does not matter how often it was called */
        }
        handle_all(workers, clock_monotonic_ns());
    }
}

/* ---- the caller's thread -------------------------------------------------------------------- */

int workers_create(struct workers **out, struct finished *finished, uint32_t grace_ms)
{
    struct workers *workers = mem_zalloc(sizeof *workers);
    workers->finished = finished;
    workers->grace = (uint64_t)(grace_ms ? grace_ms : DEFAULT_GRACE_MS) * 1000000;
    workers->next_id = 1;
    workers->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (workers->wake < 0) {
        int errnum = errno;
        free(workers);
        *out = NULL;
        return errnum;
    }
    pthread_mutex_init(&workers->lock, NULL);
    *out = workers;
    return 0;
}

static void wake_manager(struct workers *workers)
{
    const uint64_t one = 1;
    /* Fails only when 2^64 - 2 calls have not been looked at, and then it is readable anyway. */
    ssize_t written = write(workers->wake, &one, sizeof one);
    (void)written;
}

void workers_destroy(struct workers *workers)
{
    if (workers->has_thread) {
        pthread_mutex_lock(&workers->lock);
        workers->closing = true;
        pthread_mutex_unlock(&workers->lock);
        wake_manager(workers);
        pthread_join(workers->thread, NULL);
    }
    for (uint32_t i = 0; i < workers->groups.count; i++)
        worker_group_free(workers->groups.data[i]);
    vec_free(&workers->groups);
    vec_free(&workers->known);
    vec_free(&workers->orders);
    vec_free(&workers->taken);
    vec_free(&workers->polls);
    pthread_mutex_destroy(&workers->lock);
    close(workers->wake);
    free(workers);
}

struct worker_group *workers_add_group(struct workers *workers,
                                       const struct codegen_generator *generator)
{
    struct worker_group *group = worker_group_create(generator);
    group->finished = workers->finished;
    group->next_id = &workers->next_id;
    group->grace = workers->grace;
    vec_push(&workers->groups, group);
    return group;
}

static int start_thread(struct workers *workers)
{
    if (workers->has_thread)
        return 0;
    sigset_t all, before;
    sigfillset(&all); /* SIGPIPE among them: writing to a worker that is gone is then an error */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int errnum = pthread_create(&workers->thread, NULL, manage, workers);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    workers->has_thread = errnum == 0;
    return errnum;
}

/* Ends a job that does not get as far as the manager. */
static void fail(struct workers *workers, struct request *request, const char *reason)
{
    request->result.exit_code = 1;
    request->result.start_ns = request->result.end_ns = clock_monotonic_ns();
    buf_printf(&request->result.output, "%s\n", reason);
    finished_put(workers->finished, &request->result);
    request_free(request);
}

void workers_start(struct workers *workers, struct worker_group *group,
                   const struct codegen_job *job)
{
    struct request *request = mem_zalloc(sizeof *request);
    request->result.job = job->job;
    for (uint32_t i = 0; i < job->output_count; i++)
        buf_append(&request->outputs, job->outputs[i], strlen(job->outputs[i]) + 1);
    if (!worker_request_begin(&request->body, job->arguments, job->inputs, job->input_count)) {
        fail(workers, request,
             "an argument or a path is not valid UTF-8, which workers' JSON needs");
        return;
    }
    if (start_thread(workers)) {
        fail(workers, request, "cannot start a thread for workers");
        return;
    }
    pthread_mutex_lock(&workers->lock);
    bool was_empty = workers->orders.count == 0;
    vec_push(&workers->orders, ((struct order){group, request}));
    pthread_mutex_unlock(&workers->lock);
    if (was_empty)
        wake_manager(workers);
}

void workers_interrupt(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->interrupts++;
    pthread_mutex_unlock(&workers->lock);
    wake_manager(workers);
}
