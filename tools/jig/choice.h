/*
 * What to build of pipelines, spelt for the session: the targets, filters and commit of a request,
 * which the user typed where they stand, as paths and patterns from the root.
 *
 * A pattern is a glob with, perhaps, `!` before it and `...` before and after it (jig/session.h).
 * The name of a folder stands for all below it. A request that names nothing is about the package
 * around where the user stands.
 */
#ifndef JIG_TOOL_CHOICE_H
#define JIG_TOOL_CHOICE_H

#include "engine/graph/graph.h"
#include "tools/jig/affected.h"
#include "tools/jig/place.h"

/* Zero-initialised is empty: everything. */
struct choice {
    VEC(char *) targets;
    VEC(char *) filters;
    struct affected affected;
    bool of_package;    /* the filter is not the user's but that of the package */
    bool only_affected; /* `affected` counts, even when it is empty */
    bool nothing;       /* see choice_fit */
};

/*
 * Fills the choice for the request at this place. JIG_ERROR_USAGE for a pattern that leaves the
 * root or is none; see affected_find for the rest. Runs git if the request names a commit. Free
 * with choice_free in every case.
 */
enum jig_status choice_make(struct choice *choice, const struct place *place,
                            const struct build_request *request, struct jig_error *error);
void choice_free(struct choice *choice);

/*
 * For a request that names a commit: asks git again what changed since. On failure the choice is as
 * it was.
 */
enum jig_status choice_renew(struct choice *choice, const struct build_request *request,
                             struct jig_error *error);

/*
 * Once the graph is there, or another one: a pattern that selects nothing is a mistake, but a
 * package that has nothing to build is none. `nothing` then stands for its filter. Returns whether
 * that is another answer than before. O(jobs) for a request that is about a package; `graph` may be
 * NULL.
 */
bool choice_fit(struct choice *choice, const struct place *place, const struct graph *graph);

/*
 * Appends one pattern spelt from the root: the part of choice_make that is about text. Looks at
 * the disk only to tell whether it names a folder.
 */
enum jig_status choice_spell(const struct place *place, const char *pattern, struct buf *out,
                             struct jig_error *error);

#endif
