#include "engine/codegen/worker_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* One read, and how many of them in one go. */
enum { CHUNK_BYTES = 64 * 1024, CHUNKS_A_TURN = 4, CHUNKS_AT_THE_END = 64 };

/* ---- starting ------------------------------------------------------------------------------- */

static void close_descriptor(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The three pipes: [i] is the child's descriptor i. */
struct pipes {
    int ours[3];
    int theirs[3];
};

static void close_all(int fds[3])
{
    for (int i = 0; i < 3; i++)
        close_descriptor(&fds[i]);
}

static int open_pipes(struct pipes *pipes)
{
    *pipes = (struct pipes){{-1, -1, -1}, {-1, -1, -1}};
    for (int i = 0; i < 3; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0)
            return errno;
        pipes->ours[i] = ends[i == STDIN_FILENO];
        pipes->theirs[i] = ends[i != STDIN_FILENO];
        if (fcntl(pipes->ours[i], F_SETFL, O_NONBLOCK) < 0)
            return errno;
    }
    return 0;
}

static int init_attributes(posix_spawnattr_t *attributes)
{
    int errnum = posix_spawnattr_init(attributes);
    if (errnum)
        return errnum;
    /* The thread that starts workers blocks everything; SIGPIPE may be ignored by this program. */
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &defaults);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                             POSIX_SPAWN_SETPGROUP);
    return 0;
}

static int spawn(pid_t *pid, char *const *argv, const int theirs[3])
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    int errnum = init_attributes(&attributes);
    if (errnum)
        return errnum;
    errnum = posix_spawn_file_actions_init(&actions);
    if (!errnum) {
        for (int i = 0; i < 3 && !errnum; i++)
            errnum = posix_spawn_file_actions_adddup2(&actions, theirs[i], i);
        if (!errnum)
            errnum = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    posix_spawnattr_destroy(&attributes);
    return errnum;
}

int worker_process_start(struct worker_process *process, char *const *argv)
{
    struct pipes pipes;
    *process = (struct worker_process){.pidfd = -1, .input = -1, .output = -1, .errors = -1};
    int errnum = open_pipes(&pipes);
    if (!errnum)
        errnum = spawn(&process->pid, argv, pipes.theirs);
    close_all(pipes.theirs);
    if (errnum) {
        close_all(pipes.ours);
        return errnum;
    }
    process->input = pipes.ours[STDIN_FILENO];
    process->output = pipes.ours[STDOUT_FILENO];
    process->errors = pipes.ours[STDERR_FILENO];
    process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (process->pidfd >= 0)
        return 0;
    errnum = errno;
    worker_process_signal(process, SIGKILL);
    worker_process_end(process);
    return errnum;
}

/* ---- talking -------------------------------------------------------------------------------- */

int worker_process_write(struct worker_process *process)
{
    while (process->input >= 0 && process->sent < process->unsent.length) {
        ssize_t n = write(process->input, process->unsent.data + process->sent,
                          process->unsent.length - process->sent);
        if (n >= 0)
            process->sent += (size_t)n;
        else if (errno == EAGAIN)
            return 0;
        else if (errno != EINTR)
            return errno;
    }
    process->sent = 0;
    buf_clear(&process->unsent);
    return 0;
}

/* Reads once. False when there is nothing now; a stream at its end is closed. */
static bool read_chunk(int *fd, char chunk[CHUNK_BYTES], size_t *length)
{
    *length = 0;
    if (*fd < 0)
        return false;
    ssize_t n = read(*fd, chunk, CHUNK_BYTES);
    if (n > 0)
        *length = (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        close_descriptor(fd);
    return n > 0;
}

/* At most `chunks` of them, so that a chatterbox does not keep the others waiting. */
static void read_output(struct worker_process *process, int chunks)
{
    char chunk[CHUNK_BYTES];
    size_t length;
    while (chunks-- > 0 && read_chunk(&process->output, chunk, &length))
        worker_lines_add(&process->lines, chunk, length);
}

static void keep_end(struct buf *text, size_t kept)
{
    if (text->length <= kept)
        return;
    memmove(text->data, text->data + text->length - kept, kept + 1);
    text->length = kept;
}

static void read_errors(struct worker_process *process, int chunks)
{
    char chunk[CHUNK_BYTES];
    size_t length;
    while (chunks-- > 0 && read_chunk(&process->errors, chunk, &length)) {
        buf_append(&process->said, chunk, length);
        keep_end(&process->said, WORKER_ERRORS_KEPT);
    }
}

void worker_process_read_output(struct worker_process *process)
{
    read_output(process, CHUNKS_A_TURN);
}

void worker_process_read_errors(struct worker_process *process)
{
    read_errors(process, CHUNKS_A_TURN);
}

void worker_process_drain(struct worker_process *process)
{
    read_output(process, CHUNKS_AT_THE_END);
    read_errors(process, CHUNKS_AT_THE_END);
}

/* ---- ending --------------------------------------------------------------------------------- */

void worker_process_close_input(struct worker_process *process)
{
    close_descriptor(&process->input);
}

void worker_process_signal(const struct worker_process *process, int sig)
{
    kill(-process->pid, sig);
}

uint64_t worker_process_time(const struct worker_process *process)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(process->pid, &clock) || clock_gettime(clock, &used))
        return 0;
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

int worker_process_end(struct worker_process *process)
{
    int status = -1;
    pid_t pid;
    do {
        pid = waitpid(process->pid, &status, 0);
    } while (pid < 0 && errno == EINTR);
    close_descriptor(&process->pidfd);
    close_descriptor(&process->input);
    close_descriptor(&process->output);
    close_descriptor(&process->errors);
    buf_free(&process->unsent);
    buf_free(&process->said);
    worker_lines_free(&process->lines);
    return pid == process->pid ? status : -1;
}
