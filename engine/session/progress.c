/*
 * How far a build is, and what is left: the numbers that its events carry.
 */
#include "engine/base/io.h"
#include "engine/session/internal.h"
#include "scheduler/pool.h"

static uint32_t position_of(const struct build *build, job_id id)
{
    return build->plan->jobs[id].position;
}

/* ---- the plan ------------------------------------------------------------------------------ */

static struct job_cost recorded_cost(const struct build *build, job_id id)
{
    return build->session->history->jobs.data[id].cost;
}

/* Expects each job that may run. Returns the weight of the heaviest. */
static uint64_t expect_jobs(struct build *build)
{
    const struct plan *plan = build->plan;
    uint64_t heaviest = 0;
    for (uint32_t i = 0; i < plan->order.count; i++) {
        job_id id = plan->order.data[i];
        const struct graph_job *job = &plan->graph->jobs.data[id];
        uint8_t verdict = plan->jobs[id].verdict;
        if ((verdict != PLAN_RUN && verdict != PLAN_MAYBE) || job->flags & GRAPH_JOB_PHONY)
            continue;
        struct job_cost cost = recorded_cost(build, id);
        build->progress.expected += cost.duration_ms > 0;
        build->progress.expected_ms += cost.duration_ms;
        forecast_expect(&build->forecast, i, job->rule, cost.duration_ms, cost.processor_ms);
        heaviest = plan->jobs[id].weight > heaviest ? plan->jobs[id].weight : heaviest;
    }
    return heaviest;
}

/* What the jobs that are up to date took says something about those without a record. */
static void know_the_rest(struct build *build)
{
    const struct plan *plan = build->plan;
    if (build->progress.expected == plan->to_run)
        return;
    for (uint32_t i = 0; i < plan->order.count; i++) {
        job_id id = plan->order.data[i];
        uint32_t ms = recorded_cost(build, id).duration_ms;
        if (plan->jobs[id].verdict == PLAN_CLEAN && ms)
            forecast_know(&build->forecast, plan->graph->jobs.data[id].rule, ms);
    }
}

/* How many jobs will run at a time, at a guess: nobody knows how many tokens a pool has to give. */
static uint32_t slots_foreseen(const struct build *build)
{
    uint32_t processors = pool_processors();
    uint32_t slots = build->options->slots;
    return build->options->jobserver && slots > processors ? processors : slots;
}

void progress_begin(struct build *build)
{
    const struct plan *plan = build->plan;
    build->progress = build->session->earlier;
    build->progress.total += plan->to_run;
    if (!plan->to_run)
        return;
    build->began_ns = clock_monotonic_ns();
    forecast_begin(&build->forecast, plan->order.count, slots_foreseen(build), pool_processors(),
                   plan->mean_ms);
    uint64_t heaviest = expect_jobs(build);
    know_the_rest(build);
    if (!build->options->dry_run)
        progress_foretell(build, build->began_ns, heaviest);
}

void progress_end(struct build *build)
{
    const struct jig_progress *progress = &build->progress;
    build->session->earlier = (struct jig_progress){.total = progress->finished,
                                                    .started = progress->finished,
                                                    .finished = progress->finished,
                                                    .failed = progress->failed,
                                                    .start_ns = progress->start_ns};
}

void progress_free(struct build *build)
{
    record_forecasts(build);
    forecast_free(&build->forecast);
}

/* ---- jobs ---------------------------------------------------------------------------------- */

void progress_start(struct build *build, job_id id, uint64_t start_ns, bool queued)
{
    build->progress.started++;
    build->progress.running++;
    forecast_start(&build->forecast, position_of(build, id), build->plan->jobs[id].weight,
                   queued ? 0 : start_ns);
}

void progress_take_back(struct build *build, job_id id)
{
    build->progress.started--;
    build->progress.running--;
    forecast_take_back(&build->forecast, position_of(build, id));
}

static void expect_no_more(struct build *build, job_id id, uint64_t took_ns, uint64_t processor_ns)
{
    uint32_t position = position_of(build, id);
    uint32_t ms = build->forecast.jobs[position].ms;
    build->progress.expected -= ms > 0;
    build->progress.expected_ms -= ms;
    forecast_end(&build->forecast, position, took_ns, processor_ns);
}

void progress_finish(struct build *build, job_id id, uint64_t took_ns, uint64_t processor_ns,
                     bool failed)
{
    build->progress.running--;
    build->progress.finished++;
    build->progress.failed += failed;
    expect_no_more(build, id, took_ns, processor_ns);
}

void progress_pass(struct build *build, job_id id)
{
    build->progress.total--;
    expect_no_more(build, id, 0, 0);
}

/* ---- the end ------------------------------------------------------------------------------- */

void progress_foretell(struct build *build, uint64_t now_ns, uint64_t heaviest_ms)
{
    if (forecast_is_due(&build->forecast, now_ns)) {
        uint64_t since_ns = now_ns - build->began_ns;
        uint64_t own_ns = since_ns > build->waited_ns ? since_ns - build->waited_ns : 0;
        forecast_tell(&build->forecast, now_ns, heaviest_ms, own_ns);
    }
    build->progress.left_ms = forecast_left_ms(&build->forecast, now_ns);
}
