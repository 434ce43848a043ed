/*
 * Real paths: where names lead once the symbolic links in them are followed. All are candidates:
 * relative to the root where they lie below it.
 *
 * A folder is followed once and remembered. Whether a name is a link is asked of the tree, whose
 * listings mostly know; so a tree without links costs no system call, and a link that is replaced
 * later is noticed by the tree.
 *
 * Any thread; under the resolver's lock or without.
 */
#ifndef DISCOVERY_REAL_PATH_H
#define DISCOVERY_REAL_PATH_H

#include "engine/discovery/resolver/internal.h"

struct real_paths;

struct real_paths *real_paths_create(void);
void real_paths_destroy(struct real_paths *real);

/* Immutable; lives as long as the resolver. */
struct real_folder {
    const char *path; /* "" is the root */
    size_t length;
    bool moved; /* not the path that was asked for */
};

/*
 * Where the folder path[0..length), a candidate, really is. What is not there (yet), and what links
 * lead to in circles, stays where it is said to be.
 */
const struct real_folder *real_folder(const struct resolver *resolver, const char *path,
                                      size_t length);

/*
 * Goes on from `out`, a real folder, by `path`, as the kernel does. False, with `out` undefined,
 * when links go in circles.
 */
bool real_walk(const struct resolver *resolver, struct buf *out, const char *path, size_t length);

/*
 * Whether the file `path` really is elsewhere; `out` is where then. With `itself`, also where the
 * file is a link, and not only the folders on the way.
 */
bool real_file(const struct resolver *resolver, const char *path, size_t length, bool itself,
               struct buf *out);

#endif
