/*
 * What every model-checked test needs: the race detector, then the scheduler's own headers
 * compiled over its simulated atomics.
 *
 * A test is a struct derived from rl::test_suite, with a thread function that runs once for each
 * interleaving, all threads inside being simulated; plain data is rl::var, accessed as x($), and
 * a race on it, a read of what was never written, a failed assertion, or every thread blocked, is
 * a failure, reported with the history that led to it.
 */
#ifndef RELACY_MODEL_H
#define RELACY_MODEL_H

#include <relacy/relacy.hpp>
#include <relacy/stdlib/pthread.hpp>

#define JIG_RELACY
#include "scheduler/deque.h"
#include "scheduler/event_count.h"
#include "scheduler/gate.h"
#include "scheduler/join.h"
#include "scheduler/parking.h"

#include <cstdlib>
#include <ostream>

/*
 * Simulates `iterations` random interleavings and then, unless `switches` is 0, every one with at
 * most that many forced switches between threads. False if one failed; its history is printed.
 */
template <typename test> bool model_check(unsigned iterations, unsigned switches)
{
    std::ostream nowhere(nullptr);
    rl::test_params params;
    params.iteration_count = iterations;
    params.execution_depth_limit = 5000;
    params.progress_stream = &nowhere;
    if (!rl::simulate<test>(params))
        return false;
    params.search_type = rl::fair_context_bound_scheduler_type;
    params.context_bound = switches;
    return switches == 0 || rl::simulate<test>(params);
}

#endif
