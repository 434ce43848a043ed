/*
 * The schedule fuzzer: holds threads up at random before the scheduler's atomic operations, which
 * it calls schedule_fuzz_point before when built with JIG_SCHEDULE_FUZZ. How often and for how
 * long depends on the seed and, thread by thread, on the order in which threads first get here.
 */
#ifndef SCHEDULE_FUZZ_H
#define SCHEDULE_FUZZ_H

#include <stdint.h>

/* Before any thread is started. */
void schedule_fuzz_seed(uint64_t seed);
void schedule_fuzz_point(void);

#endif
