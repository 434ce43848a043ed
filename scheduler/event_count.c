/*
 * The event count's system calls: futexes, for ck's event count and for its C11 stand-in.
 */
#include "scheduler/event_count.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if SCHEDULER_USES_CK

static int monotonic_now(const struct ck_ec_ops *ops, struct timespec *out)
{
    (void)ops;
    return clock_gettime(CLOCK_MONOTONIC, out);
}

static void wait_on_word(const struct ck_ec_wait_state *state, const uint32_t *word, uint32_t value,
                         const struct timespec *deadline)
{
    (void)state;
    /* Unlike FUTEX_WAIT, the bitset form takes an absolute time, which is what ck hands over. */
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, value, deadline, NULL,
            FUTEX_BITSET_MATCH_ANY);
}

static void wake_on_word(const struct ck_ec_ops *ops, const uint32_t *word)
{
    (void)ops;
    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX, NULL, NULL, 0);
}

const struct ck_ec_ops event_count_ops = {
    .gettime = monotonic_now,
    .wait32 = wait_on_word,
    .wake32 = wake_on_word,
    /*
     * ck sleeps with growing time limits until a second has gone by, which only its single-producer
     * mode needs. Starting beyond a second, a sleeper wakes for nothing at most once.
     */
    .initial_wait_ns = 1000000001,
};

#else

void event_count_futex_wait(ATOMIC(uint32_t) * word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

void event_count_futex_wake(ATOMIC(uint32_t) * word)
{
    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX, NULL, NULL, 0);
}

#endif
