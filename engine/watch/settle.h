/*
 * When a change set is ready: once nothing has happened for a while, or something has been waiting
 * for long enough, and git is not in the middle of changing the working tree.
 *
 * git holds `index.lock` while a checkout, a merge or a step of a rebase changes files. While it
 * exists nothing is ready, and when it has gone the quiet time begins anew, so that the steps of a
 * rebase come together. Not for longer than ten seconds for the same lock, so that one which a
 * crash left behind does not stop anything, and is not waited for twice.
 *
 * Times are those of clock_monotonic_ns. One thread at a time.
 */
#ifndef WATCH_SETTLE_H
#define WATCH_SETTLE_H

#include "engine/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define NEVER UINT64_MAX

struct settle {
    uint64_t quiet_ns, max_ns; /* constant */
    uint64_t first_ns; /* when the first thing happened that was not taken; NEVER: nothing */
    uint64_t last_ns;  /* when the last one did */
    /* While the lock is there. */
    uint64_t held_since_ns; /* NEVER: it is not */
    uint64_t look_again_ns;
    /* The lock that was waited for to no end; zeros: none. */
    uint64_t given_up_inode;
    int64_t given_up_ns;
};

void settle_init(struct settle *settle, uint64_t quiet_ns, uint64_t max_ns);
/* Something happened. */
void settle_happened(struct settle *settle, uint64_t now_ns);
/* Everything was taken. */
void settle_taken(struct settle *settle);
/* When to ask settle_is_ready next; NEVER when nothing has happened. */
uint64_t settle_next_ns(const struct settle *settle);
/* Whether what has happened may be handed out. Looks for the lock when nothing else is in the way.
 */
bool settle_is_ready(struct settle *settle, uint64_t now_ns);

/*
 * Puts the path of the index lock of the repository around the current directory into `path`;
 * whether there is a repository. Follows the `.git` file of a worktree or submodule. O(depth).
 */
bool git_index_lock(struct buf *path);

#endif
