#include "tools/perf/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum jig_status interrupt_open(struct interrupt *interrupt, struct jig_error *error)
{
    sigset_t signals;
    struct sigaction hangup;
    *interrupt = (struct interrupt){.fd = -1};
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
        sigaddset(&signals, SIGHUP); /* ignored, as nohup asks, it stays so */
    sigprocmask(SIG_BLOCK, &signals, NULL);
    interrupt->fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return interrupt->fd < 0 ? jig_fail_errno(error, errno, "cannot wait for signals") : JIG_OK;
}

void interrupt_close(struct interrupt *interrupt)
{
    if (interrupt->fd >= 0)
        close(interrupt->fd);
    interrupt->fd = -1;
}

bool interrupt_take(struct interrupt *interrupt)
{
    struct signalfd_siginfo info;
    bool any = false;
    while (read(interrupt->fd, &info, sizeof info) == sizeof info)
        any = true;
    interrupt->caught |= any;
    return any;
}

enum jig_status interrupt_check(struct interrupt *interrupt, struct jig_error *error)
{
    interrupt_take(interrupt);
    return interrupt->caught ? jig_fail(error, JIG_ERROR_INTERRUPTED, "interrupted") : JIG_OK;
}
