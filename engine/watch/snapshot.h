/*
 * What was in a folder when it was last looked at, for folders of which the kernel does not tell.
 *
 * One thread at a time for each snapshot.
 */
#ifndef WATCH_SNAPSHOT_H
#define WATCH_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

struct snapshot;

enum snapshot_difference { SNAPSHOT_APPEARED, SNAPSHOT_CHANGED, SNAPSHOT_VANISHED };

/*
 * Looks at all that is in the folder at `path` but for cookies: O(entries) stats. Empty when the
 * folder cannot be read. The caller owns it.
 */
struct snapshot *snapshot_take(const char *path);
/* NULL is allowed. */
void snapshot_free(struct snapshot *snapshot);

/*
 * Calls `each` for all that is different in `later`, of the same folder. What was too young in
 * `earlier` to show another change by its times counts as changed. Folders in the folder differ
 * when they are other ones or their mode is another; not for what is in them. What differs is
 * young in `later`, whatever the clocks say.
 *
 * True when names came or went and it does not show: whoever looked in between saw something else.
 */
bool snapshot_compare(const struct snapshot *earlier, struct snapshot *later,
                      void (*each)(void *context, enum snapshot_difference difference,
                                   const char *name),
                      void *context);

/* Whether a file of this name is one that watch_sync makes, of this or of another process. */
bool is_cookie_name(const char *name);

#endif
