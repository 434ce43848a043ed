/*
 * One refresh: what its steps share. Internal to the tree.
 *
 *     tree_refresh.c  the order of steps
 *     tree_look.c     each known place against the disk
 *     tree_walk.c     down from the root, level by level
 *     tree_judge.c    what the walk leaves out
 *     tree_visit.c    what it keeps for each place
 *
 * Loops on the pool are over places or folders. In a loop, only the task of a place writes that
 * place, its entries and its visit; nothing moves. Between loops one thread does what moves things.
 */
#ifndef WALK_TREE_REFRESH_H
#define WALK_TREE_REFRESH_H

#include "engine/discovery/walk/tree_internal.h"

/* What this refresh knows of one place. */
struct visit {
    uint32_t place;                 /* when partial */
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
    /* When partial: */
    bool touched; /* is looked at */
    bool glance;  /* only if its fingerprint is another one */
    bool deep;    /* and then at the folders in it */
    bool looked_at;
    bool stands;           /* nothing has happened in it */
    bool differs;          /* its listing is another one */
    bool grows;            /* the walk must go to a folder in it */
    bool dropped;          /* it is not there any more */
    uint16_t flags_before; /* the place's */
    uint64_t inode_before;
};

/* Visits of the places that a partial refresh has to do with, which do not move. */
struct visit_table {
    struct visit **slots;    /* open addressing by place */
    uint32_t slot_count;     /* a power of two */
    VEC(struct visit *) all; /* in the order in which they came */
    struct arena arena;
};

struct refresh {
    struct tree *tree;
    struct jig_pool *pool;
    struct tree_scratch *scratches; /* [worker] */
    uint32_t workers;
    bool partial;             /* of what was told alone */
    VEC(struct visit) visits; /* [place], unless partial */
    struct visit_table table; /* if partial */
    VEC(uint32_t) level;      /* folders of the level the walk is at */
    VEC(uint32_t) below;      /* folders of the next one */
    VEC(uint32_t) work;       /* those of the level that need a visit */
    VEC(uint32_t) reached;    /* if partial: folders that the walk came to */
    bool dirty;               /* something is different: walk again */
    bool changed;
};

static inline struct tree_place *place_of(const struct refresh *refresh, uint32_t id)
{
    return &refresh->tree->places.data[id];
}

/* ---- tree_visit.c -------------------------------------------------------------------------- */

void refresh_init(struct refresh *refresh, struct tree *tree, struct jig_pool *pool, bool partial);
void refresh_free(struct refresh *refresh);
/* After places were added. */
void refresh_fit_visits(struct refresh *refresh);
/* If partial: the visit of the place, made if there is none; making one is for one thread. */
struct visit *refresh_visit(struct refresh *refresh, uint32_t id);

static inline struct visit *visit_of(struct refresh *refresh, uint32_t id)
{
    return refresh->partial ? refresh_visit(refresh, id) : &refresh->visits.data[id];
}

/* ---- tree_refresh.c ------------------------------------------------------------------------ */

/* The error that a folder in which the walk failed is told with. */
void refresh_fail_unreadable(struct refresh *refresh, uint32_t id, struct jig_error *error);

/* ---- tree_look.c --------------------------------------------------------------------------- */

/* Looks at all places on the pool, and takes in listings that are others than before. */
void refresh_look(struct refresh *refresh);
/*
 * Reads a folder, in its task; what it holds waits in the worker's scratch if it is not what it
 * was.
 */
void refresh_read_folder(struct refresh *refresh, uint32_t id, uint32_t worker);
/* Whether the folder's fingerprint is what it was, in its task. The record becomes what it is. */
bool refresh_folder_stands(struct refresh *refresh, struct tree_place *place,
                           struct tree_scratch *scratch);
/* Moves a listing that waits to the columns; one thread. */
void refresh_take_in(struct refresh *refresh, uint32_t id);
/* After all that waited were taken in. */
void refresh_empty_scratches(struct refresh *refresh);

/* ---- tree_judge.c -------------------------------------------------------------------------- */

/* What ignore files lie above the root. Finds out the first time, which is for one thread. */
const struct tree_outer *refresh_outer(struct refresh *refresh);
/* Hands the rules that hold above a folder down to it; one thread. */
void refresh_hand_down_rules(struct refresh *refresh, uint32_t id);
/* The same, and those of the folder itself, whose listing has been taken in. */
void refresh_ensure_rules(struct refresh *refresh, uint32_t id);
/* What the walk leaves out wherever it is. */
bool tree_always_leaves_out(const char *name);
/*
 * Gives each entry of a folder its verdict, in the folder's task. The entries may be those that
 * wait in a scratch; their names are in `text`.
 */
void refresh_judge(struct refresh *refresh, uint32_t id, struct tree_entry *entries, uint32_t count,
                   const char *text, struct fingerprint_counts *stats);
/* The same for one entry of a folder whose rules are known. */
void refresh_judge_entry(struct refresh *refresh, uint32_t id, struct tree_entry *entry,
                         const char *name);

/* ---- tree_walk.c --------------------------------------------------------------------------- */

/* Goes down from the root; reads and judges what must be. */
void refresh_walk(struct refresh *refresh);
/* Goes down from the folders in `below`. */
void refresh_walk_below(struct refresh *refresh);
/* The place of a folder that the walk goes to. */
uint32_t refresh_folder_below(struct refresh *refresh, uint32_t parent, const struct buf *path);

#endif
