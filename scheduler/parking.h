/*
 * Parking: where workers sleep, and how exactly one of them is woken.
 *
 *     worker w, out of work                 whoever made work
 *     parking_sleep_unless(p, w, spot,      make it visible (a seq_cst store)
 *                          is_there_work)   w = parking_claim(p, first)
 *     look for work again                   if there is one: event_count_signal(spot of w)
 *
 * `idle` has one bit a worker. A worker sets its own; whoever clears it has claimed that worker
 * and must wake it. With nobody asleep, making work costs its maker one load here (one for each
 * 64 workers). The pool also claims workers whose thread it has yet to start, by the same bits.
 *
 * Why no wake-up is lost. The worker sets its bit, then looks for work; the maker makes work
 * visible, then looks for bits; all four are seq_cst and so in one order, in which not both looks
 * can come first. Either the worker sees the work or the maker sees the bit. Having claimed the
 * bit, the maker moves the worker's event count; the worker took its ticket before it set the bit,
 * so it sleeps on an old ticket, which does not block.
 *
 * Why one is enough. A maker wakes one worker for a batch of work, and a claim may be spent on a
 * worker that has found other work by itself. So whoever goes from looking to working looks round
 * once more, and if there is still something to take it claims the next one (see pool.c).
 * Then as long as there is work for the taking, somebody is on the way to it, or nobody sleeps.
 * Checked by the model checker in tests/relacy.
 */
#ifndef SCHEDULER_PARKING_H
#define SCHEDULER_PARKING_H

#include "scheduler/atomics.h"
#include "scheduler/event_count.h"

#include <stdbool.h>

#define PARKING_NONE  UINT32_MAX
#define PARKING_WORDS 8 /* for 64 workers each */

struct parking {
    /* Bit w % 64 of word w / 64: worker w may be claimed. Set by w, cleared by anyone; seq_cst. */
    alignas(LINE) ATOMIC(uint64_t) idle[PARKING_WORDS];
    /* Words in use. Set once. */
    alignas(LINE) uint32_t words;
};

/* Worker: takes back that it may be claimed. */
static inline void parking_withdraw(struct parking *parking, uint32_t worker)
{
    at_and(&parking->idle[worker / 64], ~(UINT64_C(1) << worker % 64), seq_cst);
}

/*
 * Worker: sleeps at its `spot` until it is claimed and signalled, unless `is_needed` is true once
 * it may be claimed. is_needed must look, with seq_cst loads, at all that whoever claims could
 * mean. May return for no reason.
 */
static inline void parking_sleep_unless(struct parking *parking, uint32_t worker,
                                        struct event_count *spot, bool (*is_needed)(void *),
                                        void *context)
{
    uint32_t ticket = event_count_ticket(spot);
    at_or(&parking->idle[worker / 64], UINT64_C(1) << worker % 64, seq_cst);
    if (!is_needed(context))
        event_count_wait(spot, ticket);
    parking_withdraw(parking, worker);
}

/* Whoever has something for `worker` only: claims it if it is idle. */
static inline bool parking_claim_one(struct parking *parking, uint32_t worker)
{
    uint64_t bit = UINT64_C(1) << worker % 64;
    return (at_load(&parking->idle[worker / 64], seq_cst) & bit) &&
           (at_and(&parking->idle[worker / 64], ~bit, seq_cst) & bit);
}

/*
 * Anyone: claims the lowest idle worker from `first` (0 or 1) up; PARKING_NONE when there is none.
 * Always the lowest, so that with little to do the same few threads stay warm and the others
 * asleep.
 */
static inline uint32_t parking_claim(struct parking *parking, uint32_t first)
{
    for (uint32_t word = 0; word < parking->words; word++) {
        uint64_t skip = word == 0 ? first : 0;
        uint64_t idle = at_load(&parking->idle[word], seq_cst) & ~skip;
        while (idle) {
            uint64_t bit = idle & (0 - idle);
            uint64_t before = at_and(&parking->idle[word], ~bit, seq_cst);
            if (before & bit)
                return word * 64 + (uint32_t)__builtin_ctzll(bit);
            idle = before & ~skip;
        }
    }
    return PARKING_NONE;
}

#endif
