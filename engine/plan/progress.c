/*
 * What a build does to its plan: turns, finishes, failures.
 */
#include "engine/plan/plan.h"

bool plan_take_ready(struct plan *plan, job_id *job)
{
    if (!plan->ready.count)
        return false;
    *job = plan->ready.data[--plan->ready.count];
    return true;
}

static void release_successors(struct plan *plan, job_id job)
{
    plan->jobs[job].verdict = PLAN_DONE;
    plan->unfinished--;
    uint32_t position = plan->jobs[job].position;
    const uint32_t *offsets = plan->successor_offsets;
    for (uint32_t i = offsets[position]; i < offsets[position + 1]; i++) {
        job_id successor = plan->successors[i];
        if (--plan->jobs[successor].pending == 0)
            vec_push(&plan->ready, successor);
    }
}

enum plan_turn plan_turn(struct plan *plan, job_id id)
{
    const struct graph_job *job = &plan->graph->jobs.data[id];
    struct plan_job *planned = &plan->jobs[id];
    if (job->flags & GRAPH_JOB_PHONY) {
        plan_pass_phony(plan, job);
        release_successors(plan, id);
        return PLAN_TURN_PASSED;
    }
    if (planned->verdict == PLAN_MAYBE) {
        planned->reason = plan_evaluate(plan, id);
        if (!planned->reason.kind) {
            plan->to_run--;
            release_successors(plan, id);
            return PLAN_TURN_PASSED;
        }
        planned->verdict = PLAN_RUN;
    }
    return PLAN_TURN_RUN;
}

void plan_finish(struct plan *plan, job_id job)
{
    release_successors(plan, job);
}

void plan_fail(struct plan *plan, job_id job)
{
    plan->jobs[job].verdict = PLAN_FAILED;
    plan->unfinished--;
}
