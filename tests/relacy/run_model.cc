/*
 * Model-checked: a run's end, which the gate finds, and a task's beginning, which its join counter
 * finds, come after all that they must come after.
 */
#include "model.h"

/*
 * Two runs, one after the other, of two chunks each. The opener prepares a run and reads its
 * results as plain data, and prepares the next one in the same place: anybody still inside, or
 * inside the wrong run, would be a race. Between, it sleeps as in pool.c.
 */
struct gate_test : rl::test_suite<gate_test, 3> {
    static const int CHUNKS = 2;
    struct gate gate;
    struct parking parking;
    struct event_count spot;
    rl::atomic<int64_t> chunks;
    rl::var<int> prepared;
    rl::var<int> done[CHUNKS];

    void before()
    {
        at_store(&gate.state, 0, relaxed);
        parking.words = 1;
        at_store(&parking.idle[0], 0, relaxed);
        at_store(&spot.value, 0, relaxed);
        at_store(&chunks, 0, relaxed);
    }

    void work()
    {
        while (at_load(&chunks, relaxed) > 0) {
            int64_t chunk = at_sub(&chunks, 1, seq_cst) - 1;
            if (chunk < 0)
                return;
            done[chunk]($) = prepared($);
        }
    }

    bool has_work() { return gate_is_open(&gate) && at_load(&chunks, seq_cst) > 0; }

    static bool opener_is_needed(void *context)
    {
        gate_test *test = static_cast<gate_test *>(context);
        return gate_is_empty(&test->gate) || test->has_work();
    }

    void open_and_finish(int number)
    {
        prepared($) = number;
        at_store(&chunks, CHUNKS, relaxed);
        gate_open(&gate);
        for (;;) {
            work();
            if (gate_shut(&gate))
                break;
            parking_sleep_unless(&parking, 0, &spot, opener_is_needed, this);
        }
        for (int i = 0; i < CHUNKS; i++)
            RL_ASSERT(done[i]($) == number);
    }

    void help()
    {
        if (has_work() && gate_enter(&gate)) {
            work();
            if (gate_leave(&gate) && parking_claim_one(&parking, 0))
                event_count_signal(&spot);
        }
    }

    void thread(unsigned index)
    {
        if (index == 0) {
            open_and_finish(1);
            open_and_finish(2);
        } else {
            help();
            help();
        }
    }
};

/* Three predecessors in three threads: exactly one begins the successor, and sees all three. */
struct join_test : rl::test_suite<join_test, 3> {
    rl::atomic<uint32_t> join;
    rl::var<int> made[3];
    rl::var<int> begun;

    void before()
    {
        at_store(&join, 3, relaxed);
        begun($) = 0;
    }

    void thread(unsigned index)
    {
        made[index]($) = 1;
        if (join_count_down(&join))
            begun($) = begun($) + made[0]($) + made[1]($) + made[2]($);
    }

    void after() { RL_ASSERT(begun($) == 3); }
};

int main()
{
    bool ok = model_check<gate_test>(200000, 3);
    ok = model_check<join_test>(100000, 4) && ok;
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
