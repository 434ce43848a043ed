#include "tools/jig/daemon_fresh.h"

#include "engine/base/memory.h"
#include "engine/watch/watch.h"

#include <stdio.h>
#include <stdlib.h>

/* A system that does not tell of a file within that time is not to be relied on. */
enum { SYNC_MS = 2000 };

struct daemon_fresh {
    struct watch *watch; /* NULL: the system allows none */
    char why[128];       /* then this is why */
};

struct daemon_fresh *daemon_fresh_create(void (*log)(void *context, const struct jig_error *what),
                                         void *context)
{
    const struct watch_options options = {.notice = log, .context = context};
    struct daemon_fresh *fresh = mem_zalloc(sizeof *fresh);
    struct jig_error error;
    if (watch_create(&options, &fresh->watch, &error)) {
        snprintf(fresh->why, sizeof fresh->why, "%.*s", (int)sizeof fresh->why - 1, error.message);
        fresh->watch = NULL;
        log(context, &error);
        return fresh;
    }
    watch_start(fresh->watch);
    return fresh;
}

void daemon_fresh_destroy(struct daemon_fresh *fresh)
{
    if (!fresh)
        return;
    watch_destroy(fresh->watch);
    free(fresh);
}

static void add(void *watch, const char *path)
{
    watch_folder(watch, path);
}

void daemon_fresh_follow(struct daemon_fresh *fresh, struct jig_session *session)
{
    if (!fresh->watch)
        return;
    jig_session_each_folder(session, add, fresh->watch);
    watch_forget_rest(fresh->watch);
}

void daemon_fresh_begin(struct daemon_fresh *fresh, struct jig_session *session)
{
    struct jig_change_set *told = jig_change_set_create();
    daemon_fresh_follow(fresh, session);
    if (fresh->watch)
        watch_take(fresh->watch, told);
    jig_change_set_destroy(told);
}

void daemon_fresh_take(struct daemon_fresh *fresh, const char *folder,
                       struct jig_change_set *changes)
{
    struct jig_error error;
    if (!fresh->watch)
        jig_change_set_lose(changes, fresh->why);
    else if (watch_sync(fresh->watch, folder, SYNC_MS, &error))
        jig_change_set_lose(changes, error.message);
    if (fresh->watch)
        watch_take(fresh->watch, changes);
}

void daemon_fresh_count(const struct daemon_fresh *fresh, uint32_t *watched, uint32_t *polled)
{
    *watched = *polled = 0;
    if (fresh->watch)
        watch_count(fresh->watch, watched, polled);
}
