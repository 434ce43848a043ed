/*
 * A build that somebody asked for, in the steps that it is made of.
 *
 *     struct building building = {.face = face, .request = request};
 *     struct work work = {0};
 *     if (building_prepare(&building, &code)) {      // the place, and what is wanted
 *         building_begin(&building);                 // presenter
 *         status = building_open(&building, &work, &error);
 *         if (!status)
 *             status = building_run(&building, &work, NULL, &error);
 *         code = building_tell(&building, &work, status, &error);
 *         work_close(&work);
 *         building_end(&building);
 *     }
 *     building_free(&building);
 *
 * The session is apart from the build it is used for, because it may outlive that: who keeps it
 * open goes on from building_begin to building_end as often as there is something to build, with
 * the same building or another one. One thread.
 */
#ifndef JIG_TOOL_BUILDING_H
#define JIG_TOOL_BUILDING_H

#include "tools/jig/choice.h"
#include "tools/jig/event_stream.h"
#include "tools/jig/results.h"
#include "tools/jig/status.h"

struct building;

/* An open session, and the build that its events go to. Zeroed: none is open. */
struct work {
    struct jig_session *session;
    struct building *building; /* NULL between builds: events are dropped */
};

/* `face` and `request` are set by whoever owns it; the rest starts zeroed. */
struct building {
    enum face face;
    const struct build_request *request;
    bool once;   /* the session is for this build, and none follows */
    bool hosted; /* by a process that goes on: what stops the build is not to end that */
    /*
     * Called with each event before it is shown, on the session's thread; false: it is not to be
     * shown. May be NULL.
     */
    bool (*before_event)(void *context, const struct jig_event *event);
    void *context;
    uint32_t tick_ms; /* how often JIG_EVENT_TICK has to come; 0: as the status line needs it */

    /* Set by building_prepare. */
    struct place place;
    struct choice choice; /* of pipelines */
    struct status_format format;

    /* From building_begin to building_end. */
    struct status *status;       /* NULL: `stream` is there instead */
    struct event_stream *stream; /* with --json */
    enum progress_form form;     /* of the former */
    uint32_t slots;
    struct jig_jobserver *jobserver; /* NULL: there is none, or it is not to count */
    bool stopping;                   /* because nobody reads what is written */
    struct results results;
};

/*
 * Goes to where the manifest is, and finds out what of it is wanted. False when the request cannot
 * be obeyed: that has been told, and *code is the exit code.
 */
bool building_prepare(struct building *building, int *code);
/*
 * Its two steps, for who has something to do in between; or takes, instead of the first, a place
 * that another process has found, of which copies are kept. As above.
 */
bool building_find_place(struct building *building, int *code);
bool building_take_place(struct building *building, const struct place *place, int *code);
bool building_choose(struct building *building, int *code);
void building_free(struct building *building);

/* Makes the presenter. From here on a closed standard output stops the build instead of killing the
 * process. */
void building_begin(struct building *building);
/*
 * Whether the request leaves it to make's jobserver how many jobs run, if MAKEFLAGS names one: not
 * with -j, nor when nothing is to run. A process that hosts builds has no part in it: the
 * descriptors that its client's MAKEFLAGS names are the client's.
 */
bool building_heeds_jobserver(const struct build_request *request);
/* Ends what building_begin began. */
void building_end(struct building *building);

/* Opens the session that the request asks for. On failure nothing is open. */
enum jig_status building_open(struct building *building, struct work *work,
                              struct jig_error *error);
void work_close(struct work *work);

/*
 * Builds what is wanted: all of it looked at when `changes` is NULL, else as jig_session_update.
 * The session's events are shown meanwhile. What it came to is in building->results.build.
 */
enum jig_status building_run(struct building *building, struct work *work,
                             const struct jig_change_set *changes, struct jig_error *error);

/* Prints how many jobs ran and were spared, and how many failed if any did, without a newline. */
void building_tell_jobs(const struct jig_build_result *result);
/* Whether nothing was done, as far as the user is concerned. */
bool building_was_idle(const struct building *building);

/* With --json, tells that the build has ended, with that exit code. No effect else. */
void building_tell_end(struct building *building, enum jig_status status,
                       const struct jig_error *error, int code);

/*
 * Says how it ended and writes what is written at the end: delta, tally, statistics. To be
 * called also when the session could not be opened. Returns the exit code.
 */
int building_tell(struct building *building, struct work *work, enum jig_status status,
                  const struct jig_error *error);

#endif
