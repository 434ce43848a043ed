#include "tools/perf/child.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- starting ------------------------------------------------------------------------------ */

enum { LAUNCH_WORDS = 5, MOST_WORDS = 64 };

/* This program, to be the small process that runs the command. */
_Noreturn static void become_launcher(const struct child_command *command, int out, int result)
{
    char result_text[16];
    const char *argv[MOST_WORDS] = {"jig-perf", LAUNCH_OPTION, result_text,
                                    command->one_processor ? "1" : "0", command->directory};
    size_t count = LAUNCH_WORDS;
    for (size_t i = 0; command->argv[i] && count < MOST_WORDS - 1; i++)
        argv[count++] = command->argv[i];
    snprintf(result_text, sizeof result_text, "%d", result);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int log = open(command->log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (log >= 0 && dup2(log, STDERR_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        fcntl(result, F_SETFD, 0) == 0)
        execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
    _exit(LAUNCH_NOT_STARTED);
}

enum jig_status child_start(const struct child_command *command, int out, struct child *child,
                            struct jig_error *error)
{
    int ends[2];
    *child = (struct child){.result = -1};
    if (pipe2(ends, O_CLOEXEC) < 0)
        return jig_fail_errno(error, errno, "cannot make a pipe");
    pid_t pid = fork();
    if (pid < 0) {
        int errnum = errno;
        close(ends[0]);
        close(ends[1]);
        return jig_fail_errno(error, errnum, "cannot start %s", command->argv[0]);
    }
    if (pid == 0)
        become_launcher(command, out, ends[1]);
    setpgid(pid, pid); /* both do it, so that it is done for whoever comes first */
    close(ends[1]);
    *child = (struct child){.group = pid, .result = ends[0]};
    return JIG_OK;
}

/* ---- waiting ------------------------------------------------------------------------------- */

void child_interrupt(const struct child *child)
{
    if (child->group)
        kill(-child->group, SIGINT);
}

static bool read_usage(int fd, struct usage *usage)
{
    ssize_t n;
    do
        n = read(fd, usage, sizeof *usage);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof *usage;
}

enum jig_status child_wait(struct child *child, struct interrupt *interrupt, struct usage *usage,
                           struct jig_error *error)
{
    enum { RESULT, SIGNAL, COUNT };
    struct pollfd fds[COUNT] = {
        [RESULT] = {.fd = child->result, .events = POLLIN},
        [SIGNAL] = {.fd = interrupt->fd, .events = POLLIN},
    };
    bool told = interrupt->caught;
    if (told)
        child_interrupt(child);
    while (!fds[RESULT].revents) {
        if (poll(fds, COUNT, -1) < 0 && errno != EINTR)
            break;
        if (!fds[SIGNAL].revents || !interrupt_take(interrupt))
            continue;
        kill(-child->group, told ? SIGKILL : SIGINT);
        told = true;
    }
    bool known = read_usage(child->result, usage);
    close(child->result);
    while (waitpid(child->group, NULL, 0) < 0 && errno == EINTR)
        ;
    *child = (struct child){.result = -1};
    if (interrupt->caught)
        return jig_fail(error, JIG_ERROR_INTERRUPTED, "interrupted");
    return known ? JIG_OK : jig_fail(error, JIG_ERROR_IO, "a process that measures has died");
}

/* ---- the whole ----------------------------------------------------------------------------- */

/* The first line of a file that says what failed, or else its last one that is not empty. */
static void take_complaint(const char *path, struct buf *line)
{
    struct buf text = {0};
    io_read_file(AT_FDCWD, path, &text);
    while (text.length && text.data[text.length - 1] == '\n')
        text.data[--text.length] = '\0';
    const char *begin = buf_cstr(&text), *at = strstr(begin, "error: ");
    if (!at)
        at = strstr(begin, "FAILED: ");
    if (!at)
        at = begin + text.length;
    while (at > begin && at[-1] != '\n')
        at--;
    buf_append(line, at, strcspn(at, "\n"));
    buf_free(&text);
}

/* The error of a command that did not exit with 0; `out` is where its standard output is. */
static enum jig_status fail(const struct child_command *command, const char *out,
                            const struct usage *usage, struct jig_error *error)
{
    struct buf words = {0}, complaint = {0};
    for (size_t i = 0; command->argv[i]; i++) {
        buf_append_str(&words, i ? " " : "");
        buf_append_shell_quoted(&words, command->argv[i], strlen(command->argv[i]));
    }
    take_complaint(command->log, &complaint);
    if (!complaint.length)
        take_complaint(out, &complaint);
    int status = usage->status;
    if (WIFSIGNALED(status))
        jig_fail(error, JIG_ERROR_JOB, "%s: ended by signal %d", buf_cstr(&words),
                 WTERMSIG(status));
    else if (WEXITSTATUS(status) == LAUNCH_NOT_FOUND && !complaint.length)
        jig_fail(error, JIG_ERROR_JOB, "%s: cannot be run", command->argv[0]);
    else
        jig_fail(error, JIG_ERROR_JOB, "%s: exit code %d%s%s", buf_cstr(&words),
                 WEXITSTATUS(status), complaint.length ? ": " : "", buf_cstr(&complaint));
    buf_free(&words);
    buf_free(&complaint);
    return JIG_ERROR_JOB;
}

enum jig_status child_run(const struct child_command *command, struct interrupt *interrupt,
                          struct buf *out, struct usage *usage, struct jig_error *error)
{
    struct child child;
    char path[32];
    int fd = memfd_create("output", MFD_CLOEXEC);
    if (fd < 0)
        return jig_fail_errno(error, errno, "cannot make a file for output");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    enum jig_status status = child_start(command, fd, &child, error);
    if (!status)
        status = child_wait(&child, interrupt, usage, error);
    if (!status && usage->status != 0)
        status = fail(command, path, usage, error);
    int errnum = !status && out ? io_read_file(AT_FDCWD, path, out) : 0;
    if (errnum)
        status = jig_fail_errno(error, errnum, "cannot read what was printed");
    close(fd);
    return status;
}
