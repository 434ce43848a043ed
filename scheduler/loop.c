/*
 * The parallel loop: its indices cut into chunks, which workers take from a common counter.
 */
#include "scheduler/pool.h"

static void work_on_loop(struct jig_pool *pool, uint32_t worker)
{
    const struct run *run = &pool->run;
    bool first = true;
    while (at_load(&pool->chunks, relaxed) > 0) {
        int64_t chunk = at_sub(&pool->chunks, 1, seq_cst) - 1;
        if (chunk < 0)
            return;
        if (first)
            pool_pass_on(pool);
        first = false;
        uint64_t begin = (uint64_t)chunk * run->grain;
        uint64_t end = begin + run->grain < run->count ? begin + run->grain : run->count;
        run->range(run->context, (uint32_t)begin, (uint32_t)end, worker);
    }
}

void jig_pool_for(struct jig_pool *pool, uint32_t count, uint32_t grain, jig_range_fn range,
                  void *context)
{
    if (count == 0)
        return;
    if (grain == 0)
        grain = 1;
    pool->run.work = work_on_loop;
    pool->run.context = context;
    pool->run.range = range;
    pool->run.count = count;
    pool->run.grain = grain;
    at_store(&pool->chunks, ((int64_t)count + grain - 1) / grain, relaxed);
    if (pool->threads == 1 || count <= grain)
        pool_run_alone(pool);
    else
        pool_run(pool);
    at_store(&pool->chunks, 0, relaxed);
}
