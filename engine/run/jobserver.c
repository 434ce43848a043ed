#include "engine/run/jobserver.h"

#include "engine/base/memory.h"
#include "engine/run/makeflags.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct jig_jobserver {
    int fd;           /* of this process alone: does not wait, reads and writes */
    uint32_t jobs;    /* that run now */
    VEC(char) tokens; /* as they were read: jobs - 1, or none */
    bool broken;      /* it cannot be read any more: one job at a time from here on */
};

/* ---- opening -------------------------------------------------------------------------------- */

static enum jig_status open_fifo(const char *path, int *fd, struct jig_error *error)
{
    struct stat about;
    if (stat(path, &about) < 0)
        return jig_fail_errno(error, errno, "cannot find the fifo '%s'", path);
    if (!S_ISFIFO(about.st_mode))
        return jig_fail(error, JIG_ERROR_USAGE, "'%s' is not a fifo", path);
    *fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return *fd < 0 ? jig_fail_errno(error, errno, "cannot open the fifo '%s'", path) : JIG_OK;
}

/*
 * Whether the two are the ends of one pipe that this process inherited. make closes its pipe to
 * recipes that it does not take for another make, and the numbers may then be anything's: what this
 * process opened itself is closed on exec.
 */
static bool is_inherited_pipe(int read_fd, int write_fd)
{
    struct stat from, to;
    int read_flags = fcntl(read_fd, F_GETFD);
    int write_flags = fcntl(write_fd, F_GETFD);
    if (read_flags < 0 || write_flags < 0 || (read_flags | write_flags) & FD_CLOEXEC)
        return false;
    return fstat(read_fd, &from) == 0 && fstat(write_fd, &to) == 0 && S_ISFIFO(from.st_mode) &&
           from.st_dev == to.st_dev && from.st_ino == to.st_ino &&
           (fcntl(read_fd, F_GETFL) & O_ACCMODE) != O_WRONLY &&
           (fcntl(write_fd, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

static enum jig_status open_pipe(int read_fd, int write_fd, int *fd, struct jig_error *error)
{
    char path[64];
    if (!is_inherited_pipe(read_fd, write_fd))
        return jig_fail(error, JIG_ERROR_USAGE,
                        "make has not passed its descriptors %d and %d on, as it does to a recipe "
                        "that begins with '+'",
                        read_fd, write_fd);
    snprintf(path, sizeof path, "/proc/self/fd/%d", read_fd);
    *fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return *fd < 0 ? jig_fail_errno(error, errno, "cannot open '%s'", path) : JIG_OK;
}

bool jig_jobserver_is_named(const char *text)
{
    struct makeflags makeflags = {0};
    enum jig_status status = makeflags_parse(text, &makeflags, NULL);
    bool named = status || makeflags.kind != MAKEFLAGS_NONE;
    makeflags_free(&makeflags);
    return named;
}

enum jig_status jig_jobserver_open(const char *text, struct jig_jobserver **server,
                                   struct jig_error *error)
{
    struct makeflags makeflags = {0};
    int fd = -1;
    *server = NULL;
    enum jig_status status = makeflags_parse(text, &makeflags, error);
    if (!status && makeflags.kind == MAKEFLAGS_FIFO)
        status = open_fifo(makeflags.path.data, &fd, error);
    else if (!status && makeflags.kind == MAKEFLAGS_PIPE)
        status = open_pipe(makeflags.read_fd, makeflags.write_fd, &fd, error);
    makeflags_free(&makeflags);
    if (fd >= 0) {
        *server = mem_zalloc(sizeof **server);
        (*server)->fd = fd;
    }
    return status;
}

void jig_jobserver_close(struct jig_jobserver *server)
{
    if (!server)
        return;
    jobserver_end_all(server);
    close(server->fd);
    vec_free(&server->tokens);
    free(server);
}

/* ---- tokens --------------------------------------------------------------------------------- */

static bool take_token(struct jig_jobserver *server)
{
    char token;
    ssize_t n;
    do {
        n = read(server->fd, &token, 1);
    } while (n < 0 && errno == EINTR);
    if (n == 1)
        vec_push(&server->tokens, token);
    else
        server->broken = n == 0 || errno != EAGAIN;
    return n == 1;
}

/* A pool that has no room for it is one that others have filled: it lacks nothing. */
static void give_token_back(struct jig_jobserver *server)
{
    char token = server->tokens.data[--server->tokens.count];
    ssize_t n;
    do {
        n = write(server->fd, &token, 1);
    } while (n < 0 && errno == EINTR);
}

bool jobserver_begin(struct jig_jobserver *server)
{
    if (server->jobs > 0 && (server->broken || !take_token(server)))
        return false;
    server->jobs++;
    return true;
}

void jobserver_end(struct jig_jobserver *server)
{
    server->jobs--;
    if (server->tokens.count)
        give_token_back(server);
}

void jobserver_end_all(struct jig_jobserver *server)
{
    while (server->jobs)
        jobserver_end(server);
}

int jobserver_fd(const struct jig_jobserver *server)
{
    return server->broken ? -1 : server->fd;
}
