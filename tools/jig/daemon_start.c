#include "tools/jig/daemon_start.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <unistd.h>

enum { START_MS = 10000, LOOK_MS = 5, NS_A_MS = 1000000, FREE_FD = 10 };

/* ---- one at a time ----------------------------------------------------------------------- */

/* Takes the lock; whoever has it now is starting a daemon, which takes a moment. */
static enum jig_status take_lock(const struct daemon_address *address, int *lock,
                                 struct jig_error *error)
{
    *lock = openat(address->folder, address->lock_name,
                   O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (*lock < 0)
        return jig_fail_errno(error, errno, "cannot open '%s/%s'", address->path.data,
                              address->lock_name);
    uint64_t end_ns = clock_monotonic_ns() + (uint64_t)START_MS * NS_A_MS;
    while (flock(*lock, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return jig_fail_errno(error, errno, "cannot lock '%s/%s'", address->path.data,
                                  address->lock_name);
        if (clock_monotonic_ns() > end_ns)
            return jig_fail(error, JIG_ERROR_IO, "another process does not finish starting it");
        poll(NULL, 0, LOOK_MS);
    }
    return JIG_OK;
}

/* ---- the process ------------------------------------------------------------------------- */

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int errnum = posix_spawnattr_setsigmask(attributes, &none);
    if (!errnum)
        errnum = posix_spawnattr_setsigdefault(attributes, &all);
    if (!errnum)
        errnum = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
                                                          POSIX_SPAWN_SETSIGDEF);
    return errnum;
}

static int set_descriptors(posix_spawn_file_actions_t *actions, int lock, int ready)
{
    int errnum = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
    if (!errnum)
        errnum = posix_spawn_file_actions_adddup2(actions, STDIN_FILENO, STDOUT_FILENO);
    if (!errnum)
        errnum = posix_spawn_file_actions_adddup2(actions, STDIN_FILENO, STDERR_FILENO);
    if (!errnum)
        errnum = posix_spawn_file_actions_adddup2(actions, lock, DAEMON_LOCK_FD);
    if (!errnum)
        errnum = posix_spawn_file_actions_adddup2(actions, ready, DAEMON_READY_FD);
    return errnum;
}

/* `lock` and `ready` are neither of the descriptors that the daemon has them as. */
static int spawn(const struct place *place, int lock, int ready)
{
    const char *arguments[] = {"jig",           "daemon",      "serve",          "-f",
                               place->manifest, "--cache-dir", place->state_dir, NULL};
    if (!place->state_dir)
        arguments[5] = NULL;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int errnum = posix_spawnattr_init(&attributes);
    if (errnum)
        return errnum;
    errnum = posix_spawn_file_actions_init(&actions);
    if (!errnum) {
        errnum = set_attributes(&attributes);
        if (!errnum)
            errnum = set_descriptors(&actions, lock, ready);
        if (!errnum)
            errnum = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes,
                                 (char *const *)arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    posix_spawnattr_destroy(&attributes);
    return errnum;
}

/* Whether the daemon says that it listens, before it ends and in time. */
static bool wait_until_ready(int ready)
{
    char byte;
    struct pollfd pipe = {.fd = ready, .events = POLLIN};
    uint64_t end_ns = clock_monotonic_ns() + (uint64_t)START_MS * NS_A_MS;
    while (poll(&pipe, 1, START_MS) < 0 && errno == EINTR) {
        if (clock_monotonic_ns() > end_ns)
            return false;
    }
    return pipe.revents && read(ready, &byte, 1) == 1;
}

static enum jig_status launch(const struct daemon_address *address, const struct place *place,
                              int lock, struct jig_error *error)
{
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) < 0)
        return jig_fail_errno(error, errno, "cannot start the daemon");
    int high_lock = fcntl(lock, F_DUPFD_CLOEXEC, FREE_FD);
    int high_ready = fcntl(ready[1], F_DUPFD_CLOEXEC, FREE_FD);
    int errnum = high_lock < 0 || high_ready < 0 ? errno : spawn(place, high_lock, high_ready);
    close(ready[1]);
    if (high_lock >= 0)
        close(high_lock);
    if (high_ready >= 0)
        close(high_ready);
    bool listens = !errnum && wait_until_ready(ready[0]);
    close(ready[0]);
    if (errnum)
        return jig_fail_errno(error, errnum, "cannot start the daemon");
    return listens ? JIG_OK
                   : jig_fail(error, JIG_ERROR_IO, "the daemon did not start; see '%s/%s'",
                              address->path.data, address->log_name);
}

enum jig_status daemon_start(const struct daemon_address *address, const struct place *place,
                             int *fd, struct jig_error *error)
{
    int lock = -1;
    *fd = -1;
    enum jig_status status = take_lock(address, &lock, error);
    if (!status)
        status = daemon_address_connect(address, fd, error);
    if (status == JIG_ERROR_USAGE) { /* nobody has started one meanwhile */
        status = launch(address, place, lock, error);
        if (!status)
            status = daemon_address_connect(address, fd, error);
    }
    if (lock >= 0)
        close(lock);
    return status;
}
