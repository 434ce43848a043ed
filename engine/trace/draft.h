/*
 * A file that is written beside its name and gets it when it is whole, so that whoever looks for
 * the name never finds half a file, whenever the writer is killed:
 *
 *     struct draft draft;
 *     errnum = draft_begin(&draft, folder);
 *     if (!errnum) {
 *         errnum = io_write_all(draft.fd, bytes, length);
 *         if (!errnum)
 *             errnum = draft_take_name(&draft, "000001.trace");     EEXIST: try another one
 *         draft_end(&draft);
 *     }
 *
 * As long as its writer lives it has the file locked (flock). So a draft that can be locked is one
 * that nobody goes on with. Nothing waits for the disk: after a power failure a file may be
 * damaged.
 *
 * Functions that return int return 0 or an errno value.
 */
#ifndef TRACE_DRAFT_H
#define TRACE_DRAFT_H

#include <stdbool.h>

struct draft {
    int folder; /* not owned */
    int fd;     /* to write to */
    char name[48];
};

/* Opens a new draft in the folder, a descriptor that has to outlive it. */
int draft_begin(struct draft *draft, int folder);
/* Gives the draft the name, at once and unless something has it: then EEXIST. */
int draft_take_name(struct draft *draft, const char *name);
/* Gives the draft the name, which something else may have until then. */
int draft_replace(struct draft *draft, const char *name);
/* Closes it. What has got no name is gone. */
void draft_end(struct draft *draft);

/* Whether drafts have such names. */
bool draft_is_name(const char *name);
/* Removes a draft that its writer has left behind. */
void draft_remove_if_left(int folder, const char *name);

#endif
