/*
 * The gate of a run: lets helpers in while it is open, and lets the one who opened it find out
 * that nobody is inside, and shut it, in one step.
 *
 *     opener                                helper
 *     prepare the run                       if (gate_enter(g)) {
 *     gate_open(g)                              do some of the work, as long as there is any
 *     do { work, or wait a while } while        gate_leave(g)
 *         (!gate_shut(g))                   }
 *     read the results
 *
 * A helper leaves only when it holds no work. So when the opener has none either and gate_shut
 * succeeds, there is none anywhere: this is how a run knows that it has ended, whether it did all
 * of its work or not.
 *
 * Why it is correct. One word holds the open flag and the number inside. Entering and shutting are
 * compare-and-swaps on it, so nobody enters a shut gate and no gate is shut on anybody. Entering
 * acquires what gate_open released: helpers see the prepared run. gate_shut acquires what every
 * gate_leave released (a release sequence, as all other changes are read-modify-writes): the
 * opener sees all they did. The gate itself outlives the run, so a late helper may always try.
 * Checked by the model checker in tests/relacy.
 */
#ifndef SCHEDULER_GATE_H
#define SCHEDULER_GATE_H

#include "scheduler/atomics.h"

#include <stdbool.h>

#define GATE_OPEN (UINT32_C(1) << 31)

struct gate {
    /* GATE_OPEN, plus how many are inside. Opened by the opener; changed by all, seq_cst. */
    alignas(LINE) ATOMIC(uint32_t) state;
};

/* Opener: the gate must be shut. seq_cst, as it comes before looking for sleepers. */
static inline void gate_open(struct gate *gate)
{
    at_store(&gate->state, GATE_OPEN, seq_cst);
}

static inline bool gate_is_open(struct gate *gate)
{
    return at_load(&gate->state, seq_cst) & GATE_OPEN;
}

/* Opener: whether nobody was inside a moment ago. */
static inline bool gate_is_empty(struct gate *gate)
{
    return at_load(&gate->state, seq_cst) == GATE_OPEN;
}

/* Opener: shuts the gate unless somebody is inside. */
static inline bool gate_shut(struct gate *gate)
{
    uint32_t expected = GATE_OPEN;
    return at_cas(&gate->state, &expected, 0, seq_cst);
}

/* Helper: false when the gate is shut. */
static inline bool gate_enter(struct gate *gate)
{
    uint32_t state = at_load(&gate->state, relaxed);
    while (state & GATE_OPEN)
        if (at_cas(&gate->state, &state, state + 1, seq_cst))
            return true;
    return false;
}

/* Helper: true when nobody is left inside, so that the opener may want to be woken. */
static inline bool gate_leave(struct gate *gate)
{
    return at_sub(&gate->state, 1, seq_cst) == GATE_OPEN + 1;
}

#endif
