/*
 * Model-checked: nobody sleeps while there is work for the taking.
 *
 * Work is items in deques. Each item, once begun, blocks until all items have begun, so that a
 * test ends only if as many workers are awake at once as there are items; if one sleeps through,
 * every thread ends up blocked, and that is what the checker reports.
 */
#include "model.h"

template <typename derived, int makers, int workers, int items>
struct parking_test : rl::test_suite<derived, makers + workers> {
    struct parking parking;
    struct event_count spots[workers];
    struct deque deques[makers];
    rl::atomic<uint32_t> slots[makers][2];
    rl::atomic<int> begun;
    struct event_count all_begun;

    void before()
    {
        parking.words = 1;
        at_store(&parking.idle[0], 0, relaxed);
        for (int i = 0; i < workers; i++)
            at_store(&spots[i].value, 0, relaxed);
        for (int i = 0; i < makers; i++) {
            at_store(&deques[i].top, 0, relaxed);
            at_store(&deques[i].bottom, 0, relaxed);
            deques[i].slots = slots[i];
            deques[i].mask = 1;
        }
        at_store(&begun, 0, relaxed);
        at_store(&all_begun.value, 0, relaxed);
    }

    void after() { RL_ASSERT(at_load(&begun, relaxed) == items); }

    void wake_one()
    {
        uint32_t worker = parking_claim(&parking, 0);
        if (worker != PARKING_NONE)
            event_count_signal(&spots[worker]);
    }

    bool has_work()
    {
        for (int i = 0; i < makers; i++)
            if (deque_seems_nonempty(&deques[i]))
                return true;
        return false;
    }

    static bool is_needed(void *test) { return static_cast<parking_test *>(test)->has_work(); }

    void begin_and_meet()
    {
        if (at_add(&begun, 1, seq_cst) + 1 == items) {
            for (int i = 1; i < items; i++)
                event_count_signal(&all_begun);
            return;
        }
        for (;;) {
            uint32_t ticket = event_count_ticket(&all_begun);
            if (at_load(&begun, seq_cst) == items)
                return;
            event_count_wait(&all_begun, ticket);
        }
    }

    /* What a helper does, as in pool.c, for one item. */
    void work_once(uint32_t self)
    {
        for (;;) {
            for (int i = 0; i < makers; i++) {
                uint32_t item;
                if (deque_steal(&deques[i], &item)) {
                    if (has_work())
                        wake_one();
                    begin_and_meet();
                    return;
                }
            }
            parking_sleep_unless(&parking, self, &spots[self], is_needed, this);
        }
    }

    void publish(int maker, int count)
    {
        for (int i = 0; i < count; i++)
            deque_stage(&deques[maker], i, (uint32_t)i);
        deque_publish(&deques[maker], count);
        wake_one();
    }
};

/* The least: one maker, one item, one sleeper. */
struct one_item : parking_test<one_item, 1, 1, 1> {
    void thread(unsigned index)
    {
        if (index == 0)
            publish(0, 1);
        else
            work_once(index - 1);
    }
};

/* Two items one after the other; each wakes somebody. */
struct two_items_in_turn : parking_test<two_items_in_turn, 1, 2, 2> {
    void thread(unsigned index)
    {
        if (index == 0) {
            publish(0, 1);
            publish(0, 1);
        } else {
            work_once(index - 1);
        }
    }
};

/* Two items at once wake one worker, which must pass the search on. */
struct two_items_at_once : parking_test<two_items_at_once, 1, 2, 2> {
    void thread(unsigned index)
    {
        if (index == 0)
            publish(0, 2);
        else
            work_once(index - 1);
    }
};

/* Two makers may claim the same worker, or spend a claim on one that was not asleep after all. */
struct two_makers : parking_test<two_makers, 2, 2, 2> {
    void thread(unsigned index)
    {
        if (index < 2)
            publish((int)index, 1);
        else
            work_once(index - 2);
    }
};

int main()
{
    bool ok = model_check<one_item>(100000, 0);
    ok = model_check<two_items_in_turn>(200000, 0) && ok;
    ok = model_check<two_items_at_once>(200000, 0) && ok;
    ok = model_check<two_makers>(200000, 0) && ok;
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
