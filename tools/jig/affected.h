/*
 * What changed since a commit, as git tells: what differs between the last commit that `ref` and
 * HEAD have in common and the work tree, and what git does not track and does not ignore.
 *
 * An answer that might lack something is worse than none: whatever keeps git from answering is an
 * error, never an empty list.
 */
#ifndef JIG_TOOL_AFFECTED_H
#define JIG_TOOL_AFFECTED_H

#include "engine/base/memory.h"
#include "jig/error.h"

/* Zero-initialised is empty. */
struct affected {
    VEC(char *) paths; /* relative to the directory asked from; owned */
};

/*
 * Appends every path that changed since `ref`, relative to the current directory and in no order;
 * those elsewhere in the repository begin with `..`. Deleted files are among them, both names of a
 * renamed one, and all files of a submodule that is at another commit or has changes.
 *
 * JIG_ERROR_USAGE, with advice, when git cannot be run, the current directory is in no repository,
 * there is no such commit, or it has none in common with HEAD. Runs git a few times. Free with
 * affected_free in every case.
 */
enum jig_status affected_find(struct affected *affected, const char *ref, struct jig_error *error);
void affected_free(struct affected *affected);

#endif
