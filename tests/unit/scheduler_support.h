/*
 * What the scheduler's tests need to see and do from outside: threads, processor time, chance.
 */
#ifndef SCHEDULER_SUPPORT_H
#define SCHEDULER_SUPPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The linker sends all calls of pthread_create in these tests through here (ld --wrap), to count
 * them and to make them fail.
 */
extern atomic_uint threads_started; /* ever */
extern atomic_bool no_more_threads; /* while true, pthread_create fails with EAGAIN */

/* Blocks until every other thread of this process is asleep. */
void wait_until_others_sleep(void);

/* Processor time of all threads of this process so far, in ns. */
uint64_t process_cpu_ns(void);

/* A stream of numbers that depends on the seed only (xorshift64*; S. Vigna, 2016). */
struct rng {
    uint64_t state;
};
struct rng rng_from(uint64_t seed);
uint64_t rng_next(struct rng *rng);
/* 0 .. n - 1. */
uint32_t rng_below(struct rng *rng, uint32_t n);

#endif
