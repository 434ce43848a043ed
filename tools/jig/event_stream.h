/*
 * `--json`: a build told to programs, as one JSON object a line on standard output, each flushed
 * as it happens. docs/reference/events.md says what is in them; what is written there stays true.
 *
 *     struct event_stream *stream = event_stream_open(&about);
 *     session_options.on_event → event_stream_tell(stream, event, graph)
 *     … build …
 *     event_stream_end(stream, &end);
 *     event_stream_close(stream);
 *
 * While a stream is open it alone has standard output: whoever else writes there, a job of the
 * console pool or this process, is heard on standard error instead. One thread.
 */
#ifndef JIG_TOOL_EVENT_STREAM_H
#define JIG_TOOL_EVENT_STREAM_H

#include "engine/graph/graph.h"
#include "jig/session.h"
#include "tools/jig/delta.h"

/* What is about to be built. Only read while the stream is opened. */
struct event_stream_about {
    const char *directory; /* absolute */
    const char *manifest;
    const char *const *targets; /* as typed */
    size_t target_count;
    const char *const *filters;
    size_t filter_count;
    bool dry_run;
};

/* How it ended. */
struct event_stream_ending {
    enum jig_status status;
    const struct jig_error *error; /* read unless status is JIG_OK */
    int exit_code;                 /* of jig */
    const struct jig_build_result *result;
    const struct delta_counts *outputs; /* NULL: they are not known */
};

struct event_stream;

/* Takes standard output and tells that the build begins. */
struct event_stream *event_stream_open(const struct event_stream_about *about);
/* Tells one of a session's events. `graph` is the session's; read for events that name a job. */
void event_stream_tell(struct event_stream *stream, const struct jig_event *event,
                       const struct graph *graph);
void event_stream_end(struct event_stream *stream, const struct event_stream_ending *ending);
/* Gives standard output back. NULL is allowed. */
void event_stream_close(struct event_stream *stream);

/* errno of the first write that failed, after which nothing is written; 0: none did. */
int event_stream_lost(const struct event_stream *stream);

#endif
