/*
 * Model-checked: each item of a deque is taken exactly once, by someone who sees what its owner
 * did before publishing it.
 */
#include "model.h"

/* A deque with two slots, so that a few items go round it, and the items that go through it. */
template <typename derived, rl::thread_id_t threads>
struct deque_test : rl::test_suite<derived, threads> {
    static const int ITEMS = 4;
    struct deque deque;
    rl::atomic<uint32_t> slots[2];
    rl::var<int> made[ITEMS]; /* written by the owner before it publishes the item */
    rl::var<int>
        taken[ITEMS]; /* written by who took the item; twice would be a race or a wrong count */
    rl::atomic<int> takes;

    void before()
    {
        at_store(&deque.top, 0, relaxed);
        at_store(&deque.bottom, 0, relaxed);
        deque.slots = slots;
        deque.mask = 1;
        for (int i = 0; i < ITEMS; i++)
            taken[i]($) = 0;
        at_store(&takes, 0, relaxed);
    }

    void stage(int offset, int item)
    {
        made[item]($) = item + 100;
        deque_stage(&deque, offset, (uint32_t)item);
    }

    void take(uint32_t item)
    {
        RL_ASSERT(made[item]($) == (int)item + 100);
        RL_ASSERT(taken[item]($) == 0);
        taken[item]($) = 1;
        at_add(&takes, 1, relaxed);
    }

    void pop()
    {
        uint32_t item;
        if (deque_pop(&deque, &item))
            take(item);
    }

    void steal()
    {
        uint32_t item;
        if (deque_steal(&deque, &item))
            take(item);
    }
};

/* The owner takes back what it put in while two thieves go for the same items, down to the last. */
struct owner_against_thieves : deque_test<owner_against_thieves, 3> {
    void thread(unsigned index)
    {
        if (index > 0) {
            steal();
            steal();
            return;
        }
        stage(0, 0);
        stage(1, 1);
        deque_publish(&deque, 2);
        pop();
        pop();
    }

    void after() { RL_ASSERT(at_load(&takes, relaxed) == 2); }
};

/* Slots are used again and again, as soon as they are free. */
struct wraparound : deque_test<wraparound, 3> {
    void thread(unsigned index)
    {
        if (index > 0) {
            steal();
            steal();
            return;
        }
        for (int i = 0; i < ITEMS; i++) {
            while (at_load(&deque.bottom, relaxed) - at_load(&deque.top, acquire) > 1)
                pop();
            stage(0, i);
            deque_publish(&deque, 1);
        }
        pop();
        pop();
    }

    void after() { RL_ASSERT(at_load(&takes, relaxed) == ITEMS); }
};

/* One item and everyone wants it, twice over. */
struct last_item : deque_test<last_item, 3> {
    void thread(unsigned index)
    {
        if (index > 0) {
            steal();
            return;
        }
        stage(0, 0);
        deque_publish(&deque, 1);
        pop();
        stage(0, 1);
        deque_publish(&deque, 1);
        pop();
    }

    void after() { RL_ASSERT(at_load(&takes, relaxed) == 2); }
};

int main()
{
    bool ok = model_check<owner_against_thieves>(200000, 3);
    ok = model_check<wraparound>(200000, 2) && ok;
    ok = model_check<last_item>(200000, 3) && ok;
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
