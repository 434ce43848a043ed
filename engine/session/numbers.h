/*
 * The numbers of a build's result, by name: for statistics, events and traces.
 */
#ifndef SESSION_NUMBERS_H
#define SESSION_NUMBERS_H

#include "jig/session.h"

struct result_number {
    const char *name; /* of the field in struct jig_build_result */
    uint64_t value;
};

enum { RESULT_NUMBERS = 42 };

/* All of them, in the order in which the header has them. */
void result_numbers(const struct jig_build_result *result,
                    struct result_number out[RESULT_NUMBERS]);

/* "none", "incremental" or "full". */
const char *result_kind_name(enum jig_update_kind kind);

#endif
