/*
 * The atomic operations the scheduler is written in, so that the same source text is compiled
 *
 *   - for use, to C11 atomics;
 *   - for fuzzing (JIG_SCHEDULE_FUZZ), to C11 atomics with a chance to be held up before each;
 *   - for model checking (JIG_RELACY), to the simulated atomics of the Relacy race detector.
 *
 * `order` is a bare word: relaxed, acquire, release, acq_rel or seq_cst. All ordering is attached
 * to operations: there are no stand-alone fences, which ThreadSanitizer does not understand.
 */
#ifndef SCHEDULER_ATOMICS_H
#define SCHEDULER_ATOMICS_H

#include <stdint.h>

/* Fields that different threads write keep this far apart, so that they share no cache line. */
#define LINE 64

#if defined(JIG_RELACY)

#define ATOMIC(T)                rl::atomic<T>
#define at_load(p, order)        (p)->load(rl::mo_##order, $)
#define at_store(p, v, order)    (p)->store((v), rl::mo_##order, $)
#define at_add(p, v, order)      (p)->fetch_add((v), rl::mo_##order, $)
#define at_sub(p, v, order)      (p)->fetch_sub((v), rl::mo_##order, $)
#define at_or(p, v, order)       (p)->fetch_or((v), rl::mo_##order, $)
#define at_swap(p, v, order)     (p)->exchange((v), rl::mo_##order, $)
#define at_and(p, v, order)      (p)->fetch_and((v), rl::mo_##order, $)
#define at_cas(p, old, v, order) /* fails relaxed; then *old is what was there */                  \
    (p)->compare_exchange_strong(*(old), (v), rl::mo_##order, $, rl::mo_relaxed, $)

#else

#include <stdalign.h>
#include <stdatomic.h>

#ifdef JIG_SCHEDULE_FUZZ
/* Provided by the test program: returns at once, after a while, or after other threads ran. */
void schedule_fuzz_point(void);
#else
#define schedule_fuzz_point() ((void)0)
#endif

#define ATOMIC(T)         _Atomic(T)
#define at_load(p, order) (schedule_fuzz_point(), atomic_load_explicit((p), memory_order_##order))
#define at_store(p, v, order)                                                                      \
    (schedule_fuzz_point(), atomic_store_explicit((p), (v), memory_order_##order))
#define at_add(p, v, order)                                                                        \
    (schedule_fuzz_point(), atomic_fetch_add_explicit((p), (v), memory_order_##order))
#define at_sub(p, v, order)                                                                        \
    (schedule_fuzz_point(), atomic_fetch_sub_explicit((p), (v), memory_order_##order))
#define at_or(p, v, order)                                                                         \
    (schedule_fuzz_point(), atomic_fetch_or_explicit((p), (v), memory_order_##order))
#define at_swap(p, v, order)                                                                       \
    (schedule_fuzz_point(), atomic_exchange_explicit((p), (v), memory_order_##order))
#define at_and(p, v, order)                                                                        \
    (schedule_fuzz_point(), atomic_fetch_and_explicit((p), (v), memory_order_##order))
#define at_cas(p, old, v, order) /* fails relaxed; then *old is what was there */                  \
    (schedule_fuzz_point(), atomic_compare_exchange_strong_explicit(                               \
                                (p), (old), (v), memory_order_##order, memory_order_relaxed))

#endif

#endif
