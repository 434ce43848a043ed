/*
 * An event count: sleeping until something happens, without a lock.
 *
 *     ticket = event_count_ticket(e)        event_count_signal(e)
 *     nothing to do yet?
 *     event_count_wait(e, ticket)           returns at once if signalled since the ticket
 *
 * Taking a ticket acquires and signalling releases. In use this is Concurrency Kit's ck_ec32 in
 * its multi-producer mode, over futexes. ThreadSanitizer cannot see into ck's inline assembly and
 * a model checker can neither run it nor a futex, so that each has a plain variant below.
 */
#ifndef SCHEDULER_EVENT_COUNT_H
#define SCHEDULER_EVENT_COUNT_H

#include "scheduler/atomics.h"
#include "scheduler/ck_or_c11.h"

#if defined(JIG_RELACY)

struct event_count {
    rl::atomic<int> value;
};

static inline uint32_t event_count_ticket(struct event_count *e)
{
    return (uint32_t)at_load(&e->value, acquire);
}

static inline void event_count_signal(struct event_count *e)
{
    at_add(&e->value, 1, acq_rel);
    rl::rl_futex(&e->value, FUTEX_WAKE, 1, 0, 0, 0, $);
}

static inline void event_count_wait(struct event_count *e, uint32_t ticket)
{
    while (event_count_ticket(e) == ticket)
        rl::rl_futex(&e->value, FUTEX_WAIT, (int)ticket, 0, 0, 0, $);
}

#elif SCHEDULER_USES_CK

#include <ck_ec.h>
#include <ck_pr.h>

struct event_count {
    struct ck_ec32 ck;
};

extern const struct ck_ec_ops event_count_ops;

static inline uint32_t event_count_ticket(struct event_count *e)
{
    return ck_ec32_value(&e->ck);
}

static inline void event_count_signal(struct event_count *e)
{
    const struct ck_ec_mode mode = {.ops = &event_count_ops, .single_producer = false};
    ck_pr_fence_release(); /* ck itself lets only earlier stores come first, not loads */
    ck_ec32_inc(&e->ck, &mode);
}

static inline void event_count_wait(struct event_count *e, uint32_t ticket)
{
    const struct ck_ec_mode mode = {.ops = &event_count_ops, .single_producer = false};
    ck_ec32_wait(&e->ck, &mode, ticket, NULL);
}

#else

struct event_count {
    ATOMIC(uint32_t) value;
};

/* The futex calls, in event_count.c: wait while the word is `value`; wake all who wait on it. */
void event_count_futex_wait(ATOMIC(uint32_t) * word, uint32_t value);
void event_count_futex_wake(ATOMIC(uint32_t) * word);

static inline uint32_t event_count_ticket(struct event_count *e)
{
    return at_load(&e->value, acquire);
}

static inline void event_count_signal(struct event_count *e)
{
    at_add(&e->value, 1, acq_rel);
    event_count_futex_wake(&e->value);
}

static inline void event_count_wait(struct event_count *e, uint32_t ticket)
{
    while (at_load(&e->value, acquire) == ticket)
        event_count_futex_wait(&e->value, ticket);
}

#endif

#endif
