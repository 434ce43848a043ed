/*
 * The set of paths that jobs make, and of the folders above them: they count as being there.
 * Internal to engine/discovery. Any thread may look up while nobody adds.
 */
#ifndef DISCOVERY_MADE_H
#define DISCOVERY_MADE_H

#include "engine/base/digest.h"
#include "engine/base/memory.h"
#include "engine/discovery/walk/tree.h"

struct made_path {
    uint32_t offset, length; /* in made_set.text */
    enum tree_kind kind;     /* TREE_FILE, or TREE_FOLDER above one; TREE_MISSING: not any more */
    uint32_t uses;           /* of a folder: entries right below it that are there */
};

struct made_set {
    VEC(char) text;
    VEC(struct made_path) paths;
    uint32_t *slots; /* open addressing; index + 1 */
    uint32_t slot_count;
    struct digest digest; /* of the files, whatever their order */
};

void made_set_fill(struct made_set *set, const char *const *paths, uint32_t count);
/* One more, or one less. Nothing if it is, or is not, in the set. */
void made_set_add(struct made_set *set, const char *path);
void made_set_remove(struct made_set *set, const char *path);
void made_set_free(struct made_set *set);
/* TREE_MISSING: no job makes it. */
enum tree_kind made_set_kind(const struct made_set *set, const char *path, size_t length);

#endif
