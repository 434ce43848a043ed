/*
 * The line at the bottom of a smart terminal while nothing is being built:
 *
 *     watching · last build 14:02:11 ok, 3 jobs in 41 ms · r rebuild  e explain  q quit
 *
 * Whatever else is printed, watch_line_clear comes first; the line is not part of the log. One
 * thread.
 */
#ifndef JIG_TOOL_WATCH_LINE_H
#define JIG_TOOL_WATCH_LINE_H

#include "engine/base/buf.h"
#include "tools/jig/terminal.h"

#include <time.h>

/* How the last build ended that came to something. */
struct watch_last {
    time_t end; /* 0: there has been none */
    bool failed;
    uint32_t jobs_run;
    uint64_t took_ms;
};

struct watch_line {
    struct terminal terminal; /* smart: lines are shown */
    bool shown;
};

/* Appends the line's text, in colour if `colour`; the keys only if there are any. */
void watch_line_append(const struct watch_last *last, bool keys, bool colour, struct buf *out);

/* Shows it, in place of what it was. No effect elsewhere than on a smart terminal. */
void watch_line_show(struct watch_line *line, const struct watch_last *last, bool keys);
void watch_line_clear(struct watch_line *line);

#endif
