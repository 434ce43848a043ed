/*
 * A work-stealing deque of task numbers: its owner puts in and takes out at the bottom, any number
 * of thieves take out at the top.
 *
 *     deque_stage(d, 0, a);        owner: write the items first …
 *     deque_stage(d, 1, b);
 *     deque_publish(d, 2);         … then let thieves see them all at once
 *     deque_pop(d, &item)          owner: the newest
 *     deque_steal(d, &item)        anyone else: the oldest
 *
 * After D. Chase and Y. Lev, "Dynamic Circular Work-Stealing Deque" (SPAA 2005), with the memory
 * orders worked out from N. M. Lê et al., "Correct and Efficient Work-Stealing for Weak Memory
 * Models" (PPoPP 2013), but attached to the operations instead of to fences. The capacity is fixed:
 * a graph run puts each task in at most once, so a deque as large as the graph never overflows,
 * and there is no growth and no reclamation to get wrong.
 *
 * Why it is correct. Items occupy the indices top .. bottom - 1; both only ever name positions in
 * an endless sequence (slot = index & mask), and 63 bits do not run out.
 *   - An item is taken by a thief only by moving `top` from t to t + 1, which succeeds for one.
 *   - The owner takes index b without moving `top` only if, after lowering `bottom` to b, it still
 *     sees top < b. These two operations and the thieves' loads of `top` and then `bottom` are
 *     seq_cst, hence in one total order: a thief that could take index b sees top == b, thus
 *     comes after a move of `top` that the owner did not see, thus after the owner's lowering of
 *     `bottom`, and finds the deque empty. For the last item (top == b) the owner moves `top`
 *     itself, like a thief.
 *   - A thief reads a slot before it moves `top`. If the slot has been overwritten since, the owner
 *     has gone once round, so `top` has moved and the thief fails and forgets what it read.
 *   - A thief that succeeds read `bottom` from a store (publish or pop) made after its item was
 *     published, by the owner; these stores release, so it sees the item and what went before. The
 *     one relaxed store of `bottom`, after the last item, never lets a thief succeed: at that
 *     time top == bottom.
 * Checked by the model checker in tests/relacy.
 */
#ifndef SCHEDULER_DEQUE_H
#define SCHEDULER_DEQUE_H

#include "scheduler/atomics.h"

#include <stdbool.h>

struct deque {
    /* Next index to steal. Thieves and owner move it up by seq_cst compare-and-swap. */
    alignas(LINE) ATOMIC(int64_t) top;
    /* One past the newest index. Written by the owner only; seq_cst but where noted. */
    alignas(LINE) ATOMIC(int64_t) bottom;
    /* Item `index` is in slots[index & mask]. Written by the owner, relaxed, before publishing. */
    alignas(LINE) ATOMIC(uint32_t) * slots;
    /* Slots less 1, a power of two less 1. Like `slots` itself, changed only between runs. */
    int64_t mask;
};

/* Owner: writes `item` to the place `offset` items above the newest. Nobody sees it yet. */
static inline void deque_stage(struct deque *deque, int64_t offset, uint32_t item)
{
    int64_t index = at_load(&deque->bottom, relaxed) + offset;
    at_store(&deque->slots[index & deque->mask], item, relaxed);
}

/*
 * Owner: lets everyone see the `count` items staged last. seq_cst, so that a pusher that then
 * looks for sleepers and a sleeper that looks for work cannot both miss each other.
 */
static inline void deque_publish(struct deque *deque, int64_t count)
{
    at_store(&deque->bottom, at_load(&deque->bottom, relaxed) + count, seq_cst);
}

/* Owner: takes the newest item; false when there is none. */
static inline bool deque_pop(struct deque *deque, uint32_t *item)
{
    int64_t b = at_load(&deque->bottom, relaxed) - 1;
    /* Only the owner adds, so a deque that once looked empty to it is empty. */
    if (at_load(&deque->top, relaxed) > b)
        return false;
    at_store(&deque->bottom, b, seq_cst);
    int64_t t = at_load(&deque->top, seq_cst);
    if (t < b) {
        *item = at_load(&deque->slots[b & deque->mask], relaxed);
        return true;
    }
    bool won = t == b && at_cas(&deque->top, &t, t + 1, seq_cst);
    if (won)
        *item = at_load(&deque->slots[b & deque->mask], relaxed);
    at_store(&deque->bottom, b + 1, relaxed);
    return won;
}

/* As deque_publish and deque_pop, when there are no thieves. */
static inline void deque_publish_alone(struct deque *deque, int64_t count)
{
    at_store(&deque->bottom, at_load(&deque->bottom, relaxed) + count, relaxed);
}

static inline bool deque_pop_alone(struct deque *deque, uint32_t *item)
{
    int64_t b = at_load(&deque->bottom, relaxed) - 1;
    if (at_load(&deque->top, relaxed) > b)
        return false;
    *item = at_load(&deque->slots[b & deque->mask], relaxed);
    at_store(&deque->bottom, b, relaxed);
    return true;
}

/* Anyone: whether there was an item to steal a moment ago. */
static inline bool deque_seems_nonempty(struct deque *deque)
{
    int64_t t = at_load(&deque->top, seq_cst);
    return t < at_load(&deque->bottom, seq_cst);
}

/* Anyone but the owner: takes the oldest item; false when there is none or another was faster. */
static inline bool deque_steal(struct deque *deque, uint32_t *item)
{
    int64_t t = at_load(&deque->top, seq_cst);
    if (t >= at_load(&deque->bottom, seq_cst))
        return false;
    uint32_t taken = at_load(&deque->slots[t & deque->mask], relaxed);
    if (!at_cas(&deque->top, &t, t + 1, seq_cst))
        return false;
    *item = taken;
    return true;
}

#endif
