#include "scheduler/process.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A pipe starts this large; a child that fills it is given the larger one. */
enum { PIPE_BYTES = 64 * 1024, LARGE_PIPE_BYTES = 1024 * 1024 };

/* Linux counts in sectors, whatever the file system's blocks are. */
enum { RUSAGE_BLOCK = 512 };

/* ---- spawner -------------------------------------------------------------------------------- */

/*
 * The signals that children have at their default: all but those that are ignored now, as after
 * any exec. Naming them all spares the C library asking for each one at every start. SIGPIPE is
 * among them even when ignored, because it is programs like this one that ignore it.
 */
static void default_signals(sigset_t *set)
{
    sigfillset(set);
    for (int sig = 1; sig < NSIG; sig++) {
        struct sigaction now;
        if (sig != SIGPIPE && sigaction(sig, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
            sigdelset(set, sig);
    }
}

static int init_attributes(posix_spawnattr_t *attributes, const sigset_t *mask,
                           const sigset_t *defaults, short more_flags)
{
    int errnum = posix_spawnattr_init(attributes);
    if (errnum)
        return errnum;
    posix_spawnattr_setsigmask(attributes, mask);
    posix_spawnattr_setsigdefault(attributes, defaults);
    posix_spawnattr_setflags(attributes,
                             (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | more_flags));
    return 0;
}

static int hold_spare(struct spawner *spawner)
{
    if (spawner->spare < 0)
        spawner->spare = fcntl(spawner->null_device, F_DUPFD_CLOEXEC, 0);
    return spawner->spare < 0 ? errno : 0;
}

int spawner_init(struct spawner *spawner, const sigset_t *mask)
{
    *spawner = (struct spawner){.null_device = -1, .spare = -1};
    sigset_t defaults;
    default_signals(&defaults);
    int errnum = init_attributes(&spawner->captured, mask, &defaults, POSIX_SPAWN_SETPGROUP);
    if (!errnum)
        errnum = init_attributes(&spawner->console, mask, &defaults, 0);
    if (!errnum) {
        spawner->null_device = open("/dev/null", O_RDONLY | O_CLOEXEC);
        errnum = spawner->null_device < 0 ? errno : hold_spare(spawner);
    }
    if (errnum)
        spawner_free(spawner);
    return errnum;
}

void spawner_free(struct spawner *spawner)
{
    posix_spawnattr_destroy(&spawner->captured);
    posix_spawnattr_destroy(&spawner->console);
    if (spawner->null_device >= 0)
        close(spawner->null_device);
    if (spawner->spare >= 0)
        close(spawner->spare);
    *spawner = (struct spawner){.null_device = -1, .spare = -1};
}

/* ---- starting ------------------------------------------------------------------------------- */

static int open_pipe(struct process *process)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return errno;
    process->output = ends[0];
    process->output_guard = ends[1];
    /* Only our end, and only in case a descendant reads from it too: see process_read. */
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? errno : 0;
}

static void close_descriptors(struct process *process)
{
    int *const all[] = {&process->pidfd, &process->output, &process->output_guard};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (*all[i] >= 0)
            close(*all[i]);
        *all[i] = -1;
    }
}

/* What happens in the child before the exec. */
static int add_actions(posix_spawn_file_actions_t *actions, const struct spawner *spawner,
                       const struct process_spec *spec, const struct process *process)
{
    int errnum = 0;
    if (spec->directory)
        errnum = posix_spawn_file_actions_addchdir_np(actions, spec->directory);
    if (errnum || spec->console)
        return errnum;
    const int from[] = {spawner->null_device, process->output_guard, process->output_guard};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && !errnum; fd++)
        errnum = posix_spawn_file_actions_adddup2(actions, from[fd], fd);
    return errnum;
}

static int spawn_child(const struct spawner *spawner, const struct process_spec *spec,
                       struct process *process)
{
    posix_spawn_file_actions_t actions;
    int errnum = posix_spawn_file_actions_init(&actions);
    if (errnum)
        return errnum;
    errnum = add_actions(&actions, spawner, spec, process);
    if (!errnum) {
        errno = 0;
        errnum = posix_spawn(&process->pid, spec->path, &actions,
                             spec->console ? &spawner->console : &spawner->captured,
                             spec->arguments, spec->environment);
        /* glibc 2.35 says EPERM whenever no process could be made; errno then has the reason. */
        if (errnum == EPERM && errno)
            errnum = errno;
    }
    posix_spawn_file_actions_destroy(&actions);
    return errnum;
}

static int open_pidfd(struct spawner *spawner, struct process *process)
{
    process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (process->pidfd < 0 && (errno == EMFILE || errno == ENFILE)) {
        close(spawner->spare);
        spawner->spare = -1;
        process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    }
    return process->pidfd < 0 ? errno : 0;
}

int process_spawn(struct spawner *spawner, const struct process_spec *spec, struct process *process)
{
    *process =
        (struct process){.pidfd = -1, .output = -1, .output_guard = -1, .console = spec->console};
    int errnum = hold_spare(spawner);
    if (!errnum && !spec->console)
        errnum = open_pipe(process);
    process->start_ns = clock_monotonic_ns();
    if (!errnum)
        errnum = spawn_child(spawner, spec, process);
    if (errnum) {
        close_descriptors(process);
        return errnum;
    }
    errnum = open_pidfd(spawner, process);
    if (errnum)
        process_discard(process);
    return errnum;
}

bool process_is_shortage(int errnum)
{
    return errnum == EAGAIN || errnum == ENOMEM || errnum == EMFILE || errnum == ENFILE;
}

/* ---- running and ended ---------------------------------------------------------------------- */

void process_read(struct process *process)
{
    int available = 0;
    if (ioctl(process->output, FIONREAD, &available) < 0 || available <= 0)
        return;
    char *to = buf_reserve(&process->text, (size_t)available);
    ssize_t n = read(process->output, to, (size_t)available);
    if (n > 0) {
        process->text.length += (size_t)n;
        process->text.data[process->text.length] = '\0';
    }
    /* Refused to users who have many large pipes already; then it stays as it is. */
    if (n == PIPE_BYTES)
        fcntl(process->output, F_SETPIPE_SZ, LARGE_PIPE_BYTES);
}

static uint64_t timeval_ns(struct timeval tv)
{
    return (uint64_t)tv.tv_sec * 1000000000u + (uint64_t)tv.tv_usec * 1000u;
}

/* Waits for the child. False when someone else has taken its exit status. */
static bool wait_for(const struct process *process, int *status, struct rusage *usage)
{
    pid_t pid;
    do {
        pid = wait4(process->pid, status, 0, usage);
    } while (pid < 0 && errno == EINTR);
    return pid == process->pid;
}

void process_reap(struct process *process, struct process_end *end)
{
    if (process->output >= 0)
        process_read(process);
    int status = 0;
    struct rusage usage = {0};
    bool known = wait_for(process, &status, &usage);
    close_descriptors(process);
    *end = (struct process_end){
        .exit_code = PROCESS_EXIT_UNKNOWN,
        .start_ns = process->start_ns,
        .end_ns = clock_monotonic_ns(),
        .user_ns = timeval_ns(usage.ru_utime),
        .system_ns = timeval_ns(usage.ru_stime),
        .peak_rss = (uint64_t)usage.ru_maxrss * 1024,
        .read_bytes = (uint64_t)usage.ru_inblock * RUSAGE_BLOCK,
        .written_bytes = (uint64_t)usage.ru_oublock * RUSAGE_BLOCK,
    };
    if (known && WIFSIGNALED(status)) {
        end->signal = WTERMSIG(status);
        end->core_dumped = WCOREDUMP(status);
        end->exit_code = 128 + end->signal;
    } else if (known) {
        end->exit_code = WEXITSTATUS(status);
    }
}

void process_discard(struct process *process)
{
    process_signal(process, SIGKILL);
    int status;
    struct rusage usage;
    wait_for(process, &status, &usage);
    close_descriptors(process);
    buf_free(&process->text);
}

void process_signal(const struct process *process, int sig)
{
    kill(process->console ? process->pid : -process->pid, sig);
}
