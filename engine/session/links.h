/*
 * Files that are reached through symbolic links: who watches the disk hears of a change where the
 * link leads, and the graph has the file under the link's name. Internal to engine/session.
 *
 * For every file of the graph that is a link, or lies in a folder that is reached through one, this
 * knows each place on the way: a change there is a change of the file.
 */
#ifndef SESSION_LINKS_H
#define SESSION_LINKS_H

#include "engine/base/arena.h"
#include "engine/discovery/walk/tree.h"
#include "engine/graph/graph.h"

struct links_place {
    const char *path; /* real and absolute */
    uint64_t hash;    /* of it */
    file_id file;
    uint32_t next; /* one more than the next place of the same slot; 0: none */
};

/* A folder, as it is written and as it really is. */
struct links_folder {
    uint64_t hash; /* of the path as it is written */
    const char *real;
    uint32_t next;
};

/* Zero-initialised is empty. */
struct links {
    VEC(struct links_place) places;
    VEC(struct links_folder) folders;
    uint32_t *place_slots, *folder_slots; /* one more than the first of each; powers of two */
    uint32_t place_slot_count, folder_slot_count;
    VEC(const char *) elsewhere; /* folders that links lead to, each once */
    struct arena texts;
    file_id files;           /* those before this one have been looked at */
    const struct tree *tree; /* has listings of a moment ago; NULL: there is none */
    bool anew;               /* listings do not count: the file may be another one by now */
};

/* Looks at files that the graph has got since. One lstat(2) a file, and one a folder. */
void links_fit(struct links *links, const struct graph *graph);
/* A file may be another link now. */
void links_look_again(struct links *links, const struct graph *graph, file_id file);
/* Whether the folder, written as the graph has it, is really somewhere else than it was: then all
 * that lies in it has another way, and links are to be made anew. A realpath(3) for known folders.
 */
bool links_folder_moved(const struct links *links, const char *folder);
void links_free(struct links *links);

/*
 * Calls for each file on whose way the path is, or something below the path if that is a folder or
 * not there. The path is absolute or relative to the current directory. O(1), or O(places on the
 * way of any link).
 */
void links_find(struct links *links, const char *path, void (*found)(void *context, file_id file),
                void *context);

#endif
