#include "schedule_fuzz.h"

#include "scheduler_support.h"

#include <sched.h>

static uint64_t seed;           /* set once, before there are threads */
static atomic_uint next_thread; /* numbers the threads as they come */

void schedule_fuzz_seed(uint64_t value)
{
    seed = value;
}

/* Mostly nothing; now and then a stretch of spinning, or the processor goes to another thread. */
void schedule_fuzz_point(void)
{
    static _Thread_local struct rng rng;
    if (rng.state == 0)
        rng = rng_from(seed * 1000 + atomic_fetch_add(&next_thread, 1));
    uint32_t chance = rng_below(&rng, 64);
    if (chance < 2) {
        sched_yield();
    } else if (chance < 6) {
        for (volatile uint32_t i = rng_below(&rng, 400); i > 0; i--)
            continue;
    }
}
