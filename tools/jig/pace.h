/*
 * How fast a build goes and how long it will still take, in words: "34/s, 12 s left".
 *
 * The rate is that of the last seconds, so that it can be read. Pure but for what is in the struct.
 */
#ifndef JIG_TOOL_PACE_H
#define JIG_TOOL_PACE_H

#include "engine/base/buf.h"
#include "jig/session.h"

/* Zero-initialised knows nothing. */
struct pace {
    double rate; /* jobs a second; 0: not known */
    uint64_t time_ns;
    uint32_t finished; /* jobs, at that time */
};

/* Takes in how far the build is. Of calls that come within half a second, one counts. O(1). */
void pace_take(struct pace *pace, const struct jig_progress *progress, uint64_t now_ns);

/*
 * Appends what is known, each part with ", " before it but for the first; nothing while the build
 * has not run for a second, for nobody could have read it.
 */
void pace_append(const struct pace *pace, const struct jig_progress *progress, uint64_t now_ns,
                 struct buf *out);

/* Appends a time for people: "0.4 s", "12 s", "3 min 5 s", "2 h 7 min". */
void pace_append_time(uint64_t ms, struct buf *out);

#endif
