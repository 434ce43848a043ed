#include "tools/jig/watch_notices.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum jig_status watch_notices_init(struct watch_notices *notices, struct jig_error *error)
{
    *notices = (struct watch_notices){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    pthread_mutex_init(&notices->lock, NULL);
    return notices->fd < 0 ? jig_fail_errno(error, errno, "cannot prepare to watch") : JIG_OK;
}

void watch_notices_free(struct watch_notices *notices)
{
    if (notices->fd >= 0)
        close(notices->fd);
    vec_free(&notices->list);
    pthread_mutex_destroy(&notices->lock);
}

void watch_notices_add(void *context, const struct jig_error *what)
{
    const uint64_t one = 1;
    struct watch_notices *notices = context;
    pthread_mutex_lock(&notices->lock);
    vec_push(&notices->list, *what);
    pthread_mutex_unlock(&notices->lock);
    ssize_t written = write(notices->fd, &one, sizeof one); /* it may be readable already */
    (void)written;
}

bool watch_notices_take(struct watch_notices *notices, struct jig_error *what)
{
    uint64_t count;
    pthread_mutex_lock(&notices->lock);
    bool any = notices->list.count > 0;
    if (any) {
        *what = notices->list.data[0];
        notices->list.count--;
        memmove(notices->list.data, notices->list.data + 1,
                notices->list.count * sizeof *notices->list.data);
    } else {
        ssize_t got = read(notices->fd, &count, sizeof count);
        (void)got;
    }
    pthread_mutex_unlock(&notices->lock);
    return any;
}
