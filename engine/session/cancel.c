/*
 * Stopping a build from outside. The flag says that somebody wants it to stop; the descriptor wakes
 * the reactor that waits meanwhile. Both outlive every build, so whoever cancels needs to know of
 * nothing but the session.
 *
 * The flag is written by anybody and read by the session's thread, which looks at it after every
 * time it was woken; the write to the descriptor comes after that to the flag, and so does the
 * wake-up: a cancellation cannot be slept through.
 */
#include "engine/session/internal.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum jig_status session_open_cancellation(struct jig_session *session, struct jig_error *error)
{
    session->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return session->cancel_fd < 0 ? jig_fail_errno(error, errno, "cannot prepare to be cancelled")
                                  : JIG_OK;
}

void session_close_cancellation(struct jig_session *session)
{
    if (session->cancel_fd >= 0)
        close(session->cancel_fd);
}

bool session_is_cancelled(const struct jig_session *session)
{
    return atomic_load(&session->cancelled);
}

void jig_session_cancel(struct jig_session *session)
{
    const uint64_t one = 1;
    int saved = errno;
    atomic_store(&session->cancelled, true);
    /* Fails only when it is readable anyway. */
    ssize_t written = write(session->cancel_fd, &one, sizeof one);
    (void)written;
    errno = saved;
}

void jig_session_uncancel(struct jig_session *session)
{
    atomic_store(&session->cancelled, false);
}
