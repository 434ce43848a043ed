/*
 * The presenter: turns a session's events into what a person sees.
 *
 *     struct status *status = status_create(&options);
 *     session_options.on_event = status_event;
 *     session_options.context = status;
 *     … build …
 *     status_end(status);
 *     status_destroy(status);
 *
 * On a smart terminal one line tells the job that started or finished last; elsewhere each job
 * has a line when it finishes. jig's own face can do better than ninja's: below that line are the
 * jobs that take long, see status_area.h; and in the logs of continuous integration only jobs that
 * print something have a line, and there is one in half a minute that says how far it is. A job's
 * output follows its line as one block, and a failed one's is headed by the word FAILED, its exit
 * code, its outputs and its command. While a job of the console pool owns the terminal, all that is
 * kept back.
 *
 * Every event reaches the descriptor in one flush. One thread, the session's.
 */
#ifndef JIG_TOOL_STATUS_H
#define JIG_TOOL_STATUS_H

#include "jig/session.h"
#include "tools/jig/face.h"
#include "tools/jig/progress_form.h"
#include "tools/jig/status_format.h"
#include "tools/jig/terminal.h"

#include <stdio.h>

struct status_options {
    enum face face;
    FILE *out; /* fully buffered; gets lines and output. Not owned */
    FILE *err; /* gets explanations and warnings. Not owned */
    struct terminal terminal;
    enum progress_form form;            /* PROGRESS_AUTO is PROGRESS_LINE */
    const struct status_format *format; /* outlives the status */
    bool usual_format;                  /* nobody asked for it: an area adds pace to it */
    bool verbose;                       /* commands instead of descriptions, nothing overwritten */
    bool quiet;                         /* no status lines, only output and failures */
    bool explain;                       /* tell why, just before a job's line */
    bool annotate;                      /* tell failures as workflow commands of GitHub, too */
    uint32_t slots;                     /* how many jobs the current rate looks back on */
    uint64_t (*now_ns)(void *clock);    /* monotonic, as the events' times; NULL: the system's */
    void *clock;                        /* passed to now_ns */
};

struct status;

struct status *status_create(const struct status_options *options);
void status_destroy(struct status *status);

/* A jig_event_fn; `status` is a struct status. */
void status_event(void *status, const struct jig_event *event);

/* Ends the line that is open and gives out what was kept back. Call after the build. */
void status_end(struct status *status);

/* Whether no job was started since the last plan: "no work to do". */
bool status_was_idle(const struct status *status);
/* errno of the first write to `out` that failed, after which nothing is written; 0: none did. */
int status_output_lost(const struct status *status);

#endif
