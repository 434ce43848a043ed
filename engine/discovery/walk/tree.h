/*
 * The tree: what folders below a root hold, kept between runs.
 *
 * A folder's listing stands as long as its fingerprint does (its mtime and ctime change when a name
 * in it comes, goes or is replaced), so in an unchanged tree each folder costs one statx and none
 * is read. So does each ignore file, each link the walk met or somebody asked about, and each path
 * asked about that no listing answers for. Two kinds of folders are known: those that the walk
 * reaches, and those that somebody asked about (tree_kind), such as one inside node_modules.
 *
 * The walk leaves out, and does not enter: names that begin with a dot, `node_modules`, what
 * `.gitignore` files say (nested ones, `.git/info/exclude`, those of folders above the root up to
 * the repository's; above the root nothing counts if there is no repository), and symbolic links to
 * folders. A link to a file is a file; pipes, sockets and devices are nothing. What is left out is
 * still in its folder's listing, marked. The root itself is walked even where rules above it leave
 * it out.
 *
 * Usage: tree_create → (tree_columns: load) → tree_refresh → tree_kind, tree_each_file…
 *        → tree_refresh_paths, whenever it is known what happened → tree_kind…
 *
 * A refresh is for one thread, which uses the pool. After it any number of threads may call
 * tree_kind, and nobody anything else meanwhile: tree_kind may list a folder that was not known,
 * under a lock of its own.
 *
 * Memory: a folder costs about 100 bytes and its path, an entry 8 bytes and its name; listings that
 * were replaced are garbage, at most about as much as what is not, until tree_compact.
 */
#ifndef DISCOVERY_TREE_H
#define DISCOVERY_TREE_H

#include "engine/base/arena.h"
#include "engine/base/column.h"
#include "engine/fingerprint/fingerprint.h"
#include "jig/scheduler.h"

#include <stdbool.h>

struct tree;

struct tree_options {
    const char *root; /* the folder all paths are relative to; "." is usual. Must outlive */
    struct fingerprint_clock clock;
    bool no_ignore; /* do not read .gitignore files */
};

/* What a refresh did. */
struct tree_counts {
    uint64_t folders_statted; /* statx calls: one a folder, two for one that has changed */
    uint64_t folders_read;    /* listed anew */
    uint64_t entries;         /* names in all folders that the walk reaches */
    uint64_t files;           /* of these, files not left out */
    uint64_t renewed;         /* fingerprints, of folders and ignore files, found to be others */
    uint64_t unreadable;      /* folders that the walk reaches and that may not be read */
};

struct tree *tree_create(const struct tree_options *options);
void tree_destroy(struct tree *tree);

/*
 * For the state; a tree to be loaded is fresh. What was loaded must be checked with tree_is_sound,
 * O(tree), before anything else; what is not sound is only to be destroyed. The columns are worth
 * saving when a refresh said *changed or counts.renewed > 0, and after tree_kind.
 */
enum { TREE_COLUMN_COUNT = 3 };
void tree_columns(struct tree *tree, struct column out[TREE_COLUMN_COUNT]);
bool tree_is_sound(const struct tree *tree);

/*
 * Brings the tree up to date with the disk. *changed is set to whether any listing, or any ignore
 * file's verdict, may be another one than before, the folders asked about included. A folder that
 * vanishes meanwhile is gone; one that may not be read is empty and is told through `notice` (may
 * be NULL; called on this thread, at the end). JIG_ERROR_IO only when the root cannot be read.
 */
enum jig_status tree_refresh(struct tree *tree, struct jig_pool *pool, struct tree_counts *counts,
                             bool *changed,
                             void (*notice)(void *context, const struct jig_error *what),
                             void *context, struct jig_error *error);

enum tree_change_kind { TREE_APPEARED, TREE_VANISHED };

/* A file that the walk has now and did not have before, or the other way round. */
struct tree_change {
    enum tree_change_kind kind;
    const char *path; /* in the arena of the changes */
};

/* What tree_refresh_paths found. Zero-initialised is empty; free with tree_changes_free. */
struct tree_changes {
    VEC(struct tree_change) list; /* in no order that means anything; no path twice */
    bool listings;                /* some listing is another one, if only in names left out */
    bool folders;                 /* the walk reaches other folders than before */
    /* Not NULL: why it cannot be done in proportion to the change. Static text. The tree is not up
     * to date then, nor is the list complete: tree_refresh must be called, and says that something
     * changed. */
    const char *why;
    struct arena arena;
};

void tree_changes_free(struct tree_changes *changes);

/*
 * Brings the tree up to date when something may have happened at each of `paths`, and nothing
 * elsewhere: then it answers as after tree_refresh. Paths are canonical, as for tree_kind, and may
 * be of files, of folders, or of what never was there; any number of times.
 *
 * A folder's own path stands for the names in it and for its ignore file; and, when the folder
 * came, went or was replaced, for all below it. Of other folders, each file that came or went must
 * be told, or its folder. What was not told is not noticed now, but will be by tree_refresh.
 *
 * `out` is emptied first. It says `why` when ignore rules are others, when a link the walk met or
 * somebody asked about leads elsewhere, when a folder became readable or ceased to be, when a
 * folder that is known but not walked holds other names than before or is gone, or when a path
 * outside the root that somebody asked about is another thing. Otherwise it is proportional to what
 * was told and to the listings of the folders concerned: a file whose content alone is new costs
 * one lstat; one that came or went, the reading of its folder; a new folder, of all below it.
 *
 * `notice` is told of new folders that may not be read. JIG_ERROR_IO when the root is gone.
 */
enum jig_status tree_refresh_paths(struct tree *tree, struct jig_pool *pool,
                                   const char *const *paths, uint32_t count,
                                   struct tree_changes *out,
                                   void (*notice)(void *context, const struct jig_error *what),
                                   void *context, struct jig_error *error);

/*
 * What a refresh would find different has been written by us: list `dir` anew next time, whatever
 * its fingerprint says. Nothing if it is not known.
 */
void tree_forget_folder(struct tree *tree, const char *dir, size_t length);

enum tree_kind { TREE_MISSING, TREE_FILE, TREE_FOLDER };

/*
 * What is at `path` (canonical; may begin with `..` or be absolute), links followed, whether left
 * out or not; neither file nor folder is TREE_MISSING. Remembers what it was asked, so that a later
 * refresh notices when the answer changes: in the root the nearest folder that exists is known from
 * then on, and for a path outside only the path itself. O(length + log names) for a known folder,
 * without a lock.
 */
enum tree_kind tree_kind(struct tree *tree, const char *path, size_t length);

/*
 * Where the symbolic link `path` (as for tree_kind) leads, as it is written in it: its length, with
 * `target` NUL-terminated; 0 when it is none, or longer than `size` - 1. Links in the folders above
 * are followed. Remembers what it was asked: a refresh says that something changed when the link is
 * replaced, even by one to the same sort of thing. A readlink(2) for a link, none for what a
 * listing knows to be something else.
 */
size_t tree_read_link(struct tree *tree, const char *path, size_t length, char *target,
                      size_t size);

/*
 * Whether the last refresh saw `path`, a canonical one, and as something else than a symbolic link;
 * false when that is not known. Remembers nothing, and makes no system call. O(length + log names).
 */
bool tree_saw_no_link(const struct tree *tree, const char *path, size_t length);

/*
 * Calls `file` for every file not left out, folders in byte order of their paths, names in a folder
 * in byte order: the order does not depend on the machine. `path` lives until the call returns.
 */
void tree_each_file(const struct tree *tree,
                    void (*file)(void *context, const char *path, size_t length), void *context);

/*
 * The same for all entries, left out or not, of one known folder: for completeness checks. Links
 * are followed; one that leads nowhere is TREE_MISSING. Nothing for a folder that is not known.
 */
void tree_each_in_folder(struct tree *tree, const char *dir, size_t length,
                         void (*entry)(void *context, const char *name, size_t length,
                                       enum tree_kind kind),
                         void *context);

/*
 * Calls `folder` for every folder whose listing, or in which a name, an answer depended on: those
 * of the walk, those asked about, those around paths asked about outside the root and around ignore
 * files. The root is "". Some may come more than once. O(places).
 */
void tree_each_watched(struct tree *tree,
                       void (*folder)(void *context, const char *path, size_t length),
                       void *context);

/*
 * Drops garbage and what nobody asked about in this session: to be called when everything that
 * mattered was. Nothing before the first refresh. O(tree).
 */
void tree_compact(struct tree *tree);

#endif
