/*
 * What is left of a build beside its outputs: the delta, the tally of all builds, and what there is
 * to say of the cache. Taken when the build has ended and its session is still open.
 */
#ifndef JIG_TOOL_RESULTS_H
#define JIG_TOOL_RESULTS_H

#include "tools/jig/delta.h"
#include "tools/jig/place.h"

struct results {
    struct jig_build_result build; /* filled by the session */
    struct delta_counts delta;     /* of pipelines */
    bool delta_lost;               /* it could not be written; told */
    struct buf cache;              /* --show-cache: what to print */
};

/*
 * `status` is how the build ended; `session` is NULL when it could not begin. Writes the delta also
 * then: what an earlier build wrote must not be taken for this one's. Free with results_free.
 */
void results_take(struct results *results, const struct build_request *request,
                  const struct place *place, const struct jig_session *session,
                  enum jig_status status);
void results_free(struct results *results);

#endif
