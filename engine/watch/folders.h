/*
 * The table of folders: by path, by the kernel's watch, and as a tree.
 *
 * A folder is in it because somebody named it, because one below it is (what happens to a folder
 * above may put another folder at a path), or because a symbolic link leads to it. Those that
 * nobody named are watched like the others, and what happens in them is not told.
 *
 * The tree is one of text: the parent of "a/b" is "a", of "a" it is ".", of "/usr" it is "/", of
 * "../x" it is "..", and of ".." it is ".", because where ".." is depends on where "." is. So there
 * are two roots, "." and "/".
 *
 * Knows neither the disk nor the kernel. One thread at a time.
 */
#ifndef WATCH_FOLDERS_H
#define WATCH_FOLDERS_H

#include "engine/base/buf.h"
#include "engine/base/memory.h"

#include <stdbool.h>
#include <stdint.h>

struct snapshot;

enum folder_state {
    FOLDER_NEW,     /* nobody has looked for it yet */
    FOLDER_MISSING, /* there is no folder at its path; so there is none below it either */
    FOLDER_WATCHED, /* the kernel tells what happens in it */
    FOLDER_POLLED   /* it is there, but the kernel does not tell */
};

struct folder {
    struct folder *parent; /* NULL for the two roots */
    struct folder *first_child, *next_sibling;

    enum folder_state state;
    int wd; /* the kernel's watch; -1 unless FOLDER_WATCHED */
    /* The next one with the same watch: two paths may lead to one folder. */
    struct folder *next_alias;

    /* The folder that the symbolic link at this path leads to; NULL when it is no link. */
    struct folder *target;
    struct folder *first_link, *next_link; /* those whose target this is */

    uint32_t polled_index;     /* among the polled ones, when FOLDER_POLLED */
    uint64_t device, inode;    /* which folder it is, when FOLDER_POLLED */
    struct snapshot *snapshot; /* what was in it, when FOLDER_POLLED and named */

    uint32_t round; /* the naming round in which it was last named; 0: nobody named it */
    bool kept;      /* is not forgotten, though nobody named it */
    bool suspect;   /* waits in the list of those to look for again */

    uint64_t hash;
    size_t length;
    char path[]; /* canonical, NUL-terminated */
};

/* Open addressing with linear probing; `hash` saves looking into most folders that are passed. */
struct folder_table {
    struct folder_slot {
        uint64_t hash;
        struct folder *folder; /* NULL: free */
    } * slots;
    uint32_t slot_count; /* a power of two, at least twice `count`; 0 before the first */
    uint32_t count;
};

/* Zero-initialised is empty. */
struct folders {
    struct folder_table by_path; /* owns them */
    struct folder_table by_wd;   /* the first one of each watch */
    VEC(struct folder *) polled; /* in no order */
};

void folders_free(struct folders *folders);

/* The folder of a canonical path, or NULL. O(length). */
struct folder *folders_find(const struct folders *folders, const char *path, size_t length);
/* The same, made if it is not there, with all above it. Whoever calls looks for the NEW ones. */
struct folder *folders_make(struct folders *folders, const char *path, size_t length);
/* Forgets a folder that has no children, no links to it, no watch, and is not polled. */
void folders_remove(struct folders *folders, struct folder *folder);

/* The first folder of a watch, NULL if there is none; the others follow by next_alias. */
struct folder *folders_watched_by(const struct folders *folders, int wd);
/* Ties a folder that has no watch to one. True when it is the first of this watch. */
bool folders_tie(struct folders *folders, struct folder *folder, int wd);
/* Unties it. True when it was the last of its watch, which nobody needs any more. */
bool folders_untie(struct folders *folders, struct folder *folder);

/* Adds it to the polled ones, takes it out; both O(1). The last one moves to a free place. */
void folders_start_polling(struct folders *folders, struct folder *folder);
void folders_stop_polling(struct folders *folders, struct folder *folder);

/* Says where the link at the folder's path leads; NULL: it is none. */
void folder_set_target(struct folder *folder, struct folder *target);

static inline bool folder_is_named(const struct folder *folder)
{
    return folder->round != 0;
}

/* Puts the path of `name` in `folder` into `path`, canonical as the folder's own path is. */
void folder_path_of(const struct folder *folder, const char *name, struct buf *path);

#endif
