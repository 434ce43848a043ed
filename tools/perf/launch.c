#include "tools/perf/launch.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double milliseconds(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static void keep_one_processor(void)
{
    cpu_set_t allowed, first;
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
        _exit(LAUNCH_NOT_STARTED);
    CPU_ZERO(&first);
    for (size_t i = 0; i < CPU_SETSIZE && !CPU_COUNT(&first); i++) {
        if (CPU_ISSET(i, &allowed))
            CPU_SET(i, &first);
    }
    if (sched_setaffinity(0, sizeof first, &first) < 0)
        _exit(LAUNCH_NOT_STARTED);
}

_Noreturn static void become_command(const struct launch *launch)
{
    sigset_t none;
    sigemptyset(&none);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int in = open("/dev/null", O_RDONLY);
    int out = launch->out >= 0 ? launch->out : open("/dev/null", O_WRONLY);
    if (in < 0 || out < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        chdir(launch->directory) < 0)
        _exit(LAUNCH_NOT_STARTED);
    if (launch->one_processor)
        keep_one_processor();
    execvp(launch->argv[0], (char *const *)(uintptr_t)launch->argv);
    _exit(LAUNCH_NOT_FOUND);
}

int launch_run(const struct launch *launch, struct usage *usage)
{
    uint64_t start_ns = clock_monotonic_ns();
    pid_t child = fork();
    if (child < 0)
        return errno;
    if (child == 0)
        become_command(launch);
    struct rusage used;
    int status;
    while (wait4(child, &status, 0, &used) < 0) {
        if (errno != EINTR)
            return errno;
    }
    *usage = (struct usage){
        .wall_ms = (double)(clock_monotonic_ns() - start_ns) / 1e6,
        .user_ms = milliseconds(used.ru_utime),
        .system_ms = milliseconds(used.ru_stime),
        .peak_rss_bytes = (uint64_t)used.ru_maxrss * 1024,
        .status = status,
    };
    return 0;
}

int launch_main(int argc, char **argv)
{
    enum { RESULT = 2, ONE_PROCESSOR, DIRECTORY, COMMAND };
    if (argc <= COMMAND)
        return LAUNCH_NOT_STARTED;
    int result = atoi(argv[RESULT]); /* NOLINT(cert-err34-c): jig-perf wrote it */
    fcntl(result, F_SETFD, FD_CLOEXEC);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    const struct launch launch = {
        .argv = (const char *const *)(uintptr_t)(argv + COMMAND),
        .directory = argv[DIRECTORY],
        .out = STDOUT_FILENO,
        .one_processor = strcmp(argv[ONE_PROCESSOR], "1") == 0,
    };
    struct usage usage;
    int errnum = launch_run(&launch, &usage);
    if (!errnum)
        errnum = io_write_all(result, &usage, sizeof usage);
    return errnum ? LAUNCH_NOT_STARTED : 0;
}
