/*
 * What writing and reading a trace file share.
 */
#ifndef TRACE_FORMAT_H
#define TRACE_FORMAT_H

#include "engine/state/header.h"

/* Rises with every change of the format. */
enum { TRACE_VERSION = 1 };

static const struct header_kind TRACE_FILE = {"jig trace", TRACE_VERSION, .is_cache = true};

/* Elements of the arrays that stand for one of each. */
enum {
    TRACE_JOB_FIELDS = 18,
    TRACE_SLICE_FIELDS = 5,
    TRACE_SAMPLE_FIELDS = 3,
    TRACE_FORECAST_FIELDS = 2,
    TRACE_PAIR_FIELDS = 2, /* of a pool, of a number */
};

/* Pairs of the map that a file is. */
enum { TRACE_KEYS = 20 };

#endif
