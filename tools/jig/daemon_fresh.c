#include "tools/jig/daemon_fresh.h"

#include "engine/base/memory.h"

#include <stdlib.h>

struct daemon_fresh {
    int nothing;
};

struct daemon_fresh *daemon_fresh_create(void (*log)(void *context, const struct jig_error *what),
                                         void *context)
{
    (void)log;
    (void)context;
    return mem_zalloc(sizeof(struct daemon_fresh));
}

void daemon_fresh_destroy(struct daemon_fresh *fresh)
{
    free(fresh);
}

void daemon_fresh_follow(struct daemon_fresh *fresh, struct jig_session *session)
{
    (void)fresh;
    (void)session;
}

void daemon_fresh_take(struct daemon_fresh *fresh, const char *folder,
                       struct jig_change_set *changes)
{
    (void)fresh;
    (void)folder;
    jig_change_set_lose(changes, "nothing is watched");
}

void daemon_fresh_count(const struct daemon_fresh *fresh, uint32_t *watched, uint32_t *polled)
{
    (void)fresh;
    *watched = *polled = 0;
}
