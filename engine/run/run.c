#include "engine/run/run.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "engine/run/launch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* How long jobs have to end after they were told to, when the caller says nothing. */
enum { GRACE_MS = 5000 };

/* A job that runs. Its address stays the same while it does. */
struct slot {
    uint32_t index;
    uint32_t job;
    bool busy;
    bool timed_out;
    uint64_t deadline_ns; /* monotonic; UINT64_MAX: none. After the first, when to kill it */
    uint32_t timeout_ms;
    struct launch launch;
};

struct run {
    struct reactor *reactor;
    struct launcher launcher;
    uint32_t limit; /* of slots */
    double max_load;
    uint32_t grace_ms;
    VEC(struct slot *) slots; /* [i]->index == i */
    bool interrupted;
    uint64_t kill_ns;          /* monotonic: when patience ends; UINT64_MAX: not set */
    bool signal_from_terminal; /* the last one reported */
};

enum jig_status run_create(struct run **out, const struct run_options *options,
                           struct jig_error *error)
{
    *out = NULL;
    struct reactor *reactor;
    int errnum = reactor_create(&reactor, !options->leave_signals);
    if (!errnum && options->wake_fd)
        errnum = reactor_attach(reactor, options->wake_fd);
    if (errnum)
        reactor_destroy(reactor);
    if (errnum)
        return jig_fail_errno(error, errnum, "cannot prepare to run processes");
    struct run *run = mem_zalloc(sizeof *run);
    run->reactor = reactor;
    run->limit = options->slots ? options->slots : UINT32_MAX;
    run->max_load = options->max_load;
    run->grace_ms = options->grace_ms ? options->grace_ms : GRACE_MS;
    run->kill_ns = UINT64_MAX;
    launcher_init(&run->launcher, reactor, options->environment ? options->environment : environ,
                  options->script_dir ? options->script_dir : "/tmp");
    *out = run;
    return JIG_OK;
}

static void free_slot(struct slot *slot)
{
    launch_end(&slot->launch);
    slot->busy = false;
}

void run_destroy(struct run *run)
{
    if (!run)
        return;
    reactor_destroy(run->reactor);
    for (uint32_t i = 0; i < run->slots.count; i++) {
        free_slot(run->slots.data[i]);
        free(run->slots.data[i]);
    }
    vec_free(&run->slots);
    launcher_free(&run->launcher);
    free(run);
}

/* ---- starting ------------------------------------------------------------------------------- */

bool run_has_slot(const struct run *run)
{
    uint32_t running = reactor_running(run->reactor);
    if (running == 0)
        return true;
    if (running >= run->limit)
        return false;
    double load;
    return run->max_load <= 0 || getloadavg(&load, 1) != 1 || load < run->max_load;
}

uint32_t run_running(const struct run *run)
{
    return reactor_running(run->reactor);
}

static struct slot *smallest_free_slot(struct run *run)
{
    for (uint32_t i = 0; i < run->slots.count; i++) {
        if (!run->slots.data[i]->busy)
            return run->slots.data[i];
    }
    struct slot *slot = mem_zalloc(sizeof *slot);
    slot->index = run->slots.count;
    vec_push(&run->slots, slot);
    return slot;
}

static enum jig_status write_rspfile(const struct run_job *job, int *errnum,
                                     struct jig_error *error)
{
    *errnum = io_make_parent_dirs(job->rspfile);
    if (!*errnum)
        *errnum = io_write_file(AT_FDCWD, job->rspfile, job->rspfile_content, job->rspfile_length);
    return *errnum ? jig_fail_errno(error, *errnum, "cannot write response file '%s'", job->rspfile)
                   : JIG_OK;
}

enum jig_status run_start(struct run *run, const struct run_job *job, uint32_t *slot_index,
                          int *errnum_out, struct jig_error *error)
{
    int errnum = 0;
    struct slot *slot = smallest_free_slot(run);
    enum jig_status status = job->rspfile ? write_rspfile(job, &errnum, error) : JIG_OK;
    if (!status)
        status = launcher_start(&run->launcher, job->command, job->console, slot, &slot->launch,
                                &errnum, error);
    if (errnum_out)
        *errnum_out = errnum;
    if (status)
        return status;
    slot->busy = true;
    slot->job = job->job;
    slot->timed_out = false;
    slot->timeout_ms = job->timeout_ms;
    slot->deadline_ns =
        job->timeout_ms ? clock_monotonic_ns() + (uint64_t)job->timeout_ms * 1000000 : UINT64_MAX;
    *slot_index = slot->index;
    return JIG_OK;
}

/* ---- waiting -------------------------------------------------------------------------------- */

/*
 * What a shell says of a program that was killed. Where none stood between, it is said here: who
 * reads the output must learn of a crash either way.
 */
static void describe_death(const struct process_end *end, struct buf *output)
{
    if (!end->signal || end->signal == SIGINT || end->signal == SIGPIPE)
        return;
    const char *name = sigdescr_np(end->signal);
    if (name)
        buf_append_str(output, name);
    else
        buf_printf(output, "Real-time signal %d", end->signal - SIGRTMIN);
    buf_append_str(output, end->core_dumped ? " (core dumped)\n" : "\n");
}

static bool is_interruption(int sig)
{
    return sig == SIGINT || sig == SIGTERM || sig == SIGHUP;
}

/* Whatever the job made of being told to end, it has failed. */
static void tell_timeout(const struct slot *slot, struct run_result *result)
{
    enum { EXIT_TIMED_OUT = 124 }; /* as timeout(1) has it */
    result->timed_out = true;
    result->interrupted = false;
    result->exit_code = result->exit_code ? result->exit_code : EXIT_TIMED_OUT;
    if (result->output.length && result->output.data[result->output.length - 1] != '\n')
        buf_append_char(&result->output, '\n');
    buf_printf(&result->output, "it took longer than its timeout of %u.%03u s, and was stopped\n",
               slot->timeout_ms / 1000, slot->timeout_ms % 1000);
}

static void take_exit(const struct run *run, struct reactor_event *event, struct run_result *result)
{
    struct slot *slot = event->user;
    const struct process_end *end = &event->end;
    *result = (struct run_result){
        .kind = RUN_FINISHED,
        .signal = end->signal,
        .job = slot->job,
        .slot = slot->index,
        .exit_code = end->exit_code,
        .interrupted = run->interrupted || is_interruption(end->signal),
        .output = event->output,
        .start_ns = end->start_ns,
        .end_ns = end->end_ns,
        .user_ns = end->user_ns,
        .system_ns = end->system_ns,
        .peak_rss = end->peak_rss,
        .read_bytes = end->read_bytes,
        .written_bytes = end->written_bytes,
    };
    if (slot->timed_out && !run->interrupted)
        tell_timeout(slot, result);
    else if (slot->launch.direct && !run->interrupted)
        describe_death(end, &result->output);
    free_slot(slot);
}

/* Tells jobs that have taken too long to end. Returns when there is next something to be done. */
static uint64_t enforce_timeouts(struct run *run, uint64_t now)
{
    uint64_t next = UINT64_MAX;
    for (uint32_t i = 0; i < run->slots.count; i++) {
        struct slot *slot = run->slots.data[i];
        if (!slot->busy)
            continue;
        if (now >= slot->deadline_ns) {
            reactor_signal(run->reactor, slot, slot->timed_out ? SIGKILL : SIGTERM);
            slot->deadline_ns =
                slot->timed_out ? UINT64_MAX : now + (uint64_t)run->grace_ms * 1000000;
            slot->timed_out = true;
        }
        next = slot->deadline_ns < next ? slot->deadline_ns : next;
    }
    return next;
}

static void kill_all(struct run *run)
{
    run->kill_ns = UINT64_MAX;
    reactor_signal_all(run->reactor, SIGKILL, false);
}

/* Waits for one event until `deadline`, and deals with what no caller needs to know. */
static int wait_until(struct run *run, uint64_t deadline, struct reactor_event *event)
{
    for (;;) {
        uint64_t now = clock_monotonic_ns();
        if (now >= run->kill_ns)
            kill_all(run);
        uint64_t until = enforce_timeouts(run, now);
        until = run->kill_ns < until ? run->kill_ns : until;
        until = deadline < until ? deadline : until;
        int64_t timeout = until == UINT64_MAX ? -1 : until > now ? (int64_t)(until - now) : 0;
        int errnum = reactor_wait(run->reactor, timeout, event);
        if (errnum || event->kind != REACTOR_TIMEOUT || until == deadline)
            return errnum;
    }
}

bool run_is_shortage(int errnum)
{
    return process_is_shortage(errnum);
}

enum jig_status run_wait(struct run *run, uint32_t timeout_ms, struct run_result *result,
                         struct jig_error *error)
{
    *result = (struct run_result){.kind = RUN_TIMEOUT};
    uint64_t deadline =
        timeout_ms ? clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000 : UINT64_MAX;
    struct reactor_event event;
    int errnum = wait_until(run, deadline, &event);
    if (errnum)
        return jig_fail_errno(error, errnum, "cannot wait for processes");
    switch (event.kind) {
    case REACTOR_EXITED:
        take_exit(run, &event, result);
        break;
    case REACTOR_WOKEN:
        result->kind = RUN_WOKEN;
        break;
    case REACTOR_SIGNAL:
        result->kind = RUN_SIGNAL;
        result->signal = event.signal;
        run->signal_from_terminal = event.from_terminal;
        break;
    case REACTOR_READY:
        result->kind = RUN_READY;
        break;
    case REACTOR_TIMEOUT:
        break;
    }
    return JIG_OK;
}

void run_result_free(struct run_result *result)
{
    buf_free(&result->output);
}

void run_wake(struct run *run)
{
    reactor_wake(run->reactor);
}

enum jig_status run_await(struct run *run, int fd, struct jig_error *error)
{
    int errnum = reactor_await(run->reactor, fd);
    return errnum ? jig_fail_errno(error, errnum, "cannot wait for a descriptor") : JIG_OK;
}

void run_interrupt(struct run *run, int sig)
{
    if (run->interrupted) {
        kill_all(run);
        return;
    }
    run->interrupted = true;
    run->kill_ns = clock_monotonic_ns() + (uint64_t)run->grace_ms * 1000000;
    reactor_signal_all(run->reactor, sig ? sig : SIGTERM, sig && run->signal_from_terminal);
}
