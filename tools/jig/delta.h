/*
 * The delta artefact: which outputs a build changed, for programs that come after it.
 *
 *     {"version": 1, "complete": true,
 *      "counts": {"added": 1, "updated": 1, "removed": 1},
 *      "added":   [{"path": …, "pipeline": …, "digest": …}],
 *      "updated": [{"path": …, "pipeline": …, "digest": …, "old_digest": …}],
 *      "removed": [{"path": …, "pipeline": …, "old_digest": …}]}
 *
 * Each list is in byte order of the paths, and nothing in it depends on when or where it was made:
 * the same change gives the same bytes. `complete` is false when the build did not end well; the
 * lists are then what it had come to.
 */
#ifndef JIG_TOOL_DELTA_H
#define JIG_TOOL_DELTA_H

#include "engine/base/buf.h"
#include "jig/session.h"

/* How many of each kind. */
struct delta_counts {
    uint32_t added, updated, removed;
};

struct delta_counts delta_count(const struct jig_delta_entry *entries, uint32_t count);

/* Appends the artefact's text. `entries` are as jig_session_delta gives them. */
void delta_append(const struct jig_delta_entry *entries, uint32_t count, bool complete,
                  struct buf *out);
/* Makes it the content of the file `path`, as replace_file does. */
enum jig_status delta_write(const char *path, const struct jig_delta_entry *entries, uint32_t count,
                            bool complete, struct jig_error *error);

#endif
