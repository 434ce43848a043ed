/*
 * A fixture on disk, and what developers do to it: edit, add, remove, start afresh.
 */
#ifndef BENCH_PIPELINE_TREE_H
#define BENCH_PIPELINE_TREE_H

#include "engine/base/memory.h"

#include <stdbool.h>

struct tree_files {
    const char *root;    /* the caller's */
    VEC(char *) sources; /* what pipelines take, without hubs; by path in byte order */
    char *hub;           /* the module that most others import */
    uint32_t cleaned;    /* how often tree_clean has been called */
};

/* Writes the fixture `size` into `root` with the jig-fixture beside this program. */
void tree_write(struct tree_files *tree, const char *size, const char *root);
void tree_free(struct tree_files *tree);

/*
 * Takes away everything that builds made, by moving it to ROOT-old: ext4 looks long for an inode
 * that was not freed a moment ago, so a build after `rm -r` would measure that.
 */
void tree_clean(struct tree_files *tree);

/* Puts a comment after the end of a file; `round` makes it another one than before. */
void tree_edit(const struct tree_files *tree, const char *path, unsigned round);
/*
 * Does so to `percent` of 100 sources, evenly spread over all of them, or over the pages alone,
 * which nothing imports.
 */
void tree_edit_many(const struct tree_files *tree, unsigned percent, bool leaves, unsigned round);
/* A page. */
const char *tree_leaf(const struct tree_files *tree);

/* Adds and removes one more page, a copy of the leaf. */
void tree_add(const struct tree_files *tree);
void tree_remove(const struct tree_files *tree);

#endif
