/*
 * The folders that files of the graph lie in, however far down, as the graph spells them: whether a
 * path that is none of its files could be a folder around some. Internal to engine/session.
 *
 * Names come and go by the thousand (temporary files of editors and jobs); without this each of
 * them would have all files of the graph searched for those below it.
 */
#ifndef SESSION_AROUND_H
#define SESSION_AROUND_H

#include "engine/base/memory.h"
#include "engine/graph/graph.h"

/* Zero-initialised is empty. Follows one graph. */
struct around {
    uint64_t *hashes; /* open addressing, 0: free; of the folders' paths */
    uint32_t slots;   /* a power of two, or 0 */
    uint32_t count;
    file_id files; /* those before this one are in */
};

/* Takes in the files that the graph has got since. O(their folders). */
void around_fit(struct around *around, const struct graph *graph);
/* False only if no file lies below the folder. O(1). */
bool around_may_have(const struct around *around, const char *folder);
void around_free(struct around *around);

#endif
