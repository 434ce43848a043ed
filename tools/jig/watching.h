/*
 * A watch: what the files watch_*.c share. The session's thread is the only one that does anything
 * here; the watch's own thread only fills `watch` and `notices`.
 */
#ifndef JIG_TOOL_WATCHING_H
#define JIG_TOOL_WATCHING_H

#include "tools/jig/building.h"
#include "tools/jig/watch_changes.h"
#include "tools/jig/watch_line.h"
#include "tools/jig/watch_notices.h"

struct watching {
    struct build_request request; /* a copy: `explain` changes with a key */
    struct building building;
    struct work work; /* no session while the manifest has never been readable */
    struct watch *watch;
    struct watch_changes changes;
    struct watch_notices notices;
    struct watch_line line;
    struct watch_last last;
    VEC(char) keys; /* pressed while a build went on, and not heeded yet */

    /* Of the round to come. */
    bool full;  /* it looks at everything … */
    bool asked; /* … somebody asked for it: it shows what it comes to, even if that is nothing */
    bool again; /* it is due, though the watch has not told of anything new */
    uint32_t anew; /* how many rounds in a row began because of changes during the one before */
    uint64_t pause_end_ns; /* `again`, but not before this, unless something new happens; 0: now */
    bool ended;    /* there is none */
    int code;      /* to end with */

    /* Of the round that goes on, or was the last. */
    enum jig_status status;
    struct jig_error error;
    VEC(uint8_t) ran; /* [job id] enum watch_run; the rest did not */
    bool stopping;    /* it has been cancelled: to begin anew, or to end */
    bool headed;      /* its first line has been printed, or is not wanted */
    bool reasoned;    /* `reasons` is about it, and not about an earlier one */
    struct buf
        reasons; /* why jobs ran, as --explain tells it: of the last round that said anything */
};

enum watch_run { RUN_NOT, RUN_BEGUN, RUN_WELL };

/* No round follows. The first call counts. */
void watching_end(struct watching *watching, int code);

/* ---- watch_round.c: one build -------------------------------------------------------------- */

/* To be called before the first round: has every round come by with each event. */
void watch_round_prepare(struct watching *watching);
/*
 * Opens the session if that has not succeeded yet, builds with the changes that have been taken,
 * shows what it came to unless that is nothing, and has the folders watched that matter from then
 * on. May end the watching.
 */
void watch_round(struct watching *watching);

/* ---- watch_say.c: what is said beside the build -----------------------------------------------
 */

/* The line that the others of a round come after: which changes it is about. */
void watch_say_head(struct watching *watching);
/* The sum, where building_tell has none. */
void watch_say_sum(const struct watching *watching);
/* That it watches, and how much; for logs only, a smart terminal has its line for that. */
void watch_say_watching(const struct watching *watching);
void watch_say_notices(struct watching *watching);
/* Does what a key is for; q ends the watching. */
void watch_heed_key(struct watching *watching, char key);

#endif
