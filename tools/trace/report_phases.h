/*
 * What the engine's threads spent their time in, by the name of the innermost slice.
 */
#ifndef TOOLS_TRACE_REPORT_PHASES_H
#define TOOLS_TRACE_REPORT_PHASES_H

#include "engine/trace/log.h"

struct report_phase {
    const char *name;    /* of the log */
    uint64_t session_ns; /* of the session's thread */
    uint64_t workers_ns; /* of all others together */
};

struct report_phases {
    VEC(struct report_phase) rows; /* the longest first, both together */
};

/* Fills `phases`, which is empty. O(slices). */
void report_phases_find(struct report_phases *phases, const struct trace_log *log);
void report_phases_free(struct report_phases *phases);

#endif
