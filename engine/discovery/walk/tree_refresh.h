/*
 * One refresh: what its steps share. Internal to the tree.
 *
 *     tree_refresh.c  the order of steps
 *     tree_look.c     each known place against the disk
 *     tree_walk.c     down from the root, level by level
 *     tree_judge.c    what the walk leaves out
 *
 * Loops on the pool are over places or folders. In a loop, only the task of a place writes that
 * place, its entries and its visit; nothing moves. Between loops one thread does what moves things.
 */
#ifndef WALK_TREE_REFRESH_H
#define WALK_TREE_REFRESH_H

#include "engine/discovery/walk/tree_internal.h"

/* What this refresh knows of one place. */
struct visit {
    const struct tree_rules *rules; /* that hold for what lies in this folder; when `ruled` */
    struct tree_rules *own_rules;   /* read from its own ignore file, or NULL */
    uint32_t worker;                /* whose scratch has the new listing; when `relisted` */
    uint32_t begin, count;          /* where in it */
    int errnum;                     /* why it cannot be read */
    bool relisted;                  /* a listing waits to be taken in */
    bool changed;                   /* an answer about this place may be another one now */
    bool judge;                     /* its entries need verdicts */
    bool judge_below;               /* so do those of all folders below */
    bool ruled;
    bool was_walked;
};

struct refresh {
    struct tree *tree;
    struct jig_pool *pool;
    struct tree_scratch *scratches; /* [worker] */
    uint32_t workers;
    VEC(struct visit) visits; /* [place] */
    struct tree_outer outer;
    struct tree_rules **outer_rules; /* [outer.count] */
    VEC(uint32_t) level;             /* folders of the level the walk is at */
    VEC(uint32_t) below;             /* folders of the next one */
    VEC(uint32_t) work;              /* those of the level that need a visit */
    bool dirty;                      /* something is different: walk again */
    bool changed;
};

static inline struct tree_place *place_of(const struct refresh *refresh, uint32_t id)
{
    return &refresh->tree->places.data[id];
}

/* After places were added. */
static inline void fit_visits(struct refresh *refresh)
{
    uint32_t missing = refresh->tree->places.count - refresh->visits.count;
    if (missing)
        vec_extend(&refresh->visits, missing);
}

/* ---- tree_look.c --------------------------------------------------------------------------- */

/* Looks at all places on the pool, and takes in listings that are others than before. */
void refresh_look(struct refresh *refresh);
/*
 * Reads a folder, in its task; what it holds waits in the worker's scratch if it is not what it
 * was.
 */
void refresh_read_folder(struct refresh *refresh, uint32_t id, uint32_t worker);
/* Moves a listing that waits to the columns; one thread. */
void refresh_take_in(struct refresh *refresh, uint32_t id);
/* After all that waited were taken in. */
void refresh_empty_scratches(struct refresh *refresh);

/* ---- tree_judge.c -------------------------------------------------------------------------- */

/* Hands the rules that hold above a folder down to it; one thread. */
void refresh_hand_down_rules(struct refresh *refresh, uint32_t id);
/*
 * Gives each entry of a folder its verdict, in the folder's task. The entries may be those that
 * wait in a scratch; their names are in `text`.
 */
void refresh_judge(struct refresh *refresh, uint32_t id, struct tree_entry *entries, uint32_t count,
                   const char *text, struct fingerprint_counts *stats);

/* ---- tree_walk.c --------------------------------------------------------------------------- */

/* Goes down from the root; reads and judges what must be. */
void refresh_walk(struct refresh *refresh);

#endif
