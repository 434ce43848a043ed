/*
 * The join counter: how many predecessors of a task have yet to finish.
 *
 * It starts as the number of predecessors, and each of them counts it down once. Whoever finds it
 * at 1 is the last: all others have counted, nobody else will, and so the last need not write. A
 * task with a single predecessor thus costs no atomic update.
 *
 * Why it is correct. All writes are subtractions, so they form one release sequence: the last one,
 * whether it learns that it is the last from its load or from its own subtraction, acquires what
 * every other predecessor released. Checked by the model checker in tests/relacy.
 */
#ifndef SCHEDULER_JOIN_H
#define SCHEDULER_JOIN_H

#include "scheduler/atomics.h"

#include <stdbool.h>

/* Written by the caller before a run, then lowered acq_rel by any worker. */
typedef ATOMIC(uint32_t) join_counter;

/* Any worker, once for each predecessor it has finished: true if that was the last one. */
static inline bool join_count_down(join_counter *join)
{
    return at_load(join, acquire) == 1 || at_sub(join, 1, acq_rel) == 1;
}

/* The same when no other worker takes part in the run. */
static inline bool join_count_down_alone(join_counter *join)
{
    uint32_t left = at_load(join, relaxed) - 1;
    at_store(join, left, relaxed);
    return left == 0;
}

#endif
