/*
 * One partial refresh: what its steps share. Internal to the tree.
 *
 *     tree_paths.c   the order of steps; what told paths come to
 *     tree_around.c  what may be another thing because something else is: links, probes
 *     tree_differ.c  what is different in listings that were read again
 *
 * First everything is looked at, and listings that were read wait in the scratches. When something
 * is seen that only a full refresh can deal with (`why`), the tree is left as it was, but for
 * fingerprints that were forgotten so that the full refresh sees for itself. Only then are the
 * listings taken in.
 */
#ifndef WALK_TREE_PARTIAL_H
#define WALK_TREE_PARTIAL_H

#include "engine/discovery/walk/tree_refresh.h"

struct partial {
    struct refresh refresh;
    struct tree_changes *out;
    VEC(uint32_t) touched; /* folders to look at; from `looked` on, not yet */
    uint32_t looked;
    struct buf unknown;    /* the last folder told of that is not known */
    struct buf real;       /* its real path, if that is another one */
    bool is_elsewhere;     /* whether it is */
    VEC(uint32_t) dropped; /* places of folders that are gone */
    bool outside;          /* something may have happened outside the root or in its repository */
    int root_errnum;       /* why the root is not to be had */
    bool around;           /* all that is around must be looked at, see below */
};

/* Why a partial refresh gives up. */
#define WHY_LINK       "a symbolic link changed"
#define WHY_RULES      "ignore rules changed"
#define WHY_NOT_WALKED "a folder outside of the walk changed"
#define WHY_OUTSIDE    "something outside of the root changed"
#define WHY_UNREADABLE "a folder can be read now, or no longer"
#define WHY_ROOT       "the root is another folder"
#define WHY_MEANWHILE  "a folder came or went meanwhile"
#define WHY_NOT_BEFORE "the tree was not walked before"
#define WHY_EARLIER    "an earlier change was not taken in"

/* The first reason is the one that is told. */
static inline void partial_give_up(struct partial *partial, const char *why)
{
    if (!partial->out->why)
        partial->out->why = why;
}

/* ---- tree_paths.c -------------------------------------------------------------------------- */

/* Looks at a folder, once; returns its visit, in which more can be asked for. */
struct visit *partial_touch(struct partial *partial, uint32_t id);

/* ---- tree_around.c ------------------------------------------------------------------------- */

/* Finds those of the places that were added. O(added), O(places) after the tree was settled. */
void tree_find_around(struct tree *tree);
/*
 * Looks at whatever may be another thing though nothing was told of it: what links lead to that
 * somebody followed, probes, and when `outside`, the ignore files above the root. Touches the
 * folders that are known by a path through a link. O(links + probes) system calls.
 */
void partial_look_around(struct partial *partial);
/* Touches those that are the same folder as a walked one whose listing differs. */
void partial_touch_same_folders(struct partial *partial, const struct visit *visit);
/* Whether some link in the folder has been followed. */
bool partial_has_followed_link(const struct tree *tree, const struct tree_place *place);

/* ---- tree_differ.c ------------------------------------------------------------------------- */

/* Compares the listings of these touched folders, if they were read; may touch others. */
void partial_compare(struct partial *partial, uint32_t begin, uint32_t end);
/* Takes in what is different, tells it, and walks new folders. */
void partial_commit(struct partial *partial);

#endif
