#include "tools/jig/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ, WRITE };

/* Starts the program with the write ends of both pipes as its output and error. */
static int start(const char *const argv[], int out[2], int err[2], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int errnum = posix_spawn_file_actions_init(&actions);
    if (errnum)
        return errnum;
    errnum = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!errnum)
        errnum = posix_spawn_file_actions_adddup2(&actions, out[WRITE], STDOUT_FILENO);
    if (!errnum)
        errnum = posix_spawn_file_actions_adddup2(&actions, err[WRITE], STDERR_FILENO);
    if (!errnum)
        errnum = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return errnum;
}

/* Reads what is there; false at the end. */
static bool take(int fd, struct buf *to)
{
    enum { AT_ONCE = 1 << 16 };
    char *room = buf_reserve(to, AT_ONCE);
    ssize_t n = read(fd, room, AT_ONCE);
    if (n < 0)
        return errno == EINTR;
    to->length += (size_t)n;
    to->data[to->length] = '\0';
    return n > 0;
}

/* Reads both pipes to their ends, whichever has something, so that neither can fill up. */
static void take_all(int out, int err, struct capture *capture)
{
    struct pollfd fds[] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
    struct buf *to[] = {&capture->out, &capture->err};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return;
        for (int i = 0; i < 2; i++) {
            if (fds[i].fd >= 0 && fds[i].revents && !take(fds[i].fd, to[i]))
                fds[i].fd = -1;
        }
    }
}

static int wait_for(pid_t pid, int *exit_code)
{
    int status;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return errno;
    }
    *exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return 0;
}

static void close_pipe(int fds[2])
{
    close(fds[READ]);
    close(fds[WRITE]);
}

int capture_run(const char *const argv[], struct capture *capture)
{
    int out[2], err[2];
    pid_t pid;
    if (pipe2(out, O_CLOEXEC) < 0)
        return errno;
    if (pipe2(err, O_CLOEXEC) < 0) {
        int errnum = errno;
        close_pipe(out);
        return errnum;
    }
    int errnum = start(argv, out, err, &pid);
    close(out[WRITE]);
    close(err[WRITE]);
    if (!errnum) {
        take_all(out[READ], err[READ], capture);
        errnum = wait_for(pid, &capture->exit_code);
    }
    close(out[READ]);
    close(err[READ]);
    return errnum;
}

void capture_free(struct capture *capture)
{
    buf_free(&capture->out);
    buf_free(&capture->err);
}
