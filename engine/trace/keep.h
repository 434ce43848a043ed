/*
 * The traces of the last builds, a file each: DIRECTORY/traces/NUMBER.trace below the state
 * directory. A higher number is a later build.
 *
 * Nothing here is needed for building: what cannot be written is left out, what is damaged is told
 * when somebody asks for it. Several processes may keep and read at a time, and be killed: a trace
 * has its number only when it is whole.
 */
#ifndef TRACE_KEEP_H
#define TRACE_KEEP_H

#include "engine/trace/log.h"

enum { TRACE_KEPT_BUILDS = 20 };
/*
 * Of all that is kept, together; the last build's is kept whatever its size. The newest full
 * build's is kept beyond the twenty, and before younger ones that are not full: it is the one from
 * which there is most to learn, and under a watch or while somebody edits many small ones follow
 * it. Full is a build of all that the manifest builds by default that ran at least half of the
 * jobs.
 */
#define TRACE_KEPT_BYTES ((uint64_t)64 * 1024 * 1024)

struct trace_kept {
    uint64_t number; /* at least 1 */
    uint64_t bytes;
};

struct trace_keeper {
    char *directory;             /* DIRECTORY/traces */
    VEC(struct trace_kept) kept; /* oldest first */
};

/* Of the state directory `directory`; nothing is looked at or made yet. */
void trace_keeper_init(struct trace_keeper *keeper, const char *directory);
void trace_keeper_free(struct trace_keeper *keeper);

/*
 * Writes the log as the newest one and deletes the oldest ones that are too many or too much. Which
 * one is the newest of a full build is noted in a file beside them, so that none has to be read.
 * Returns 0 or an errno value. Reads the directory, asks for the size of those that it does not
 * know, and removes what a process that was killed has left of one.
 */
int trace_keep(struct trace_keeper *keeper, const struct trace_log *log);

/*
 * Reads which there are; none if the folder is not there. A file that is known is taken to be as
 * large as it was. Returns 0 or, when the folder cannot be read, an errno value.
 */
int trace_keeper_look(struct trace_keeper *keeper);
/* Appends the path of one. */
void trace_keeper_path(const struct trace_keeper *keeper, uint64_t number, struct buf *path);

/* Reads a trace file. */
enum jig_status trace_read(const char *path, struct trace_log *log, struct jig_error *error);

#endif
